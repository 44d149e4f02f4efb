"""What makes a run of a study this run: one hash over scenario, draw, luck, data and the model's own sources."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import urbsim
from urbsim.experiments.study import Study

MODEL = ("clock.py", "regions", "policy", "parameters", "scenario", "population", "engine", "results")
SUFFIXES = frozenset({".py", ".csv", ".yaml"})


@lru_cache(maxsize=1)
def model_hash() -> str:
    """Return the SHA-256 of all sources that a run is made of; regions' data and texts such as the README are not among them."""
    root = Path(urbsim.__file__).resolve().parent
    digest = hashlib.sha256()
    for part in MODEL:
        path = root / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            inside = file.relative_to(root)
            if file.suffix in SUFFIXES and "data" not in inside.parts:
                raw = file.read_bytes()
                digest.update(f"{inside.as_posix()}|{len(raw)}|".encode())
                digest.update(raw)
    return digest.hexdigest()


@lru_cache(maxsize=4)
def data_hash(region: str) -> str:
    """Return the SHA-256 of a region's data and of its ensemble of parameters."""
    from urbsim.parameters import ensemble_hash
    from urbsim.regions import load_region
    from urbsim.results.provenance import region_hash

    return hashlib.sha256(f"{region_hash(load_region(region))} {ensemble_hash(region)}".encode()).hexdigest()


class Keys:
    """Make the keys of a study's runs.

    What all runs share is hashed once; a run adds what its factors set, its draw and its replicate. Not in the key: how many draws there
    are, what is kept, names and texts.
    """

    def __init__(self, study: Study) -> None:
        base = study.base
        shared = {
            "base": base.content,
            "seed": base.run.seed,
            "weight": base.run.weight,
            "data": data_hash(base.region),
            "model": model_hash(),
        }
        self._shared = hashlib.sha256(json.dumps(shared, sort_keys=True).encode())
        self._sets = [
            [factor.kind, factor.target, list(factor.areas), str(factor.start), factor.total] for factor in study.factors
        ]  # fmt: skip

    def key(self, values: Sequence[float], draw: int, replicate: int) -> str:
        """Return the key of one run, 64 hexadecimal digits."""
        digest = self._shared.copy()
        laid = [(*what, repr(float(value))) for what, value in zip(self._sets, values, strict=True) if not math.isnan(value)]
        digest.update(json.dumps([laid, int(draw), int(replicate)]).encode())
        return digest.hexdigest()
