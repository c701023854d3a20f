"""Reading how an indicator's value becomes points: ranks, bands, tables of bands, formulas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.clauses import UNKNOWN, read_clause
from kefen.standards.document import Mapping, Node, Scalar, Sequence
from kefen.standards.model import Band, Bands, Formula, OfBest, Position, Tiles

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.expressions.units import Unit
    from kefen.standards.model import Better, Place, Scoring
    from kefen.standards.reading import Reading

TILES = {"halves": 2, "thirds": 3, "quarters": 4, "fifths": 5, "tenths": 10}
"""Scorings by rank, by the number of parts."""
SCORINGS = (*TILES, "position", "of_best", "bands", "points")
"""The ways of an indicator to score; it has exactly one of them."""
BETTER = {"higher is better": "higher", "lower is better": "lower"}
"""What a scoring by rank says."""
MOST_BANDS = 30
MOST_TABLES = 60
_INDICATOR = Text("an indicator", "指标项")
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Scored:
    """The value of an indicator, and the names its scoring may use.

    Attributes:
        words: The value as it is written.
        type: Its type.
        unit: Its unit.
        types: The names usable beside it.
    """

    words: str
    type: ValueType
    unit: Unit
    types: dict[str, ValueType]


def read_scoring(
    reading: Reading, node: Mapping, place: Place, scored: Scored
) -> tuple[Scoring, Better | None] | None:
    """Return how points arise and which values are better, or None after noting why not.

    Args:
        reading: Where problems are noted.
        node: The indicator.
        place: Where its id stands.
        scored: Its value.
    """
    ways = [way for way in SCORINGS if way in node.entries]
    if len(ways) != 1:
        reading.problem(
            place,
            Text("an indicator has exactly one of {w}", "指标项须且只能有一种计分方式：{w}").filled(
                w=", ".join(SCORINGS)
            ),
            Text("Add or remove one.", "请增减至一种。"),
        )
        return None
    way = ways[0]
    if way != "bands" and "by" in node.entries:
        reading.problem(
            node.key_places["by"],
            Text("“by” chooses among tables of bands", "“by”用于在多张分档表中选择"),
            Text("Remove it, or write “bands”.", "请删除，或改用“bands”。"),
        )
    if way in ("bands", "points"):
        better = _better(reading, node)
        scoring = (
            _bands(reading, node, scored) if way == "bands" else _formula(reading, node, scored)
        )
        return (scoring, better) if scoring is not None else None
    return _by_rank(reading, node, way, scored)


def _better(reading: Reading, node: Mapping) -> Better | None:
    child = reading.scalar(node, "better", _INDICATOR)
    if child is None:
        return None
    return cast(
        "Better | None", reading.choice(child, ("higher", "lower"), Text("“better”", "“better”"))
    )


def _by_rank(
    reading: Reading, node: Mapping, way: str, scored: Scored
) -> tuple[Scoring, Better] | None:
    child = reading.scalar(node, way, _INDICATOR)
    if child is None:
        return None
    if "better" in node.entries:
        reading.problem(
            node.key_places["better"],
            Text("“{w}” says already what is better", "“{w}”已说明何者为佳").filled(w=way),
            Text("Remove “better”.", "请删除“better”。"),
        )
    if not scored.type.is_number and scored.type is not ValueType.UNKNOWN:
        reading.problem(
            node.entries["value"].place if "value" in node.entries else child.place,
            Text(
                "this gives {f}, and only numbers are ranked", "结果是{f}，只有数值可以排序"
            ).filled(f=scored.type.label),
            Text(
                "Use a number, or “bands” such as “= 'retail': 5”.",
                "请用数值，或用“= 'retail': 5”这样的“bands”。",
            ),
        )
        return None
    words = reading.choice(child, tuple(BETTER), Text("“{w}”", "“{w}”").filled(w=way))
    better = cast("Better", BETTER.get(words or "", "higher"))
    if way == "position":
        return Position(better), better
    if way == "of_best":
        if better == "lower":
            reading.problem(
                child.place,
                Text(
                    "“of_best” is a part of the largest value: higher is better",
                    "“of_best”按最大值的比例计分：越高越好",
                ),
                Text(
                    "Write “higher is better”; where lower is better, write “points”, such as "
                    "“1 - value / largest_value” with a learned value.",
                    "请写“higher is better”；若越低越好，请用“points”，"
                    "例如借助标定值写“1 - value / largest_value”。",
                ),
            )
        return OfBest(better), better
    return Tiles(TILES[way], better), better


def _formula(reading: Reading, node: Mapping, scored: Scored) -> Formula | None:
    child = reading.scalar(node, "points", _INDICATOR)
    if child is None:
        return None
    types = {**scored.types, "value": scored.type}
    read = reading.expression(child, types, _NUMBERS, {"value": scored.unit})
    return Formula(read[0]) if read is not None else None


# --- bands ------------------------------------------------------------------------------------


def _bands(reading: Reading, node: Mapping, scored: Scored) -> Bands | None:
    child = node.entries["bands"]
    by_node = reading.scalar(node, "by", _INDICATOR)
    if "by" not in node.entries:
        if isinstance(child, Mapping):
            reading.problem(
                child.place,
                Text("bands by name need “by”", "按取值分列的分档需要“by”"),
                Text(
                    "Add “by: ...” that chooses a table, or write a list: "
                    "[“>= 60: 30”, “else: 0”].",
                    "请补上用来选表的“by: ...”，或写成列表：[“>= 60: 30”, “else: 0”]。",
                ),
            )
            return None
        return Bands(_band_list(reading, child, scored))
    if not isinstance(child, Mapping):
        reading.problem(
            child.place,
            Text("with “by”, each value has its own bands", "有“by”时，每个取值各有一组分档"),
            Text(
                "Write “retail: [...]”, “else: [...]” below “bands”.",
                "请在“bands”之下写“retail: [...]”“else: [...]”。",
            ),
        )
        return None
    tables: list[tuple[str | None, tuple[Band, ...]]] = []
    for key, table in child:
        if not isinstance(table, Sequence):
            reading.problem(
                table.place,
                Text("the table of “{k}” is no list of bands", "“{k}”的表不是分档列表").filled(
                    k=key
                ),
                Text("Write [“>= 60: 30”, “else: 0”].", "请写成 [“>= 60: 30”, “else: 0”]。"),
            )
            continue
        tables.append((None if key == "else" else key, _band_list(reading, table, scored)))
    reading.at_most(len(tables), MOST_TABLES, child.place, Text("tables", "分档表"))
    read = reading.expression(by_node, scored.types, (ValueType.TEXT,)) if by_node else None
    return Bands((), read[0], tuple(tables)) if read is not None else None


def _band_list(reading: Reading, node: Node, scored: Scored) -> tuple[Band, ...]:
    bands: list[Band] = []
    ended = False
    items = _band_items(reading, node)
    for clause, points in items:
        if ended and clause.text.strip() != UNKNOWN:
            reading.problem(
                clause.place,
                Text("bands after “else” are never reached", "“else”之后的分档永远达不到"),
                Text("Put “else” last.", "请把“else”放在最后。"),
            )
        ended = ended or clause.text.strip() == "else"
        number: Decimal = reading.number(points, Text("points", "分值"))
        read = read_clause(reading, clause, scored.words, scored.types)
        if read is not None:
            bands.append(Band(read.condition, number, clause.place))
    reading.at_most(len(items), MOST_BANDS, node.place, Text("bands", "分档"))
    # `else` is everything known, so what is unknown may stand after it.
    return tuple(sorted(bands, key=lambda band: band.condition is None))


def _band_items(reading: Reading, node: Node) -> list[tuple[Scalar, Scalar]]:
    """Return (clause, points) of each band; `else: 0` without quotes is a mapping to YAML."""
    found: list[tuple[Scalar, Scalar]] = []
    members = node.items if isinstance(node, Sequence) else (node,)
    for member in members:
        if isinstance(member, Scalar) and ":" in member.text:
            clause, _, points = member.text.rpartition(":")
            found.append(
                (
                    Scalar(clause, member.place, member.quoted),
                    Scalar(points.strip(), member.place, quoted=False),
                )
            )
            continue
        if isinstance(member, Mapping) and len(member.entries) == 1:
            ((key, value),) = member
            if isinstance(value, Scalar):
                found.append((Scalar(key, member.key_places[key], quoted=False), value))
                continue
        reading.problem(
            member.place,
            Text("this is not a band", "这不是一个分档"),
            Text(
                "A band is a condition, a colon and its points: “>= 60: 30”.",
                "分档由条件、冒号与分值组成：“>= 60: 30”。",
            ),
        )
    if not members:
        reading.problem(
            node.place,
            Text("there are no bands", "没有分档"),
            Text("Write [“>= 60: 30”, “else: 0”].", "请写成 [“>= 60: 30”, “else: 0”]。"),
        )
    return found
