"""Months on the command line: filled in, listed, graded again, and calls that make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_months_are_filled_in_and_listed(call, book: Path) -> None:
    answer = call("grade", "--book", book, "--from", "2025-10", "--to", "2025-12")
    assert answer.code == 0, answer.err
    assert "2025-10-31-1" in answer.out
    assert "3 months in" in answer.out
    listed = call("runs", "--book", book, "--json").json["runs"]
    assert [run["as_of"] for run in listed] == ["2025-10-31", "2025-11-30", "2025-12-31"]
    assert listed[0]["months_of_window"] == 12
    assert set(listed[0]["lake_versions"]) == {"customers", "orders"}
    again = call("grade", "--book", book, "--from", "2025-10", "--to", "2025-12", "--json").json
    assert [month["state"] for month in again["months"]] == ["kept"] * 3


def test_the_list_is_told_in_both_languages(call, book: Path) -> None:
    english = call("runs", "--book", book)
    assert "Restates" in english.out
    chinese = call("runs", "--book", book, "--lang", "zh")
    assert "标定来自" in chinese.out
    one = call("runs", "2025-12-31-1", "--book", book)
    assert "Months with orders" in one.out


def test_an_old_run_is_graded_again(call, book: Path) -> None:
    answer = call("grade", "--book", book, "--again", "2025-12-31-1")
    assert answer.code == 0, answer.err
    assert "to the byte" in answer.out
    told = call("grade", "--book", book, "--again", "2025-12-31-1", "--json").json
    assert told["same_bytes"] is True
    assert call("grade", "--book", book, "--again", "1999-01-31-1").code == 2


def test_a_restatement_is_told(call, book: Path, tmp_path: Path, write_csv) -> None:
    late = write_csv(
        tmp_path / "late.csv",
        "order_id,customer_id,ordered_at,amount",
        [("9", "C4", "2025-07-01", "7000")],
    )
    assert call("import", "orders", late, "--book", book).code == 0
    assert call("grade", "--book", book, "--from", "2025-12", "--to", "2025-12").code == 0
    answer = call("runs", "2025-12-31-2", "--book", book)
    assert "It restates 2025-12-31-1." in answer.out
    assert "late.csv" in answer.out
    assert "its own data" in answer.out
    target = tmp_path / "changed.csv"
    answer = call("runs", "2025-12-31-2", "--book", book, "--csv", target, "--lang", "zh")
    assert "它重述了 2025-12-31-1。" in answer.out
    assert target.read_text(encoding="utf-8").startswith("customer_id,scheme,grade_before")
    told = call("runs", "2025-12-31-2", "--book", book, "--json").json
    assert told["changed"]["customers_with_other_metrics"] == 1
    assert "--all" in call("runs", "--book", book).out


@pytest.mark.parametrize(
    ("arguments", "code", "english", "chinese"),
    [
        (["--from", "2025-12", "--to", "2025-10"], 2, "lies after the last", "晚于截止月"),
        (["--to", "2025-10"], 2, "--to needs --from", "需要与 --from 同用"),
        (["--from", "2025-13"], 2, "is not a month", "不是月份"),
        (["--from", "2025-10", "--out", "x"], 2, "do not go together", "不能同用"),
        (["--again", "x", "--from", "2025-10"], 2, "do not go together", "不能同用"),
        (["--from", "2020-01", "--to", "2020-02"], 1, "Nothing was known by", "尚无任何数据"),
        (["--recalibrate", "--calibration", "c.json"], 2, "not together", "不能与"),
    ],
)
def test_calls_that_make_no_sense(
    call, book: Path, arguments: list[str], code: int, english: str, chinese: str
) -> None:
    answer = call("grade", "--book", book, *arguments)
    assert answer.code == code
    assert english in answer.err
    assert chinese in call("grade", "--book", book, *arguments, "--lang", "zh").err


def test_files_have_no_months(call, company) -> None:
    answer = call("grade", *company.options, "--from", "2025-10")
    assert answer.code == 2
    assert "--from is for a book" in answer.err
    assert "只用于账套" in call("grade", *company.options, "--again", "x", "--lang", "zh").err


def test_a_book_without_runs(call, tmp_path: Path) -> None:
    call("new", tmp_path / "empty")
    assert "no run yet" in call("runs", "--book", tmp_path / "empty").out
    assert call("runs", "--book", tmp_path / "empty", "--csv", "x.csv").code == 2
