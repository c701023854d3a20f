"""Effect: what each grade contributes, what it costs, and what a dated change in service did.

What happens before and after beside each other shows no cause: only where some customers of the
same grades were left as they were does a comparison tell what the change did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import months_before, months_between
from kefen.domain.text import Text
from kefen.expressions.sql import literal
from kefen.grading.evaluation.change import Change, judge_change
from kefen.grading.evaluation.figures import estimate_as_dict, short
from kefen.grading.evaluation.following import FOLLOWED, GRADES
from kefen.methods.intervals import Estimate, mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme

_SERVING = ("service", "retention", "marketing")
_KEEPING = ("retention",)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What the customers of one class gave and cost, before and after.

    Attributes:
        grade: The class's code.
        name: Its name.
        tone: Its colour.
        customers: How many they are.
        sales: Before and after.
        profit: Of lines whose cost is known, before and after; None without any.
        change: The average change of sales of one customer.
        cost: What serving them cost in the following period; None where costs name no customers.
        contacts: How many interactions and cases they had in it; None where neither is imported.
    """

    grade: str
    name: Text
    tone: str | None
    customers: int
    sales: tuple[Decimal, Decimal]
    profit: tuple[Decimal, Decimal] | None
    change: Estimate | None
    cost: Decimal | None
    contacts: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "grade": self.grade,
            "name": self.name.as_dict(),
            "customers": self.customers,
            "sales_before": str(self.sales[0]),
            "sales_after": str(self.sales[1]),
            "profit_before": None if self.profit is None else str(self.profit[0]),
            "profit_after": None if self.profit is None else str(self.profit[1]),
            "change_per_customer": estimate_as_dict(self.change),
            "cost_to_serve": None if self.cost is None else str(self.cost),
            "contacts": self.contacts,
        }


@dataclass(frozen=True, slots=True)
class WinAndKeep:
    """What it cost to win a customer and to keep one, in the following period.

    Attributes:
        won: Customers who bought for the first time.
        kept: Customers who bought before and again.
        winning: What was spent on winning; None where no such cost is recorded.
        keeping: What was spent on retention; None likewise.
    """

    won: int
    kept: int
    winning: Decimal | None
    keeping: Decimal | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "won": self.won,
            "kept": self.kept,
            "cost_of_winning": None if self.winning is None else str(self.winning),
            "cost_of_keeping": None if self.keeping is None else str(self.keeping),
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """What the grading did for the business, as far as that can be seen.

    Attributes:
        scheme: The scheme whose classes are told apart.
        classes: What each class contributed.
        newcomers: Sales in the following period of customers that were not there at the date.
        market: The company's sales over the market's, before and after; None without `markets`.
        costs: Cost to win against cost to keep; None without `costs`.
        change: What a dated change did; None where none was named.
        unjudged: What cannot be told, and why.
        judgement: What it comes to, in a sentence.
    """

    scheme: Scheme
    classes: tuple[Contribution, ...]
    newcomers: Decimal
    market: tuple[float | None, float | None] | None
    costs: WinAndKeep | None
    change: Change | None
    unjudged: tuple[Text, ...]
    judgement: Text

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scheme": self.scheme.id,
            "classes": [one.as_dict() for one in self.classes],
            "sales_of_newcomers": str(self.newcomers),
            "market_share": None
            if self.market is None
            else [None if one is None else short(one) for one in self.market],
            "winning_and_keeping": None if self.costs is None else self.costs.as_dict(),
            "change": None if self.change is None else self.change.as_dict(),
            "unjudged": [one.as_dict() for one in self.unjudged],
            "judgement": self.judgement.as_dict(),
        }


def judge_effect(
    dataset: Dataset,
    scheme: Scheme,
    period: Period,
    changed: tuple[date, Collection[str]] | None,
    known_until: date,
) -> Effect:
    """Return what the grading did.

    Args:
        dataset: The later data.
        scheme: The scheme whose classes are told apart.
        period: The period that followed.
        changed: The first day of a change in service, and whom it was made for; None: no change.
        known_until: The day up to which what happened is known.
    """
    classes = _contributions(dataset, scheme, period)
    unjudged = []
    if all(one.profit is None for one in classes):
        unjudged.append(
            Text(
                "Profit: no order line in either period has a cost.",
                "利润：两个期间的订单行均无成本。",
            )
        )
    if all(one.cost is None for one in classes):
        unjudged.append(
            Text(
                "Cost to serve by grade: no cost of the period names a customer (table costs).",
                "各等级服务成本：该期间的费用（costs 表）未注明客户。",
            )
        )
    market = _market(dataset, period)
    if market is None:
        unjudged.append(
            Text(
                "Market share: no figures of the market that fill either period (table markets).",
                "市场份额：没有与两个期间相符的市场总量数据（markets 表）。",
            )
        )
    costs = _win_and_keep(dataset, period)
    if costs is None:
        unjudged.append(
            Text(
                "Cost to win against cost to keep: no costs (table costs).",
                "获客成本与留存成本：没有费用数据（costs 表）。",
            )
        )
    change = None
    if changed is None:
        unjudged.append(
            Text(
                "What a change in service did: none was named (--change and --changed).",
                "服务调整的效果：未指明任何调整（--change 与 --changed）。",
            )
        )
    else:
        change = judge_change(dataset, scheme, period, changed, known_until)
    sales = [sum(one.sales[side] for one in classes) for side in (0, 1)]
    known = _sum_of_newcomers(dataset)
    return Effect(
        scheme,
        classes,
        known,
        market,
        costs,
        change,
        tuple(unjudged),
        _judgement(scheme, classes, sales, change),
    )


def _contributions(dataset: Dataset, scheme: Scheme, period: Period) -> tuple[Contribution, ...]:
    engine = dataset.engine
    difference = exp.cast(
        exp.Sub(this=column("value_after"), expression=column("value_before")), "DOUBLE"
    )
    sums = [
        exp.Sum(this=column(name))
        for name in ("value_before", "value_after", "profit_before", "profit_after")
    ]
    extra = _by_customer(dataset, period)
    query = (
        exp.select(
            column("grade"),
            exp.Count(this=exp.Star()),
            *sums,
            exp.Sum(this=difference),
            exp.Sum(this=exp.Mul(this=difference.copy(), expression=difference.copy())),
        )
        .from_(table(GRADES))
        .join(table(FOLLOWED), using=["customer_id"])
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
            column("grade").is_(exp.null()).not_(),
        )
        .group_by(column("grade"))
    )
    for name, relation in extra.items():
        query = query.join(table(relation), using=["customer_id"], join_type="left")
        query = query.select(exp.Sum(this=column(name)))
    found = {row[0]: row[1:] for row in engine.rows(query.sql("duckdb"))}
    names = list(extra)
    result = []
    for grade in scheme.classes:
        if grade.id not in found:
            continue
        count, before, after, gain, gain_after, total, squares, *more = found[grade.id]
        further = dict(zip(names, more, strict=True))
        profit = (
            None
            if gain is None and gain_after is None
            else (Decimal(gain or 0), Decimal(gain_after or 0))
        )
        result.append(
            Contribution(
                grade.id,
                grade.name,
                grade.tone,
                count,
                (before, after),
                profit,
                mean(count, total, squares),
                Decimal(further["cost"] or 0) if "cost" in further else None,
                int(further["contacts"] or 0) if "contacts" in further else None,
            )
        )
    return tuple(result)


def _by_customer(dataset: Dataset, period: Period) -> dict[str, str]:
    """Make the tables of what customers cost and how often they were in touch."""
    engine = dataset.engine
    made: dict[str, str] = {}
    costs = dataset.tables.get("costs")
    if costs is not None and "customer_id" in costs.columns:
        query = (
            exp.select(column("customer_id"), exp.alias_(exp.Sum(this=column("amount")), "cost"))
            .from_(table(costs.relation))
            .where(
                _inside(column("month"), period),
                column("customer_id").is_(exp.null()).not_(),
                column("kind").isin(*_SERVING),
            )
            .group_by(column("customer_id"))
        )
        engine.create("TABLE", "cost by customer", query)
        if engine.rows('SELECT count(*) FROM "cost by customer"')[0][0]:
            made["cost"] = "cost by customer"
    parts = [
        exp.select(column("customer_id"))
        .from_(table(dataset.tables[name].relation))
        .where(_inside(exp.cast(column(day), "DATE"), period))
        for name, day in (("interactions", "at"), ("cases", "opened_at"))
        if name in dataset.tables
    ]
    if parts:
        union: exp.Query = parts[0]
        for further in parts[1:]:
            union = exp.union(union, further, distinct=False)
        query = (
            exp.select(column("customer_id"), exp.alias_(exp.Count(this=exp.Star()), "contacts"))
            .from_(union.subquery("contacts"))
            .group_by(column("customer_id"))
        )
        engine.create("TABLE", "contacts by customer", query)
        made["contacts"] = "contacts by customer"
    return made


def _sum_of_newcomers(dataset: Dataset) -> Decimal:
    """Return what customers bought who were in no run at the as-of date."""
    known = exp.select(column("customer_id")).from_(table(FOLLOWED))
    query = (
        exp.select(exp.func("coalesce", exp.Sum(this=column("value_after")), exp.Literal.number(0)))
        .from_(table("orders to the end by customer"))
        .where(exp.In(this=column("customer_id"), query=known.subquery()).not_())
    )
    found: Decimal = dataset.engine.rows(query.sql("duckdb"))[0][0]
    return found


def _market(dataset: Dataset, period: Period) -> tuple[float | None, float | None] | None:
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
            .where(_between(column("ordered_on"), span))
            .sql("duckdb")
        )[0][0]
        shares.append(float(own or 0) / float(sum(inside)))
    return None if shares == [None, None] else (shares[0], shares[1])


def _span_of(day: date, apart: int, span: tuple[date, date]) -> bool:
    """Return whether the months that a row of the market stands for lie within a span."""
    after = day - timedelta(days=1) if day.day == 1 else months_before(day, apart)
    last = months_before(after, -apart) if day.day == 1 else day
    return after >= span[0] and last <= span[1]


def _win_and_keep(dataset: Dataset, period: Period) -> WinAndKeep | None:
    read = dataset.tables.get("costs")
    if read is None:
        return None
    engine = dataset.engine
    spent = dict(
        engine.rows(
            exp.select(column("kind"), exp.Sum(this=column("amount")))
            .from_(table(read.relation))
            .where(_inside(column("month"), period))
            .group_by(column("kind"))
            .sql("duckdb")
        )
    )
    if not spent:
        return None
    # The orders up to the end know every customer; who has bought before is kept, not won.
    bought = exp.GT(this=column("purchases_after"), expression=exp.Literal.number(0))
    earlier = (
        exp.select(column("customer_id"))
        .from_(table("orders to the date by customer"))
        .where(column("last_on").is_(exp.null()).not_())
    )
    among = exp.In(this=column("customer_id"), query=earlier.subquery())
    counts = []
    for side in (exp.not_(among), among.copy()):
        query = (
            exp.select(exp.Count(this=exp.Star()))
            .from_(table("orders to the end by customer"))
            .where(bought.copy(), side)
        )
        counts.append(int(engine.rows(query.sql("duckdb"))[0][0]))
    keeping = [spent[kind] for kind in _KEEPING if kind in spent]
    return WinAndKeep(
        counts[0], counts[1], spent.get("acquisition"), sum(keeping) if keeping else None
    )


def _inside(day: exp.Expr, period: Period) -> exp.Expr:
    return _between(day, (period.as_of, period.end))


def _between(day: exp.Expr, span: tuple[date, date]) -> exp.Expr:
    return exp.and_(
        exp.GT(this=day, expression=literal(span[0])),
        exp.LTE(this=day.copy(), expression=literal(span[1])),
    )


def _judgement(
    scheme: Scheme,
    classes: Sequence[Contribution],
    sales: Sequence[Any],
    change: Change | None,
) -> Text:
    if change is not None and change.found is not None:
        found = change.found
        words = (
            Text("it raised", "提高了")
            if found.effect.low > 0
            else Text("it lowered", "降低了")
            if found.effect.high < 0
            else Text("it cannot be told from chance: it changed", "与偶然无法区分：变动了")
        )
        doubt = Text("", "")
        if change.parallel is not None and change.parallel.chance <= 0.05:
            doubt = Text(
                ", but both sides went different ways before it already, so do not rely on it",
                "，但两组在此之前走势已不同，不宜采信",
            )
        return Text(
            "The change of {d}, {n} customers against {m}: {w} sales of a customer by {e} "
            "(95 %: {a} to {b}){q}.",
            "{d} 的调整（{n} 个客户，对照 {m} 个）：{w}每个客户的销售额 {e}"
            "（95 % 区间 {a} 至 {b}）{q}。",
        ).filled(
            d=change.on.isoformat(),
            n=f"{found.changed:,}",
            m=f"{found.others:,}",
            w=words,
            e=f"{found.effect.value:,.2f}",
            a=f"{found.effect.low:,.2f}",
            b=f"{found.effect.high:,.2f}",
            q=doubt,
        )
    first = classes[0] if classes else None
    part = f"{float(first.sales[1]) / float(sales[1]) * 100:.1f} %" if first and sales[1] else "–"
    growth = f"{(float(sales[1]) / float(sales[0]) - 1) * 100:+.1f} %" if sales[0] else "–"
    return Text(
        "{s}: {g} gave {p} of the sales of graded customers in the period; they together sold "
        "{c} against the period before, which shows no effect of the grading, for nobody was left "
        "ungraded to compare with.",
        "{s}：{g} 占已评级客户该期销售额的 {p}；全体较上一期间 {c}，"
        "但这不能说明评级的效果，因为没有未评级的客户可作对照。",
    ).filled(s=scheme.name, g="–" if first is None else first.name, p=part, c=growth)
