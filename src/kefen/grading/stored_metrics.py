"""The stored metrics of a run, looked up by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import duckdb

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.stored_groups import CUSTOMER, StoredGroups, spread

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from kefen.expressions.tree import Value


class _Rows(NamedTuple):
    """The columns of a group, and the place of each customer in it."""

    columns: tuple[tuple[str, pa.Array | pa.ChunkedArray], ...]
    places: dict[str, int]


class StoredMetrics:
    """The metrics of a run, by customer.

    Args:
        path: `metrics.parquet`, a file or a directory of files.

    Raises:
        DataError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        unreadable = Text("the metrics of the run cannot be read", "无法读取评级运行的指标")
        self._groups = StoredGroups(path, _rows, unreadable)

    def of(self, customer: str) -> dict[str, Value]:
        """Return the metrics of one customer, with its id.

        Raises:
            CallError: There is no such customer; names similar ids.
            DataError: The file is damaged.
        """
        for rows in self._groups.of(customer):
            place = rows.places.get(customer)
            if place is not None:
                return {name: values[place].as_py() for name, values in rows.columns}
        raise self._no_customer(customer)

    def some(self, groups: int, each: int) -> list[str]:
        """Return the ids of customers from all over the run.

        Args:
            groups: From how many groups of rows at most, as far from each other as they can be.
            each: How many of each group at most.

        Raises:
            DataError: The file is damaged.
        """
        found: list[str] = []
        for rows in self._groups.some(groups):
            found += spread(list(rows.places), each)
        return found

    def _no_customer(self, customer: str) -> CallError:
        files = f"{self._path}/*.parquet" if self._path.is_dir() else str(self._path)
        try:
            with duckdb.connect() as connection:
                similar = connection.execute(
                    "SELECT customer_id FROM read_parquet(?) "
                    "ORDER BY levenshtein(customer_id, ?), customer_id LIMIT 3",
                    [files, customer],
                ).fetchall()
        except duckdb.Error as error:
            raise self._groups.damaged() from error
        return CallError(
            Text("the run has no customer “{c}”", "评级结果中没有客户“{c}”").filled(c=customer),
            mend=Text("Similar ids: {s}.", "相近的编号：{s}。").filled(
                s=", ".join(str(found[0]) for found in similar)
            )
            if similar
            else Text("The run has no customers.", "该评级没有客户。"),
        )


def _rows(read: pa.Table) -> _Rows:
    # A value is taken out of one piece of a column in half the time.
    columns = tuple((name, read[name].combine_chunks()) for name in read.column_names)
    ids = read[CUSTOMER].to_pylist()
    return _Rows(columns, {one: place for place, one in enumerate(ids)})
