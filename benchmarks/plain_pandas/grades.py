"""The grades of every customer under every scheme: a function of its values and of the cuts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from plain_pandas.metrics import by_row

_FOUR_PLACES = Decimal("0.0001")
_NO_PURCHASE = "no_purchase_in_window"
_FEW = 50
"""Below so many customers graded together the grades of a scheme are of low confidence."""
_BY_ATTRIBUTES = ("region", "industry", "size")
"""Schemes that do not rest on orders."""


def grades_by_customer(
    metrics: pd.DataFrame, cuts: dict[str, Any], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Return the metrics with the grades and scores of all schemes, a row a customer.

    Args:
        metrics: The metrics by customer.
        cuts: What each scheme grades by.
        as_of: The as-of date, a month's end.
    """
    graded = metrics.copy()
    graded["abc"] = _abc(metrics["revenue"], cuts["abc"]["smallest"])
    graded["lifecycle"] = _lifecycle(metrics, as_of - pd.offsets.MonthEnd(12))
    home_country = cuts["region"]["learned"]["home_country"]["text"]
    graded["region"] = metrics["country"].map(
        lambda country: "domestic" if country == home_country else "international",
        na_action="ignore",
    )
    graded["size"] = metrics["employees"].map(
        lambda staff: "large" if staff >= 1000 else "medium" if staff >= 300 else "small",
        na_action="ignore",
    )

    buyers = metrics[metrics["orders"] > 0].copy()
    recency = cuts["rfm"]["cuts"]["R"]
    buyers["r"] = buyers["days_since_purchase"].map(
        lambda days: 1 + sum(days < cut for cut in recency)
    )
    buyers["f"] = _tiles(buyers["orders"], cuts["rfm"]["cuts"]["F"])
    buyers["m"] = _tiles(buyers["revenue"], cuts["rfm"]["cuts"]["M"])
    buyers["rfm"] = by_row(buyers[["r", "f"]], lambda row: _segment(row["r"], row["f"]))
    buyers["rfm_text"] = (
        buyers["r"].astype(str) + "-" + buyers["f"].astype(str) + "-" + buyers["m"].astype(str)
    )
    buyers["value_score"] = _value_score(buyers, cuts["value_index"]["cuts"])
    buyers["value_index"] = buyers["value_score"].map(
        lambda score: "A" if score >= 80 else "B" if score >= 50 else "C"
    )
    buyers["power"] = _tiles(
        buyers["average_purchase"], cuts["purchasing_power"]["cuts"]["average_purchase"]
    )
    buyers["purchasing_power"] = buyers["power"].map({3: "high", 2: "medium", 1: "low"})
    buyers["often"] = _tiles(buyers["orders"], cuts["frequency"]["cuts"]["orders"])
    buyers["frequency"] = buyers["often"].map({2: "high", 1: "low"})
    buyers["loyalty"] = buyers["active_quarters"].map(
        lambda quarters: (
            "loyal" if quarters >= 3 else "potential" if quarters == 2 else "occasional"
        )
    )
    buyers["variety"] = _tiles(buyers["categories"], cuts["need"]["cuts"]["breadth"])
    buyers["need"] = buyers["variety"].map(lambda tile: "special" if tile == 5 else "basic")
    graded = graded.join(buyers[[name for name in buyers if name not in graded]])
    graded["tier"] = by_row(graded[["abc", "value_index", "lifecycle"]], _tier)

    return graded


def _tiles(values: pd.Series, cuts: list[Any]) -> pd.Series:
    return values.map(lambda value: 1 + bisect_left(cuts, value))


def _positions(values: pd.Series, cuts: list[Any]) -> pd.Series:
    """Return, of 198, cuts below the value and cuts at or below it; none where it is unknown."""
    return values.map(
        lambda value: bisect_left(cuts, value) + bisect_right(cuts, value), na_action="ignore"
    )


def grades_of(graded: pd.DataFrame, cuts: dict[str, Any], months: int) -> pd.DataFrame:
    """Return a row for each customer and scheme: its grade, or the reason for none.

    Args:
        graded: The grades of all schemes by customer.
        cuts: What each scheme grades by, and how many customers.
        months: Of the 12 months of the window those that have a line.
    """
    made = []
    for scheme, grade, score, text, reason in (
        ("abc", "abc", "revenue", None, "revenue_not_positive"),
        ("rfm", "rfm", None, "rfm_text", _NO_PURCHASE),
        ("value_index", "value_index", "value_score", None, _NO_PURCHASE),
        ("purchasing_power", "purchasing_power", "power", None, _NO_PURCHASE),
        ("frequency", "frequency", "often", None, _NO_PURCHASE),
        ("region", "region", None, None, "country_unknown"),
        ("industry", "industry", None, None, "industry_unknown"),
        ("size", "size", "employees", None, "employees_unknown"),
        ("loyalty", "loyalty", "active_quarters", None, _NO_PURCHASE),
        ("product", "leading_category", None, None, "no_category_in_window"),
        ("need", "need", "variety", None, _NO_PURCHASE),
        ("lifecycle", "lifecycle", None, None, ""),
        ("tier", "tier", None, None, _NO_PURCHASE),
    ):
        is_thin = scheme not in _BY_ATTRIBUTES and months < 6
        is_low = is_thin or cuts[scheme]["population"] < _FEW
        confidence = "low" if is_low else "normal"
        made.append(_scheme(graded, scheme, grade, reason, score, text, confidence))
    return pd.concat(made, ignore_index=True)


def _scheme(
    graded: pd.DataFrame,
    scheme: str,
    grade: str,
    reason: str,
    score: str | None,
    text: str | None,
    confidence: str,
) -> pd.DataFrame:
    made = pd.DataFrame({"customer_id": graded.index, "scheme": scheme})
    made["grade"] = graded[grade].to_numpy()
    is_graded = made["grade"].notna()
    made["score"] = None
    if score is not None:
        made["score"] = graded[score].map(Decimal, na_action="ignore").to_numpy()
        made["score"] = made["score"].where(is_graded, None)
    made["score_text"] = None if text is None else graded[text].to_numpy()
    made["reason"] = pd.Series(reason, index=made.index).where(~is_graded, None)
    made["confidence"] = pd.Series(confidence, index=made.index).where(is_graded, None)
    return made


def _abc(revenue: pd.Series, smallest: dict[str, Decimal]) -> pd.Series:
    a, b = smallest["A"], smallest["B"]
    return revenue[revenue > 0].map(lambda value: "A" if value >= a else "B" if value >= b else "C")


def _segment(r: int, f: int) -> str:
    if r == 5 and f >= 4:
        return "champions"
    if r >= 3 and f >= 4:
        return "loyal"
    if r >= 4 and f >= 2:
        return "potential_loyalists"
    if r >= 4:
        return "new" if r == 5 else "promising"
    if r == 3:
        return "need_attention" if f == 3 else "about_to_sleep"
    if f == 5:
        return "cannot_lose"
    return "at_risk" if f >= 3 else "hibernating"


def _value_score(buyers: pd.DataFrame, cuts: dict[str, list[Any]]) -> pd.Series:
    of_names = {"expected": "expected_revenue", "breadth": "categories"}
    positions = pd.DataFrame(
        {name: _positions(buyers[of_names.get(name, name)], own) for name, own in cuts.items()}
    )
    return by_row(positions, _value)


def _value(position: pd.Series) -> Decimal:
    """Return the points of one customer; the weight of what is unknown goes to its peers."""
    score = _points("49.2308", position["revenue"]) + _points("30.7692", position["margin"])
    known = tuple(pd.notna(position[name]) for name in ("expected", "growth", "trend"))
    names = ("expected", "growth", "trend", "breadth")
    for name, weight in zip(names, _POTENTIAL[known], strict=True):
        if weight != "0":
            score += _points(weight, position[name])
    return score


# Weights of expected revenue, growth, trend and breadth, by which of the first three are known.
_POTENTIAL = {
    (True, True, True): ("11.1111", "4.4445", "2.2222", "2.2222"),
    (True, True, False): ("12.5", "5", "0", "2.5"),
    (True, False, True): ("14.2857", "0", "2.8572", "2.8571"),
    (True, False, False): ("16.6667", "0", "0", "3.3333"),
    (False, True, True): ("0", "10", "5", "5"),
    (False, True, False): ("0", "13.3333", "0", "6.6667"),
    (False, False, True): ("0", "0", "10", "10"),
    (False, False, False): ("0", "0", "0", "20"),
}


def _points(weight: str, position: float) -> Decimal:
    return (Decimal(weight) * int(position) / 198).quantize(_FOUR_PLACES, ROUND_HALF_UP)


def _lifecycle(metrics: pd.DataFrame, year_ago: pd.Timestamp) -> pd.Series:
    def stage(row: pd.Series) -> str:
        if pd.isna(row["first_purchase_on"]):
            return "prospect"
        if row["orders"] == 0:
            return "lost"
        if row["first_purchase_on"] <= year_ago and row["orders_before"] == 0:
            return "won_back"
        days, ever = row["days_since_purchase"], row["orders_ever"]
        span = (row["last_purchase_on"] - row["first_purchase_on"]).days
        if days > 180 or (ever >= 3 and days > 30 and days * (ever - 1) > 3 * span):
            return "at_risk"
        if row["tenure_months"] >= 36:
            return "long_standing"
        if row["tenure_months"] >= 12:
            return "retained"
        return "new" if ever == 1 else "satisfied"

    needed = ["first_purchase_on", "last_purchase_on", "orders", "orders_before", "orders_ever"]
    return by_row(metrics[[*needed, "days_since_purchase", "tenure_months"]], stage)


def _tier(row: pd.Series) -> str | None:
    abc, index = row["abc"], row["value_index"]
    if pd.isna(abc) and pd.isna(index):
        return None
    if abc == "A" and index == "A" and row["lifecycle"] not in ("lost", "at_risk"):
        return "core"
    if abc == "A" or index == "A" or (abc == "B" and index == "B"):
        return "important"
    return "general"
