"""The doctor: what is wrong with a book, and the mend of each finding."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from kefen.domain.contract import TABLES
from kefen.domain.errors import BookError, DataError
from kefen.domain.text import Text
from kefen.lake.book import durable
from kefen.lake.book.batches import REJECTED, REPLACED
from kefen.lake.book.delta import LakeTable, reported
from kefen.lake.reading.currency import read_rates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.lake.book.book import Book

_LIBRARIES = ("kefen", "deltalake", "duckdb", "pyarrow", "sqlglot")
_NOTHING_TO_DO = Text("Nothing needs to be done.", "无需处理。")
_RESTORE = Text(
    "Restore a backup into a new directory with `kefen restore`.",
    "请用 `kefen restore` 将备份恢复到新目录。",
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing the doctor found.

    Attributes:
        code: A stable code, such as `missing_file`.
        severity: `note` for information, `warning`, or `error` when data is lost or unreadable.
        message: What was found.
        mend: What to do.
        path: The file or folder it is about.
        fixed: Whether the doctor has mended it.
    """

    code: str
    severity: Literal["note", "warning", "error"]
    message: Text
    mend: Text
    path: Path
    fixed: bool = False


def doctor(book: Book, *, fix: bool = False) -> list[Diagnosis]:
    """Check everything of a book.

    Args:
        book: The book.
        fix: Whether to complete or take back unfinished batches and remove the data files that
            no version names. Nothing else is changed.

    Returns:
        What was found, notes included, in a fixed order.

    Raises:
        BookError: With `fix`, the book is in use or cannot be written.
    """
    if fix:
        with book.guard.hold_without_recovery("doctor"):
            return _every(book, fix=True)
    return _every(book, fix=False)


def _every(book: Book, *, fix: bool) -> list[Diagnosis]:
    return [
        *_surroundings(book),
        *_rates(book),
        *_unfinished(book, fix=fix),
        *_contents(book, fix=fix),
    ]


def _surroundings(book: Book) -> Iterator[Diagnosis]:
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)
    yield Diagnosis(
        "versions",
        "note",
        Text("Python {python}, {libraries}.", "Python {python}，{libraries}。").filled(
            python=platform.python_version(), libraries=libraries
        ),
        _NOTHING_TO_DO,
        book.directory,
    )
    size = sum(path.stat().st_size for path in durable.files_below(book.lake))
    free = shutil.disk_usage(book.directory).free
    yield Diagnosis(
        "disk_space",
        "note" if free > size else "warning",
        Text(
            "The lake takes {size} MB; {free} MB are free on its disk.",
            "数据湖占用 {size} MB；所在磁盘剩余 {free} MB。",
        ).filled(size=size // 1_000_000, free=free // 1_000_000),
        _NOTHING_TO_DO
        if free > size
        else Text(
            "Free space: an import may need as much again as the lake has.",
            "请释放磁盘空间：导入最多可能再占用与数据湖相当的空间。",
        ),
        book.directory,
    )
    holder = book.guard.holder()
    if holder is not None and holder["pid"] != os.getpid():
        yield Diagnosis(
            "lock_held",
            "note",
            Text(
                "The book is in use: process {pid}, since {since}, for `{purpose}`. What it is "
                "writing now may show as unfinished.",
                "账套正在使用中：进程 {pid}，自 {since} 起，用于 `{purpose}`。"
                "其正在写入的内容可能显示为未完成。",
            ).filled(**holder),
            Text("Call the doctor again when it is done.", "请在其完成后再次检查。"),
            book.directory,
        )
    left = book.guard.left_behind()
    if left is not None:
        yield Diagnosis(
            "lock_left_behind",
            "note",
            Text(
                "Process {pid} took the lock for `{purpose}` at {since} and died; it is free "
                "again.",
                "进程 {pid} 于 {since} 为 `{purpose}` 加锁后异常结束；锁已自动释放。",
            ).filled(**left),
            _NOTHING_TO_DO,
            book.directory,
        )


def _rates(book: Book) -> Iterator[Diagnosis]:
    """Say what rates the book has, and whether those of its runs are as they were."""
    file, currency = book.rates.file, book.settings.currency
    if file is not None:
        try:
            book.rates.check(file, currency)
            rates = read_rates(file, currency or "")
        except (BookError, DataError) as error:
            yield Diagnosis("unreadable_rates", "error", error.what, error.mend, file)
        else:
            newest: dict[str, str] = {}
            for one in sorted(rates, key=lambda rate: rate.first_day):
                newest[one.currency] = "" if one.always else f" {one.first_day}"
            yield Diagnosis(
                "rates",
                "note",
                Text(
                    "Exchange rates into {c}, with the day of the newest of each: {all}.",
                    "折算为 {c} 的汇率，及各币种最新一条的生效日期：{all}。",
                ).filled(
                    c=currency or "",
                    all=", ".join(f"{code}{day}" for code, day in sorted(newest.items())),
                ),
                _NOTHING_TO_DO,
                file,
            )
    for damaged in book.rates.damaged():
        yield Diagnosis(
            "changed_file",
            "error",
            Text("A rate table of a run is not as it was used.", "某次评级所用的汇率表已被改动。"),
            _RESTORE,
            damaged,
        )


def _unfinished(book: Book, *, fix: bool) -> Iterator[Diagnosis]:
    for one in book.guard.recover() if fix else book.guard.unfinished():
        completed = one.outcome == "completed"
        yield Diagnosis(
            "unfinished_batch",
            "note" if fix else "warning",
            Text(
                "Batch {number} was stopped after its commit; its rows are in the book.",
                "批次 {number} 在提交后中断；其数据已在账套中。",
            ).filled(number=one.batch)
            if completed
            else Text(
                "Batch {number} was stopped before its commit; none of its rows is in the book.",
                "批次 {number} 在提交前中断；其数据均未进入账套。",
            ).filled(number=one.batch),
            Text(
                "The next import, or `kefen doctor --fix`, completes its record.",
                "下次导入或 `kefen doctor --fix` 会补全其记录。",
            )
            if completed
            else Text(
                "The next import, or `kefen doctor --fix`, removes what it left; then import "
                "the file again.",
                "下次导入或 `kefen doctor --fix` 会清除其残留；之后请重新导入该文件。",
            ),
            book.lake / "batch_files" / str(one.batch),
            fixed=fix,
        )
    for folder in book.runs.unfinished():
        yield Diagnosis(
            "unfinished_run",
            "warning",
            Text(
                "The run {run} was begun and is not recorded: it is still computed, or it was "
                "stopped.",
                "运行 {run} 已开始但未登记：可能仍在计算，也可能已中断。",
            ).filled(run=folder.name),
            Text(
                "If no grading is in progress, delete the folder and grade again.",
                "若当前没有评级任务，请删除该目录后重新评级。",
            ),
            folder,
        )


def _contents(book: Book, *, fix: bool) -> Iterator[Diagnosis]:
    unfinished = {file for one in book.guard.unfinished() for file in one.leftovers}
    readable = True
    for name, table in TABLES.items():
        lake = LakeTable(book.lake / name, table)
        if lake.exists():
            yield from _table(lake, _cited(book, name))
            yield from _orphans(lake.directory, unfinished, fix=fix)
    for log in book.record_logs:
        try:
            damaged = [file for file in log.files() if not file.is_file()]
            if not damaged:
                log.records()
        except BookError as error:
            damaged = []
            readable = False
            yield _unreadable(error, log.directory)
        for file in damaged:
            readable = False
            yield _missing(file)
        if log.exists():
            yield from _orphans(log.directory, set(), fix=fix)
    if readable:
        yield from _batches(book)
        yield from _runs(book)


def _cited(book: Book, table: str) -> set[int]:
    """Return the versions of a table that runs cite."""
    try:
        runs = book.runs.all()
    except BookError:
        return set()
    return {int(run["versions"][table]) for run in runs if table in (run.get("versions") or {})}


def _table(lake: LakeTable, cited: set[int]) -> Iterator[Diagnosis]:
    seen: set[Path] = set()
    for version in (None, *sorted(cited)):
        try:
            snapshot = lake.snapshot(version)
        except BookError as error:
            yield _unreadable(error, lake.directory)
            continue
        for file in snapshot.files:
            if file.path in seen:
                continue
            seen.add(file.path)
            if not file.path.is_file():
                yield _missing(file.path)
                continue
            try:
                whole = pq.read_metadata(file.path).num_rows == file.rows
            except (pa.ArrowException, OSError):
                whole = False
            if not whole or file.path.stat().st_size != file.size:
                yield Diagnosis(
                    "damaged_file",
                    "error",
                    Text("A data file is damaged.", "数据文件已损坏。"),
                    _RESTORE,
                    file.path,
                )


def _orphans(directory: Path, unfinished: set[Path], *, fix: bool) -> Iterator[Diagnosis]:
    """Find data files that no version of a table names and no unfinished batch explains."""
    named = _named_by_log(directory)
    for path in sorted(directory.rglob("*.parquet*")):
        inside = path.relative_to(directory)
        if inside.parts[0] == "_delta_log" or inside.as_posix() in named or path in unfinished:
            continue
        if fix:
            with reported(path):
                path.unlink()
        yield Diagnosis(
            "orphan_file",
            "note" if fix else "warning",
            Text(
                "A data file belongs to no version; a stopped import left it.",
                "该数据文件不属于任何版本，是中断的导入遗留的。",
            ),
            Text("Remove it with `kefen doctor --fix`.", "请用 `kefen doctor --fix` 清除。"),
            path,
            fixed=fix,
        )


def _named_by_log(directory: Path) -> set[str]:
    """Return every data file that any version of a table names; commits are never removed."""
    named = set()
    with reported(directory):
        for commit in (directory / "_delta_log").glob("*.json"):
            for line in commit.read_text(encoding="utf-8").splitlines():
                action: dict[str, Any] = json.loads(line)
                if "add" in action:
                    named.add(unquote(action["add"]["path"]))
    return named


def _batches(book: Book) -> Iterator[Diagnosis]:
    for batch in book.imports.batches():
        folder = book.imports.batch_directory(batch.id)
        wanted = []
        if batch.rows_rejected:
            wanted.append(REJECTED)
        if batch.kind == "import" and (batch.rows_updated or batch.rows_removed):
            wanted.append(REPLACED)
        for name in wanted:
            if not (folder / name).is_file():
                yield _missing(folder / name)


def _runs(book: Book) -> Iterator[Diagnosis]:
    for run in book.runs.all():
        folder = book.runs.directory(run["run_id"])
        for name, promised in run["files"].items():
            path = folder / name
            if not path.is_file():
                yield _missing(path)
            elif durable.sha256_of(path) != promised["sha256"]:
                yield Diagnosis(
                    "changed_file",
                    "error",
                    Text("A file of a run is not as it was written.", "运行结果文件已被改动。"),
                    _RESTORE,
                    path,
                )


def _missing(path: Path) -> Diagnosis:
    return Diagnosis(
        "missing_file", "error", Text("A file is missing.", "缺少文件。"), _RESTORE, path
    )


def _unreadable(error: BookError, path: Path) -> Diagnosis:
    return Diagnosis("unreadable_table", "error", error.what, _RESTORE, path)
