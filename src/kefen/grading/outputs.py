"""A run as files: written beside their place and moved there whole, or not at all."""

from __future__ import annotations

import glob
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import table
from kefen.domain.errors import CallError, DataError, EngineError
from kefen.domain.text import Text
from kefen.engines.engine import GROUP_ROWS
from kefen.grading.months.differences import make_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kefen.grading.run import GradedRun

GRADES_FILE = "grades.parquet"
METRICS_FILE = "metrics.parquet"
CALIBRATION_FILE = "calibration.json"
RECORD_FILE = "run.json"
SCREENING_FILE = "screening.json"
OUTCOMES_FILE = "outcomes.parquet"
EVALUATION_FILE = "evaluation.json"
SERVED_FILE = "served.parquet"
REJECTED_FILE = "rejected.csv"
_RECORDS = (RECORD_FILE, SCREENING_FILE, EVALUATION_FILE)
TOGETHER = {METRICS_FILE: 8_192, SERVED_FILE: 8_192}
"""Of which results so few rows lie together, so that one customer's are found in milliseconds."""


@contextmanager
def output_directory(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a directory to write into that becomes `target` when the block ends well.

    A failure, or a kill at any moment, leaves what was at `target` as it was; a replacement that
    a kill interrupted is put right by the next call.

    Args:
        target: Where the results go.
        overwrite: Whether what is there may be replaced.

    Raises:
        CallError: `target` exists and may not be replaced, or its place cannot be written to.
        EngineError: The disk is full.
    """
    target = target.absolute()
    aside = target.with_name(f".{target.name}.replaced")
    if aside.exists() and not target.exists():
        aside.rename(target)
    check_output(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        prefix = f"{_partial_prefix(target)}{os.getpid()}-"
        partial = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        yield partial
        check_output(target, overwrite=overwrite)  # another process may have finished first
        partial.chmod(0o755)
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
            target.rename(aside)
        partial.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _partial_prefix(target: Path) -> str:
    return f".{target.name}.partial-"


def _sweep(target: Path) -> None:
    """Remove what killed processes left beside `target`; a living one's directory stays."""
    for left in target.parent.glob(f"{glob.escape(_partial_prefix(target))}*"):
        process = left.name.removeprefix(_partial_prefix(target)).partition("-")[0]
        if process.isdecimal() and not _is_alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is another user's
    return True


def check_output(target: Path, *, overwrite: bool) -> None:
    """Refuse an output directory that exists, before any work is done.

    Raises:
        CallError: `target` exists and `overwrite` was not asked for, or it is no run's directory.
    """
    if not target.exists():
        return
    if not overwrite:
        raise CallError(
            Text("“{p}” exists already", "“{p}”已存在").filled(p=target),
            mend=Text(
                "Choose another --out, or replace it with --overwrite.",
                "请换一个 --out，或加 --overwrite 覆盖。",
            ),
        )
    ours = any((target / record).exists() for record in _RECORDS)
    if not target.is_dir() or (any(target.iterdir()) and not ours):
        raise CallError(
            Text(
                "“{p}” is not a result of kefen, so it is not replaced",
                "“{p}”不是 kefen 的结果目录，不予覆盖",
            ).filled(p=target),
            mend=Text("Choose another --out.", "请换一个 --out。"),
        )


def write_results(
    run: GradedRun, directory: Path, meanwhile: Callable[[], None] | None = None
) -> None:
    """Write `grades.parquet`, `metrics.parquet`, `calibration.json` and `run.json`.

    `outcomes.parquet` is written beside them when schemes have tags or terms, `served.parquet`
    when grades held are told apart from the computed ones.

    Rows are ordered by scheme and customer_id, so that equal runs give equal files. On Spark each
    of the three is a folder of Parquet files, one a piece, ordered within.

    Args:
        run: The run.
        directory: Where its files go.
        meanwhile: What else is to be done from the run's relations while the grades are written,
            which takes longer than all the rest and does not keep a machine busy.

    Raises:
        EngineError: The disk is full.
    """
    results = [(run.metrics, METRICS_FILE)]
    if run.outcomes is not None:
        results.append((run.outcomes, OUTCOMES_FILE))
    if run.served is not None:
        results.append((run.served, SERVED_FILE))
    with run.dataset.engine.beside(partial(_write_rows, run, run.grades, directory / GRADES_FILE)):
        for relation, file in results:
            _write_rows(run, relation, directory / file)
        if meanwhile is not None:
            meanwhile()
    write_json(directory / CALIBRATION_FILE, run.calibration.as_dict())
    write_json(directory / RECORD_FILE, run.record)


def _write_rows(run: GradedRun, relation: str, path: Path) -> None:
    rows = exp.select("*").from_(table(relation))
    run.dataset.engine.write_parquet(
        rows.sql("duckdb"),
        path,
        group_rows=TOGETHER.get(path.name, GROUP_ROWS),
        words=_words(run) if path.name == GRADES_FILE else None,
    )


def _words(run: GradedRun) -> dict[str, set[str]]:
    """Return the different values that columns of the grades have."""
    tallies = [tally for classes in run.classes.values() for tally in classes]
    grades = {tally.grade for tally in tallies} - {None}
    return {
        "scheme": set(run.classes),
        "grade": {grade for grade in grades if grade is not None},
        "reason": {tally.reason for tally in tallies if tally.reason is not None},
        "confidence": {"normal", "low"},
    }


def parquet_pattern(path: Path) -> str:
    """Return the pattern, for DuckDB's `read_parquet`, of a result: one file, or a folder of them.

    Spark writes a folder: a file for each piece. What is kept as differences is made whole first.
    """
    if not path.exists():
        make_whole(path.parent)
    own = glob.escape(str(path))
    return f"{own}/*.parquet" if path.is_dir() else own


def write_json(path: Path, content: object) -> None:
    """Write JSON for people and machines: UTF-8, indented, and on the disk when this returns."""
    with path.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def read_record(directory: Path, where: str = "") -> dict[str, Any]:
    """Return the record of the run whose results are in a directory.

    Args:
        directory: The directory.
        where: What named the directory, for the error.

    Raises:
        CallError: There is no run in the directory.
        DataError: Its record is damaged.
    """
    path = directory / RECORD_FILE
    if not path.is_file():
        raise CallError(
            Text("there is no run in “{p}”", "“{p}”中没有评级结果").filled(p=directory),
            where=where,
            mend=Text(
                "Give the directory that kefen grade --out wrote.",
                "请给出 kefen grade --out 生成的目录。",
            ),
        )
    return read_json(path)


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        CallError: There is no such file.
        DataError: It holds no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CallError(
            Text("there is no file “{p}”", "没有文件“{p}”").filled(p=path),
            mend=Text("Check the path.", "请检查路径。"),
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            Text("this cannot be read as JSON", "无法按 JSON 读取"),
            where=str(path),
            mend=Text("Give a file that kefen wrote.", "请使用 kefen 生成的文件。"),
        ) from error
    if not isinstance(content, dict):
        raise DataError(
            Text("this is not a JSON object", "不是 JSON 对象"),
            where=str(path),
            mend=Text("Give a file that kefen wrote.", "请使用 kefen 生成的文件。"),
        )
    return content


def _unwritable(target: Path, error: OSError) -> EngineError:
    return EngineError(
        Text("“{p}” cannot be written: {e}", "“{p}”无法写入：{e}").filled(
            p=target, e=error.strerror
        ),
        mend=Text(
            "Free space on the disk or choose another --out; nothing was changed.",
            "请释放磁盘空间或换一个 --out；原有内容未变。",
        ),
    )
