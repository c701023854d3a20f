"""Early warning: raised once, followed, gone; SQL and the row evaluator agree; and it is judged."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from moves_between import AFTER, BEFORE, run_of
from stored_runs import company

from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import names_in
from kefen.grading.alerts.conditions import Side, column_of, conditions_of, evaluate, not_watched
from kefen.grading.alerts.judging import judge_alerts
from kefen.grading.alerts.listing import list_alerts, value_of
from kefen.grading.alerts.raising import ALERTS_FILE, write_alerts
from kefen.grading.stored import StoredRun
from kefen.standards.reader import bundled_standard, bundled_text, examine_standard

Chain = tuple[StoredRun, StoredRun]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """Two runs three months apart, with their alerts."""
    folder = tmp_path_factory.mktemp("alerts")
    tables = company(7, 150)
    before = run_of(folder / "before", tables, BEFORE)
    after = run_of(folder / "after", tables, AFTER)
    with DuckDBEngine() as engine:
        assert write_alerts(engine, before, None)
        assert write_alerts(engine, after, before)
    return before, after


def open_alerts(run: StoredRun, *states: str) -> set[tuple[str, str]]:
    rows = duckdb.sql(f"SELECT customer_id, alert, state FROM '{run.directory / ALERTS_FILE}'")
    return {(customer, alert) for customer, alert, state in rows.fetchall() if state in states}


def test_sql_and_the_row_evaluator_raise_the_same(chain: Chain) -> None:
    before, after = chain
    conditions = conditions_of(after.standard)
    with DuckDBEngine() as engine:
        evaluate(engine, "held", conditions, Side.of(after), Side.of(before))
        columns = ", ".join(f'"{column_of(one)}"' for one in conditions)
        held = {row[0]: row[1:] for row in engine.rows(f"SELECT customer_id, {columns} FROM held")}
    raised = 0
    for customer in after.customers(150):
        own = []
        for tree in conditions.values():
            values = {name: value_of(after, before, customer, name) for name in names_in(tree)}
            own.append(evaluation(tree)(values))
        assert tuple(own) == held[customer], customer
        raised += own.count(True)
    assert raised


def test_an_alert_is_new_once_then_still_true_then_gone(chain: Chain) -> None:
    before, after = chain
    first, new = open_alerts(before, "new"), open_alerts(after, "new")
    still, gone = open_alerts(after, "still"), open_alerts(after, "gone")
    assert first and new and still and gone
    assert open_alerts(before, "still", "gone") == set()
    assert still | gone == first
    assert not new & first
    path = after.directory / ALERTS_FILE
    days = duckdb.sql(f"SELECT DISTINCT state, first_seen FROM '{path}'").fetchall()
    assert set(days) == {("new", AFTER), ("still", BEFORE), ("gone", BEFORE)}


def test_the_list_has_evidence_and_the_most_pressing_first(chain: Chain) -> None:
    before, after = chain
    with DuckDBEngine() as engine:
        found = list_alerts(
            engine, after, before, states=("new", "still"), alerts=None, most=10_000
        )
    assert found is not None and found.left_off == 0
    order = ["high", "medium", "low", "chance"]
    ranks = [order.index(one.alert.severity) for one in found.raised]
    assert ranks == sorted(ranks)
    assert len(found.raised) == sum(n for (_, s), n in found.counts.items() if s != "gone")
    assert all(evidence for one in found.raised for evidence in [one.evidence])


def test_what_cannot_be_watched_is_said(tmp_path: Path) -> None:
    tables = {n: rows for n, rows in company(7, 40).items() if n in ("customers", "orders")}
    run = run_of(tmp_path / "run", tables, AFTER)
    missing = not_watched(run, None)
    assert missing["overdue"] == ("days_overdue_now",)
    assert "before.tier" in missing["core_lost"]
    assert "order_gap" not in missing


def test_alerts_are_held_against_what_happened(chain: Chain) -> None:
    before, after = chain
    with DuckDBEngine() as engine:
        judged = {one.alert.id: one for one in judge_alerts(engine, chain)}
    assert set(judged) == {"order_gap", "overdue", "near_demotion", "rising_star"}
    assert judged["overdue"].runs == 0, "no run is one month after another"
    gap = judged["order_gap"]
    warned = {c for c, alert in open_alerts(before, "new") if alert == "order_gap"}
    # Those who have been silent for a quarter are judged too: the next quarter is asked for.
    known = {c for c in warned if after.has(c)}
    true = {c for c in known if value_of(after, None, c, "quarter_1_orders") == 0}
    assert (gap.raised.cases, gap.raised.happened) == (len(known), len(true))
    assert gap.runs == 1
    assert gap.others.cases == len(
        [
            one
            for one in before.customers(150)
            if one not in warned
            and value_of(before, None, one, "orders") != 0
            and (value_of(before, None, one, "orders_ever") or 0) >= 3
            and after.has(one)
        ]
    ), "only those who could have been warned of are compared"
    near, grades = judged["near_demotion"], before.grades_of("value_index")
    warned = {c for c, alert in open_alerts(before, "new") if alert == "near_demotion"}
    others = [c for c, g in grades.items() if g == "A" and c not in warned]
    later = after.grades_of("value_index")
    assert near.others.cases == sum(c in later for c in others), "those without a grade are out"


def test_alerts_leave_the_fingerprint_alone_and_are_checked() -> None:
    text = bundled_text("default")
    bare = text[: text.index("# Alerts change no grade")]
    standard, problems = examine_standard(bare, "bare.yaml")
    assert standard is not None
    assert standard.fingerprint == bundled_standard().fingerprint
    for old, new, said in (
        ("severity: chance", "severity: huge", "huge"),
        ("before.tier = 'core'", "before.tier = 'best'", "best"),
        ("    within: 1 month\n", "", "stand together"),
        ("already: counts", "already: maybe", "maybe"),
        ("among: orders > 0\n", "among: before.orders > 0\n", "before"),
        ("    within: 1 month\n", "    within: soon\n", "number of months"),
        ("when: days_overdue_now > 30", "when: days_overdue_now + 30", "gives"),
    ):
        assert old in text
        refused, problems = examine_standard(text.replace(old, new, 1), "wrong.yaml")
        assert refused is None
        assert any(said in one.what.en for one in problems if one.severity == "error"), said
