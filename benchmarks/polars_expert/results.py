"""What is told of the grades: the alerts that they raise, and what each class holds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from polars_expert.checks import CUSTOMER

if TYPE_CHECKING:
    from datetime import date


def alerts_of(graded: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the alerts that customers raise, by alert and customer.

    Args:
        graded: The metrics and grades by customer; money and shares in ten-thousandths.
        as_of: The as-of date.
    """
    days, repeats = pl.col("days_since_purchase"), pl.col("orders_ever") - 1
    span = (pl.col("last_purchase_on") - pl.col("first_purchase_on")).dt.total_days()
    recent, earlier = pl.col("quarter_1_orders"), pl.col("quarter_2_orders")
    raised = {
        ("near_demotion", "medium"): (pl.col("value_index") == "A") & (pl.col("value") < 830_000),
        ("order_gap", "high"): (pl.col("orders") > 0)
        & (repeats >= 2)
        & (days > 30)
        & (days * repeats > span * 3),
        ("rising_star", "chance"): (pl.col("abc") == "C")
        & (pl.col("orders") >= 2)
        & (pl.col("trend") >= 7_000)
        & (recent >= earlier)
        & (recent > 0),
    }
    return pl.concat(
        [
            graded.filter(holds).select(
                CUSTOMER,
                pl.lit(alert).alias("alert"),
                pl.lit(severity).alias("severity"),
                pl.lit("new").alias("state"),
                pl.lit(as_of).alias("first_seen"),
            )
            for (alert, severity), holds in raised.items()
        ]
    )


def classes_of(grades: pl.DataFrame, metrics: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return by scheme the customers and the revenue of each class, and of each reason for none.

    Args:
        grades: A row for each customer and scheme, a scheme after the other, each in the order
            of the metrics.
        metrics: The metrics by customer.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    for (scheme,), rows in grades.group_by(["scheme"], maintain_order=True):
        counted = (
            rows.with_columns(metrics["revenue"])
            .group_by("grade", "reason")
            .agg(
                pl.len().alias("customers"),
                pl.col("revenue").sum(),
                pl.col("revenue").count().alias("revenue_of"),
                (pl.col("confidence") == "low").sum().alias("low_confidence"),
            )
        )
        told[str(scheme)] = [
            own | {"revenue": Decimal(own["revenue"]).scaleb(-4)} for own in counted.to_dicts()
        ]
    return told
