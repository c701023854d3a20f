"""The schemes abc, rfm and value_index, written from the words of the design alone.

Nothing of the package is used, so that an error there cannot hide here. Amounts are counted in
ten-thousandths.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

Rows = Sequence[Mapping[str, Any]]
Verdict = tuple[str | None, Decimal | None, str | None, str | None]
"""(grade, score, score_text, reason)"""


def day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def back(as_of: date, months: int) -> date:
    """n months before; from a month's end, a month's end."""
    year, month = as_of.year, as_of.month - months
    while month < 1:
        year, month = year - 1, month + 12
    last = calendar.monthrange(year, month)[1]
    ends = as_of.day == calendar.monthrange(as_of.year, as_of.month)[1]
    return date(year, month, last if ends else min(as_of.day, last))


def exact(amount: Decimal) -> int:
    return int(amount * 10_000)


def half_up(value: Fraction) -> int:
    """A non-negative value rounded half up to a whole number."""
    return int(value + Fraction(1, 2))


@dataclass
class Customer:
    """What the text counts of one customer."""

    revenue: int = 0
    before: int = 0
    recent: int = 0
    margin: int = 0
    purchases: list[date] = field(default_factory=list)
    categories: set[str] = field(default_factory=set)
    due: int = 0
    on_time: int = 0
    interactions: int = 0
    orders: int = 0


def counted(company: Mapping[str, Rows], as_of: date) -> dict[str, Customer]:
    """Return the customers that exist at `as_of` with what is counted of them."""
    start, start_before, half = back(as_of, 12), back(as_of, 24), back(as_of, 6)
    found: dict[str, Customer] = {}
    dates_of: dict[str, list[date]] = defaultdict(list)
    for table, column in DATES.items():
        for fact in company.get(table, ()):
            dates_of[fact["customer_id"]].append(day(fact[column]))
    for row in company["customers"]:
        dates = dates_of[row["customer_id"]]
        created = row.get("created_on")
        seen = any(when <= as_of for when in dates)
        undated = created is None and not dates
        if (created is not None and created <= as_of) or seen or undated:
            found[row["customer_id"]] = Customer()
    lines: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for row in company.get("orders", ()):
        when, amount = day(row["ordered_at"]), exact(row["amount"])
        cancelled = row.get("status") == "cancelled" and (
            row.get("cancelled_on") is None or row["cancelled_on"] <= as_of
        )
        if when > as_of or cancelled:
            continue
        customer = found[row["customer_id"]]
        lines[row["customer_id"], row["order_id"]].append((when, amount))
        if start < when:
            customer.revenue += amount
            if row.get("cost") is not None:
                customer.margin += amount - exact(row["cost"])
            if amount > 0 and row.get("category") is not None:
                customer.categories.add(row["category"])
        elif start_before < when:
            customer.before += amount
        if half < when:
            customer.recent += amount
    for (identifier, _), own in lines.items():
        if sum(amount for _, amount in own) > 0:
            found[identifier].purchases.append(min(when for when, _ in own))
    for customer in found.values():
        customer.orders = sum(start < when for when in customer.purchases)
    for row in company.get("receivables", ()):
        due = row["due_on"]
        if row["issued_on"] > as_of or due is None or not start < due <= as_of:
            continue
        if row["amount"] > 0:
            customer = found[row["customer_id"]]
            customer.due += exact(row["amount"])
            settled = row["settled_on"]
            if settled is not None and settled <= as_of and settled <= due:
                customer.on_time += exact(row["amount"])
    for row in company.get("interactions", ()):
        if start < day(row["at"]) <= as_of:
            found[row["customer_id"]].interactions += 1
    return found


DATES = {
    "orders": "ordered_at",
    "receivables": "issued_on",
    "surveys": "answered_on",
    "interactions": "at",
    "cases": "opened_at",
}


def abc(customers: Mapping[str, Customer]) -> dict[str, Verdict]:
    positive = [c.revenue for c in customers.values() if c.revenue > 0]
    total = sum(positive)
    verdicts: dict[str, Verdict] = {}
    for identifier, customer in customers.items():
        if customer.revenue <= 0:
            verdicts[identifier] = (None, None, None, "revenue_not_positive")
            continue
        larger = sum(revenue for revenue in positive if revenue > customer.revenue)
        grade = "A" if 5 * larger < 4 * total else "B" if 20 * larger < 19 * total else "C"
        verdicts[identifier] = (grade, decimal(customer.revenue), None, None)
    return verdicts


def decimal(ten_thousandths: int) -> Decimal:
    return Decimal(ten_thousandths).scaleb(-4)


def cuts(values: Sequence[Any], parts: int) -> list[Any]:
    """The values at ascending rank ceil(i n / parts)."""
    ordered = sorted(values)
    n = len(ordered)
    return [ordered[-(-i * n // parts) - 1] for i in range(1, parts)] if n else []


def rfm(customers: Mapping[str, Customer], as_of: date) -> dict[str, Verdict]:
    buyers = {i: c for i, c in customers.items() if c.orders}
    # Later is better: ascending dates, the cuts kept as days before as_of.
    recency = [(as_of - when).days for when in cuts([max(c.purchases) for c in buyers.values()], 5)]
    frequency = cuts([c.orders for c in buyers.values()], 5)
    money = cuts([c.revenue for c in buyers.values()], 5)
    verdicts: dict[str, Verdict] = {}
    for identifier, customer in customers.items():
        if identifier not in buyers:
            verdicts[identifier] = (None, None, None, "no_purchase_in_window")
            continue
        since = (as_of - max(customer.purchases)).days
        r = 1 + sum(cut > since for cut in recency)
        f = 1 + sum(cut < customer.orders for cut in frequency)
        m = 1 + sum(cut < customer.revenue for cut in money)
        verdicts[identifier] = (segment(r, f), None, f"{r}-{f}-{m}", None)
    return verdicts


def segment(r: int, f: int) -> str:
    """The R x F map of the reference notes."""
    if r <= 2:
        return "hibernating" if f <= 2 else "at_risk" if f <= 4 else "cannot_lose"
    if r == 3:
        return "about_to_sleep" if f <= 2 else "need_attention" if f == 3 else "loyal"
    if r == 4:
        return "promising" if f == 1 else "potential_loyalists" if f <= 3 else "loyal"
    return "new" if f == 1 else "potential_loyalists" if f <= 3 else "champions"


HALVES: tuple[tuple[int, tuple[tuple[str, int], ...]], ...] = (
    (80, (("revenue", 40), ("margin", 25), ("payment", 15))),
    (20, (("expected", 10), ("growth", 4), ("trend", 2), ("breadth", 2), ("engagement", 2))),
)


def value_index(
    customers: Mapping[str, Customer],
    company: Mapping[str, Rows],
    given: Mapping[str, tuple[Decimal, Decimal]] | None = None,
) -> dict[str, Verdict]:
    """The grades; `given`: expected purchases and the value of one, of whom models give both."""
    expected = {
        identifier: half_up(Fraction(purchases) * Fraction(value) * 10_000)
        for identifier, (purchases, value) in (given or {}).items()
    }
    order_columns = {name for row in company.get("orders", ()) for name in row}

    def ratio(part: int, whole: int) -> int | None:
        """A quotient rounded half up (away from zero) to four decimals, in ten-thousandths."""
        if whole <= 0:
            return None
        size = half_up(Fraction(abs(part) * 10_000, whole))
        return size if part >= 0 else -size

    measures: dict[str, Callable[[Customer], int | None]] = {
        "revenue": lambda c: c.revenue,
        "margin": lambda c: c.margin if "cost" in order_columns else None,
        "payment": lambda c: ratio(c.on_time, c.due),
        "growth": lambda c: ratio(c.revenue - c.before, c.before),
        "trend": lambda c: ratio(c.recent, c.revenue),
        "breadth": lambda c: len(c.categories) if "category" in order_columns else None,
        "engagement": lambda c: c.interactions if "interactions" in company else None,
    }
    buyers = {i: c for i, c in customers.items() if c.orders}
    values = {
        i: {n: of(c) for n, of in measures.items()} | {"expected": expected.get(i)}
        for i, c in buyers.items()
    }
    hundredths = {
        name: cuts([own[name] for own in values.values() if own[name] is not None], 100)
        for name in (*measures, "expected")
    }
    verdicts: dict[str, Verdict] = {}
    for identifier in customers:
        if identifier not in buyers:
            verdicts[identifier] = (None, None, None, "no_purchase_in_window")
            continue
        own = values[identifier]
        score = 0
        for name, weight in weights({n for n, v in own.items() if v is not None}).items():
            below = sum(cut < own[name] for cut in hundredths[name])
            up_to = sum(cut <= own[name] for cut in hundredths[name])
            score += half_up(weight * Fraction(below + up_to, 198))
        grade = "A" if score >= 800_000 else "B" if score >= 500_000 else "C"
        verdicts[identifier] = (grade, decimal(score), None, None)
    return verdicts


def weights(known: set[str]) -> dict[str, int]:
    """The weights in ten-thousandths of a point when only some indicators are known."""
    alive = [(share, members) for share, members in HALVES if any(n in known for n, _ in members)]
    halves = largest_remainder(1_000_000, [share for share, _ in alive])
    found: dict[str, int] = {}
    for total, (_, members) in zip(halves, alive, strict=True):
        own = [(name, weight) for name, weight in members if name in known]
        shared = largest_remainder(total, [weight for _, weight in own])
        found.update({name: part for (name, _), part in zip(own, shared, strict=True)})
    return found


def largest_remainder(total: int, shares: list[int]) -> list[int]:
    exact_shares = [Fraction(total * share, sum(shares)) for share in shares]
    whole = [int(value) for value in exact_shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(exact_shares[i] - whole[i]), i))
    for index in by_remainder[: total - sum(whole)]:
        whole[index] += 1
    return whole
