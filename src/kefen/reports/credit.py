"""Standard table 6 and what follows from it: the credit assessment, and warnings of arrears."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.calendar import months_before
from kefen.domain.text import Text
from kefen.reports.arithmetic import share
from kefen.reports.credit_form import assessed_form, blank_form, result_table
from kefen.reports.distribution import STRATEGIES
from kefen.reports.generated import scheme_sources
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Row, Table
from kefen.standards.decision_words import for_grade

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.grading.outcome_words import GradeInWords
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell, ColumnKind
    from kefen.standards.model import Scheme, Term

SCHEME = "credit"
"""The id by which a standard's scheme is known as its credit grade."""
LISTED = 10_000
_PAGE_ROWS = 50
_KINDS: Mapping[str, ColumnKind] = {"money": "money", "share": "percent", "text": "text"}

_RATED = """
CREATE OR REPLACE TEMP TABLE report_rated AS
WITH owing AS (
  SELECT customer_id, sum(open_amount) AS open_amount,
         coalesce(sum(open_amount) FILTER (WHERE days_late > 0), 0) AS overdue
  FROM report_open GROUP BY customer_id
)
SELECT g.customer_id, b.name, b.owner, g.grade, g.score, c.credit_limit,
       coalesce(o.open_amount, 0)::DECIMAL(38, 4) AS open_amount,
       coalesce(o.overdue, 0)::DECIMAL(38, 4) AS overdue
FROM report_grades g
JOIN report_base b ON b.customer_id = g.customer_id
LEFT JOIN report_customers c ON c.customer_id = g.customer_id
LEFT JOIN owing o ON o.customer_id = g.customer_id
WHERE g.scheme = ? AND g.grade IS NOT NULL
ORDER BY open_amount DESC, g.customer_id LIMIT ?"""

_ARREARS = """
SELECT o.customer_id, b.name, b.owner, sum(o.open_amount) AS overdue, count(*),
       max(days_late), min(due_on), count(*) FILTER (WHERE disputed), c.credit_limit,
       (SELECT sum(open_amount) FROM report_open a WHERE a.customer_id = o.customer_id),
       g.grade, g.reason, t.amount
FROM report_open o
LEFT JOIN report_base b ON b.customer_id = o.customer_id
LEFT JOIN report_customers c ON c.customer_id = o.customer_id
LEFT JOIN report_grades g ON g.customer_id = o.customer_id AND g.scheme = ?
LEFT JOIN report_outcomes t ON t.customer_id = o.customer_id AND t.scheme = ?
     AND t.kind = 'term' AND t.id = 'limit'
WHERE days_late > 0 GROUP BY ALL HAVING sum(o.open_amount) > 0
ORDER BY overdue DESC, o.customer_id LIMIT ?"""


def credit_section(
    people: Population, customer: str | None, why: Mapping[str, GradeInWords] | None
) -> Section | None:
    """Return table 6 and the arrears; None where nobody is rated and no receivables are known.

    Args:
        people: The run's customers.
        customer: A customer whose filled form is added.
        why: Its explanations by scheme.
    """
    scheme = people.scheme(SCHEME)
    blocks: list[Block] = []
    if scheme is not None:
        told = (why or {}).get(SCHEME)
        if customer is not None and told is not None and told.explained is not None:
            blocks += [
                assessed_form(people, scheme, customer, told.explained),
                result_table(people, scheme, customer, told.explained),
            ]
        if scheme.indicators:
            blocks.append(blank_form(people, scheme))
        blocks.append(_assessments(people, scheme))
    if "receivables" in people.run.facts:
        blocks += _warnings(people, scheme)
    if not blocks:
        return None
    return Section(
        "credit",
        Text("Credit assessment and arrears", "信用评估与欠款预警"),
        Text("6 Credit", "6 信用"),
        None,
        tuple(blocks),
    )


def _assessments(people: Population, scheme: Scheme) -> Table:
    """Return the rated customers: who owes most first, with what the grade gives."""
    people.engine.run(_RATED, [scheme.id, LISTED])
    try:
        listed = people.rows("FROM report_rated ORDER BY open_amount DESC, customer_id")
        amounts: dict[tuple[str, str], Decimal] = {
            (owner, term): amount
            for owner, term, amount in people.rows(
                """
                SELECT customer_id, id, amount
                FROM report_outcomes SEMI JOIN report_rated USING (customer_id)
                WHERE scheme = ? AND kind = 'term'""",
                [scheme.id],
            )
        }
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_rated")
    columns = (
        Column("customer_id", Text("Customer id", "客户编号")),
        Column("name", Text("Name", "客户名称")),
        Column("owner", Text("Owner", "负责人")),
        Column("grade", Text("Grade", "等级"), "grade"),
        Column("score", Text("Score", "得分"), "number"),
        *(Column(f"term_{t.id}", t.name, _KINDS.get(t.unit, "number")) for t in scheme.terms),
        Column("strategy", Text("Strategy", "策略")),
        Column("open", Text("Owes now", "应收余额"), "money"),
        Column("overdue", Text("Overdue", "逾期金额"), "money"),
        Column("recorded", Text("Limit recorded", "现有额度"), "money"),
        Column("used", Text("Limit used", "额度使用率"), "percent"),
        Column("valid_until", Text("Valid until", "有效期至"), "date"),
    )
    rows = []
    for owner, name, manager, code, score, recorded, open_amount, overdue in listed:
        grade = scheme.grade(code)
        terms = [_term(term, code, amounts.get((owner, term.id))) for term in scheme.terms]
        strategy = STRATEGIES[grade.strategy] if grade and grade.strategy else None
        cells: tuple[Cell, ...] = (
            owner,
            name,
            manager,
            people.mark(scheme, code, None),
            score,
            *terms,
            strategy,
            open_amount,
            overdue,
            recorded,
            _used(open_amount, recorded),
            valid_until(scheme, code, people.run.as_of),
        )
        rows.append(Row(cells))
    return Table(
        "credit_assessments",
        Text("Table 6 Credit assessments", "表 6 客户信用评估汇总"),
        columns,
        tuple(rows),
        note=Text(
            "The rated customers that owe most, up to {n}; all are in grades.parquet. Terms are"
            " those of the grade; the recorded limit is the one in the customer's record.",
            "按应收余额排列，最多 {n} 户；全部等级见 grades.parquet。交易条件按等级给出，"
            "现有额度取自客户资料。",
        ).filled(n=f"{LISTED:,}"),
        particulars=people.particulars,
        filterable=True,
        html_rows=_PAGE_ROWS,
        draws_on=scheme_sources(people.run.standard, scheme)
        | {"customers.name", "customers.credit_limit", "receivables", "payments"},
    )


def _term(term: Term, grade: str, amount: Decimal | None) -> Cell:
    value = for_grade(term.values, grade)
    return value if isinstance(value, Text) else amount


def valid_until(scheme: Scheme, grade: str, as_of: date) -> date | None:
    """Return the day by which a grade is reviewed; None where the standard does not say."""
    control = scheme.control
    months = None if control is None else for_grade(control.review_months, grade)
    return None if months is None else months_before(as_of, -months)


def _warnings(people: Population, scheme: Scheme | None) -> Sequence[Block]:
    name = SCHEME if scheme is None else scheme.id
    found = people.rows(_ARREARS, [name, name, LISTED])
    if not found:
        return (Prose((Text("Nothing is overdue.", "没有逾期欠款。"),), "say"),)
    rows = [Row(_warning(people, scheme, *line)) for line in found]
    return (
        Table(
            "arrears",
            Text("Arrears", "欠款预警"),
            (
                Column("customer_id", Text("Customer id", "客户编号")),
                Column("name", Text("Name", "客户名称")),
                Column("owner", Text("Owner", "负责人")),
                Column("overdue", Text("Overdue", "逾期金额"), "money"),
                Column("invoices", Text("Invoices", "发票数"), "number"),
                Column("days", Text("Most days late", "最长逾期天数"), "number"),
                Column("since", Text("Since", "起始日"), "date"),
                Column("disputed", Text("Disputed", "争议发票"), "number"),
                Column("grade", Text("Credit grade", "信用等级"), "grade"),
                Column("limit", Text("Limit", "信用额度"), "money"),
                Column("used", Text("Limit used", "额度使用率"), "percent"),
            ),
            tuple(rows),
            note=Text(
                "Who owes most past due comes first, up to {n}. Days run from the oldest due date"
                " that is still open. The limit is the recorded one, else that of the grade.",
                "按逾期金额排列，最多 {n} 户。天数自最早未结清的到期日起算；额度取客户资料中的"
                "现有额度，没有时取等级给出的额度。",
            ).filled(n=f"{LISTED:,}"),
            particulars=people.particulars,
            filterable=True,
            html_rows=_PAGE_ROWS,
            draws_on=frozenset(
                {"receivables", "payments", "customers.name", "customers.credit_limit"}
            ),
        ),
    )


def _warning(people: Population, scheme: Scheme | None, *line: Any) -> tuple[Cell, ...]:
    *who, overdue, invoices, days, since, disputed, recorded, owing, grade, reason, given = line
    mark: Cell = None
    if scheme is not None:
        mark = people.mark(scheme, grade, reason)
    limit = given if recorded is None else recorded
    return (*who, overdue, invoices, days, since, disputed, mark, limit, _used(owing, limit))


def _used(owing: Decimal, limit: Decimal | None) -> Decimal | None:
    """Return the part of a limit that is used; None without a limit above zero."""
    if limit is None or limit <= 0:
        return None
    return share(max(owing, Decimal(0)), limit)
