"""Figures of statistics as cells: rounded decimals, intervals in words, and their columns."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.tables import Column

if TYPE_CHECKING:
    from kefen.methods.intervals import Estimate

INTERVAL = Column("interval", Text("95 %", "95 % 区间"))
CUSTOMERS = Column("customers", Text("Customers", "客户数"), "number")
CHANCE = Column("chance", Text("Chance", "偶然概率"))


def percent(share: float | None) -> Decimal | None:
    """Return a share as a cell."""
    return None if share is None else plain(share, 4)


def money(amount: float) -> Decimal:
    """Return an amount as a cell."""
    return plain(amount)


def plain(number: float, places: int = 2) -> Decimal:
    """Return a number as a cell."""
    # Adding zero takes the sign from a number that rounds to zero.
    return Decimal(f"{round(number, places) + 0.0:.{places}f}")


def interval(found: Estimate | None, *, percents: bool = True) -> Text | None:
    """Return an interval as a cell."""
    if found is None:
        return None
    if percents:
        low, high = (f"{round(end * 100, 1) + 0.0:.1f}" for end in (found.low, found.high))
        return Text("{a} to {b} %", "{a} 至 {b} %").filled(a=low, b=high)
    large = max(abs(found.low), abs(found.high)) >= 10
    low, high = (f"{end:,.2f}" if large else f"{end:.3f}" for end in (found.low, found.high))
    return Text("{a} to {b}", "{a} 至 {b}").filled(a=low, b=high)


def chance(value: float) -> Text:
    """Return a probability by chance as a cell."""
    return Text.same("< 0.001" if value < 0.001 else f"{value:.3f}")
