"""Write `docs/parameters.md`, the table of all behavioural parameters, from `parameters.csv`, `assumptions.csv` and the engine's sources.

Run it by hand after a change of either::

    python tools/build_parameter_page.py

`tests/docs/test_parameter_page.py` tells when the page is out of date.
"""

from __future__ import annotations

import re
from pathlib import Path

from urbsim.parameters import PARAMETERS, STRENGTHS, TAGS
from urbsim.parameters.context import CONTEXT
from urbsim.parameters.table import Parameter

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "parameters.md"
ENGINE = ROOT / "src" / "urbsim" / "engine"
FIELD_OF_SYMBOL = {"lambda": "lambda_"}  # `lambda` is a word of Python

GROUPS = {
    "attention": "Attention (odd.md 7.4)",
    "location": "Location (odd.md 7.5)",
    "return": "Return and going out again (odd.md 7.5)",
    "family": "Family (odd.md 7.6)",
    "demography": "Demography (odd.md 7.1, 7.2)",
    "wage": "Wages (odd.md 7.3)",
    "work": "Work (odd.md 7.3)",
    "health": "Hospital bills across provinces (odd.md 7.17)",
    "permit": "Permits (odd.md 7.8)",
    "homes": "Homes (odd.md 7.9)",
    "schools": "Schools (odd.md 7.5, 7.10)",
    "settling": "Settling (odd.md 7.11)",
    "land": "Land (odd.md 7.12)",
    "feedback": "Feedback (odd.md 7.14, 7.15)",
    "baseline": "Baselines, no behaviour",
}

NOT_READ = {symbol: reason.en for symbol, reason in CONTEXT.items()}


def modules_that_read(symbol: str) -> list[str]:
    """Return the engine's modules that read a parameter, by file name without suffix."""
    field = FIELD_OF_SYMBOL.get(symbol, symbol)
    pattern = re.compile(rf"\b(?:p|params)\.{re.escape(field)}\b")
    files = (file for file in ENGINE.rglob("*.py") if file.name != "state.py")
    return sorted(file.stem for file in files if pattern.search(file.read_text(encoding="utf-8")))


def _number(value: float) -> str:
    return f"{value:.6g}"


def _range(parameter: Parameter) -> str:
    if parameter.distribution == "fixed":
        return "-"
    return f"{_number(parameter.low)} to {_number(parameter.high)}"


def _distribution(parameter: Parameter) -> str:
    name = parameter.distribution
    if parameter.shape:
        name += "(" + ", ".join(_number(value) for value in parameter.shape) + ")"
    bounds = [f">= {_number(parameter.minimum)}"] if parameter.minimum is not None else []
    bounds += [f"<= {_number(parameter.maximum)}"] if parameter.maximum is not None else []
    return ", ".join([name, *bounds])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").strip()


def _row(parameter: Parameter) -> str:
    modules = modules_that_read(parameter.symbol)
    used = ", ".join(f"`{name}`" for name in modules) if modules else f"not read: {NOT_READ.get(parameter.symbol, '')}"
    source = f"[{_cell(parameter.source)}]({parameter.url})" if parameter.url else _cell(parameter.source)
    cells = (
        f"`{parameter.symbol}`",
        f"{_cell(parameter.name.en)} ({_cell(parameter.unit.en)})",
        _number(parameter.central),
        _range(parameter),
        _distribution(parameter),
        STRENGTHS[parameter.strength].en,
        parameter.tag + ("\\*" if parameter.assumption else ""),
        source,
        used,
    )
    return "| " + " | ".join(cells) + " |"


def page() -> str:
    """Return the whole page."""
    read = sum(bool(modules_that_read(symbol)) for symbol in PARAMETERS)
    tags = ", ".join(f"{tag} {text.en}" for tag, text in TAGS.items())
    lines = [
        "# Parameters",
        "",
        "<!-- written by tools/build_parameter_page.py; do not edit -->",
        "",
        f"{len(PARAMETERS)} parameters, {read} of them read by the engine. *Central* is draw 0 of the prior and its median;",
        "*range* is the 5 % and 95 % point (of `uniform` the ends); bounds truncate. Where the range is not even about the",
        "centre the halves have their own width; a beta has its own shape. Draws are independent. A fitted ensemble replaces",
        "some and adds the place constants",
        "([odd.md](odd.md), 7.16).",
        "",
        f"*Tag*: {tags}. A star marks a row of",
        "`assumptions.csv`: what the engine needs and the evidence lacks. *Used in* names modules of `src/urbsim/engine`. Notes of single",
        "rows stand in the CSV files and in `urbsim explain SYMBOL`.",
        "",
    ]
    for group, title in GROUPS.items():
        rows = [parameter for parameter in PARAMETERS.values() if parameter.group == group]
        if not rows:
            continue
        lines += [f"## {title}", "", "| symbol | name (unit) | central | range | distribution | strength | tag | source | used in |"]
        lines += ["|---|---|---|---|---|---|---|---|---|", *(_row(parameter) for parameter in rows), ""]
    return "\n".join(lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
