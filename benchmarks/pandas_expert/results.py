"""What is told of the grades: the alerts that they raise, and what each class holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd


def alerts_of(metrics: pd.DataFrame, graded: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the alerts that customers raise, by alert and customer.

    Args:
        metrics: The metrics by customer, money and shares in ten-thousandths.
        graded: The grades by customer.
        as_of: The as-of date.
    """
    span = (metrics["last_purchase_on"] - metrics["first_purchase_on"]).dt.days
    days, repeats = metrics["days_since_purchase"], metrics["orders_ever"] - 1
    recent, orders = metrics["quarter_1_orders"], metrics["orders"]
    raised = {
        ("near_demotion", "medium"): (graded["value_index"] == "A") & (graded["value"] < 830_000),
        ("order_gap", "high"): (orders > 0)
        & (repeats >= 2)
        & (days > 30)
        & (days * repeats > 3 * span),
        ("rising_star", "chance"): (graded["abc"] == "C")
        & (orders >= 2)
        & (metrics["trend"] >= 7_000)
        & (recent >= metrics["quarter_2_orders"])
        & (recent > 0),
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "customer_id": graded.index[holds.fillna(value=False)],
                    "alert": alert,
                    "severity": severity,
                    "state": "new",
                    "first_seen": as_of,
                }
            )
            for (alert, severity), holds in raised.items()
        ],
        ignore_index=True,
    )


def classes_of(grades: pd.DataFrame, revenue: pd.Series) -> dict[str, list[dict[str, Any]]]:
    """Return by scheme the customers and the revenue of each class, and of each reason for none.

    Args:
        grades: A row for each customer and scheme, each scheme in the order of the customers.
        revenue: The revenue of each customer, in ten-thousandths.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    for scheme, rows in grades.groupby("scheme"):
        own = pd.DataFrame(
            {
                "grade": rows["grade"].to_numpy(),
                "reason": rows["reason"].to_numpy(),
                "revenue": revenue.to_numpy(),
                "is_low": (rows["confidence"] == "low").to_numpy(),
            }
        )
        counted = own.groupby(["grade", "reason"], dropna=False).agg(
            customers=("revenue", "size"),
            revenue=("revenue", "sum"),
            revenue_of=("revenue", "count"),
            low_confidence=("is_low", "sum"),
        )
        told[str(scheme)] = [
            {
                "grade": None if pd.isna(grade) else grade,
                "reason": None if pd.isna(reason) else reason,
                **values,
                "revenue": Decimal(int(values["revenue"])).scaleb(-4),
            }
            for (grade, reason), values in counted.to_dict("index").items()
        ]
    return told
