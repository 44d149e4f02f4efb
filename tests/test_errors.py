"""Errors cross between processes whole."""

from __future__ import annotations

import pickle

from urbsim.errors import DiskError, Problem, UserError
from urbsim.text import Text


def test_errors_survive_pickling() -> None:
    problem = Problem(Text("坏", "bad"), "a.yaml", 3, 4, Text("试试", "try"))
    copy = pickle.loads(pickle.dumps(UserError([problem, problem])))
    assert copy.problems == [problem, problem]
    assert pickle.loads(pickle.dumps(DiskError(Text("满", "full")))).message == Text("满", "full")
