"""What one value of a row in plain Python stands for in its column.

Values are read one by one, or all of a column at once where they are of one type; both give the
same. Reading raises what Python raises (ValueError, TypeError, ArithmeticError, KeyError) where a
value is not what its column holds: the row that it is of makes the error that people see.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.contract import Kind
from kefen.domain.decimals import all_rounded, all_stored, fits_storage, parse_decimal, rounded
from kefen.lake.reading.code_words import (
    FALSE_WORDS,
    TRUE_WORDS,
    code_answers,
    currency_answers,
)
from kefen.lake.reading.nothing import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from kefen.domain.contract import Column

_BLANKS = " \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060"
_NOTHING = frozenset({"", *WORDS})
_WHOLE_DOUBLE = 1e15
_LONG = 2**63
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def value_reader(column: Column, zone: ZoneInfo) -> Callable[[Any], Any]:
    """Return what gives a value of a column that is not None; None for a blank one."""
    if column.name == "currency":
        words = dict(reversed(currency_answers()))

        def currency(value: Any) -> str | None:
            text = as_text(value)
            return None if text is None else words.get(str(text).upper(), str(text).upper())

        return currency
    if column.kind in (Kind.ID, Kind.TEXT):
        return as_text
    if column.kind in (Kind.MONEY, Kind.NUMBER):
        return _number
    read = _filled_reader(column, zone)

    def value_or_blank(value: Any) -> Any:
        # A moment is the most frequent, and never blank.
        return None if type(value) is not datetime and is_blank(value) else read(value)

    return value_or_blank


def _filled_reader(column: Column, zone: ZoneInfo) -> Callable[[Any], Any]:
    if column.kind is Kind.CODE:
        # Of a word that stands for two codes the first counts, as in files.
        words = {word.strip(): code for word, code in reversed(code_answers(column.codes))}
        return lambda value: words[str(as_text(value)).lower()]
    if column.kind is Kind.BOOLEAN:
        return _boolean
    if column.kind is Kind.INTEGER:
        return _integer
    if column.kind is Kind.DATE:
        return lambda value: _moment(value, zone).date()
    return lambda value: _moment(value, zone)


def is_blank(value: Any) -> bool:
    """Return whether a value that is not None stands for nothing."""
    if isinstance(value, str):
        return value in _NOTHING or value.strip(_BLANKS) in _NOTHING
    # NaT and NA of pandas.
    return type(value).__name__ in ("NAType", "NaTType")


def as_text(value: Any) -> Any:
    """Return a value as text: trimmed, whole floats without their point; None for a blank one."""
    if isinstance(value, str):
        text = value.strip(_BLANKS)
        return None if text in _NOTHING else text
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(value)
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE_DOUBLE else repr(value)
    if isinstance(value, Decimal):
        written = format(value, "f")
        whole, _, places = written.partition(".")
        return whole if not places.strip("0") else written
    return None if is_blank(value) else str(value)


def _number(value: Any) -> Decimal | None:
    """Return an exact number, half up at four decimals; None for a blank."""
    if type(value) is Decimal:
        exact = value
    elif is_blank(value):
        return None
    elif isinstance(value, bool):
        raise TypeError(value)
    elif isinstance(value, str):
        exact = _written(value)
    elif isinstance(value, float):
        exact = parse_decimal(repr(float(value)))
    elif isinstance(value, int | Decimal):
        exact = Decimal(value)
    else:
        exact = parse_decimal(str(value))
    if not exact.is_finite():
        raise ValueError(value)
    found = rounded(exact)
    if not fits_storage(found):
        raise ValueError(value)
    return found


def _written(text: str) -> Decimal:
    """Return the number in a text.

    Decimals take more for digits than files do: `1_000`, and the digits of every script.

    Raises:
        ValueError: The text is no number, or none in a file.
    """
    narrow = text.strip(_BLANKS).translate(_WIDE_DIGITS)
    if not narrow.isascii() or "_" in narrow:
        raise ValueError(text)
    return parse_decimal(narrow)


def is_too_large(value: Any) -> bool:
    """Return whether a value is a number that has too many digits before the point."""
    try:
        exact = _written(value) if isinstance(value, str) else parse_decimal(str(value))
    except ValueError:
        return False
    return not fits_storage(exact)


def _all_exact(values: Sequence[Decimal]) -> Sequence[Decimal]:
    """Return exact numbers, half up at four decimals, as `_number` gives each."""
    found = values if all_stored(values) else all_rounded(values)
    if not all(map(Decimal.is_finite, found)) or not (
        fits_storage(max(found)) and fits_storage(min(found))
    ):
        raise ValueError
    return found


def all_plain(values: Sequence[Any], kind: Kind | None) -> Sequence[Any] | None:
    """Return what values of one type are read as; None where they are to be read one by one.

    Args:
        values: The values, none of them None; returned themselves where they are canonical.
        kind: The kind of their column.
    """
    of_type = type(values[0])
    if kind in (Kind.MONEY, Kind.NUMBER):
        if of_type is Decimal:
            return _all_exact(values)
        if of_type is int:
            return _all_exact(list(map(Decimal, values)))
        if of_type is float:
            return _all_exact([Decimal(repr(value)) for value in values])
    if of_type is int and kind is Kind.INTEGER:
        return values if fits_storage(max(values)) and fits_storage(min(values)) else None
    if of_type is datetime and kind is Kind.TIMESTAMP:
        return values if all(value.tzinfo is None for value in values) else None
    if (of_type, kind) in ((date, Kind.DATE), (bool, Kind.BOOLEAN)):
        return values
    return None


def texts_read(texts: set[Any], kind: Kind | None, read: Callable[[Any], Any]) -> dict[Any, Any]:
    """Return what each text is read as, None as itself."""
    filled = [text for text in texts if text is not None]
    found: Sequence[Any] | None = None
    # Written as they mostly are they are read all at once; what is not is read one by one.
    with suppress(ValueError, ArithmeticError):
        if read is as_text:
            found = [text.strip(_BLANKS) for text in filled]
            if not _NOTHING.isdisjoint(found):
                found = None
        elif kind in (Kind.MONEY, Kind.NUMBER):
            if all(text.isascii() and "_" not in text for text in filled):
                found = _all_exact([Decimal(text) for text in filled])
        elif kind in (Kind.TIMESTAMP, Kind.DATE):
            moments = [datetime.fromisoformat(text) for text in filled]
            if all(moment.tzinfo is None for moment in moments):
                found = moments if kind is Kind.TIMESTAMP else [one.date() for one in moments]
    if found is None:
        found = [read(text) for text in filled]
    known: dict[Any, Any] = dict(zip(filled, found, strict=True))
    if None in texts:
        known[None] = None
    return known


def _integer(value: Any) -> int:
    number = _number(value)
    whole = 0 if number is None else int(number)
    if whole != number or not -_LONG <= whole < _LONG:
        raise ValueError(value)
    return whole


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(as_text(value)).lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(value)


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    if type(value) is datetime and value.tzinfo is None:
        return value
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip(_BLANKS))
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(zone).replace(tzinfo=None)
        # A moment of pandas counts nanoseconds; an ordinary one is what is meant.
        return (
            value
            if type(value) is datetime
            else datetime.fromisoformat(value.isoformat(timespec="microseconds"))
        )
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise TypeError(value)
