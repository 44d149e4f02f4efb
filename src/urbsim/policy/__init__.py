"""Policy: the levers, their rules, the packages of dated values and the target tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urbsim.policy.levers import CLOSED, Lever, Reference
from urbsim.policy.registry import LEVERS

if TYPE_CHECKING:
    from urbsim.policy.targets import TargetTable

__all__ = ["CLOSED", "LEVERS", "Lever", "Reference", "load_targets"]


def load_targets(name: str) -> TargetTable:
    """Return a packaged target table; raise UserError if there is none (`urbsim.policy.targets`)."""
    from urbsim.policy.targets import load_targets as read

    return read(name)
