"""Which ratings by people are due or overdue, and whose proposed grade differs from theirs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.reviews import (
    STATE_WORDS,
    WHY_WORDS,
    due_reviews,
    review_query,
    schemes_reviewed,
)
from kefen.reports.generated import scheme_sources
from kefen.reports.model import Section
from kefen.reports.tables import Column, PartsEqualTotal, Row, Table

if TYPE_CHECKING:
    from kefen.grading.reviews import DueReview
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme

LISTED = 10_000
_PAGE_ROWS = 50


def reviews_section(people: Population) -> Section | None:
    """Return the due and overdue ratings; None where no scheme follows any."""
    blocks: list[Block] = []
    for scheme in schemes_reviewed(people.run.standard, (s.id for s in people.schemes)):
        rows = people.rows(review_query(scheme, "report_metrics", "report_grades"))
        found = due_reviews(scheme, rows, people.run.as_of)
        blocks += [_counts(people, scheme, found), _list(people, scheme, found)]
    if not blocks:
        return None
    return Section(
        "reviews",
        Text("Ratings due", "评级到期"),
        Text("Ratings due", "评级到期"),
        Text(
            "A run proposes grades; people confirm them. Here is whose confirmation is due.",
            "系统提出等级建议，由人员确认。此处列出应当确认或复评的客户。",
        ),
        tuple(blocks),
    )


def _counts(people: Population, scheme: Scheme, found: tuple[DueReview, ...]) -> Table:
    counts: Counter[tuple[str, str]] = Counter((r.why, r.state) for r in found)
    states = ("overdue", "due", "later", "undated")
    rows = []
    for why, words in WHY_WORDS.items():
        own = [counts[why, state] for state in states]
        rows.append(Row((words, *own, sum(own))))
    total = [sum(counts[why, state] for why in WHY_WORDS) for state in states]
    return Table(
        f"review_counts_{scheme.id}",
        Text("Ratings of {s} by when they are due", "{s}评级到期情况").filled(s=scheme.name),
        (
            Column("why", Text("Why", "原因")),
            *(Column(state, STATE_WORDS[state], "number") for state in states),
            Column("total", Text("Customers", "客户数"), "number"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), *total, len(found))),
        reconciliation=(PartsEqualTotal((*states, "total")),),
        particulars=people.particulars,
        draws_on=scheme_sources(people.run.standard, scheme),
    )


def _list(people: Population, scheme: Scheme, found: tuple[DueReview, ...]) -> Table:
    wanted = [r for r in found if r.state in ("overdue", "due", "undated")][:LISTED]
    names = dict(people.rows("SELECT customer_id, name FROM report_base")) if wanted else {}
    rows = []
    for review in wanted:
        due = review.due
        rows.append(
            Row(
                (
                    review.customer,
                    names.get(review.customer),
                    people.mark(scheme, review.proposed, None),
                    people.mark(scheme, review.rated_as, None)
                    if review.rated_as is not None
                    else None,
                    review.rated,
                    WHY_WORDS[review.why],
                    due,
                    review.days,
                    STATE_WORDS[review.state],
                    Text("holidays not yet announced", "含尚未公布假期的年份")
                    if review.provisional
                    else None,
                )
            )
        )
    return Table(
        f"reviews_{scheme.id}",
        Text("Due and overdue ratings of {s}", "{s}到期与逾期评级清单").filled(s=scheme.name),
        (
            Column("customer_id", Text("Customer id", "客户编号")),
            Column("name", Text("Name", "客户名称")),
            Column("proposed", Text("Proposed", "建议等级"), "grade"),
            Column("rated_as", Text("Confirmed", "已确认等级"), "grade"),
            Column("rated", Text("On", "确认日期"), "date"),
            Column("why", Text("Why", "原因")),
            Column("due", Text("Due", "到期日"), "date"),
            Column("days", Text("Days left", "剩余天数"), "number"),
            Column("state", Text("State", "状态")),
            Column("provisional", Text("Note", "说明")),
        ),
        tuple(rows),
        note=Text(
            "Up to {n} rows, the most overdue first; all: kefen reviews.",
            "最多 {n} 行，逾期最久者在前；全部：kefen reviews。",
        ).filled(n=f"{LISTED:,}"),
        particulars=people.particulars,
        filterable=True,
        html_rows=_PAGE_ROWS,
        draws_on=scheme_sources(people.run.standard, scheme) | {"customers.name"},
    )
