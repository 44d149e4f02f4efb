"""Ctrl-C and a reader that goes away, in real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Command
from tests.experiments import fake_engine
from urbsim.experiments.pool import quiet_start

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
"""Seconds after which a process counts as stuck; a busy machine may need a minute to start one."""
SLOW = """
from tests.experiments import fake_engine
from urbsim.experiments import runner
if __name__ == "__main__":
    runner._engine = lambda: fake_engine.{engine}
    from urbsim.cli import main
    main()
"""


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait for a condition, no longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def alive(group: int) -> list[int]:
    """Return the processes of a group that have not ended."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


@pytest.mark.parametrize(("jobs", "engine"), [("1", "slow"), ("2", "slow"), ("1", "stuck"), ("2", "stuck")])
def test_an_interrupt_ends_cleanly(tmp_path: Path, jobs: str, engine: str) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW.format(engine=engine))
    words = ["run", "zhejiang_2027", "--draws", "4", "--weight", "1000", "--jobs", jobs, "-o", "out"]
    at_work = tmp_path.with_name(f"{tmp_path.name}-at-work")
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "LANG": "en_US.UTF-8", "LC_ALL": "", fake_engine.AT_WORK: str(at_work)}
    process = subprocess.Popen(
        [sys.executable, str(script), *words],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert within(PATIENCE, lambda: at_work.exists() or process.poll() is not None)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: parent and workers alike
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "Interrupted; no result was written."
    assert "Traceback" not in err
    assert out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["slow.py"]
    assert within(PATIENCE, lambda: not alive(process.pid)), "workers are left behind"


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from urbsim.cli import main; main()", "list", "parameters"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=PATIENCE), err) == (0, "")


def test_text_that_the_terminal_cannot_show_is_no_fault(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", "from urbsim.cli import main; main()", "list", "levers", "--lang", "zh"],
        cwd=tmp_path, env=environment, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_bar_is_drawn_on_a_terminal(tmp_path: Path) -> None:
    code = (
        "from urbsim.cli.progress import progress_bar\n"
        "with progress_bar('zh', False) as show:\n"
        "    for done in range(69):\n"
        "        show(done, 68)\n"
    )
    leader, follower = os.openpty()
    try:
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, stderr=follower, timeout=PATIENCE)
        os.set_blocking(leader, False)
        shown = os.read(leader, 65536).decode()
    finally:
        os.close(leader)
        os.close(follower)
    assert done.returncode == 0
    assert "模拟" in shown
    assert "还需" in shown
    assert "/68" in shown or "/1 " in shown


def test_nothing_is_drawn_off_a_terminal(tmp_path: Path) -> None:
    code = "from urbsim.cli.progress import progress_bar\nwith progress_bar('en', False) as show:\n    assert show is None\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("ignored", [False, True])
def test_an_interrupt_while_workers_start_is_raised_unless_it_is_ignored(ignored: bool) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler)
    try:
        with contextlib.nullcontext() if ignored else pytest.raises(KeyboardInterrupt), quiet_start():
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_import_cut_short_by_an_interrupt_is_an_interrupt(urbsim_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise ImportError("half loaded")  # noqa: B904 - as libraries do

    monkeypatch.setattr("urbsim.experiments.plan.make_plan", cut_short)
    status, _, err = urbsim_command("run", "zhejiang_2027")
    assert status == 130
    assert "Traceback" not in err
