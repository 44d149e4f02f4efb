"""The JSON Schema of goal files, so that editors complete and check while typing.

To write it: `python -m urbsim.search.jsonschema > scenarios/goals/schema.json`.
"""

from __future__ import annotations

import re
from typing import Any

from urbsim.experiments.jsonschema import common, factor, finished, schema_text
from urbsim.regions.geography import area_table, shipped_regions
from urbsim.results.labels import codes
from urbsim.results.variables import VARIABLES
from urbsim.scenario.jsonschema import one_or_more
from urbsim.search.goal import GoalFile


def goal_schema() -> dict[str, Any]:
    """Return the schema, built from the file models and the registries of levers, variables and payers."""
    schema = GoalFile.model_json_schema(by_alias=True)
    common(schema)
    schema["properties"]["factors"] |= {"minItems": 1, "items": factor(("lever",))}
    schema["properties"]["factors"].pop("default", None)
    schema["properties"]["targets"] |= {"minItems": 1}
    definitions = schema["$defs"]
    target = definitions["TargetFile"]
    variables = [name for name, found in VARIABLES.items() if {"time", "year"} & set(found.dims)]
    target["properties"]["quantity"] |= {"pattern": f"^({'|'.join(map(re.escape, variables))})(\\.[A-Za-z0-9_]+)*$"}
    target["properties"]["area"] = {"enum": result_areas()}
    target["oneOf"] = [{"required": ["at_least"]}, {"required": ["at_most"]}]
    payers = definitions["CostFile"]["properties"]
    payers["payers"] = {**one_or_more({"enum": list(codes("payer"))}), "description": payers["payers"]["description"]}
    schema["required"] = ["name", "base", "factors", "targets"]
    return finished(schema, "urbsim goal")


def result_areas() -> list[str]:
    """Return the codes of all areas, prefectures and whole regions that results have."""
    tables = [area_table(name) for name in shipped_regions()]
    return list(dict.fromkeys(code for table in tables for code in (*table.areas, *table.prefectures, table.name)))


if __name__ == "__main__":
    print(schema_text(goal_schema()), end="")
