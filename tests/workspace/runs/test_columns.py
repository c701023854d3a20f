"""A copy in columns: what the rows hold, number for number."""

from __future__ import annotations

import gc
from datetime import date
from decimal import Decimal

import pytest

from kefen.grading.scheme_steps import SchemeSteps
from kefen.workspace.customers.matches import number_of
from kefen.workspace.runs import columns as in_columns
from kefen.workspace.runs import warming
from kefen.workspace.runs.columns import Columns, ColumnWriter, columns_of, nothing_in
from kefen.workspace.runs.models import ColumnPart, Publication
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication, grader_of, stored_run


def made(rows, columns, monkeypatch=None, **patches):
    """Columns of rows: an id, the values of columns (name, type), a searched text."""
    for name, value in patches.items():
        monkeypatch.setattr(in_columns, name, value)
    publication = Publication.objects.create(
        run_id="r",
        as_of=date(2026, 1, 31),
        standard_name={},
        standard_version="1",
        columns=[{"name": name, "type": kind} for name, kind in columns],
    )
    writer = ColumnWriter(publication)
    for row in rows:
        writer.add([row])
    writer.finish()
    return columns_of(publication)


def values_of(columns, name):
    numbers = columns.numbers(name)
    words = columns.words(name)
    nothing = nothing_in(numbers)
    return [
        None if one == nothing else one if words is None else words[one] for one in numbers.tolist()
    ]


def test_columns_hold_what_the_rows_hold(db):
    publication = current_publication()
    columns = columns_of(publication)
    rows = list(model_of(publication.pk)._default_manager.order_by("pk"))
    assert columns.rows == len(rows)
    kept = 0
    for one in publication.columns:
        kind = columns.type_of(one["name"])
        if kind is None:
            continue
        kept += 1
        stored = [getattr(row, one["name"]) for row in rows]
        if kind != "text":
            stored = [None if value is None else number_of(kind, value) for value in stored]
        assert values_of(columns, one["name"]) == stored, one["name"]
    assert kept > 40
    for name in ("name", "phone", "email", "tax_id"):
        assert columns.type_of(name) is None, "they are searched, and kept as text alone"


def test_parts_of_different_sizes_are_one_column(db, monkeypatch):
    numbers = [None, 1, -127, 128, None, -(10**12), 10**18, 5, None]
    rows = [(f"C{n}", one, "") for n, one in enumerate(numbers)]
    columns = made(rows, [("number", "integer")], monkeypatch, _IN_A_PART=2)
    assert values_of(columns, "number") == numbers
    kinds = ColumnPart.objects.filter(name="number").order_by("part").values_list("kind", flat=True)
    assert list(kinds) == ["int8", "int16", "int64", "int64", "int8"]


def test_words_are_in_order_whatever_comes_first(db, monkeypatch):
    values = ["West", "东", None, "East", "West", "east"]
    rows = [(f"C{n}", one, "") for n, one in enumerate(values)]
    columns = made(rows, [("region", "text")], monkeypatch, _IN_A_PART=2)
    assert columns.words("region") == ["East", "West", "east", "东"]
    assert values_of(columns, "region") == values


def test_a_text_of_too_many_words_is_left_to_the_rows(db, monkeypatch):
    rows = [(f"C{n}", f"City {n}", 1, "") for n in range(9)]
    kinds = [("city", "text"), ("orders", "integer")]
    columns = made(rows, kinds, monkeypatch, _MOST_WORDS=5, _IN_A_PART=4)
    assert columns.type_of("city") is None
    assert not ColumnPart.objects.filter(name="city", publication=columns.publication).exists()
    assert values_of(columns, "orders") == [1] * 9


@pytest.mark.parametrize("ids", [["B", "A"], ["A", "A"], ["A", "B\0"], ["A", "x" * 65], []])
def test_ids_that_columns_cannot_be_found_by_leave_all_to_the_rows(db, ids):
    assert made([(one, 1, "") for one in ids], [("orders", "integer")]) is None
    assert not ColumnPart.objects.filter(name="orders").exists()


def test_customers_are_found_by_their_ids(db):
    ids = ["00", "A", "A1", "é", "甲"]
    columns = made([(one, 1, f"{one} line\nbreak") for one in ids], [("orders", "integer")])
    assert columns.places(["甲", "A", "nobody", "A1" * 50]).tolist() == [4, 1]
    assert columns.ids(columns.places(["é", "00"])) == ["é", "00"]
    for number in ("", "A", "A0", "zz" * 50, "甲", "甲乙"):
        after = [place for place, one in enumerate(ids) if one > number]
        assert columns.place_after(number, itself=False) == (after[0] if after else 5)
        at = [place for place, one in enumerate(ids) if one >= number]
        assert columns.place_after(number, itself=True) == (at[0] if at else 5)
    assert columns.texts().find("甲 line break").tolist() == [4]


def test_days_and_decimals_are_whole_numbers():
    assert number_of("decimal", Decimal("12.3456")) == 123_456
    assert number_of("date", date(1, 1, 2)) == 2
    assert number_of("boolean", True) == 1


def test_what_is_read_first_is_read_ahead(db, monkeypatch):
    monkeypatch.setattr(in_columns, "_held", type(in_columns._held)())
    ended = iter([False, True])
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    warming.keep_warm(lambda: next(ended))
    held = {name for _, _, name in in_columns._held}
    assert {"searched", "customer_id", "grade_abc", "owner", "score_value_index"} <= held
    monkeypatch.setattr(Columns, "_parts", lambda *_: pytest.fail("read again"))
    columns = columns_of(current_publication())
    assert columns.texts().find("customer 6").size
    assert columns.numbers("grade_abc").size == 70


def test_what_grades_one_customer_is_made_ready_and_passed_over_by_collections(
    db, monkeypatch, run_ids, caplog
):
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    grader_of.cache_clear()
    stored_run.cache_clear()
    ended = iter([False, True])
    try:
        warming.keep_warm(lambda: next(ended))
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
    monkeypatch.setattr(SchemeSteps, "_made", lambda *_: pytest.fail("compiled again"))
    for number in range(70):
        assert grader_of(run_ids[-1]).grade_stored(f"C{number:03}")
    assert not caplog.records


def test_a_run_that_is_not_there_leaves_lists_ready(db, monkeypatch, caplog):
    monkeypatch.setattr(in_columns, "_held", type(in_columns._held)())
    monkeypatch.setattr(warming, "grader_of", lambda _: grader_of("no such run"))
    warming.warm()
    assert "cannot be made ready" in caplog.text
    assert in_columns._held
