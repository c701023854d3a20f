"""What DuckDB raises, as errors with a mend."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from kefen.domain.errors import EngineError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def translated() -> Iterator[None]:
    """Turn what DuckDB raises for want of memory, disk or digits into errors with a mend."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise EngineError(
            Text("The memory limit was reached: {e}", "已达到内存上限：{e}").filled(
                e=first_line(error)
            ),
            mend=Text(
                "Give more memory with --memory, or free space on the disk for spilling.",
                "请用 --memory 提高内存上限，或为溢出文件腾出磁盘空间。",
            ),
        ) from error
    # A full scratch disk breaks a commit, and every statement after it.
    except (
        duckdb.IOException,
        duckdb.TransactionException,
        duckdb.FatalException,
    ) as error:
        raise EngineError(
            Text("A file could not be read or written: {e}", "文件无法读取或写入：{e}").filled(
                e=first_line(error)
            ),
            mend=Text(
                "Check that the file is whole and that the disk is not full.",
                "请检查文件是否完整、磁盘是否已满。",
            ),
        ) from error
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise EngineError(
            Text(
                "A number is too large to be counted exactly: {e}",
                "数值过大，无法精确计算：{e}",
            ).filled(e=first_line(error)),
            mend=Text(
                "Amounts and their sums may have 14 digits before the point; "
                "use a larger unit, such as 10,000.",
                "金额及其合计的整数部分最多 14 位；请改用更大的单位，例如万元。",
            ),
        ) from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return (str(error).splitlines() or [""])[0]
