"""Result folders: who may write where, and that nothing is left half-written."""

import errno
import json
from pathlib import Path

import pytest

from urbsim.errors import DiskError, UserError
from urbsim.experiments import folders
from urbsim.results.folder import PROVENANCE, held_identity
from urbsim.results.provenance import IDENTITY

RUN = {"scenario": "x", "scenario_hash": "deadbeef", "seed": 0}


def write(folder: Path, identity: dict[str, object] = RUN, text: str = "result") -> None:
    folders.claim(folder, identity)
    with folders.filling(folder) as part:
        (part / "tables").mkdir()
        (part / "tables" / "a.csv").write_text(text)
        (part / "results.nc").write_text(text)
        (part / PROVENANCE).write_text(json.dumps({IDENTITY: identity}))


def test_a_new_folder_holds_everything_and_no_leftovers(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b")
    found = sorted(path.relative_to(tmp_path / "a" / "b").as_posix() for path in (tmp_path / "a" / "b").rglob("*"))
    assert found == ["provenance.json", "results.nc", "tables", "tables/a.csv"]


def test_the_same_run_may_be_written_again(tmp_path: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "out" / "my notes.txt").write_text("mine")
    write(tmp_path / "out", text="again")
    assert (tmp_path / "out" / "results.nc").read_text() == "again"
    assert (tmp_path / "out" / "tables" / "a.csv").read_text() == "again"
    assert (tmp_path / "out" / "my notes.txt").read_text() == "mine"


@pytest.mark.parametrize("other", [{**RUN, "seed": 1}, {**RUN, "scenario_hash": "feedbeef"}, {**RUN, "draws": 2}])
def test_another_run_is_refused_and_left_alone(tmp_path: Path, other: dict[str, object]) -> None:
    write(tmp_path / "out")
    with pytest.raises(UserError) as caught:
        folders.claim(tmp_path / "out", other)
    assert "-o" in caught.value.problems[0].render("en")
    assert "-o" in caught.value.problems[0].render("zh")
    assert (tmp_path / "out" / "results.nc").read_text() == "result"


@pytest.mark.parametrize("content", ["", "not json", "[]", "{}", '{"run_identity": 3}'])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "provenance.json").write_text(content)
    with pytest.raises(UserError):
        folders.claim(tmp_path, RUN)
    assert (tmp_path / "provenance.json").read_text() == content


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    folders.claim(tmp_path, RUN)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    for path in (tmp_path / "out", tmp_path / "out" / "below"):
        with pytest.raises(UserError):
            folders.claim(path, RUN)
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.parametrize(
    ("code", "kind"), [(errno.EACCES, UserError), (errno.EROFS, UserError), (errno.ENOSPC, DiskError), (errno.EDQUOT, DiskError)]
)
def test_what_the_system_refuses_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception]) -> None:
    def refuse(self: Path, data: bytes) -> int:
        raise OSError(code, "refused")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(kind):
        folders.claim(tmp_path / "out", RUN)


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path) -> None:
    folders.claim(tmp_path / "out", RUN)
    with pytest.raises(DiskError, match="full"), folders.filling(tmp_path / "out") as part:
        (part / "results.nc").write_text("half a res")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not (tmp_path / "out").exists()


def test_an_interrupt_leaves_the_earlier_result_whole(tmp_path: Path) -> None:
    write(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt), folders.filling(tmp_path / "out") as part:
        (part / "results.nc").write_text("half")
        raise KeyboardInterrupt
    assert (tmp_path / "out" / "results.nc").read_text() == "result"
    assert held_identity(tmp_path / "out") == RUN
    assert not list((tmp_path / "out").glob(".*"))


def test_the_mark_of_a_complete_result_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    replace = Path.replace

    def watch(self: Path, target: Path) -> Path:
        moved.append(Path(target).name)
        assert not (tmp_path / "out" / PROVENANCE).exists()
        return replace(self, target)

    write(tmp_path / "out")
    monkeypatch.setattr(Path, "replace", watch)
    write(tmp_path / "out")
    assert moved[-1] == PROVENANCE


def test_release_keeps_what_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").touch()
    folders.release(tmp_path / "out")
    assert (tmp_path / "out" / "file").exists()
