"""What a planner sees: pictures, tables, and a report of one file that works alone, in Chinese and English.

Nothing here loads matplotlib before a picture is asked for::

    from urbsim.report import write_report
    write_report(dataset, folder, region=region, scenario=scenario, provenance=record, lang="zh")
"""

from __future__ import annotations

from urbsim.report.write import write_report

__all__ = ["write_report"]
