"""`urbsim explain NAME`: what a lever, indicator, parameter, assumption or clause means and where it comes from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Lang, option
from urbsim.errors import Problem, UserError
from urbsim.text import Language, Text

HELP = both(
    zh="""
    说明一个政策工具、指标、参数、假设、政策包或条款：含义、单位、各地各时的取值、出处、证据强弱。

    \b
    示例：
      urbsim explain settlement.points_cutoff
      urbsim explain school.places_bought --scenario hangzhou_open
      urbsim explain S1
      urbsim explain "ZJ2023 二(一)"
    """,
    en="""
    Explain a lever, indicator, parameter, assumption, package or clause: meaning, unit, values by area and date, source, evidence.

    \b
    Examples:
      urbsim explain settlement.points_cutoff
      urbsim explain school.places_bought --scenario hangzhou_open
      urbsim explain S1
      urbsim explain "ZJ2023 二(一)"
    """,
)
DEFAULT_SCENARIO = "zhejiang_2027"


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
        option("--scenario", metavar="SCENARIO", zh="显示哪个情景中的取值", en="Show the values in force in this scenario"),
    ] = DEFAULT_SCENARIO,
    lang: Lang = None,
) -> None:
    """Print the explanation; an unknown name leaves with status 2 and the nearest names."""
    from urbsim.scenario import load
    from urbsim.scenario.explain import explain, names

    name = name.strip()
    found = [part for find in (_indicator, _parameter, _clause) if (part := find(name, ctx.obj)) is not None]
    if name in names() or name.upper() in names():
        found.append(explain(name, ctx.obj, load(scenario)))
    if not found:
        raise _unknown(name, names())
    print("\n\n".join("\n".join(part) for part in found))


def _labelled(lang: Language, rows: Sequence[tuple[Text, str]]) -> list[str]:
    return [f"{label.get(lang)}{'：' if lang == 'zh' else ': '}{words}" for label, words in rows if words]


JUDGED = {
    "end": Text("目标年的值", "the value of the target year"),
    "sum": Text("计划各年之和", "the sum over the plan's years"),
    "mean": Text("计划各年平均", "the mean over the plan's years"),
}


def _indicator(name: str, lang: Language) -> list[str] | None:
    from urbsim.policy.targets import load_targets, target_names
    from urbsim.results.indicators import INDICATORS

    found = INDICATORS.get(name)
    if found is None:
        return None
    computed = Text("由模型计算", "computed by the model") if found.value else Text("尚未建模", "not modelled yet")
    parts = [f"{found.code}: {found.title.get(lang)}", *_labelled(lang, [(Text("模型", "Model"), computed.get(lang))])]
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
            parts += ["", table.title.get(lang), *_labelled(lang, rows)]
    return parts


def _parameter(name: str, lang: Language) -> list[str] | None:
    from urbsim.parameters import PARAMETERS, STRENGTHS, TAGS
    from urbsim.parameters.context import CONTEXT

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
    if found.symbol in CONTEXT:
        rows.insert(0, (Text("模型不用", "Not read by the model"), CONTEXT[found.symbol].get(lang)))
    return [f"{found.code}: {found.name.get(lang)}", *_labelled(lang, rows)]


def _clause(name: str, lang: Language) -> list[str] | None:
    """Return the rows that stand for a clause written with its document, such as ZJ2023 二(一)."""
    from urbsim.policy.clauses import clauses

    document, _, clause = name.partition(" ")
    if not clause:
        return None
    rows = [row for row in clauses().values() if any(_cites(reference, document, clause) for reference in row.references)]
    found = [f"  {row.id}: {row.text.get(lang)}" for row in rows]
    return [Text(f"{name}：", f"{name}:").get(lang), *found] if found else None


def _cites(reference: str, document: str, clause: str) -> bool:
    where, _, clauses = reference.partition(" ")
    return where == document and clause in re.split("[、, ]+", clauses)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _unknown(name: str, policy_names: Sequence[str]) -> UserError:
    from urbsim.parameters import PARAMETERS
    from urbsim.results.indicators import INDICATORS

    known = [*policy_names, *INDICATORS, *PARAMETERS, *(one.code for one in PARAMETERS.values())]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or [full for full in known if name and name in full][:3]
    hint = Text(f"是不是：{'、'.join(near)}", f"Did you mean {', '.join(near)}?") if near else None
    lists = Text("全部名称见 urbsim list levers 等。", "For all names see urbsim list levers and the other lists.")
    return UserError([Problem(Text(f"没有名为“{name}”的内容。", f"Nothing is called '{name}'."), hint=hint or lists)])
