"""The result folder of a sweep: made whole, opened again only by the same study of the same version.

```
results.zarr/   study.yaml  base.yaml   provenance.json   progress.json   failures/<run>.json
```
"""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbsim.errors import DiskError, Problem, UserError
from urbsim.experiments.design import FEWER_RUNS, MOST_RUNS
from urbsim.experiments.keys import Keys, data_hash, model_hash
from urbsim.experiments.markers import STORE, runs_of
from urbsim.experiments.store import SPOOL, Store, attributes, create
from urbsim.experiments.sweep_progress import at_work
from urbsim.experiments.words import told_size, told_time
from urbsim.results.folder import PROVENANCE, beside, check_free, move_into_place, unwritable
from urbsim.results.variables import SCHEMA_VERSION, VARIABLES
from urbsim.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from urbsim.experiments.sweep import RunTask, SweepPlan
    from urbsim.experiments.tasks import Failure

STUDY, BASE, FAILURES = "study.yaml", "base.yaml", "failures"
STORE_VERSION = 1
SQUEEZE = 0.5  # compressed over plain bytes, measured on the shipped study what_matters_2027
SECONDS_ALWAYS, SECONDS_AT_WEIGHT_1 = 0.3, 300.0  # of one run to the end of 2027 (docs/performance.md)


def claim(plan: SweepPlan, folder: Path) -> NDArray[np.int64]:
    """Make the folder, or open it if it holds this very study, and return the runs that are missing, in design order.

    Damaged and failed runs count as missing, and what is left of them is taken away. Raises UserError if the folder holds anything else, if
    a sweep is at work there or if there are too many runs; DiskError if they would not fit.
    """
    import numpy as np

    check_size(plan, folder)
    if not (folder / STORE).is_dir():
        _make(plan, folder)
        return np.arange(plan.runs)
    check_same(plan, folder)
    process = at_work(folder)
    if process is not None:
        raise UserError.one(
            zh=f"另一个进程（{process}）正在 {folder} 里运行，请等它结束或先停止它。",
            en=f"Another sweep (process {process}) is at work in {folder}: wait for it or stop it first.",
        )
    shutil.rmtree(folder / SPOOL, ignore_errors=True)
    store = Store(folder, plan.study.outputs)
    missing = [run for run in range(plan.runs) if not store.whole(run)]
    for run in missing:
        store.clear(run)
        with contextlib.suppress(FileNotFoundError):
            (folder / FAILURES / f"{run}.json").unlink()
    return np.array(missing, dtype=np.int64)


def estimate(plan: SweepPlan) -> tuple[float, float]:
    """Return a rough time in seconds and a rough size in bytes of a whole sweep."""
    run, share = plan.study.base.run, plan.plan.until / 68
    seconds = plan.runs * share * (SECONDS_ALWAYS + SECONDS_AT_WEIGHT_1 / run.weight) / plan.plan.jobs
    return seconds, plan.runs * bytes_of_run(plan) * SQUEEZE


def bytes_of_run(plan: SweepPlan) -> int:
    """Return the plain bytes of one run's outputs, roughly: an axis whose length is not known here counts 12."""
    from urbsim.results.labels import AXES

    rows = len(plan.study.base.policy.areas) + len(set(plan.study.base.policy.areas.prefecture)) + 1
    quarters = plan.plan.until - plan.plan.first + 1
    known = {axis: len(labels) for axis, labels in AXES.items()}
    known |= {"area": rows, "time": quarters, "year": quarters // 4, "year_end": quarters // 4}
    total = 0
    for name in plan.study.outputs:
        variable = VARIABLES[name]
        items = 1
        for dim in variable.dims:
            items *= known.get(dim, 12)
        total += items * int(variable.dtype[-2:]) // 8
    return total


def check_size(plan: SweepPlan, folder: Path) -> None:
    """Raise UserError for a design of too many runs, DiskError for one that does not fit on the disk."""
    seconds, size = estimate(plan)
    words = Text(
        zh=f"共 {plan.runs:,} 次运行，约需 {told_time(seconds).zh}、{told_size(size)} 磁盘",
        en=f"{plan.runs:,} runs, about {told_time(seconds).en} and {told_size(size)} of disk",
    )
    if plan.runs > MOST_RUNS:
        message = Text(f"设计太大：{words.zh}", f"The design is too big: {words.en}.")
        raise UserError([Problem(message, file=plan.study.file, hint=FEWER_RUNS)])
    place = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    if size > free:
        message = Text(f"磁盘放不下：{words.zh}，剩余 {told_size(free)}。", f"This will not fit: {words.en}, {told_size(free)} are free.")
        raise DiskError(message)


def _attributes(plan: SweepPlan) -> dict[str, Any]:
    study, base = plan.study, plan.study.base
    return {
        "title": study.title.en,
        "title_zh": study.title.zh,
        "region": base.region,
        "scenario": base.name,
        "study": study.name,
        "study_hash": study.hash8,
        "design": study.kind,
        "factors": json.dumps([factor.record() for factor in study.factors], ensure_ascii=False),
        "model_hash": model_hash(),
        "data_hash": data_hash(base.region),
        "schema_version": SCHEMA_VERSION,
        "store_version": STORE_VERSION,
    }


def check_same(plan: SweepPlan, folder: Path) -> None:
    """Raise UserError, saying what differs, unless the folder's store is of this study, this model and these data."""
    try:
        there, runs = attributes(folder / STORE), runs_of(folder / STORE)
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise UserError.one(
            zh=f"{folder / STORE} 读不出来，不知道是谁的结果；没有改动它。请用 -o 另选文件夹。",
            en=f"{folder / STORE} cannot be read, so nobody knows whose it is. It was left alone: choose another folder with -o.",
        ) from None
    wanted = _attributes(plan)
    causes = {
        "store_version": Text("由另一版本的 urbsim 写成，格式不同", "written by another version of urbsim, in another form"),
        "schema_version": Text("由另一版本的 urbsim 写成，变量不同", "written by another version of urbsim, with other variables"),
        "study_hash": Text("是另一项研究（或抽样数、设计、设置不同）的结果", "of another study, or of other draws, design or settings"),
        "model_hash": Text("由另一版本的模型算成，混在一起不可比", "computed by another version of the model: the two must not be mixed"),
        "data_hash": Text("由另一版本的地区数据算成，混在一起不可比", "computed from other data of the region: the two must not be mixed"),
    }
    differs = [words for name, words in causes.items() if there.get(name) != wanted[name]]
    if not differs and runs != plan.runs:
        differs = [causes["study_hash"]]
    if differs:
        zh, en = "；".join(words.zh for words in differs), "; ".join(words.en for words in differs)
        hint = Text(
            "没有改动它。请用 -o 另选文件夹，或用当时的版本继续",
            "left alone; choose another folder with -o, or go on with that version",
        )
        raise UserError([Problem(Text(f"{folder} 里的结果{zh}", f"The results in {folder} are {en}."), hint=hint)])


def _make(plan: SweepPlan, folder: Path) -> None:
    from urbsim.experiments.runner import provenance_of

    check_free(folder)
    with beside(folder) as part:
        try:
            base, study = plan.study.base, plan.study
            (part / BASE).write_text(base.resolved_yaml(), encoding="utf-8")
            (part / STUDY).write_text(study.resolved_yaml(BASE), encoding="utf-8")
            record = provenance_of(plan.plan) | {"study": study.record, "command": f"urbsim sweep {STUDY} -o ."}
            (part / PROVENANCE).write_text(json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            from urbsim.experiments.sweep import context_of

            create(part / STORE, _columns(plan), study.outputs, context_of(base, plan.plan), _attributes(plan))
        except OSError as error:
            raise unwritable(folder, error) from error
        move_into_place(part, folder)


def _columns(plan: SweepPlan) -> dict[str, tuple[NDArray[Any], dict[str, Any]]]:
    """Return the coordinates over runs with their attributes."""
    import numpy as np

    from urbsim.experiments.design import points

    study, replicates = plan.study, plan.study.base.run.replicates
    runs = np.arange(plan.runs)
    rows = points(study)
    point, luck = np.divmod(runs, plan.each)
    draw, replicate = np.divmod(luck, replicates)
    keys = Keys(study)
    made = [
        keys.key(rows[p].tolist(), d, r) for p, d, r in zip(point.tolist(), draw.tolist(), replicate.tolist(), strict=True)
    ]  # fmt: skip
    columns: dict[str, tuple[NDArray[Any], dict[str, Any]]] = {
        "run": (runs, {"long_name": "run, in design order", "long_name_zh": "运行（按设计次序）"}),
        "point": (point.astype(np.int32), {"long_name": "point of the design", "long_name_zh": "设计点"}),
        "draw": (draw.astype(np.int32), {"long_name": "parameter draw", "long_name_zh": "参数抽样"}),
        "replicate": (replicate.astype(np.int32), {"long_name": "replicate", "long_name_zh": "重复"}),
        "run_key": (np.array(made, dtype="<U64"), {"long_name": "SHA-256 of scenario, draw, replicate, data and sources"}),
    }
    for k, factor in enumerate(study.factors):
        about = {"long_name": factor.title.en, "long_name_zh": factor.title.zh, "units": factor.unit.en, "units_zh": factor.unit.zh}
        about["factor"] = json.dumps(factor.record(), ensure_ascii=False)
        columns[factor.name] = (rows[point, k], about | {"comment": "NaN: as in the base; -1 of a lever that can be closed: closed"})
    return columns


def record_failure(plan: SweepPlan, folder: Path, task: RunTask, failure: Failure) -> None:
    """Write what is known of a failed run and the command that repeats it alone; raises OSError."""
    from urbsim.experiments.sweep import named_values

    place = folder / FAILURES
    place.mkdir(exist_ok=True)
    code = f"from urbsim.experiments.sweep import run_alone; run_alone({str(folder.resolve())!r}, {task.run})"
    said = {
        "run": task.run,
        "factors": named_values(plan.study, task.values),
        "draw": task.draw,
        "replicate": task.replicate,
        "reason": failure.reason.en,
        "reason_zh": failure.reason.zh,
        "traceback": failure.story,
        "command": f"python -c {shlex.quote(code)}",
    }
    (place / f"{task.run}.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
