"""When the processes of this package look for garbage."""

from __future__ import annotations

import atexit
import gc

NEW_OBJECTS = 300_000  # since the last search, that start the next (Python's own number is 700)


def collect_seldom() -> None:
    """Let this process look for garbage seldom, and not once more at its end.

    Nearly all that is made while modules and regions load and pictures are drawn lives to the end; a search walks through it in vain. It
    took a tenth of the time in which a worker makes ready and in which pictures are drawn, and 0.3 to 0.6 s at the end of a process.
    """
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(gc.freeze)
