"""Findings as they come together, and how values are said in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import value_in_words
from kefen.standards.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from kefen.expressions.tree import Value
    from kefen.standards.model import Place
    from kefen.standards.problems import Severity


@dataclass(slots=True)
class Findings:
    """What the checks have found so far, each thing once."""

    _found: dict[Problem, None] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return everything found."""
        return tuple(self._found)

    def error(self, place: Place, what: Text, mend: Text) -> None:
        """Note what stops the standard from being used."""
        self._add("error", place, what, mend)

    def warning(self, place: Place, what: Text, mend: Text) -> None:
        """Note what is hardly meant."""
        self._add("warning", place, what, mend)

    def note(self, place: Place, what: Text, mend: Text) -> None:
        """Note what may well be meant, but should be known."""
        self._add("note", place, what, mend)

    def _add(self, severity: Severity, place: Place, what: Text, mend: Text) -> None:
        self._found.setdefault(Problem(severity, what, mend, place))


def said(value: Value) -> Text:
    """Return a value as a finding says it; texts in quotes."""
    if isinstance(value, str):
        return Text.same(f"'{value}'")
    return value_in_words(value)


def plain(number: Decimal | int) -> str:
    """Return a number without needless zeros, as it would be typed."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def quoted(words: Iterable[str]) -> Text:
    """Return words in quotes, one after the other."""
    listed = list(words)
    return Text(", ".join(f"“{word}”" for word in listed), "".join(f"“{word}”" for word in listed))


_INTERVAL = re.compile(r"(?P<open>[\[(])(?P<low>[^,]*),(?P<high>[^,]*)[\])]")


def reaching(lower: str, upper: str) -> str | None:
    """Return the interval `lower` stretched to where `upper` begins; None when it is none.

    So `[40, 59]` before `[60, 80]` becomes `[40, 60)`.
    """
    first, second = _INTERVAL.fullmatch(lower), _INTERVAL.fullmatch(upper)
    if first is None:
        return None
    if second is not None:
        end, close = second["low"].strip(), ")" if second["open"] == "[" else "]"
    elif (match := re.fullmatch(r">(=?)\s*(.+)", upper)) is not None:
        end, close = match[2], ")" if match[1] else "]"
    else:
        return None
    return f"{first['open']}{first['low'].strip()}, {end}{close}"
