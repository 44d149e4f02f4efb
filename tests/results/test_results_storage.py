from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.results.synthetic import make_dataset, make_region, make_scenario
from urbsim.errors import DiskError, UserError
from urbsim.results import folder as folders
from urbsim.results import storage
from urbsim.results.hashing import content_hash
from urbsim.results.provenance import IDENTITY, command, library_versions, provenance, region_hash
from urbsim.results.tables import heading, save_table


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return make_dataset(small=True, draws=2, quarters=21)


def record(seed: int = 1) -> dict[str, Any]:
    region = make_region(small=True)
    return provenance(make_scenario(region), region, seed=seed, draws=2, replicates=1, weight=100, wall_time=1.5, until="2015-12")


def write(dataset: xr.Dataset, folder: Path, **options: Any) -> Path:
    options.setdefault("provenance", record())
    return storage.write(dataset, folder, scenario_yaml="name: synthetic\n", **options)


def test_saved_is_loaded(dataset: xr.Dataset, tmp_path: Path) -> None:
    folder = write(dataset, tmp_path / "deep" / "run")
    loaded = storage.open_results(folder)
    assert content_hash(loaded) == content_hash(dataset)
    assert content_hash(storage.open_results(folder / "results.nc")) == content_hash(dataset)
    for name in dataset.variables:
        assert loaded[name].dims == dataset[name].dims
        if dataset[name].dtype.kind in "iuf":
            assert loaded[name].dtype == dataset[name].dtype, name
        for key, value in dataset[name].attrs.items():
            assert loaded[name].attrs[key] == value
    assert loaded.attrs["title_zh"] == dataset.attrs["title_zh"]
    assert json.loads(loaded.attrs["provenance"]) == json.loads((folder / "provenance.json").read_text(encoding="utf-8"))


def test_tables_are_written_as_pandas_writes_them(tmp_path: Path) -> None:
    numbers = [0.0, -0.0, 1234567.0, 0.1 + 0.2, 1e-7, float("nan"), float("inf")]
    words = ["plain", "城市 town", 'a "word"', "one, two", "two\nlines", "", "plain"]
    table = pd.DataFrame({"a, b": numbers, "words": words, "years": np.arange(7, dtype=np.int32), "again": numbers[::-1]})
    table["mixed"] = pd.Series([None, 0.1234567, 3, True, "a", float("nan"), ""], dtype=object)
    for found in (table, table[:0], table.rename(columns={"again": "words"})):
        save_table(found, tmp_path / "own.csv")
        found.to_csv(tmp_path / "pandas.csv", index=False, encoding="utf-8-sig", float_format="%.6g")
        assert (tmp_path / "own.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()


def test_a_file_is_written_where_there_is_no_dask(tmp_path: Path) -> None:
    code = (
        "from urbsim.unneeded import without_dask\nwithout_dask()\nimport sys, xarray as xr\nfrom pathlib import Path\n"
        "from urbsim.results.storage import write_netcdf, open_results\n"
        "made = xr.Dataset({'a': ('time', [1.0, 2.0])}, coords={'time': ('time', [0, 1])})\n"
        "made['time'] = made['time'].values.astype('datetime64[D]').astype('datetime64[ns]')\n"
        "write_netcdf(made, Path('a.nc'))\nassert open_results('a.nc').identical(made)\nassert not sys.modules['dask']"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)


def test_what_a_folder_holds(dataset: xr.Dataset, tmp_path: Path) -> None:
    def report(given: xr.Dataset, folder: Path) -> None:
        assert given is dataset
        (folder / "report.html").write_text("<html>")
        (folder / "figures").mkdir()

    folder = write(dataset, tmp_path / "run", hook=report)
    names = {path.name for path in folder.iterdir()}
    assert names == {"results.nc", "scenario.yaml", "provenance.json", "tables", "report.html", "figures"}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    for table in (folder / "tables").glob("*.csv"):
        raw = table.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf"), table.name
        head = raw.decode("utf-8-sig").splitlines()[0]
        assert any("一" <= letter <= "鿿" for letter in head)
        assert any("a" <= letter <= "z" for letter in head)
    assert len(list((folder / "tables").glob("*.csv"))) == 13


def test_tables_hold_the_numbers(dataset: xr.Dataset, tmp_path: Path) -> None:
    folder = write(dataset, tmp_path / "run")
    rates = pd.read_csv(folder / "tables" / "urbanization.csv", encoding="utf-8-sig")
    assert heading("year") == "年份 year"
    row = rates[
        (rates[heading("variable")] == "常住人口城镇化率 urbanization_rate")
        & (rates[heading("year")] == 2014)
        & (rates[heading("area")] == "zhejiang")
    ]
    assert len(row) == 1
    expected = np.median(dataset["urbanization_rate"].sel(area="zhejiang").values[:, :, 16])
    assert row[heading("median")].item() == pytest.approx(expected, rel=1e-5)
    assert row[heading("level")].item() == "region"
    targets = pd.read_csv(folder / "tables" / "targets.csv", encoding="utf-8-sig")
    assert len(targets) == 12


def test_another_run_is_refused_and_left_alone(dataset: xr.Dataset, tmp_path: Path) -> None:
    folder = write(dataset, tmp_path / "run")
    before = (folder / "results.nc").read_bytes()
    with pytest.raises(UserError, match="holds the results of another run"):
        write(dataset, folder, provenance=record(seed=2))
    assert (folder / "results.nc").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_the_same_run_replaces_itself(dataset: xr.Dataset, tmp_path: Path) -> None:
    folder = write(dataset, tmp_path / "run")
    (folder / "stale.txt").write_text("x")
    write(dataset, folder)
    assert not (folder / "stale.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_is_filled(dataset: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert (write(dataset, tmp_path / "run") / "results.nc").is_file()


@pytest.mark.parametrize(("name", "words"), [("notes.txt", "is not empty"), ("results.nc", "is an incomplete result folder")])
def test_a_folder_with_something_else_is_refused(dataset: xr.Dataset, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).write_text("x")
    with pytest.raises(UserError, match=words):
        write(dataset, tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == [name]


def test_a_file_in_the_way_is_told(dataset: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("x")
    with pytest.raises(UserError, match="is not a folder"):
        write(dataset, tmp_path / "run")
    with pytest.raises(UserError, match="cannot be written"):
        write(dataset, tmp_path / "run" / "below")


def test_remains_of_a_killed_writer_go(dataset: xr.Dataset, tmp_path: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    ).stdout.strip()
    dead = tmp_path / f".run.part-{folders._host()}-{gone}-abcd1234"
    alive = tmp_path / f".run.part-{folders._host()}-{os.getpid()}-abcd1234"
    elsewhere = tmp_path / ".run.part-00000000-1-abcd1234"
    for folder in (dead, alive, elsewhere):
        folder.mkdir()
    write(dataset, tmp_path / "run")
    assert not dead.exists()
    assert alive.exists()
    assert elsewhere.exists()


def test_a_failing_hook_leaves_nothing(dataset: xr.Dataset, tmp_path: Path) -> None:
    def broken(given: xr.Dataset, folder: Path) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(dataset, tmp_path / "run", hook=broken)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", sorted(folders.FULL))
def test_a_full_disk_leaves_nothing(dataset: xr.Dataset, tmp_path: Path, number: int) -> None:
    def full(given: xr.Dataset, folder: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(DiskError, match="the disk is full: run was not written"):
        write(dataset, tmp_path / "run", hook=full)
    assert not list(tmp_path.iterdir())


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.results.test_results_storage import make_dataset, write
from urbsim.errors import DiskError
dataset = make_dataset(small=True, draws=2, quarters=21)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    write(dataset, Path({folder!r}))
except DiskError as error:
    print("told:", error)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits of the operating system")
def test_a_file_that_cannot_grow_leaves_nothing(tmp_path: Path) -> None:
    """Let the netCDF library itself run into the wall, in a process of its own."""
    root = str(Path(__file__).resolve().parents[2])
    code = FULL_DISK.format(root=root, folder=str(tmp_path / "run"))
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "told:" in found.stdout, found.stderr
    assert not list(tmp_path.iterdir())


def test_opening_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no"):
        storage.open_results(tmp_path / "nothing")
    with pytest.raises(UserError, match=r"there is no results\.nc"):
        storage.open_results(tmp_path)
    (tmp_path / "scenario.yaml").write_text("x")
    with pytest.raises(UserError, match="half-written"):
        storage.open_results(tmp_path)
    (tmp_path / "results.nc").write_text("no netCDF")
    with pytest.raises(UserError, match="cannot be read"):
        storage.open_results(tmp_path)


def test_hash_sees_values_names_types_and_shapes_only() -> None:
    plain = xr.Dataset({"a": ("x", np.array([1.0, np.nan]))}, coords={"x": np.array(["甲", "b"], dtype=object)})
    assert content_hash(plain) == content_hash(plain.copy(deep=True).assign_attrs(title="other"))
    assert content_hash(plain) == content_hash(plain.assign_coords(x=np.array(["甲", "b"])))
    signed = plain.copy(deep=True)
    signed["a"].values[1] = -np.float64(np.nan)
    assert content_hash(plain) == content_hash(signed)
    big = plain.assign(a=plain["a"].astype(">f8"))
    assert content_hash(plain) == content_hash(big)
    for other in (
        plain.assign(a=plain["a"].astype("float32")),
        plain.rename(a="b"),
        plain.assign_coords(x=["甲", "c"]),
        plain.assign(a=plain["a"] + 1),
        plain.isel(x=[0]),
        plain.assign(b=plain["a"]),
    ):
        assert content_hash(plain) != content_hash(other)


def test_hash_does_not_mix_up_neighbouring_texts() -> None:
    assert content_hash(xr.Dataset(coords={"x": ["ab", "c"]})) != content_hash(xr.Dataset(coords={"x": ["a", "bc"]}))


def test_hash_of_dates_does_not_depend_on_their_resolution() -> None:
    days = np.array(["2010-12-31", "2011-03-31"], dtype="datetime64[D]")
    fine, coarse = (xr.Dataset(coords={"time": days.astype(f"datetime64[{unit}]")}) for unit in ("ns", "s"))
    assert content_hash(fine) == content_hash(coarse)


def test_provenance_says_how_to_repeat() -> None:
    found = record()
    assert found["command"] == "urbsim run synthetic --draws 2 --replicates 1 --seed 1 --weight 100 --until 2015-12"
    assert found["scenario"]["resolved"].startswith("name: synthetic")
    assert found["libraries"]["numpy"] == np.__version__
    assert set(found["libraries"]) == set(library_versions())
    assert found[IDENTITY]["seed"] == 1
    assert found[IDENTITY] != record(seed=2)[IDENTITY]
    assert len(found["data"]["ensemble_hash"]) == 64
    json.dumps(found)
    assert "content_hash" not in found


def test_provenance_names_no_person_and_no_place_of_the_machine() -> None:
    text = json.dumps(record())
    for private in (str(Path.home()), str(Path.cwd()), os.uname().nodename):
        assert private not in text


def test_settings_stand_in_the_command() -> None:
    assert command("a", 1, 2, 3, 4, settings=["x=1"]).endswith("--weight 4 --set 'x=1'")


def test_region_hash_follows_the_files(tmp_path: Path) -> None:
    class Table:
        folder = tmp_path

    class Region:
        table = Table

    (tmp_path / "a.csv").write_text("1")
    first = region_hash(Region)
    (tmp_path / ".hidden").write_text("1")
    assert region_hash(Region) == first
    (tmp_path / "a.csv").write_text("2")
    assert region_hash(Region) != first
