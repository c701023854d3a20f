"""Reading what comes with a grade: its terms, its review, and who approves it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import rounded
from kefen.domain.text import Text
from kefen.expressions.tree import Literal
from kefen.expressions.types import ValueType
from kefen.expressions.units import unit_named, unit_of
from kefen.standards.document import Mapping, Scalar
from kefen.standards.metrics import UNITS
from kefen.standards.model import Control, Term
from kefen.standards.naming import name_of, named_parts, needs_named_values

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.standards.document import Node
    from kefen.standards.grades import Grades
    from kefen.standards.model import Place
    from kefen.standards.reading import Reading

TERM_KEYS = ("name", "unit")
"""The keys of a term that are no grades."""
TERM_UNITS = tuple(unit for unit in UNITS if unit not in ("date", "yes_no"))
MOST_TERMS = 50
MOST_ROLES = 10
_TERM = Text("a term", "待遇")
_MONTHS = re.compile(r"(\d{1,3}) (month|quarter|year)s?")
_IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)


def read_terms(
    reading: Reading, node: Mapping, grades: Grades, types: dict[str, ValueType]
) -> tuple[Term, ...]:
    """Return the terms of a scheme, in order.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        grades: Its classes.
        types: The names that amounts may use.
    """
    section = reading.mapping(node, "terms")
    if section is not None:
        reading.at_most(len(section.entries), MOST_TERMS, section.place, Text("terms", "待遇"))
    terms = []
    for identifier, child, place in named_parts(reading, section, _TERM):
        if not isinstance(child, Mapping):
            needs_named_values(reading, identifier, place)
            continue
        unit_node = reading.scalar(child, "unit", _TERM)
        if "unit" not in child.entries:
            reading.missing(place, "unit", _TERM)
        unit = (
            reading.choice(unit_node, TERM_UNITS, Text("“unit”", "“unit”")) if unit_node else None
        )
        name = name_of(reading, child, identifier, _TERM, place)
        if unit is None:
            continue
        values: dict[str | None, Expression | Text] = {}
        for grade, value in grades.by_grade(reading, child, TERM_KEYS):
            read = _value(reading, value, grade or "else", unit, types)
            if read is not None:
                values[grade] = read
        _must_cover(reading, child, identifier, place, grades)
        terms.append(Term(identifier, name, unit, values, place))
    return tuple(terms)


def _value(
    reading: Reading, node: Node, key: str, unit: str, types: dict[str, ValueType]
) -> Expression | Text | None:
    if unit == "text":
        return reading.wording(node, key)
    if not isinstance(node, Scalar):
        reading.problem(
            node.place,
            Text("a term in {u} is an amount", "单位为 {u} 的待遇应为数额").filled(u=unit),
            Text(
                "Write a number or an expression; wordings go with “unit: text”.",
                "请写数值或表达式；文字须用“unit: text”。",
            ),
        )
        return None
    read = reading.expression(node, types, _NUMBERS)
    if read is None:
        return None
    found, wanted = unit_of(read[0], reading.units), unit_named(unit)
    if found.joined(wanted) is None:
        reading.problem(
            node.place,
            Text("this is in {f}, and the term in {w}", "此处单位为{f}，而待遇单位为{w}").filled(
                f=found.label, w=wanted.label
            ),
            Text("Change the expression, or “unit”.", "请修改表达式，或修改“unit”。"),
        )
    if unit == "share":
        reading.plausible_share(read[0], node.place)
        return as_share(read[0])
    return read[0]


def as_share(given: Expression) -> Expression:
    """Return a constant share as one written with %, so that it is said with it."""
    if isinstance(given, Literal) and isinstance(given.value, int | Decimal):
        return Literal(rounded(Decimal(given.value)), given.at, "share")
    return given


def _must_cover(
    reading: Reading, node: Mapping, identifier: str, place: Place, grades: Grades
) -> None:
    lacking = [code for code in grades.codes if code not in node.entries]
    if "else" in node.entries or (not lacking and not grades.open):
        return
    reading.problem(
        place,
        Text("the term “{t}” says nothing for {g}", "待遇“{t}”未说明：{g}").filled(
            t=identifier,
            g=Text("the other classes", "其他类别") if grades.open else ", ".join(lacking),
        ),
        Text("Add what they get, or “else: ...”.", "请补上其待遇，或写“else: ...”。"),
    )


def read_control(reading: Reading, node: Mapping, grades: Grades) -> Control | None:
    """Return how the grades of a scheme are looked after, or None when it says nothing of it."""
    review = reading.mapping(node, "review")
    approval = reading.mapping(node, "approval")
    if review is None and approval is None:
        return None
    months: dict[str | None, int] = {}
    for grade, child in grades.by_grade(reading, review) if review is not None else ():
        count = _months(reading, child)
        if count is not None:
            months[grade] = count
    roles: dict[str | None, tuple[str, ...]] = {}
    for grade, child in grades.by_grade(reading, approval) if approval is not None else ():
        named = tuple(item.text.strip() for item in reading.items(child))
        if not named or not all(named) or len(set(named)) < len(named):
            reading.problem(
                child.place,
                Text(
                    "an approval names its roles, each once",
                    "审批须依次写出角色，且不重复",
                ),
                Text("Write [sales manager, board].", "例如写 [sales manager, board]。"),
            )
        reading.at_most(len(named), MOST_ROLES, child.place, Text("roles", "角色"))
        roles[grade] = named
    return Control(months, roles)


def _months(reading: Reading, node: Node) -> int | None:
    match = _MONTHS.fullmatch(" ".join(node.text.split())) if isinstance(node, Scalar) else None
    count = int(match[1]) * _IN_MONTHS[match[2]] if match else 0
    if not count:
        reading.problem(
            node.place,
            Text("this is not a time until the review", "这不是复评间隔"),
            Text("Write “6 months” or “1 year”.", "请写“6 months”或“1 year”。"),
        )
        return None
    return count
