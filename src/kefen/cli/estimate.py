"""What a large run will need, said before it begins."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefen.cli.language import say
from kefen.domain.errors import EngineError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.cli.grading import Grading

LARGE_ROWS = 5_000_000
LARGE_BYTES = 2_000_000_000
_GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will need, roughly.

    Attributes:
        rows: Rows to read, where that can be told without reading them.
        size: Bytes to read.
        seconds: Time.
        scratch: Bytes on the disk of temporary files.
        results: Bytes on the disk of the results.
    """

    rows: int
    size: int
    seconds: int
    scratch: int
    results: int

    @property
    def large(self) -> bool:
        """Return whether the run is worth an announcement."""
        return self.rows > LARGE_ROWS or self.size > LARGE_BYTES


# Measured on two cores of a small server, `kefen grade` on what `benchmarks/generate.py` makes,
# with reports and without: 250,000 customers with 5 million lines as Parquet, 100,000 customers and
# 1.7 million lines as CSV; bytes are those of the files read.
_SECONDS_A_PARQUET_ROW = 1.6e-6
_SECONDS_A_TEXT_BYTE = 1.8e-7
_SECONDS_A_ROW_REPORTED = 4e-6
# Reckoned, not measured: the short table of order lines has some 70 bytes a line, uncompressed.
_SCRATCH_OF_PARQUET = 3.0
_SCRATCH_OF_TEXT = 2.0
_RESULTS_OF_ANY = 0.25
_ROWS_A_TEXT_BYTE = 1 / 80


def estimate(paths: Iterable[Path], *, report: bool) -> Estimate:
    """Return what reading and grading files will need.

    Rows of Parquet are counted from its footer; of other files they follow from the size.

    Args:
        paths: The files.
        report: Whether reports are written too.
    """
    rows = size = 0
    seconds = scratch = 0.0
    for path in paths:
        own = path.stat().st_size
        size += own
        counted = _rows_of_parquet(path)
        if counted is None:
            rows += int(own * _ROWS_A_TEXT_BYTE)
            seconds += own * _SECONDS_A_TEXT_BYTE
            scratch += own * _SCRATCH_OF_TEXT
        else:
            rows += counted
            seconds += counted * _SECONDS_A_PARQUET_ROW
            scratch += own * _SCRATCH_OF_PARQUET
    if report:
        seconds += rows * _SECONDS_A_ROW_REPORTED
    return Estimate(rows, size, round(seconds), round(scratch), round(size * _RESULTS_OF_ANY))


def check_room(asked: Grading) -> None:
    """Announce a large run, and refuse one that the disk cannot hold.

    Raises:
        EngineError: There is not enough room for temporary files or results.
    """
    from kefen.lake.reading.files import sheet_of

    if asked.data.book is not None:
        paths = [path for path in asked.data.book.lake.rglob("*.parquet") if path.is_file()]
        target = asked.data.book.directory
    else:
        given = (path for source in asked.data.sources.values() for path in source.paths)
        paths = list(dict.fromkeys(sheet_of(path)[0] for path in given))
        target = Path.cwd()
    target = asked.out.absolute().parent if asked.out is not None else target
    needed = estimate(paths, report=asked.report)
    if not needed.large:
        return
    if not asked.quiet:
        click.echo(say(_in_words(needed, asked.memory)), err=True)
    _check(Path(tempfile.gettempdir()), needed.scratch)
    _check(_existing(target), needed.results)


def _in_words(needed: Estimate, memory: str) -> Text:
    return Text(
        "About {r} million rows in {g} GB: expect some {s} s, {d} GB of temporary disk and {m} "
        "of memory.",
        "约 {r} 百万行、{g} GB 数据：预计需 {s} 秒、{d} GB 临时磁盘空间和 {m} 内存。",
    ).filled(
        r=round(needed.rows / 1_000_000, 1),
        g=round(needed.size / _GIGABYTE, 1),
        s=max(1, needed.seconds),
        d=round(needed.scratch / _GIGABYTE, 1),
        m=memory,
    )


def _check(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return
    raise EngineError(
        Text(
            "The disk has {f} GB free; about {n} GB are needed. Nothing was begun.",
            "磁盘剩余 {f} GB，约需 {n} GB。尚未开始任何操作。",
        ).filled(f=round(free / _GIGABYTE, 1), n=round(needed / _GIGABYTE, 1)),
        where=str(folder),
        mend=Text(
            "Free space there, choose another --out, or let temporary files go elsewhere by "
            "setting TMPDIR.",
            "请腾出空间、换一个 --out，或用环境变量 TMPDIR 更换临时目录。",
        ),
    )


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _rows_of_parquet(path: Path) -> int | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None
