"""Reading how the grades of a scheme may move over time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from kefen.domain.spans import CADENCES, Cadence, Span, parse_cadence, parse_span
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.expressions.units import DAYS, MONTHS
from kefen.standards.document import Mapping, Scalar
from kefen.standards.model import EVENTS, Level, Movement, MovementRule, Patience, Way
from kefen.standards.movement_counters import read_counters
from kefen.standards.naming import name_of, named_parts, needs_named_values

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.expressions.units import Unit
    from kefen.standards.document import Node
    from kefen.standards.grades import Grades
    from kefen.standards.model import Event, Place, RuleEffect
    from kefen.standards.reading import Reading

MOVEMENT = "movement"
MOVEMENT_KEYS = (
    *("every", "on", "at_once", "takes_effect", "to_rise", "to_stay", "keeps", "rise", "fall"),
    *("counters", "rules"),
)
WAY_KEYS = ("when", "steps", "once_in", "after")
RISE_KEYS = (*WAY_KEYS, "by")
MOVEMENT_RULE_EFFECTS = ("grade", "at_most", "at_least")
MOVEMENT_RULE_KEYS = ("when", "name", *MOVEMENT_RULE_EFFECTS, "for")
CHANGES: tuple[Event, ...] = ("first", "rise", "fall")
TAKES_EFFECT = ("same day", "next day", "next month", "next quarter", "next year")
BY_HAND = "hand"
PREVIOUS = "previous"
DAYS_AT = "days_at"
GRADE_NAMES = (PREVIOUS, "computed", "highest", "fell_from", "last_year")
"""Names in a movement that are grades of the customer."""
MONTH_NAMES_OF_STATE = (
    *("months_at_grade", "months_graded", "months_since_rise", "months_since_fall"),
)
"""Names in a movement that are whole months."""
MOST_MOVEMENT_RULES = 30
_MOVEMENT = Text("“movement”", "“movement”")
_RULE = Text("a rule of movement", "升降级规则")
_TIMES = re.compile(r"(\d{1,3}) times running")
_LEVEL = re.compile(r"(?:one (above|below) )?previous")
_DAYS_AT_NAME = re.compile(rf"\b{DAYS_AT}\.([^\W\d]\w*)")
_SPANS = Text(
    "Write “6 months”, “400 days”, “2 years”, “until 31 January” or “until end of February of "
    "the third year”.",
    "请写“6 months”、“400 days”、“2 years”、“until 31 January”或“until end of February of the "
    "third year”。",
)


def read_movement(
    reading: Reading,
    node: Mapping,
    grades: Grades,
    types: dict[str, ValueType],
) -> Movement | None:
    """Return how the grades of a scheme may move, or None when it says nothing of it.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        grades: Its classes.
        types: The names that its conditions may use: metrics, other schemes, its own score.
    """
    section = reading.mapping(node, MOVEMENT)
    if section is None:
        return None
    if grades.open:
        reading.problem(
            node.key_places[MOVEMENT],
            Text(
                "the classes of “value of” have no order, so that none is a rise or a fall",
                "“value of”的类别没有高低之分，谈不上升降",
            ),
            Text("Remove “movement”.", "请删除“movement”。"),
        )
        return None
    taken = [name for name in (*GRADE_NAMES, *MONTH_NAMES_OF_STATE) if name in types]
    for name in taken:
        reading.problem(
            node.key_places[MOVEMENT],
            Text("“{n}” means something else in a movement", "“{n}”在升降级规则中另有含义").filled(
                n=name
            ),
            Text("Give your metric or scheme another name.", "请为指标或方案换一个名称。"),
        )
    if taken:
        return None
    before = dict(reading.grades)
    reading.grades |= dict.fromkeys(GRADE_NAMES, grades.codes)
    try:
        return _Movement(reading, section, grades, types).read(node.key_places[MOVEMENT])
    finally:
        reading.grades.clear()
        reading.grades.update(before)


class _Movement:
    """The reading of one movement."""

    def __init__(
        self, reading: Reading, node: Mapping, grades: Grades, types: dict[str, ValueType]
    ) -> None:
        self.reading = reading
        self.node = node
        self.grades = grades
        self.named = tuple(dict.fromkeys(_names_of_days(node)))
        self.units: dict[str, Unit] = dict.fromkeys(MONTH_NAMES_OF_STATE, MONTHS)
        known = [code for code in self.named if code in grades.codes]
        self.units |= {f"{DAYS_AT}.{code}": DAYS for code in known}
        self.history = types
        self.types = (
            types
            | dict.fromkeys(GRADE_NAMES, ValueType.TEXT)
            | dict.fromkeys(MONTH_NAMES_OF_STATE, ValueType.INTEGER)
            | {f"{DAYS_AT}.{code}": ValueType.DECIMAL for code in known}
        )

    def read(self, place: Place) -> Movement:
        reading, node = self.reading, self.node
        reading.only_known(node, MOVEMENT_KEYS, _MOVEMENT)
        if not node.entries:
            reading.problem(
                place,
                Text("“movement” says nothing", "“movement”没有内容"),
                Text("Write how grades may move, or remove it.", "请写明如何升降，或删除此项。"),
            )
        section = reading.mapping(node, "counters")
        counters = read_counters(reading, section, self.grades, self.history, tuple(self.types))
        for counter in counters:
            self.types[counter.id] = ValueType.DECIMAL
            self.units[counter.id] = counter.unit
        effect = reading.scalar(node, "takes_effect", _MOVEMENT)
        what = Text("“takes_effect”", "“takes_effect”")
        return Movement(
            cadence=self._cadence(),
            at_once=self._condition(node, "at_once"),
            takes_effect=(effect and reading.choice(effect, TAKES_EFFECT, what)) or TAKES_EFFECT[0],
            to_rise=self._lines("to_rise"),
            to_stay=self._lines("to_stay"),
            keeps=self._keeps(),
            rise=self._way("rise", RISE_KEYS),
            fall=self._way("fall", WAY_KEYS),
            counters=counters,
            rules=self._rules(),
            names=tuple(code for code in self.named if code in self.grades.codes),
            place=place,
        )

    # --- when -------------------------------------------------------------------------------------

    def _cadence(self) -> Cadence | None:
        reading = self.reading
        every = reading.scalar(self.node, "every", _MOVEMENT)
        on = reading.scalar(self.node, "on", _MOVEMENT)
        if every is None:
            if on is not None:
                reading.problem(
                    on.place,
                    Text("“on” is the day of something that recurs", "“on”是周期中的日期"),
                    Text(
                        "Add “every: month”, “quarter”, “half-year” or “year”.",
                        "请补上“every: month”、“quarter”、“half-year”或“year”。",
                    ),
                )
            return None
        period = reading.choice(every, tuple(CADENCES), Text("“every”", "“every”"))
        if period is None:
            return None
        try:
            return parse_cadence(period, on.text if on is not None else None)
        except ValueError:
            reading.problem(
                on.place if on is not None else every.place,
                Text("this is no day of every {p}", "这不是每{p}中的日期").filled(
                    p=_PERIODS[period]
                ),
                Text(
                    "Write “20”, “last Friday” or “last day” for months; “1 April” or “last day "
                    "of June” for longer ones.",
                    "按月请写“20”、“last Friday”或“last day”；更长的周期请写“1 April”或“last day "
                    "of June”。",
                ),
            )
            return None

    def _keeps(self) -> dict[Event, dict[str | None, Span]]:
        child = self.node.entries.get("keeps")
        if child is None:
            return {}
        if isinstance(child, Scalar):
            span = self._span(child)
            return {event: {None: span} for event in CHANGES} if span is not None else {}
        section = self.reading.mapping(self.node, "keeps")
        if section is None:
            return {}
        what = Text("“keeps”", "“keeps”")
        self.reading.only_known(section, EVENTS, what)
        found: dict[Event, dict[str | None, Span]] = {}
        for event in EVENTS:
            if event not in section.entries:
                continue
            by_grade = self.grades.one_or_by_grade(self.reading, section, event)
            spans = {grade: self._span(item) for grade, item in by_grade}
            found[event] = {grade: span for grade, span in spans.items() if span is not None}
        return found

    def _span(self, node: Node, *, ever: bool = False) -> Span | None:
        words = node.text if isinstance(node, Scalar) else ""
        try:
            span = parse_span(words)
        except ValueError:
            span = None
        if span is None or (span == Span() and not ever):
            self.reading.problem(
                node.place,
                Text("“{v}” is no span of time", "“{v}”不是时间长度").filled(v=words),
                _SPANS,
            )
            return None
        return span

    # --- lines and ways ---------------------------------------------------------------------------

    def _condition(self, node: Mapping, key: str) -> Expression | None:
        child = self.reading.scalar(node, key, _MOVEMENT)
        return self._read_condition(child) if child is not None else None

    def _read_condition(self, child: Scalar) -> Expression | None:
        read = self.reading.expression(child, self.types, (ValueType.BOOLEAN,), self.units)
        return read[0] if read is not None else None

    def _lines(self, key: str) -> dict[str, Expression]:
        section = self.reading.mapping(self.node, key)
        lowest = self.grades.codes[-1] if self.grades.codes else None
        found: dict[str, Expression] = {}
        for grade, child in self.grades.by_grade(self.reading, section) if section else ():
            if grade is None or grade == lowest:
                self.reading.problem(
                    child.place,
                    Text(
                        "“{k}” has one line for each grade above the lowest",
                        "“{k}”只为最低等级以上的各等级各写一条线",
                    ).filled(k=key),
                    Text("Remove it here.", "请删除此行。"),
                )
            elif not isinstance(child, Scalar):
                needs = Text("“{k}” needs a condition", "“{k}”应为条件").filled(k=grade)
                self.reading.problem(
                    child.place, needs, Text("Write “score >= 75”.", "例如写“score >= 75”。")
                )
            else:
                condition = self._read_condition(child)
                if condition is not None:
                    found[grade] = condition
        return found

    def _way(self, key: str, keys: tuple[str, ...]) -> Way:
        section = self.reading.mapping(self.node, key)
        if section is None:
            return Way()
        what = Text("“{k}”", "“{k}”").filled(k=key)
        self.reading.only_known(section, keys, what)
        steps_node = self.reading.scalar(section, "steps", what)
        steps = self.reading.whole(steps_node, Text("“steps”", "“steps”")) if steps_node else None
        if steps_node is not None and steps_node.text.strip("0") == "":
            self.reading.problem(
                steps_node.place,
                Text("a move of no step is none", "零级的升降不是升降"),
                Text("Write “steps: 1”.", "请写“steps: 1”。"),
            )
        once = section.entries.get("once_in")
        by = self.reading.scalar(section, "by", what)
        by_hand = by is not None and self.reading.choice(by, (BY_HAND,), Text("“by”", "“by”"))
        return Way(
            when=self._condition(section, "when"),
            by_hand=bool(by_hand),
            steps=steps or None,
            once_in=self._span(once) if once is not None else None,
            after=self._after(section),
        )

    def _after(self, section: Mapping) -> dict[str | None, Patience]:
        found: dict[str | None, Patience] = {}
        for grade, item in self.grades.one_or_by_grade(self.reading, section, "after"):
            match = _TIMES.fullmatch(" ".join(getattr(item, "text", "").split()))
            if match and int(match[1]):
                found[grade] = Patience(times=int(match[1]))
                continue
            span = self._span(item)
            if span is not None and span.count is None:
                self.reading.problem(
                    item.place,
                    Text("“after” is how long to wait", "“after”是等待多久"),
                    Text(
                        "Write “3 months”, or “3 times running”.",
                        "请写“3 months”或“3 times running”。",
                    ),
                )
            elif span is not None:
                found[grade] = Patience(span=span)
        return found

    # --- rules ------------------------------------------------------------------------------------

    def _rules(self) -> tuple[MovementRule, ...]:
        section = self.reading.mapping(self.node, "rules")
        if section is not None:
            count = Text("rules of movement", "升降级规则")
            self.reading.at_most(len(section.entries), MOST_MOVEMENT_RULES, section.place, count)
        found = []
        for identifier, child, place in named_parts(self.reading, section, _RULE):
            if not isinstance(child, Mapping):
                needs_named_values(self.reading, identifier, place)
                continue
            rule = self._rule(identifier, child, place)
            if rule is not None:
                found.append(rule)
        return tuple(found)

    def _rule(self, identifier: str, node: Mapping, place: Place) -> MovementRule | None:
        reading = self.reading
        reading.only_known(node, MOVEMENT_RULE_KEYS, _RULE)
        name = name_of(reading, node, identifier, _RULE, place)
        if "when" not in node.entries:
            reading.missing(place, "when", _RULE)
        when = self._condition(node, "when")
        lasts_node = node.entries.get("for")
        lasts = self._span(lasts_node, ever=True) if lasts_node is not None else None
        effects = [effect for effect in MOVEMENT_RULE_EFFECTS if effect in node.entries]
        if len(effects) != 1:
            reading.problem(
                place,
                Text(
                    "a rule of movement has exactly one of {e}", "升降级规则须有且仅有：{e}"
                ).filled(e=", ".join(MOVEMENT_RULE_EFFECTS)),
                Text(
                    "Write “at_least: gold”, for example; two effects are two rules.",
                    "例如写“at_least: gold”；两种作用请写成两条规则。",
                ),
            )
            return None
        child = reading.scalar(node, effects[0], _RULE)
        level = self._level(child) if child is not None else None
        if when is None or level is None:
            return None
        effect = cast("RuleEffect", effects[0])
        return MovementRule(identifier, name, when, effect, level, lasts, place)

    def _level(self, node: Scalar) -> Level | None:
        words = " ".join(node.text.split())
        match = _LEVEL.fullmatch(words)
        if match is not None and words not in self.grades.codes:
            return Level(None, {"above": 1, "below": -1, None: 0}[match[1]])
        code = self.grades.named(self.reading, node.text, node.place)
        return Level(code) if code is not None else None


_PERIODS = {
    "month": Text("month", "月"),
    "quarter": Text("quarter", "季度"),
    "half-year": Text("half-year", "半年"),
    "year": Text("year", "年"),
}


def _names_of_days(node: Node) -> list[str]:
    """Return the grades that `days_at` is asked of, anywhere below."""
    if isinstance(node, Scalar):
        return _DAYS_AT_NAME.findall(node.text)
    children = (child for _, child in node) if isinstance(node, Mapping) else iter(node.items)
    return [name for child in children for name in _names_of_days(child)]
