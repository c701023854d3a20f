"""Product-type sales: by category, and by tier where products were imported with one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, share
from kefen.reports.crossing import SHOWN, UNKNOWN
from kefen.reports.tables import Column, Flow, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kefen.reports.crossing import Bases
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell

TIERS: dict[int, Text] = {
    1: Text("High end", "高端"),
    2: Text("Middle", "中端"),
    3: Text("Low end", "低端"),
}
"""The tiers of products by their number in `report_lines`."""

_NONE = 0
"""The number of what has no type."""

_TYPES_ACROSS = 6
"""How many types have a column of their own in the table by region."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to tell types of products apart.

    Attributes:
        id: The name of its tables.
        by_tier: Whether by tier, else by category.
        heading: What a type is called.
        by_value: The title of the table by value.
        by_region: The title of the table by region.
        source: The contract column that it comes from.
    """

    id: str
    by_tier: bool
    heading: Text
    by_value: Text
    by_region: Text
    source: str


_BY_CATEGORY = _Way(
    "products",
    False,
    Text("Product type", "产品类别"),
    Text("Product types by value of the customer", "产品类别 × 客户价值"),
    Text("Product types by region", "产品类别 × 地区"),
    "orders.category",
)
_BY_TIER = _Way(
    "tiers",
    True,
    Text("Product tier", "产品档次"),
    Text("Product tiers by value of the customer", "产品档次 × 客户价值"),
    Text("Product tiers by region", "产品档次 × 地区"),
    "products.tier",
)


@dataclass(slots=True)
class _Sums:
    """Sales and margin of one type, or of several together."""

    sales: Decimal = Decimal(0)
    before: Decimal = Decimal(0)
    margin: Decimal | None = None
    by_value: dict[str | None, Decimal] = field(default_factory=dict)

    def add(self, other: _Sums) -> None:
        """Add the sums of another type."""
        self.sales += other.sales
        self.before += other.before
        if other.margin is not None:
            self.margin = other.margin + (self.margin or 0)
        for value, amount in other.by_value.items():
            self.by_value[value] = self.by_value.get(value, Decimal(0)) + amount


@dataclass(frozen=True, slots=True)
class _Group:
    """The types that share a row or a column."""

    name: Cell
    types: tuple[int, ...]

    @property
    def unknown(self) -> bool:
        """Return whether it holds what has no type."""
        return self.types == (_NONE,)


def product_tables(people: Population, bases: Bases) -> tuple[Table, ...]:
    """Return the sales of each type by value and by region, for category and for tier."""
    ways = [way for way, there in ((_BY_CATEGORY, bases.category), (_BY_TIER, bases.tier)) if there]
    tables: list[Table] = []
    with _trade(people):
        for way in ways:
            held = _measure(people, way)
            groups = _in_groups(people, way, held)
            tables.append(_by_value(people, bases, way, held, groups))
            if bases.region is not None and groups:
                tables.append(_by_region(people, bases.region, way, held, groups))
    return tuple(tables)


@contextmanager
def _trade(people: Population) -> Iterator[None]:
    """Go over the lines once for all tables of product types."""
    people.engine.run("""
        CREATE OR REPLACE TEMP TABLE report_trade AS
        SELECT coalesce(l.category, 0) AS category, coalesce(l.tier, 0) AS tier,
               c.value, c.region, l.period > months AS now,
               sum(l.amount) AS sales, sum(l.amount - l.cost) AS margin
        FROM report_lines l JOIN report_classes c USING (key) CROSS JOIN report_dates
        GROUP BY ALL""")
    try:
        yield
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_trade")


def _measure(people: Population, way: _Way) -> dict[int, _Sums]:
    held: dict[int, _Sums] = {}
    for number, value, sales, before, margin in people.rows(
        """
        SELECT CASE WHEN ? THEN tier ELSE category END AS type, value,
               coalesce(sum(sales) FILTER (WHERE now), 0),
               coalesce(sum(sales) FILTER (WHERE NOT now), 0),
               sum(margin) FILTER (WHERE now)
        FROM report_trade GROUP BY ALL ORDER BY ALL""",
        [way.by_tier],
    ):
        held.setdefault(number, _Sums()).add(_Sums(sales, before, margin, {value: sales}))
    return held


def _in_groups(people: Population, way: _Way, held: Mapping[int, _Sums]) -> list[_Group]:
    """Return the types that are shown, largest sales first, tiers from the high end down."""
    groups: list[_Group]
    if way.by_tier:
        groups = [_Group(name, (number,)) for number, name in TIERS.items() if number in held]
    else:
        names: dict[int, str] = dict(people.rows("SELECT number, category FROM report_categories"))
        known = sorted(
            (number for number in held if number != _NONE),
            key=lambda number: (-held[number].sales, names[number]),
        )
        groups = [_Group(names[number], (number,)) for number in known[:SHOWN]]
        rest = tuple(known[SHOWN:])
        if rest:
            words = Text("{n} further {n:type|types}", "其余 {n} 类").filled(n=len(rest))
            groups.append(_Group(words, rest))
    if _NONE in held:
        groups.append(_Group(UNKNOWN, (_NONE,)))
    return groups


def _together(held: Mapping[int, _Sums], types: Sequence[int]) -> _Sums:
    sums = _Sums()
    for number in types:
        sums.add(held[number])
    return sums


# Each shown type is one bit, so that the types a customer buys are gathered in one number.
_CUSTOMERS = """
WITH bits AS (
  SELECT unnest($1::INTEGER[]) AS number, unnest(range(len($1::INTEGER[])))::INTEGER AS bit
), bought AS (
  SELECT key, bit_or(1::BIGINT << bit) AS types
  FROM report_lines
  JOIN bits ON number = coalesce(CASE WHEN $2 THEN tier ELSE category END, 0)
  CROSS JOIN report_dates
  WHERE period > months
  GROUP BY key
), alike AS (
  SELECT types, count(*) AS people FROM bought GROUP BY types
)
SELECT number, coalesce(sum(people) FILTER (WHERE types & (1::BIGINT << bit) <> 0), 0)::BIGINT
FROM bits CROSS JOIN alike GROUP BY number"""

_UNKNOWN_SALES = """
SELECT coalesce(sum(amount), 0) FROM report_lines CROSS JOIN report_dates
WHERE period > months AND CASE WHEN ? THEN tier ELSE category END IS NULL"""


def _by_value(
    people: Population,
    bases: Bases,
    way: _Way,
    held: Mapping[int, _Sums],
    groups: Sequence[_Group],
) -> Table:
    grades = bases.value.classes if bases.value else ()
    totals = people.totals
    counted = [group.types[0] for group in groups if len(group.types) == 1]
    customers: dict[int, int] = dict(people.rows(_CUSTOMERS, [counted, way.by_tier]))

    def cells(name: Cell, buyers: int | None, sums: _Sums) -> tuple[Cell, ...]:
        shown = [sums.by_value.get(grade.id, Decimal(0)) for grade in grades]
        return (
            name,
            buyers,
            sums.sales,
            share(sums.sales, totals.sales),
            growth(sums.sales, sums.before),
            sums.margin,
            share(sums.margin, totals.margin),
            *shown,
            sum(sums.by_value.values(), Decimal(0)) - sum(shown, Decimal(0)),
        )

    rows = tuple(
        Row(
            cells(
                group.name,
                customers.get(group.types[0], 0) if len(group.types) == 1 else None,
                _together(held, group.types),
            ),
            unknown=group.unknown,
        )
        for group in groups
    )
    total = list(cells(Text("Total", "合计"), None, _together(held, list(held))))
    total[2], total[5] = totals.sales, totals.margin
    classes = tuple(f"class_{grade.id}" for grade in grades)
    ((unknown,),) = people.rows(_UNKNOWN_SALES, [way.by_tier])
    return Table(
        way.id,
        way.by_value,
        (
            Column("product", way.heading),
            Column("customers", Text("Customers", "客户数"), "number"),
            Column("sales", Text("Sales", "销售额"), "money"),
            Column("share", Text("Sales %", "销售额占比"), "percent", bar=True),
            Column("growth", Text("Growth", "增长率"), "percent"),
            Column("margin", Text("Margin", "毛利"), "money"),
            Column("margin_share", Text("Margin %", "毛利占比"), "percent"),
            *(
                Column(
                    f"class_{grade.id}",
                    Text("Sales to {grade}", "销往{grade}").filled(
                        grade=Text.same(grade.id) if len(grade.id) <= 2 else grade.name
                    ),
                    "money",
                )
                for grade in grades
            ),
            Column("not_graded", Text("Sales to the others", "销往其他客户"), "money"),
        ),
        rows,
        Row(tuple(total)),
        note=Text(
            "A customer that buys several types counts in each, so customers do not add up.",
            "购买多类产品的客户在各类分别计数，客户数不可相加。",
        ),
        reconciliation=(
            PartsEqualTotal(("sales", "margin", *classes, "not_graded")),
            Flow("not_graded", classes, (), "sales"),
            UnknownHolds("sales", unknown),
        ),
        particulars=people.particulars,
        draws_on=frozenset({way.source, "orders.amount", "orders.cost"}),
    )


def _by_region(
    people: Population,
    level: str,
    way: _Way,
    held: Mapping[int, _Sums],
    groups: Sequence[_Group],
) -> Table:
    across = _columns(groups)
    found: dict[str | None, dict[int, Decimal]] = {}
    for region, number, sales in people.rows(
        """
        SELECT region, CASE WHEN ? THEN tier ELSE category END AS type, sum(sales)
        FROM report_trade WHERE now GROUP BY ALL ORDER BY ALL""",
        [way.by_tier],
    ):
        found.setdefault(region, {})[number] = sales
    regions = sorted(
        (region for region in found if region is not None),
        key=lambda region: (-sum(found[region].values()), region),
    )
    shown: list[tuple[Cell, list[str | None]]] = [(name, [name]) for name in regions[:SHOWN]]
    rest: list[str | None] = list(regions[SHOWN:])
    if rest:
        shown.append(
            (Text("{n} further {n:region|regions}", "其余 {n} 个地区").filled(n=len(rest)), rest)
        )
    if None in found:
        shown.append((UNKNOWN, [None]))

    def row(name: Cell, places: Sequence[str | None]) -> Row:
        amounts = [
            sum(
                (found[p].get(number, Decimal(0)) for p in places for number in group.types),
                Decimal(0),
            )
            for group in across
        ]
        sales = sum((sum(found[p].values(), Decimal(0)) for p in places), Decimal(0))
        return Row(
            (name, *amounts, sales, share(sales, people.totals.sales)),
            unknown=list(places) == [None],
        )

    ((unknown,),) = people.rows("""
        SELECT coalesce(sum(amount), 0) FROM report_lines JOIN report_classes USING (key)
        CROSS JOIN report_dates WHERE period > months AND region IS NULL""")
    names = tuple(f"type_{index}" for index in range(len(across)))
    total = (
        Text("Total", "合计"),
        *(_together(held, group.types).sales for group in across),
        people.totals.sales,
        share(people.totals.sales, people.totals.sales),
    )
    return Table(
        f"{way.id}_regions",
        way.by_region,
        (
            Column("region", Text("Region", "地区")),
            *(
                Column(name, _heading(group.name), "money")
                for name, group in zip(names, across, strict=True)
            ),
            Column("sales", Text("Sales", "销售额"), "money"),
            Column("share", Text("Sales %", "销售额占比"), "percent", bar=True),
        ),
        tuple(row(name, places) for name, places in shown),
        Row(total),
        reconciliation=(
            PartsEqualTotal((*names, "sales")),
            Flow(names[0], names[1:], (), "sales"),
            UnknownHolds("sales", unknown),
        ),
        particulars=people.particulars,
        draws_on=frozenset({way.source, "orders.amount", f"customers.{level}"}),
    )


def _columns(groups: Sequence[_Group]) -> list[_Group]:
    """Return the types that have a column: the first, the others together, those unknown."""
    known = [group for group in groups if not group.unknown]
    rest = tuple(number for group in known[_TYPES_ACROSS:] for number in group.types)
    others = [_Group(Text("Other types", "其他类别"), rest)] if rest else []
    return [*known[:_TYPES_ACROSS], *others, *(group for group in groups if group.unknown)]


def _heading(name: Cell) -> Text:
    return name if isinstance(name, Text) else Text.same(str(name))
