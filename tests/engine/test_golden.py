"""The golden run gives what it gave (tests/engine/golden.py says how to renew it)."""

from __future__ import annotations

import json

import pytest

from tests.engine.golden import FILE, golden_inputs, hash_of_inputs, run

RENEW = "if this is on purpose, renew it with `python -m tests.engine.golden` and say why in the commit"


def test_the_golden_run_is_unchanged() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    inputs = golden_inputs(kept["parameters"])
    assert hash_of_inputs(inputs) == kept["inputs_sha256"], f"what the run reads has changed (data, rules or the synthesis): {RENEW}"
    seen = run(inputs)
    assert seen["rows"] == kept["rows"], RENEW
    assert seen["frames_sha256"] == kept["frames_sha256"], f"figures have changed: {RENEW}"
    assert seen["households_sha256"] == kept["households_sha256"], f"households have changed: {RENEW}"
    assert seen["sums"] == pytest.approx(kept["sums"], rel=1e-9), f"figures have changed: {RENEW}"
