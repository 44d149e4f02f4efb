"""Whatever is written in a file, loading ends with a scenario or with problems that have a place: never with another error."""

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from urbsim.errors import UserError
from urbsim.policy import LEVERS
from urbsim.scenario import Scenario, loads
from urbsim.scenario.assumptions import ASSUMPTIONS

WORDS = st.sampled_from(
    [
        "all",
        "closed",
        "hangzhou",
        "ningbo_cixi",
        "zhejiang",
        "zhejiang_2027",
        "ZJ2023",
        "national",
        "2025",
        "2025-02-30",
        "yes",
        "80%",
        "",
        "杭州市",
        "../x.yaml",
    ]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), WORDS, st.text(max_size=8))
KEYS = st.one_of(
    st.sampled_from(
        [*LEVERS][:6]
        + [*ASSUMPTIONS][:3]
        + ["name", "region", "area", "except", "from", "values", "totals", "set", "packages", "run", "draws"]
    ),
    st.text(max_size=5),
)
JUNK = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=8)
GOOD: dict[str, Any] = {
    "name": "mine",
    "title": {"zh": "题", "en": "t"},
    "region": "zhejiang",
    "period": {"start": "2011-01-01", "until": "2020-12-31"},
    "targets": "zhejiang_2023_plan",
    "policy": {
        "packages": ["national"],
        "set": [
            {
                "area": ["all"],
                "except": ["ningbo"],
                "from": "2015-01-01",
                "values": {"permit.friction": 2},
                "totals": {"homes.public_units": 9},
            }
        ],
    },
    "assumptions": {"wage_growth": 0.02},
    "run": {"draws": 2, "seed": 1},
}
PATHS = [
    (),
    ("name",),
    ("title",),
    ("title", "zh"),
    ("region",),
    ("period",),
    ("period", "start"),
    ("targets",),
    ("policy",),
    ("policy", "packages"),
    ("policy", "packages", 0),
    ("policy", "set"),
    ("policy", "set", 0),
    ("policy", "set", 0, "area"),
    ("policy", "set", 0, "area", 0),
    ("policy", "set", 0, "except"),
    ("policy", "set", 0, "from"),
    ("policy", "set", 0, "values"),
    ("policy", "set", 0, "values", "permit.friction"),
    ("policy", "set", 0, "totals"),
    ("policy", "set", 0, "tag"),
    ("policy", "set", 0, "note"),
    ("assumptions",),
    ("assumptions", "wage_growth"),
    ("run",),
    ("run", "draws"),
    ("run", "seed"),
    ("extends",),
    ("description",),
]


def replaced(thing: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """Return a copy of `thing` with `junk` at `path`."""
    if not path:
        return junk
    if isinstance(thing, dict):
        return {**thing, path[0]: replaced(thing.get(path[0]), path[1:], junk)}
    copy = list(thing)
    copy[path[0]] = replaced(copy[path[0]], path[1:], junk)
    return copy


def outcome(text: str) -> Scenario | UserError:
    try:
        return loads(text, shown="mine.yaml")
    except UserError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), junk=JUNK)
def test_junk_in_one_place(path: tuple[Any, ...], junk: Any) -> None:
    found = outcome(yaml.safe_dump(replaced(GOOD, path, junk), allow_unicode=True))
    if isinstance(found, UserError):
        assert found.problems
        for problem in found.problems:
            assert problem.line is not None or "empty" in problem.message.en or "not valid YAML" in problem.message.en
            assert problem.render("zh")
            assert problem.render("en")
    else:
        assert loads(found.resolved_yaml()).hash8 == found.hash8


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=st.sampled_from(list("ab:-[]{}#&*!|>'\"%@,?\n\t 0.~<é浙")), max_size=60))
def test_any_text_at_all(text: str) -> None:
    found = outcome(text)
    assert isinstance(found, UserError)
