"""What a standard asks of the data that was not imported is told, with the schemes it stops."""

from __future__ import annotations

from datetime import date

import pytest
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.data_findings import findings_on_data
from kefen.grading.population import available_metrics, runnable_schemes
from kefen.standards.reader import read_standard

STANDARD = read_standard(
    """\
standard: small
version: 1
name: {en: Small, zh: 小}
metrics:
  revenue: {name: {en: Revenue, zh: 额}, sum: orders.amount, unit: money}
  margin: {name: {en: Margin, zh: 毛利}, sum: orders.amount - orders.cost, unit: money}
  rate: {name: {en: Rate, zh: 率}, value: margin / revenue, unit: share}
  visits: {name: {en: Visits, zh: 访}, count: interactions}
  trade: {name: {en: Trade, zh: 行业}, value: customers.industry}
  late: {name: {en: Late, zh: 迟}, count: receivables}
schemes:
  profit:
    name: {en: Profit, zh: 利}
    grade_by: conditions
    grades: {A: rate > 0.5, B: else}
  effort:
    name: {en: Effort, zh: 力}
    indicators:
      revenue: [">= 100: 2", "else: 1"]
      visits: {bands: [">= 2: 2", "else: 1"], if_unknown: zero}
    grade_by: score
    grades: {A: ">= 4", B: else}
  trades: {name: {en: Trades, zh: 业}, grade_by: value of trade}
""",
    "small.yaml",
)
CUSTOMERS = [{"customer_id": "a", "name": "A"}]
ORDERS = [
    {"order_id": "1", "customer_id": "a", "ordered_at": date(2025, 3, 1), "amount": 500},
]


@pytest.mark.parametrize(
    ("metric", "severity", "words"),
    [
        ("margin", "warning", "not imported: Orders: Cost (orders.cost); not run for it: profit"),
        ("visits", "note", "not imported: Interactions (interactions)"),
        (
            "trade",
            "warning",
            "not imported: Customers: Industry (customers.industry); not run for it: trades",
        ),
        ("late", "note", "not imported: Receivables (receivables)"),
    ],
)
def test_a_metric_without_data_is_told_with_the_schemes_it_stops(
    engine: DuckDBEngine, metric: str, severity: str, words: str
) -> None:
    dataset = dataset_by_hand(engine, {"customers": CUSTOMERS, "orders": ORDERS})
    (problem,) = [p for p in findings_on_data(STANDARD, dataset) if f"“{metric}”" in p.what.en]
    assert problem.severity == severity
    assert problem.what.en == f"“{metric}” cannot be measured: {words}"
    assert problem.place == STANDARD.metrics[metric].place


def test_only_what_reads_the_data_itself_is_told_and_every_stopped_scheme_is_named(
    engine: DuckDBEngine,
) -> None:
    dataset = dataset_by_hand(engine, {"customers": CUSTOMERS, "orders": ORDERS})
    problems = findings_on_data(STANDARD, dataset)
    assert len(problems) == 4  # "rate" lacks only what "margin" lacks
    _, not_run = runnable_schemes(dataset, STANDARD, available_metrics(dataset, STANDARD))
    told = " ".join(p.what.en for p in problems if p.severity == "warning")
    assert not_run
    assert all(scheme.scheme in told for scheme in not_run)


def test_with_all_its_data_nothing_is_told(engine: DuckDBEngine) -> None:
    company = {
        "customers": [{**CUSTOMERS[0], "industry": "steel"}],
        "orders": [{**ORDERS[0], "cost": 300}],
        "interactions": [
            {"customer_id": "a", "at": date(2025, 3, 2), "kind": "visit", "interaction_id": "1"}
        ],
        "receivables": [
            {
                "invoice_id": "1",
                "customer_id": "a",
                "issued_on": date(2025, 3, 2),
                "due_on": date(2025, 4, 2),
                "amount": 500,
            }
        ],
    }
    assert findings_on_data(STANDARD, dataset_by_hand(engine, company)) == ()
