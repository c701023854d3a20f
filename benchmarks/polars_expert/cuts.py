"""What grades are decided by: the values at fixed ranks, the lines of the 80/20 rule, the home."""

from __future__ import annotations

from typing import Any

import polars as pl

INDICATORS = {
    "revenue": "revenue",
    "margin": "margin",
    "expected": "expected_revenue",
    "growth": "growth",
    "trend": "trend",
    "breadth": "categories",
}
"""The indicators of the value index, and the metric of each."""


def cuts_of(metrics: pl.DataFrame) -> dict[str, Any]:
    """Return by scheme how many customers it grades, and what it grades them by.

    Money and shares are in ten-thousandths.

    Args:
        metrics: The metrics by customer.
    """
    buyers = metrics.filter(pl.col("orders") > 0)
    of_buyers = {"population": buyers.height}

    def of_metric(name: str, count: int) -> list[int]:
        return _cuts(buyers[name], count)

    # Later is better; kept as days before the as-of date.
    days = [-day for day in _cuts(-buyers["days_since_purchase"], 5)]
    power = {"average_purchase": of_metric("average_purchase", 3)}
    is_bought = (pl.col("orders") > 0) | (pl.col("revenue") > 0)
    return {
        "abc": _pareto(metrics["revenue"]),
        "rfm": of_buyers
        | {"cuts": {"R": days, "F": of_metric("orders", 5), "M": of_metric("revenue", 5)}},
        "value_index": of_buyers
        | {"cuts": {name: of_metric(metric, 100) for name, metric in INDICATORS.items()}},
        "purchasing_power": of_buyers | {"cuts": power},
        "frequency": of_buyers | {"cuts": {"orders": of_metric("orders", 2)}},
        "region": _home(metrics["country"].drop_nulls()),
        "industry": {"population": metrics["industry"].count()},
        "size": {"population": metrics["employees"].count()},
        "loyalty": of_buyers,
        "product": {"population": metrics["leading_category"].count()},
        "need": of_buyers | {"cuts": {"breadth": of_metric("categories", 5)}},
        "lifecycle": {"population": metrics.height},
        "tier": {"population": metrics.filter(is_bought).height},
    }


def _cuts(values: pl.Series, count: int) -> list[int]:
    """Return the values at ascending rank ceil(i n / count); none where no value is known."""
    ordered = values.drop_nulls().sort()
    if ordered.is_empty():
        return []
    return ordered.gather([-(-i * len(ordered) // count) - 1 for i in range(1, count)]).to_list()


def _pareto(revenue: pl.Series) -> dict[str, Any]:
    """Return the total, and the smallest revenue of A and of B."""
    placed = (
        revenue.filter(revenue > 0)
        .to_frame("revenue")
        .group_by("revenue")
        .agg(pl.col("revenue").sum().alias("own"))
        .sort("revenue", descending=True)
        .with_columns((pl.col("own").cum_sum() - pl.col("own")).alias("larger"))
    )
    total = int(placed["own"].sum())
    a = placed.filter(pl.col("larger") * 5 < 4 * total)["revenue"].min()
    b = placed.filter(pl.col("larger") * 20 < 19 * total)["revenue"].min()
    return {
        "population": int((revenue > 0).sum()),
        "total": total,
        "smallest": {"A": int(str(a or 0)), "B": int(str(b or 0))},
    }


def _home(countries: pl.Series) -> dict[str, Any]:
    """Return the country of most customers, the first of equals."""
    counted = countries.value_counts().sort("count", "country", descending=[True, False])
    home = counted["country"][0] if counted.height else None
    return {"population": len(countries), "learned": {"home_country": {"text": home}}}
