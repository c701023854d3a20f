"""What it costs to win a customer and to keep one, from the costs that were imported."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.model import Prose
from kefen.reports.tables import Column, PartsEqualTotal, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme

_PLACES = Decimal("0.0001")
_NONE = Decimal(0)
_IN_WINDOW = "month > ? AND month <= ? AND kind IN ('acquisition', 'retention')"
_DRAWS_ON = frozenset({"costs", "orders.ordered_at", "orders.amount"})


def cost_blocks(people: Population, won: int, kept: int, scheme: Scheme | None) -> Iterator[Block]:
    """Yield what winning and keeping cost in the window, together and by grade.

    Args:
        people: The customers.
        won: How many bought for the first time in the window.
        kept: How many had bought in the window before, and bought in it.
        scheme: The scheme by whose grades costs are divided where they name customers.
    """
    if not people.has("costs"):
        yield Prose(
            (
                Text(
                    "What it costs to win and to keep a customer cannot be told: no costs were "
                    "imported (kinds acquisition and retention).",
                    "未导入费用（获客 acquisition、维系 retention），无法给出获客与留客成本。",
                ),
            ),
            "plain",
        )
        return
    spent = dict(
        people.rows(
            f"SELECT kind, sum(amount) FROM report_costs WHERE {_IN_WINDOW} GROUP BY kind",  # noqa: S608
            [people.start, people.run.as_of],
        )
    )
    yield _both(people, spent, won, kept)
    if scheme is not None and people.has_column("costs", "customer_id"):
        yield _by_grade(people, scheme)


def _both(people: Population, spent: dict[str, Decimal], won: int, kept: int) -> Table:
    to_win, to_keep = _each(spent.get("acquisition"), won), _each(spent.get("retention"), kept)
    note = Text(
        "Won: first purchase in the period. Kept: bought in the period before and in this one. "
        "Costs of months in the period; a cost that is not there is not zero but unknown.",
        "获得：期内首次购买。保留：上期与本期均有购买。费用按期内月份计；没有的费用视为未知，不作零。",
    )
    if to_win is not None and to_keep is not None and to_keep > 0:
        times = (to_win / to_keep).quantize(Decimal("0.1"), ROUND_HALF_UP)
        note = Text(
            "Winning a customer costs {t} times as much as keeping one. {n}",
            "获得一位客户的成本是保留一位的 {t} 倍。{n}",
        ).filled(t=times, n=note)
    return Table(
        "costs",
        Text("Table 3.4 Cost to win and cost to keep", "表 3.4 获客成本与留客成本"),
        (
            Column("what", Text("What", "项目")),
            Column("spent", Text("Spent", "费用"), "money"),
            Column("customers", Text("Customers", "客户"), "number"),
            Column("each", Text("For each customer", "每位客户"), "money"),
        ),
        (
            Row((Text("Won", "获得"), spent.get("acquisition"), won, to_win)),
            Row((Text("Kept", "保留"), spent.get("retention"), kept, to_keep)),
        ),
        note=note,
        particulars=people.particulars,
        draws_on=_DRAWS_ON,
    )


def _by_grade(people: Population, scheme: Scheme) -> Table:
    found = people.rows(
        f"""
        SELECT g.customer_id IS NOT NULL, g.grade,
               coalesce(sum(amount) FILTER (WHERE kind = 'acquisition'), 0),
               coalesce(sum(amount) FILTER (WHERE kind = 'retention'), 0),
               count(DISTINCT g.customer_id)
        FROM report_costs AS c LEFT JOIN (
          SELECT customer_id, grade FROM report_grades WHERE scheme = ?
        ) AS g ON g.customer_id = c.customer_id
        WHERE {_IN_WINDOW} GROUP BY ALL""",  # noqa: S608
        [scheme.id, people.start, people.run.as_of],
    )
    by_place = {(named, grade): rest for named, grade, *rest in found}
    codes = [one.id for one in scheme.grades]
    codes += sorted(g for named, g in by_place if named and g is not None and g not in codes)
    rows = []
    for named, grade in [*((True, code) for code in codes), (True, None), (False, None)]:
        if (named, grade) not in by_place:
            continue
        label: Cell = Text("Without a known customer", "无对应客户")
        if named:
            label = people.mark(scheme, grade, None)
        won, kept, customers = by_place[named, grade]
        rows.append(Row((label, won, kept, customers, _each(won + kept, customers))))
    totals = [sum((entry[place] for entry in by_place.values()), _NONE) for place in (0, 1)]
    customers = sum(entry[2] for entry in by_place.values())
    return Table(
        "costs_by_grade",
        Text("Table 3.5 Costs by grade: {s}", "表 3.5 各等级的费用：{s}").filled(s=scheme.name),
        (
            Column("grade", Text("Grade", "等级")),
            Column("acquisition", Text("To win", "获客费用"), "money"),
            Column("retention", Text("To keep", "留客费用"), "money"),
            Column("customers", Text("Customers with a cost", "有费用的客户"), "number"),
            Column("each", Text("For each of them", "每位"), "money"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), *totals, customers, None)),
        reconciliation=(PartsEqualTotal(("acquisition", "retention", "customers")),),
        particulars=people.particulars,
        draws_on=_DRAWS_ON,
    )


def _each(amount: Decimal | None, customers: int) -> Decimal | None:
    """Return an amount for each customer; None when either is not known or nobody is there."""
    if amount is None or not customers:
        return None
    return (amount / customers).quantize(_PLACES, ROUND_HALF_UP)
