"""Rows of a result in groups as they are stored, of which those read last are kept."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

CUSTOMER = "customer_id"
_KEPT_GROUPS = 32
Read = TypeVar("Read")
_Any = TypeVar("_Any")


class Group(NamedTuple):
    """Rows that are stored together: where, and the least and largest id, where known."""

    file: int
    number: int
    bounds: tuple[str, str] | None


class StoredGroups(Generic[Read]):
    """The rows of a result in which customers are looked up.

    Rows lie in groups of some thousands, in the order of ids as a rule; what the file says of the
    ids of each group tells where a customer may be. Groups read last are kept.

    Args:
        path: The result, a Parquet file or a directory of such files.
        made: What is made, and kept, of the rows of a group.
        unreadable: What to say where it cannot be read.

    Raises:
        DataError: It cannot be read.
    """

    def __init__(self, path: Path, made: Callable[[pa.Table], Read], unreadable: Text) -> None:
        self._path = path
        self._made = made
        self._unreadable = unreadable
        paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        try:
            self._files = [pq.ParquetFile(one, memory_map=True) for one in paths]
            self._groups = [
                Group(position, number, _bounds(file, number))
                for position, file in enumerate(self._files)
                for number in range(file.num_row_groups)
            ]
        except (pa.ArrowException, OSError) as error:
            raise self.damaged() from error
        self._read: OrderedDict[Group, Read] = OrderedDict()
        self._reading = Lock()

    def of(self, customer: str) -> Iterator[Read]:
        """Yield what is made of each group in which a customer may be.

        Raises:
            DataError: The result is damaged.
        """
        for group in self._groups:
            if group.bounds is None or group.bounds[0] <= customer <= group.bounds[1]:
                yield self._rows(group)

    def some(self, groups: int) -> list[Read]:
        """Return what is made of so many groups at most, as far from each other as they can be.

        Raises:
            DataError: The result is damaged.
        """
        return [self._rows(group) for group in spread(self._groups, groups)]

    def damaged(self) -> DataError:
        """Return that the result cannot be read."""
        return DataError(
            self._unreadable, where=str(self._path), mend=Text("Grade again.", "请重新评级。")
        )

    def _rows(self, group: Group) -> Read:
        # A file can be read by one at a time.
        with self._reading:
            found = self._read.get(group)
            if found is None:
                try:
                    file = self._files[group.file]
                    rows = file.read_row_group(group.number, use_threads=False).combine_chunks()
                    found = self._made(rows)
                except (pa.ArrowException, OSError, KeyError) as error:
                    raise self.damaged() from error
                if len(self._read) >= _KEPT_GROUPS:
                    self._read.popitem(last=False)
                self._read[group] = found
            self._read.move_to_end(group)
            return found


def spread(of: Sequence[_Any], number: int) -> Sequence[_Any]:
    """Return so many at most, as far from each other as they can be."""
    return of[:: max(1, -(-len(of) // number))]


def _bounds(file: pq.ParquetFile, number: int) -> tuple[str, str] | None:
    """Return the least and largest id of a group, where the file says."""
    place = file.schema_arrow.get_field_index(CUSTOMER)
    said = file.metadata.row_group(number).column(place).statistics
    if said is None or not said.has_min_max:
        return None
    return str(said.min), str(said.max)
