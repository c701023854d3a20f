"""Publishing a run: whole, exact, and switched by one pointer."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kefen.grading.listed import ListedRun
from kefen.lake.book import Book
from kefen.workspace.book import served_book
from kefen.workspace.jobs.models import Job
from kefen.workspace.jobs.progress import Progress
from kefen.workspace.runs import services
from kefen.workspace.runs.models import Pointer, Publication
from kefen.workspace.runs.published import ExactDecimal, model_of
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.runs.work import fill_months


def tables() -> set[str]:
    names = connection.introspection.table_names()
    return {name for name in names if name.startswith("kefen_customers_")}


def test_the_copy_holds_what_the_run_holds(db, run_ids):
    listed = ListedRun(served_book(), run_ids[-1])
    model = model_of(current_publication().pk)
    rows = [row for chunk in listed.chunks(13) for row in chunk]
    stored = {row.customer_id: row for row in model._default_manager.all()}
    assert len(rows) == len(stored) == 70
    for row in rows:
        for column, value in zip(listed.columns, row[1:], strict=True):
            assert getattr(stored[row[0]], column.name) == value, column.name


def test_the_run_before_gives_the_grades_before(db):
    model = model_of(current_publication().pk)
    assert model._default_manager.filter(before_abc__isnull=False).count() > 50


def test_a_copy_that_fails_leaves_the_one_before_in_use(person, run_ids, monkeypatch):
    before = current_publication()

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(services, "make_indexes", fails)
    with pytest.raises(OSError, match="disk full"):
        services.publish(person("administrator"), run_ids[0], live=lambda: None)
    assert current_publication() == before
    monkeypatch.undo()
    services.publish(person("administrator"), run_ids[0], live=lambda: None)
    assert current_publication().run_id == run_ids[0]
    assert not Publication.objects.filter(complete=False).exists()


def test_old_copies_go(person, run_ids):
    for run_id in (*run_ids, *run_ids):
        services.publish(person("administrator"), run_id, live=lambda: None)
    assert Publication.objects.count() == 2
    assert len(tables()) == 2
    assert Pointer.objects.count() == 1


@given(st.decimals(-(10**14), 10**14, places=4))
def test_decimals_come_back_exactly(value: Decimal):
    field = ExactDecimal()
    assert field.from_db_value(field.get_prep_value(value)) == value


def test_the_page_of_a_run_says_what_it_covered(signed_in, run_ids):
    page = signed_in("auditor").get(f"/runs/{run_ids[-1]}/").content.decode()
    assert "Not run" in page
    assert "Coverage of each scheme" in page
    assert "Not measured, since their data was not imported" in page
    assert "Overdue" in page.partition("Not measured")[2].partition("</p>")[0]
    assert "Gaps and findings" in page
    assert "version 1" in page
    assert signed_in("auditor").get("/runs/2020-01-31-9/").status_code == 404


@pytest.fixture
def other_book(run_ids, settings, tmp_path):
    """A copy of the book, to be graded further."""
    shutil.copytree(settings.BOOK.directory, tmp_path / "book")
    settings.BOOK = Book.open(tmp_path / "book")
    return settings.BOOK


def test_months_that_are_missing_are_filled_in_and_those_that_are_there_are_kept(
    other_book, person
):
    before = [run["run_id"] for run in other_book.runs.all()]
    job = Job.objects.create(
        kind="fill",
        state="running",
        attempt=1,
        asked_by=person("administrator"),
    )
    found = fill_months(Progress(job), first="2026-08-01", last="2026-10-31")
    assert found == {"graded": 1}
    assert [run["run_id"] for run in other_book.runs.all()] == [*before, "2026-08-31-1"]
    job.refresh_from_db()
    assert (job.steps, job.steps_begun) == (3, 3)


def test_the_year_of_the_last_run_is_asked_for_once(other_book, person):
    job = services.fill_year(person("administrator"))
    assert job.asked == {"first": "2025-11-01", "last": "2026-10-31"}
    assert services.fill_year(person("administrator")) == job
