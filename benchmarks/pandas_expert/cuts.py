"""What grades are decided by: the values at fixed ranks, the lines of the 80/20 rule, the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

INDICATORS = {
    "revenue": "revenue",
    "margin": "margin",
    "expected": "expected_revenue",
    "growth": "growth",
    "trend": "trend",
    "breadth": "categories",
}
"""The indicators of the value index, and the metric of each."""


def cuts_of(metrics: pd.DataFrame) -> dict[str, Any]:
    """Return by scheme how many customers it grades, and what it grades them by.

    Money and shares are in ten-thousandths.

    Args:
        metrics: The metrics by customer.
    """
    buyers = metrics[metrics["orders"] > 0]
    of_buyers = {"population": len(buyers)}

    def of_metric(name: str, count: int) -> list[int]:
        return _cuts(buyers[name], count)

    # Later is better; kept as days before the as-of date.
    days = [-day for day in _cuts(-buyers["days_since_purchase"], 5)]
    power = {"average_purchase": of_metric("average_purchase", 3)}
    is_bought = (metrics["orders"] > 0) | (metrics["revenue"] > 0)
    return {
        "abc": _pareto(metrics["revenue"]),
        "rfm": of_buyers
        | {"cuts": {"R": days, "F": of_metric("orders", 5), "M": of_metric("revenue", 5)}},
        "value_index": of_buyers
        | {"cuts": {name: of_metric(metric, 100) for name, metric in INDICATORS.items()}},
        "purchasing_power": of_buyers | {"cuts": power},
        "frequency": of_buyers | {"cuts": {"orders": of_metric("orders", 2)}},
        "region": _home(metrics["country"]),
        "industry": {"population": int(metrics["industry"].count())},
        "size": {"population": int(metrics["employees"].count())},
        "loyalty": of_buyers,
        "product": {"population": int(metrics["leading_category"].count())},
        "need": of_buyers | {"cuts": {"breadth": of_metric("categories", 5)}},
        "lifecycle": {"population": len(metrics)},
        "tier": {"population": int(is_bought.sum())},
    }


def _cuts(values: pd.Series, count: int) -> list[int]:
    """Return the values at ascending rank ceil(i n / count); none where no value is known."""
    ordered = np.sort(values.dropna().to_numpy(dtype="int64"))
    if not len(ordered):
        return []
    found: list[int] = ordered[
        [-(-i * len(ordered) // count) - 1 for i in range(1, count)]
    ].tolist()
    return found


def _pareto(revenue: pd.Series) -> dict[str, Any]:
    """Return the total, and the smallest revenue of A and of B."""
    positive = revenue[revenue > 0]
    by_value = positive.groupby(positive).sum().sort_index(ascending=False)
    total, larger = int(by_value.sum()), by_value.cumsum() - by_value
    smallest = {
        "A": int(by_value.index[(5 * larger < 4 * total).to_numpy()].min()),
        "B": int(by_value.index[(20 * larger < 19 * total).to_numpy()].min()),
    }
    return {"population": len(positive), "total": total, "smallest": smallest}


def _home(countries: pd.Series) -> dict[str, Any]:
    """Return the country of most customers, the first of equals."""
    counted = countries.value_counts()
    home = min(counted.index[counted == counted.max()]) if len(counted) else None
    return {"population": int(counted.sum()), "learned": {"home_country": {"text": home}}}
