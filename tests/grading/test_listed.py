"""A kept run as rows: which columns there are, whatever the data was called."""

from __future__ import annotations

from datetime import date

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.listed import ListedRun
from kefen.lake.book import Book
from kefen.lake.reading import ReadingOptions, Source, read_table
from kefen.reports.book_run import grade_book


def listed(folder, customers):
    """Return the run of a book with these customers, and one order of each."""
    book = Book.create(folder / "book", name="Listed", currency="CNY")
    numbers = [row.split(",")[0] for row in customers[1:]]
    orders = ["order_id,customer_id,ordered_at,amount"]
    orders += [f"O{one},{one},2026-10-0{place + 1},10" for place, one in enumerate(numbers)]
    for table, rows in (("customers", customers), ("orders", orders)):
        path = folder / f"{table}.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        with DuckDBEngine() as engine:
            read, _ = read_table(engine, table, Source((path,)), ReadingOptions(currency="CNY"))
            book.imports.import_table(engine, read)
    run = grade_book(
        book, standard=None, as_of=date(2026, 10, 31), language="en", begin=lambda _: None
    )
    return ListedRun(book, run)


def test_columns_that_the_contract_does_not_have_are_listed_under_a_code(tmp_path):
    rows = ["customer_id,name,车队 编号_,Select", "A,Acme,展会,x", "B,Bolt,,"]
    found = listed(tmp_path, rows)
    further = [one for one in found.columns if one.kind == "further"]
    assert [one.source for one in further] == [one.label.zh for one in further]
    assert {one.source for one in further} == {"车队 编号_", "Select"}
    assert all(one.name.isidentifier() and one.name.isascii() for one in further)
    place = 1 + next(n for n, one in enumerate(found.columns) if one.source == "车队 编号_")
    values = {row[0]: row[place] for chunk in found.chunks(1) for row in chunk}
    assert values == {"A": "展会", "B": None}


def test_a_column_is_called_alike_in_every_run(tmp_path):
    names = []
    for place, heading in enumerate(("Depot,Colour", "colour,depot")):
        folder = tmp_path / str(place)
        folder.mkdir()
        found = listed(folder, [f"customer_id,name,{heading}", "A,Acme,red,blue"])
        names.append({one.name for one in found.columns if one.kind == "further"})
    assert names[0] == names[1]
    assert len(names[0]) == 2


def test_what_nobody_has_of_the_rarer_columns_is_not_listed(tmp_path):
    rows = ["customer_id,name,gender,occupation,industry", "A,Acme,f,,", "B,Bolt,,,"]
    names = {one.name for one in listed(tmp_path, rows).columns}
    assert "gender" in names
    assert "occupation" not in names
    assert "industry" in names
