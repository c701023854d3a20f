"""The previous counts of table 1: compared where two runs can be, and said why where not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.reports.build import build_report
from kefen.reports.previous import PreviousRun
from kefen.reports.tables import GradeMark, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kefen.grading.run import GradedRun

    RunMaker = Callable[..., GradedRun]

EARLIER = date(2024, 9, 30)
COMPANY: dict[str, Any] = {
    "customers": [
        {"customer_id": "1", "region": "North"},
        {"customer_id": "2", "region": "South"},
        {"customer_id": "3"},
    ],
    "orders": [
        {"order_id": "1", "customer_id": "1", "ordered_at": "2024-03-01", "amount": "90"},
        {"order_id": "2", "customer_id": "2", "ordered_at": "2024-11-01", "amount": "10"},
    ],
}


def previous(run: GradedRun, **counts: dict[tuple[str | None, str | None], int]) -> PreviousRun:
    return PreviousRun(EARLIER, run.standard.id, run.standard, counts)


def compared(found: Table) -> dict[str, tuple[Any, Any, Any]]:
    names = ("customers", "previous", "change")
    lines = {}
    for line in (*found.rows, found.totals):
        assert line is not None
        first = line.cells[0]
        name = first.name.en if isinstance(first, GradeMark) else getattr(first, "en", "")
        lines[name] = tuple(line.cells[found.position(column)] for column in names)
    return lines


def distribution(run: GradedRun, earlier: PreviousRun | None, scheme: str) -> Table:
    report = build_report(run, previous=earlier)
    return next(t for t in report.tables() if t.id == f"distribution_{scheme}")


def test_each_class_shows_what_it_held_and_how_it_changed(make_run: RunMaker) -> None:
    run = make_run(**COMPANY)
    earlier = previous(run, abc={("A", None): 3, ("C", None): 1, (None, "not_known"): 2})
    assert compared(distribution(run, earlier, "abc")) == {
        "Key": (1, 3, -2),
        "Main": (1, 0, 1),
        "Ordinary": (0, 1, -1),
        "No positive sales": (1, 0, 1),
        "Not known": (0, 2, -2),
        "Total": (3, 6, -3),
    }


def test_classes_that_are_gone_keep_a_row_so_that_the_previous_counts_add_up(
    make_run: RunMaker,
) -> None:
    run = make_run(**COMPANY)
    places: dict[tuple[str | None, str | None], int] = {(f"place {n}", None): 1 for n in range(40)}
    shown = compared(distribution(run, previous(run, region=places), "region"))
    assert shown["North"] == (1, 0, 1)
    assert shown["12 further classes"] == (0, 12, -12)
    assert shown["Total"] == (3, 40, -37)


def test_without_an_earlier_run_nothing_is_compared(make_run: RunMaker) -> None:
    shown = compared(distribution(make_run(**COMPANY), None, "abc"))
    assert {line[1:] for line in shown.values()} == {(None, None)}


def test_what_cannot_be_compared_says_why(make_run: RunMaker) -> None:
    run = make_run(**COMPANY)
    counts: dict[tuple[str | None, str | None], int] = {("A", None): 3}
    abc = run.standard.schemes["abc"]
    fewer = replace(run.standard, schemes={"abc": replace(abc, grades=abc.grades[:2])})
    for earlier, why in (
        (PreviousRun(EARLIER, "other", run.standard, {"abc": counts}), "another standard, 'other'"),
        (PreviousRun(EARLIER, run.standard.id, None, {"abc": counts}), "cannot be read"),
        (previous(run, size=counts), "did not run this scheme"),
        (PreviousRun(EARLIER, run.standard.id, fewer, {"abc": counts}), "other classes"),
    ):
        found = distribution(run, earlier, "abc")
        assert {line[1:] for line in compared(found).values()} == {(None, None)}
        assert found.note is not None
        assert why in found.note.en
        assert "无上期客户数" in found.note.zh


def test_a_run_that_is_not_earlier_is_refused(make_run: RunMaker) -> None:
    run = make_run(**COMPANY)
    same = replace(previous(run), as_of=run.as_of)
    with pytest.raises(CallError, match="not before 2024-12-31"):
        build_report(run, previous=same)


def test_no_run_and_a_damaged_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no run in"):
        PreviousRun.load(tmp_path)
    record = tmp_path / "run.json"
    record.write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        PreviousRun.load(tmp_path)
    record.write_text(
        json.dumps({"as_of": "2024-09-30", "standard": {"id": "x", "text": "not: [a standard"}}),
        encoding="utf-8",
    )
    (tmp_path / "grades.parquet").write_bytes(b"noise")
    with pytest.raises(DataError, match="cannot be read"):
        PreviousRun.load(tmp_path)


def test_texts_of_the_comparison_fill_both_languages(make_run: RunMaker) -> None:
    run = make_run(**COMPANY)
    why = previous(run).incomparable(run.standard, run.standard.schemes["abc"])
    assert why == Text(
        "the run of 2024-09-30 did not run this scheme", "2024-09-30 的评级未运行此方案"
    )
