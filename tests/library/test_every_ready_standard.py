"""What holds for every ready standard: nothing to mend, an origin, and agreement on any data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from markupsafe import escape
from probing import probe, problems_of, run_of

from kefen.domain.contract import TABLES, Kind, Table
from kefen.domain.text import LANGUAGES
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.outcomes import amounts_of
from kefen.reports.build import build_report
from kefen.reports.excel import write_excel
from kefen.reports.html import render_html
from kefen.standards.model import FactMetric, Standard
from kefen.standards.reader import DEFAULT, bundled_names, bundled_standard, bundled_text

READY = tuple(name for name in bundled_names() if name != DEFAULT)
AS_OF = date(2026, 6, 30)
_CUSTOMERS = tuple(f"c{n:02}" for n in range(24))
_FEATURE = re.compile(r"F(0[1-9]|[1-4]\d|5[0-3])")


@pytest.mark.parametrize("standard", READY)
def test_nothing_to_mend(standard: str) -> None:
    assert problems_of(standard) == []


@pytest.mark.parametrize("standard", READY)
def test_it_says_its_trade_its_card_and_the_features_it_uses(standard: str) -> None:
    comment = []
    for line in bundled_text(standard).splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.removeprefix("#").strip())
    assert any(re.fullmatch(r"Trade: .+ / .+", line) for line in comment)
    assert any(re.match(r"card: (P\d\d|S\d)", line) for line in comment)
    features = next(line for line in comment if line.startswith("features: ")).split()[1:]
    assert all(_FEATURE.fullmatch(feature) for feature in features)
    assert features == sorted(set(features)), "each once, in order"


@pytest.mark.parametrize("standard", READY)
def test_any_data_is_graded_alike_by_the_engine_and_row_by_row(standard: str) -> None:
    dice = Random(standard)
    company = company_for(dice, bundled_standard(standard))
    customers = company.pop("customers")
    found = probe(standard, AS_OF, customers, **company)
    assert set(found.verdicts) >= set(_CUSTOMERS)
    assert found.record["schemes"], "with every table imported something is graded"
    assert not found.record["schemes_not_run"]
    for verdicts in found.verdicts.values():
        for verdict in verdicts.values():
            assert (verdict.grade is None) != (verdict.reason is None)


@pytest.mark.slow
@pytest.mark.parametrize("standard", READY)
def test_its_reports_are_whole_in_both_languages(standard: str, tmp_path: Path) -> None:
    company = company_for(Random(standard), bundled_standard(standard))
    customers = company.pop("customers")
    with DuckDBEngine() as engine:
        run = run_of(engine, standard, AS_OF, customers, **company)
        report = build_report(run, customer=_CUSTOMERS[0])
    tables = {table.id for table in report.tables()}
    for scheme in run.standard.schemes.values():
        assert (f"rules_{scheme.id}" in tables) == bool(scheme.rules)
        assert (f"tags_{scheme.id}" in tables) == bool(scheme.tags)
        assert (f"gets_{scheme.id}" in tables) == bool(scheme.terms or scheme.control)
        for term in amounts_of(scheme):
            assert f"term_{scheme.id}_{term.id}" in tables
    for language in LANGUAGES:
        page = render_html(report, language)
        for scheme in run.standard.schemes.values():
            for named in (scheme, *scheme.rules, *scheme.tags, *scheme.terms):
                assert escape(named.name.in_language(language)) in page
        assert "Decimal(" not in page
        write_excel(report, tmp_path / f"{language}.xlsx", language)


def company_for(dice: Random, standard: Standard) -> dict[str, list[dict[str, Any]]]:
    """Return rows of every table with customers, in the words that a standard asks for."""
    words = sorted(set(re.findall(r"'([^'\n]+)'", standard.text))) or ["x"]
    attributes = sorted(set(re.findall(r"customers\.(\w+)", standard.text)))
    company = {
        name: [
            _row(dice, table, words) | {"customer_id": customer}
            for customer in _customers(standard)
            for _ in range(1 if name == "customers" else dice.choice((0, 1, 3, 6)))
        ]
        for name, table in TABLES.items()
        if table.has_customer and name != "costs"
    }
    for row in company["customers"]:
        for attribute in attributes:
            if attribute not in row:
                row[attribute] = dice.choice((None, "1", "60.5", "-3", *words))
    for row in company["assessments"]:
        row["item"] = dice.choice(words)
        row["value"] = dice.choice((str(dice.randint(-1, 101)), *words))
    company["assessments"] += [
        mark for customer in _customers(standard) for mark in _marks(dice, standard, customer)
    ]
    for number, row in enumerate(company["financials"]):
        row["period_end"] = AS_OF - timedelta(days=37 * number)  # one a customer and day
    return company


def _customers(standard: Standard) -> tuple[str, ...]:
    """Return the customers' ids: a model needs more of them to be fitted."""
    return tuple(f"c{n:02}" for n in range(160)) if standard.models else _CUSTOMERS


def _marks(dice: Random, standard: Standard, customer: str) -> Iterator[dict[str, Any]]:
    """Yield what people say of a customer: mostly of the last months, mostly of use."""
    for metric in standard.metrics.values():
        if isinstance(metric.definition, FactMetric) and metric.definition.judgement is not None:
            judged = metric.definition.judgement
            for _ in range(dice.choice((0, 1, 1, 1, 1, 1, 1, 1, 2))):
                value = dice.choice(judged.words) if judged.words else "none"
                if judged.lowest is not None and judged.highest is not None:
                    number = dice.randint(int(judged.lowest), int(judged.highest))
                    value = str(min(number, dice.choice((10, 1_000, 10**9))))
                yield {
                    "customer_id": customer,
                    "item": judged.item,
                    "value": dice.choice((*[value] * 30, "unfit")),
                    "assessed_on": AS_OF - timedelta(days=dice.choice((1, 10, 60, 120, 400))),
                    "assessor": dice.choice(("one", "another")),
                    "role": dice.choice((*[judged.role] * 30, None)),
                }


def _row(dice: Random, table: Table, words: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "customer_id" or column.name in table.key[:1]:
            continue
        if not column.required and dice.random() < 0.2:
            row[column.name] = None
            continue
        day = AS_OF - timedelta(days=dice.choice((0, 1, 30, 90, 181, 365, dice.randint(-40, 900))))
        row[column.name] = {
            Kind.ID: dice.choice(("p1", "p2", "p3")),
            Kind.TEXT: dice.choice(words),
            Kind.CODE: dice.choice(column.codes or ("x",)),
            Kind.INTEGER: dice.randint(0, 400),
            Kind.MONEY: Decimal(dice.randint(-50_000, 90_000_000)) / 100,
            Kind.NUMBER: Decimal(dice.randint(0, 3_000)) / 10,
            Kind.DATE: day,
            Kind.TIMESTAMP: datetime(day.year, day.month, day.day, dice.randint(0, 23)),
            Kind.BOOLEAN: dice.random() < 0.5,
        }[column.kind]
    if "line" in row:
        row["line"] = str(dice.randint(1, 10**9))
    return row
