"""The JSON Schema of study files, so that editors complete and check while typing.

To write it: `python -m urbsim.experiments.jsonschema > scenarios/studies/schema.json`.
"""

from __future__ import annotations

import json
from typing import Any

from urbsim.experiments.factors import Kind
from urbsim.experiments.study_file import DistributionFile, FactorFile, StudyFile
from urbsim.policy.registry import LEVERS
from urbsim.results.variables import VARIABLES
from urbsim.scenario.assumptions import ASSUMPTIONS
from urbsim.scenario.find import shipped_scenarios
from urbsim.scenario.jsonschema import DATE, FILE, area_words, one_or_more, parameter_names

TEXT = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/TextFile"}]}
ALLOWED: dict[Kind, list[str]] = {
    "lever": list(LEVERS),
    "parameter": list(parameter_names()),
    "assumption": list(ASSUMPTIONS),
}


def study_schema() -> dict[str, Any]:
    """Return the schema, built from the file models and the registries of levers, parameters, assumptions and variables."""
    schema = StudyFile.model_json_schema(by_alias=True)
    fields = schema["properties"]
    common(schema)
    fields["factors"] = {"type": "array", "minItems": 1, "items": factor(("lever", "parameter", "assumption"))}
    fields["outputs"] = {**one_or_more({"enum": list(VARIABLES)}), "description": fields["outputs"]["description"]}
    schema["required"] = ["name", "base", "factors", "design"]
    return finished(schema, "urbsim study")


def common(schema: dict[str, Any]) -> None:
    """Fill in the fields that studies and goals share."""
    fields = schema["properties"]
    fields["name"].pop("default", None)
    fields["base"] = {"anyOf": [{"enum": list(shipped_scenarios())}, FILE], "description": fields["base"]["description"]}
    fields["title"] = fields["description"] = TEXT


def factor(kinds: tuple[Kind, ...]) -> dict[str, Any]:
    """Return the schema of one factor, which names one thing of these kinds."""
    found = FactorFile.model_json_schema(by_alias=True)
    found.pop("$defs", None)
    fields = found["properties"]
    for kind in ALLOWED:
        said = {key: value for key, value in fields.pop(kind).items() if key == "description"}
        if kind in kinds:
            fields[kind] = {"enum": ALLOWED[kind], **said}
    for name in ("area", "except"):
        fields[name] = {**one_or_more({"enum": area_words()}), **{k: v for k, v in fields[name].items() if k == "description"}}
    fields["from"] = {**DATE, "description": f"{fields['from']['description']}: {DATE['description']}"}
    fields["values"] = {"type": "array", "minItems": 1, "items": {"anyOf": [{"type": ["number", "boolean"]}, {"const": "closed"}]}}
    shape = DistributionFile.model_json_schema()
    fields["distribution"] = {"anyOf": [shape["properties"]["kind"], shape]}
    return {**found, "oneOf": [{"required": [kind]} for kind in kinds]}


def finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    """Return a schema with its dialect and title."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    print(schema_text(study_schema()), end="")
