"""The JSON Schema of scenario files, so that editors complete and check while typing.

It knows the shipped regions; the file of a region of one's own does without it.
To write it: `python -m urbsim.scenario.jsonschema > scenarios/schema.json`.
"""

from __future__ import annotations

import json
from typing import Any

from urbsim.parameters import PARAMETERS, Parameter
from urbsim.parameters.context import CONTEXT
from urbsim.parameters.table import OTHER_SYMBOLS
from urbsim.policy.areas import areas_of
from urbsim.policy.levers import Lever
from urbsim.policy.packages import package_names
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import RuleFile
from urbsim.policy.targets import target_names
from urbsim.regions.geography import shipped_regions
from urbsim.scenario.assumptions import ASSUMPTIONS
from urbsim.scenario.find import shipped_scenarios
from urbsim.scenario.schema import ScenarioFile

DATE: dict[str, Any] = {
    "description": "2025, 2025-01 or 2025-01-15",
    "anyOf": [{"type": "integer", "minimum": 1900, "maximum": 2100}, {"type": "string", "pattern": r"^\d{4}(-\d{1,2}){0,2}$"}],
}
FILE = {"type": "string", "pattern": r"\.ya?ml$"}


def build_schema() -> dict[str, Any]:
    """Return the schema, built from the file models and the registries of levers, assumptions, packages, areas."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    definitions["PeriodFile"]["properties"] = {"start": DATE, "until": DATE}
    fields = schema["properties"]
    fields["name"].pop("default", None)
    fields["region"] = {"enum": list(shipped_regions())}
    fields["extends"] = {"anyOf": [{"enum": list(shipped_scenarios())}, FILE]}
    fields["targets"] = {"enum": list(target_names())}
    fields["assumptions"] = {"type": ["object", "null"], "additionalProperties": False, "properties": _assumptions()}
    fields["parameters"] = {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": _parameters(),
        "description": fields["parameters"]["description"],
    }
    policy = definitions["PolicySection"]["properties"]
    policy["packages"] = one_or_more({"anyOf": [{"enum": list(package_names())}, FILE]})
    policy["set"] = {"type": "array", "items": _rule(), "description": policy["set"]["description"]}
    schema["required"] = ["name"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "urbsim scenario"}


def _rule() -> dict[str, Any]:
    rule = RuleFile.model_json_schema(by_alias=True)
    fields = rule["properties"]
    words = one_or_more({"enum": area_words()})
    fields["area"] = {**words, "description": "an area, a prefecture, all, cores, counties, mountain, <prefecture>_counties, or a list"}
    fields["except"] = words
    fields["from"] = DATE
    fields["values"] = _values(list(LEVERS.values()), fields["values"]["description"])
    fields["totals"] = _values([lever for lever in LEVERS.values() if lever.additive], fields["totals"]["description"])
    fields["note"] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/TextFile"}]}
    rule.pop("$defs", None)
    return rule


def _values(levers: list[Lever], description: str) -> dict[str, Any]:
    properties = {lever.name: _lever(lever) for lever in levers}
    return {"type": "object", "additionalProperties": False, "properties": properties, "description": description}


def _lever(lever: Lever) -> dict[str, Any]:
    whole = lever.kind in ("integer", "months", "level")
    number: dict[str, Any] = {"type": "integer" if whole else "number", "minimum": lever.minimum, "maximum": lever.maximum}
    options: list[dict[str, Any]] = [{"enum": [0, 1, True, False]} if lever.kind == "switch" else number]
    if lever.closed is not None:
        options.append({"const": "closed"})
    words = lever.allowed()
    text = f"{lever.title.zh} / {lever.title.en}. {words.zh} / {words.en}"
    return {"description": text, **(options[0] if len(options) == 1 else {"anyOf": options})}


def _assumptions() -> dict[str, Any]:
    return {
        item.name: {
            "description": f"{item.title.zh} / {item.title.en} ({item.unit.en})",
            "type": ["number", "null"],
            "minimum": item.minimum,
            "maximum": item.maximum,
        }
        for item in ASSUMPTIONS.values()
    }


def _parameters() -> dict[str, Any]:
    return {
        name: {"description": f"{parameter.name.zh} / {parameter.name.en} ({parameter.unit.en})", "type": "number"}
        for name, parameter in parameter_names().items()
    }


def parameter_names() -> dict[str, Parameter]:
    """Return every name by which a file may call a parameter that a run reads, with the parameter."""
    read = {symbol: parameter for symbol, parameter in PARAMETERS.items() if symbol not in CONTEXT}
    others = {other: read[symbol] for other, symbol in OTHER_SYMBOLS.items() if symbol in read}
    return {name: parameter for parameter in read.values() for name in (parameter.symbol, parameter.code)} | others


def area_words() -> list[str]:
    """Return every word for areas of a shipped region."""
    words: dict[str, None] = {}
    for region in shipped_regions():
        areas = areas_of(region)
        words.update(dict.fromkeys(areas.selectors))
        words.update(dict.fromkeys(areas.aliases))
    return list(words)


def one_or_more(item: dict[str, Any]) -> dict[str, Any]:
    """Return what takes an item or a list of them."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def schema_text() -> str:
    """Return the schema as the text of `scenarios/schema.json`."""
    return json.dumps(build_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
