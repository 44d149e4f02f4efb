"""Where a result comes from: enough to repeat it, nothing about the person or the machine's names and paths."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import urbsim
from urbsim.parameters import ensemble_hash, members_of
from urbsim.results.variables import SCHEMA_VERSION

LIBRARIES = ("numpy", "scipy", "numba", "xarray", "pandas", "netCDF4", "mesa", "pydantic", "PyYAML")
IDENTITY = "run_identity"


def provenance(
    scenario: Any,
    region: Any,
    *,
    seed: int,
    draws: int,
    replicates: int,
    weight: int,
    wall_time: float,
    until: str | None = None,
    settings: Sequence[str] = (),
    content_hash: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the record of a run, ready for JSON.

    `wall_time` is in seconds, `until` the date given, `settings` the `--set` texts on top of the scenario. Threads and processes change no
    bit and are left out; `extra` may add them. `run_identity` is what must agree for two runs to be the same.
    """
    record: dict[str, Any] = {
        "urbsim": {"version": metadata.version("urbsim"), "commit": commit(), "schema_version": SCHEMA_VERSION},
        "scenario": {"name": scenario.name, "hash": scenario.hash8, "settings": list(settings), "resolved": scenario.resolved_yaml()},
        "data": {"region": region.name, "region_hash": region_hash(region), "ensemble_hash": ensemble_hash(region.name)},
        "run": {"seed": seed, "draws": draws, "replicates": replicates, "weight": weight, "until": until},
        "parameters": "fitted ensemble" if members_of(region.name) else "prior",
        "platform": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()},
        "libraries": library_versions(),
        "wall_time_seconds": round(float(wall_time), 3),
        "command": command(scenario.name, seed, draws, replicates, weight, until, settings),
    }
    record[IDENTITY] = identity(record)
    if content_hash is not None:
        record["content_hash"] = content_hash
    return record | dict(extra or {})


def identity(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes a run the same run: scenario, data, run settings, version."""
    return {
        "version": record["urbsim"]["version"],
        "commit": record["urbsim"]["commit"],
        "scenario_hash": record["scenario"]["hash"],
        **{key: record["data"][key] for key in ("region", "region_hash", "ensemble_hash")},
        **record["run"],
    }


def command(
    scenario: str, seed: int, draws: int, replicates: int, weight: int, until: str | None = None, settings: Sequence[str] = ()
) -> str:
    """Return the command line that repeats a run.

    >>> command("zhejiang_2027", 1, 20, 1, 100, settings=["settlement.quota[hangzhou_core]@2025-01=100"])
    "urbsim run zhejiang_2027 --draws 20 --replicates 1 --seed 1 --weight 100 --set 'settlement.quota[hangzhou_core]@2025-01=100'"
    """
    words = f"urbsim run {scenario} --draws {draws} --replicates {replicates} --seed {seed} --weight {weight}"
    if until is not None:
        words += f" --until {until}"
    return words + "".join(f" --set '{setting}'" for setting in settings)


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that results depend on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def region_hash(region: Any) -> str:
    """Return the SHA-256 of the region's data files (names and bytes, in name order); empty if the region has no folder."""
    folder = getattr(getattr(region, "table", None), "folder", None)
    if folder is None:
        return str(getattr(region, "data_hash", ""))
    digest = hashlib.sha256()
    for file in sorted(path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith(".")):
        raw = file.read_bytes()
        digest.update(f"{file.name}|{len(raw)}|".encode())
        digest.update(raw)
    return digest.hexdigest()


@cache
def commit() -> str | None:
    """Return the git commit that the running code stands at, with `+` if its files were changed; None outside a checkout."""
    git, package = shutil.which("git"), Path(urbsim.__file__).resolve().parent
    if git is None or "site-packages" in package.parts:
        return None

    def ask(*words: str) -> str | None:
        try:
            found = subprocess.run([git, *words], cwd=package, capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return found.stdout.strip() if found.returncode == 0 else None

    if ask("ls-files", "--error-unmatch", "__init__.py") is None:
        return None  # some other repository that happens to hold the package
    head = ask("rev-parse", "HEAD")
    return None if head is None else head + ("+" if ask("status", "--porcelain", "--untracked-files=no", ".") else "")
