"""Write a scenario out as one file: every value with where it came from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from urbsim.policy.registry import LEVERS
from urbsim.scenario.assumptions import ASSUMPTIONS
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.scenario.model import Scenario
    from urbsim.scenario.timeline import Entry


def quoted(text: str) -> str:
    r"""Return a text as a double-quoted YAML scalar.

    >>> print(quoted('say "x"'))
    "say \"x\""
    """
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in '\\"':
        return "\\" + sign
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def resolved_yaml(scenario: Scenario) -> str:
    """Return the resolved scenario as YAML (see `Scenario.resolved_yaml`)."""
    lines = [
        "# Resolved by urbsim: nothing is taken from other files. / 已展开的情景，不再引用其他文件。",
        f"# hash {scenario.hash8}",
        f"name: {quoted(scenario.name)}",
        f"title: {{zh: {quoted(scenario.title.zh)}, en: {quoted(scenario.title.en)}}}",
        f"description: {{zh: {quoted(scenario.description.zh)}, en: {quoted(scenario.description.en)}}}",
        f"region: {scenario.region}",
        f"period: {{start: {scenario.period.start}, until: {scenario.period.until}}}",
    ]
    if scenario.targets:
        lines.append(f"targets: {scenario.targets}")
    lines.append("assumptions:")
    for name, value in scenario.assumptions.items():
        if value is None:
            lines.append(f"  # {name}: as in the region's data or the parameters ({ASSUMPTIONS[name].unit.en})")
        else:
            lines.append(f"  {name}: {value!r}  # {ASSUMPTIONS[name].unit.en}")
    if scenario.parameters:
        lines.append("parameters:")
        lines += [f"  {symbol}: {value!r}" for symbol, value in sorted(scenario.parameters.items())]
    run = scenario.run
    lines.append(f"run: {{draws: {run.draws}, replicates: {run.replicates}, seed: {run.seed}, weight: {run.weight}}}")
    lines += ["policy:", "  set:"] if any(True for _ in scenario.policy.levers_set()) else []
    lines += _rules(scenario)
    return "\n".join(lines) + "\n"


def _rules(scenario: Scenario) -> list[str]:
    """Return the lines of all rules: values of the same day, areas and source stand together."""
    grouped: dict[tuple[dt.date, tuple[str, ...], str, str, str, str, Text], list[Entry]] = {}
    for lever in scenario.policy.levers_set():
        for entry in scenario.policy.entries(lever):
            key = (entry.date, entry.areas, entry.source, entry.document, entry.clause, entry.tag, entry.note)
            grouped.setdefault(key, []).append(entry)
    areas = scenario.policy.areas
    index = {code: a for a, code in enumerate(areas.codes)}
    lines: list[str] = []
    for (date, codes, source, document, clause, tag, note), entries in sorted(grouped.items(), key=lambda pair: (pair[0][0], pair[0][2])):
        words, left_out = areas.words(index[code] for code in codes)
        fields = [f"area: {words[0] if len(words) == 1 else '[' + ', '.join(words) + ']'}"]
        fields += [f"except: [{', '.join(left_out)}]"] if left_out else []
        fields += [f"from: {date}", f"origin: {quoted(source)}"]
        fields += [f"{name}: {quoted(text)}" for name, text in (("document", document), ("clause", clause)) if text]
        fields += [f"note: {{zh: {quoted(note.zh)}, en: {quoted(note.en)}}}"] if note.en else []
        fields.append(f"tag: {tag}")
        values = [f"{entry.lever}: {LEVERS[entry.lever].show(entry.value)}" for entry in entries]
        if len(values) == 1:
            lines.append(f"    - {{{', '.join(fields)}, values: {{{values[0]}}}}}")
            continue
        lines.append(f"    - {fields[0]}")
        lines += [f"      {text}" for text in (*fields[1:], "values:")]
        lines += [f"        {text}" for text in values]
    return lines
