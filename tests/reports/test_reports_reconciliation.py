"""Every table adds up, on whatever data; and a table that does not is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefen.domain.calendar import months_before
from kefen.domain.text import Text
from kefen.reports.arithmetic import gini
from kefen.reports.build import build_report
from kefen.reports.reconciliation import ReconciliationError, reconcile
from kefen.reports.tables import Chain, Column, Flow, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.grading.run import GradedRun
    from kefen.reports.model import Report

AS_OF = date(2024, 12, 31)
PLACES = st.sampled_from(
    [("China", "广东", "深圳"), ("China", "广东", None), ("China", None, None), (None, None, "X"),
     ("France", "Île-de-France", "Paris"), (None, None, None)]
)  # fmt: skip
MAYBE_TEXT = st.sampled_from([None, "a", "b", "c"])
CENTS = st.integers(-50_000, 200_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(-30, 1_200).map(lambda days: AS_OF - timedelta(days=days))


@st.composite
def companies(draw: Callable[..., Any]) -> dict[str, list[dict[str, Any]]]:
    count = draw(st.integers(1, 9))
    customers, orders, receivables, surveys = [], [], [], []
    payments: list[dict[str, Any]] = []
    tiers = draw(st.lists(st.sampled_from([None, "high", "middle", "low"]), min_size=4, max_size=4))
    for number in range(count):
        country, region, city = draw(PLACES)
        customer = f"{number:03d}"
        customers.append(
            {
                "customer_id": customer,
                "country": country,
                "region": region,
                "city": city,
                "industry": draw(MAYBE_TEXT),
                "owner": draw(MAYBE_TEXT),
                "source": draw(MAYBE_TEXT),
                "employees": draw(st.sampled_from([None, 5, 80, 900])),
            }
        )
        for place, (day, amount, cost, category, product) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        DAYS, CENTS, st.none() | CENTS, MAYBE_TEXT, st.none() | st.integers(0, 5)
                    ),
                    max_size=6,
                )
            )
        ):
            orders.append(
                {
                    "order_id": f"{customer}-{place // 2}",
                    "line": str(place),
                    "customer_id": customer,
                    "ordered_at": f"{day} 12:00:00",
                    "amount": amount,
                    "cost": cost,
                    "category": category,
                    "product_id": product,
                }
            )
        for place, (day, amount, terms, paid, settled, received) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        DAYS,
                        CENTS,
                        st.none() | st.integers(0, 400),
                        st.booleans(),
                        st.none() | DAYS,
                        st.lists(st.tuples(DAYS, CENTS, st.booleans()), max_size=2),
                    ),
                    max_size=3,
                )
            )
        ):
            receivables.append(
                {
                    "invoice_id": f"{customer}-{place}",
                    "customer_id": customer,
                    "issued_on": day,
                    "due_on": None if terms is None else day + timedelta(days=terms),
                    "amount": amount,
                    "settled_on": settled,
                    "settled_amount": amount / 4 if paid else None,
                }
            )
            payments.extend(
                {
                    "payment_id": f"{customer}-{place}-{number}",
                    "customer_id": customer,
                    "paid_on": paid_on,
                    "amount": part,
                    "invoice_id": f"{customer}-{place}" if named else None,
                }
                for number, (paid_on, part, named) in enumerate(received)
            )
        if draw(st.booleans()):
            surveys.append(
                {
                    "customer_id": customer,
                    "answered_on": AS_OF,
                    "score": draw(st.integers(1, 5)),
                    "scale_max": 5,
                }
            )
    return {
        "customers": customers,
        "orders": orders,
        "receivables": receivables,
        "payments": payments,
        "surveys": surveys,
        "products": [{"product_id": n, "tier": tier} for n, tier in enumerate(tiers)],
    }


def table(report: Report, wanted: str) -> Table:
    return next(found for found in report.tables() if found.id == wanted)


def figure(found: Table, column: str, row: int = 0) -> Any:
    return found.column_values(column)[row]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(company=companies())
def test_every_table_of_random_companies_adds_up(
    make_run: Callable[..., GradedRun], company: dict[str, list[dict[str, Any]]]
) -> None:
    report = build_report(make_run(AS_OF, **company))
    for found in report.tables():
        reconcile(found)
    _expect_movements(report, company)
    _expect_concentration(report, company)
    _expect_tiers(report, company)
    ids = {customer["customer_id"] for customer in company["customers"]}
    for scheme in ("abc", "size", "region", "product", "satisfaction"):
        distribution = table(report, f"distribution_{scheme}")
        assert sum(distribution.column_values("customers")) == len(ids)  # type: ignore[arg-type]


def _expect_movements(report: Report, company: dict[str, list[dict[str, Any]]]) -> None:
    """Count the movements anew, customer by customer, from the definition."""
    orders: dict[str, list[tuple[date, Decimal]]] = {}
    for line in company["orders"]:
        day = date.fromisoformat(line["ordered_at"][:10])
        if day <= AS_OF:
            orders.setdefault(line["order_id"], []).append((day, line["amount"]))
    bought: dict[str, list[date]] = {}
    for order, lines in orders.items():
        if sum(amount for _, amount in lines) > 0:
            bought.setdefault(order[:3], []).append(min(day for day, _ in lines))

    def active(days: list[date], end: date, start: date) -> bool:
        return any(start < day <= end for day in days)

    steps = [(12, "movements_year", 0)]
    steps += [(months, "movements_months", 12 - months) for months in range(12, 0, -1)]
    for months, name, row in steps:
        start = months_before(AS_OF, months)
        end = AS_OF if name == "movements_year" else months_before(AS_OF, months - 1)
        year_before_start = months_before(AS_OF, months + 12)
        year_before_end = months_before(AS_OF, 12 if name == "movements_year" else months - 1 + 12)
        opening = {c for c, days in bought.items() if active(days, start, year_before_start)}
        closing = {c for c, days in bought.items() if active(days, end, year_before_end)}
        in_step = {c for c, days in bought.items() if active(days, end, start)}
        new = {c for c in in_step if min(bought[c]) > start}
        found = table(report, name)
        assert figure(found, "opening", row) == len(opening)
        assert figure(found, "new", row) == len(new)
        assert figure(found, "won_back", row) == len(in_step - new - opening)
        assert figure(found, "lost", row) == len(opening - closing)
        assert figure(found, "closing", row) == len(closing)


def _expect_tiers(report: Report, company: dict[str, list[dict[str, Any]]]) -> None:
    """Add up the sales of each tier anew, line by line."""
    tiers = {product["product_id"]: product["tier"] for product in company["products"]}
    sales: dict[str, Decimal] = {}
    buyers: dict[str, set[str]] = {}
    regions: dict[tuple[str | None, str], Decimal] = {}
    places = {customer["customer_id"]: customer["region"] for customer in company["customers"]}
    names = {"high": "High end", "middle": "Middle", "low": "Low end", None: "Unknown"}
    known = False
    for line in company["orders"]:
        day = date.fromisoformat(line["ordered_at"][:10])
        if not months_before(AS_OF, 24) < day <= AS_OF:
            continue
        name = names[tiers.get(line["product_id"])]
        known = known or name != "Unknown"
        sales.setdefault(name, Decimal(0))
        if day > months_before(AS_OF, 12):
            sales[name] += line["amount"]
            buyers.setdefault(name, set()).add(line["customer_id"])
            place = places[line["customer_id"]], name
            regions[place] = regions.get(place, Decimal(0)) + line["amount"]
    shown = [found for found in report.tables() if found.id == "tiers"]
    if not known:
        assert not shown
        return
    (found,) = shown
    rows = [cell.en for cell in found.column_values("product")]  # type: ignore[union-attr]
    assert dict(zip(rows, found.column_values("sales"), strict=True)) == sales
    assert dict(zip(rows, found.column_values("customers"), strict=True)) == {
        name: len(buyers.get(name, ())) for name in sales
    }
    by_region = table(report, "tiers_regions")
    headings = [column.title.en for column in by_region.columns]
    for line in by_region.rows:
        region = None if line.unknown else line.cells[0]
        for name in sales:
            assert line.cells[headings.index(name)] == regions.get((region, name), Decimal(0))


def _expect_concentration(report: Report, company: dict[str, list[dict[str, Any]]]) -> None:
    sales: dict[str, Decimal] = {}
    for line in company["orders"]:
        day = date.fromisoformat(line["ordered_at"][:10])
        if months_before(AS_OF, 12) < day <= AS_OF:
            sales[line["customer_id"]] = sales.get(line["customer_id"], Decimal(0)) + line["amount"]
    values = sorted(value for value in sales.values() if value >= 0)
    shown = [found for found in report.tables() if found.id == "concentration_tops"]
    if sum(values) == 0:
        assert not shown
        return
    total = shown[0].totals
    assert total is not None
    assert total.cells[1] == len(values)
    assert total.cells[3] == sum(values)
    assert shown[0].column_values("sales")[0] == values[-1]


@given(st.lists(st.integers(0, 10**16), min_size=1, max_size=30))
def test_gini_is_the_published_formula_rounded_half_up(values: list[int]) -> None:
    ascending = sorted(values)
    count, total = len(ascending), sum(ascending)
    found = gini(sum(i * x for i, x in enumerate(ascending, 1)), total, count)
    if total == 0:
        assert found is None
        return
    exact = Fraction(2 * sum(i * x for i, x in enumerate(ascending, 1)), count * total) - Fraction(
        count + 1, count
    )
    assert found is not None
    assert abs(Fraction(found) - exact) <= Fraction(1, 200_000)
    assert 0 <= found < 1


COLUMNS = tuple(Column(name, Text.same(name), "number") for name in ("name", "a", "b", "c"))


def small(rows: list[Row], totals: Row | None, rule: Any) -> Table:
    return Table("t", Text.same("t"), COLUMNS, tuple(rows), totals, reconciliation=(rule,))


@pytest.mark.parametrize(
    "broken",
    [
        small([Row(("x", 1, 0, 0)), Row(("y", 2, 0, 0))], Row(("all", 4, 0, 0)),
              PartsEqualTotal(("a",))),
        small([Row(("x", 3, 0, 0)), Row(("part", 1, 0, 0), level=1)], None,
              PartsEqualTotal(("a",))),
        small([Row(("x", 3, 2, 4))], None, Flow("a", ("b",), (), "c")),
        small([Row(("x", 1, 0, 2)), Row(("y", 3, 0, 3))], None, Chain("a", "c")),
        small([Row(("x", 1, 0, 2))], Row(("all", 1, 0, 3)), Chain("a", "c")),
        small([Row(("x", 1, 0, 0)), Row(("?", 2, 0, 0), unknown=True)], None, UnknownHolds("a", 3)),
    ],
)  # fmt: skip
def test_a_table_that_does_not_add_up_is_refused_in_both_languages(broken: Table) -> None:
    with pytest.raises(ReconciliationError) as caught:
        reconcile(broken)
    assert "does not add up" in caught.value.in_language("en")
    assert "不平" in caught.value.in_language("zh")


def test_tables_that_add_up_pass() -> None:
    rows = [
        Row(("x", 3, 2, 5)),
        Row(("part", 1, 2, 3), level=1),
        Row(("part", 2, 0, 2), level=1),
        Row(("?", 5, 1, 6), unknown=True),
    ]
    reconcile(
        Table(
            "t",
            Text.same("t"),
            COLUMNS,
            tuple(rows),
            Row(("all", 8, 3, 11)),
            reconciliation=(
                PartsEqualTotal(("a", "b", "c")),
                Flow("a", ("b",), (), "c"),
                UnknownHolds("a", 5),
            ),
        )
    )
