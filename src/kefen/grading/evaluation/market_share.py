"""The company's sales over the market's, before and after."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import months_before, months_between
from kefen.grading.evaluation.following import within

if TYPE_CHECKING:
    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset


def market_share(dataset: Dataset, period: Period) -> tuple[float | None, float | None] | None:
    """Return the company's sales over the market's: before and after; None where neither is known.

    Rows for the whole market are taken where there are any; else rows by region or category are
    added up. A row counts for the span that ends with its date, or begins with it where that is
    the first of a month, as long as the rows are apart; only spans that rows fill are told.
    """
    read = dataset.tables.get("markets")
    if read is None:
        return None
    engine = dataset.engine
    totals = exp.select(column("period"), exp.Sum(this=column("total"))).from_(table(read.relation))
    parts = [name for name in ("region", "category") if name in read.columns]
    whole = exp.and_(exp.true(), *(column(name).is_(exp.null()) for name in parts))
    grouped = totals.group_by(column("period")).order_by(column("period"))
    rows = engine.rows(grouped.copy().where(whole).sql("duckdb")) or engine.rows(
        grouped.sql("duckdb")
    )
    apart = min((months_between(a[0], b[0]) for a, b in pairwise(rows)), default=0)
    if apart < 1:
        return None
    shares: list[float | None] = []
    for span, view in (
        ((period.before, period.as_of), "orders to the date"),
        ((period.as_of, period.end), "orders to the end"),
    ):
        inside = [total for day, total in rows if _span_of(day, apart, span)]
        if len(inside) * apart != period.months or not sum(inside):
            shares.append(None)
            continue
        own = engine.rows(
            exp.select(exp.Sum(this=column("amount")))
            .from_(table(view))
            .where(within(column("ordered_on"), span))
            .sql("duckdb")
        )[0][0]
        shares.append(float(own or 0) / float(sum(inside)))
    return None if shares == [None, None] else (shares[0], shares[1])


def _span_of(day: date, apart: int, span: tuple[date, date]) -> bool:
    """Return whether the months that a row of the market stands for lie within a span."""
    after = day - timedelta(days=1) if day.day == 1 else months_before(day, apart)
    last = months_before(after, -apart) if day.day == 1 else day
    return after >= span[0] and last <= span[1]
