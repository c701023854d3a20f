"""What is told of the grades: the alerts that they raise, and what each class holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd


def alerts_of(graded: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the alerts that customers raise, by alert and customer.

    Args:
        graded: The metrics and grades by customer.
        as_of: The as-of date.
    """
    span = (graded["last_purchase_on"] - graded["first_purchase_on"]).dt.days
    days, repeats = graded["days_since_purchase"], graded["orders_ever"] - 1
    is_late = (graded["orders"] > 0) & (repeats >= 2) & (days > 30) & (days * repeats > 3 * span)
    best = graded[graded["value_index"] == "A"]
    small = graded[(graded["abc"] == "C") & (graded["orders"] >= 2)]
    grows = (small["trend"] >= Decimal("0.70")) & (
        small["quarter_1_orders"] >= small["quarter_2_orders"]
    )
    raised = {
        ("near_demotion", "medium"): best[best["value_score"] < 83],
        ("order_gap", "high"): graded[is_late],
        ("rising_star", "chance"): small[grows & (small["quarter_1_orders"] > 0)],
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "customer_id": rows.index,
                    "alert": alert,
                    "severity": severity,
                    "state": "new",
                    "first_seen": as_of.date(),
                }
            )
            for (alert, severity), rows in raised.items()
        ],
        ignore_index=True,
    )


def classes_of(grades: pd.DataFrame, revenue: pd.Series) -> dict[str, list[dict[str, Any]]]:
    """Return by scheme the customers and the revenue of each class, and of each reason for none.

    Args:
        grades: A row for each customer and scheme.
        revenue: The revenue of each customer.
    """
    told = grades.assign(
        revenue=grades["customer_id"].map(revenue), is_low=grades["confidence"] == "low"
    )
    counted = told.groupby(["scheme", "grade", "reason"], dropna=False).agg(
        customers=("customer_id", "size"),
        revenue=("revenue", "sum"),
        revenue_of=("revenue", "count"),
        low_confidence=("is_low", "sum"),
    )
    counted = counted.reset_index()
    for name in ("grade", "reason"):
        counted[name] = counted[name].astype(object).where(counted[name].notna(), None)
    return {
        str(scheme): rows.drop(columns="scheme").to_dict("records")
        for scheme, rows in counted.groupby("scheme")
    }
