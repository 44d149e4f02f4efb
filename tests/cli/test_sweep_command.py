"""`urbsim sweep`, `status` and `check` of studies, as typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.experiments import fake_engine
from tests.experiments.test_sweep import STUDY

FAST = ("--until", "2012", "--jobs", "1")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path) -> str:
    (tmp_path / "small.yaml").write_text(STUDY, encoding="utf-8")
    return "small.yaml"


@pytest.mark.parametrize("locale", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_a_sweep_and_its_status(urbsim_command: Command, engine: Callable[[Any], None], study: str, locale: str) -> None:
    status, out, err = urbsim_command("sweep", study, *FAST, "-o", "out", locale=locale)
    assert status == 0
    assert "out" in out
    assert "6" in err
    assert "12" in err
    status, out, err = urbsim_command("status", "out", locale=locale)
    assert (status, err) == (0, "")
    assert out.splitlines() == (
        ["12 of 12 done (100 %), 0 failed", "finished"] if locale.startswith("en") else ["完成 12 / 12（100%），失败 0", "已全部完成"]
    )
    status, out, _ = urbsim_command("sweep", study, *FAST, "-o", "out", locale=locale)
    assert status == 0
    assert "12" in out


def test_the_default_folder_is_named_after_the_study(urbsim_command: Command, engine: Callable[[Any], None], study: str) -> None:
    status, out, _ = urbsim_command("sweep", study, *FAST, "--quiet")
    assert status == 0
    assert out.startswith("results/small-")
    assert (Path(out.strip()) / "results.zarr" / ".zmetadata").is_file()


def test_failures_leave_with_one(urbsim_command: Command, engine: Callable[[Any], None], study: str) -> None:
    engine(fake_engine.fails_at_draw_1)
    status, _, err = urbsim_command("sweep", study, *FAST, "-o", "out")
    assert status == 1
    assert "6 runs failed" in err
    assert "Traceback" not in err
    status, out, _ = urbsim_command("status", "out")
    assert out.splitlines()[0] == "6 of 12 done (50 %), 6 failed"
    assert "out/failures" in out
    assert json.loads(Path("out/failures/1.json").read_text())["command"].startswith("python -c ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sweep", "small.yaml", "--scheduler", "tcp://127.0.0.1:9"), "No Dask scheduler answers"),
        (("sweep", "smal"), "there is no study 'smal'"),
        (("sweep", "hangzhou_quota"), "Did you mean 'hangzhou_quota_schools_homes'?"),
        (("status", "nowhere"), "not the result folder of a sweep"),
        (("check", "bad.yaml"), "bad.yaml:3:"),
    ],
)
def test_mistakes_leave_with_two(urbsim_command: Command, engine: Callable[[Any], None], study: str, words: Any, told: str) -> None:
    Path("bad.yaml").write_text("name: x\nbase: zhejiang_2027\nfactors: [{parameter: nothing, low: 1, high: 2}]\ndesign: {kind: grid}\n")
    status, _, err = urbsim_command(*words)
    assert status == 2
    assert told in err
    assert "Traceback" not in err


def test_an_interrupt_keeps_what_is_finished(tmp_path: Path, study: str) -> None:
    script = tmp_path / "client.py"
    script.write_text(
        "from tests.experiments import fake_engine\nfrom urbsim.experiments import runner\n"
        "if __name__ == '__main__':\n    runner._engine = lambda: fake_engine.slow\n    from urbsim.cli import main\n    main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]), "LANG": "en_US.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, str(script), "sweep", study, "--until", "2011", "--jobs", "1", "-o", "out", "--lang", "en"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "out" / "results.zarr" / "run_status" / "1").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "Interrupted. Finished runs are in out: start the same command again to go on."
    assert "Traceback" not in err
