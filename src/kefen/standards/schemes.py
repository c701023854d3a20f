"""Reading the schemes of a standard: who is graded, how points arise, which grade follows."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.expressions.units import PLAIN, unit_of
from kefen.standards.decisions import Ground, expression_of_way, read_decision, way_to_grade
from kefen.standards.document import Mapping, Scalar, Sequence
from kefen.standards.following import read_reviews
from kefen.standards.grades import read_grades, reason_named
from kefen.standards.indicators import LIMITS, number_of, read_limits, read_score_sheet
from kefen.standards.learning import read_learned
from kefen.standards.metrics import RESERVED
from kefen.standards.model import TOTAL, Scheme
from kefen.standards.movement import MOVEMENT, read_movement
from kefen.standards.naming import name_of, named_parts, needs_named_values
from kefen.standards.reasons import NOT_KNOWN
from kefen.standards.rules import read_rules, read_tags
from kefen.standards.service import read_service
from kefen.standards.terms import read_control, read_terms
from kefen.standards.weight_source import WEIGHTS_FROM, read_weight_source

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.standards.document import Node
    from kefen.standards.indicators import ScoreSheet
    from kefen.standards.model import Metric, Place
    from kefen.standards.reading import Reading

SCHEME_KEYS = (
    *("name", "question", "rationale", "among", "otherwise", "within", "learn"),
    *("groups", "indicators", WEIGHTS_FROM, *LIMITS, "out_of", "score", "score_text"),
    *(
        "grade_by",
        "ties",
        "rounding",
        "crossing",
        "grades",
        "rules",
        "tags",
        "terms",
        "service",
        "review",
        "reviews",
        "approval",
        MOVEMENT,
    ),
    "advice",
)
MOST_SCHEMES = 40
MOST_LINKS = 15
"""How long a chain of schemes, each named by the next, can be: more than anyone can follow."""
_SCHEME = Text("a scheme", "分类方案")
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)
# Where a scheme can name other schemes, and what below them is no expression.
_WITH_NAMES = (
    *("among", "within", "score", "learn", "groups", "indicators", "grades", "rules", "tags"),
    *("terms", MOVEMENT),
)
_NO_EXPRESSIONS = frozenset(
    {"name", "advice", "strategy", "tone", "reason", "grade", "no_grade", "at_most", "at_least"}
)
_WORD = re.compile(r"'(?:[^']|'')*'|[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def read_schemes(
    reading: Reading, node: Mapping, metrics: dict[str, Metric], reasons: dict[str, Text]
) -> dict[str, Scheme]:
    """Return the schemes of a standard in an order in which they can be graded.

    Problems are noted in `reading`; a scheme with problems is left out.
    """
    children: dict[str, Mapping] = {}
    reading.at_most(len(node.entries), MOST_SCHEMES, node.place, Text("schemes", "方案"))
    named = named_parts(reading, node, _SCHEME, RESERVED)
    for identifier, child, place in islice(named, MOST_SCHEMES):
        if isinstance(child, Mapping):
            children[identifier] = child
        else:
            needs_named_values(reading, identifier, place)
    schemes: dict[str, Scheme] = {}
    for identifier in _grading_order(reading, children, metrics):
        scheme = _Scheme(reading, identifier, children[identifier], metrics, schemes, reasons).read(
            node.key_places[identifier], children
        )
        if scheme is not None:
            schemes[identifier] = scheme
            if identifier not in metrics:  # a metric's name wins over a scheme's
                reading.grades[identifier] = tuple(
                    grade.id for grade in scheme.grades if grade.reason is None
                )
        else:
            reading.broken |= {identifier, f"{identifier}.score"}
    return schemes


def _grading_order(
    reading: Reading, children: dict[str, Mapping], metrics: dict[str, Metric]
) -> list[str]:
    others = set(children) - set(metrics)
    needs = {
        identifier: (_words_below(child) & others) - {identifier}
        for identifier, child in children.items()
    }
    try:
        ordered = list(TopologicalSorter(needs).static_order())
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
    links: dict[str, int] = {}
    for identifier in ordered:
        links[identifier] = 1 + max((links[own] for own in needs[identifier]), default=0)
        if links[identifier] == MOST_LINKS + 1:
            reading.problem(
                children[identifier].place,
                Text(
                    "“{n}” rests on a chain of more than {m} schemes",
                    "“{n}”所依赖的方案链超过 {m} 层",
                ).filled(n=identifier, m=MOST_LINKS),
                Text("Let it do without some of them.", "请减少其所依赖的方案。"),
            )
    return ordered


def _words_below(node: Mapping) -> set[str]:
    """Return every name in a scheme's expressions, up to its point, read or not."""
    found = _words(expression_of_way(node))
    pending: list[Node] = [
        _amounts(child) if key == "terms" else child for key, child in node if key in _WITH_NAMES
    ]
    while pending:
        child = pending.pop()
        if isinstance(child, Scalar):
            found |= _words(child.text)
        elif isinstance(child, Sequence):
            pending.extend(child.items)
            # `- in (a, b): 5` without quotes is a mapping to YAML.
            bands = [item for item in child.items if isinstance(item, Mapping)]
            found.update(*(_words(key) for band in bands for key in band.entries))
        else:
            pending.extend(v for k, v in child if k not in _NO_EXPRESSIONS)
    return found


def _amounts(node: Node) -> Node:
    """Return the terms without those in words, which name nothing."""
    if not isinstance(node, Mapping):
        return node
    kept = {key: child for key, child in node if not _is_wording(child)}
    return Mapping(kept, node.key_places, node.place)


def _is_wording(node: Node) -> bool:
    unit = node.entries.get("unit") if isinstance(node, Mapping) else None
    return isinstance(unit, Scalar) and unit.text == "text"


def _words(text: str) -> set[str]:
    return {word.split(".")[0] for word in _WORD.findall(text) if not word.startswith("'")}


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
        self.types: dict[str, ValueType] = {}
        for scheme in schemes.values():
            self.types[scheme.id] = ValueType.TEXT
            if scheme.scored:
                self.types[f"{scheme.id}.score"] = ValueType.DECIMAL
        self.types |= {metric.id: metric.type for metric in metrics.values()}
        self.types["as_of"] = ValueType.DATE

    def read(self, place: Place, schemes: dict[str, Mapping]) -> Scheme | None:
        """Return the scheme, or None after noting why it cannot be read.

        Args:
            place: Where its id stands.
            schemes: All schemes of the standard: their names are taken.
        """
        outside = self.reading.units
        self.reading.units = dict(outside)  # its own names mean something only within it
        scheme = self._read(place, schemes)
        score = self.reading.units.get("score")
        self.reading.units = outside | ({f"{self.id}.score": score} if score is not None else {})
        return scheme

    def _read(self, place: Place, schemes: dict[str, Mapping]) -> Scheme | None:
        reading, node, base = self.reading, self.node, self.types
        problems_before = len(reading.problems)
        reading.only_known(node, SCHEME_KEYS, _SCHEME)
        name = name_of(reading, node, self.id, _SCHEME, place)
        among = self._expression("among", base, (ValueType.BOOLEAN,))
        otherwise = self._otherwise(among)
        within = self._expression("within", base, (ValueType.TEXT,))
        learns, learned_types = read_learned(
            reading, node, base, {*base, *schemes, *reading.broken, *RESERVED}
        )
        known = base | learned_types
        for learned in learns:
            unit = unit_of(learned.of, reading.units)
            reading.units[learned.id] = PLAIN if learned.how == "count" else unit
        sheet = read_score_sheet(reading, node, self.metrics, known)
        start, most, least = read_limits(reading, node, _SCHEME)
        out_of = number_of(reading, node, "out_of", _SCHEME)
        weights_from = read_weight_source(reading, node)
        self._refuse_limits(sheet)
        known = known | self._point_types(sheet)
        reading.units |= dict.fromkeys(self._point_types(sheet), PLAIN)
        score = self._expression("score", known, _NUMBERS)
        score_text = reading.scalar(node, "score_text", _SCHEME)
        if score_text is not None:
            reading.choice(score_text, (TOTAL,), Text("“score_text”", "“score_text”"))
        scored = "score" in node.entries or (
            bool(sheet.names) and (score_text is None or self._is_graded_by_score())
        )
        after = known | ({"score": ValueType.DECIMAL} if scored else {})
        if scored:
            reading.units["score"] = unit_of(score, reading.units) if score is not None else PLAIN
        grades = read_grades(reading, reading.mapping(node, "grades"), self.reasons)
        summed = score is None and "score" not in node.entries
        ground = Ground(
            grades=grades,
            indicators=sheet.indicators,
            unread=sheet.unread,
            before=base,
            after=after,
            least=least if summed else None,
            most=most if summed else None,
        )
        decision = read_decision(reading, node, ground)
        rules = read_rules(reading, node, grades, self.reasons, after)
        held = base | ({"score": ValueType.DECIMAL} if scored else {})
        movement = read_movement(reading, node, grades, held)
        if self.id not in self.metrics:
            # What comes with a grade is said of it: tags and terms may name their own scheme's.
            after = after | {self.id: ValueType.TEXT}
            reading.grades[self.id] = tuple(g.id for g in grades.grades if g.reason is None)
        tags = read_tags(reading, node, after)
        terms = read_terms(reading, node, grades, after)
        service = read_service(reading, node, grades)
        control = read_control(reading, node, grades)
        reviews = read_reviews(reading, node, grades, control, self.metrics)
        advice = (
            reading.wording(node.entries["advice"], "advice") if "advice" in node.entries else None
        )
        question = reading.text(node, "question", _SCHEME, default=Text("", ""))
        rationale = reading.text(node, "rationale", _SCHEME, default=Text("", ""))
        if decision is None or not reading.is_whole(problems_before):
            return None
        return Scheme(
            id=self.id,
            name=name,
            question=question,
            rationale=rationale,
            among=among,
            otherwise=otherwise,
            groups=sheet.groups,
            indicators=sheet.indicators,
            learns=learns,
            score=score,
            scored=scored,
            score_text=score_text is not None,
            decision=decision,
            grades=grades.grades,
            advice=advice,
            place=place,
            start=start,
            at_most=most,
            at_least=least,
            out_of=out_of,
            within=within,
            rules=rules,
            tags=tags,
            terms=terms,
            service=service,
            control=control,
            reviews=reviews,
            movement=movement,
            places=dict(node.key_places),
            weights_from=weights_from,
        )

    def _point_types(self, sheet: ScoreSheet) -> dict[str, ValueType]:
        if not sheet.names:
            return {}
        names = (TOTAL, *(f"{TOTAL}.{name}" for name in sheet.names))
        return dict.fromkeys(names, ValueType.DECIMAL)

    def _is_graded_by_score(self) -> bool:
        way = way_to_grade(self.node)
        return way is not None and way["score"] is not None

    def _refuse_limits(self, sheet: ScoreSheet) -> None:
        for key in (*LIMITS, "out_of"):
            if key in self.node.entries and not sheet.names:
                self.reading.problem(
                    self.node.key_places[key],
                    Text(
                        "“{k}” is of points, and there are none", "“{k}”针对分值，此处没有分值"
                    ).filled(k=key),
                    Text("Add “indicators”, or remove it.", "请补上“indicators”，或删除此项。"),
                )

    def _expression(
        self, key: str, types: dict[str, ValueType], wanted: tuple[ValueType, ...]
    ) -> Expression | None:
        child = self.reading.scalar(self.node, key, _SCHEME)
        if child is None:
            return None
        read = self.reading.expression(child, types, wanted)
        return read[0] if read is not None else None

    def _otherwise(self, among: Expression | None) -> str:
        child = self.reading.scalar(self.node, "otherwise", _SCHEME)
        if among is not None and "otherwise" not in self.node.entries:
            self.reading.missing(self.node.place, "otherwise", _SCHEME)
        if child is None:
            return NOT_KNOWN  # without “among” it is the decision that leaves customers out
        return reason_named(self.reading, child, self.reasons) or NOT_KNOWN
