"""Commands that read the facts of a book take its rates, or say that they are needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("report", ("--run", "2025-03-31-1", "--quiet")),
        ("traits", ("--run", "2025-03-31-1")),
        ("evaluate", ("--run", "2025-03-31-1", "--months", "1", "--quiet")),
    ],
)
def test_a_book_of_several_currencies_is_read_by_the_rates_given(
    call: Callable[..., Any], book: Path, tmp_path: Path, command: str, options: tuple[str, ...]
) -> None:
    foreign = tmp_path / "foreign.csv"
    foreign.write_text(
        "order_id,customer_id,ordered_at,amount,currency\nX-1,007,2025-02-10,100.00,EUR\n"
    )
    rates = tmp_path / "rates.csv"
    rates.write_text("currency,from,rate\nEUR,2025-01-01,7.85\n")
    assert call("import", "orders", foreign, "--book", book).code == 0
    by = ("--rates", rates)
    graded = call("grade", "--book", book, "--as-of", "2025-03-31", "--no-report", "--quiet", *by)
    assert graded.code == 0, graded.err
    without = call(command, "--book", book, *options)
    assert without.code == 1
    assert "several currencies" in without.err
    mapped = call(command, "--book", book, *options, *by, "--currency", "CNY")
    assert mapped.code == 2
    assert "for files" in mapped.err
    with_them = call(command, "--book", book, *options, *by)
    assert with_them.code == 0, with_them.err
