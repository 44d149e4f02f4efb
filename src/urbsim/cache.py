"""Where this package keeps what it would otherwise make anew in every process: compiled kernels, plans of regions."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def source_hash() -> str:
    """Return a short hash of every source file that a kernel or a plan is made of (engine, policy rules, population)."""
    digest = hashlib.sha256()
    for folder in ("engine", "policy", "population"):
        for file in sorted((_PACKAGE / folder).rglob("*.py")):
            digest.update(file.relative_to(_PACKAGE).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def root() -> Path:
    """Return the user's cache folder (`URBSIM_CACHE` or the platform's default)."""
    given = os.environ.get("URBSIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(given) / "urbsim"


def kernels() -> Path:
    """Return the folder of this version's kernels."""
    return root() / f"kernels-{source_hash()}"
