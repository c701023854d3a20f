"""What must hold of every grading: order, names, time zones, time and repetition change nothing."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import AS_OF_DATES, companies, csv_dataset, graded, measured, parquet_dataset
from tables_by_hand import Company, dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.outputs import write_results
from kefen.standards.reader import bundled_standard, read_standard

STANDARD = bundled_standard()
AS_OF = date(2026, 10, 31)
# The schemes that learn, decide by every way, and read each other; smaller, so that many fit.
SMALL = read_standard(
    """\
standard: properties
version: 1
name: {en: Properties, zh: 性质}
reasons: {none: {en: none, zh: 无}}
metrics:
  revenue: {sum: orders.amount, name: {en: R, zh: 额}}
  orders: {count: purchases, name: {en: O, zh: 次}}
  last: {latest: purchases.purchased_on, over: all time, name: {en: L, zh: 近}}
  days: {value: "days_between(last, as_of)", name: {en: D, zh: 天}}
schemes:
  abc:
    name: {en: ABC, zh: 类}
    among: revenue > 0
    otherwise: none
    score: revenue
    grade_by: share of revenue
    grades:
      A: {when: first 80 %, name: {en: A, zh: 甲}}
      B: {when: first 95 %, name: {en: B, zh: 乙}}
      C: {when: else, name: {en: C, zh: 丙}}
  index:
    name: {en: Index, zh: 指数}
    among: orders > 0
    otherwise: none
    indicators:
      revenue: {name: {en: R, zh: 额}, value: revenue, weight: 60, position: higher is better}
      days: {name: {en: D, zh: 天}, value: days, weight: 40, position: lower is better}
    grade_by: score
    grades:
      A: {when: ">= 60", name: {en: A, zh: 甲}}
      B: {when: else, name: {en: B, zh: 乙}}
  both:
    name: {en: Both, zh: 综合}
    among: abc is known
    otherwise: none
    indicators:
      grade: {name: {en: G, zh: 等}, value: index.score, halves: higher is better}
    grade_by: conditions
    grades:
      top: {when: abc = 'A' and index = 'A', name: {en: T, zh: 顶}}
      rest: {when: else, name: {en: R, zh: 余}}
""",
    "properties.yaml",
)


def verdicts(engine: DuckDBEngine, company: Company, as_of: date, **options: Any) -> Any:
    return graded(grade(dataset_by_hand(engine, company), SMALL, as_of, **options))


@settings(max_examples=8)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES), seed=st.integers())
def test_row_order_is_irrelevant(
    shared_engine: DuckDBEngine, data: st.DataObject, as_of: date, seed: int
) -> None:
    company = data.draw(companies(as_of, further=False))
    shuffled = {name: list(rows) for name, rows in company.items()}
    for rows in shuffled.values():
        random.Random(seed).shuffle(rows)
    first = verdicts(shared_engine, company, as_of)
    assert verdicts(shared_engine, shuffled, as_of) == first


@settings(max_examples=8)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES))
def test_renaming_customers_renames_the_grades_and_no_more(
    shared_engine: DuckDBEngine, data: st.DataObject, as_of: date
) -> None:
    company = data.draw(companies(as_of, further=False))
    ids = [row["customer_id"] for row in company["customers"]]
    new = dict(
        zip(ids, data.draw(st.permutations([f"{i}号" for i in range(len(ids))])), strict=True)
    )
    renamed = {
        name: [row | {"customer_id": new[row["customer_id"]]} for row in rows]
        for name, rows in company.items()
    }
    first = verdicts(shared_engine, company, as_of)
    expected = {(new[customer], scheme): verdict for (customer, scheme), verdict in first.items()}
    assert verdicts(shared_engine, renamed, as_of) == expected


@settings(max_examples=8)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES))
def test_what_happens_later_changes_nothing(
    shared_engine: DuckDBEngine, data: st.DataObject, as_of: date
) -> None:
    company = data.draw(companies(as_of, further=False))
    ids = [row["customer_id"] for row in company["customers"]]
    later = [
        {
            "order_id": f"later-{n}",
            "line": "1",
            "customer_id": customer,
            "ordered_at": datetime(as_of.year, as_of.month, as_of.day) + timedelta(days=1 + n),
            "amount": Decimal(1_000),
        }
        for n, customer in enumerate(ids)
    ]
    # Those known by neither date nor fact are told apart by a fact of the future alone.
    dated = [row | {"created_on": row["created_on"] or as_of} for row in company["customers"]]
    before = {"customers": dated, "orders": company["orders"]}
    after = {"customers": dated, "orders": [*company["orders"], *later]}
    assert verdicts(shared_engine, after, as_of) == verdicts(shared_engine, before, as_of)


@settings(max_examples=8)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES), more=st.sampled_from((1, 60, 10**6)))
def test_more_revenue_never_lowers_an_abc_grade(
    shared_engine: DuckDBEngine, data: st.DataObject, as_of: date, more: int
) -> None:
    company = data.draw(companies(as_of, further=False).filter(lambda c: c["customers"]))
    one = company["customers"][0]["customer_id"]
    line = {
        "order_id": "more",
        "line": "1",
        "customer_id": one,
        "ordered_at": datetime(as_of.year, as_of.month, as_of.day),
        "amount": Decimal(more),
    }
    before = verdicts(shared_engine, company, as_of).get((one, "abc"), (None,))[0]
    after = verdicts(shared_engine, {**company, "orders": [*company["orders"], line]}, as_of)[
        one, "abc"
    ][0]
    order = [None, "C", "B", "A"]
    assert before is None or order.index(after) >= order.index(before)


@settings(max_examples=8)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES))
def test_equal_customers_get_equal_grades_and_a_frozen_calibration_repeats_them(
    shared_engine: DuckDBEngine, data: st.DataObject, as_of: date
) -> None:
    company = data.draw(companies(as_of, further=False, most_customers=5))
    twins = {
        name: [
            row
            | {"customer_id": prefix + row["customer_id"]}
            | ({"order_id": prefix + row["order_id"]} if "order_id" in row else {})
            for prefix in ("", "twin ")
            for row in rows
        ]
        for name, rows in company.items()
    }
    run = grade(dataset_by_hand(shared_engine, twins), SMALL, as_of)
    found = graded(run)
    for (customer, scheme), verdict in found.items():
        if not customer.startswith("twin "):
            assert found[f"twin {customer}", scheme] == verdict
    frozen = grade(dataset_by_hand(shared_engine, twins), SMALL, as_of, calibration=run.calibration)
    assert graded(frozen) == found


def some_company(customers: int = 60, seed: int = 7) -> dict[str, list[dict[str, Any]]]:
    dice = random.Random(seed)
    ids = [f"{n:04}" for n in range(customers)]
    orders = [
        {
            "order_id": f"o{n}",
            "line": "1",
            "customer_id": dice.choice(ids),
            "ordered_at": datetime(2026, 11, 29, 23, 59, 59) - timedelta(days=dice.randrange(800)),
            "amount": Decimal(dice.randrange(-500, 20_000)) / 100,
            "category": dice.choice(["茶", "咖啡", "糖"]),
        }
        for n in range(customers * 6)
    ]
    return {"customers": [{"customer_id": i, "country": "CN"} for i in ids], "orders": orders}


def test_a_frozen_calibration_a_month_on_grades_by_its_own_lines(engine: DuckDBEngine) -> None:
    company = some_company()
    october = grade(dataset_by_hand(engine, company), STANDARD, AS_OF)
    cuts = october.calibration.schemes
    november_day = date(2026, 11, 30)
    november = grade(
        dataset_by_hand(engine, company), STANDARD, november_day, calibration=october.calibration
    )
    assert november.record["calibration"] == "frozen"
    assert november.calibration is october.calibration
    grades, metrics = graded(november), measured(november)
    checked = 0
    for customer, own in metrics.items():
        abc = grades[customer, "abc"]
        if own["revenue"] > 0:
            a, b = cuts["abc"].smallest["A"], cuts["abc"].smallest["B"]
            assert a is not None
            assert b is not None
            line = "A" if own["revenue"] >= a else "B" if own["revenue"] >= b else "C"
            assert abc[0] == line
        if own["orders"] > 0:
            days, counts = cuts["rfm"].cuts["R"], cuts["rfm"].cuts["F"]
            r = 1 + sum(cut > own["days_since_purchase"] for cut in days)
            f = 1 + sum(cut < own["orders"] for cut in counts)
            assert grades[customer, "rfm"][2].startswith(f"{r}-{f}-")
            checked += 1
    assert checked > 20


def test_points_add_up_to_the_score(engine: DuckDBEngine) -> None:
    from kefen.compiler.rowwise import grades_of_customer

    run = grade(dataset_by_hand(engine, some_company()), STANDARD, AS_OF)
    running = [item["scheme"] for item in run.record["schemes"]]
    for customer, metrics in measured(run).items():
        row = grades_of_customer(
            STANDARD, run.calibration.schemes, metrics, AS_OF, running=running
        )["value_index"]
        points = [
            value
            for indicator in STANDARD.schemes["value_index"].indicators
            if isinstance(value := row.steps[f"value_index:points:{indicator.id}"], Decimal)
        ]
        if row.score is not None:
            assert sum(points) == row.score
            weights = [
                value
                for name, value in row.steps.items()
                if name.startswith("value_index:weight:") and isinstance(value, Decimal)
            ]
            assert sum(weights) == 100
        assert graded(run)[customer, "value_index"][1] == row.score


def test_a_further_column_called_like_anything_changes_nothing(engine: DuckDBEngine) -> None:
    company = some_company()
    before = grade(dataset_by_hand(engine, company), STANDARD, AS_OF)
    grades, metrics = graded(before), measured(before)
    names = ("revenue", "orders", "rank", "key", "value", "step", "population", "metrics", "bin")
    names += ("growth", "aggregated 0", "select", "abc:grade", "attributes", "customers.country")
    company["customers"] = [row | dict.fromkeys(names, "99") for row in company["customers"]]
    after = grade(dataset_by_hand(engine, company), STANDARD, AS_OF)
    assert graded(after) == grades
    assert measured(after) == metrics


@pytest.mark.parametrize("name", ["population", "attributes", "key", "amount", "select"])
def test_a_metric_may_be_called_like_anything(engine: DuckDBEngine, name: str) -> None:
    standard = read_standard(
        f"""\
standard: names
version: 1
name: {{en: Names, zh: 名}}
metrics:
  {name}: {{sum: orders.amount, name: {{en: N, zh: 名}}}}
  {name}_2: {{distinct: orders.category, name: {{en: N, zh: 名}}}}
  country: {{value: customers.country, name: {{en: C, zh: 国}}}}
  twice: {{value: "{name} * 2", name: {{en: T, zh: 倍}}}}
schemes:
  s:
    name: {{en: S, zh: 方}}
    grade_by: conditions
    grades:
      A: {{when: twice > 10, name: {{en: A, zh: 甲}}}}
      B: {{when: else, name: {{en: B, zh: 乙}}}}
""",
        "names.yaml",
    )
    run = grade(dataset_by_hand(engine, some_company(5)), standard, AS_OF)
    for row in measured(run).values():
        assert row["twice"] == 2 * row[name]
    types = engine.rows("SELECT DISTINCT typeof(twice) FROM metrics")
    assert types == [("DECIMAL(18,4)",)]


def test_files_of_both_kinds_and_hand_made_relations_grade_alike(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    company = some_company()
    expected = graded(grade(dataset_by_hand(engine, company), STANDARD, AS_OF))
    for make in (parquet_dataset, csv_dataset):
        with DuckDBEngine() as other:
            assert graded(grade(make(other, tmp_path, company), STANDARD, AS_OF)) == expected


def digests(folder: Path) -> dict[str, str]:
    return {
        file: hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for file in ("grades.parquet", "metrics.parquet", "calibration.json")
    }


def test_grading_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    company = some_company(4_000)
    found = []
    for n in range(2):
        folder = tmp_path / str(n)
        folder.mkdir()
        with DuckDBEngine() as engine:
            if n:
                random.Random(n).shuffle(company["orders"])
                random.Random(n).shuffle(company["customers"])
            write_results(grade(dataset_by_hand(engine, company), STANDARD, AS_OF), folder)
        found.append(digests(folder))
    assert found[0] == found[1]


def test_the_machines_time_zone_changes_nothing(tmp_path: Path) -> None:
    """The same files graded where the day begins earlier and where it begins later."""
    with DuckDBEngine() as engine:
        csv_dataset(engine, tmp_path, some_company())
    found = []
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        out = tmp_path / zone.replace("/", "-")
        out.mkdir()
        script = Path(__file__).with_name("grades_files.py")
        subprocess.run(
            [sys.executable, str(script), str(tmp_path), str(out), AS_OF.isoformat()],
            check=True,
            env={**os.environ, "TZ": zone},
        )
        found.append(digests(out))
    assert found[0] == found[1]
