import re
from pathlib import Path

import numpy as np
import pytest

from urbsim.population import registry as reg

DTYPES = {"u8": "uint8", "u64": "uint64", "i16": "int16", "f32": "float32"}


def documented_columns() -> dict[str, str]:
    text = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    words = text.split("\nColumns: ", 1)[1].split("Dead rows", 1)[0]
    found: dict[str, str] = {}
    for names, dtype in re.findall(r"`([a-z0-9_, ]+?) (u8|u64|i16|f32)`", words):
        found |= {name.split()[0]: DTYPES[dtype] for name in names.split(",")}
    return found


def test_columns_are_those_of_the_contract() -> None:
    documented = documented_columns()
    assert len(documented) > 30
    assert documented == {column.name: column.dtype for column in reg.COLUMNS}


def test_every_column_is_explained_in_both_languages() -> None:
    for column in reg.COLUMNS:
        assert re.search(r"[\u4e00-\u9fff]", column.meaning.zh), column.name
        assert column.meaning.en, column.name
        assert column.unit, column.name
        assert column.minimum < column.maximum, column.name


def test_empty_rows_are_valid_but_for_their_identities() -> None:
    assert reg.check_columns(reg.empty_columns(1)) == []
    assert reg.check_columns(reg.empty_columns(2)) == ["identities are not unique"]


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("status", 5, "status: 1 values outside"),
        ("part", 2, "part: 1 values outside"),
        ("head_birth", 401, "head_birth: 1 values outside"),
        ("wage_residual", np.nan, "wage_residual: 1 values outside"),
        ("spouse", reg.SPOUSE_ALONG, "a spouse without a birth date"),
        ("status", reg.STATUS_PERMIT, "a permit without a date"),
        ("status", reg.STATUS_SETTLED, "settled, yet registered elsewhere"),
        ("kin_settled", reg.KIN_ALL, "kin settled without a town register"),
        ("child1", reg.CHILD_GIRL, "bits of a child who does not exist"),
        ("elders", reg.ELDERS_AT_HOME, "bits of elders who do not exist"),
        ("insured", 1, "insured without a date"),
        ("status", reg.STATUS_ABSENT, "absent, yet inside the region"),
    ],
)
def test_a_wrong_value_is_found(name: str, value: float, complaint: str) -> None:
    columns = reg.empty_columns(3)
    columns["id"] = np.arange(3, dtype=np.uint64)
    assert reg.check_columns(columns) == []
    columns[name][1] = value
    assert any(found.startswith(complaint) for found in reg.check_columns(columns))


def test_wrong_shapes_types_and_names_are_found() -> None:
    columns = reg.empty_columns(2)
    assert reg.check_columns({**columns, "id": np.zeros(3, dtype=np.uint64)})[0].startswith("columns differ in shape")
    assert "head_birth is int64, not int16" in reg.check_columns({**columns, "head_birth": np.zeros(2, dtype=np.int64)})
    assert reg.check_columns({**columns, "shoe_size": np.zeros(2)}) == ["unknown column shoe_size"]
    del columns["poor"]
    assert reg.check_columns(columns) == ["missing column poor"]
