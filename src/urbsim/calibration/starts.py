"""Where the solving of a candidate's constants begins: on the line through those of finished candidates, so that few runs are needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbsim.experiments.solution import AREA_LIMIT, CEILING, FLOOR, SOLVED

Floats = NDArray[np.float64]
ARRAYS = ("prefecture_part", "area_part", "block", "reclassification")
GOOD = 2.0  # times its tolerance: who is further off teaches nothing
FEWEST = 8


class Starts:
    """Predict constants and solved rates from parameters by ridge regression; with few finished candidates, the first one's."""

    def __init__(self, finished: Sequence[dict[str, Any]]) -> None:
        good = [one for one in finished if one["worst"] <= GOOD] or list(finished)
        self.first = good[0]
        self.symbols = [
            symbol for symbol in sorted(self.first["parameters"])
            if symbol not in SOLVED and len({one["parameters"][symbol] for one in good}) > 1
        ]  # fmt: skip
        self.model: Any = None
        if len(good) >= FEWEST:
            from sklearn.linear_model import RidgeCV
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler

            x = np.array([self._features(one["parameters"]) for one in good])
            y = np.array([_packed(one) for one in good])
            self.model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(0, 4, 13))).fit(x, y)

    def _features(self, parameters: dict[str, float]) -> list[float]:
        return [parameters[symbol] for symbol in self.symbols]

    def of(self, parameters: dict[str, float]) -> str:
        """Return a start for `solve`, as JSON."""
        packed = _packed(self.first) if self.model is None else self.model.predict([self._features(parameters)])[0]
        return json.dumps(_unpacked(packed, self.first))


def _packed(one: dict[str, Any]) -> Floats:
    rates = [one["parameters"][symbol] for symbol in SOLVED]
    rates[SOLVED.index("k_q_out")] = np.log(rates[SOLVED.index("k_q_out")])
    return np.concatenate([*(np.array(one[name], dtype=np.float64) for name in ARRAYS), rates])


def _unpacked(packed: Floats, like: dict[str, Any]) -> dict[str, Any]:
    start: dict[str, Any] = {}
    at = 0
    for name in ARRAYS:
        size = len(like[name])
        start[name] = packed[at : at + size]
        at += size
    start["area_part"] = np.clip(start["area_part"], -AREA_LIMIT, AREA_LIMIT)
    start["reclassification"] = np.clip(start["reclassification"], FLOOR, CEILING)
    rates = dict(zip(SOLVED, packed[at:], strict=True))
    rates["k_q_out"] = np.exp(rates["k_q_out"])
    return {name: [float(f"{v:.8g}") for v in start[name]] for name in ARRAYS} | {
        "parameters": {symbol: float(f"{value:.8g}") for symbol, value in rates.items()}
    }
