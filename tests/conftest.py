"""The order of the tests: what needs the compiled model comes first, then what takes long, then the rest.

Two workers begin at the two ends of the list's halves. In a fresh clone the first then compiles the kernels while the other does the second
half, which needs none, and finds them compiled; and no long test is left over for the end.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIRST = ("reference", "engine", "model", "experiments", "cli", "search", "sensitivity", "report", "results")


def pytest_configure() -> None:
    """Let what tests start hear Ctrl-C, also where the tests themselves run in the background of a script, which does not."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def place(item: pytest.Item) -> int:
    """Return the place of a test's folder in the order."""
    parts = item.path.relative_to(ROOT).parts
    return FIRST.index(parts[1]) if parts[0] == "tests" and parts[1] in FIRST else len(FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=place)
