"""What if: changed metrics are graded; the smallest changes hold, and one unit less misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb
import pytest
from stored_runs import stored_run

from kefen.compiler.plan import part
from kefen.domain.errors import CallError
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.tree import Value
from kefen.grading.smallest_changes import Reach, smallest_changes
from kefen.grading.stored import StoredRun
from kefen.grading.what_if import what_if
from kefen.lake.reading import ReadingOptions, Source, read_dataset


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredRun]:
    with DuckDBEngine() as engine:
        yield stored_run(tmp_path_factory.mktemp("what_if"), engine)


def grade_with(
    run: StoredRun, stored: Mapping[str, Value], scheme: str, reach: Reach, value: Value
) -> Value:
    changed = run.with_changes(stored, {reach.metric: value})
    return run.evaluated(changed)[part(scheme, "grade")]


def one_unit_less(reach: Reach) -> Value:
    """The needed value moved one smallest unit towards the present one."""
    needed, now = reach.needed, reach.now
    if isinstance(needed, Decimal) and isinstance(now, Decimal):
        return needed + (Decimal("-0.0001") if needed > now else Decimal("0.0001"))
    if isinstance(needed, date) and isinstance(now, date):
        return needed + timedelta(days=-1 if needed > now else 1)
    assert isinstance(needed, int)
    assert isinstance(now, int)
    return needed + (-1 if needed > now else 1)


def check_reaches(run: StoredRun, rows: list[dict[str, Value]], seed: str) -> Counter[str]:
    """Ask, for each customer, for a grade of a scheme drawn from the seed; verify the answers."""
    told: Counter[str] = Counter()
    for stored in rows:
        customer = str(stored["customer_id"])
        dice = Random(f"{seed} {customer}")
        scheme = dice.choice([s for s in run.running if run.standard.schemes[s].grades])
        grade = dice.choice(run.standard.schemes[scheme].grades).id
        for reach in smallest_changes(run, customer, grade, scheme, metrics=stored):
            if reach.needed is None:
                told["none"] += 1
                told["probed"] += _probe(run, stored, scheme, reach, grade, dice)
            elif reach.found == "there already":
                told["there"] += 1
                assert run.evaluated(stored)[part(scheme, "grade")] == grade
            else:
                told["reached"] += 1
                assert grade_with(run, stored, scheme, reach, reach.needed) == grade
                if reach.change is None:
                    told["texts"] += 1
                else:
                    assert grade_with(run, stored, scheme, reach, one_unit_less(reach)) != grade
    return told


def _probe(
    run: StoredRun, stored: Mapping[str, Value], scheme: str, reach: Reach, grade: str, dice: Random
) -> int:
    """Where no change is said to reach the grade, random values must not either."""
    now = reach.now
    probes = 0
    for _ in range(6):
        if isinstance(now, Decimal):
            size = 10 ** dice.randint(0, 12)
            value: Value = Decimal(dice.randint(-size, size)) / 10_000
        elif isinstance(now, date):
            value = run.as_of - timedelta(days=dice.randint(0, 4_000))
        elif isinstance(now, int) and not isinstance(now, bool):
            value = dice.randint(0, 60)
        else:
            return 0
        assert grade_with(run, stored, scheme, reach, value) != grade, (
            stored["customer_id"],
            scheme,
            reach,
            value,
        )
        probes += 1
    return probes


def metrics_rows(run: StoredRun) -> list[dict[str, Value]]:
    path = str(run.directory / "metrics.parquet")
    with duckdb.connect() as connection:
        result = connection.execute("SELECT * FROM read_parquet(?)", [path])
        names = [description[0] for description in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_smallest_changes_hold_and_one_unit_less_misses(run: StoredRun) -> None:
    told = check_reaches(run, metrics_rows(run), "small")
    assert told["reached"] > 50
    assert told["texts"] > 0
    assert told["none"] > 50


@pytest.fixture(scope="module")
def real_year(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    """A real year of orders, graded."""
    folder = tmp_path_factory.mktemp("real_year")
    source = str(reference_data / "online_retail" / "online_retail.parquet")
    with DuckDBEngine() as engine, duckdb.connect() as connection:
        connection.read_parquet(source).create_view("lines")
        for name, query in (
            (
                "orders",
                "SELECT InvoiceNo order_id, CustomerID customer_id, InvoiceDate ordered_at, "
                "(Quantity * UnitPrice::DECIMAL(18, 4))::DECIMAL(18, 4) amount FROM lines",
            ),
            (
                "customers",
                "SELECT CustomerID customer_id, min(Country) country FROM lines "
                "WHERE CustomerID IS NOT NULL GROUP BY 1",
            ),
        ):
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"))
        dataset = read_dataset(
            engine,
            {name: Source((folder / f"{name}.parquet",)) for name in ("customers", "orders")},
            ReadingOptions(),
        )
        return stored_run(folder, engine, dataset=dataset, as_of=date(2011, 11, 30))


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.parametrize("quarter", range(4))
def test_smallest_changes_hold_for_a_thousand_customers_of_a_real_year(
    quarter: int, real_year: StoredRun
) -> None:
    rows = metrics_rows(real_year)
    Random(2011).shuffle(rows)
    told = check_reaches(real_year, rows[quarter * 250 : (quarter + 1) * 250], "online retail")
    assert told["reached"] > 100


def test_a_change_moves_what_is_computed_from_it(run: StoredRun) -> None:
    customer = next(
        str(row["customer_id"]) for row in metrics_rows(run) if (row["orders"] or 0) == 2
    )
    answer = what_if(run, customer, {"orders": "4"})
    assert "average_purchase" in answer.recomputed
    frequency = next(o for o in answer.outcomes if o.scheme == "frequency")
    assert frequency.grade_after == "high"


def test_a_computed_metric_that_is_set_stays_as_set(run: StoredRun) -> None:
    customer = next(str(r["customer_id"]) for r in metrics_rows(run) if (r["orders"] or 0) >= 1)
    answer = what_if(run, customer, {"orders": "4", "average_purchase": "1.5"})
    assert answer.changes["average_purchase"] == Decimal("1.5000")
    assert "average_purchase" not in answer.recomputed


def test_no_change_moves_nothing(run: StoredRun) -> None:
    for row in metrics_rows(run)[:20]:
        answer = what_if(run, str(row["customer_id"]), {})
        assert not any(outcome.moved for outcome in answer.outcomes)
        assert not answer.recomputed


@pytest.mark.parametrize(
    ("metric", "value", "message"),
    [
        ("nothing", "1", "there is no metric “nothing”"),
        ("revenue", "a lot", "“a lot” does not fit Revenue"),
        ("revenue", "NaN", "does not fit"),
        ("revenue", "1.00001", "does not fit"),
        ("revenue", "1e30", "does not fit"),
        ("orders", "1.5", "does not fit"),
        ("first_purchase_on", "31/01/2026", "does not fit"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    run: StoredRun, metric: str, value: str, message: str
) -> None:
    with pytest.raises(CallError, match=message):
        what_if(run, "00001", {metric: value})


def test_an_unknown_grade_is_refused_with_those_there_are(run: StoredRun) -> None:
    with pytest.raises(CallError, match="has no grade “Z”") as caught:
        smallest_changes(run, "00001", "Z", "abc")
    assert "A, B, C" in caught.value.mend.en
