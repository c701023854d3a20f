"""The SQL printed in the reference, a stranger's check of the default standard, against Kefen."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kefen.domain.contract import TABLES, Kind
from kefen.domain.countries import country_words
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.reader import bundled_standard

PAGE = Path(__file__).parents[2] / "docs/reference/default-standard.md"
SCORES = {"abc": "score", "rfm": "score_text", "value_index": "score", "credit": "score"}
NEEDED = ("customers", "orders", "receivables", "interactions", "cases", "surveys")
_ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.NUMBER: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}


def printed_sql(page: Path) -> str:
    return "\n".join(re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.S))


def small_company(seed: int, as_of: date, customers: int) -> dict[str, list[dict[str, Any]]]:
    """A company with ties, returns, cancellations, orders over several days and future rows."""
    dice = random.Random(seed)

    def day(back: int = 1_200, ahead: int = 40) -> date:
        return as_of - timedelta(days=dice.randint(-ahead, back))

    def moment() -> datetime:
        found = day()
        return datetime(found.year, found.month, found.day, dice.randint(0, 23), 59, 59)

    def maybe(value: Any, of: int = 3) -> Any:
        return value if dice.randrange(of) else None

    ids = [f"{number:04d}" for number in range(1, customers + 1)]
    buyers = ids[: customers * 6 // 7]
    people = [
        {
            "customer_id": identifier,
            "created_on": maybe(day(2_000)),
            "country": maybe(dice.choice(["China", "Germany", "中国", "CN", "Atlantis"]), 6),
            "industry": maybe(dice.choice(["Retail", "Hotels"])),
            "employees": maybe(dice.choice([1, 299, 300, 999, 1_000, 5_000])),
        }
        for identifier in ids
    ]
    orders = []
    for number in range(6 * customers):
        # Some buy often, every third has stopped: without that there is nothing to model.
        customer, first = buyers[int(len(buyers) * dice.random() ** 2)], moment()
        if int(customer) % 3 == 0:
            first -= timedelta(days=500)
        for line in range(dice.randint(1, 3)):
            amount = Decimal(dice.choice([100, 100, 250, -60, 3_333, dice.randint(-900, 99_999)]))
            cancelled = dice.randrange(12) == 0
            orders.append(
                {
                    "order_id": f"A{number}",
                    "line": str(line),
                    "customer_id": customer,
                    "ordered_at": first + timedelta(days=dice.choice([0, 0, 1, 20])),
                    "category": maybe(dice.choice(["a", "b", "c", "d", "e", "é", "Z"]), 8),
                    "amount": amount / 7 if number % 9 == 0 else amount,
                    "cost": maybe(amount * Decimal("0.6"), 4),
                    "status": dice.choice(["completed", None]) if not cancelled else "cancelled",
                    "cancelled_on": maybe(day(), 2) if cancelled else None,
                }
            )
    for order in orders:
        # Some buy dearer things than others: a model of spending needs them to differ.
        dearer = int(str(order["customer_id"])) % 5 + 1
        order["amount"] = (order["amount"] * dearer).quantize(Decimal("0.0001"))
    receivables = [
        {
            "invoice_id": f"I{number}",
            "customer_id": dice.choice(ids),
            "issued_on": day(),
            "due_on": maybe(day(), 9),
            "amount": Decimal(dice.randint(-50, 2_000)),
            "settled_on": maybe(day()),
            "settled_amount": maybe(Decimal(dice.randint(0, 2_000)), 2),
        }
        for number in range(150)
    ]
    interactions = [
        {"customer_id": dice.choice(ids), "at": moment(), "kind": "call"} for _ in range(120)
    ]
    cases = [
        {
            "case_id": f"C{number}",
            "customer_id": dice.choice(ids),
            "opened_at": moment(),
            "kind": dice.choice(["fault", "request", "complaint", "suggestion"]),
        }
        for number in range(60)
    ]
    surveys = [
        {
            "customer_id": dice.choice(ids),
            "answered_on": day(),
            "score": Decimal(dice.randint(0, 5)),
            "instrument": dice.choice(["csat", "nps", "ces", None]),
            "scale_max": maybe(Decimal(dice.choice([5, 7, 10])), 2),
        }
        for _ in range(120)
    ]
    return {
        "customers": people,
        "orders": orders,
        "receivables": receivables,
        "interactions": interactions,
        "cases": cases,
        "surveys": surveys,
    }


def written(folder: Path, company: dict[str, list[dict[str, Any]]]) -> dict[str, Source]:
    sources = {}
    for name, rows in company.items():
        columns = list(rows[0])
        schema = pa.schema(
            [(c, _ARROW.get(TABLES[name].column(c).kind, pa.string())) for c in columns]
        )
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        sources[name] = Source((path,))
    return sources


@pytest.fixture(
    params=[
        (1, date(2026, 10, 31), 70),
        (2, date(2024, 2, 29), 70),
        (3, date(2025, 3, 17), 70),
        (4, date(2025, 12, 31), 280),
    ]
)
def both(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[DuckDBEngine, duckdb.DuckDBPyConnection]]:
    """An engine with what Kefen graded, and a connection with what the printed SQL gives."""
    seed, as_of, customers = request.param
    with DuckDBEngine() as engine, duckdb.connect() as stranger:
        sources = written(tmp_path, small_company(seed, as_of, customers))
        dataset = read_dataset(engine, sources, ReadingOptions())
        run = grade(dataset, bundled_standard(), as_of)
        assert not run.record["schemes_not_run"]
        # Two models need a hundred customers, of whom most of the small ones have fewer.
        modelled = {"buying", "spending"} if customers > 100 else set()
        assert {m for m, own in run.calibration.models.items() if own.is_fitted} == modelled
        for name in NEEDED:
            path = tmp_path / f"canonical_{name}.parquet"
            engine.write_parquet(f'SELECT * FROM "{dataset.tables[name].relation}"', path)
            stranger.execute(f"CREATE TABLE {name} AS FROM '{path}'")
        stranger.execute("CREATE TABLE country_words (word VARCHAR, code VARCHAR)")
        stranger.executemany(
            "INSERT INTO country_words VALUES (?, ?)", list(country_words().items())
        )
        for name in ("metrics", "grades"):
            path = tmp_path / f"graded_{name}.parquet"
            engine.write_parquet(f'SELECT * FROM "{name}"', path)
            stranger.execute(f"CREATE TABLE kefen_{name} AS FROM '{path}'")
        sql = printed_sql(PAGE)
        assert "DATE '2011-11-30'" in sql
        metrics = tmp_path / "graded_metrics.parquet"
        stranger.execute(
            sql.replace("2011-11-30", as_of.isoformat()).replace("metrics.parquet", str(metrics))
        )
        yield engine, stranger


def differing(stranger: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> list[Any]:
    return stranger.execute(
        f"SELECT customer_id, a.value, b.value FROM ({ours}) AS a FULL JOIN ({theirs}) AS b "
        "USING (customer_id) WHERE a.value IS DISTINCT FROM b.value"
    ).fetchall()


def test_every_metric_and_grade_equals_the_printed_sql(
    both: tuple[DuckDBEngine, duckdb.DuckDBPyConnection],
) -> None:
    _, stranger = both
    standard = bundled_standard()
    graded = stranger.execute("SELECT count(*) FROM kefen_metrics").fetchone()
    assert graded is not None
    assert graded[0] > 50
    for metric in standard.metrics:
        assert not differing(
            stranger,
            f'SELECT customer_id, "{metric}" AS value FROM kefen_metrics',
            f'SELECT customer_id, "{metric}" AS value FROM my_metrics',
        ), metric
    for scheme in standard.schemes:
        assert not differing(
            stranger,
            f"SELECT customer_id, grade AS value FROM kefen_grades WHERE scheme = '{scheme}'",
            f'SELECT customer_id, "{scheme}" AS value FROM my_grades',
        ), scheme
    for scheme, column in SCORES.items():
        assert not differing(
            stranger,
            f"SELECT customer_id, {column} AS value FROM kefen_grades "
            f"WHERE scheme = '{scheme}' AND {column} IS NOT NULL",
            f"SELECT customer_id, {column} AS value FROM my_{scheme} WHERE {column} IS NOT NULL",
        ), scheme


def test_the_chinese_page_prints_the_same_sql() -> None:
    assert printed_sql(PAGE) == printed_sql(PAGE.with_name("default-standard.zh.md"))
