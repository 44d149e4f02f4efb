"""`urbsim warmup` compiles once, and says where the cache is."""

from __future__ import annotations

from tests.cli.conftest import Command
from urbsim.cache import kernels


def test_warmup_says_where_and_how_long(urbsim_command: Command) -> None:
    status, out, _ = urbsim_command("warmup", "--lang", "en")
    assert status == 0
    assert str(kernels()) in out
    assert "Compiled in" in out or "loaded in" in out
    status, out, err = urbsim_command("warmup", "--lang", "zh")
    assert (status, err) == (0, "")
    assert "已在缓存中" in out
