"""What is installed, for a report of a fault."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TextIO


def show_versions(file: TextIO | None = None) -> None:
    """Print the versions of urbsim, Python, the system and the libraries that results depend on."""
    from urbsim.results.provenance import commit, library_versions

    rows = {
        "urbsim": metadata.version("urbsim"),
        "commit": commit() or "-",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **library_versions(),
    }
    for name, version in rows.items():
        print(f"{name:12}{version}", file=file)
