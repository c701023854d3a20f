"""One row a customer: sums and counts of its lines and purchases, ratios, what the models give."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from modelled import expected_purchases, purchase_value

if TYPE_CHECKING:
    from collections.abc import Callable

_FOUR_PLACES = Decimal("0.0001")
_NOTHING: Any = Decimal(0)


def metrics_of(
    people: pd.DataFrame, lines: pd.DataFrame, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the metrics, and what was found on the way.

    Args:
        people: The customers.
        lines: The lines of known customers.
        as_of: The as-of date, a month's end.

    Returns:
        The metrics by customer, in the order of ids. `undated`: customers with neither a date of
        creation nor a line; `months`: months of the window that have a line; `models`: what the
        models learned.
    """

    def between(days: pd.Series, after: int, up_to: int = 0) -> pd.Series:
        last = as_of - pd.offsets.MonthEnd(up_to) if up_to else as_of
        return (days > as_of - pd.offsets.MonthEnd(after)) & (days <= last)

    people = people.set_index("customer_id").sort_index()
    first_seen = lines.groupby("customer_id")["day"].min().reindex(people.index)
    created = people["created_on"]
    there = (created <= as_of) | (first_seen <= as_of) | (created.isna() & first_seen.isna())
    metrics = people.loc[there, ["country", "industry", "employees"]]
    found: dict[str, Any] = {"undated": int((created.isna() & first_seen.isna()).sum())}

    def summed(rows: pd.DataFrame, column: str) -> pd.Series:
        sums = rows.groupby("customer_id")[column].sum()
        return sums.reindex(metrics.index, fill_value=_NOTHING)

    live = lines[(lines["status"] != "cancelled") & (lines["day"] <= as_of)]
    window = live[between(live["day"], 12)]
    found["months"] = window["day"].dt.month.nunique()
    metrics["revenue"] = summed(window, "amount")
    metrics["revenue_before"] = summed(live[between(live["day"], 24, 12)], "amount")
    metrics["revenue_recent"] = summed(live[between(live["day"], 6)], "amount")
    costed = window.dropna(subset=["cost"])
    metrics["margin"] = summed(costed.assign(margin=costed["amount"] - costed["cost"]), "margin")

    purchases = live.groupby("order_id").agg(
        customer_id=("customer_id", "first"), on=("day", "min"), amount=("amount", "sum")
    )
    purchases = purchases[purchases["amount"] > 0]

    def counted(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby("customer_id").size().reindex(metrics.index, fill_value=0)

    recent = purchases[between(purchases["on"], 12)]
    metrics["orders"] = counted(recent)
    metrics["orders_before"] = counted(purchases[between(purchases["on"], 24, 12)])
    metrics["orders_ever"] = counted(purchases)
    metrics["purchase_amount"] = summed(recent, "amount")
    dates = purchases.groupby("customer_id")["on"].agg(["min", "max"]).reindex(metrics.index)
    metrics["first_purchase_on"], metrics["last_purchase_on"] = dates["min"], dates["max"]
    for number in range(1, 5):
        quarter = between(purchases["on"], 3 * number, 3 * (number - 1))
        metrics[f"quarter_{number}_orders"] = counted(purchases[quarter])
    quarters = metrics[[f"quarter_{number}_orders" for number in range(1, 5)]]
    metrics["active_quarters"] = (quarters > 0).sum(axis=1)

    bought = window.groupby(["customer_id", "category"])["amount"].agg(["sum", "max"]).reset_index()
    metrics["categories"] = counted(bought[bought["max"] > 0])
    ranked = bought.sort_values(["sum", "category"], ascending=[False, True])
    leading = ranked.drop_duplicates("customer_id").set_index("customer_id")["category"]
    metrics["leading_category"] = leading.reindex(metrics.index)

    last, first = metrics["last_purchase_on"], metrics["first_purchase_on"]
    metrics["days_since_purchase"] = (as_of - last).dt.days.astype("Int64")
    # Up to a month's end every begun month is a whole one.
    tenure = (as_of.year - first.dt.year) * 12 + as_of.month - first.dt.month
    metrics["tenure_months"] = tenure.astype("Int64")
    metrics["average_purchase"] = by_row(
        metrics[["purchase_amount", "orders"]],
        lambda row: _ratio(row["purchase_amount"], row["orders"]),
    )
    metrics["growth"] = by_row(
        metrics[["revenue", "revenue_before"]],
        lambda row: _ratio(row["revenue"] - row["revenue_before"], row["revenue_before"]),
    )
    metrics["trend"] = by_row(
        metrics[["revenue_recent", "revenue"]],
        lambda row: _ratio(row["revenue_recent"], row["revenue"]),
    )
    found["models"] = _add_expected(metrics, as_of)
    return metrics, found


def _add_expected(metrics: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Any]:
    """Add what the two models give, and their product; return what they learned."""
    buyers = metrics[metrics["orders_ever"] > 0]
    last = (buyers["last_purchase_on"] - buyers["first_purchase_on"]).dt.days
    repeats = (buyers["orders_ever"] - 1).where(last > 0, 0)
    age = (as_of - buyers["first_purchase_on"]).dt.days
    purchases = expected_purchases(
        list(buyers.index), repeats.to_numpy(), last.to_numpy(), age.to_numpy()
    )
    recent = metrics[(metrics["orders"] > 0) & (metrics["revenue"] > 0)]
    mean = by_row(
        recent[["revenue", "orders"]],
        lambda row: int((_ratio(row["revenue"], row["orders"]) or 0) * 10_000),
    )
    value = purchase_value(list(recent.index), recent["orders"].to_numpy(), mean.to_numpy())
    for name, own, given in (
        ("expected_purchases", buyers, purchases),
        ("expected_purchase_value", recent, value),
    ):
        values = (
            [None] * len(own) if given.values is None else [_decimal(one) for one in given.values]
        )
        metrics[name] = pd.Series(values, index=own.index, dtype=object).reindex(metrics.index)
    metrics["expected_revenue"] = by_row(
        metrics[["expected_purchases", "expected_purchase_value"]], _expected_revenue
    )
    return {"buying": purchases.learned, "spending": value.learned}


def _decimal(ten_thousandths: int) -> Decimal:
    return Decimal(int(ten_thousandths)) * _FOUR_PLACES


def _expected_revenue(row: pd.Series) -> Decimal | None:
    if row.isna().any():
        return None
    product = row["expected_purchases"] * row["expected_purchase_value"]
    return product.quantize(_FOUR_PLACES, ROUND_HALF_UP)


def by_row(frame: pd.DataFrame, found: Callable[[Any], Any]) -> pd.Series:
    """Return what a function finds for each customer."""
    values: pd.Series = frame.apply(found, axis=1)
    return values


def _ratio(top: Decimal, bottom: Decimal | int) -> Decimal | None:
    if bottom <= 0:
        return None
    return (top / bottom).quantize(_FOUR_PLACES, ROUND_HALF_UP)
