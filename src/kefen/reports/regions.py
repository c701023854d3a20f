"""Standard table 2: where the customers are, down to the city."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, share
from kefen.reports.code_names import place_name
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Flow, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme

_LEVELS = ("country", "region", "city")
_SHOWN = (30, 20, 8)
"""How many places of each level are shown; the others share a row."""


@dataclass(slots=True)
class _Place:
    """What a place holds; its parts are the places within it."""

    name: str | None
    customers: int = 0
    existing: int = 0
    gained: int = 0
    lost: int = 0
    sales: Decimal | None = None
    sales_before: Decimal | None = None
    grades: dict[str | None, int] = field(default_factory=dict)
    owner: str | None = None
    parts: dict[str | None, _Place] = field(default_factory=dict)
    together: int = 0

    def add(self, other: _Place) -> None:
        """Add the counts of another place, not its parts."""
        self.customers += other.customers
        self.existing += other.existing
        self.gained += other.gained
        self.lost += other.lost
        self.sales = _plus(self.sales, other.sales)
        self.sales_before = _plus(self.sales_before, other.sales_before)
        for grade, count in other.grades.items():
            self.grades[grade] = self.grades.get(grade, 0) + count


def _plus(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None or right is None:
        return right if left is None else left
    return left + right


@dataclass(frozen=True, slots=True)
class _Market:
    total: Decimal
    competitor: str | None


def region_section(people: Population, leading: Scheme | None) -> Section:
    """Return the regional distribution: table 2."""
    title = Text("Table 2: regional distribution", "表 2：客户区域分布表")
    levels = [level for level in _LEVELS if people.has_column("customers", level)]
    blocks: list[Block]
    if levels:
        blocks = [_table(people, levels, leading)]
    else:
        blocks = [
            Prose(
                (
                    Text(
                        "No country, region or city was imported: every customer is unknown here."
                        " Map a column to country, region or city to fill this table.",
                        "未导入国家、地区或城市，所有客户的区域均未知。"
                        "请将某一列映射为国家、地区或城市以填写本表。",
                    ),
                ),
                "warn",
            ),
            _table(people, ["region"], leading),
        ]
    return Section(
        "regions",
        title,
        Text("2 Regions", "2 区域分布"),
        Text(
            "Places are those recorded with the customers today; parts of a place stand below it.",
            "区域以客户当前登记的资料为准；下级区域列于上级之下。",
        ),
        tuple(blocks),
    )


def _table(people: Population, levels: Sequence[str], leading: Scheme | None) -> Table:
    root = _tree(people, levels, leading)
    grades = [(grade.id, grade.name) for grade in leading.classes] if leading else []
    markets = _markets(people)
    totals = people.totals
    columns = (
        Column("place", Text("Region", "区域")),
        Column("customers", Text("Customers", "客户数"), "number"),
        Column("existing", Text("Existing", "现有客户"), "number"),
        Column("prospects", Text("Prospects", "潜在客户"), "number"),
        *(
            Column(f"grade_{grade}", Text.same(grade) if len(grade) <= 2 else name, "number")
            for grade, name in grades
        ),
        *((Column("not_graded", Text("Not graded", "未评级"), "number"),) if leading else ()),
        Column("sales_before", Text("Sales, year before", "上年销售额"), "money"),
        Column("sales", Text("Sales, this year", "本年销售额"), "money"),
        Column("sales_share", Text("Sales %", "销售额占比"), "percent", bar=True),
        Column("growth", Text("Growth", "增长率"), "percent"),
        Column("market", Text("Market share", "市场份额"), "percent"),
        Column("competitor", Text("Main competitor", "主要竞争对手")),
        Column("owner", Text("Owner (+ others)", "负责人（+ 其他）")),
        Column("gained", Text("Gained", "新增"), "number"),
        Column("lost", Text("Lost", "流失"), "number"),
    )

    def row(place: _Place, level: int, *, total: bool = False) -> Row:
        market = None
        if not place.together:
            market = markets.get(None if total else place.name) if total or place.name else None
        name: Cell = _named(place.name, levels[level])
        if total:
            name = Text("Total", "合计")
        elif place.together:
            name = Text("{n} further {n:place|places}", "其余 {n} 处").filled(
                n=f"{place.together:,}"
            )
        elif place.name is None:
            name = Text("Unknown", "未知")
        return Row(
            (
                name,
                place.customers,
                place.existing,
                place.customers - place.existing,
                *(place.grades.get(grade, 0) for grade, _ in grades),
                *((place.grades.get(None, 0),) if leading else ()),
                place.sales_before,
                place.sales,
                share(place.sales, totals.sales),
                growth(place.sales, place.sales_before),
                share(place.sales, market.total) if market else None,
                market.competitor if market else None,
                place.owner,
                place.gained,
                place.lost,
            ),
            level=level,
            unknown=not total and not place.together and place.name is None,
        )

    rows = tuple(row(place, level) for place, level in _walk(root, 0))
    counted = (
        "customers",
        "existing",
        "prospects",
        *(f"grade_{grade}" for grade, _ in grades),
        *(("not_graded",) if leading else ()),
        "sales_before",
        "sales",
        "gained",
        "lost",
    )
    ((unknown,),) = people.rows(_UNKNOWN[levels[0]])
    return Table(
        "regions",
        Text("Table 2 Regional distribution", "表 2 客户区域分布表"),
        columns,
        rows,
        row(root, 0, total=True),
        note=_note(people, leading),
        reconciliation=(
            PartsEqualTotal(counted),
            Flow("existing", ("prospects",), (), "customers"),
            *(
                (
                    Flow(
                        "not_graded",
                        tuple(f"grade_{grade}" for grade, _ in grades),
                        (),
                        "customers",
                    ),
                )
                if leading
                else ()
            ),
            UnknownHolds("customers", unknown),
        ),
        particulars=people.particulars,
        draws_on=frozenset(
            {*(f"customers.{level}" for level in levels), "customers.owner", "orders.amount"}
            | {"markets"}
        ),
    )


_UNKNOWN = {
    "country": "SELECT count(*) FROM report_base WHERE country IS NULL",
    "region": "SELECT count(*) FROM report_base WHERE region IS NULL",
    "city": "SELECT count(*) FROM report_base WHERE city IS NULL",
}


def _named(place: str | None, level: str) -> Cell:
    """Return what a place is called: a code of a country or of a province with its name."""
    return None if place is None else place_name(level, place)


def _note(people: Population, leading: Scheme | None) -> Text:
    note = Text(
        "Existing customers have bought by the as-of date; prospects have not. Gained: first"
        " purchase in the period. Lost: bought in {before}, not in the period.",
        "现有客户指截止日前已有购买者，其余为潜在客户。新增：首次购买在本期。"
        "流失：在 {before} 有购买而本期没有。",
    ).filled(before=people.window_before)
    if leading is None:
        return note
    return Text("{note} Classes of {scheme}.", "{note}等级取自{scheme}。").filled(
        note=note, scheme=leading.name
    )


_PLACES = """
SELECT country, region, city, count(*), count(*) FILTER (WHERE existing),
       count(*) FILTER (WHERE gained), count(*) FILTER (WHERE lost), sum(sales), sum(sales_before)
FROM report_base GROUP BY ALL ORDER BY ALL"""
_GRADES = """
SELECT country, region, city, grade, count(*)
FROM report_base
LEFT JOIN (SELECT customer_id, grade FROM report_grades WHERE scheme = ?) USING (customer_id)
GROUP BY ALL ORDER BY ALL"""
_OWNERS = """
SELECT country, region, city, arg_min(owner, (-customers, owner)), count(*)
FROM (
  SELECT CASE WHEN $1 THEN country END AS country, CASE WHEN $2 THEN region END AS region,
         CASE WHEN $3 THEN city END AS city, owner, count(*) AS customers
  FROM report_base WHERE owner IS NOT NULL GROUP BY ALL
)
GROUP BY ALL"""


def _tree(people: Population, levels: Sequence[str], leading: Scheme | None) -> _Place:
    root = _Place(None)

    def add(names: Sequence[str | None], counted: _Place) -> None:
        values = dict(zip(_LEVELS, names, strict=True))
        place = root
        place.add(counted)
        for level in levels:
            name = values[level]
            place = place.parts.setdefault(name, _Place(name))
            place.add(counted)

    for *names, customers, existing, gained, lost, sales, before in people.rows(_PLACES):
        add(names, _Place(None, customers, existing, gained, lost, sales, before))
    if leading is not None:
        for *names, grade, customers in people.rows(_GRADES, [leading.id]):
            add(names, _Place(None, grades={grade: customers}))
    if people.has_column("customers", "owner"):
        _set_owners(people, levels, root)
    return root


def _set_owners(people: Population, levels: Sequence[str], root: _Place) -> None:
    for depth in range(len(levels) + 1):
        chosen = levels[:depth]
        for *names, owner, owners in people.rows(_OWNERS, [level in chosen for level in _LEVELS]):
            values = dict(zip(_LEVELS, names, strict=True))
            place = root
            for level in chosen:
                place = place.parts[values[level]]
            place.owner = owner if owners == 1 else f"{owner} +{owners - 1}"


def _walk(place: _Place, level: int) -> Iterable[tuple[_Place, int]]:
    known = sorted(
        (part for name, part in place.parts.items() if name is not None),
        key=lambda part: (-(part.sales or 0), -part.customers, part.name or ""),
    )
    shown, rest = known[: _SHOWN[level]], known[_SHOWN[level] :]
    for part in shown:
        yield part, level
        if any(name is not None for name in part.parts):
            yield from _walk(part, level + 1)
    if rest:
        together = _Place(None, together=len(rest))
        for part in rest:
            together.add(part)
        yield together, level
    if None in place.parts:
        yield place.parts[None], level


def _markets(people: Population) -> dict[str | None, _Market]:
    """Return the market of each region in the window; None is the whole market.

    A row that names no category holds a region's whole market; where there is none, the
    categories are added up.
    """
    found: dict[str | None, _Market] = {}
    for region, whole, parts, competitor in people.rows(
        """
        SELECT region, sum(total) FILTER (WHERE category IS NULL), sum(total),
               arg_max(main_competitor, (total, main_competitor))
        FROM report_markets WHERE period > ? AND period <= ?
        GROUP BY region ORDER BY region""",
        [people.start, people.run.as_of],
    ):
        total = whole if whole is not None else parts
        if total is not None and total > 0:
            found[region] = _Market(total, competitor)
    return found
