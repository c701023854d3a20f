"""Reading the schemes of a standard: who is graded, how points arise, which grade follows."""

from __future__ import annotations

from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, cast

from kefen.domain.decimals import units
from kefen.domain.text import Text
from kefen.expressions.parser import ExpressionError, parse
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType
from kefen.standards.decisions import read_decision
from kefen.standards.document import Mapping, Scalar
from kefen.standards.metrics import RESERVED
from kefen.standards.model import (
    Band,
    Bands,
    CutOffs,
    Grade,
    Group,
    Indicator,
    Learned,
    Position,
    Scheme,
    Tiles,
)
from kefen.standards.reading import IDENTIFIER, Reading

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.standards.model import Better, IfUnknown, LearnedBy, Metric, Scoring, Strategy

TILES = {"halves": 2, "thirds": 3, "quarters": 4, "fifths": 5, "tenths": 10}
_SCORINGS = (*TILES, "position", "bands")
_SCHEME = Text("a scheme", "分类方案")
_INDICATOR = Text("an indicator", "指标项")
_GRADE = Text("a grade", "等级")
_SCHEME_KEYS = {
    "name",
    "question",
    "rationale",
    "among",
    "otherwise",
    "learn",
    "groups",
    "indicators",
    "score",
    "score_text",
    "grade_by",
    "grades",
    "advice",
}
_LEARNS = ("most_common", "largest", "smallest")
MOST_INDICATORS = 50
MOST_BANDS = 30
MOST_GRADES = 30
_TONES = ("S", "A", "B", "C", "D")
_STRATEGIES = ("develop", "keep", "streamline", "leave")
_CONDITION = (ValueType.BOOLEAN,)
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)


def read_schemes(
    reading: Reading, node: Mapping, metrics: dict[str, Metric], reasons: dict[str, Text]
) -> dict[str, Scheme]:
    """Return the schemes of a standard in an order in which they can be graded.

    Problems are noted in `reading`; a scheme with problems is left out.
    """
    children: dict[str, Mapping] = {}
    for identifier, child in node:
        if (
            not IDENTIFIER.fullmatch(identifier)
            or identifier in RESERVED
            or not isinstance(child, Mapping)
        ):
            reading.problem(
                node.key_places[identifier],
                Text("“{n}” cannot name a scheme", "“{n}”不能作为方案名").filled(n=identifier),
                Text(
                    "Use letters, digits and _, and indent the scheme's values below it.",
                    "请用字母、数字和下划线，并在其下缩进书写各项。",
                ),
            )
            continue
        if reading.unlike(identifier, node.key_places[identifier], children):
            children[identifier] = child
    schemes: dict[str, Scheme] = {}
    for identifier in _grading_order(reading, children, metrics):
        scheme = _Scheme(
            reading, identifier, children[identifier], metrics, schemes, reasons
        ).read()
        if scheme is not None:
            schemes[identifier] = scheme
        else:
            reading.broken |= {identifier, f"{identifier}.score"}
    return schemes


def _grading_order(
    reading: Reading, children: dict[str, Mapping], metrics: dict[str, Metric]
) -> list[str]:
    needs = {
        identifier: {
            name.split(".")[0]
            for name in _names_below(child)
            if name.split(".")[0] in children
            and name.split(".")[0] not in metrics
            and name.split(".")[0] != identifier
        }
        for identifier, child in children.items()
    }
    try:
        ordered = TopologicalSorter(needs)
        return list(ordered.static_order())
    except CycleError as error:
        cycle = cast("list[str]", error.args[1])
        reading.broken |= {name for member in cycle for name in (member, f"{member}.score")}
        reading.problem(
            children[cycle[0]].place,
            Text("these schemes need each other: {c}", "这些方案互相依赖：{c}").filled(
                c=" → ".join(cycle)
            ),
            Text("Let one of them do without the others.", "请让其中一个不依赖其他方案。"),
        )
        return [identifier for identifier in children if identifier not in cycle]


def _names_below(node: Mapping) -> set[str]:
    names: set[str] = set()
    pending: list[object] = [
        child
        for key, child in node.entries.items()
        if key in ("among", "score", "grades", "indicators", "groups", "learn")
    ]
    while pending:
        child = pending.pop()
        if isinstance(child, Mapping):
            pending.extend(
                v for k, v in child.entries.items() if k not in ("name", "advice", "strategy")
            )
        elif isinstance(child, Scalar):
            try:
                names.update(names_in(parse(child.text)))
            except ExpressionError:
                continue
    return names


class _Scheme:
    """The reading of one scheme."""

    def __init__(
        self,
        reading: Reading,
        identifier: str,
        node: Mapping,
        metrics: dict[str, Metric],
        schemes: dict[str, Scheme],
        reasons: dict[str, Text],
    ) -> None:
        self.reading = reading
        self.id = identifier
        self.node = node
        self.reasons = reasons
        self.metrics = metrics
        self.indicator_ids: list[str] = []
        self.types: dict[str, ValueType] = {}
        for scheme in schemes.values():
            self.types[scheme.id] = ValueType.TEXT
            if scheme.scored:
                self.types[f"{scheme.id}.score"] = ValueType.DECIMAL
        self.types |= {metric.id: metric.type for metric in metrics.values()}
        self.types["as_of"] = ValueType.DATE

    def read(self) -> Scheme | None:
        reading, node = self.reading, self.node
        problems_before = len(reading.problems)
        reading.only_known(node, _SCHEME_KEYS, _SCHEME)
        name = reading.text(node, "name", _SCHEME)
        among = self._expression("among", _CONDITION)
        otherwise = self._otherwise(among)
        learns = self._learns()
        groups, indicators = self._indicators()
        score = self._expression("score", _NUMBERS)
        grades_node = reading.mapping(node, "grades")
        grades = self._grades(grades_node) if grades_node is not None else ()
        decision = read_decision(reading, node, grades_node, indicators, self.types)
        if decision is None:
            return None
        if any(p.severity == "error" for p in reading.problems[problems_before:]):
            return None
        score_text = reading.scalar(node, "score_text", _SCHEME)
        additive = bool(indicators) and (score_text is None or isinstance(decision, CutOffs))
        advice = (
            reading.wording(node.entries["advice"], "advice") if "advice" in node.entries else None
        )
        return Scheme(
            id=self.id,
            name=name,
            question=reading.text(node, "question", _SCHEME, default=Text("", "")),
            rationale=reading.text(node, "rationale", _SCHEME, default=Text("", "")),
            among=among,
            otherwise=otherwise,
            groups=groups,
            indicators=indicators,
            learns=learns,
            score=score,
            scored=score is not None or additive,
            score_text=score_text is not None,
            decision=decision,
            grades=grades,
            advice=advice,
            place=node.place,
        )

    def _expression(self, key: str, wanted: tuple[ValueType, ...]) -> Expression | None:
        child = self.reading.scalar(self.node, key, _SCHEME)
        if child is None:
            return None
        read = self.reading.expression(child, self.types, wanted)
        return read[0] if read is not None else None

    def _otherwise(self, among: Expression | None) -> str:
        child = self.reading.scalar(self.node, "otherwise", _SCHEME)
        if among is not None and child is None:
            self.reading.missing(self.node.place, "otherwise", _SCHEME)
        if child is None:
            return ""
        self.reading.choice(child, tuple(self.reasons), Text("“otherwise”", "“otherwise”"))
        return child.text

    def _learns(self) -> tuple[Learned, ...]:
        node = self.reading.mapping(self.node, "learn")
        learned = []
        for identifier, child in node or ():
            what = Text("a learned value", "标定值")
            ways = [how for how in _LEARNS if isinstance(child, Mapping) and how in child.entries]
            if not isinstance(child, Mapping) or len(ways) != 1:
                self.reading.problem(
                    child.place,
                    Text("a learned value has exactly one way", "标定值须且只能有一种算法"),
                    Text(
                        "Write one of: {w}; for example “most_common: country”.",
                        "可用：{w}；例如“most_common: country”。",
                    ).filled(w=", ".join(_LEARNS)),
                )
                continue
            if not IDENTIFIER.fullmatch(identifier) or identifier in {*self.types, *RESERVED}:
                self.reading.problem(
                    child.place,
                    Text("“{n}” cannot name a learned value", "“{n}”不能作为标定值名").filled(
                        n=identifier
                    ),
                    Text(
                        "Use letters, digits and _, and no name that is taken.",
                        "请用字母、数字和下划线，且不与已有名称相同。",
                    ),
                )
                continue
            self.reading.only_known(child, {"name", *_LEARNS}, what)
            of_node = self.reading.scalar(child, ways[0], what)
            read = self.reading.expression(of_node, self.types) if of_node else None
            if read is None:
                continue
            self.types[identifier] = read[1]
            name = self.reading.text(child, "name", what)
            how = cast("LearnedBy", ways[0])
            learned.append(Learned(identifier, name, how, read[0], read[1]))
        return tuple(learned)

    # --- indicators -----------------------------------------------------------------------

    def _indicators(self) -> tuple[tuple[Group, ...], tuple[Indicator, ...]]:
        reading = self.reading
        groups: list[Group] = []
        indicators: list[Indicator] = []
        groups_node = reading.mapping(self.node, "groups")
        for identifier, child in groups_node or ():
            if not isinstance(child, Mapping):
                self._not_named(groups_node, identifier)
                continue
            what = Text("a group", "指标组")
            reading.only_known(child, {"name", "weight", "indicators"}, what)
            weight_node = reading.scalar(child, "weight", what, needed=True)
            weight = (
                units(reading.number(weight_node, Text("a weight", "权重"))) if weight_node else 0
            )
            own_node = reading.mapping(child, "indicators")
            own = self._indicators_below(own_node, identifier)
            total = sum(i.weight or 0 for i in own)
            whole = own_node is not None and len(own) == len(own_node.entries)
            if whole and total != weight:
                reading.problem(
                    child.place,
                    Text(
                        "the weights of “{g}” add up to {t}, not to the stated {w}",
                        "“{g}”各项权重合计为 {t}，与所写的 {w} 不符",
                    ).filled(g=identifier, t=_plain(total), w=_plain(weight)),
                    Text("Correct one of them.", "请更正其一。"),
                )
            groups.append(Group(identifier, reading.text(child, "name", what), weight, child.place))
            indicators.extend(own)
        own_node = reading.mapping(self.node, "indicators")
        indicators.extend(self._indicators_below(own_node, None))
        reading.at_most(
            len(indicators), MOST_INDICATORS, self.node.place, Text("indicators", "指标项")
        )
        return tuple(groups), tuple(indicators)

    def _indicators_below(self, node: Mapping | None, group: str | None) -> list[Indicator]:
        found: list[Indicator] = []
        for identifier, child in node or ():
            if not isinstance(child, Mapping):
                self._not_named(node, identifier)
            elif self.reading.unlike(identifier, child.place, self.indicator_ids):
                self.indicator_ids.append(identifier)
                found += self._indicator(identifier, child, group)
        return found

    def _not_named(self, node: Mapping | None, identifier: str) -> None:
        self.reading.problem(
            node.key_places[identifier] if node is not None else self.node.place,
            Text("“{k}” needs named values below it", "“{k}”之下应为若干命名的项").filled(
                k=identifier
            ),
            Text("Indent “name: value” lines below it.", "请在其下缩进书写“名称: 取值”。"),
        )

    def _indicator(self, identifier: str, node: Mapping, group: str | None) -> list[Indicator]:
        reading = self.reading
        reading.only_known(node, {"name", "value", "weight", "if_unknown", *_SCORINGS}, _INDICATOR)
        value_node = reading.scalar(node, "value", _INDICATOR, needed=True)
        read = reading.expression(value_node, self.types) if value_node else None
        scoring_and_better = self._scoring(node)
        if read is None or scoring_and_better is None:
            return []
        scoring, better = scoring_and_better
        weight_node = reading.scalar(node, "weight", _INDICATOR)
        weight = (
            units(reading.number(weight_node, Text("a weight", "权重"))) if weight_node else None
        )
        if isinstance(scoring, Position) != (weight is not None) or (
            weight is not None and weight <= 0
        ):
            reading.problem(
                node.place,
                Text(
                    "“weight” belongs to “position”, and is above zero",
                    "“weight”与“position”须同时使用，且大于零",
                ),
                Text("Add or remove it.", "请增删。"),
            )
        return [
            Indicator(
                id=identifier,
                name=reading.text(node, "name", _INDICATOR),
                value=read[0],
                scoring=scoring,
                weight=weight,
                group=group,
                better=better,
                place=node.place,
                if_unknown=self._if_unknown(node, weight),
            )
        ]

    def _if_unknown(self, node: Mapping, weight: int | None) -> IfUnknown:
        child = self.reading.scalar(node, "if_unknown", _INDICATOR)
        if child is None:
            return "no grade" if weight is None else "left out"
        ways: tuple[IfUnknown, ...] = ("no grade", "left out", "zero", "worst")
        chosen = self.reading.choice(child, ways, Text("“if_unknown”", "“if_unknown”"))
        return cast("IfUnknown", chosen or "no grade")

    def _scoring(self, node: Mapping) -> tuple[Scoring, Better | None] | None:
        reading = self.reading
        ways = [way for way in _SCORINGS if way in node.entries]
        if len(ways) != 1:
            reading.problem(
                node.place,
                Text(
                    "an indicator has exactly one of {w}", "指标项须且只能有一种计分方式：{w}"
                ).filled(w=", ".join(_SCORINGS)),
                Text("Add or remove one.", "请增减至一种。"),
            )
            return None
        way = ways[0]
        if way == "bands":
            return self._bands(node), None
        child = reading.scalar(node, way, _INDICATOR)
        if child is None:
            return None
        words = reading.choice(
            child, ("higher is better", "lower is better"), Text("“{w}”", "“{w}”").filled(w=way)
        )
        better: Better = "lower" if words == "lower is better" else "higher"
        return (Tiles(TILES[way], better) if way in TILES else Position(better)), better

    def _bands(self, node: Mapping) -> Bands:
        bands: list[Band] = []
        places: list[Scalar] = []
        for item in self.reading.items(node.entries["bands"]):
            condition, _, points = item.text.rpartition(":")
            points_node = Scalar(points.strip(), item.place, quoted=False)
            number = self.reading.number(points_node, Text("points", "分值"))
            if places and places[-1].text.rpartition(":")[0].strip() == "else":
                self.reading.problem(
                    item.place,
                    Text("bands after “else” are never reached", "“else”之后的分档永远达不到"),
                    Text("Put “else” last.", "请把“else”放在最后。"),
                )
            places.append(item)
            bands.append(Band(self._band_condition(item, condition.strip(), node), number))
        place = node.key_places["bands"]
        self.reading.at_most(len(bands), MOST_BANDS, place, Text("bands", "分档"))
        return Bands(tuple(bands))

    def _band_condition(self, item: Scalar, condition: str, node: Mapping) -> Expression | None:
        if condition == "else":
            return None
        value_node = node.entries.get("value")
        subject = value_node.text if isinstance(value_node, Scalar) else ""
        whole = Scalar(f"({subject}) {condition}", item.place, item.quoted)
        read = self.reading.expression(whole, self.types, _CONDITION)
        return read[0] if read is not None else None

    # --- grades ---------------------------------------------------------------------------

    def _grades(self, node: Mapping) -> tuple[Grade, ...]:
        reading = self.reading
        grades = []
        reading.at_most(len(node.entries), MOST_GRADES, node.place, Text("grades", "等级"))
        for identifier, child in node:
            if not isinstance(child, Mapping):
                reading.problem(
                    node.key_places[identifier],
                    Text("the grade needs named values", "等级应由若干命名的项组成"),
                    Text(
                        "Write when, name and advice below it.", "请在其下写 when、name、advice。"
                    ),
                )
                continue
            reading.only_known(child, {"when", "name", "advice", "strategy", "tone"}, _GRADE)
            tone_node = reading.scalar(child, "tone", _GRADE)
            tone = (
                reading.choice(tone_node, _TONES, Text("“tone”", "“tone”")) if tone_node else None
            )
            strategy_node = reading.scalar(child, "strategy", _GRADE)
            strategy = (
                reading.choice(strategy_node, _STRATEGIES, Text("“strategy”", "“strategy”"))
                if strategy_node
                else None
            )
            grades.append(
                Grade(
                    id=identifier,
                    name=reading.text(child, "name", _GRADE),
                    advice=reading.text(child, "advice", _GRADE, default=Text("", "")),
                    strategy=cast("Strategy | None", strategy),
                    tone=tone or (identifier if identifier in _TONES else None),
                )
            )
        return tuple(grades)


def _plain(ten_thousandths: int) -> str:
    return format((Decimal(ten_thousandths) / 10_000).normalize(), "f")
