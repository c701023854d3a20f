"""Exchange rates of a book: given once, kept, used by every command that reads its facts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOREIGN = "order_id,customer_id,ordered_at,amount,currency\nX-1,007,2025-02-10,100.00,EUR\n"


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text("currency,from,rate\nEUR,2025-01-01,7.85\n")
    return path


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.csv"
    path.write_text(FOREIGN)
    return path


def _grade(call: Callable[..., Any], book: Path, day: str, *options: Any) -> Any:
    return call("grade", "--book", book, "--as-of", day, "--no-report", "--quiet", *options)


READERS = pytest.mark.parametrize(
    ("command", "options"),
    [
        ("report", ("--run", "2025-03-31-1", "--quiet")),
        ("traits", ("--run", "2025-03-31-1")),
        ("evaluate", ("--run", "2025-03-31-1", "--months", "1", "--quiet")),
        ("check", ()),
    ],
)


@READERS
def test_rates_given_with_an_import_are_used_from_then_on(
    call: Callable[..., Any],
    book: Path,
    rates: Path,
    foreign: Path,
    command: str,
    options: tuple[str, ...],
) -> None:
    imported = call("import", "orders", foreign, "--book", book, "--rates", rates)
    assert imported.code == 0, imported.err
    assert "rates.csv" in imported.out
    rates.unlink()
    graded = _grade(call, book, "2025-03-31")
    assert graded.code == 0, graded.err
    read = call(command, "--book", book, *options)
    assert read.code == 0, read.err


def test_a_run_made_by_rates_of_a_call_is_read_by_them_again(
    call: Callable[..., Any], book: Path, rates: Path, foreign: Path
) -> None:
    assert call("import", "orders", foreign, "--book", book).code == 0
    assert "several currencies" in _grade(call, book, "2025-03-31").err
    assert _grade(call, book, "2025-03-31", "--rates", rates).code == 0
    rates.unlink()
    assert call("report", "--book", book, "--run", "2025-03-31-1", "--quiet").code == 0
    again = call("grade", "--book", book, "--again", "2025-03-31-1")
    assert again.code == 0, again.err
    later = call("evaluate", "--book", book, "--run", "2025-03-31-1", "--months", "1", "--quiet")
    assert later.code == 1  # what came after is converted by rates that hold, and there are none
    assert "--rates" in later.err


def test_other_rates_restate_a_month_and_the_restatement_says_so(
    call: Callable[..., Any], book: Path, rates: Path, foreign: Path
) -> None:
    assert call("import", "orders", foreign, "--book", book, "--rates", rates).code == 0
    months = ("grade", "--book", book, "--from", "2025-03", "--to", "2025-03")
    assert call(*months).code == 0
    assert "there already" in call(*months).out
    (book / "rates.csv").write_text("currency,from,rate\nEUR,2025-01-01,8.00\n")
    assert "restated" in call(*months).out
    told = call("runs", "2025-03-31-2", "--book", book).out
    assert "different tables of exchange rates" in told
    assert call("grade", "--book", book, "--again", "2025-03-31-1").code == 0


def test_reading_options_of_files_are_refused_for_a_book(
    call: Callable[..., Any], book: Path, rates: Path
) -> None:
    assert _grade(call, book, "2025-03-31").code == 0
    mapped = call("report", "--book", book, "--rates", rates, "--currency", "CNY")
    assert mapped.code == 2
    assert "for files" in mapped.err


def test_rates_that_cannot_be_read_import_nothing(
    call: Callable[..., Any], book: Path, rates: Path, foreign: Path
) -> None:
    rates.write_text("currency,rate\nEUR,much\n")
    refused = call("import", "orders", foreign, "--book", book, "--rates", rates)
    assert refused.code == 1
    assert "Line 2 of the rate table" in refused.err
    assert "foreign.csv" not in call("batches", "--book", book).out
    assert not (book / "rates.csv").exists()


def test_a_new_book_without_a_currency_takes_no_rates(
    call: Callable[..., Any], tmp_path: Path, rates: Path
) -> None:
    refused = call("new", tmp_path / "acme", "--rates", rates)
    assert refused.code == 1
    assert "--currency" in refused.err
    assert call("new", tmp_path / "acme", "--rates", rates, "--currency", "CNY").code == 0
    assert (tmp_path / "acme" / "rates.csv").read_text() == rates.read_text()
