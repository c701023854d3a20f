"""The grade that one customer holds is found among all that are stored."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kefen.domain.errors import DataError
from kefen.grading.serving.words import HeldGrade
from kefen.grading.stored_held import StoredHeld

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = [f"c{number:02}" for number in range(20)]
UNTIL = date(2026, 3, 31)


def served() -> pa.Table:
    rows = [
        {
            "scheme": scheme,
            "customer_id": who,
            "computed": "B",
            "grade": "A" if place % 3 else None,
            "hold": "keeps" if place % 3 else None,
            "by": None,
            "held_until": UNTIL if place % 3 else None,
            "since": date(2026, 1, 1 + place),
            "apart_since": None,
            "kept_until": UNTIL,
            "previous": "A",
        }
        for scheme in ("level", "credit")
        for place, who in enumerate(PEOPLE)
    ]
    return pa.Table.from_pylist(rows)


@pytest.mark.parametrize("together", [1, 7, 20, 100])
def test_each_customer_is_found_with_every_scheme(tmp_path: Path, together: int) -> None:
    path = tmp_path / "served.parquet"
    pq.write_table(served(), path, row_group_size=together)
    held = StoredHeld(path)
    assert held.of("c04") == {
        scheme: HeldGrade("B", "A", "keeps", None, UNTIL, date(2026, 1, 5), None, UNTIL)
        for scheme in ("level", "credit")
    }
    assert [held.of(who)["credit"].since for who in PEOPLE] == [
        date(2026, 1, 1 + place) for place in range(20)
    ]
    assert held.of("c03")["level"].grade is None
    assert held.of("nobody") == {}


def test_pieces_in_a_directory_are_looked_through(tmp_path: Path) -> None:
    whole = served()
    pq.write_table(whole.slice(0, 25), tmp_path / "part-0.parquet")
    pq.write_table(whole.slice(25), tmp_path / "part-1.parquet")
    assert {*StoredHeld(tmp_path).of("c05")} == {"level", "credit"}


def test_a_damaged_file_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "served.parquet"
    path.write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match="the grades held cannot be read"):
        StoredHeld(path)
    pq.write_table(served().drop_columns(["since"]), path)
    with pytest.raises(DataError, match="the grades held cannot be read"):
        StoredHeld(path).of("c04")
