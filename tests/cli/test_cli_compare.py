"""`kefen compare` and `kefen moves`: as they are called, on folders and in a book."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook


@pytest.fixture
def months(call: Callable, company: Any, tmp_path: Path) -> tuple[Path, Path]:
    """Two folders of results: before and after customer 42 bought and 007 bought again."""
    made = []
    for day in ("2025-08-31", "2025-12-31"):
        folder = tmp_path / day
        done = call("grade", *company.options, "--as-of", day, "--out", folder, "--no-report")
        assert done.code == 0, done.err
        made.append(folder)
    return made[0], made[1]


def test_an_overview_and_a_scheme_in_full(call: Callable, months: tuple[Path, Path]) -> None:
    done = call("compare", *months)
    assert done.code == 0, done.err
    assert "Moves from 2025-08-31 to 2025-12-31" in done.out
    assert "A grade may move because the others did" in " ".join(done.out.split())
    assert "ABC by revenue" in done.out
    done = call("compare", *months, "--scheme", "abc", "--ahead", "2")
    assert "1 gained a grade" in done.out
    assert "own figures" in done.out
    chinese = call("compare", *months, "--scheme", "abc", "--lang", "zh")
    assert "自身数据变化" in chinese.out


def test_for_machines_the_parts_add_up(
    call: Callable, months: tuple[Path, Path], tmp_path: Path
) -> None:
    target = tmp_path / "moves.parquet"
    found = call("compare", *months, "--moves", target, "--json").json
    assert [one["as_of"] for one in found["runs"]] == ["2025-08-31", "2025-12-31"]
    assert found["warnings"][0]["reason"]["zh"]
    abc = next(one for one in found["schemes"] if one["scheme"] == "abc")
    (moves,) = abc["moves"]
    assert moves["moved"] == sum(one["customers"] for one in moves["by_causes"]) > 0
    assert moves["total_steps"] == sum(one["steps"] for one in moves["causes"])
    assert abc["projected"] == []
    assert "nobody started from" in abc["not_projected"]["en"], "nobody was B before"
    stages = next(one for one in found["schemes"] if one["scheme"] == "lifecycle")
    assert stages["not_projected"] or sum(stages["projected"][-1].values()) == pytest.approx(4)
    listed = duckdb.sql(
        f"SELECT customer_id, before, after, causes, steps_behaviour FROM '{target}' "
        "WHERE scheme = 'abc' ORDER BY ALL"
    ).fetchall()
    assert len(listed) == moves["moved"]
    assert ("42", None, "C", "behaviour", 1) in listed


def test_the_list_of_moves_opens_in_a_spreadsheet(
    call: Callable, months: tuple[Path, Path], tmp_path: Path
) -> None:
    target = tmp_path / "moves.csv"
    assert call("compare", *months, "--moves", target, "--lang", "zh").code == 0
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][:5] == ["期初", "期末", "方案", "客户编号", "原等级"]
    assert any("42" in row for row in rows[1:])
    again = call("compare", *months, "--moves", target)
    assert again.code == 2
    assert "exists already" in again.err
    wrong = call("compare", *months, "--moves", tmp_path / "moves.txt")
    assert wrong.code == 2
    assert ".parquet" in wrong.err


def test_one_customer_in_a_sentence(call: Callable, months: tuple[Path, Path]) -> None:
    done = call("moves", "42", *months, "--scheme", "abc")
    assert done.code == 0, done.err
    told = " ".join(done.out.split())
    assert "42 moved from no grade to C ordinary: its own figures changed" in told
    found = call("moves", "42", *months, "--json").json
    abc = next(one for one in found["steps"][0]["schemes"] if one["scheme"] == "abc")
    assert (abc["before"], abc["after"], abc["causes"]) == (None, "C", ["behaviour"])
    assert abc["changed"]["revenue"] == ["0.0000", "100.0000"]
    unknown = call("moves", "nobody", *months)
    assert unknown.code == 2
    assert "no customer “nobody”" in unknown.err


def test_runs_that_do_not_mean_the_same_are_refused(
    call: Callable, company: Any, months: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    done = call(
        *("grade", *company.options, "--as-of", "2025-12-31", "--out", other, "--no-report"),
        *("--standard", "rfm-codes"),
    )
    assert done.code == 0, done.err
    refused = call("compare", months[0], other)
    assert refused.code == 2
    assert "different standards" in refused.err
    assert call("compare", months[0], months[0]).code == 2
    backwards = call("compare", months[1], months[0])
    assert backwards.code == 2
    assert "earliest run first" in backwards.err
    single = call("compare", months[0])
    assert single.code == 2
    assert "Two runs are needed" in single.err
    both = call("compare", *months, "--from", "2025-01")
    assert both.code == 2
    far = call("compare", *months, "--ahead", "many")
    assert far.code == 2


def test_the_months_of_a_book(call: Callable, company: Any, tmp_path: Path) -> None:
    book = tmp_path / "book"
    assert call("new", book).code == 0
    assert call("import", "customers", company.customers, "--book", book).code == 0
    assert call("import", "orders", company.orders, "--book", book).code == 0
    nothing = call("compare", "--book", book)
    assert nothing.code == 2
    for day in ("2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30"):
        assert call("grade", "--book", book, "--as-of", day, "--no-report").code == 0
    found = call("compare", "--from", "2025-07", "--to", "2025-09", "--book", book, "--json").json
    assert [one["as_of"] for one in found["runs"]] == ["2025-07-31", "2025-08-31", "2025-09-30"]
    abc = next(one for one in found["schemes"] if one["scheme"] == "abc")
    assert len(abc["flow"]) == 3
    assert sum(one["moved"] for one in abc["moves"]) == sum(
        one["customers"] for one in abc["matrix"] if one["from"] != one["to"]
    )
    shown = call("compare", "--book", book, "--scheme", "abc")
    assert shown.code == 0
    assert "2025-08-31: " in shown.out
    named = call("compare", "2025-06-30-1", "2025-09-30-1", "--book", book)
    assert named.code == 0, named.err


def test_the_report_tells_the_moves_since_the_run_before(
    call: Callable, company: Any, months: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "reported"
    done = call(
        *("grade", *company.options, "--as-of", "2025-12-31", "--out", out),
        *("--previous", months[0]),
    )
    assert done.code == 0, done.err
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Moves since 2025-08-31" in page
    flow = page[page.index('id="b-moves_flow-1"') :]
    assert 'class="fb f-' in flow[: flow.index("</figure>")]
    assert "No grade → C ordinary: 1" in flow
    assert "Why they moved: ABC by revenue" in page
    assert "grades_over_time" not in page, "two dates are no course of time"
    sheets = load_workbook(out / "report.xlsx", read_only=True).sheetnames
    assert "Moves" in sheets


def test_the_report_of_a_book_shows_the_grades_over_time(
    call: Callable, company: Any, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    assert call("new", book).code == 0
    assert call("import", "customers", company.customers, "--book", book).code == 0
    assert call("import", "orders", company.orders, "--book", book).code == 0
    for day in ("2025-09-30", "2025-10-31"):
        assert call("grade", "--book", book, "--as-of", day, "--no-report").code == 0
    out = tmp_path / "out"
    assert call("grade", "--book", book, "--as-of", "2025-11-30", "--out", out).code == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'id="b-grades_over_time-1"' in page
    assert "Moves since 2025-10-31" in page
