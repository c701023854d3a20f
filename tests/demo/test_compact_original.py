"""The shipped file holds every published line; making it again gives the same lines."""

import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from kefen.demo.compact import compact, main
from kefen.demo.original import ORIGINAL

SIX_MEBIBYTES = 6 * 1024 * 1024


def published() -> Path:
    folder = os.environ.get("KEFEN_DATA")
    if not folder:
        pytest.skip("KEFEN_DATA names no folder of reference data")
    return Path(folder) / "online_retail" / "online_retail.parquet"


def test_totals_are_the_published_ones() -> None:
    (row,) = duckdb.execute(
        """
        SELECT count(*), count(DISTINCT CustomerID), count(DISTINCT InvoiceNo),
               count(DISTINCT Country), sum(Quantity * UnitPrice),
               count(*) FILTER (WHERE CustomerID IS NULL),
               count(*) FILTER (WHERE InvoiceNo LIKE 'C%'),
               count(*) FILTER (WHERE InvoiceNo LIKE 'A%')
        FROM read_parquet(?)
        """,
        [str(ORIGINAL)],
    ).fetchall()
    assert row == (541909, 4372, 25900, 38, Decimal("9747747.934"), 135080, 9288, 3)


def test_prices_are_decimals_and_the_file_is_small() -> None:
    types = dict(
        duckdb.execute(
            "SELECT name, logical_type FROM parquet_schema(?)", [str(ORIGINAL)]
        ).fetchall()
    )
    assert "Decimal" in types["UnitPrice"]
    assert ORIGINAL.stat().st_size < SIX_MEBIBYTES


def test_attribution_stands_beside_the_data_and_in_the_notice() -> None:
    for text in (
        ORIGINAL.with_name("ATTRIBUTION.md").read_text(encoding="utf-8"),
        (Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8"),
    ):
        for part in ("Daqing Chen", "10.24432/C5BW33", "CC BY 4.0", "2015"):
            assert part in text


def test_a_price_with_more_decimals_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "source.parquet"
    duckdb.execute(
        """
        COPY (SELECT 'I1' AS InvoiceNo, 'P' AS StockCode, 'CUP' AS Description,
                     1::BIGINT AS Quantity, TIMESTAMP '2011-01-01 10:00' AS InvoiceDate,
                     1.2345::DOUBLE AS UnitPrice, 1::BIGINT AS CustomerID, 'Malta' AS Country)
        TO ? (FORMAT parquet)
        """,
        [str(source)],
    )
    with pytest.raises(duckdb.Error, match="more than three decimals"):
        compact(source, tmp_path / "target.parquet")


@pytest.mark.reference
def test_every_published_line_is_in_the_shipped_file() -> None:
    as_shipped = (
        "SELECT InvoiceNo, StockCode, Description, Quantity::BIGINT AS Quantity, "
        "InvoiceDate::TIMESTAMP AS InvoiceDate, UnitPrice::VARCHAR::DOUBLE AS UnitPrice, "
        "CustomerID::BIGINT AS CustomerID, Country FROM read_parquet($shipped)"
    )
    files = {"shipped": str(ORIGINAL), "published": str(published())}
    for left, right in (
        (as_shipped, "FROM read_parquet($published)"),
        ("FROM read_parquet($published)", as_shipped),
    ):
        query = f"SELECT count(*) FROM (({left}) EXCEPT ALL ({right}))"
        assert duckdb.execute(query, files).fetchall() == [(0,)]


@pytest.mark.reference
def test_the_command_makes_the_shipped_lines_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "again.parquet"
    main([str(published()), str(target)])
    assert "541909 lines" in capsys.readouterr().out
    query = "SELECT count(*) FROM (FROM read_parquet($a) EXCEPT ALL FROM read_parquet($b))"
    assert duckdb.execute(query, {"a": str(target), "b": str(ORIGINAL)}).fetchall() == [(0,)]
