"""What grades are decided by: the values at fixed ranks, the lines of the 80/20 rule, the home."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def cuts_of(metrics: pd.DataFrame) -> dict[str, Any]:
    """Return by scheme how many customers it grades, and what it grades them by.

    Args:
        metrics: The metrics by customer.
    """
    buyers = metrics[metrics["orders"] > 0]
    of_buyers = {"population": len(buyers)}
    indicators = {
        "revenue": "revenue",
        "margin": "margin",
        "expected": "expected_revenue",
        "growth": "growth",
        "trend": "trend",
        "breadth": "categories",
    }
    return {
        "abc": _abc(metrics["revenue"]),
        "rfm": of_buyers
        | {
            "cuts": {
                # Later is better; kept as days before the as-of date.
                "R": [-days for days in _cuts(-buyers["days_since_purchase"], 5)],
                "F": _cuts(buyers["orders"], 5),
                "M": _cuts(buyers["revenue"], 5),
            }
        },
        "value_index": of_buyers
        | {"cuts": {name: _cuts(buyers[metric], 100) for name, metric in indicators.items()}},
        "purchasing_power": of_buyers
        | {"cuts": {"average_purchase": _cuts(buyers["average_purchase"], 3)}},
        "frequency": of_buyers | {"cuts": {"orders": _cuts(buyers["orders"], 2)}},
        "region": _home(metrics["country"]),
        "industry": {"population": int(metrics["industry"].count())},
        "size": {"population": int(metrics["employees"].count())},
        "loyalty": of_buyers,
        "product": {"population": int(metrics["leading_category"].count())},
        "need": of_buyers | {"cuts": {"breadth": _cuts(buyers["categories"], 5)}},
        "lifecycle": {"population": len(metrics)},
        "tier": {"population": int(((metrics["revenue"] > 0) | (metrics["orders"] > 0)).sum())},
    }


def _cuts(values: pd.Series, count: int) -> list[Any]:
    """Return the values at ascending rank ceil(i n / count); none where no value is known."""
    ordered = sorted(values.dropna())
    if not ordered:
        return []
    return [ordered[-(-i * len(ordered) // count) - 1] for i in range(1, count)]


def _abc(revenue: pd.Series) -> dict[str, Any]:
    positive = revenue[revenue > 0]
    by_value = positive.groupby(positive).sum().sort_index(ascending=False)
    total: Any = by_value.sum()
    larger = by_value.cumsum() - by_value
    smallest = {
        "A": min(by_value.index[larger < total * Decimal("0.80")]),
        "B": min(by_value.index[larger < total * Decimal("0.95")]),
    }
    return {"population": len(positive), "total": total, "smallest": smallest}


def _home(countries: pd.Series) -> dict[str, Any]:
    """Return the country of most customers, the first of equals."""
    counted = countries.value_counts()
    home = min(counted[counted == counted.max()].index) if len(counted) else None
    return {"population": int(counted.sum()), "learned": {"home_country": {"text": home}}}
