"""Every construct of metrics, measured by SQL and by the row evaluator on random facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from small_facts import measured, standard_of

from kefen.domain.calendar import months_before
from kefen.engines.duckdb import DuckDBEngine

METRICS = """\
plain: {sum: orders.amount}
gross: {sum: orders.amount, where: orders.amount > 0, over: all time}
whole: {sum: orders.amount, over: last 3 whole months, per: month}
quarters: {count: orders, over: last 2 whole quarters from 1 February}
half: {largest: orders.amount, over: last 1 whole half-year ending 1 month ago}
fiscal: {sum: orders.amount, over: this year from 6 April}
running: {count: purchases, over: this quarter and the 1 before ending 20 days ago}
first_amount: {first: orders.amount, over: all time}
last_amount: {last: orders.amount}
last_category: {last: orders.category, where: orders.category is known}
first_day: {first: orders.ordered_at, over: all time}
last_due: {last: receivables.amount, dated: due_on, over: all time}
ours: {sum: orders.amount, where: "customers.country = 'CN'", over: all time}
own_scale: {sum: "orders.amount * customers.employees", over: all time}
above_mean: {count: orders, where: orders.amount > usual, over: all time}
usual: {mean: orders.amount, over: all time}
doubled: {value: usual * 2}
staged: {sum: "orders.amount - doubled", where: "above_mean > 0", over: all time}
since_first:
  count: orders
  where: "days_between(first_day, orders.ordered_at) < 90"
  over: all time
optional: {sum: "first_known(customers.employees, orders.quantity)", over: all time}
weeks: {sum: orders.amount, each: week, take: mean, over: all time}
days: {count: orders, each: day, take: largest, over: all time}
months_mean: {mean: orders.amount, each: month, take: mean, over: all time}
quarters_kinds: {distinct: orders.category, each: quarter, take: smallest, over: all time}
fiscal_years:
  smallest: orders.amount
  each: year
  take: sum
  over: last 2 whole years from 1 April
every_sum: {sum: orders.amount, each: every month, take: mean}
every_low: {sum: orders.amount, each: every month, take: smallest, over: last 6 whole months}
every_high: {sum: orders.amount, each: every quarter, take: largest}
every_count: {count: orders, each: every week, take: number of >= 1}
every_idle: {count: orders, each: every month, take: number of = 0}
every_mean: {mean: orders.amount, each: every month, take: mean}
every_unknown: {largest: orders.amount, each: every month, take: number of unknown}
good_run: {sum: orders.amount, each: every month, take: longest run of > 0}
good_now:
  sum: orders.amount
  each: every month
  take: latest run of > 0
  over: last 12 whole months
idle_run: {count: orders, each: every month, take: "longest run of [0, 1)"}
idle_now: {count: orders, each: every week, take: latest run of < 1}
low_days:
  smallest: orders.amount
  each: every day
  take: longest run of unknown
  over: last 90 days
best_year: {sum: orders.amount, each: 12 months, take: largest, over: all time}
best_days: {count: orders, each: 30 days, take: largest, over: last 24 months}
run_means: {mean: orders.amount, each: 3 months, take: smallest, over: all time}
run_kinds: {distinct: orders.category, each: 2 months, take: largest, over: all time}
run_top: {largest: orders.amount, each: 2 months, take: number of >= 50, over: all time}
run_last: {last: orders.amount, each: 3 months, take: mean, over: all time}
accounts: {last: orders.amount, each: orders.category, take: sum, over: all time}
two: {mean: orders.amount, each: [month, orders.category], take: [mean, largest], over: all time}
two_every: {count: orders, each: [every month, orders.category], take: [smallest, number of >= 2]}
two_runs:
  sum: orders.amount
  each: [orders.category, every month]
  take: [largest, longest run of > 0]
two_idle:
  sum: orders.amount
  each: [orders.category, every month]
  take: [sum, latest run of <= 0]
two_sums: {sum: orders.amount, each: [every quarter, orders.category], take: [mean, sum]}
balance: {daily_average: orders.amount, over: last 3 whole months}
balances: {daily_average: orders.amount, each: orders.category, take: sum, over: last 100 days}
thin: {daily_average: receivables.amount, dated: due_on, over: this year}
judged_mean: {judged: cooperation, from: 1, to: 10, raters: mean}
judged_last: {judged: cooperation, by: sales, from: 1, to: 10, whole: true}
judged_low: {judged: cooperation, from: 0, to: 100, raters: lowest, over: last 24 months}
judged_high: {judged: cooperation, from: 0, to: 100, raters: highest}
judged_word: {judged: attitude, one_of: [good, fair, 差]}
band:
  value: plain
  bands: [">= 100: 'large'", "(0, 100): 'small'", "unknown: 'none'", "else: 'odd'"]
band_after: {value: plain, bands: [">= 100: 2", "else: 1", "unknown: 0"]}
factor:
  value: usual
  by: customers.country
  bands: {CN: [">= 20: 2", "else: 1.5"], else: ["[10, 20): 3"]}
family: {sum: orders.amount, across: parent_id, over: all time}
family_kinds: {distinct: orders.category, across: parent_id, over: all time}
home_orders: {count: orders, across: household, where: "customers.country = 'CN'", over: all time}
home_best: {sum: orders.amount, across: household, each: 2 months, take: largest, over: all time}
home_usual: {count: orders, across: household, where: orders.amount > usual, over: all time}
home_ratio: {value: home_orders / family}
each_member: {last: orders.amount, across: parent_id, each: orders.customer_id, take: sum}
member_kinds:
  last: orders.amount
  across: household
  each: [orders.customer_id, orders.category]
  take: [largest, sum]
members: {distinct: orders.customer_id, across: parent_id, over: all time}
buyers: {distinct: purchases.customer_id, across: household, over: all time}
buyer_last: {last: purchases.amount, across: parent_id, each: purchases.customer_id, take: sum}
family_last: {last: orders.customer_id, across: parent_id, over: all time}
last_quantity: {last: orders.quantity, over: all time}
last_known_quantity: {last: orders.quantity, where: orders.quantity is known, over: all time}
first_status: {first: orders.status, over: all time}
quantity_runs: {last: orders.quantity, each: 2 months, take: number of unknown, over: all time}
taken_back: {sum: purchases.returned, over: all time}
pieces: {sum: purchases.quantity, over: all time}
rebates: {largest: purchases.discount, over: all time}
cancelled_lines: {count: cancellations}
cancelled_amount: {sum: cancellations.amount, over: all time}
cancelled_by_day: {sum: cancellations.amount, dated: cancelled_on, over: last 6 months}
cancelled_months: {count: cancellations, dated: cancelled_on, each: every month, take: largest}
cancelled_last: {last: cancellations.category, dated: cancelled_on, over: all time}
cancelled_soon:
  count: cancellations
  where: "days_between(cancellations.ordered_at, cancellations.cancelled_on) <= 30"
  over: all time
cancelled_large: {count: cancellations, where: cancellations.amount > usual, over: all time}
cancelled_family: {sum: cancellations.amount, across: parent_id, over: all time}
cancelled_rate: {value: cancelled_amount / (cancelled_amount + gross)}
kinds_of_status: {distinct: orders.status, over: all time}
status_known: {count: orders, where: "orders.cancelled_on is unknown", over: all time}
status_named: {count: orders, where: "orders.status = 'completed'", over: all time}
to_be_cancelled: {latest: orders.cancelled_on, over: all time}
by_cancelling: {count: orders, dated: cancelled_on, over: all time}
"""
AS_OF_DATES = (date(2026, 10, 31), date(2024, 2, 29), date(2025, 2, 28), date(2026, 4, 5))
AMOUNTS = tuple(map(Decimal, ("10", "20", "80", "0.0001", "33.3333", "0", "-10", "-100.5", "7")))
STANDARD = standard_of(METRICS)


def days(as_of: date) -> st.SearchStrategy[date]:
    """Return days around the edges of windows, and any day of some three years."""
    edges = [as_of, as_of + timedelta(1)]
    for months in (1, 3, 6, 12, 24):
        start = months_before(as_of, months)
        edges += [start, start + timedelta(1)]
    edges += [date(as_of.year, month, day) for month in (1, 2, 4) for day in (1, 5, 6)]
    edges += [date(as_of.year - 1, 12, 31), date(2024, 2, 29)]
    anywhere = st.integers(-1_000, 40).map(lambda n: as_of + timedelta(n))
    return st.one_of(st.sampled_from(edges), anywhere)


def moments(as_of: date) -> st.SearchStrategy[datetime]:
    times = st.sampled_from(("00:00:00", "12:30:01", "23:59:59.999999"))
    return st.builds(lambda d, t: datetime.fromisoformat(f"{d} {t}"), days(as_of), times)


@st.composite
def companies(draw: st.DrawFn, as_of: date) -> dict[str, list[dict[str, Any]]]:
    ids = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1, max_size=5))
    maybe = st.one_of(st.none(), days(as_of))
    customers = [
        {
            "customer_id": one,
            "created_on": draw(maybe),
            "country": draw(st.sampled_from((None, "CN", "UK"))),
            "employees": draw(st.sampled_from((None, 0, 3))),
            "parent_id": draw(st.sampled_from((None, *ids, "elsewhere"))),
            "household": draw(st.sampled_from((None, "a", "h"))),
        }
        for one in ids
    ]
    orders = [
        {
            "order_id": str(draw(st.integers(0, 5))) + one,
            "line": str(number),
            "customer_id": one,
            "ordered_at": draw(moments(as_of)),
            "amount": draw(st.sampled_from(AMOUNTS)),
            "category": draw(st.sampled_from((None, "tea", "茶"))),
            "quantity": draw(st.sampled_from((None, Decimal(2), Decimal(-1)))),
            "discount": draw(st.sampled_from((None, Decimal("0.1")))),
            "status": draw(st.sampled_from((None, "completed", "cancelled"))),
            "cancelled_on": draw(maybe),
            "recorded_on": draw(st.one_of(st.none(), st.none(), days(as_of))),
        }
        for number, one in enumerate(draw(st.lists(st.sampled_from(ids), max_size=14)))
    ]
    receivables = [
        {
            "invoice_id": str(number),
            "customer_id": one,
            "issued_on": draw(days(as_of)),
            "due_on": draw(maybe),
            "amount": draw(st.sampled_from(AMOUNTS)),
        }
        for number, one in enumerate(draw(st.lists(st.sampled_from(ids), max_size=5)))
    ]
    assessments = [
        {
            "customer_id": one,
            "item": draw(st.sampled_from(("cooperation", "cooperation", "attitude"))),
            "value": draw(
                st.sampled_from(("1", "7", "10", "11", "7.5", "0", "x", "good", "差", " 8 ", "-1"))
            ),
            "assessed_on": draw(days(as_of)),
            "assessor": draw(st.sampled_from((None, "李", "Wang"))),
            "role": draw(st.sampled_from((None, "sales", "finance"))),
        }
        for one in draw(st.lists(st.sampled_from(ids), max_size=8))
    ]
    return {
        "customers": customers,
        "orders": orders,
        "receivables": receivables,
        "assessments": assessments,
    }


@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES))
def test_every_construct(shared_engine: DuckDBEngine, data: st.DataObject, as_of: date) -> None:
    company = data.draw(companies(as_of))
    found = measured(shared_engine, company, STANDARD, as_of)
    if all(company.values()):
        for values in found.values():
            assert values["plain"] is not None
            assert values["family"] is not None
