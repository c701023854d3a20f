"""Orders in time and by customer: days, months, the window, and what each customer bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from kefen.domain.calendar import months_before
from kefen.lake.quality.queries import active_orders
from kefen.lake.quality.report import MonthActivity

if TYPE_CHECKING:
    from kefen.lake.dataset import ReadTable
    from kefen.lake.quality.queries import DataCut

ORDER_CUSTOMERS = "quality_order_customers"
_MONTHS_A_MASK = 120
_OLDEST_MONTH = 1970 * 12  # older dates are found improbable, and would make endless gaps


@dataclass(frozen=True, slots=True)
class OrderActivity:
    """The orders that count by the as-of date, cancelled ones excluded.

    Attributes:
        months: Every calendar month from the first order since 1970 to the as-of date.
        last_on: The last day with an order; None without any.
        covered: For each month of the window, oldest first: whether it has an order. The months
            end with the as-of date, so they are calendar months when that is a month's end.
        window_customers: Customers with a line in the window.
        positive_customers: Customers whose lines in the window sum above zero.
        positive_revenue: The sum of those customers' revenues.
        largest_customer: The customer with the largest revenue in the window, the first by id of
            equals; None without any.
        largest_revenue: Its revenue.
    """

    months: tuple[MonthActivity, ...]
    last_on: date | None
    covered: tuple[bool, ...]
    window_customers: int
    positive_customers: int
    positive_revenue: Decimal
    largest_customer: str | None
    largest_revenue: Decimal


def order_activity(cut: DataCut, orders: ReadTable) -> OrderActivity:
    """Return the activity of `orders`; leaves `ORDER_CUSTOMERS`, one row a customer with orders."""
    days = _days(cut, orders)
    month_range = _month_range(days, cut.as_of)
    masks = _keep_customers(cut, orders, month_range)
    customers = _customers_by_month(cut, masks)
    totals: dict[int, tuple[int, Decimal]] = {}
    for day, lines, amount in days:
        month = _index(day)
        before = totals.get(month, (0, Decimal(0)))
        totals[month] = (before[0] + lines, before[1] + amount)
    nothing = (0, Decimal("0.0000"))
    ((window, positive, revenue),) = cut.rows(
        """
        SELECT COUNT(*) FILTER (WHERE revenue IS NOT NULL), COUNT(*) FILTER (WHERE revenue > 0),
          COALESCE(SUM(revenue) FILTER (WHERE revenue > 0), 0)
        FROM order_customers
        """,
        {"order_customers": ORDER_CUSTOMERS},
    )
    largest = cut.rows(
        """
        SELECT customer_id, revenue FROM order_customers WHERE revenue > 0
        ORDER BY revenue DESC, customer_id LIMIT 1
        """,
        {"order_customers": ORDER_CUSTOMERS},
    )
    return OrderActivity(
        months=tuple(
            MonthActivity(
                month=date(month // 12, month % 12 + 1, 1),
                lines=totals.get(month, nothing)[0],
                customers=customers.get(month, 0),
                amount=totals.get(month, nothing)[1],
            )
            for month in month_range
        ),
        last_on=days[-1][0] if days else None,
        covered=_covered(cut, [day for day, _, _ in days]),
        window_customers=window,
        positive_customers=positive,
        positive_revenue=Decimal(revenue),
        largest_customer=largest[0][0] if largest else None,
        largest_revenue=Decimal(largest[0][1]) if largest else Decimal(0),
    )


def _days(cut: DataCut, orders: ReadTable) -> list[tuple[date, int, Decimal]]:
    """Return (day, lines, amount) of every day with an order: one row a day, oldest first."""
    return cut.rows(
        f"""
        SELECT CAST(ordered_at AS DATE) AS day, COUNT(*), COALESCE(SUM(amount), 0) FROM orders
        WHERE {active_orders(orders)} GROUP BY day ORDER BY day
        """,  # noqa: S608 - constant text
        {"orders": orders.relation},
    )


def _month_range(days: list[tuple[date, int, Decimal]], as_of: date) -> range:
    first = next((_index(day) for day, _, _ in days if _index(day) >= _OLDEST_MONTH), None)
    return range(0) if first is None else range(first, _index(as_of) + 1)


def _keep_customers(cut: DataCut, orders: ReadTable, months: range) -> list[range]:
    """Keep one row a customer with orders, with its revenue in the window and its months as bits.

    Bits make one group a customer enough: a group for each of its months costs twice the time.
    Returns the months of each mask.
    """
    masks = [months[i : i + _MONTHS_A_MASK] for i in range(0, len(months), _MONTHS_A_MASK)]
    month = "(YEAR(ordered_at) * 12 + MONTH(ordered_at) - 1)"
    active = active_orders(orders)
    # The shift is computed for every row, filtered or not, and must never be negative.
    bits = "".join(
        f", BIT_OR(CAST(1 AS HUGEINT) << CAST(GREATEST(LEAST({month}, {mask.stop - 1}) "
        f"- {mask.start}, 0) AS HUGEINT)) "
        f"FILTER (WHERE {active} AND {month} BETWEEN {mask.start} AND {mask.stop - 1}) "
        f"AS months_{number}"
        for number, mask in enumerate(masks)
    )
    # The filters keep customers whose every line is cancelled or later: they have a fact.
    cut.keep(
        ORDER_CUSTOMERS,
        f"""
        SELECT customer_id,
          SUM(amount) FILTER (WHERE {active} AND CAST(ordered_at AS DATE) > :window_start)
            AS revenue{bits}
        FROM orders GROUP BY customer_id
        """,  # noqa: S608 - constant text and integers
        {"orders": orders.relation},
    )
    return masks


def _customers_by_month(cut: DataCut, masks: list[range]) -> dict[int, int]:
    found: dict[int, int] = {}
    for number, mask in enumerate(masks):
        counts = cut.rows(
            f"""
            SELECT each.bit, COUNT(*) FROM order_customers,
              (SELECT UNNEST(RANGE(0, {len(mask)})) AS bit) AS each
            WHERE (months_{number} >> each.bit) & 1 = 1 GROUP BY each.bit
            """,  # noqa: S608 - own names and integers
            {"order_customers": ORDER_CUSTOMERS},
        )
        found.update({mask.start + bit: customers for bit, customers in counts})
    return found


def _covered(cut: DataCut, days: list[date]) -> tuple[bool, ...]:
    edges = [months_before(cut.as_of, back) for back in range(cut.window_months, -1, -1)]
    return tuple(any(start < day <= end for day in days) for start, end in pairwise(edges))


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1
