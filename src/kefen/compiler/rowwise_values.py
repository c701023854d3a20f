"""Values of plain rows: totals, means and days, and what a column of a type stores."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.decimals import PLACES, exact_sum, fits_storage, quotient, rounded
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kefen.expressions.tree import Value

Row = dict[str, "Value"]
_LONG = 2**63


def stored(value: Value, of_type: ValueType) -> Value:
    """Return a value as a column of its type stores it.

    Raises:
        OutOfRangeError: A number does not fit the column.
    """
    if value is None:
        return None
    if of_type is ValueType.DECIMAL and isinstance(value, int | Decimal):
        exact = rounded(Decimal(value))
        if not fits_storage(exact):
            raise OutOfRangeError(str(value))
        return exact
    if of_type is ValueType.INTEGER and isinstance(value, int) and not -_LONG <= value < _LONG:
        raise OutOfRangeError(str(value))
    if of_type is ValueType.DATE and isinstance(value, date):
        return day_of(value)
    if of_type is ValueType.MOMENT and isinstance(value, date):
        return value if isinstance(value, datetime) else datetime.combine(value, time())
    return value


def known_total(found: Iterable[Any]) -> int | Decimal | None:
    """Return the total of the values that are known; None when none is."""
    values = [value for value in found if value is not None]
    return total(values) if values else None


def total(values: Sequence[Any]) -> int | Decimal:
    """Return the exact total of numbers.

    Raises:
        ValueError: The total has more than four decimals.
    """
    if all(isinstance(value, int) for value in values):
        return sum(int(value) for value in values)
    found = exact_sum(values)
    stored_sum = rounded(found)
    if stored_sum != found:
        raise ValueError(f"{found} has more than {PLACES} decimals")
    return stored_sum


def mean_of(values: Sequence[Any]) -> Decimal | None:
    """Return the mean of numbers, to 4 decimals; None when there are none."""
    return quotient(total(values), len(values))


def moment_of(value: Any) -> datetime:
    """Return a moment; of a day its beginning."""
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def day_of(value: Any) -> date:
    """Return the day of a moment; a day is its own."""
    day: date = value.date() if isinstance(value, datetime) else value
    return day
