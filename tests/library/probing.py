"""Probing a ready standard: a few customers as rows, graded by everything that grades.

`graded` grades them with the engine and again one by one from their raw rows, and explains each;
the three must agree. What it returns is what the tests compare with the published rule.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from small_company import graded as verdicts_of
from small_company import measured as metrics_of
from tables_by_hand import dataset_by_hand

from kefen.compiler.rowwise import RowGrade, grades_of_customer
from kefen.compiler.rowwise_metrics import metrics_of_customers
from kefen.compiler.steps import part
from kefen.domain.contract import TABLES, Column, Kind
from kefen.domain.decimals import rounded
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.explanation import SchemeExplanation
from kefen.grading.grade import grade
from kefen.grading.modelled.applying import application
from kefen.grading.outputs import output_directory, write_results
from kefen.grading.run import GradedRun
from kefen.grading.stored import StoredRun
from kefen.lake.dataset import Dataset
from kefen.standards.document import Node, Scalar, load_document
from kefen.standards.document import Sequence as ListNode
from kefen.standards.model import Scheme, Standard
from kefen.standards.reader import bundled_standard, bundled_text, examine_standard, read_standard

Rows = Iterable[Mapping[str, Any]]
_KEYS = {"orders": "order_id", "receivables": "invoice_id", "payments": "payment_id"} | {
    "cases": "case_id"
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one scheme says of one customer.

    Attributes:
        grade: The class, or None.
        score: The score, or None.
        reason: Why there is no grade, as a code; None when there is one.
        points: What each indicator (and each group) gives, by id; None where it is unknown.
        tags: The tags that hold.
        terms: The amounts of its terms, by id.
        decided: The grade before any rule.
        score_text: The points joined by `-`, or None.
        explained: The explanation, of the whole.
    """

    grade: str | None
    score: Decimal | None
    reason: str | None
    points: Mapping[str, Decimal | None]
    tags: frozenset[str]
    terms: Mapping[str, Decimal]
    decided: str | None
    score_text: str | None
    explained: SchemeExplanation = field(repr=False)


@dataclass(frozen=True, slots=True)
class Probe:
    """One grading of a few customers.

    Attributes:
        verdicts: What each scheme says, by customer and scheme.
        metrics: Every metric, by customer and metric.
        record: The content of `run.json`.
    """

    verdicts: Mapping[str, Mapping[str, Verdict]]
    metrics: Mapping[str, Mapping[str, Any]]
    record: Mapping[str, Any]


def graded(
    standard: str,
    as_of: date | str,
    customers: Iterable[Mapping[str, Any] | str],
    **tables: Rows,
) -> dict[str, dict[str, Verdict]]:
    """Return what each scheme of a standard says of each customer; see `probe`."""
    return {c: dict(own) for c, own in probe(standard, as_of, customers, **tables).verdicts.items()}


def probe(
    standard: str,
    as_of: date | str,
    customers: Iterable[Mapping[str, Any] | str],
    **tables: Rows,
) -> Probe:
    """Grade a few customers by the engine and row by row, and explain them.

    Args:
        standard: The id of a ready standard, or a whole document.
        as_of: The as-of date; ISO text will do, as for every date.
        customers: Rows of `customers`; a text stands for a customer of whom only the id is known.
        tables: Rows of each further table that was imported (`orders=[...]`). Numbers may be
            whole, texts or decimals; keys such as `order_id` are numbered where they are left out.
            The columns that any row names were imported; of a table without rows all columns.

    Raises:
        AssertionError: Engine, row evaluator and explanation do not agree.
    """
    read = _standard(standard)
    day = _date(as_of)
    company = _company(customers, tables)
    with DuckDBEngine() as engine, tempfile.TemporaryDirectory() as folder:
        run = grade(_dataset(engine, company), read, day)
        with output_directory(Path(folder) / "out", overwrite=True) as partial:
            write_results(run, partial)
        stored = StoredRun.load(Path(folder) / "out")
        return _agreed(run, stored, company)


def run_of(
    engine: DuckDBEngine,
    standard: str,
    as_of: date,
    customers: Iterable[Mapping[str, Any] | str],
    **tables: Rows,
) -> GradedRun:
    """Return the run of such a grading, in an engine."""
    company = _company(customers, tables)
    return grade(_dataset(engine, company), _standard(standard), as_of)


def problems_of(standard: str) -> list[str]:
    """Return every error and warning that the checker has of a ready standard."""
    _, problems = examine_standard(bundled_text(standard), f"{standard}.yaml")
    return [
        f"{p.place.line}:{p.place.column} {p.severity}: {p.what.en}"
        for p in problems
        if p.severity in ("error", "warning")
    ]


# --- rows -----------------------------------------------------------------------------------


def _company(
    customers: Iterable[Mapping[str, Any] | str], tables: Mapping[str, Rows]
) -> dict[str, list[dict[str, Any]]]:
    rows = [{"customer_id": c} if isinstance(c, str) else dict(c) for c in customers]
    return {"customers": _canonical("customers", rows)} | {
        name: _canonical(name, list(own)) for name, own in tables.items()
    }


@cache
def _standard(name: str) -> Standard:
    return read_standard(name, "probe.yaml") if "\n" in name else bundled_standard(name)


def _canonical(table: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with values of canonical types and numbered keys; all with the same columns."""
    contract = TABLES[table]
    columns = {column.name: column for column in contract.columns}
    key = _KEYS.get(table)
    named = list(dict.fromkeys(name for row in rows for name in row))
    found = []
    for number, row in enumerate(rows):
        new = {name: _value(columns.get(name), row.get(name)) for name in named}
        if key is not None and new.get(key) is None:
            new[key] = f"{table}-{number}"
        if table == "orders" and new.get("line") is None:
            new["line"] = "1"
        found.append(new)
    return found


def _value(column: Column | None, value: Any) -> Any:
    if value is None:
        return None
    kind = column.kind if column is not None else Kind.TEXT
    if kind in (Kind.MONEY, Kind.NUMBER):
        return rounded(Decimal(str(value)))
    if kind is Kind.DATE:
        return _date(value)
    if kind is Kind.TIMESTAMP:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    if kind in (Kind.INTEGER, Kind.BOOLEAN):
        return value
    return str(value)


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _dataset(engine: DuckDBEngine, company: Mapping[str, list[dict[str, Any]]]) -> Dataset:
    made = dataset_by_hand(engine, company)
    whole = {
        name: table
        if company[name]
        else replace(table, columns=frozenset(table.table.column_names))
        for name, table in made.tables.items()
    }
    return replace(made, tables=whole)


# --- agreement ------------------------------------------------------------------------------


def _agreed(
    run: GradedRun, stored: StoredRun, company: Mapping[str, list[dict[str, Any]]]
) -> Probe:
    standard, as_of = run.standard, run.as_of
    by_engine, metrics = verdicts_of(run), metrics_of(run)
    outcomes = _outcomes(run)
    available = set(standard.metrics) - set(run.record["metrics_not_available"])
    running = [item["scheme"] for item in run.record["schemes"]]
    rows = {row["customer_id"]: row for row in company["customers"]}
    by_rows = metrics_of_customers(
        standard,
        {n: own for n, own in company.items() if n != "customers" and TABLES[n].has_customer},
        [rows.get(customer, {"customer_id": customer}) for customer in metrics],
        as_of,
        available=available,
        modelled=lambda metric, given, values: application(
            metric, given.model, run.calibration.models[given.model.id]
        )({**values, "as_of": as_of}),
    )
    found: dict[str, dict[str, Verdict]] = {}
    braces = _says_braces(load_document(standard.text, "probe.yaml"))
    for customer, measured in metrics.items():
        expected = by_rows[customer]
        assert measured == expected, f"metrics of {customer}: engine, then row by row"
        by_row = grades_of_customer(
            standard, run.calibration.schemes, expected, as_of, running=running
        )
        explained = {e.scheme: e for e in explain(stored, customer).schemes}
        found[customer] = {}
        for identifier in running:
            scheme, row = standard.schemes[identifier], by_row[identifier]
            where = f"{customer} under {identifier}"
            said = (row.grade, row.score, row.score_text, row.reason)
            assert by_engine[customer, identifier] == said, f"{where}: engine, then row by row"
            tags = {t.id for t in scheme.tags if row.steps[part(identifier, "tag", t.id)]}
            amounts = {
                t.id: amount
                for t in scheme.terms
                if isinstance(amount := row.steps.get(part(identifier, "term", t.id)), Decimal)
            }
            decided = row.steps[part(identifier, "decided")]
            told = outcomes.get((customer, identifier), {})
            assert {i for (kind, i) in told if kind == "tag"} == tags, where
            assert {i: v for (kind, i), v in told.items() if kind == "term" and v is not None} == (
                amounts
            ), where
            _explanation_agrees(explained[identifier], row, where, braces=braces)
            found[customer][identifier] = Verdict(
                grade=row.grade,
                score=row.score,
                reason=row.reason,
                points=_points(scheme, row),
                tags=frozenset(tags),
                terms=amounts,
                decided=None if decided is None else str(decided),
                score_text=row.score_text,
                explained=explained[identifier],
            )
    return Probe(found, metrics, run.record)


def _says_braces(node: Node) -> bool:
    """Return whether a text of the standard itself holds a brace."""
    if isinstance(node, Scalar):
        return "{" in node.text
    children = node.items if isinstance(node, ListNode) else node.entries.values()
    return any(_says_braces(child) for child in children)


def _outcomes(run: GradedRun) -> dict[tuple[str, str], dict[tuple[str, str], Decimal | None]]:
    found: dict[tuple[str, str], dict[tuple[str, str], Decimal | None]] = {}
    if run.outcomes is not None:
        rows = run.dataset.engine.rows(
            f"SELECT customer_id, scheme, kind, id, amount FROM {run.outcomes}"
        )
        for customer, scheme, kind, item, amount in rows:
            found.setdefault((customer, scheme), {})[kind, item] = amount
    return found


def _points(scheme: Scheme, row: RowGrade) -> dict[str, Decimal | None]:
    """Return the points of indicators and groups; `""` is their sum."""
    found = {}
    for item in [*(i.id for i in scheme.indicators), *(g.id for g in scheme.groups), ""]:
        value = row.steps.get(part(scheme.id, "points", item))
        found[item] = rounded(Decimal(value)) if isinstance(value, int | Decimal) else None
    return found


def _explanation_agrees(
    told: SchemeExplanation, row: RowGrade, where: str, *, braces: bool
) -> None:
    assert (told.grade, told.score, told.score_text, told.reason_code) == (
        row.grade,
        row.score,
        row.score_text,
        row.reason,
    ), f"{where}: explanation"
    if told.total is not None:
        lines = sum((line.points or Decimal(0) for line in told.lines), Decimal(0))
        moved = sum((a.points for a in told.adjustments), Decimal(0))
        assert lines + moved == told.total, f"{where}: the lines do not add up"
        if told.additive and told.score is not None:
            assert told.total == told.score, f"{where}: the score is not the sum"
    filled = told.sentence.en + told.sentence.zh
    assert "{" not in filled or braces, f"{where}: a placeholder is left"


def judged(customer: str, role: str = "credit manager", **values: Any) -> list[dict[str, Any]]:
    """Return judgements of a customer by item; those that are None are not made."""
    return [
        {
            "customer_id": customer,
            "item": item.replace("_", " "),
            "value": str(value),
            "assessed_on": "2026-05-01",
            "role": role,
        }
        for item, value in values.items()
        if value is not None
    ]


def order_line(customer: str, day: str, amount: Any = 1, **more: Any) -> dict[str, Any]:
    """Return a line of an order of a customer on a day."""
    return {"customer_id": customer, "ordered_at": day, "amount": amount, **more}
