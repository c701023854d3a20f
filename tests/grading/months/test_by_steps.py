"""Only customers whose data changed are graded anew: the same as grading all, and no rewriting."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from months_of_a_company import CUSTOMERS, company_in_a_book, import_file, write_orders

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.alerts.raising import ALERTS_FILE
from kefen.grading.grade import grade
from kefen.grading.history import KeptRun, kept_runs, run_before
from kefen.grading.months.back_fill import BackFill, back_fill
from kefen.grading.months.by_steps import grade_by_steps
from kefen.grading.months.changes import NotBySteps
from kefen.grading.months.differences import DIFFERENCES_FILE
from kefen.grading.months.newest import default_as_of_book
from kefen.grading.months.same import same_results
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE
from kefen.grading.population import default_as_of
from kefen.grading.stored import StoredRun
from kefen.grading.written_run import write_run
from kefen.lake.book import Book
from kefen.lake.book.doctor import doctor
from kefen.lake.book.versions import Came
from kefen.standards.reader import bundled_standard, bundled_text, read_standard

FEBRUARY, MARCH = date(2025, 2, 28), date(2025, 3, 31)
STANDARD = read_standard(
    bundled_text("default").replace("version:", "calibration: every 12 months\nversion:", 1),
    "default.yaml",
)


def fill(book: Book) -> BackFill:
    return back_fill(book, lambda _: STANDARD, FEBRUARY, MARCH, memory="500MB")


def bring(book: Book, folder: Path, lines: list[str]) -> None:
    import_file(book, "orders", write_orders(folder / f"late {len(lines)}.csv", lines))


def assert_equal_to_grading_all(book: Book, run: KeptRun) -> None:
    """Grading all customers on the same data and lines gives the same rows and the same record."""
    stored = StoredRun.load(run.folder)
    before = run_before(kept_runs(book), run.as_of, run.standard)
    with DuckDBEngine(memory_limit="500MB") as engine:
        dataset = book.dataset(engine, run.lake_versions)
        kept_lines = stored.calibration if run.calibration == "frozen" else None
        full = grade(dataset, STANDARD, run.as_of, calibration=kept_lines)
        anew = engine.scratch / "anew"
        anew.mkdir()
        full = write_run(full, anew, before=before.folder if before is not None else None)
        found = same_results(run.folder, anew)
        assert found.is_same, found
        raised = [pq.read_table(one / ALERTS_FILE).to_pylist() for one in (run.folder, anew)]
        assert raised[0] == raised[1]
    told = [json.loads(json.dumps(dict(one))) for one in (full.record, stored.record)]
    for record in told:
        del record["seconds"]
    assert told[0] == told[1]
    order = {scheme: place for place, scheme in enumerate(stored.running)}
    rows = pq.read_table(run.folder / GRADES_FILE, columns=["scheme", "customer_id"]).to_pylist()
    keys = [(order[row["scheme"]], row["customer_id"]) for row in rows]
    assert keys == sorted(keys)


def last_run(book: Book) -> KeptRun:
    return kept_runs(book)[-1]


@pytest.fixture
def filled(book: Book) -> Book:
    fill(book)
    return book


def test_a_few_late_facts_grade_a_few_customers(filled: Book, tmp_path: Path) -> None:
    bring(filled, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000", "unknown,nobody,2025-03-11,7"])
    found = fill(filled)
    assert [month.state for month in found.months] == ["unchanged", "restated"]
    assert [month.regraded for month in found.months] == [2, 2]
    run = last_run(filled)
    assert run.restates == "2025-03-31-1"
    assert (run.folder / DIFFERENCES_FILE).is_file()
    assert not (run.folder / GRADES_FILE).exists()
    assert not (run.folder / METRICS_FILE).exists()
    assert [one.code for one in doctor(filled) if one.severity != "note"] == []
    assert_equal_to_grading_all(filled, run)
    assert StoredRun.load(run.folder).customers(100) == CUSTOMERS


def test_changed_and_replaced_lines_and_new_customers(filled: Book, tmp_path: Path) -> None:
    customers = tmp_path / "customers.csv"
    customers.write_text("customer_id,created_on\nnew,2025-03-01\n000,2025-03-05\n")
    import_file(filled, "customers", customers)
    bring(
        filled,
        tmp_path,
        [
            f"2025-02-{CUSTOMERS[1]},{CUSTOMERS[1]},2025-02-09,1",  # another amount and day
            f"2025-01-{CUSTOMERS[2]},{CUSTOMERS[2]},2025-05-09,80",  # moved out of the window
            "first,new,2025-03-20,900",
        ],
    )
    found = fill(filled)
    assert [month.state for month in found.months] == ["restated", "restated"]
    assert all(month.regraded for month in found.months)
    for run in kept_runs(filled)[2:]:
        assert_equal_to_grading_all(filled, run)


def test_what_products_say_of_lines_is_known_by_steps(book: Book, tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text("product_id,category,unit_cost\np1,Tea,2.5\np2,Cups,4\n")
    import_file(book, "products", products)
    lines = [f"b{n},{one},2025-03-{n % 28 + 1:02d},{n + 9}" for n, one in enumerate(CUSTOMERS)]
    path = tmp_path / "bought.csv"
    path.write_text(
        "order_id,customer_id,ordered_at,amount,product_id,quantity\n"
        + "".join(f"{line},p{n % 2 + 1},{n % 5}\n" for n, line in enumerate(lines))
    )
    import_file(book, "orders", path)
    fill(book)
    path.write_text(
        "order_id,customer_id,ordered_at,amount,product_id,quantity\n"
        f"late,{CUSTOMERS[3]},2025-03-11,70,p2,6\n"
    )
    import_file(book, "orders", path)
    assert [month.regraded for month in fill(book).months] == [1, 1]
    assert_equal_to_grading_all(book, last_run(book))


def test_a_column_that_is_not_read_has_no_value(filled: Book, tmp_path: Path) -> None:
    bring(filled, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000"])
    versions = filled.versions()
    with DuckDBEngine(memory_limit="500MB") as engine:
        engine.run(f"CREATE TABLE picked AS SELECT '{CUSTOMERS[0]}' AS customer_id")
        came = {"orders": Came((3,), ())}
        now, then = filled.tables_among(engine, versions, "picked", came, {"orders": {"quantity"}})
        for read in (now["orders"], then["orders"]):
            assert "quantity" in dict(engine.columns(f'"{read.relation}"'))
            assert engine.rows(f'SELECT count(amount) FROM "{read.relation}"')[0][0] > 0
            with pytest.raises(Exception, match=r"orders\.quantity was not read"):
                engine.rows(f'SELECT count(quantity) FROM "{read.relation}"')


def test_of_changed_customers_no_column_is_read_that_no_metric_names(
    filled: Book, tmp_path: Path
) -> None:
    bring(filled, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000"])
    with DuckDBEngine(memory_limit="500MB") as engine:
        grade_by_steps(filled, engine, STANDARD, MARCH)
        read = dict(engine.columns("kefen_book_rows_of_customers"))
    assert {"customer_id", "created_on", "country", "industry"} <= read.keys()
    assert not {"name", "address", "phone"} & read.keys()


def test_many_customers_have_the_rows_that_few_have(filled: Book) -> None:
    versions = filled.versions()
    others = [f"nobody {number}" for number in range(60)]
    found = []
    for picked in (CUSTOMERS[:3], CUSTOMERS[:3] + others):
        with DuckDBEngine(memory_limit="500MB") as engine:
            engine.run("CREATE TABLE picked AS SELECT unnest(?) AS customer_id", [picked])
            now, _ = filled.tables_among(engine, versions, "picked", {})
            rows = engine.rows(f'SELECT * FROM "{now["orders"].relation}" ORDER BY order_id')
            found.append(rows)
    assert found[0]
    assert found[0] == found[1]


def test_rules_and_amounts_are_counted_of_all(book: Book, tmp_path: Path) -> None:
    def invoices(rows: list[str]) -> Path:
        path = tmp_path / f"invoices {len(rows)}.csv"
        path.write_text(
            "invoice_id,customer_id,issued_on,due_on,amount,settled_on\n" + "".join(rows)
        )
        return path

    first = [
        f"i{n},{one},2025-01-{n % 28 + 1:02d},2025-02-{n % 28 + 1:02d},{n * 90 + 10},"
        f"{'2025-03-01' if n % 3 else ''}\n"
        for n, one in enumerate(CUSTOMERS)
    ]
    undated = tmp_path / "undated.csv"
    undated.write_text("customer_id,created_on\nu1,\nu2,\n")
    import_file(book, "customers", undated)
    import_file(book, "receivables", invoices(first))
    fill(book)
    late = [
        "dates u1,u1,2025-01-05,2025-01-20,70,\n",
        f"late,{CUSTOMERS[3]},2025-01-05,2025-01-20,7000,\n",
        *first[6:8],
    ]
    import_file(book, "receivables", invoices(late))
    found = fill(book)
    assert [month.regraded for month in found.months] == [2, 2]
    assert StoredRun.load(last_run(book).folder).record["customers"]["undated"] == 1
    credit = StoredRun.load(last_run(book).folder).record["schemes"]
    assert any("rules" in scheme for scheme in credit)
    for run in kept_runs(book)[2:]:
        assert_equal_to_grading_all(book, run)


def test_steps_upon_steps_rest_on_one_whole_run(filled: Book, tmp_path: Path) -> None:
    bring(filled, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000"])
    fill(filled)
    bring(
        filled, tmp_path, [f"later,{CUSTOMERS[4]},2025-03-12,50", f"x,{CUSTOMERS[5]},2025-03-12,9"]
    )
    found = fill(filled)
    assert found.months[-1].regraded == 3
    assert [run.run_id for run in kept_runs(filled)][-1] == "2025-03-31-3"
    assert_equal_to_grading_all(filled, last_run(filled))


def test_what_concerns_all_customers_is_graded_in_full(filled: Book, tmp_path: Path) -> None:
    bring(filled, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000"])
    fill(filled)
    filled.imports.undo(3)
    found = fill(filled)
    assert [month.regraded for month in found.months] == [0, None] or found.months[
        -1
    ].regraded is None
    assert_equal_to_grading_all(filled, last_run(filled))
    many = [f"many{n},{one},2025-03-15,{n}" for n, one in enumerate(CUSTOMERS[:20])]
    bring(filled, tmp_path, many)
    assert fill(filled).months[-1].regraded is None
    assert_equal_to_grading_all(filled, last_run(filled))


LATE = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 29), st.integers(1, 4), st.integers(1, 28), st.integers(-900, 4000)
        ),
        min_size=1,
        max_size=4,
    ),
    min_size=2,
    max_size=2,
)


@given(late=LATE)
@settings(max_examples=2)
def test_steps_equal_grading_all_for_any_late_facts(
    late: list[list[tuple[int, int, int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    book = company_in_a_book(folder, 4)
    back_fill(book, lambda _: STANDARD, MARCH, MARCH, memory="500MB")
    for number, rows in enumerate(late):
        # Some are further lines of an order that is there, some new orders.
        lines = [
            f"{'2025-03-' + CUSTOMERS[who] if day % 2 else f's{number}-{place}'},"
            f"{CUSTOMERS[who]},2025-0{month}-{day:02d},{amount}"
            for place, (who, month, day, amount) in enumerate(rows)
        ]
        import_file(book, "orders", write_orders(folder / f"late {number}.csv", lines))
        (found,) = back_fill(book, lambda _: STANDARD, MARCH, MARCH, memory="500MB").months
        assert found.run is not None
        assert found.regraded is not None or found.state == "kept", "nothing new came"
        assert_equal_to_grading_all(book, found.run)


@pytest.mark.parametrize("everybody", [False, True])
def test_with_lines_learned_anew_only_what_changed_is_counted(
    book: Book, tmp_path: Path, *, everybody: bool
) -> None:
    learning = bundled_standard()
    back_fill(book, lambda _: learning, MARCH, MARCH, memory="500MB")
    bring(book, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000", "unknown,nobody,2025-03-11,7"])
    files = [tmp_path / "by steps", tmp_path / "all"]
    records = []
    for folder, by_steps in zip(files, (True, False), strict=True):
        folder.mkdir()
        with DuckDBEngine(memory_limit="500MB") as engine:
            if by_steps:
                whole = book.dataset(engine) if everybody else None
                run = grade_by_steps(book, engine, learning, MARCH, whole=whole, fewest=0)
            else:
                run = grade(book.dataset(engine), learning, MARCH)
            run = write_run(run, folder, before=None)
            rules = engine.rows(f'SELECT * FROM "{run.rules}" ORDER BY ALL') if run.rules else []
            orders = engine.rows(f'SELECT count(*) FROM "{run.facts["orders"]}"')
        assert run.differences is None
        told = json.loads(json.dumps(dict(run.record)))
        del told["seconds"]
        records.append((told, rules, orders))
    assert same_results(*files).is_same
    assert records[0] == records[1]


def test_a_report_of_kept_lines_has_all_customers(filled: Book, tmp_path: Path) -> None:
    bring(filled, tmp_path, [f"late,{CUSTOMERS[0]},2025-03-10,5000"])
    with DuckDBEngine(memory_limit="500MB") as engine:
        whole = filled.dataset(engine)
        run = grade_by_steps(filled, engine, STANDARD, MARCH, whole=whole, fewest=0)
        assert run.differences is None
        assert engine.rows(f'SELECT count(*) FROM "{run.metrics}"')[0][0] == len(CUSTOMERS)
        part = grade_by_steps(filled, engine, STANDARD, MARCH)
        assert part.differences is not None
        assert engine.rows(f'SELECT count(*) FROM "{part.metrics}"')[0][0] == 1
        assert part.record["customers"] == run.record["customers"]
        assert part.classes == run.classes


def test_what_is_no_step_says_why(filled: Book, tmp_path: Path) -> None:
    other = read_standard(
        STANDARD.text.replace("over: last 12 months", "over: last 6 months", 1), "x"
    )
    with DuckDBEngine(memory_limit="500MB") as engine:
        for standard, day, why in (
            (STANDARD, date(2025, 4, 30), "first run"),
            (other, MARCH, "standard differs"),
        ):
            with pytest.raises(NotBySteps, match=why):
                grade_by_steps(filled, engine, standard, day)
        with pytest.raises(NotBySteps, match="no slower"):
            grade_by_steps(filled, engine, STANDARD, MARCH, recalibrate=True)
        filled.imports.undo(2)
        with pytest.raises(NotBySteps, match="undone"):
            grade_by_steps(filled, engine, STANDARD, MARCH)


def test_the_default_date_is_told_without_reading_all(book: Book, tmp_path: Path) -> None:
    found = []
    for lines in (
        [f"late,{CUSTOMERS[0]},2025-08-31,5"],
        ["stranger,nobody,2025-11-03,7"],
        [f"later,{CUSTOMERS[1]},2025-09-02,7"],
        [f"alone,{CUSTOMERS[1]},2025-12-09,7"],
    ):
        bring(
            book, tmp_path, [*lines, *(f"x{len(found)}{n},nobody,2025-01-01,1" for n in range(2))]
        )
        with DuckDBEngine(memory_limit="500MB") as engine:
            found.append(default_as_of_book(book, engine))
            assert found[-1] in (None, default_as_of(book.dataset(engine)))
    # Where the newest two months have strangers alone, all of the book has to be read.
    assert found == [date(2025, 8, 31), None, None, None]
