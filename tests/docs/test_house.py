"""Packages import in the order that the page tells, and no page links to what is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.test_help import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *(ROOT / name / "README.md" for name in ("results", "verification"))]


def test_nothing_imports_upward() -> None:
    told = re.search(r"Import order .*?:(.*?)\. Only a", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.DOTALL)
    assert told is not None
    order = re.findall(r"`(\w+)`", told[1])
    package = ROOT / "src" / "urbsim"
    tops = {path.stem for path in package.iterdir() if path.stem not in ("__init__", "__pycache__", "py")}
    assert set(order) == tops
    upward = set()
    for file in package.rglob("*.py"):
        top = file.relative_to(package).parts[0].removesuffix(".py")
        for other in re.findall(r"^\s*(?:from|import) urbsim\.(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            if top != "__init__" and order.index(other) > order.index(top):
                upward.add((file.relative_to(package).as_posix(), other))
    assert upward == {("results/accessor.py", "report")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith(("http", "#"))]
    assert [link for link in links if not (page.parent / link).exists()] == []
