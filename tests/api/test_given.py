"""What may be handed in, and what is refused in words."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import kefen
from kefen.api.tables import sources_of
from kefen.domain.errors import CallError, DataError, KefenError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.reading import ReadingOptions, read_dataset

LINE = {"order_id": "1", "customer_id": "c", "ordered_at": date(2026, 1, 5), "amount": 5}


def amounts(given: Any, **more: Any) -> dict[str, Decimal]:
    """Return the amount of each customer's order up to the last day of January, as read."""
    options = ReadingOptions(**more)
    with DuckDBEngine() as engine:
        dataset = read_dataset(engine, sources_of({"orders": given}, {}), options)
        rows = engine.rows(
            f"SELECT customer_id, amount FROM {dataset.tables['orders'].relation} "
            "WHERE ordered_at < DATE '2026-02-01'"
        )
        return dict(rows)


def lines(**columns: list[Any]) -> dict[str, list[Any]]:
    count = len(next(iter(columns.values())))
    made: dict[str, list[Any]] = {
        "order_id": [str(n) for n in range(count)],
        "customer_id": [f"c{n}" for n in range(count)],
        "ordered_at": [datetime(2026, 1, 5)] * count,
        "amount": [1] * count,
    }
    return {**made, **columns}


def test_objects_of_many_kinds_keep_their_digits() -> None:
    mixed = [Decimal("0.12345"), 3, 2.675, "1,234.5", np.float64(0.1), np.int64(7), True]
    found = amounts(pd.DataFrame(lines(amount=mixed)), max_rejected=Decimal(1))
    assert (
        found
        == {
            "c0": Decimal("0.1235"),
            "c1": Decimal("3.0000"),
            "c2": Decimal("2.6750"),
            "c3": Decimal("1234.5000"),
            "c4": Decimal("0.1000"),
            "c5": Decimal("7.0000"),
            "c6": Decimal("0.0000"),  # a yes is no amount: the row is rejected
        }
        or "c6" not in found
    )


@pytest.mark.parametrize(
    "missing", [None, float("nan"), pd.NA, pd.NaT, np.nan], ids=lambda one: repr(one)
)
def test_what_pandas_calls_missing_is_blank(missing: Any) -> None:
    frame = pd.DataFrame(lines(amount=[1, 2, 3]))
    frame["cost"] = pd.Series([missing, Decimal("0.5"), missing], dtype=object)
    assert amounts(frame) == {f"c{n}": Decimal(n + 1) for n in range(3)}


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_rejected(wrong: float) -> None:
    frame = pl.DataFrame(lines(amount=[1.5, wrong, 2.5]))
    with pytest.raises(DataError, match="rejected"):
        amounts(frame)
    assert set(amounts(frame, max_rejected=Decimal("0.5"))) == {"c0", "c2"}


def test_infinity_is_rejected_from_pandas_too() -> None:
    with pytest.raises(DataError, match="rejected"):
        amounts(pd.DataFrame(lines(amount=[1.5, float("inf")])))


def test_times_with_a_zone_are_converted_to_that_of_the_call() -> None:
    late = datetime(2026, 1, 31, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    given = lines(amount=[5, 7], ordered_at=[late, late.replace(day=30)])
    for frame in (
        pd.DataFrame(given),
        pl.DataFrame(given),
        pa.table({k: pa.array(v) for k, v in given.items()}),
    ):
        # In UTC it is the first of February: after the day of the grades.
        assert amounts(frame) == {"c1": Decimal("7.0000")}
        assert amounts(frame, timezone="America/New_York") == {
            "c0": Decimal("5.0000"),
            "c1": Decimal("7.0000"),
        }


def test_ids_as_floats_lose_their_point_and_text_keeps_its_zeros() -> None:
    frame = pd.DataFrame(lines(amount=[1, 2], customer_id=[12346.0, 7.0]))
    assert set(amounts(frame)) == {"12346", "7"}
    assert set(amounts(pd.DataFrame(lines(amount=[1, 2], customer_id=["007", "12346.0"])))) == {
        "007",
        "12346.0",
    }


def test_numbers_wider_than_any_column_are_text() -> None:
    frame = pd.DataFrame(lines(amount=[1, 2], customer_id=[2**70, 5]))
    assert set(amounts(frame)) == {str(2**70), "5"}
    wide = pl.DataFrame(lines(amount=[1, 2])).with_columns(
        pl.Series("customer_id", [2**90, 6], dtype=pl.Int128)
    )
    assert set(amounts(wide)) == {str(2**90), "6"}


def test_an_index_with_a_name_is_refused_with_the_mend() -> None:
    frame = pd.DataFrame(lines(amount=[1, 2])).set_index("order_id")
    with pytest.raises(CallError, match="reset_index"):
        amounts(frame)
    assert set(amounts(frame.reset_index())) == {"c0", "c1"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"orders": pd.Series([1, 2])}, "no table of rows"),
        ({"orders": pl.Series([1, 2])}, "no table of rows"),
        ({"orders": 5}, "no table of rows"),
        ({"orders": []}, "empty list"),
        ({"orders": "no/such/file.csv"}, "no such file"),
        ({"orders": pd.DataFrame()}, "no columns"),
        ({"orders": pd.DataFrame({"a": [1]})}, "No column for order_id"),
        (
            {"orders": pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")]))},
            "levels",
        ),
        ({}, "No table"),
        ({"orders": [LINE], "as_of": "last month"}, "no day"),
        ({"orders": [LINE], "max_rejected": "many"}, "share"),
        ({"orders": [LINE], "timezone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone"),
        ({"orders": [LINE], "memory": "lots"}, "“lots” is not an amount of memory"),
        ({"orders": [LINE], "language": "fr"}, "“fr” is no language"),
        ({"orders": [LINE], "rates": "no_rates.csv"}, "There is no such file"),
        ({"orders": [LINE], "timezone": None}, "“None” is not a time zone"),
        ({"orders": [LINE], "engine": "abacus"}, "engine"),
        ({"orders": [LINE], "standard": "no_such_standard"}, "no_such_standard"),
        ({"orders": [LINE], "mapping": {"tables": {"orders": {"columnz": {}}}}}, "columnz"),
        ({"orders": [LINE], "mapping": {"tables": object()}}, "mapping"),
        ({"orders": [LINE], "calibration": "no.json"}, "no.json"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
def test_a_wrong_call_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(KefenError, match=said) as raised:
        kefen.grade(**given)
    assert raised.value.mend.zh


def test_rates_are_given_as_a_path_or_its_text(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("currency,from,rate\nEUR,2026-01-01,7.85\n", encoding="utf-8")
    for rates in (file, str(file)):
        with kefen.grade(
            orders=[LINE | {"currency": "EUR"}], as_of="2026-01-31", currency="CNY", rates=rates
        ) as result:
            assert result.record["rates"]["name"] == "rates.csv"
            assert result.grades.to_pylist()[0]["score"] == Decimal("39.25")


def test_runs_and_books_are_opened_in_languages_that_there_are(tmp_path: Path) -> None:
    with kefen.grade(orders=[LINE], as_of="2026-01-31") as result:
        result.write(tmp_path / "run")
    book = kefen.new_book(tmp_path / "book")
    other: Any = "fr"
    for opened in (
        lambda: kefen.open_run(tmp_path / "run", language=other),
        lambda: kefen.open_book(book.folder, language=other),
    ):
        with pytest.raises(KefenError, match="“fr” is no language of Kefen"):
            opened()


def test_standards_are_read_and_checked(tmp_path: Path) -> None:
    standard = kefen.read_standard()
    text = standard.text
    assert kefen.read_standard(text).fingerprint == standard.fingerprint
    assert {problem.severity for problem in kefen.check_standard(text)} <= {"note"}
    (tmp_path / "wrong.yaml").write_text(text.replace("schemes:", "shemes:"), encoding="utf-8")
    problems = kefen.check_standard(tmp_path / "wrong.yaml")
    assert problems
    assert problems[0].place.line > 1
    with kefen.grade(orders=[LINE], standard=standard, as_of="2026-01-31") as result:
        assert result.standard.id == standard.id


def test_importing_the_package_imports_no_library() -> None:
    code = (
        "import sys, kefen; dir(kefen)\n"
        "heavy = {'duckdb', 'pyarrow', 'pandas', 'polars', 'sqlglot'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert kefen.grade.__module__ == 'kefen.api.grading'\n"
        "assert not {'pandas', 'polars'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
