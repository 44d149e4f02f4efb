"""`urbsim calibrate REGION`: fits the parameters to published figures of 2020 or earlier; writes the ensemble."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from urbsim.cli.language import both
from urbsim.cli.options import Jobs, Lang, option
from urbsim.cli.tables import table
from urbsim.text import Language, Text

if TYPE_CHECKING:
    from urbsim.calibration.calibrate import Fit

HELP = both(
    zh="""
    用 2020 年及以前公布的数字拟合一个区域的参数，写出参数集（以后每次运行都用它）和拟合结果。中断后再运行同一命令即可继续。

    \b
    示例：
      urbsim calibrate zhejiang --draws 100 --jobs 2
      urbsim calibrate xuchang --synthetic --first 40 --second 60
    """,
    en="""
    Fit the parameters of a region to what was published, dated 2020 or earlier; write the ensemble that every run then uses, and what the
    fit found. Start the same command again to go on after an interruption.

    \b
    Examples:
      urbsim calibrate zhejiang --draws 100 --jobs 2
      urbsim calibrate xuchang --synthetic --first 40 --second 60
    """,
)
COLUMNS = (Text("目标", "target"), Text("公布", "asked"), Text("拟合", "got"), Text("5%–95%", "5-95 %"), Text("相差(标准差)", "miss, sd"))
WRITTEN = Text(zh="{n} 组参数已写入 {file}；拟合结果在 {folder}，用时 {minutes:.0f} 分钟。",
               en="{n} members written to {file}; what the fit found is in {folder}; it took {minutes:.0f} minutes.")  # fmt: skip
SYNTHETIC = Text(zh="已知参数的检验写入 {file}。", en="The test with known parameters is written to {file}.")
OTHER = "情景 {scenario} 属于区域 {found}，不是 {region}", "scenario {scenario} is of region {found}, not {region}"


def command(
    ctx: typer.Context,
    region: Annotated[str, typer.Argument(metavar="REGION", help=both(zh="区域名称", en="The name of a region"))],
    draws: Annotated[int, option("--draws", metavar="N", min=1, zh="参数集的组数", en="Members of the ensemble")] = 100,
    first: Annotated[int, option("--first", metavar="N", min=2, zh="第一轮候选数", en="Candidates of the first wave")] = 100,
    second: Annotated[int, option("--second", metavar="N", min=1, zh="第二轮候选数", en="Candidates of the second wave")] = 200,
    seed: Annotated[int, option("--seed", metavar="N", zh="随机数种子", en="Seed of the random numbers")] = 0,
    scenario: Annotated[
        str | None,
        option(
            "--scenario",
            metavar="SCENARIO",
            zh="在哪个情景的规定下拟合；默认用 region.yaml 的 baseline",
            en="The rules to fit under; by default region.yaml's baseline",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        option(
            "--folder",
            metavar="DIR",
            zh="候选存放处；默认 results/calibration-work/<区域>",
            en="Where candidates are kept; by default results/calibration-work/REGION",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        option(
            "-o",
            "--output",
            metavar="DIR",
            zh="拟合结果写到哪里；默认 results/calibration/<区域>",
            en="Where what was found is written; by default results/calibration/REGION",
        ),
    ] = None,
    ensemble: Annotated[
        Path | None,
        option(
            "--ensemble",
            metavar="FILE",
            zh="参数集写到哪个文件；默认就是区域所用的那个",
            en="The file for the ensemble; by default the one that the region uses",
        ),
    ] = None,
    synthetic: Annotated[
        bool,
        option(
            "--synthetic",
            zh="改用模型自身的结果作目标，检验哪些参数能找回",
            en="Fit to the model's own outcomes instead: which parameters come back",
        ),
    ] = False,
    jobs: Jobs = None,
    lang: Lang = None,
) -> None:
    """Fit, and write ensemble and findings."""
    from urbsim.calibration.calibrate import Order, fit
    from urbsim.calibration.store import RESULTS
    from urbsim.errors import UserError
    from urbsim.experiments.plan import cores
    from urbsim.experiments.solving import scenario_of
    from urbsim.scenario import load

    language: Language = ctx.obj
    rules = scenario or scenario_of(region)
    if (of := load(rules).region) != region:
        raise UserError.one(*(words.format(scenario=rules, found=of, region=region) for words in OTHER))
    order = Order(region, rules, draws, first, second, seed, jobs or cores(), folder or Path("results/calibration-work") / region)
    found = fit(order, synthetic=synthetic)
    words = ["urbsim", "calibrate", region, "--draws", draws, "--first", first, "--second", second]
    words += [word for name, value in (("--seed", seed), ("--scenario", scenario)) if value for word in (name, value)]
    line = " ".join(map(str, [*words, *(["--synthetic"] if synthetic else [])]))
    where = output or RESULTS / region
    if synthetic:
        _write_synthetic(found, line, where, language)
    else:
        _write(found, line, where, ensemble, language)


def _write(found: Fit, line: str, where: Path, ensemble: Path | None, lang: Language) -> None:
    """Write the ensemble, the findings, then the causal moments of its first members, which need the ensemble in its place."""
    from urbsim.calibration import store
    from urbsim.parameters.ensemble import ensemble_file

    target = ensemble or ensemble_file(found.order.region)
    assert target is not None  # the region is known
    store.ship(found, line, target)
    summary = store.summary(found, line)
    store.write_candidates(where, found)
    store.write_json(where, "calibration", summary)
    if ensemble is None:
        from urbsim.calibration.causal import causal_of

        print(Text("因果效应的对照运行……", "Twins for the causal moments ...").get(lang), file=sys.stderr)
        summary["causal"] = causal_of(found.order, len(found.members))
        store.write_json(where, "calibration", summary)
    rows = [
        [row["key"], *(_short(row[name]) for name in ("asked", "got")),
         f"{_short(row['got_low'])} … {_short(row['got_high'])}", f"{row['miss']:+.1f}"]
        for row in summary["targets"]
    ]  # fmt: skip
    if rows:
        print(table([column.get(lang) for column in COLUMNS], rows, numbers=[1, 2, 4]))
    print(WRITTEN.get(lang).format(n=len(found.members), file=target, folder=where, minutes=found.seconds / 60))


def _write_synthetic(found: Fit, line: str, where: Path, lang: Language) -> None:
    from urbsim.calibration import store

    rows = store.synthetic_rows(found)
    content = {"command": line, "members": len(found.members), "minutes": round(found.seconds / 60, 1), "parameters": rows}
    file = store.write_json(where, "synthetic", content)
    head = ["", Text("真值", "truth").get(lang), Text("拟合", "fitted").get(lang), Text("标准差", "sd").get(lang), "z"]
    print(table(head, [[r["symbol"], *(f"{r[name]:+.2f}" for name in ("truth", "mean", "sd", "z"))] for r in rows], numbers=[1, 2, 3, 4]))
    print(SYNTHETIC.get(lang).format(file=file))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
