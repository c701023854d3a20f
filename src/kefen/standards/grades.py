"""Reading the classes of a scheme, and what other parts say of them by their codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.standards.document import Mapping, Scalar
from kefen.standards.model import Grade
from kefen.standards.naming import name_of, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kefen.standards.document import Node
    from kefen.standards.model import Place, Strategy
    from kefen.standards.reading import Reading

GRADE_KEYS = ("when", "name", "advice", "strategy", "tone", "reason")
TONES = ("S", "A", "B", "C", "D")
STRATEGIES = ("develop", "keep", "streamline", "leave")
MOST_GRADES = 60
ELSE = "else"
BY_RULE = "by rule"
"""What stands for `when` where only a rule gives the grade."""
"""What stands for every other grade, or everything else."""
# Terms give values by grade, beside these keys of their own.
_NO_GRADE = (ELSE, "name", "unit")
_SAYS_ITSELF = 3
_GRADE = Text("a grade", "等级")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of `grades` as it is written.

    Attributes:
        id: Its code.
        when: What decides it, or None when that lacks.
        place: Where its code stands.
    """

    id: str
    when: Node | None
    place: Place


@dataclass(frozen=True, slots=True)
class Grades:
    """The classes of a scheme: as read, and what decides each, in order.

    Attributes:
        grades: The classes, best first; with those that mean “no grade”.
        entries: What decides each of them.
        open: Whether the classes are values of the data, so that any code is one.
    """

    grades: tuple[Grade, ...]
    entries: tuple[Entry, ...]
    open: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of those that are grades."""
        return tuple(grade.id for grade in self.grades if grade.reason is None)

    def named(self, reading: Reading, code: str, place: Place) -> str | None:
        """Return the code if it is a grade's; notes otherwise, with the nearest one as the mend."""
        if code in self.codes or self.open:
            return code
        if any(grade.id == code for grade in self.grades):
            reading.problem(
                place,
                Text("“{c}” stands for no grade", "“{c}”表示不定级").filled(c=code),
                Text(
                    "Name a grade; with “no_grade”, name a reason.",
                    "请写等级；“no_grade”之后写原因代码。",
                ),
            )
            return None
        reading.problem(
            place,
            Text("there is no grade “{c}”", "没有等级“{c}”").filled(c=code),
            nearest(code, self.codes),
        )
        return None

    def by_grade(
        self, reading: Reading, node: Mapping, besides: Collection[str] = ()
    ) -> Iterator[tuple[str | None, Node]]:
        """Yield (grade, or None for `else`, value) of what is said by grade.

        Args:
            reading: Where problems are noted.
            node: What says something of each grade.
            besides: Keys that are no grades.
        """
        for key, child in node:
            if key == ELSE:
                yield None, child
            elif key not in besides:
                code = self.named(reading, key, node.key_places[key])
                if code is not None:
                    yield code, child

    def one_or_by_grade(
        self, reading: Reading, node: Mapping, key: str
    ) -> Iterator[tuple[str | None, Node]]:
        """Return what stands under a key: one thing for all grades (None), or one by grade."""
        child = node.entries.get(key)
        if child is None:
            return iter(())
        if isinstance(child, Mapping):
            return self.by_grade(reading, child)
        return iter([(None, child)])


def read_grades(reading: Reading, node: Mapping | None, reasons: Collection[str]) -> Grades:
    """Return the classes under `grades`; none at all when there is no such key.

    An entry may be what decides it alone: `A: ">= 80"` is `A: {when: ">= 80"}`.

    Args:
        reading: Where problems are noted.
        node: What stands under `grades`.
        reasons: The reason codes of the standard.
    """
    grades: list[Grade] = []
    entries: list[Entry] = []
    for identifier, child in node or ():
        place = node.key_places[identifier] if node is not None else child.place
        if identifier in _NO_GRADE or not identifier.strip():
            reading.problem(
                place,
                Text("“{n}” cannot name a grade", "“{n}”不能作为等级代码").filled(n=identifier),
                Text(
                    "Use another code; the rest is “{n}: {{when: else}}”.",
                    "请换一个代码；其余者写“{n}: {{when: else}}”。",
                ).filled(n="D"),
            )
            continue
        when = child.entries.get("when") if isinstance(child, Mapping) else child
        entries.append(Entry(identifier, when, place))
        grades.append(_grade(reading, identifier, child, place, reasons))
    if node is not None:
        reading.at_most(len(node.entries), MOST_GRADES, node.place, Text("grades", "等级"))
    return Grades(tuple(grades), tuple(entries), open=node is None)


def _grade(
    reading: Reading, identifier: str, child: Node, place: Place, reasons: Collection[str]
) -> Grade:
    node = child if isinstance(child, Mapping) else Mapping({}, {}, child.place)
    when = node.entries.get("when", child)
    reading.only_known(node, GRADE_KEYS, _GRADE)
    reason = _reason(reading, node, reasons)
    tone = _choice(reading, node, "tone", TONES)
    short = Text.same(identifier) if len(identifier) <= _SAYS_ITSELF else None
    if "reason" in node.entries:
        short = Text.same(identifier)
    return Grade(
        id=identifier,
        name=name_of(reading, node, identifier, _GRADE, place, otherwise=short),
        advice=reading.text(node, "advice", _GRADE, default=Text("", "")),
        strategy=cast("Strategy | None", _choice(reading, node, "strategy", STRATEGIES)),
        tone=tone or (identifier if identifier in TONES and reason is None else None),
        reason=reason,
        place=when.place if not isinstance(when, Mapping) else place,
    )


def _choice(reading: Reading, node: Mapping, key: str, allowed: tuple[str, ...]) -> str | None:
    child = reading.scalar(node, key, _GRADE)
    if child is None:
        return None
    return reading.choice(child, allowed, Text("“{k}”", "“{k}”").filled(k=key))


def _reason(reading: Reading, node: Mapping, reasons: Collection[str]) -> str | None:
    child = reading.scalar(node, "reason", _GRADE)
    if child is None:
        return None
    for key in ("name", "advice", "strategy", "tone"):
        if key in node.entries:
            reading.problem(
                node.key_places[key],
                Text(
                    "an entry with “reason” means no grade, and has no “{k}”",
                    "带“reason”的项表示不定级，不能有“{k}”",
                ).filled(k=key),
                Text(
                    "Remove it; how the reason reads is said under “reasons”.",
                    "请删除；原因的文字写在“reasons”之下。",
                ),
            )
    return reason_named(reading, child, reasons)


def reason_named(reading: Reading, child: Scalar, reasons: Collection[str]) -> str | None:
    """Return the text if it is a reason code; notes otherwise, with the nearest one as the mend."""
    if child.text in reasons:
        return child.text
    reading.problem(
        child.place,
        Text("there is no reason “{c}”", "没有原因代码“{c}”").filled(c=child.text),
        Text("{n} Or add it under “reasons”.", "{n}或在“reasons”之下补上。").filled(
            n=nearest(child.text, list(reasons))
        ),
    )
    return None
