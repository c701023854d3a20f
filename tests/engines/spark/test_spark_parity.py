"""DuckDB and Spark give the same, to the last digit: results, calibration, record, refusals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import probing
import pytest
import test_every_ready_standard as ready
from both_engines import canonical_dataset, on_duckdb, on_spark, read_files, write_company

from kefen.domain.errors import DataError, EngineError, KefenError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.standards.reader import bundled_names, bundled_standard

AS_OF = date(2026, 6, 30)
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_standard_gives_the_same(name: str, cluster: Any, tmp_path: Path) -> None:
    standard = bundled_standard(name)
    company = ready.company_for(Random(name), standard)
    paths = write_company(tmp_path, probing._company(company.pop("customers"), company))
    assert on_spark(cluster, paths, standard, AS_OF) == on_duckdb(paths, standard, AS_OF)


def _orders(*rows: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order,
            "line": str(number),
            "customer_id": customer,
            "ordered_at": datetime.fromisoformat(at),
            "amount": Decimal(amount),
        }
        for number, (order, customer, at, amount) in enumerate(rows)
    ]


def _customers(*ids: str) -> list[dict[str, Any]]:
    return [{"customer_id": one, "country": "DE"} for one in ids]


COMPANIES: dict[str, Any] = {
    # 80 of 100 before the second: the exact line; ties; ids that differ by leading zeros.
    "lines and ties": {
        "customers": _customers("007", "7", "07", "0", "é", "e"),
        "orders": _orders(
            ("1", "007", "2026-01-05", "80"),
            ("2", "7", "2026-02-05", "10"),
            ("3", "07", "2026-02-05", "10"),
            ("4", "é", "2026-01-31T23:59", "30"),
            ("4", "é", "2026-02-01T00:01", "-30"),
            ("5", "e", "2025-06-30T23:59:59", "5"),
            ("5", "e", "2025-07-01T00:00", "5"),
        ),
    },
    "one customer": {
        "customers": _customers("1"),
        "orders": _orders(("1", "1", "2026-05-01", "3")),
    },
    "no customer": {"customers": [], "orders": []},
    "all returns": {
        "customers": _customers("1", "2"),
        "orders": _orders(("1", "1", "2026-05-01", "-3"), ("2", "2", "2026-05-02", "-4")),
    },
}


@pytest.mark.parametrize("name", COMPANIES)
def test_awkward_companies_are_the_same(name: str, cluster: Any, tmp_path: Path) -> None:
    standard = bundled_standard()
    paths = write_company(tmp_path, COMPANIES[name])
    assert on_spark(cluster, paths, standard, AS_OF) == on_duckdb(paths, standard, AS_OF)


def test_a_frozen_calibration_and_another_time_zone_of_the_session_change_nothing(
    cluster: Any, tmp_path: Path
) -> None:
    standard = bundled_standard()
    paths = write_company(tmp_path, COMPANIES["lines and ties"])
    with DuckDBEngine() as engine:
        frozen = grade(canonical_dataset(engine, paths), standard, AS_OF).calibration
    later = date(2026, 7, 31)
    expected = on_duckdb(paths, standard, later, frozen=frozen)
    before = cluster.conf.get("spark.sql.session.timeZone")
    cluster.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
    try:
        assert on_spark(cluster, paths, standard, later, frozen=frozen) == expected
    finally:
        cluster.conf.set("spark.sql.session.timeZone", before)


def _shop() -> dict[str, Any]:
    """A shop with copies of lines, blank and unknown customers, several lines an order."""
    dice = Random(3)
    lines: dict[tuple[str, str], tuple[str | None, str, str]] = {}
    rows = []
    for _ in range(600):
        order, line = dice.randrange(200), dice.randrange(3)
        customer = None if order % 37 == 0 else f"{order % 40:03}{'.0' if order % 41 == 0 else ''}"
        at = f"{2025 + order % 2}-{1 + order % 12:02}-{1 + order % 28:02}"
        key = (f"o{order}", str(line))
        kept = lines.setdefault(
            key, (customer, at, str(Decimal(dice.randrange(-2000, 9000)) / 100))
        )
        rows.append(
            {
                "order_id": key[0],
                "line": key[1],
                "customer_id": kept[0],
                "ordered_at": datetime.fromisoformat(kept[1]),
                "amount": Decimal(kept[2]),
                "product_id": f"p{order % 5}",
            }
        )
    return {
        "customers": _customers(*(f"{n:03}" for n in range(40))),
        "orders": rows,
        "products": [{"product_id": f"p{n}", "category": "AB"[n % 2]} for n in range(5)],
    }


def test_reading_finds_copies_strangers_and_blanks_alike(cluster: Any, tmp_path: Path) -> None:
    standard = bundled_standard()
    paths = write_company(tmp_path, _shop())
    expected = on_duckdb(paths, standard, AS_OF, read=read_files)
    assert expected["record"]["rows"]["orders"]["duplicate"] > 0
    assert expected["record"]["rows"]["orders"]["unattributed"] > 0
    assert on_spark(cluster, paths, standard, AS_OF, read=read_files) == expected


def _refusal(act: Any) -> str:
    with pytest.raises(KefenError) as refused:
        act()
    assert isinstance(refused.value, DataError | EngineError)
    return refused.value.in_language("en")


def test_what_cannot_be_is_refused_in_the_same_words(cluster: Any, tmp_path: Path) -> None:
    standard = bundled_standard()
    customers = _customers("1", "2")
    two = _orders(("a", "1", "2026-05-01", "3"), ("a", "2", "2026-05-02", "4"))
    differ = _orders(("a", "1", "2026-05-01", "3"), ("a", "1", "2026-05-01", "4"))
    differ[1]["line"] = differ[0]["line"]
    for place, orders in enumerate((two, differ)):
        folder = tmp_path / str(place)
        folder.mkdir()
        paths = write_company(folder, {"customers": customers, "orders": orders})
        told = _refusal(lambda: on_spark(cluster, paths, standard, AS_OF, read=read_files))  # noqa: B023
        assert told == _refusal(lambda: on_duckdb(paths, standard, AS_OF, read=read_files))  # noqa: B023
