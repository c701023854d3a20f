"""Conditions that can never hold, or always do, and the part of them that is why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import Call, Literal
from kefen.expressions.wording import in_words
from kefen.standards.checks.conditions import (
    TooInvolvedError,
    all_of,
    always_holds,
    can_hold,
    constant,
    ways_to,
)
from kefen.standards.checks.findings import said
from kefen.standards.checks.ranges import Scale, Values, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.expressions.tree import Expression
    from kefen.standards.checks.domains import Domains
    from kefen.standards.checks.findings import Findings
    from kefen.standards.model import Place

_MOST_LISTED = 8


def check_condition(
    findings: Findings,
    condition: Expression | None,
    what: Text,
    place: Place,
    domains: Domains,
    among: Expression | None = None,
) -> None:
    """Find a condition that is the same for everybody, and is not written so on purpose.

    Args:
        findings: Where findings are noted.
        condition: The condition; None is none.
        what: What it belongs to, for people.
        place: Where it stands.
        domains: What is known of the names in it.
        among: What holds for everybody it is asked of.
    """
    if condition is None or isinstance(condition, Literal):
        return
    why = why_never(condition, domains, among)
    if why is not None:
        findings.warning(
            place,
            Text("{w} can never hold: {y}", "{w}永远不成立：{y}").filled(w=what, y=why),
            Text("Correct the condition, or remove it.", "请更正或删除该条件。"),
        )
    elif always_holds(condition, domains):
        findings.warning(
            place,
            Text(
                "{w} always holds where “{c}” can be told at all",
                "只要“{c}”能够判断，{w}就总是成立",
            ).filled(w=what, c=in_words(condition, {})),
            Text(
                "Remove it; to ask whether there is a value, write “is known”.",
                "请删除；若要判断是否有值，请写“is known”。",
            ),
        )
    else:
        for part in _idle_parts(condition, domains):
            findings.warning(
                place,
                Text(
                    "the part “{c}” of {w} decides nothing: it is the same for everybody of whom "
                    "it can be told",
                    "{w}中的“{c}”不起作用：凡能判断者结果都相同",
                ).filled(w=what, c=in_words(part, {})),
                Text(
                    "Correct or remove it. Of grades, “<=” is the grade and those below it, “>=” "
                    "those above.",
                    "请更正或删除。对等级而言，“<=”指该等级及更低等级，“>=”指该等级及更高等级。",
                ),
            )


def _idle_parts(condition: Expression, domains: Domains) -> Iterator[Expression]:
    """Yield the parts of `and` that always hold, and those of `or` that never do."""
    if not isinstance(condition, Call) or condition.operator not in ("and", "or"):
        return
    for part in condition.arguments:
        if isinstance(part, Literal):
            continue
        idle = (
            always_holds(part, domains)
            if condition.operator == "and"
            else not can_hold(part, domains)
        )
        if idle:
            yield part
        else:
            yield from _idle_parts(part, domains)


def why_never(
    condition: Expression,
    domains: Domains,
    among: Expression | None = None,
) -> Text | None:
    """Return why a condition can never hold, or None when it can."""
    if not can_hold(condition, domains):
        return _why(condition, domains)
    if among is None:
        return None
    try:
        together = all_of(ways_to(part, "holds", domains) for part in (among, condition))
    except TooInvolvedError:
        return None
    if together:
        return None
    return Text(
        "those it is asked of all meet “{a}”, which excludes “{c}”",
        "参与者均满足“{a}”，与“{c}”不能同时成立",
    ).filled(a=in_words(among, {}), c=in_words(condition, {}))


def _why(condition: Expression, domains: Domains) -> Text:
    if isinstance(condition, Call) and condition.operator in ("and", "or"):
        impossible = [part for part in condition.arguments if not can_hold(part, domains)]
        if impossible:
            return _why(impossible[0], domains)
        return Text("no values meet “{c}” as a whole", "没有取值能同时满足“{c}”").filled(
            c=in_words(condition, {})
        )
    words = in_words(condition, {})
    subject = _subject(condition)
    if subject is None or domains(subject).scale is Scale.OTHER:
        return Text("“{c}” is never true", "“{c}”不会成立").filled(c=words)
    return Text("“{c}”, but {s} can only be {v}", "“{c}”，而{s}只能是{v}").filled(
        c=words, s=in_words(subject, {}), v=values_in_words(domains(subject))
    )


def _subject(condition: Expression) -> Expression | None:
    if not isinstance(condition, Call):
        return None
    if condition.operator == "not":
        return _subject(condition.arguments[0])
    varying = [part for part in condition.arguments if not constant(part)[0]]
    return varying[0] if len(varying) == 1 else None


def values_in_words(values: Values) -> Text:
    """Return a set of values in words: `'A', 'B'`, `0 or more`, `1 to 5`."""
    if values.scale is Scale.TEXT:
        if values.others:
            return Text("a text", "文本")
        listed = sorted(values.texts)
        more = ", ..." if len(listed) > _MOST_LISTED else ""
        return Text.same(", ".join(f"'{text}'" for text in listed[:_MOST_LISTED]) + more)
    parts: list[Text] = []
    for low, high in values.spans:
        first = None if low is None else said(value_at(low, values.scale))
        last = None if high is None else said(value_at(high, values.scale))
        if first is not None and last is not None:
            parts.append(
                first if low == high else Text("{a} to {b}", "{a} 至 {b}").filled(a=first, b=last)
            )
        elif first is not None:
            parts.append(Text("{a} or more", "{a} 或以上").filled(a=first))
        elif last is not None:
            parts.append(Text("{b} or less", "{b} 或以下").filled(b=last))
        else:
            parts.append(Text("some value", "任意值"))
    return Text(", ".join(t.en for t in parts), "、".join(t.zh for t in parts))
