"""Judgements that cannot be used are counted by item in the findings of a run: never silent."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import measured
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.evaluator import evaluate
from kefen.grading.grade import grade
from kefen.grading.judgements import UNUSABLE
from kefen.grading.run import GradedRun
from kefen.lake.dataset import Finding
from kefen.lake.quality import assess_quality
from kefen.reports.findings import quality_section
from kefen.reports.tables import Table
from kefen.standards.metrics.judged import is_about, is_possible
from kefen.standards.model import FactMetric
from kefen.standards.reader import read_standard

STANDARD = read_standard(
    """\
standard: judged
version: 1
name: {en: Judged, zh: 评定}
metrics:
  will: {name: {en: Good will, zh: 配合度}, judged: will, from: 1, to: 10, whole: true}
  wills: {name: {en: All wills, zh: 全部配合度}, judged: will, from: 1, to: 10, whole: true,
    raters: mean}
  sold: {name: {en: Sales' view, zh: 销售看法}, judged: view, by: sales, from: 0, to: 5}
  mood: {name: {en: Mood, zh: 态度}, judged: mood, one_of: [good, 差]}
  idle: {name: {en: Idle, zh: 闲置}, judged: nothing, from: 1, to: 2}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    indicators:
      will: {points: value, if_unknown: zero}
      wills: {points: value, if_unknown: zero}
      sold: {points: value, if_unknown: zero}
      mood: {bands: ["= 'good': 1", "else: 0"], if_unknown: zero}
      idle: {points: value, if_unknown: zero}
    grade_by: score
    grades: {A: ">= 10", B: else}
""",
    "judged.yaml",
)
CUSTOMERS = [{"customer_id": "a", "name": "A"}, {"customer_id": "b", "name": "B"}]


def judgement(customer: str, item: str, value: str, day: int, role: str = "boss") -> dict[str, Any]:
    return {
        "customer_id": customer,
        "item": item,
        "value": value,
        "assessed_on": date(2026, 3, day),
        "role": role,
    }


def run_of(engine: DuckDBEngine, *rows: dict[str, Any]) -> GradedRun:
    company = {"customers": CUSTOMERS, "assessments": rows}
    return grade(dataset_by_hand(engine, company), STANDARD, date(2026, 3, 20))


def told(run: GradedRun) -> dict[str, Finding]:
    found = [f for f in run.dataset.findings if f.code == UNUSABLE.code]
    return {f.details["item"]: f for f in found}


def test_they_are_counted_by_item_with_the_latest_as_an_example(engine: DuckDBEngine) -> None:
    run = run_of(
        engine,
        judgement("a", "will", "11", 2),
        judgement("b", "will", "7.5", 9),
        judgement("a", "will", "high", 8),
        judgement("a", "will", "7", 1),
        judgement("a", "view", "6", 1, "sales"),
        judgement("a", "view", "6", 2, "boss"),
        judgement("b", "mood", "bad", 3),
        judgement("b", "mood", "差", 2),
        judgement("b", "will", "12", 25),  # after the as-of date
        judgement("b", "other", "x", 3),
    )
    found = told(run)
    assert {item: f.count for item, f in found.items()} == {"will": 3, "view": 1, "mood": 1}
    will = found["will"]
    assert (will.severity, will.table, will.column) == ("warning", "assessments", "value")
    assert will.message.en == (
        "3 judgements of “will” cannot be used (possible: whole numbers from 1 to 10), such as"
        " “7.5” for customer b on 2026-03-09."
    )
    assert will.message.zh == (
        "“will”有 3 条评定不可用（可取：1 至 10 的整数），例如客户 b 于 2026-03-09 的“7.5”。"
    )
    assert will.effect.en == (
        "They are left out of: Good will, All wills. A customer without a usable one is unknown"
        " there."
    )
    assert found["view"].message.en == (
        "1 judgement of “view” by sales cannot be used (possible: numbers from 0 to 5), such as"
        " “6” for customer a on 2026-03-01."
    )
    assert "sales 对“view”的评定中，有 1 条" in found["view"].message.zh
    assert "possible: one of good, 差" in found["mood"].message.en
    assert measured(run)["a"]["will"] == 7
    assert measured(run)["b"]["will"] is None


def test_they_are_in_the_record_and_in_the_quality_of_the_report(engine: DuckDBEngine) -> None:
    run = run_of(
        engine,
        judgement("a", "will", "11", 2),
        judgement("a", "view", "6", 1, "sales"),
    )
    recorded = [f for f in run.record["findings"] if f["code"] == UNUSABLE.code]
    assert [(f["details"]["item"], f["count"]) for f in recorded] == [("will", 1), ("view", 1)]
    assert recorded[0]["details"] == {
        "item": "will",
        "role": None,
        "metrics": ["will", "wills"],
        "example": {"customer_id": "a", "value": "11", "assessed_on": "2026-03-02"},
    }
    quality = assess_quality(run.dataset, run.as_of)
    assert [f for f in quality.findings if f.code == UNUSABLE.code] == list(told(run).values())
    scientific = next(v for v in quality.verdicts if v.principle == "scientific")
    assert scientific.standing == "fair"
    for read, report in ((run.dataset.findings, None), ((), quality)):
        (table,) = [
            block
            for block in quality_section(read, report).blocks
            if isinstance(block, Table) and block.id == "findings"
        ]
        messages = [cell for row in table.rows for cell in row.cells]
        assert all(f.message in messages and f.effect in messages for f in told(run).values())


def test_with_usable_ones_alone_nothing_is_told(engine: DuckDBEngine) -> None:
    assert told(run_of(engine, judgement("a", "will", "7", 1))) == {}
    empty = grade(dataset_by_hand(engine, {"customers": CUSTOMERS}), STANDARD, date(2026, 3, 20))
    assert told(empty) == {}


VALUES = ("0", "1", "5.0", "5.5", "10", "10.0001", "11", " 3 ", "-1", "x", "", "good", "差", "1e1")


@settings(max_examples=settings().max_examples // 3)
@given(
    rows=st.lists(
        st.builds(
            judgement,
            st.sampled_from("ab"),
            st.sampled_from(("will", "view", "mood", "nothing")),
            st.sampled_from(VALUES),
            st.integers(1, 28),
            st.sampled_from(("sales", "boss")),
        ),
        max_size=12,
    )
)
def test_every_judgement_is_used_or_counted(
    shared_engine: DuckDBEngine, rows: list[dict[str, Any]]
) -> None:
    found = told(run_of(shared_engine, *rows))
    known = [row for row in rows if row["assessed_on"] <= date(2026, 3, 20)]
    for metric in STANDARD.metrics.values():
        assert isinstance(metric.definition, FactMetric)
        judged = metric.definition.judgement
        assert judged is not None
        about = [row for row in known if evaluate(is_about(judged), row) is True]
        usable = [row for row in about if evaluate(is_possible(judged), row) is True]
        told_count = found[judged.item].count if judged.item in found else 0
        assert told_count == len(about) - len(usable)


def test_the_texts_agree() -> None:
    for text in (UNUSABLE.message, UNUSABLE.effect):
        english, chinese = text.placeholders()
        assert english == chinese


def test_what_others_than_the_role_judged_is_not_told(engine: DuckDBEngine) -> None:
    assert told(run_of(engine, judgement("a", "view", "99", 1, "boss"))) == {}
