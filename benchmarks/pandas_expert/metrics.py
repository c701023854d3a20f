"""One row a customer: sums and counts of its lines and purchases, ratios, what the models give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from modelled import expected_purchases, purchase_value


def metrics_of(
    people: pd.DataFrame, lines: pd.DataFrame, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the metrics, money and shares in ten-thousandths, and what was found on the way.

    Args:
        people: The customers by id.
        lines: The lines of known customers.
        as_of: The as-of date, a month's end.

    Returns:
        The metrics by customer, in the order of ids. `undated`: customers with neither a date of
        creation nor a line; `months`: months of the window that have a line; `models`: what the
        models learned.
    """

    def before(months: int) -> pd.Timestamp:
        return as_of - pd.offsets.MonthEnd(months) if months else as_of

    first_seen = lines.groupby("customer_id")["day"].min().reindex(people.index)
    created = people["created_on"]
    there = (created <= as_of) | (first_seen <= as_of) | (created.isna() & first_seen.isna())
    metrics = people.loc[there, ["country", "industry", "employees"]].copy()
    found: dict[str, Any] = {"undated": int((created.isna() & first_seen.isna()).sum())}
    live = lines[(lines["status"] != "cancelled") & (lines["day"] <= as_of)]
    window = live[live["day"] > before(12)]
    found["months"] = window["day"].dt.month.nunique()

    def summed(rows: pd.DataFrame, column: str) -> pd.Series:
        sums = rows.groupby("customer_id")[column].sum()
        return sums.reindex(metrics.index).fillna(0).astype("int64")

    metrics["revenue"] = summed(window, "amount")
    metrics["revenue_before"] = summed(
        live[(live["day"] > before(24)) & (live["day"] <= before(12))], "amount"
    )
    metrics["revenue_recent"] = summed(live[live["day"] > before(6)], "amount")
    known = window[window["cost"].notna()]
    profit = known.assign(margin=known["amount"] - known["cost"].astype("int64"))
    metrics["margin"] = summed(profit, "margin")

    purchases = live.groupby("order_id").agg(
        customer_id=("customer_id", "first"), on=("day", "min"), amount=("amount", "sum")
    )
    purchases = purchases[purchases["amount"] > 0]

    def counted(after: int, up_to: int = 0) -> pd.Series:
        rows = purchases[(purchases["on"] > before(after)) & (purchases["on"] <= before(up_to))]
        return rows.groupby("customer_id").size().reindex(metrics.index).fillna(0).astype("int64")

    metrics["orders"] = counted(12)
    metrics["orders_before"] = counted(24, 12)
    by_customer = purchases.groupby("customer_id")
    metrics["orders_ever"] = by_customer.size().reindex(metrics.index).fillna(0).astype("int64")
    metrics["purchase_amount"] = summed(purchases[purchases["on"] > before(12)], "amount")
    metrics["first_purchase_on"] = by_customer["on"].min().reindex(metrics.index)
    metrics["last_purchase_on"] = by_customer["on"].max().reindex(metrics.index)
    quarters = [counted(3), counted(6, 3), counted(9, 6), counted(12, 9)]
    for number, quarter in enumerate(quarters, 1):
        metrics[f"quarter_{number}_orders"] = quarter
    metrics["active_quarters"] = sum((quarter > 0).astype("int64") for quarter in quarters)

    bought = window.groupby(["customer_id", "category"])["amount"].agg(["sum", "max"]).reset_index()
    breadth = bought[bought["max"] > 0].groupby("customer_id").size()
    metrics["categories"] = breadth.reindex(metrics.index).fillna(0).astype("int64")
    ranked = bought.sort_values(["sum", "category"], ascending=[False, True])
    leading = ranked.drop_duplicates("customer_id").set_index("customer_id")["category"]
    metrics["leading_category"] = leading.reindex(metrics.index)

    last, first = metrics["last_purchase_on"], metrics["first_purchase_on"]
    metrics["days_since_purchase"] = (as_of - last).dt.days.astype("Int64")
    # Up to a month's end every begun month is a whole one.
    tenure = (as_of.year - first.dt.year) * 12 + as_of.month - first.dt.month
    metrics["tenure_months"] = tenure.astype("Int64")
    orders = metrics["orders"]
    metrics["average_purchase"] = _ratio(metrics["purchase_amount"], orders * 10_000)
    earlier = metrics["revenue_before"]
    metrics["growth"] = _ratio(metrics["revenue"] - earlier, earlier)
    metrics["trend"] = _ratio(metrics["revenue_recent"], metrics["revenue"])
    found["models"] = _add_expected(metrics, as_of)
    return metrics, found


def _add_expected(metrics: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Any]:
    """Add what the two models give, and their product, half up; return what they learned."""
    buyers = metrics[metrics["orders_ever"] > 0]
    last = (buyers["last_purchase_on"] - buyers["first_purchase_on"]).dt.days.to_numpy()
    purchases = expected_purchases(
        buyers.index.to_list(),
        np.where(last > 0, buyers["orders_ever"].to_numpy() - 1, 0),
        last,
        (as_of - buyers["first_purchase_on"]).dt.days.to_numpy(),
    )
    recent = metrics[(metrics["orders"] > 0) & (metrics["revenue"] > 0)]
    mean = _ratio(recent["revenue"], recent["orders"] * 10_000)
    value = purchase_value(
        recent.index.to_list(),
        recent["orders"].to_numpy(),
        mean.to_numpy(dtype="int64"),
    )
    for name, own, given in (
        ("expected_purchases", buyers, purchases),
        ("expected_purchase_value", recent, value),
    ):
        numbers = pd.Series(
            pd.NA if given.values is None else given.values, index=own.index, dtype="Int64"
        )
        metrics[name] = numbers.reindex(metrics.index)
    product = metrics["expected_purchases"] * metrics["expected_purchase_value"]
    metrics["expected_revenue"] = (product + 5_000) // 10_000
    return {"buying": purchases.learned, "spending": value.learned}


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """Return the quotient in ten-thousandths, rounded half up, where the divisor is above zero."""
    size, divisor = top.abs().to_numpy(), bottom.where(bottom > 0, 1).to_numpy()
    # The whole part first: 10,000 times an amount may not fit 64 bits.
    whole, rest = size // divisor, size % divisor
    rounded = whole * 10_000 + (rest * 20_000 + divisor) // (2 * divisor)
    signed = pd.Series(rounded * np.sign(top.to_numpy()), index=top.index).astype("Int64")
    return signed.where(bottom > 0)
