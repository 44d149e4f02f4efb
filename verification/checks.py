"""The checks of the programme, in the order of its page."""

from __future__ import annotations

from collections.abc import Callable

from verification.check import Check
from verification.choices import logit_shares, stay_and_return
from verification.life import couples, life_table, permits_wait
from verification.machinery import luck, queue, twin

CHECKS: tuple[Callable[[int], Check], ...] = (life_table, couples, permits_wait, stay_and_return, logit_shares, queue, luck, twin)
