"""Earlier orders, generated: without them nobody could be lost, won back, retained or growing.

They lie before the first day of the original, in a file of their own, so that whoever wants
nothing but the real lines leaves that file out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.demo.clients import former_customer_ids
from kefen.demo.dice import Dice
from kefen.demo.original import FIRST_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kefen.demo.catalogue import Product
    from kefen.demo.trade import CustomerTrade

_YEAR_BEFORE = date(2009, 12, 1)
_EARLIEST = date(2007, 6, 1)
_USUAL_ORDER = Decimal(290)


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """One generated order line."""

    order_id: str
    customer_id: str
    ordered_at: datetime
    product_id: str
    quantity: int
    amount: Decimal


def make_earlier_lines(
    customers: Sequence[CustomerTrade], catalogue: Mapping[str, Product]
) -> list[EarlierLine]:
    """Return the generated lines, by customer and time.

    Some customers of the original have bought for years, some come back after more than a year,
    and some former customers bought before the original's year only.
    """
    goods = _common_goods(catalogue)
    lines: list[EarlierLine] = []
    for trade in customers:
        dice = Dice("earlier", trade.customer_id)
        span = _span(trade, dice)
        if span is not None:
            products = [p for p in trade.favourites if catalogue[p].is_goods] or goods
            usual = trade.revenue / max(1, trade.orders)
            budget = max(Decimal(40), min(Decimal(20_000), usual))
            # About as often as in the original's year, a heavy buyer no more than weekly.
            pace = max(8, min(150, 365 // max(1, trade.orders)))
            lines += _lines(trade.customer_id, span, pace, budget, products, catalogue, dice)
    for customer_id in former_customer_ids():
        dice = Dice("earlier", customer_id)
        last = FIRST_DAY - timedelta(
            days=dice.between(*((1, 365) if dice.happens(70) else (366, 800)))
        )
        first = max(_EARLIEST, last - timedelta(days=dice.between(0, 700)))
        budget = _USUAL_ORDER * dice.between(30, 400) / 100
        pace = dice.between(30, 150)
        lines += _lines(customer_id, (first, last), pace, budget, goods, catalogue, dice)
    return lines


def first_orders(lines: Sequence[EarlierLine]) -> dict[str, date]:
    """Return the day of the first generated order of each customer that has one."""
    first: dict[str, date] = {}
    for line in lines:
        day = line.ordered_at.date()
        first[line.customer_id] = min(day, first.get(line.customer_id, day))
    return first


def _common_goods(catalogue: Mapping[str, Product]) -> list[str]:
    often = sorted(
        (p for p in catalogue.values() if p.is_goods and p.price > 0),
        key=lambda product: (-product.lines, product.product_id),
    )
    return [product.product_id for product in often[:300]]


def _span(trade: CustomerTrade, dice: Dice) -> tuple[date, date] | None:
    """Return the days between which a customer of the original bought before, if it did.

    Who bought in the first weeks of the year was probably no stranger; who appeared later and had
    bought before comes back after a year or more without a purchase.
    """
    weeks = (trade.first_on - FIRST_DAY).days // 7
    known_before = 86 if weeks < 5 else 46 if weeks < 13 else 10
    if not dice.happens(known_before):
        return None
    came_back = dice.happens(4 if weeks < 13 else 85)
    last = (_YEAR_BEFORE if came_back else FIRST_DAY) - timedelta(days=dice.between(1, 60))
    days_known = dice.between(30, (last - _EARLIEST).days)
    return last - timedelta(days=days_known), last


def _lines(
    customer_id: str,
    span: tuple[date, date],
    pace: int,
    budget: Decimal,
    products: Sequence[str],
    catalogue: Mapping[str, Product],
    dice: Dice,
) -> Iterator[EarlierLine]:
    first, last = span
    days = sorted({first, last, *_days_between(first, last, pace, dice)})
    for number, day in enumerate(days, start=1):
        moment = datetime.combine(day, time(dice.between(8, 17), dice.below(60)))
        chosen = list(dict.fromkeys(dice.one_of(products) for _ in range(dice.between(1, 3))))
        for product_id in chosen:
            price = catalogue[product_id].price
            share = budget * dice.between(60, 135) / (100 * len(chosen))
            quantity = max(1, int(share / price)) if price > 0 else 1
            yield EarlierLine(
                order_id=f"H-{customer_id}-{number}",
                customer_id=customer_id,
                ordered_at=moment,
                product_id=product_id,
                quantity=quantity,
                amount=quantity * price,
            )


def _days_between(first: date, last: date, pace: int, dice: Dice) -> Iterator[date]:
    """Return days between two others, about `pace` days apart."""
    day = first + timedelta(days=dice.between(pace // 2, pace * 3 // 2))
    while day < last:
        yield day
        day += timedelta(days=dice.between(pace // 2, pace * 3 // 2))
