"""What a check of the programme holds: what is asked, what must come out, what came out, and a picture of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verification.power import Verdict

Floats = NDArray[np.float64]
Draw = Callable[[Any], None]


@dataclass
class Check:
    """Hold one check: its question, the closed form, the verdicts by name, and how its picture is drawn and read.

    `exact` counts what must be equal and is, out of how many, where no chance is involved.
    """

    name: str
    title: str
    question: str
    known: str
    reading: str
    draw: Draw
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Tell whether nothing was refused."""
        return all(verdict.passed for verdict in self.verdicts.values()) and all(good == all_ for good, all_ in self.exact.values())


def waiting(chance: float, quarters: int) -> Floats:
    """Return the probabilities that an event of this chance a quarter comes in each of `quarters`, and last that it does not."""
    return np.append(chance * (1 - chance) ** np.arange(quarters), (1 - chance) ** quarters)


def grouped(values: Any, edges: list[int]) -> Any:
    """Return the sums of values between edges."""
    return np.add.reduceat(values, edges)
