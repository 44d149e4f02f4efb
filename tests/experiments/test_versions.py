"""What is installed."""

import io

import numpy as np

import urbsim


def test_versions_are_shown() -> None:
    text = io.StringIO()
    urbsim.show_versions(text)
    rows = dict(line.split(maxsplit=1) for line in text.getvalue().splitlines())
    assert rows["urbsim"] == urbsim.__version__
    assert rows["numpy"] == np.__version__
    assert {"python", "numba", "mesa", "commit"} <= set(rows)
