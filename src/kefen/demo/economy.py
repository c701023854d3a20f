"""What the shop spends on customers, and how large its markets are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.demo.catalogue import CHARGES
from kefen.demo.dice import Dice
from kefen.domain.calendar import month_end, months_before
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.domain.text import Language

_MONTHS = tuple(months_before(date(2011, 11, 30), months) for months in range(11, -1, -1))
# Pounds a month, between; marketing doubles before Christmas.
_BUDGETS = {
    "acquisition": (5_200, 8_800),
    "retention": (2_400, 4_600),
    "service": (6_500, 9_500),
    "marketing": (7_000, 12_000),
}
_SEASON = (9, 10, 11)
_COMPETITORS = tuple(
    Text(en, zh)
    for en, zh in (
        ("Thistle & Thread", "蓟与线"),
        ("The Paper Whale", "纸鲸"),
        ("Marzipan Harbour", "杏仁糖港湾"),
        ("Quince & Quill", "榅桲与鹅毛笔"),
    )
)


def cost_rows() -> list[Mapping[str, object]]:
    """Return what was spent by month and kind in the twelve full months of the data."""
    rows: list[Mapping[str, object]] = []
    for month in _MONTHS:
        for kind, (low, high) in _BUDGETS.items():
            amount = Dice("cost of", month.isoformat(), kind).between(low, high)
            busy = kind == "marketing" and month.month in _SEASON
            rows.append(
                {
                    "month": month.replace(day=1),
                    "kind": kind,
                    "amount": Decimal(amount * (2 if busy else 1)),
                }
            )
    return rows


def market_rows(
    regions: Mapping[Text, Decimal], categories: Mapping[Text, Decimal], language: Language
) -> list[Mapping[str, object]]:
    """Return the size of the market by region and by category, for this year and the last.

    Args:
        regions: The shop's sales of a year by region.
        categories: The shop's sales of a year by category.
        language: The language of names.
    """
    rows: list[Mapping[str, object]] = []
    for column, sales in (("region", regions), ("category", categories)):
        for name, amount in sales.items():
            if name is CHARGES or amount <= 0:
                continue
            dice = Dice("market", name.en)
            total = int(amount / 1000 + 1) * dice.between(6, 60) * 1000
            before = total * dice.between(88, 108) // 100000 * 1000
            competitor = dice.one_of(_COMPETITORS).in_language(language)
            rows += [
                {
                    "period": month_end(period),
                    "total": Decimal(size),
                    column: name.in_language(language),
                    "main_competitor": competitor,
                }
                for period, size in ((date(2010, 11, 30), before), (date(2011, 11, 30), total))
            ]
    return rows


def sums_by(pairs: Sequence[tuple[Text, Decimal]]) -> dict[Text, Decimal]:
    """Return the sum of amounts by name, in the order of the names' first appearance."""
    sums: dict[Text, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, Decimal(0)) + amount
    return sums
