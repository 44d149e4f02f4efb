"""The fitted ensemble that ships with the package: equally good accounts of the past, draw 0 the best-fitting one.

`data/<region>/ensemble.csv` (for a region that does not ship: `ensemble.csv` in its own folder) has a row for each fitted number, with
the columns `name,place` and one for each draw: `0,1,2,...`. An empty `place` gives a parameter (by its symbol) or a constant of the whole
region; an area or prefecture code gives a fitted constant there (a prefecture's value holds for its areas without one of their own).
Lines that start with `#` say how the file was made. Parameters that the fit left alone are not in the file and keep their prior draw. A
region without a file has no fit: its draws come from the prior, as `Member.fitted` says.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from urbsim.errors import Problem, UserError
from urbsim.parameters.distributions import prior_sample, prior_value
from urbsim.parameters.table import PARAMETERS
from urbsim.regions.geography import available_regions, region_folder, shipped_regions
from urbsim.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("name", "place")


@dataclass(frozen=True)
class Member:
    """Hold one member: `parameters` by symbol, `constants` by name and place ("" is the whole region)."""

    region: str
    draw: int
    fitted: bool
    parameters: Mapping[str, float]
    constants: Mapping[str, Mapping[str, float]]

    def array(self, name: str, region: Any, default: float = 0.0) -> NDArray[np.float64]:
        """Return constant `name` for the A areas of `region`.

        An area's own value comes first, then its prefecture's, the region's, `default`. `region` gives `area_codes`,
        `prefecture_codes` and `prefecture_of`.
        """
        import numpy as np

        values = self.constants.get(name, {})
        out = np.full(len(region.area_codes), values.get("", default), dtype=np.float64)
        for a, code in enumerate(region.area_codes):
            prefecture = region.prefecture_codes[int(region.prefecture_of[a])]
            out[a] = values.get(code, values.get(prefecture, out[a]))
        return out


def members_of(region: str) -> int | None:
    """Return how many members the region's ensemble has, or None if the region has no fitted ensemble."""
    table = _table(region)
    return None if table is None else len(table)


def member(region: Any, draw: int) -> Member:
    """Return member `draw` for a region (its code, or an object with `name`).

    Raises UserError if the shipped ensemble has fewer members.
    """
    name = region if isinstance(region, str) else str(region.name)
    if draw < 0:
        raise ValueError("draws count from 0")
    table = _table(name)
    if table is None:
        return Member(name, draw, fitted=False, parameters=MappingProxyType(prior_sample(draw)), constants=MappingProxyType({}))
    if draw not in table:
        raise UserError(missing_draws(name, draw + 1))
    fitted: dict[str, float] = {}
    constants: dict[str, dict[str, float]] = {}
    for (entry, place), value in table[draw].items():
        if not place and entry in PARAMETERS:
            fitted[entry] = value
        else:
            constants.setdefault(entry, {})[place] = value
    parameters = {symbol: fitted[symbol] if symbol in fitted else prior_value(symbol, draw) for symbol in PARAMETERS}
    return Member(name, draw, fitted=True, parameters=MappingProxyType(parameters), constants=MappingProxyType(constants))


def sample(region: Any, draw: int) -> dict[str, float]:
    """Return the parameters of member `draw` by symbol (docs/architecture.md, parameters/)."""
    return dict(member(region, draw).parameters)


def ensemble_hash(region: str) -> str:
    """Return the SHA-256 of the region's ensemble and of the parameter tables that complete it."""
    digest = hashlib.sha256()
    for part in ("parameters.csv", "assumptions.csv"):
        digest.update(files("urbsim.parameters").joinpath(part).read_bytes())
    found = ensemble_file(region)
    digest.update(found.read_bytes() if found is not None and found.is_file() else b"-")
    return digest.hexdigest()


def ensemble_file(region: str) -> Path | None:
    """Return where a region's ensemble stands or would stand: in the package if the region ships with it, else in its own folder.

    None if no region of that name is known.
    """
    if region in shipped_regions():
        return Path(__file__).resolve().parent / "data" / region / "ensemble.csv"
    return region_folder(region) / "ensemble.csv" if region in available_regions() else None


@lru_cache(maxsize=8)
def _table(region: str) -> Mapping[int, Mapping[tuple[str, str], float]] | None:
    """Return draw -> (name, place) -> value of a region's file, or None if there is none."""
    found = ensemble_file(region)
    if found is None or not found.is_file():
        return None
    return parse_ensemble(found.read_text(encoding="utf-8"), f"{region}/ensemble.csv")


def forget() -> None:
    """Read ensembles anew: one has been written."""
    _table.cache_clear()


def parse_ensemble(text: str, file: str = "ensemble.csv") -> Mapping[int, Mapping[tuple[str, str], float]]:
    """Read an ensemble file; draws must count 0, 1, 2, ... without a gap.

    Raises UserError listing every bad row.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    head = lines[0][1].strip().split(",") if lines else []
    draws = head[len(COLUMNS) :]
    if tuple(head[: len(COLUMNS)]) != COLUMNS or not draws or draws != [str(k) for k in range(len(draws))]:
        zh, en = "首行应为 name,place,0,1,2,……（draw 从 0 起连续编号）", "the first row must be name,place,0,1,2, ...: draws without a gap"
        raise UserError.one(zh, en, file=file, line=lines[0][0] if lines else 1)
    table: dict[int, dict[tuple[str, str], float]] = {k: {} for k in range(len(draws))}
    problems: list[Problem] = []
    for number, cells in zip((number for number, _ in lines[1:]), csv.reader(line for _, line in lines[1:]), strict=True):
        try:
            name, place, *values = cells
            found = [float(value) for value in values]
            if len(found) != len(draws):
                raise ValueError
        except ValueError:
            words = Text(f"应为 name,place 和 {len(draws)} 个数字", f"expected name, place and {len(draws)} numbers")
            problems.append(Problem(words, file, number))
            continue
        key = (name.strip(), place.strip())
        if key in table[0]:
            problems.append(Problem(Text(f"{key[0]} 重复", f"{key[0]} stands twice"), file, number))
        for k, value in enumerate(found):
            table[k][key] = value
    if problems:
        raise UserError(problems)
    return table


def missing_draws(region: str, draws: int) -> list[Problem]:
    """Return the problem of asking for more draws than the region's fitted ensemble has members, if that is so."""
    count, draw = members_of(region), draws - 1
    if count is None or draw < count:
        return []
    words = Text(
        zh=f"{region} 的拟合参数集只有 {count} 组（0 至 {count - 1}），没有第 {draw} 组",
        en=f"the fitted ensemble of {region} has {count} members (0 to {count - 1}); there is no member {draw}",
    )
    return [Problem(words, hint=Text(zh=f"请用 --draws {count} 或更少", en=f"ask for --draws {count} or fewer"))]
