"""Reading the lines of a score: groups of indicators, their weights and limits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from kefen.domain.decimals import units
from kefen.domain.text import Text
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.expressions.units import unit_of
from kefen.standards.document import Mapping, Scalar, Sequence
from kefen.standards.model import Bands, Formula, Group, Indicator, OfBest, Position
from kefen.standards.naming import name_of, named_parts, nearest, needs_named_values
from kefen.standards.scoring import SCORINGS, Scored, read_scoring
from kefen.standards.weight_source import WEIGHTS_FROM, read_weight_source

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.standards.document import Node
    from kefen.standards.model import IfUnknown, Metric, Place, Scoring
    from kefen.standards.reading import Reading

LIMITS = ("start", "at_most", "at_least")
"""Where points start, and what they are limited to: of a scheme and of a group."""
GROUP_KEYS = ("name", "weight", WEIGHTS_FROM, *LIMITS, "indicators")
INDICATOR_KEYS = (
    *("name", "value", "applies", *SCORINGS, "by", "weight", "out_of"),
    *("at_most", "at_least", "if_unknown", "better"),
)
IF_UNKNOWN = ("left out", "no grade", "zero", "worst")
"""What an unknown value may do, besides a number of points."""
MOST_INDICATORS = 50
_INDICATOR = Text("an indicator", "指标项")
_GROUP = Text("a group", "指标组")


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """The lines of a score.

    Attributes:
        groups: The groups.
        indicators: The indicators, those of groups first.
        names: The ids of all of them, also of those that could not be read.
    """

    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    names: tuple[str, ...]

    @property
    def unread(self) -> frozenset[str]:
        """Return the ids of those that could not be read."""
        read = {group.id for group in self.groups} | {line.id for line in self.indicators}
        return frozenset(self.names) - read


def read_score_sheet(
    reading: Reading, node: Mapping, metrics: dict[str, Metric], types: dict[str, ValueType]
) -> ScoreSheet:
    """Return the groups and indicators of a scheme.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        metrics: The standard's metrics.
        types: The names that indicators may use.
    """
    return _Sheet(reading, metrics, types).read(node)


def read_limits(
    reading: Reading, node: Mapping, what: Text
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Return `start`, `at_most` and `at_least` of a scheme, a group or an indicator."""
    start, most, least = (number_of(reading, node, key, what) for key in LIMITS)
    if most is not None and least is not None and least > most:
        reading.problem(
            node.key_places["at_least"],
            Text(
                "at least {l} and at most {m} cannot both hold",
                "不低于 {l} 与不高于 {m} 不能同时成立",
            ).filled(l=least, m=most),
            Text("Exchange them, or remove one.", "请对调，或删去其一。"),
        )
    return start, most, least


def number_of(reading: Reading, node: Mapping, key: str, what: Text) -> Decimal | None:
    """Return the number under `key`, or None when there is none."""
    child = reading.scalar(node, key, what)
    if child is None:
        return None
    mend = _TWO_STARTS if key == "start" else None
    return reading.number(child, Text("“{k}”", "“{k}”").filled(k=key), mend)


_TWO_STARTS = Text(
    "Write a number; for two starts add an indicator with the difference: "
    '“newcomer: {value: tenure, bands: ["< 12: -20", "else: 0"]}”.',
    "请写一个数；起始分有两种时，请另加一个指标项表示差额："
    '“newcomer: {value: tenure, bands: ["< 12: -20", "else: 0"]}”。',
)


class _Sheet:
    """The reading of one scheme's groups and indicators."""

    def __init__(
        self, reading: Reading, metrics: dict[str, Metric], types: dict[str, ValueType]
    ) -> None:
        self.reading = reading
        self.metrics = metrics
        self.types = types
        # Groups and indicators share their names: `points.ID` is the points of either.
        self.names: list[str] = []

    def read(self, node: Mapping) -> ScoreSheet:
        groups: list[Group] = []
        indicators: list[Indicator] = []
        groups_node = self.reading.mapping(node, "groups")
        for identifier, child, place in named_parts(
            self.reading, groups_node, _GROUP, seen=self.names
        ):
            if not isinstance(child, Mapping):
                needs_named_values(self.reading, identifier, place)
                continue
            group, own = self._group(identifier, child, place)
            groups.append(group)
            indicators.extend(own)
        indicators.extend(self._below(self.reading.mapping(node, "indicators"), None))
        self.reading.at_most(
            len(indicators), MOST_INDICATORS, node.place, Text("indicators", "指标项")
        )
        return ScoreSheet(tuple(groups), tuple(indicators), tuple(self.names))

    def _group(self, identifier: str, node: Mapping, place: Place) -> tuple[Group, list[Indicator]]:
        reading = self.reading
        reading.only_known(node, GROUP_KEYS, _GROUP)
        own_node = reading.mapping(node, "indicators")
        if own_node is None:
            reading.missing(place, "indicators", _GROUP)
        own = self._below(own_node, identifier)
        stated = number_of(reading, node, "weight", _GROUP)
        total = sum(i.weight or 0 for i in own)
        whole = own_node is not None and len(own) == len(own_node.entries)
        if stated is not None and whole and total != units(stated):
            reading.problem(
                node.key_places["weight"],
                Text(
                    "the weights of “{g}” add up to {t}, not to the stated {w}",
                    "“{g}”各项权重合计为 {t}，与所写的 {w} 不符",
                ).filled(g=identifier, t=_plain(total), w=_plain(units(stated))),
                Text("Correct one of them.", "请更正其一。"),
            )
        start, most, least = read_limits(reading, node, _GROUP)
        group = Group(
            id=identifier,
            name=name_of(reading, node, identifier, _GROUP, place),
            weight=total or None,
            place=place,
            start=start,
            at_most=most,
            at_least=least,
            weights_from=read_weight_source(reading, node),
        )
        return group, own

    def _below(self, node: Mapping | None, group: str | None) -> list[Indicator]:
        found = []
        for identifier, child, place in named_parts(
            self.reading, node, _INDICATOR, seen=self.names
        ):
            indicator = self._indicator(identifier, child, place, group)
            if indicator is not None:
                found.append(indicator)
        return found

    def _indicator(
        self, identifier: str, child: Node, place: Place, group: str | None
    ) -> Indicator | None:
        reading = self.reading
        before = len(reading.problems)
        if isinstance(child, Sequence):
            child = Mapping({"bands": child}, {"bands": child.place}, child.place)
        if not isinstance(child, Mapping):
            needs_named_values(reading, identifier, place)
            return None
        reading.only_known(child, INDICATOR_KEYS, _INDICATOR)
        value_node = self._value(identifier, child, place)
        read = reading.expression(value_node, self.types) if value_node is not None else None
        if value_node is None or read is None:
            return None
        value, value_type = read
        unit = unit_of(value, reading.units)
        scored = Scored(value_node.text, value_type, unit, self.types)
        scoring_and_better = read_scoring(reading, child, place, scored)
        applies = self._applies(child)
        if scoring_and_better is None:
            return None
        scoring, better = scoring_and_better
        weight = self._weight(child, scoring, place)
        _, most, least = read_limits(reading, child, _INDICATOR)
        if_unknown, unknown_points = self._if_unknown(child, weight)
        name = self._name_of_metric(value)
        out_of = self._out_of(child, scoring, weight)
        if not reading.is_whole(before):
            return None  # in part it would only lead to more that is wrong with it
        return Indicator(
            id=identifier,
            name=name_of(reading, child, identifier, _INDICATOR, place, otherwise=name),
            value=value,
            scoring=scoring,
            weight=weight,
            group=group,
            better=better,
            place=place,
            out_of=out_of,
            applies=applies,
            at_most=most,
            at_least=least,
            if_unknown=if_unknown,
            unknown_points=unknown_points,
        )

    def _value(self, identifier: str, node: Mapping, place: Place) -> Scalar | None:
        """Return what is scored: the `value`, or the metric that is called like the indicator."""
        if "value" in node.entries:
            return self.reading.scalar(node, "value", _INDICATOR)
        if identifier in self.metrics or identifier in self.reading.broken:
            return Scalar(identifier, place, quoted=False)
        self.reading.problem(
            place,
            Text(
                "“{i}” lacks “value”, and no metric is called so",
                "“{i}”缺少“value”，也没有同名的指标",
            ).filled(i=identifier),
            Text("{n} Or add “value: ...”.", "{n}或补上“value: ...”。").filled(
                n=nearest(identifier, list(self.metrics))
            ),
        )
        return None

    def _name_of_metric(self, value: Expression) -> Text | None:
        """Return the name of the metric that a value is, or None when it is something else."""
        if not isinstance(value, Name):
            return None
        if value.name in self.metrics:
            return self.metrics[value.name].name
        # A metric that could not be read has a name that is not known here, but it has one.
        return Text.same(value.name) if value.name in self.reading.broken else None

    def _applies(self, node: Mapping) -> Expression | None:
        child = self.reading.scalar(node, "applies", _INDICATOR)
        if child is None:
            return None
        read = self.reading.expression(child, self.types, (ValueType.BOOLEAN,))
        return read[0] if read is not None else None

    def _weight(self, node: Mapping, scoring: Scoring, place: Place) -> int | None:
        number = number_of(self.reading, node, "weight", _INDICATOR)
        if number is None and isinstance(scoring, Position | OfBest):
            self.reading.problem(
                place,
                Text(
                    "“position” and “of_best” give a part of a “weight”, and there is none",
                    "“position”和“of_best”按“weight”的比例计分，此处没有权重",
                ),
                Text("Add “weight: 20”, for example.", "例如补上“weight: 20”。"),
            )
        if number is not None and number <= 0:
            self.reading.problem(
                node.entries["weight"].place,
                Text("a weight is above zero", "权重须大于零"),
                Text("Correct or remove it.", "请更正或删除。"),
            )
        return units(number) if number is not None else None

    def _out_of(self, node: Mapping, scoring: Scoring, weight: int | None) -> Decimal | None:
        number = number_of(self.reading, node, "out_of", _INDICATOR)
        if weight is None:
            if number is not None:
                self.reading.problem(
                    node.key_places["out_of"],
                    Text("“out_of” goes with “weight”", "“out_of”与“weight”同用"),
                    Text("Add a weight, or remove it.", "请补上权重，或删除此项。"),
                )
            return None
        if number is not None:
            if number <= 0:
                self.reading.problem(
                    node.entries["out_of"].place,
                    Text("“out_of” is above zero", "“out_of”须大于零"),
                    Text("Write the most points there are.", "请写最高分值。"),
                )
            return number
        if isinstance(scoring, Formula) or (
            isinstance(scoring, Bands)
            and max((b.points for b in scoring.all_bands), default=1) <= 0
        ):
            self.reading.problem(
                node.key_places["weight"],
                Text(
                    "it is not said how many points earn the whole weight",
                    "没有说明多少分可得全部权重",
                ),
                Text("Add “out_of: 100”, for example.", "例如补上“out_of: 100”。"),
            )
        return None

    def _if_unknown(self, node: Mapping, weight: int | None) -> tuple[IfUnknown, Decimal | None]:
        child = self.reading.scalar(node, "if_unknown", _INDICATOR)
        if child is None:
            return ("no grade" if weight is None else "left out"), None
        if child.text[:1] in "+-.0123456789":
            return "points", self.reading.number(child, Text("“if_unknown”", "“if_unknown”"))
        if child.text not in IF_UNKNOWN:
            self.reading.problem(
                child.place,
                Text("“{v}” is not possible for “if_unknown”", "“{v}”不能用于“if_unknown”").filled(
                    v=child.text
                ),
                Text("Use one of: {a}, or a number of points.", "可用：{a}，或一个分值。").filled(
                    a=", ".join(IF_UNKNOWN)
                ),
            )
            return "no grade", None
        if child.text == "left out" and weight is None:
            self.reading.problem(
                child.place,
                Text(
                    "“left out” hands a weight on, and there is none",
                    "“left out”会把权重分给其他项，而此处没有权重",
                ),
                Text(
                    "Write “zero”, “worst”, a number of points or “no grade”.",
                    "请写“zero”“worst”、一个分值或“no grade”。",
                ),
            )
        return cast("IfUnknown", child.text), None


def _plain(ten_thousandths: int) -> str:
    return format((Decimal(ten_thousandths) / 10_000).normalize(), "f")
