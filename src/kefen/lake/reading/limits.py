"""How wide a file may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

MOST_COLUMNS = 500


def refuse_too_wide(path: Path, columns: int) -> None:
    """Refuse a file with more columns than tables of customers and facts ever have.

    Raises:
        DataError: It has more than `MOST_COLUMNS`.
    """
    if columns > MOST_COLUMNS:
        raise DataError(
            Text(
                "The file has {n} columns; at most {most} are read.",
                "该文件有 {n} 列，最多可读取 {most} 列。",
            ).filled(n=columns, most=MOST_COLUMNS),
            where=path.name,
            mend=Text(
                "Keep the columns that are needed; a table has one row for each customer or fact.",
                "请只保留需要的列；每个客户或每条记录应占一行，而不是一列。",
            ),
        )
