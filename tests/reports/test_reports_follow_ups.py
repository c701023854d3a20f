"""What the report says of rules, tags and terms is what each customer's explanation says."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "grading"))

from every_way import AS_OF, CAPPED, METRICS, RISK, WEIGHTED
from stored_runs import company
from tables_by_hand import dataset_by_hand

from kefen.cli.follow_up_lines import follow_up_lines
from kefen.domain.decimals import quotient
from kefen.domain.text import LANGUAGES, Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.explanation import SchemeExplanation
from kefen.grading.grade import grade
from kefen.grading.outputs import output_directory, write_results
from kefen.grading.run import GradedRun
from kefen.grading.stored import StoredRun
from kefen.reports.build import build_report
from kefen.reports.html import render_html
from kefen.reports.model import Report
from kefen.reports.tables import GradeMark, Table
from kefen.reports.write import write_reports
from kefen.standards.reader import read_standard

ENDED = """
  ended:
    name: {en: Ended, zh: 终结}
    grade_by: conditions
    grades:
      A: {when: orders > 2, name: {en: Many, zh: 多}}
      B: {when: else, name: {en: Others, zh: 其他}}
    rules:
      metal: {name: {en: Metal, zh: 金属}, when: industry = 'Metal', grade: B}
      few: {name: {en: Few, zh: 少}, when: orders < 2, no_grade: too_little}
"""
STANDARD = METRICS + CAPPED + WEIGHTED + RISK + ENDED


@dataclass(frozen=True, slots=True)
class Told:
    """A run's report and files, and the explanation of each customer by scheme."""

    report: Report
    record: Mapping[str, Any]
    folder: Path
    explained: Mapping[str, list[SchemeExplanation]]
    run: GradedRun


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("follow_ups")
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, company(7, 150))
        run = grade(dataset, read_standard(STANDARD, "every-way.yaml"), AS_OF)
        with output_directory(folder / "out", overwrite=False) as partial:
            write_results(run, partial)
            write_reports(run, partial, "en")
        stored = StoredRun.load(folder / "out")
        explained: dict[str, list[SchemeExplanation]] = {}
        for customer in stored.customers(1_000):
            for scheme in explain(stored, customer).schemes:
                explained.setdefault(scheme.scheme, []).append(scheme)
        record = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
        yield Told(build_report(run), record, folder / "out", explained, run)


def table(told: Told, wanted: str) -> Table:
    return next(found for found in told.report.tables() if found.id == wanted)


def rows(found: Table) -> list[dict[str, Any]]:
    def plain(cell: Any) -> Any:
        if isinstance(cell, GradeMark):
            return cell.code or cell.name.en
        return cell.en if isinstance(cell, Text) else cell

    return [
        {c.id: plain(v) for c, v in zip(found.columns, line.cells, strict=True)}
        for line in (*found.rows, *((found.totals,) if found.totals else ()))
    ]


@pytest.mark.parametrize("scheme", ["capped", "risk", "ended"])
def test_rules_are_counted_as_the_explanations_tell_them(told: Told, scheme: str) -> None:
    held: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    moves: Counter[tuple[str, str, str]] = Counter()
    for customer in told.explained[scheme]:
        for rule in customer.rules:
            held[rule.name.en] += rule.held is True
            passed[rule.name.en] += rule.passed_over
            if rule.held and rule.before != rule.after:
                changed[rule.name.en] += 1
                moves[rule.name.en, rule.before or "No grade", rule.after or "No grade"] += 1
    assert sum(changed.values()) > 3, "the company shows what rules change"
    for row in rows(table(told, f"rules_{scheme}")):
        name = row["rule"]
        assert (row["held"], row["changed"]) == (held[name], changed[name])
        assert row["passed_over"] == passed[name]
        assert row["unchanged"] == held[name] - changed[name] - passed[name]
    *found, total = rows(table(told, f"moves_{scheme}"))
    assert {(r["rule"], r["before"], r["after"]): r["customers"] for r in found} == moves
    assert total["customers"] == sum(changed.values())
    entry = next(item for item in told.record["schemes"] if item["scheme"] == scheme)
    names = {rule.id: rule.name.en for rule in told.run.standard.schemes[scheme].rules}
    assert {names[r["rule"]]: r["changed"] for r in entry["rules"]} == {
        name: changed[name] for name in names.values()
    }


def test_a_rule_after_one_that_decided_is_passed_over(told: Told) -> None:
    few = next(row for row in rows(table(told, "rules_ended")) if row["rule"] == "Few")
    assert few["passed_over"] > 0
    assert few["held"] == few["changed"] + few["passed_over"]


def test_tags_are_counted_with_their_sales(told: Told) -> None:
    held = Counter(
        tag.name.en for customer in told.explained["capped"] for tag in customer.tags if tag.holds
    )
    found = rows(table(told, "tags_capped"))
    assert {row["tag"]: row["customers"] for row in found} == dict(held)
    assert all(row["customers_share"] == quotient(row["customers"], 150) for row in found)
    ((sales,),) = told.run.dataset.engine.rows(
        f'SELECT sum(o.amount) FROM "{told.run.facts["orders"]}" o'
        f" JOIN {told.run.outcomes} t USING (customer_id)"
        " WHERE t.id = 'large' AND o.ordered_on > DATE '2025-10-31'"
    )
    large = next(row for row in found if row["tag"] == "Large")
    assert large["sales"] == sales > 0


def test_amounts_add_up_by_grade_and_their_mean_is_rounded_half_up(told: Told) -> None:
    amounts: dict[str, list[Decimal]] = {}
    for customer in told.explained["capped"]:
        for term in customer.terms:
            if term.term == "limit" and term.value is not None:
                amounts.setdefault(str(customer.grade), []).append(term.value)
    *found, total = rows(table(told, "term_capped_limit"))
    assert len(amounts) == 3
    for row in found:
        own = amounts[row["class"]]
        assert (row["number"], row["sum"]) == (len(own), sum(own))
        assert row["mean"] == quotient(sum(own), len(own))
    everything = [amount for own in amounts.values() for amount in own]
    assert (total["number"], total["sum"]) == (len(everything), sum(everything))
    entry = next(item for item in told.record["schemes"] if item["scheme"] == "capped")
    assert entry["terms"] == [
        {"term": "limit", "customers": len(everything), "sum": str(sum(everything))}
    ]


def test_what_each_grade_gets_is_a_table(told: Told) -> None:
    found = {row["class"]: row for row in rows(table(told, "gets_capped"))}
    assert found["A"]["term_visit"] == "every month"
    assert found["C"]["term_visit"] == "on request"
    assert (found["A"]["review"], found["B"]["review"]) == ("6 months", "12 months")
    assert found["A"]["approval"] == "sales director, then board"
    assert found["C"]["term_limit"] == "0"


def test_who_has_no_grade_is_told_by_reason_and_rule(told: Told) -> None:
    expected: Counter[tuple[str, str | None]] = Counter()
    for customer in told.explained["capped"]:
        if customer.grade is None:
            by = next((r.name.en for r in customer.rules if r.held and r.rule == "block"), None)
            reason = told.run.standard.reasons[str(customer.reason_code)].en
            expected[reason, by] += 1
    *found, total = rows(table(told, "no_grade_capped"))
    assert {(row["reason"], row["rule"]): row["customers"] for row in found} == expected
    assert ("on the block list", "Block list") in expected
    assert total["customers"] == sum(expected.values())


def test_schemes_without_any_have_no_such_tables(told: Told) -> None:
    section = told.report.section("follow_ups")
    assert section is not None
    ids = {block.id for block in section.blocks if isinstance(block, Table)}
    assert not [name for name in ids if "weighted" in name]
    weighted = next(item for item in told.record["schemes"] if item["scheme"] == "weighted")
    assert set(weighted) == {"scheme", "graded", "not_graded"}


def test_a_standard_without_any_has_no_such_section(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, company(7, 30))
        run = grade(dataset, read_standard(METRICS + WEIGHTED, "every-way.yaml"), AS_OF)
        assert build_report(run).section("follow_ups") is None
        assert run.rules is None
        assert run.outcomes is None


def test_the_workbook_and_the_page_show_them(told: Told) -> None:
    sheet = openpyxl.load_workbook(told.folder / "report.xlsx")["Rules, tags, terms"]
    written = {str(cell.value): cell for line in sheet.iter_rows() for cell in line if cell.value}
    assert "Rules of Capped" in written
    assert "Credit limit (the data's currency) by grade of Capped" in written
    assert written["Sum"].font.bold
    for language in LANGUAGES:
        page = render_html(told.report, language)
        assert (
            Text("What each grade of Capped gets", "封顶各等级的待遇").in_language(language) in page
        )


def test_the_terminal_says_each_in_a_line(told: Told) -> None:
    entry = {
        "rules": [{"rule": "bills", "held": 1, "changed": 0, "passed_over": 0}],
        "tags": [{"tag": "quiet", "customers": 1_200}],
        "terms": [{"term": "limit", "customers": 3, "sum": "100.0000"}],
    }
    lines = list(follow_up_lines(told.run.standard.schemes["capped"], entry, "CNY"))
    assert [line.en for line in lines] == [
        "Rule “Open bills” held for 1 customer and changed the grade of 0.",
        "Tag “Quiet”: 1,200 customers.",
        "Credit limit: 3 customers, 100 CNY in all, 33.3333 CNY on average.",
    ]
    nobody = {"terms": [{"term": "limit", "customers": 0, "sum": None}]}
    (line,) = follow_up_lines(told.run.standard.schemes["capped"], nobody, None)
    assert (line.en, line.zh) == ("Credit limit: nobody has an amount.", "信用额度：无人有数值。")
