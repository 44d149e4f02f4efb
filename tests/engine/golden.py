"""The golden run: a small run whose every whole number is kept as a hash, so that no edit changes results unnoticed.

Parameters are those of the file, not of the shipped ensemble, so that a new fit leaves it alone. After a change on purpose:
`python -m tests.engine.golden`, and say in the commit what changed and why.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from urbsim.engine import Engine, Inputs, build_inputs, constants_of, people_of
from urbsim.engine.state import make_params
from urbsim.engine.tables import Constants
from urbsim.regions import load_region
from urbsim.scenario import load

FILE = Path(__file__).with_name("golden.json")
REGION, SCENARIO, WEIGHT, QUARTERS = "zhejiang", "zhejiang_2027", 2000, 24


def parameters_now() -> dict[str, float]:
    """Return the parameters to keep in the file: those of draw 0 on the day it is written."""
    return constants_of(load_region(REGION), 0)[0]


def golden_inputs(parameters: dict[str, float]) -> Inputs:
    """Return the inputs of the golden run: place constants of nought."""
    region, scenario = load_region(REGION), load(SCENARIO)
    areas = len(region.area_codes)
    constants = Constants(np.zeros(areas), np.zeros(areas), np.full(areas, 0.004))
    return build_inputs(region, scenario, make_params(parameters), constants)


def hash_of_inputs(inputs: Inputs) -> str:
    """Return a hash of what the run reads, in six digits, and of the households it starts from."""
    digest = hashlib.sha256()
    arrays = {field.name: getattr(inputs, field.name) for field in fields(inputs)}
    arrays |= {f"lever {name}": values for name, values in arrays.pop("levers").items()}
    people, templates = people_of(REGION, WEIGHT, 0)
    arrays |= {f"people {name}": values for name, values in people.households.items()}
    arrays |= {f"template {name}": values for name, values in templates.items()}
    for name, values in sorted(arrays.items()):
        if isinstance(values, np.ndarray):
            digest.update(name.encode())
            digest.update(" ".join(f"{value:.6g}" for value in values.ravel().tolist()).encode())
    return digest.hexdigest()


def run(inputs: Inputs) -> dict[str, Any]:
    """Return what the golden run gives: hashes of whole numbers, and sums of the others, which may differ in the last digit."""
    people, templates = people_of(REGION, WEIGHT, 0)
    engine = Engine(inputs, people, templates, weight=WEIGHT, seed=0)
    frames, rows = hashlib.sha256(), hashlib.sha256()
    sums: dict[str, float] = {}

    def keep(run: Engine) -> None:
        for name, value in sorted(run.frame.items()):
            if value.dtype.kind == "f":
                sums[name] = sums.get(name, 0.0) + float(value.sum())
            else:
                frames.update(name.encode() + np.ascontiguousarray(value).tobytes())

    keep(engine)
    engine.run(QUARTERS, keep)
    table = engine.households[: engine.n]
    for name in sorted(table.dtype.names):
        if table.dtype[name].kind != "f":
            rows.update(name.encode() + np.ascontiguousarray(table[name]).tobytes())
    return {"rows": engine.n, "frames_sha256": frames.hexdigest(), "households_sha256": rows.hexdigest(), "sums": sums}


def write() -> None:
    """Write the file anew."""
    parameters = parameters_now()
    inputs = golden_inputs(parameters)
    content = {"inputs_sha256": hash_of_inputs(inputs), **run(inputs), "parameters": parameters}
    FILE.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
