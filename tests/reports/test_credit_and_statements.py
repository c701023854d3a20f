"""Tables 6 and 7: the credit assessment, arrears, and statements that add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kefen.domain.text import LANGUAGES
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.grade import grade
from kefen.grading.outcome_words import grade_in_words
from kefen.grading.outputs import output_directory, write_results
from kefen.grading.stored import StoredRun
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.reports.build import build_report
from kefen.reports.html import render_html
from kefen.reports.model import Prose, Report
from kefen.reports.reconciliation import reconcile
from kefen.reports.tables import Table
from kefen.standards.reader import bundled_standard

AS_OF = date(2024, 12, 31)
CUSTOMERS = "customer_id,name,credit_limit,owner\n01,Acme,500,Li\n02,Beta,,Wu\n03,Gamma,,Wu\n"
INVOICES = """invoice_id,customer_id,issued_on,due_on,amount,settled_on,settled_amount
a,01,2023-06-01,2023-07-01,100,2023-07-01,100
b,01,2024-02-01,2024-03-01,400,,
c,01,2024-10-01,2024-11-01,300,,50
d,01,2024-03-01,2024-04-01,200,2024-04-05,190
e,02,2024-12-01,2025-01-15,70,,
"""
PAYMENTS = """payment_id,customer_id,paid_on,amount,invoice_id
p,01,2024-06-01,150,b
q,01,2024-07-01,20,
r,01,2023-05-01,5,unheard of
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return made(tmp_path_factory.mktemp("credit"), "01")


def made(
    folder: Path,
    customer: str | None,
    receivables: str = INVOICES,
    payments: str = PAYMENTS,
) -> Report:
    sources = {}
    for name, text in (
        ("customers", CUSTOMERS),
        ("receivables", receivables),
        ("payments", payments),
    ):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        sources[name] = Source((folder / f"{name}.csv",))
    with DuckDBEngine() as engine:
        dataset = read_dataset(engine, sources, ReadingOptions(max_rejected=Decimal(1)))
        run = grade(dataset, bundled_standard("customer-credit"), AS_OF)
        with output_directory(folder / "out", overwrite=True) as partial:
            write_results(run, partial)
        why = None
        if customer is not None:
            told = explain(StoredRun.load(folder / "out"), customer)
            why = {scheme.scheme: grade_in_words(scheme) for scheme in told.schemes}
        return build_report(run, customer=customer, why=why)


def table(report: Report, wanted: str) -> Table:
    return next(found for found in report.tables() if found.id == wanted)


def rows(found: Table) -> list[dict[str, Any]]:
    names = [column.id for column in found.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in found.rows]


def test_a_statement_opens_moves_and_closes_with_part_payments_on_their_invoices(
    report: Report,
) -> None:
    acme = next(row for row in rows(table(report, "statement")) if row["customer_id"] == "01")
    # Before the window: 100 billed and settled, and 5 received for an invoice nobody knows.
    assert acme["opening"] == -5
    assert acme["invoiced"] == 900
    assert acme["received"] == 150 + 50 + 190
    assert acme["allowed"] == 10
    assert acme["on_account"] == 20
    assert acme["closing"] == 250 + 250 - 25
    assert acme["overdue"] == 500
    total = table(report, "statement").totals
    assert total is not None
    assert total.cells[7] == 475 + 70


def test_payments_settle_invoices_and_what_is_beyond_stands_on_account(tmp_path: Path) -> None:
    paid = PAYMENTS + "s,01,2024-11-15,250,b\nt,01,2024-11-20,30,b\nu,02,2024-12-10,70,c\n"
    told = made(tmp_path, "01", payments=paid)
    acme = next(row for row in rows(table(told, "statement")) if row["customer_id"] == "01")
    assert acme["closing"] == 250 - 25 - 30
    assert acme["overdue"] == 250, "b is settled, of c 50 was paid, and not by another customer"
    reconcile(table(told, "account"))
    lines = rows(table(told, "account"))
    assert [line["closing"] for line in lines][-1] == acme["closing"]
    assert acme["highest"] == max(-5, *(line["closing"] for line in lines)) == 595
    ageing = {row["band"].en: row["amount"] for row in rows(table(told, "ageing"))}
    assert ageing["Not due"] == 70
    filled = {row["factor"].en: row for row in rows(table(told, "credit_assessment"))}
    assert filled["Highest debt against the limit"]["value"].en == "119 %"


def test_one_customers_statement_runs_from_its_opening_to_its_closing(report: Report) -> None:
    found = table(report, "account")
    reconcile(found)
    lines = rows(found)
    assert lines[0]["opening"] == -5
    assert lines[-1]["closing"] == 475
    assert [line["day"] for line in lines] == sorted(line["day"] for line in lines)
    assert {line["kind"].en for line in lines} >= {
        "Invoice",
        "Receipt",
        "Receipt without an invoice",
    }


def test_arrears_say_who_how_much_since_when_and_how_much_of_the_limit_is_used(
    report: Report,
) -> None:
    (warned,) = rows(table(report, "arrears"))
    assert (warned["customer_id"], warned["owner"]) == ("01", "Li")
    assert warned["overdue"] == 500
    assert warned["since"] == date(2024, 3, 1)
    assert warned["days"] == (AS_OF - date(2024, 3, 1)).days
    assert warned["limit"] == 500
    assert warned["used"] == 1
    assert warned["grade"].code == "D", "overdue for more than 180 days"


def test_the_blank_form_adds_up_to_a_hundred_and_says_what_is_judged(report: Report) -> None:
    form = table(report, "credit_form")
    assert form.totals is not None
    assert form.totals.cells[2] == 100
    kinds = {row["factor"].en: row["kind"] for row in rows(form) if row["kind"] is not None}
    assert kinds["Management"].en == "qualitative"
    assert kinds["Days beyond terms"].en == "quantitative"


def test_the_filled_form_adds_up_to_the_score_and_ends_in_terms(report: Report) -> None:
    filled = table(report, "credit_assessment")
    assert filled.totals is not None
    listed = {row["customer_id"]: row for row in rows(table(report, "credit_assessments"))}
    assert filled.totals.cells[7] == listed["01"]["score"]
    result = {row["line"].en: row["value"] for row in rows(table(report, "credit_result"))}
    assert result["Grade"].en == "D"
    assert "more than 180 days" in result["Rules that held"].en
    assert "dishonest" not in result["Rules that held"].en
    assert result["How to pay"].en == "payment before delivery"
    assert result["Valid until"] == "2025-01-31"


def test_who_has_no_invoice_is_not_rated_and_not_listed(report: Report) -> None:
    listed = {row["customer_id"] for row in rows(table(report, "credit_assessments"))}
    assert listed == {"01", "02"}


def test_nothing_overdue_is_said(tmp_path: Path) -> None:
    header, *_, last = INVOICES.splitlines()
    found = made(tmp_path, None, f"{header}\n{last}\n").section("credit")
    assert found is not None
    assert any(
        isinstance(block, Prose) and block.paragraphs[0].en == "Nothing is overdue."
        for block in found.blocks
    )


def test_the_page_shows_them_in_both_languages(report: Report) -> None:
    for language in LANGUAGES:
        page = render_html(report, language)
        assert ("Statement of account" if language == "en" else "对账单") in page
