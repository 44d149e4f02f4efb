"""`urbsim explain NAME`: what a lever, indicator, parameter, assumption or clause means and where it comes from."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang
from urbsim.errors import Problem, UserError
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.policy import Lever
    from urbsim.scenario import Scenario

NAME = "explain"
HELP = both(
    zh="""
    说明一个政策工具、指标、参数、假设或条款：含义、单位、各地各时的取值、出处、证据强弱。

    \b
    示例：
      urbsim explain settlement.points_cutoff
      urbsim explain school.places_bought --scenario hangzhou_open
      urbsim explain S1
      urbsim explain "ZJ2023 二(一)"
    """,
    en="""
    Explain a lever, indicator, parameter, assumption or clause: meaning, unit, values by area and date, source, evidence.

    \b
    Examples:
      urbsim explain settlement.points_cutoff
      urbsim explain school.places_bought --scenario hangzhou_open
      urbsim explain S1
      urbsim explain "ZJ2023 二(一)"
    """,
)
DEFAULT_SCENARIO = "zhejiang_2027"
Find = Callable[[str, str, Language], str | None]


def command(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help=both(
                zh="政策工具、指标、参数(名称或符号)、假设、条款编号(S1)或条款",
                en="A lever, an indicator, a parameter (name or symbol), an assumption, a row (S1) or a clause",
            ),
        ),
    ],
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario",
            metavar="SCENARIO",
            help=both(zh="显示哪个情景中的取值", en="Show the values in force in this scenario"),
        ),
    ] = DEFAULT_SCENARIO,
    lang: Lang = None,
) -> None:
    """Print the explanation; an unknown name leaves with status 2 and the nearest names."""
    for find in (_lever, _indicator, _parameter, _assumption, _clause):
        found = find(name.strip(), scenario, ctx.obj)
        if found is not None:
            print(found)
            return
    raise _unknown(name)


def _lines(lang: Language, rows: list[tuple[Text, str]]) -> str:
    colon = "：" if lang == "zh" else ": "
    return "\n".join(f"{label.get(lang)}{colon}{words}" for label, words in rows if words)


def _lever(name: str, scenario: str, lang: Language) -> str | None:
    from urbsim.policy import LEVERS
    from urbsim.policy.levers import EVIDENCE_TEXT

    lever = LEVERS.get(name)
    if lever is None:
        return None
    from urbsim.scenario import load

    scope = Text("每个地区各有取值", "one value for each area") if lever.scope == "area" else Text("全域一个值", "one value for the region")
    rows = [
        (Text("单位", "Unit"), lever.unit.get(lang)),
        (Text("可取", "Allowed"), lever.allowed().get(lang)),
        (Text("未设时", "If not set"), lever.show(lever.default_value)),
        (Text("范围", "Scope"), scope.get(lang)),
        (Text("证据", "Evidence"), EVIDENCE_TEXT[lever.evidence].get(lang)),
        (Text("条款", "Clauses"), ("；" if lang == "zh" else "; ").join(str(reference) for reference in lever.reference)),
        (Text("编号", "Rows"), ", ".join(lever.rows)),
    ]
    head = f"{lever.name} — {lever.title.get(lang)}\n{lever.description.get(lang)}\n"
    return "\n".join([head, _lines(lang, rows), "", *_values(lever, load(scenario), lang)])


def _values(lever: Lever, scenario: Scenario, lang: Language) -> Iterator[str]:
    """Yield the dated values of a lever in a scenario, each with its areas and its source."""
    entries = scenario.policy.entries(lever.name)
    if not entries:
        yield Text(f"情景 {scenario.name} 没有设此值。", f"{scenario.name} does not set it.").get(lang)
        return
    yield Text(f"情景 {scenario.name} 中的取值：", f"Values in {scenario.name}:").get(lang)
    areas = scenario.policy.areas
    index = {code: a for a, code in enumerate(areas.codes)}
    for entry in entries:
        words, left_out = areas.words(index[code] for code in entry.areas)
        where = ", ".join(words) + (Text(f"，除 {', '.join(left_out)}", f" except {', '.join(left_out)}").get(lang) if left_out else "")
        source = " ".join(part for part in (entry.document, entry.clause) if part) or entry.source
        yield f"  {entry.date}  {lever.show(entry.value):>8}  {where}  [{source}]"
        if entry.note:
            yield f"                        {entry.note}"


JUDGED = {
    "end": Text("目标年的值", "the value of the target year"),
    "sum": Text("计划各年之和", "the sum over the plan's years"),
    "mean": Text("计划各年平均", "the mean over the plan's years"),
}


def _indicator(name: str, scenario: str, lang: Language) -> str | None:
    from urbsim.policy.targets import load_targets, target_names
    from urbsim.results.indicators import INDICATORS

    found = INDICATORS.get(name)
    if found is None:
        return None
    computed = Text("由模型计算", "computed by the model") if found.value else Text("尚未建模", "not modelled yet")
    parts = [f"{found.code} — {found.title.get(lang)}", "", _lines(lang, [(Text("模型", "Model"), computed.get(lang))])]
    for table in map(load_targets, target_names()):
        for row in (row for row in table.indicators if row.code == name):
            rows = [
                (Text("出处", "Source"), f"{table.document} {table.clause}".strip()),
                (Text("单位", "Unit"), row.unit.get(lang)),
                (Text(f"{table.baseline_year} 年基期值", f"Baseline {table.baseline_year}"), _number(row.baseline)),
                (Text(f"{table.target_year} 年目标值", f"Target {table.target_year}"), _number(row.target)),
                (Text("考核", "Judged by"), JUDGED[row.judged].get(lang)),
                (Text("政策工具", "Levers"), ", ".join(row.levers)),
                (Text("说明", "Note"), row.note.get(lang) if row.note else ""),
            ]
            parts += ["", table.title.get(lang), _lines(lang, rows)]
    return "\n".join(parts)


def _parameter(name: str, scenario: str, lang: Language) -> str | None:
    from urbsim.parameters import PARAMETERS, STRENGTHS, TAGS

    found = PARAMETERS.get(name) or next((one for one in PARAMETERS.values() if one.code == name), None)
    if found is None:
        return None
    rows = [
        (Text("符号", "Symbol"), found.symbol),
        (Text("单位", "Unit"), found.unit.get(lang)),
        (Text("中心值", "Central value"), f"{found.central:g}"),
        (Text("5% 至 95%", "5 % to 95 %"), f"{found.low:g} – {found.high:g} ({found.distribution})"),
        (Text("证据", "Evidence"), STRENGTHS[found.strength].get(lang)),
        (Text("标记", "Tag"), TAGS[found.tag].get(lang)),
        (Text("来源", "Source"), found.source),
        (Text("说明", "Note"), found.note),
    ]
    return f"{found.code} — {found.name.get(lang)}\n\n{_lines(lang, rows)}"


def _assumption(name: str, scenario: str, lang: Language) -> str | None:
    from urbsim.scenario.assumptions import ASSUMPTIONS

    found = ASSUMPTIONS.get(name)
    if found is None:
        return None
    unset = Text("依地区数据或参数", "as in the region's data or the parameters").get(lang)
    rows = [
        (Text("可取", "Allowed"), found.allowed().get(lang)),
        (Text("未设时", "If not set"), unset if found.default is None else f"{found.default:g}"),
    ]
    return f"{found.name} — {found.title.get(lang)}\n{found.description.get(lang)}\n\n{_lines(lang, rows)}"


def _clause(name: str, scenario: str, lang: Language) -> str | None:
    """Return the levers of a row of the clause table (S1), of a document (ZJ2023) or of a clause of it (ZJ2023 二(一))."""
    from urbsim.policy import LEVERS

    document, _, clause = name.partition(" ")
    found = [
        lever
        for lever in LEVERS.values()
        if name in lever.rows
        or any(reference.document == document and reference.clause.startswith(clause) for reference in lever.reference)
    ]
    if not found:
        return None
    head = Text(f"{name} 由以下政策工具表达：", f"{name} is expressed by these levers:").get(lang)
    return "\n".join([head, *(f"  {lever.name} — {lever.title.get(lang)}" for lever in found)])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _unknown(name: str) -> UserError:
    from urbsim.parameters import PARAMETERS
    from urbsim.policy import LEVERS
    from urbsim.results.indicators import INDICATORS
    from urbsim.scenario.assumptions import ASSUMPTIONS

    known = [*LEVERS, *INDICATORS, *PARAMETERS, *(one.code for one in PARAMETERS.values()), *ASSUMPTIONS]
    known += [row for lever in LEVERS.values() for row in lever.rows]
    near = difflib.get_close_matches(name, known, n=3) or [lever for lever in LEVERS if name and name in lever][:3]
    hint = Text(f"相近的名称：{'、'.join(near)}。", f"Near: {', '.join(near)}.") if near else None
    more = Text("全部名称见 urbsim list levers 等。", "For all names see urbsim list levers and the other lists.")
    return UserError([Problem(Text(f"没有名为“{name}”的内容。", f"There is nothing named {name!r}."), hint=hint or more)])
