"""The grades held in a run, looked up by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from kefen.domain.text import Text
from kefen.grading.serving.words import HeldGrade
from kefen.grading.stored_groups import CUSTOMER, StoredGroups

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_COLUMNS = (
    *("computed", "grade", "hold", "by", "held_until", "since"),
    *("apart_since", "kept_until"),
)


class StoredHeld:
    """The grades that the customers of a run hold, where they are told from the computed.

    Args:
        path: `served.parquet`, a file or a directory of files.

    Raises:
        DataError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        unreadable = Text("the grades held cannot be read", "无法读取现行等级")
        self._groups = StoredGroups(path, _needed, unreadable)

    def of(self, customer: str) -> dict[str, HeldGrade]:
        """Return the grade that a customer holds, by scheme.

        Raises:
            DataError: The file is damaged.
        """
        found: dict[str, HeldGrade] = {}
        for rows in self._groups.of(customer):
            # A customer has a row under each scheme.
            own = rows.filter(pc.equal(rows[CUSTOMER], customer))
            for row in own.to_pylist():
                found[row["scheme"]] = HeldGrade(*(row[name] for name in _COLUMNS))
        return found


def _needed(rows: pa.Table) -> pa.Table:
    return rows.select([CUSTOMER, "scheme", *_COLUMNS])
