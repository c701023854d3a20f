"""Months filled in from history: whole, resumable, and by nothing that came later."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from months_of_a_company import CUSTOMERS, company_in_a_book, import_file, orders_of, write_orders

from kefen.domain.errors import BookError, CallError, DataError
from kefen.grading.history import kept_runs
from kefen.grading.months.back_fill import BackFill, back_fill, month_ends
from kefen.grading.months.same import same_results
from kefen.lake.book import Book
from kefen.lake.book.commit_points import CommitPoint
from kefen.lake.book.doctor import doctor
from kefen.standards.reader import bundled_standard

SCRIPT = Path(__file__).with_name("fill_in_and_die.py")
STANDARD = bundled_standard()
JANUARY, MARCH, APRIL = date(2025, 1, 31), date(2025, 3, 31), date(2025, 4, 30)


def fill(book: Book, first: date, last: date | None) -> BackFill:
    return back_fill(book, lambda _: STANDARD, first, last, memory="500MB")


def states(found: BackFill) -> list[str]:
    return [month.state for month in found.months]


def run_ids(book: Book) -> list[str]:
    return [run.run_id for run in kept_runs(book)]


def test_each_month_is_a_run_and_is_kept_the_next_time(book: Book) -> None:
    found = fill(book, date(2025, 2, 1), APRIL)
    assert states(found) == ["graded"] * 3
    assert [month.run.covered for month in found.months if month.run] == [2, 3, 4]
    assert [month.has_orders for month in found.months] == [True] * 3
    assert states(fill(book, date(2025, 2, 1), APRIL)) == ["kept"] * 3
    assert states(fill(book, JANUARY, APRIL)) == ["graded", *["kept"] * 3]
    assert [run.restates for run in kept_runs(book)] == [None] * 4


def test_another_rate_table_grades_the_months_anew(book: Book, tmp_path: Path) -> None:
    line = "X-1,001,2025-02-10,100.00,EUR"
    foreign = tmp_path / "foreign.csv"
    foreign.write_text(f"order_id,customer_id,ordered_at,amount,currency\n{line}\n")
    import_file(book, "orders", foreign)
    rates = tmp_path / "rates.csv"

    def states_at(rate: str) -> list[str]:
        rates.write_text(f"currency,from,rate\nEUR,2025-01-01,{rate}\n")
        found = back_fill(book, lambda _: STANDARD, JANUARY, MARCH, memory="500MB", rates=rates)
        return states(found)

    assert states_at("7.85") == ["graded"] * 3
    assert states_at("7.85") == ["kept"] * 3
    assert states_at("9.00") == ["unchanged", "restated", "restated"]


def test_the_span_ends_with_the_last_complete_month(book: Book) -> None:
    found = fill(book, date(2025, 7, 1), None)
    assert [month.as_of for month in found.months] == [date(2025, 7, 31)]


def test_months_before_the_first_fact_and_without_orders_are_told(book: Book) -> None:
    found = fill(book, date(2024, 11, 1), JANUARY)
    assert states(found) == ["nothing known", "nothing known", "graded"]
    assert found.first_fact is not None
    assert found.first_fact >= date(2025, 1, 1)
    later = fill(book, date(2025, 10, 1), date(2025, 10, 31))
    assert [month.has_orders for month in later.months] == [False]
    with pytest.raises(DataError, match="Nothing was known by 2024-11-30"):
        fill(book, date(2024, 11, 1), date(2024, 11, 30))


def test_a_book_without_facts_and_a_span_that_is_none(book: Book, tmp_path: Path) -> None:
    empty = Book.create(tmp_path / "empty", name="Empty")
    with pytest.raises(DataError, match="no facts"):
        fill(empty, JANUARY, MARCH)
    with pytest.raises(CallError, match="lies after") as error:
        fill(book, date(2025, 4, 1), MARCH)
    assert "晚于" in error.value.what.zh
    with pytest.raises(CallError, match="more than 600 months"):
        month_ends(date(1900, 1, 1), date(2025, 1, 1))
    assert run_ids(book) == []


@given(
    first=st.dates(date(2000, 1, 1), date(2020, 12, 31)),
    length=st.integers(0, 5_000),
)
@settings(max_examples=50)
def test_a_span_has_the_end_of_every_month_once(first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    ends = month_ends(first, last)
    assert ends[-1] == last
    months = [(day.year, day.month) for day in ends]
    assert months == sorted(set(months))
    assert len(ends) == (last.year - first.year) * 12 + last.month - first.month + 1
    assert all(date.fromordinal(day.toordinal() + 1).day == 1 for day in ends[:-1])


def test_facts_that_come_later_change_no_month_before_them(book: Book, tmp_path: Path) -> None:
    fill(book, date(2025, 2, 1), MARCH)
    before = [run.folder for run in kept_runs(book)]
    extra = [f"x{n},{one},2025-04-{n + 1:02d},{n * 991}" for n, one in enumerate(CUSTOMERS[:20])]
    import_file(book, "orders", write_orders(tmp_path / "later.csv", extra))
    assert states(fill(book, date(2025, 2, 1), MARCH)) == ["unchanged"] * 2
    assert [run.folder for run in kept_runs(book)] == before


@given(seed=st.integers(0, 10_000))
@settings(max_examples=4)
def test_a_month_is_graded_as_if_nothing_had_happened_after_it(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A book that ends in March, and one that goes on, give the same March."""
    folder = tmp_path_factory.mktemp("ahead")
    ends, goes_on = (folder / "ends", folder / "goes on")
    ends.mkdir()
    goes_on.mkdir()
    short, long = company_in_a_book(ends, 3), company_in_a_book(goes_on, 3)
    lines = [
        f"n{n},{CUSTOMERS[(seed + n * 7) % 30]},2025-{4 + (seed + n) % 9:02d}-{1 + n % 28:02d},"
        f"{(seed * 31 + n * 17) % 5000 - 500}"
        for n in range(40)
    ]
    import_file(long, "orders", write_orders(folder / "more.csv", lines))
    for book in (short, long):
        fill(book, date(2025, 2, 1), MARCH)
    for one, other in zip(kept_runs(short), kept_runs(long), strict=True):
        assert same_results(one.folder, other.folder).same_bytes


@pytest.mark.parametrize("point", [CommitPoint.RUN_SEALED, CommitPoint.RUN_RECORDED])
def test_a_filling_in_that_was_killed_goes_on(book: Book, point: CommitPoint) -> None:
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), str(book.directory)),
            *("2025-01-31", "2025-03-31", point.name, "2"),
        ],
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    recorded = point is CommitPoint.RUN_RECORDED
    assert run_ids(book) == ["2025-01-31-1", *(["2025-02-28-1"] if recorded else [])]
    assert len(book.runs.unfinished()) == (not recorded)

    found = fill(book, JANUARY, MARCH)
    assert states(found) == ["kept", "kept" if recorded else "graded", "graded"]
    assert run_ids(book) == ["2025-01-31-1", "2025-02-28-1", "2025-03-31-1"]
    assert book.runs.unfinished() == []
    assert [one.code for one in doctor(book) if one.severity != "note"] == []


def test_two_at_once_leave_one_run_a_month(book: Book) -> None:
    command = [sys.executable, str(SCRIPT), str(book.directory), "2025-02-28", "2025-03-31"]
    both = [subprocess.Popen([*command, "none", "1"], stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
    assert sorted(run_ids(book)) == ["2025-02-28-1", "2025-03-31-1"]


def test_a_book_in_use_by_another_is_said(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from kefen.grading.months import back_fill as module

    monkeypatch.setattr(module, "WAIT_SECONDS", 0.1)
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom kefen.lake.book import Book\n"
        "with Book.open(Path(sys.argv[1])).guard.hold('import'):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(book.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        with pytest.raises(BookError, match="in use") as error:
            fill(book, MARCH, MARCH)
        other.stdin.close()
    assert "`import`" in error.value.what.zh
    assert run_ids(book) == []


def test_late_facts_restate_the_months_they_touch(book: Book, tmp_path: Path) -> None:
    fill(book, JANUARY, MARCH)
    late = [f"late,{CUSTOMERS[0]},2025-02-10,5000", *orders_of(3)[:1]]
    import_file(book, "orders", write_orders(tmp_path / "late.csv", late))
    found = fill(book, JANUARY, MARCH)
    assert states(found) == ["unchanged", "restated", "restated"]
    assert [run.restates for run in kept_runs(book)][3:] == ["2025-02-28-1", "2025-03-31-1"]
