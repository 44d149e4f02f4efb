"""Write the ensemble that ships: every parameter and constant of every member, six digits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def write_ensemble(members: Sequence[dict[str, Any]], region: Any, target: Path, comments: Sequence[str]) -> None:
    """Write members (solutions as `experiments.solving` gives them), the best first; `comments` say how they were made.

    A number that all members share is written all the same, so that a later change of a prior does not move the ensemble.
    """
    rows: list[tuple[str, str, list[float]]] = [("candidate", "", [member["candidate"] for member in members])]
    rows += [(symbol, "", [member["parameters"][symbol] for member in members]) for symbol in sorted(members[0]["parameters"])]
    p = region.prefecture_of
    for name, key in (("xi", "prefecture_part"), ("xi_block", "block")):
        by_area = [np.array(member[key])[p] + np.array(member["area_part"]) for member in members]
        rows += [(name, code, [values[a] for values in by_area]) for a, code in enumerate(region.area_codes)]
    boundaries = [member["reclassification"] for member in members]
    rows += [("reclassification", code, [values[k] for values in boundaries]) for k, code in enumerate(region.prefecture_codes)]
    lines = [*(f"# {comment}" for comment in comments), ",".join(["name", "place", *map(str, range(len(members)))])]
    lines += [",".join([name, place, *(f"{value:.6g}" for value in values)]) for name, place, values in rows]
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(target)
