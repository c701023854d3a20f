"""A draft beside the current standard: the counts are those of joining two runs by hand."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from stored_runs import AS_OF, company
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.compare_standards import compare_standards
from kefen.grading.grade import grade
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_standard, bundled_text, read_standard

OTHER = (
    bundled_text("default")
    .replace("first 80 %", "first 60 %")
    .replace("window: last 12 months", "window: last 6 months")
)


def graded(standard: Standard, seed: int) -> dict[tuple[str, str], tuple[Any, Any]]:
    """The grade and the reason of each scheme and customer, graded alone."""
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company(seed, 150)), standard, AS_OF)
        rows = engine.rows(f'SELECT scheme, customer_id, grade, reason FROM "{run.grades}"')
    return {(scheme, customer): (code, reason) for scheme, customer, code, reason in rows}


def test_every_count_is_that_of_two_runs_joined() -> None:
    seed = 1
    current, draft = bundled_standard(), read_standard(OTHER, "other.yaml")
    before, after = graded(current, seed), graded(draft, seed)
    tables = company(seed, 150)
    start, end = current.constants.window.span(AS_OF)
    assert start is not None
    revenue: Counter[str] = Counter()
    for line in tables["orders"]:
        if line["status"] != "cancelled" and start < line["ordered_at"].date() <= end:
            revenue[line["customer_id"]] += line["amount"]
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, tables)
        found = compare_standards(dataset, current, draft, AS_OF)
        listed = engine.rows(f'SELECT scheme, customer_id FROM "{found.moves}" ORDER BY ALL')
    assert found.customers == 150
    assert found.revenue == sum(revenue.values())
    assert {one.scheme for one in found.schemes} == {scheme for scheme, _ in before}
    assert sorted(listed) == sorted(key for key in before if before[key] != after[key])
    for one in found.schemes:
        pairs: Counter[Any] = Counter()
        money: Counter[Any] = Counter()
        for (scheme, customer), outcome in before.items():
            if scheme == one.scheme:
                pairs[outcome, after[scheme, customer]] += 1
                money[outcome, after[scheme, customer]] += revenue[customer]
        told = {
            ((m.before.grade, m.before.reason), (m.after.grade, m.after.reason)): m
            for m in one.moves
        }
        assert {key: move.customers for key, move in told.items()} == pairs
        assert {key: move.revenue for key, move in told.items()} == money
        moved = sum(n for (was, now), n in pairs.items() if was[0] != now[0])
        assert one.moved == moved
        assert sum(one.counts.values()) == 150
        for tallies in (one.totals_before, one.totals_after):
            assert sum(tally.customers for tally in tallies) == 150
            assert sum(tally.revenue or Decimal(0) for tally in tallies) == found.revenue
        largest = sorted(
            (-revenue[customer], customer)
            for scheme, customer in before
            if scheme == one.scheme and before[scheme, customer][0] != after[scheme, customer][0]
        )[:10]
        assert [(mover.customer, mover.revenue) for mover in one.largest] == [
            (customer, -amount) for amount, customer in largest
        ]


def test_a_standard_moves_nobody_against_itself() -> None:
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, company(5, 60))
        found = compare_standards(dataset, bundled_standard(), bundled_standard(), AS_OF)
        assert not engine.rows(f'SELECT * FROM "{found.moves}"')
    assert found.schemes
    assert all(one.moved == 0 and not one.largest for one in found.schemes)
    assert not found.only_current
    assert not found.only_draft


def test_a_scheme_that_lacks_its_data_in_one_says_why() -> None:
    text = bundled_text("default").replace("grade_by: value of industry", "grade_by: value of main")
    text = text.replace(
        "metrics:\n",
        "metrics:\n  main: {name: {en: M, zh: 主}, leading: receivables.currency, "
        "by: receivables.amount}\n",
        1,
    )
    assert "value of main" in text
    tables = company(4, 30)
    del tables["receivables"]
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, tables)
        draft = read_standard(text, "draft.yaml")
        found = compare_standards(dataset, bundled_standard(), draft, AS_OF)
    (alone,) = found.only_current
    assert alone.scheme == "industry"
    assert alone.reason.en
    assert found.only_draft == ()


def test_a_draft_with_no_scheme_in_common_still_has_its_grades_counted() -> None:
    draft = bundled_standard("rfm-map")
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, company(5, 60))
        found = compare_standards(dataset, bundled_standard(), draft, AS_OF)
        rows = engine.rows("SELECT grade, count(*) FROM grades WHERE grade IS NOT NULL GROUP BY 1")
    (alone,) = found.only_draft
    assert found.schemes == ()
    assert sum(tally.customers for tally in alone.totals) == found.customers
    given = {t.outcome.grade: t.customers for t in alone.totals if t.outcome.grade and t.customers}
    assert given == dict(rows)
