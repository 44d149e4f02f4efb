"""The error of a run that failed for a reason outside the user's files."""

from __future__ import annotations

from urbsim.text import Text


class RunError(Exception):
    """Say which run failed and how to repeat it (exit status 1)."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.en)


class Interrupted(Exception):
    """Say what an interrupted command leaves behind (exit status 130)."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.en)
