"""Books from Python: frames in, batches that can be undone, runs that stay."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from awkward import AS_OF, IN_MEMORY, arrow, customers, orders

import kefen
from kefen.domain.errors import CallError


def test_a_call_names_another_engine_than_the_settings(tmp_path: Path) -> None:
    book = kefen.new_book(tmp_path / "book", name="Acme")
    book.import_table("orders", arrow(orders()))
    settings = book.folder / "kefen.toml"
    settings.write_text(
        settings.read_text().replace('"duckdb"', '"spark"') + 'spark_master = "no such master"\n'
    )
    book = kefen.open_book(book.folder)
    with book.grade(as_of=AS_OF, engine="duckdb", report=False) as result:
        assert result.record["engine"]["name"] == "duckdb"
    with pytest.raises(CallError, match="no engine called abacus"):
        book.grade(engine="abacus")
    with pytest.raises(CallError, match="spark_master is for Spark"):
        book.grade(engine="duckdb", spark_master="local[1]")


def test_a_book_takes_frames_and_keeps_runs(tmp_path: Path) -> None:
    book = kefen.new_book(tmp_path / "book", name="Acme").to_pandas()
    with pytest.raises(CallError, match="no run yet"):
        book.run()
    first = book.import_table("customers", IN_MEMORY["polars"](customers()))
    second = book.import_table("orders", IN_MEMORY["pandas"](orders()), note="all")
    assert (first.rows_new, second.rows_in) == (len(customers()), len(orders()))
    again = book.import_table("orders", IN_MEMORY["Arrow reader"](orders()))
    assert again.state == "nothing new"
    with book.grade(as_of=AS_OF, report=False) as result:
        assert isinstance(result.grades, pd.DataFrame)
        files = kefen.grade(customers=arrow(customers()), orders=arrow(orders()), as_of=AS_OF)
        with files:
            assert files.grades == result.to_arrow().grades
    kept = kefen.open_book(book.folder)
    assert [run["run_id"] for run in kept.runs] == ["2026-10-31-1"]
    assert kept.run("2026-10-31-1").grades == kept.run().grades
    assert kept.run().explain("C4", "abc").schemes[0].grade is not None
    assert kept.undo(second.id).removed == second.rows_new
    assert [batch.state for batch in kept.batches] == ["imported", "undone", "nothing new", "undo"]
