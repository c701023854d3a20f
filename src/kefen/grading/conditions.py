"""A condition taken apart: which of its parts hold for a customer, and what the others lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kefen.domain.text import Text
from kefen.expressions.operators import CATALOGUE
from kefen.expressions.tree import Call, Name
from kefen.expressions.tree import Literal as Constant
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.grading.subject import Subject

_MOST_TOLD = 3
_ALL_HOLD = Text("all of these hold", "以下全部成立")
_ONE_HOLDS = Text("one of these holds", "以下有一项成立")
_SIGNS = {
    "equals": "=",
    "differs": "≠",
    "less": "<",
    "at_most": "≤",
    "greater": ">",
    "at_least": "≥",
}


@dataclass(slots=True, unsafe_hash=True)
class ConditionPart:
    """A condition, or a part of one.

    Attributes:
        joint: `and` where all of its parts must hold, `or` where one must; None: it has no parts.
        words: What must hold, with the customer's values; what its parts must do, if it has any.
        met: Whether it holds for the customer (None: unknown, or not asked).
        lacks: What the customer's value is and what it should be; None where it holds.
        measured: Whether it compares numbers or dates, so that one can come nearer.
        parts: Its parts, in order.
    """

    joint: Literal["and", "or"] | None
    words: Text
    met: bool | None
    lacks: Text | None
    measured: bool
    parts: tuple[ConditionPart, ...] = ()

    def failing(self) -> tuple[ConditionPart, ...]:
        """Return the parts that stop it from holding: of alternatives, those together."""
        if self.met is True:
            return ()
        if self.joint == "and":
            return tuple(found for one in self.parts for found in one.failing())
        return (self,)

    def distance(self) -> tuple[int, int]:
        """Return how many parts must still hold, and how many of them compare no numbers."""
        if self.met is True:
            return 0, 0
        if not self.parts:
            return 1, 0 if self.measured else 1
        each = [part.distance() for part in self.parts]
        if self.joint == "or":
            return min(each)
        return sum(one[0] for one in each), sum(one[1] for one in each)

    def as_dict(self) -> dict[str, Any]:
        """Return the part for JSON."""
        return {
            "joint": self.joint,
            "words": self.words.as_dict(),
            "met": self.met,
            "lacks": self.lacks.as_dict() if self.lacks is not None else None,
            "parts": [part.as_dict() for part in self.parts],
        }


def taken_apart(subject: Subject, condition: Expression) -> ConditionPart:
    """Return a condition with its parts, down through every `and` and `or`."""
    if isinstance(condition, Call) and condition.operator in ("and", "or"):
        operator = condition.operator
        alike = subject.run.kept(("alike", id(condition)), lambda: _alike(condition, operator))
        parts = tuple([taken_apart(subject, one) for one in alike])
        # Its parts are evaluated already; the operator says what they come to together.
        together = CATALOGUE[operator].value([part.met for part in parts])
        met = together if isinstance(together, bool) else None
        if operator == "and":
            return ConditionPart("and", _ALL_HOLD, met, None, measured=False, parts=parts)
        lacks = None if met else _alternatives(parts)
        return ConditionPart("or", _ONE_HOLDS, met, lacks, measured=False, parts=parts)
    value = subject.value_of(condition) if subject.eligible else None
    met = value if isinstance(value, bool) else None
    lacks = None if met or not subject.eligible else _lacks(subject, condition)
    words = subject.condition(condition)
    return ConditionPart(None, words, met, lacks, measured=_is_measured(subject, condition))


def lacking_in_words(condition: ConditionPart) -> Text | None:
    """Return what a customer lacks to meet a condition, at most three parts of it; None: nothing.

    `Cancelled by the host 1 of 100, needs < 1 %; Nights 80, needs ≥ 100; and 2 more`.
    """
    lacks = [part.lacks for part in condition.failing() if part.lacks is not None]
    if not lacks:
        return None
    told = lacks[:_MOST_TOLD]
    further = len(lacks) - len(told)
    if further:
        told.append(Text("and {n} more", "另有 {n} 项").filled(n=further))
    return joined(told, "; ", "；")


def _alike(tree: Expression, operator: str) -> list[Expression]:
    """Return the parts of a chain of one operator, in order."""
    if isinstance(tree, Call) and tree.operator == operator:
        return [part for argument in tree.arguments for part in _alike(argument, operator)]
    return [tree]


def _alternatives(parts: tuple[ConditionPart, ...]) -> Text | None:
    """Return what each of several alternatives lacks: the nearest, and the others in brackets."""
    nearest, *others = sorted(parts, key=lambda part: part.distance())
    first = _all_lacking(nearest)
    rest = [found for other in others if (found := _all_lacking(other)) is not None]
    if first is None or not rest:
        return first
    further = joined([Text("or {p}", "或 {p}").filled(p=one) for one in rest], "; ", "；")
    return Text("{f} ({o})", "{f}（{o}）").filled(f=first, o=further)


def _all_lacking(part: ConditionPart) -> Text | None:
    lacks = [one.lacks for one in part.failing() if one.lacks is not None]
    return joined(lacks, " and ", " 且 ") if lacks else None


def _lacks(subject: Subject, condition: Expression) -> Text:
    """Return the customer's value and what is needed, in words."""
    if isinstance(condition, Name):
        return _needs(subject, condition, Text("yes", "是"))
    if isinstance(condition, Call):
        first = condition.arguments[0] if condition.arguments else None
        if condition.operator == "not" and isinstance(first, Name):
            return _needs(subject, first, Text("no", "否"))
        if condition.operator == "one_of" and first is not None:
            members = [subject.of(member) for member in condition.arguments[1:]]
            needed = Text("one of {m}", "{m} 之一").filled(m=joined(members, ", ", "、"))
            return _needs(subject, first, needed)
        if condition.operator in _SIGNS:
            return _comparison(subject, condition)
    return Text("{c} does not hold", "{c} 不成立").filled(c=subject.condition(condition))


def _needs(subject: Subject, tree: Expression, needed: Text) -> Text:
    return Text("{n} {v}, needs {w}", "{n} {v}，须为 {w}").filled(
        n=subject.of(tree), v=subject.shown(tree, subject.value_of(tree)), w=needed
    )


def _comparison(subject: Subject, condition: Call) -> Text:
    left, right = condition.arguments
    sign = _SIGNS[condition.operator]
    if not isinstance(left, Constant):
        part = _share_of(right)
        if part is not None:
            share, whole = part
            return Text("{n} {v} of {t}, needs {s} {p}", "{n} {v}（共 {t}），须 {s} {p}").filled(
                n=subject.of(left),
                v=subject.shown(left, subject.value_of(left)),
                t=subject.shown(whole, subject.value_of(whole)),
                s=sign,
                p=subject.of(share),
            )
    name, needed = subject.of(left), subject.of(right)
    value = subject.shown(left, subject.value_of(left))
    english, chinese = f"{sign} {needed.en}", f"{sign} {needed.zh}"
    if not isinstance(right, Constant):
        other = subject.shown(right, subject.value_of(right))
        english, chinese = f"{english} ({other.en})", f"{chinese}（{other.zh}）"
    return Text(f"{name.en} {value.en}, needs {english}", f"{name.zh} {value.zh}，须 {chinese}")


def _share_of(tree: Expression) -> tuple[Expression, Expression] | None:
    """Return (share, whole) of `1 % * whole`; None for anything else."""
    if not isinstance(tree, Call) or tree.operator != "multiply":
        return None
    for share, whole in (tree.arguments, tree.arguments[::-1]):
        if isinstance(share, Constant) and share.unit == "share" and isinstance(whole, Name):
            return share, whole
    return None


def _is_measured(subject: Subject, condition: Expression) -> bool:
    """Return whether a condition compares numbers or dates, which can come nearer."""
    if not isinstance(condition, Call) or condition.operator not in _SIGNS:
        return False
    return not any(
        isinstance(one.value if isinstance(one, Constant) else subject.value_of(one), bool | str)
        for one in condition.arguments
    )
