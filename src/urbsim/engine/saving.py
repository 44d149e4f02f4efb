"""The state of a run as plain arrays, and a run that goes on from them bit for bit as if nothing had been.

Every attribute of the engine and of its rounds is saved unless `REBUILT` names it, so that a new one cannot be forgotten: one of a kind
that cannot be written as arrays stops the saving.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.engine import rng
from urbsim.engine.counting import COUNT, Counts
from urbsim.engine.engine import Engine
from urbsim.engine.inputs import Inputs
from urbsim.engine.roll import Roll
from urbsim.engine.rounds import Rounds
from urbsim.engine.rules import RULES
from urbsim.engine.state import ACCOUNT, HOUSEHOLD, make_rows, params_record
from urbsim.population.registry import ROOM

Arrays = dict[str, npt.NDArray[Any]]

REBUILT = frozenset(
    {
        "inputs", "areas", "blocks", "templates", "p",  # from region, scenario, draw
        "weight", "threads", "key",  # from the numbers of the run
        "rounds",  # its attributes are saved under its own name
        "utilities", "event",  # made anew in every quarter
        "roll",  # what the rows say
    }
)  # fmt: skip
ROUNDS_REBUILT = frozenset({"engine"})
TUPLES: Mapping[str, type[tuple[Any, ...]]] = {"counts": Counts}
RECORDS = (HOUSEHOLD, ACCOUNT, COUNT, RULES)
NOTHING = ":none"


class StateFormatError(ValueError):
    """The arrays are not a state of this version of the engine."""


def arrays_of(engine: Engine) -> Arrays:
    """Return everything that the engine needs to go on, by name (`engine/wage`, `engine/counts/stock`, `rounds/applied`).

    Rows that are not in use are left out. Raises TypeError naming an attribute that is no number, array, named tuple or dict of arrays.
    """
    found: Arrays = {}
    for owner, values, rebuilt in (("engine", vars(engine), REBUILT), ("rounds", vars(engine.rounds), ROUNDS_REBUILT)):
        for name, value in values.items():
            if name not in rebuilt:
                _flatten(f"{owner}/{name}", value, found)
    found["engine/households"] = engine.households[: engine.n]
    return found


def _flatten(name: str, value: object, into: Arrays) -> None:
    if value is None:
        into[name + NOTHING] = np.zeros(0)
    elif isinstance(value, bool | int | float | np.generic | np.ndarray):
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise TypeError(f"{name} of the engine holds objects: they cannot be saved as arrays")
        into[name] = array
    elif isinstance(value, dict) or (isinstance(value, tuple) and hasattr(value, "_asdict")):
        if isinstance(value, tuple) and TUPLES.get(name.rpartition("/")[2]) is not type(value):
            raise TypeError(f"{name} of the engine is a {type(value).__name__}: name it in TUPLES")
        for part, inner in (value if isinstance(value, dict) else value._asdict()).items():
            _flatten(f"{name}/{part}", inner, into)
    else:
        raise TypeError(f"{name} of the engine is a {type(value).__name__}: save it as arrays or name it in REBUILT")


def resume(
    inputs: Inputs, templates: Mapping[str, npt.NDArray[Any]], arrays: Mapping[str, npt.NDArray[Any]], *,
    weight: int, seed: int, replicate: int, draw: int, threads: int = 1,
) -> Engine:  # fmt: skip
    """Return an engine at the state of `arrays` (see `arrays_of`), ready to step under `inputs`.

    Raises StateFormatError if an attribute is missing or too many, or has another shape than this version's.
    """
    engine, rounds = Engine.__new__(Engine), Rounds.__new__(Rounds)
    attributes: dict[str, dict[str, Any]] = {"engine": {}, "rounds": {}}
    for name, value in arrays.items():
        owner, *path = name.removesuffix(NOTHING).split("/")
        if owner not in attributes or not path:
            raise StateFormatError(f"unknown entry {name}")
        place = attributes[owner]
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = None if name.endswith(NOTHING) else _usable(value)
    try:
        for name, kind in TUPLES.items():
            attributes["engine"][name] = kind(**attributes["engine"][name])
        rows = attributes["engine"]["households"]
        attributes["engine"]["households"] = make_rows({name: rows[name] for name in rows.dtype.names}, room=int(rows.size * ROOM) + 4096)
    except (KeyError, TypeError) as error:
        raise StateFormatError(f"incomplete state: {error}") from error
    attributes["engine"] |= {
        "inputs": inputs, "areas": len(inputs.region.area_codes), "blocks": len(inputs.region.block_codes), "weight": weight,
        "threads": max(1, threads), "key": rng.run_key(seed, replicate, draw), "templates": make_rows(templates),
        "p": params_record(inputs.params), "utilities": None, "rounds": rounds,
        "event": np.zeros(attributes["engine"]["households"].size, dtype=np.uint8),
    }  # fmt: skip
    vars(rounds).update(attributes["rounds"], engine=engine)
    vars(engine).update(attributes["engine"])
    _check(engine)
    engine.roll = Roll(engine)
    return engine


def _usable(value: npt.NDArray[Any]) -> Any:
    """Return a number for a scalar, else the array with the very record type that kernels are compiled for."""
    if value.dtype.names is not None:
        known = [record for record in RECORDS if record == value.dtype]
        if not known:
            raise StateFormatError("rows of another layout")
        return value.view(known[0])
    return value.item() if value.ndim == 0 else value


def _check(engine: Engine) -> None:
    """Raise StateFormatError where the restored engine does not fit its region."""
    a = engine.areas
    shapes = {
        "wage": (a,), "rent": (a,), "seat": (a,), "odds": (a,), "settled_year": (a, 3), "accounts": (a,),
        "town_born": (a, 2, 2, engine.town_born.shape[-1]),
    }  # fmt: skip
    wrong = [name for name, shape in shapes.items() if np.shape(getattr(engine, name)) != shape]
    if wrong or not 0 <= engine.n <= engine.households.size or engine.counts.stock.shape != (a + engine.blocks, a + 1):
        raise StateFormatError(f"shapes do not fit the region: {wrong}")
