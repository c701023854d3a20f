"""Reading whose customers may be: limits, protection, cool-down, return to the public pool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.document import Mapping, Scalar
from kefen.standards.model import Ownership

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingType

    from kefen.standards.document import Node
    from kefen.standards.model import ByGrade, Scheme
    from kefen.standards.reading import Reading

OWNERSHIP_KEY = "ownership"
OWNERSHIP_KEYS = (
    *("by", "at_most", "claims_a_day", "protection", "cool_down", "returns", "remind"),
)
NEVER = "never"
DAYS_PATTERN = r"^\d{1,4} days?$"
_DAYS = re.compile(r"(\d{1,4}) days?")
_WHOLE = re.compile(r"\d{1,7}")
_ELSE = "else"
_OWNERSHIP = Text("“ownership”", "“ownership”")


def read_ownership(
    reading: Reading, document: Mapping, schemes: MappingType[str, Scheme]
) -> Ownership | None:
    """Return how customers come to people and go back; None when the standard does not say.

    Args:
        reading: Where problems are noted.
        document: The standard's document.
        schemes: Its schemes.
    """
    node = reading.mapping(document, OWNERSHIP_KEY)
    if node is None:
        return None
    reading.only_known(node, OWNERSHIP_KEYS, _OWNERSHIP)
    by = reading.scalar(node, "by", _OWNERSHIP, needed=True)
    grades: tuple[str, ...] = ()
    if by is not None:
        scheme = schemes.get(by.text)
        grades = (
            tuple(one.id for one in scheme.grades if one.reason is None)
            if scheme is not None
            else ()
        )
        if not grades and by.text not in reading.broken:
            reading.problem(
                by.place,
                Text("“{s}” is no scheme with grades", "“{s}”不是有等级的方案").filled(s=by.text),
                Text("Name a scheme of the standard.", "请写标准中的方案。"),
            )
    claims = reading.scalar(node, "claims_a_day", _OWNERSHIP)
    found = Ownership(
        by=by.text if by is not None else "",
        at_most=_by_grade(reading, node, "at_most", grades, _number),
        claims_a_day=_number(reading, claims) if claims is not None else None,
        protection=_by_grade(reading, node, "protection", grades, _days),
        cool_down=_by_grade(reading, node, "cool_down", grades, _days),
        returns=_by_grade(reading, node, "returns", grades, _days),
        remind=_by_grade(reading, node, "remind", grades, _days),
        place=document.key_places[OWNERSHIP_KEY],
    )
    _check_reminders(reading, node, found, grades)
    return found


def ownership_in_words(rules: Ownership | None, names: MappingType[str, Text]) -> Text:
    """Return rules of ownership as sentences.

    Args:
        rules: The rules, or None.
        names: The names of the grades of their scheme.
    """
    if rules is None:
        return Text("no rules", "无规则")
    parts = []
    for rule, one, other in (
        (rules.at_most, Text("at most {n} customers a person", "每人至多 {n} 位客户"), False),
        (rules.protection, Text("protected for {n} days", "保护期 {n} 天"), True),
        (rules.cool_down, Text("cool-down of {n} days", "冷却期 {n} 天"), True),
        (rules.returns, Text("returned after {n} days", "{n} 天后收回"), True),
        (rules.remind, Text("reminded {n} days before", "提前 {n} 天提醒"), True),
    ):
        for grade, number in rule.items():
            said = one.filled(n=number)
            if number is None:
                said = Text("never returned", "不收回") if other else Text("no limit", "不限")
            if grade is not None:
                said = Text("{g}: {s}", "{g}：{s}").filled(g=names.get(grade, grade), s=said)
            elif len(rule) > 1:
                said = Text("others: {s}", "其余：{s}").filled(s=said)
            parts.append(said)
    if rules.claims_a_day is not None:
        claims = Text("{n} claims a day", "每天领取 {n} 位")
        parts.append(claims.filled(n=rules.claims_a_day))
    return Text("; ".join(one.en for one in parts), "；".join(one.zh for one in parts))


def _by_grade(
    reading: Reading,
    node: Mapping,
    key: str,
    grades: tuple[str, ...],
    read: Callable[[Reading, Scalar], int | None],
) -> ByGrade:
    """Return a rule that is one number for all grades, or one for each of some, and `else`."""
    child: Node | None = node.entries.get(key)
    if child is None:
        return {}
    if isinstance(child, Scalar):
        return {None: read(reading, child)}
    if not isinstance(child, Mapping):
        reading.scalar(node, key, _OWNERSHIP)
        return {}
    found: dict[str | None, int | None] = {}
    for grade, value in child:
        if grade != _ELSE and grade not in grades:
            if grades:
                reading.problem(
                    child.key_places[grade],
                    Text("“{g}” is none of the grades {all}", "“{g}”不在等级 {all} 之中").filled(
                        g=grade, all=", ".join(grades)
                    ),
                    Text("Correct it, or write “else”.", "请更正，或写“else”。"),
                )
            continue
        one = reading.scalar(child, grade, Text.same(f"“{key}”"))
        if one is not None and value is one:
            found[None if grade == _ELSE else grade] = read(reading, one)
    missing = [grade for grade in grades if grade not in found]
    if missing and None not in found:
        reading.problem(
            child.place,
            Text("“{k}” says nothing of {m}", "“{k}”未规定 {m}").filled(
                k=key, m=", ".join(missing)
            ),
            Text("Add them, or “else” for all others.", "请补上，或用“else”表示其余等级。"),
        )
    return found


def _days(reading: Reading, node: Scalar) -> int | None:
    words = " ".join(node.text.split())
    if words == NEVER:
        return None
    match = _DAYS.fullmatch(words)
    if match is None or not int(match[1]):
        reading.problem(
            node.place,
            Text("this is no number of days", "这不是天数"),
            Text("Write “90 days”, or “never”.", "请写“90 days”或“never”。"),
        )
        return None
    return int(match[1])


def _number(reading: Reading, node: Scalar) -> int | None:
    match = _WHOLE.fullmatch(node.text.strip())
    if match is None or not int(match[0]):
        reading.problem(
            node.place,
            Text("this is no number of customers", "这不是客户数"),
            Text("Write a whole number above 0, such as 200.", "请写大于 0 的整数，如 200。"),
        )
        return None
    return int(match[0])


def _check_reminders(
    reading: Reading, node: Mapping, rules: Ownership, grades: tuple[str, ...]
) -> None:
    """Note a reminder that would come before a customer could be forgotten, or that never comes."""
    child = node.entries.get("remind")
    if child is None:
        return
    if not rules.returns:
        reading.problem(
            child.place,
            Text("nothing returns, so there is nothing to remind of", "没有收回规则，无需提醒"),
            Text("Add “returns”, or remove “remind”.", "请补上“returns”，或删去“remind”。"),
        )
        return
    for grade in (*grades, None):
        after, before = rules.of(rules.returns, grade), rules.of(rules.remind, grade)
        if after is not None and before is not None and before >= after:
            reading.problem(
                child.place,
                Text(
                    "the reminder comes {r} days before a return after {n} days",
                    "收回期为 {n} 天，却提前 {r} 天提醒",
                ).filled(r=before, n=after),
                Text("Remind fewer days before.", "请缩短提醒天数。"),
            )
            return
