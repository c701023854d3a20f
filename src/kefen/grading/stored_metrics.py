"""The stored metrics of a run, looked up by customer."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.expressions.tree import Value

_CUSTOMER = "customer_id"
_KEPT_GROUPS = 32
_Any = TypeVar("_Any")


class _Group(NamedTuple):
    """Rows that are stored together: where, and the least and largest id, where known."""

    file: int
    number: int
    bounds: tuple[str, str] | None


class _Rows(NamedTuple):
    """The rows of a group, and the place of each customer in it."""

    columns: pa.Table
    places: dict[str, int]


class StoredMetrics:
    """The metrics of a run, by customer.

    Rows lie in groups of some thousands, in the order of ids as a rule; what the file says of the
    ids of each group tells where a customer may be. Groups read last are kept.

    Args:
        path: `metrics.parquet`, a file or a directory of files.

    Raises:
        DataError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        try:
            self._files = [pq.ParquetFile(one, memory_map=True) for one in paths]
            self._groups = [
                _Group(position, number, _bounds(file, number))
                for position, file in enumerate(self._files)
                for number in range(file.num_row_groups)
            ]
        except (pa.ArrowException, OSError) as error:
            raise self._damaged() from error
        self._read: OrderedDict[_Group, _Rows] = OrderedDict()

    def of(self, customer: str) -> dict[str, Value]:
        """Return the metrics of one customer, with its id.

        Raises:
            CallError: There is no such customer; names similar ids.
            DataError: The file is damaged.
        """
        for group in self._groups:
            if group.bounds is not None and not group.bounds[0] <= customer <= group.bounds[1]:
                continue
            rows = self._rows(group)
            place = rows.places.get(customer)
            if place is not None:
                names, columns = rows.columns.schema.names, rows.columns.columns
                return {n: c[place].as_py() for n, c in zip(names, columns, strict=True)}
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
        for group in _spread(self._groups, groups):
            found += _spread(list(self._rows(group).places), each)
        return found

    def _rows(self, group: _Group) -> _Rows:
        found = self._read.get(group)
        if found is None:
            try:
                file = self._files[group.file]
                columns = file.read_row_group(group.number, use_threads=False).combine_chunks()
            except (pa.ArrowException, OSError) as error:
                raise self._damaged() from error
            ids = columns[_CUSTOMER].to_pylist()
            found = _Rows(columns, {one: place for place, one in enumerate(ids)})
            if len(self._read) >= _KEPT_GROUPS:
                self._read.popitem(last=False)
            self._read[group] = found
        self._read.move_to_end(group)
        return found

    def _damaged(self) -> DataError:
        return DataError(
            Text("the metrics of the run cannot be read", "无法读取评级运行的指标"),
            where=str(self._path),
            mend=Text("Grade again.", "请重新评级。"),
        )

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
            raise self._damaged() from error
        return CallError(
            Text("the run has no customer “{c}”", "评级结果中没有客户“{c}”").filled(c=customer),
            mend=Text("Similar ids: {s}.", "相近的编号：{s}。").filled(
                s=", ".join(str(found[0]) for found in similar)
            )
            if similar
            else Text("The run has no customers.", "该评级没有客户。"),
        )


def _spread(of: Sequence[_Any], number: int) -> Sequence[_Any]:
    """Return so many at most, as far from each other as they can be."""
    return of[:: max(1, -(-len(of) // number))]


def _bounds(file: pq.ParquetFile, number: int) -> tuple[str, str] | None:
    """Return the least and largest id of a group, where the file says."""
    place = file.schema_arrow.get_field_index(_CUSTOMER)
    said = file.metadata.row_group(number).column(place).statistics
    if said is None or not said.has_min_max:
        return None
    return str(said.min), str(said.max)
