"""Reading YAML: places of everything, limits, and nothing ever run."""

import os
from pathlib import Path

import pytest

from urbsim.errors import UserError
from urbsim.policy.yamlnodes import MAX_BYTES, parse_yaml, read_text, read_yaml, scalar


def problems_of(text: str) -> list:
    with pytest.raises(UserError) as caught:
        parse_yaml(text, "f.yaml")
    return caught.value.problems


def test_places_of_nodes() -> None:
    root = parse_yaml("a: 1\nb:\n  - x\n  - {c: 2.5}\n", "f.yaml")
    assert root.plain() == {"a": 1, "b": ["x", {"c": 2.5}]}
    deep = root.at(["b", 1, "c"])
    assert (deep.line, deep.column) == (4, 9)
    key = root.at(["b", 1, "c"], key=True)
    assert (key.line, key.column) == (4, 6)
    assert root.at(["b", 9, "z"]).line == 3


@pytest.mark.parametrize(
    ("raw", "value"),
    [("2025-01-01", "2025-01-01"), ("yes", "yes"), ("on", "on"), ("010", 10), ("1:30", "1:30"), ("1e3", 1000.0), ("1_000", "1_000"),
     (".nan", ".nan"), (".inf", ".inf"), ("1e999", "1e999"), ("0x1F", "0x1F"), ("-3", -3), ("", None), ("null", None), ("True", True)],
)  # fmt: skip
def test_scalars_mean_what_they_look_like(raw: str, value: object) -> None:
    assert scalar(raw) == value
    assert type(scalar(raw)) is type(value)


def test_huge_numbers_do_not_stop_the_reader() -> None:
    assert isinstance(scalar("9" * 5000), str)
    assert scalar("9" * 18) == int("9" * 18)


def test_quoted_stays_text() -> None:
    assert parse_yaml("a: '12'", "f").plain() == {"a": "12"}


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system ['touch /tmp/urbsim_was_here']", "a: !!python/name:os.system x",
                                  "!!python/object/new:type {args: [x, [], {}]}", "a: !include /etc/passwd", "a: !!str 3"])  # fmt: skip
def test_tags_are_refused_and_nothing_runs(text: str) -> None:
    found = problems_of(text)
    assert "type tags" in found[0].message.en
    assert found[0].line == 1
    assert not Path("/tmp/urbsim_was_here").exists()


def test_duplicate_keys_are_all_reported_with_their_lines() -> None:
    found = problems_of("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [(problem.line, problem.column) for problem in found] == [(4, 3), (5, 1)]
    assert "given twice; first on line 1" in found[1].message.en


def test_tabs_are_reported_by_line() -> None:
    found = problems_of("a:\n\tb: 1\n  \tc: 2\n")
    assert [(problem.line, problem.column) for problem in found] == [(2, 1), (3, 3)]
    assert "制表符" in found[0].message.zh


@pytest.mark.parametrize(
    ("text", "line"), [("a: [1, 2\nb: 3", 2), ("a: 'x", 1), ("a: b: c", 1), ("a: 1\n  b: 2", 2), ("a: @x", 1), ("%", 1)]
)
def test_syntax_errors_have_a_place(text: str, line: int) -> None:
    found = problems_of(text)
    assert "not valid YAML" in found[0].message.en
    assert found[0].line is not None
    assert abs(found[0].line - line) <= 1


def test_control_characters_are_refused() -> None:
    assert "not valid YAML" in problems_of("a: \x07")[0].message.en


def test_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    found = problems_of("\n".join(lines))
    assert "after expanding aliases" in found[0].message.en


def test_small_aliases_work() -> None:
    assert parse_yaml("a: &x {b: 1}\nc: *x\n", "f").plain() == {"a": {"b": 1}, "c": {"b": 1}}


def test_an_alias_of_itself_is_refused() -> None:
    assert "no finished anchor" in problems_of("a: &x [1, *x]")[0].message.en


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "{b: " * 500, "\n".join(" " * i + "a:" for i in range(600)),
                                  "a: &a0 [1]\n" + "\n".join(f"b{i}: &a{i} [*a{i - 1}]" for i in range(1, 2000))])  # fmt: skip
def test_deep_nesting_is_refused(text: str) -> None:
    assert "levels deep" in problems_of(text)[0].message.en


def test_a_second_document_is_refused() -> None:
    found = problems_of("a: 1\n---\nb: 2\n")
    assert "one YAML document" in found[0].message.en


def test_lists_as_keys_are_refused() -> None:
    assert "single word" in problems_of("? [a, b]\n: 1\n")[0].message.en


def test_empty_files_are_refused() -> None:
    for text in ("", "# nothing\n", "---\n# still nothing\n"):
        assert "empty" in problems_of(text)[0].message.en


def test_a_huge_file_is_refused_without_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    with pytest.raises(UserError, match="too big"):
        read_text(path)


def test_the_limit_is_a_mebibyte(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("#" * MAX_BYTES)
    assert len(read_text(path)) == MAX_BYTES
    path.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(UserError, match=str(MAX_BYTES)):
        read_text(path)


def test_binary_missing_folder_pipe(tmp_path: Path) -> None:
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\x89PNG\r\n\x00\x1a")
    with pytest.raises(UserError, match="binary file"):
        read_yaml(binary)
    with pytest.raises(UserError, match="no such file"):
        read_yaml(tmp_path / "missing.yaml")
    with pytest.raises(UserError, match="not a regular file"):
        read_yaml(tmp_path)
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    with pytest.raises(UserError, match="not a regular file"):
        read_yaml(pipe)


def test_other_encodings_are_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("name: x\ntitle: 浙江\n".encode("gbk"))
    with pytest.raises(UserError) as caught:
        read_text(path)
    assert caught.value.problems[0].line == 2
    assert "UTF-8" in caught.value.problems[0].message.zh


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_yaml(path).plain() == {"a": 1, "b": 2}
