"""Errors that a user can mend, told all at once and with their place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from urbsim.text import Language, Text


@dataclass(frozen=True)
class Problem:
    """Say one thing that is wrong, where it stands and what would be right.

    `line` and `column` count from 1.
    """

    message: Text
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: Text | None = None

    def render(self, lang: Language) -> str:
        """Return `file:line:column: message (hint)` in one language."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        words = self.message.get(lang)
        if self.hint is not None:
            words += ("。" if lang == "zh" and not words.endswith("。") else " ") + self.hint.get(lang)
        return f"{where}: {words}" if where else words


class UserError(Exception):
    """Carry every problem found in what the user gave (exit status 2)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problem.render("en") for problem in self.problems))

    def __reduce__(self) -> tuple[type[UserError], tuple[list[Problem]]]:
        """Let the error cross between processes with all its problems."""
        return UserError, (self.problems,)

    @classmethod
    def one(cls, zh: str, en: str, **where: str | int | None) -> UserError:
        """Build an error of a single problem; `where` may name file, line, column."""
        file, line, column = where.get("file"), where.get("line"), where.get("column")
        return cls(
            [
                Problem(
                    Text(zh, en),
                    file=str(file) if file is not None else None,
                    line=int(line) if line is not None else None,
                    column=int(column) if column is not None else None,
                )
            ]
        )


class DiskError(Exception):
    """Say that a result could not be written for a reason outside the user's files (exit status 1)."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.en)

    def __reduce__(self) -> tuple[type[DiskError], tuple[Text]]:
        """Let the error cross between processes with both its texts."""
        return DiskError, (self.message,)
