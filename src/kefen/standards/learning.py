"""Reading what a scheme learns from those it grades."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.document import Mapping
from kefen.standards.model import Learned
from kefen.standards.naming import name_of, named_parts

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.standards.model import LearnedBy
    from kefen.standards.reading import Reading

LEARN_WAYS = ("most_common", "largest", "smallest", "mean", "sum", "count", "middle", "cut")
"""The ways a value is learned; a learned value has exactly one of them."""
LEARN_KEYS = ("name", *LEARN_WAYS, "at")
MOST_LEARNED = 50
_LEARNED = Text("a learned value", "标定值")
_PART = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)
_WANTED = {
    "mean": _NUMBERS,
    "sum": _NUMBERS,
    "middle": (*_NUMBERS, ValueType.DATE),
    "cut": (*_NUMBERS, ValueType.DATE),
}


def read_learned(
    reading: Reading, node: Mapping, types: dict[str, ValueType], taken: Collection[str]
) -> tuple[tuple[Learned, ...], dict[str, ValueType]]:
    """Return a scheme's learned values, and the type of every name it gives to one.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        types: The names that learned values may use: metrics and other schemes.
        taken: Names that mean something else already.
    """
    found: list[Learned] = []
    named: dict[str, ValueType] = {}
    section = reading.mapping(node, "learn")
    if section is not None:
        reading.at_most(
            len(section.entries), MOST_LEARNED, section.place, Text("learned values", "标定值")
        )
    for identifier, child, place in named_parts(reading, section, _LEARNED, taken):
        named[identifier] = ValueType.UNKNOWN  # what is wrong with it is told once, here
        ways = [how for how in LEARN_WAYS if isinstance(child, Mapping) and how in child.entries]
        if not isinstance(child, Mapping) or len(ways) != 1:
            reading.problem(
                child.place,
                Text("a learned value has exactly one way", "标定值须且只能有一种算法"),
                Text(
                    "Write one of: {w}; for example “most_common: country”.",
                    "可用：{w}；例如“most_common: country”。",
                ).filled(w=", ".join(LEARN_WAYS)),
            )
            continue
        reading.only_known(child, LEARN_KEYS, _LEARNED)
        how = cast("LearnedBy", ways[0])
        at = _at(reading, child, how)
        of_node = reading.scalar(child, how, _LEARNED)
        read = reading.expression(of_node, types, _WANTED.get(how)) if of_node else None
        if read is None:
            continue
        named[identifier] = _type(how, read[1])
        name = name_of(reading, child, identifier, _LEARNED, place)
        found.append(Learned(identifier, name, how, read[0], named[identifier], at))
    return tuple(found), named


def _type(how: LearnedBy, of_type: ValueType) -> ValueType:
    if how == "count":
        return ValueType.INTEGER
    return ValueType.DECIMAL if how == "mean" else of_type


def _at(reading: Reading, node: Mapping, how: LearnedBy) -> Fraction | None:
    child = reading.scalar(node, "at", _LEARNED)
    if how != "cut":
        if child is not None:
            reading.problem(
                child.place,
                Text("“at” goes with “cut”", "“at”与“cut”同用"),
                Text("Remove it, or write “cut”.", "请删除，或改用“cut”。"),
            )
        return Fraction(1, 2) if how == "middle" else None
    if child is None:
        reading.missing(node.place, "at", _LEARNED)
        return None
    match = _PART.fullmatch(child.text.strip())
    part = Fraction(match[1]) / 100 if match else Fraction(0)
    if not 0 < part <= 1:
        reading.problem(
            child.place,
            Text(
                "“{v}” is not a part of all between 0 % and 100 %",
                "“{v}”不是 0 % 到 100 % 之间的比例",
            ).filled(v=child.text),
            Text("Write “at: 80 %”.", "请写“at: 80 %”。"),
        )
        return None
    return part
