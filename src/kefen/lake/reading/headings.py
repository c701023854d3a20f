"""Guessing which input column is which column of the contract, from its heading."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kefen.domain.contract import TABLES, Kind
from kefen.lake.reading.heading_words import WORDS
from kefen.lake.reading.units import (
    plain_words,
    unit_of,
    unit_within,
    units_below,
    without_brackets,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.domain.contract import Table
    from kefen.lake.reading.units import Unit

_SEPARATORS = re.compile(r"[\s_\-./#:'\"*`,;&|\\]+")
_QUANTITY_WORDS = ("quantity", "qty", "数量")
_BARE_UNITS = ("千万元", "百万元", "亿元", "万元", "千元", "百元", "万美元")
_UNIT_PRICE_WORDS = ("unitprice", "price", "单价", "含税单价", "无税单价", "销售单价")


class Heading(NamedTuple):
    """A heading without its unit, and that unit."""

    word: str
    unit: Unit | None


class HeadingRow(NamedTuple):
    """Where the heading is: the position of its row, and how many of its cells are known."""

    position: int
    known: int


@dataclass(frozen=True)
class Guess:
    """What the headings of a file were taken to be.

    Attributes:
        columns: The heading of each column of the contract that was found.
        units: What the values of a column of money are counted in, where the heading says.
        ambiguous: Columns that several headings fit equally well.
        unknown: Headings that fit no column.
    """

    columns: Mapping[str, str]
    units: Mapping[str, Unit] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def read_heading(text: str) -> Heading:
    """Return a heading in the form in which headings are compared.

    Full-width forms, case, spaces and punctuation go; a unit in brackets is told apart.
    """
    plain = plain_words(text)
    unit = unit_within(text)
    bare = without_brackets(plain)
    word = _SEPARATORS.sub("", bare) or _SEPARATORS.sub("", plain)
    for written in _BARE_UNITS:  # 销售额万元
        behind = unit_of(written)
        if unit is None and behind is not None and word.endswith(written) and word != written:
            return Heading(word.removesuffix(written), behind)
    return Heading(word, unit)


def guess_columns(headings: Sequence[str], table: Table, taken: Iterable[str] = ()) -> Guess:
    """Match headings to the columns of a table.

    The canonical name itself wins over the usual words, those over the vague ones; a heading
    serves one column. `taken` are headings that a mapping uses already.
    """
    used = set(taken)
    columns: dict[str, str] = {}
    ambiguous: dict[str, tuple[str, ...]] = {}
    read = {heading: read_heading(heading) for heading in headings}
    for level in range(4):
        for column in table.columns:
            if column.name in columns or column.name in ambiguous:
                continue
            found = _matches(_words(table.name, column.name)[level], read, used)
            if len(found) == 1 or (found and not column.required):
                columns[column.name] = found[0]
                used.add(found[0])
            elif found:
                ambiguous[column.name] = tuple(found)
    units = {
        column: unit
        for column, heading in columns.items()
        if (unit := read[heading].unit) is not None and table.column(column).kind is Kind.MONEY
    }
    in_question = {heading for several in ambiguous.values() for heading in several}
    unknown = tuple(h for h in headings if h not in used and h not in in_question)
    return Guess(columns, units, ambiguous, unknown)


def near_misses(column: str, headings: Iterable[str], table: Table) -> tuple[str, ...]:
    """Return headings that look like the usual words of a column, the nearest first."""
    words = [word for level in _words(table.name, column) for word in level]
    scored = []
    for heading in headings:
        word = read_heading(heading).word
        score = max(difflib.SequenceMatcher(None, word, usual).ratio() for usual in words)
        if score >= 0.6:
            scored.append((score, heading))
    return tuple(heading for _, heading in sorted(scored, key=lambda s: -s[0])[:3])


def quantity_and_price(headings: Iterable[str]) -> tuple[str, str] | None:
    """Return the headings of a quantity and a unit price, from which an amount follows."""
    read = {read_heading(heading).word: heading for heading in headings}
    quantity = next((read[word] for word in _QUANTITY_WORDS if word in read), None)
    price = next((read[word] for word in _UNIT_PRICE_WORDS if word in read), None)
    return (quantity, price) if quantity and price else None


def find_heading_row(rows: Sequence[Sequence[str]], table: Table) -> HeadingRow:
    """Return the row that holds the headings: the one with most known words.

    Titles above it are passed over. Where no word is known, it is the first row with text in
    more than one cell, or the first that is not blank.
    """
    known_words = _all_words(table.name)
    best: HeadingRow | None = None
    wide = filled = None
    for position, row in enumerate(rows):
        cells = [cell for cell in row if cell.strip()]
        known = len({w for cell in cells if (w := read_heading(cell).word) in known_words})
        if best is None or known > best.known:
            best = HeadingRow(position, known)
        if filled is None and cells:
            filled = position
        if wide is None and len(cells) > 1:
            wide = position
    if best is not None and best.known >= min(2, _width(rows)):
        return best
    fallback = wide if wide is not None else filled
    return HeadingRow(fallback or 0, best.known if best and best.position == fallback else 0)


def units_in_row(headings: Sequence[str], cells: Sequence[str], table: Table) -> dict[str, Unit]:
    """Return the units of the row below the headings where it has nothing else, by heading."""
    no_numbers = (Kind.ID, Kind.TEXT, Kind.CODE, Kind.DATE, Kind.TIMESTAMP, Kind.BOOLEAN)
    others = {
        heading
        for column, heading in guess_columns(headings, table).columns.items()
        if table.column(column).kind in no_numbers
    }
    return units_below(headings, cells, others)


def unique_headings(headings: Sequence[str]) -> tuple[str, ...]:
    """Return headings trimmed, the blank ones named by position, the repeated ones numbered."""
    seen: dict[str, int] = {}
    unique = []
    for position, heading in enumerate(headings, 1):
        text = heading.strip("\ufeff \t\r\n\u3000") or f"column {position}"
        seen[text] = seen.get(text, 0) + 1
        unique.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(unique)


def _width(rows: Sequence[Sequence[str]]) -> int:
    return max((sum(1 for cell in row if cell.strip()) for row in rows), default=0)


def _matches(words: Sequence[str], read: Mapping[str, Heading], used: set[str]) -> list[str]:
    """Return the free headings among a column's words, in the order of preference."""
    order = {word: rank for rank, word in reversed(list(enumerate(words)))}
    found = [h for h, heading in read.items() if h not in used and heading.word in order]
    return sorted(found, key=lambda h: order[read[h].word])


@lru_cache(maxsize=256)
def _words(table: str, column: str) -> tuple[tuple[str, ...], ...]:
    """Return a column's words by level: its name, its labels, the usual, the vague.

    The labels of a required amount are no better than the usual words: `金额` beside `价税合计`
    may be with tax or without, and only the user knows.
    """
    described = TABLES[table].column(column)
    words = WORDS.get(table, {}).get(column)
    labels = (read_heading(described.label.zh).word, read_heading(described.label.en).word)
    strong = tuple(read_heading(word).word for word in words.strong.split("|")) if words else ()
    weak = (
        tuple(read_heading(word).word for word in words.weak.split("|"))
        if words and words.weak
        else ()
    )
    if described.kind is Kind.MONEY and described.required:
        return ((read_heading(column).word,), (), labels + strong, weak)
    return ((read_heading(column).word,), labels, strong, weak)


@lru_cache(maxsize=32)
def _all_words(table: str) -> frozenset[str]:
    return frozenset(
        word
        for column in TABLES[table].columns
        for level in _words(table, column.name)
        for word in level
    )
