"""The grades of every customer under every scheme, by whole columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pandas_expert.cuts import INDICATORS

_NO_PURCHASE = "no_purchase_in_window"
_FEW = 50
"""Below so many customers graded together the grades of a scheme are of low confidence."""
_BY_ATTRIBUTES = ("region", "industry", "size")
"""Schemes that do not rest on orders."""


def _tiles(values: pd.Series, cuts: list[int]) -> pd.Series:
    points = 1 + np.searchsorted(cuts, values.to_numpy(dtype="int64"), "left")
    return pd.Series(points, index=values.index)


def _points(values: pd.Series, cuts: list[int], weights: np.ndarray) -> np.ndarray:
    """Return weight x position / 198 in ten-thousandths, rounded half up; 0 where unknown."""
    known = values.notna().to_numpy()
    whole = values.fillna(0).to_numpy(dtype="int64")
    place = np.searchsorted(cuts, whole, "left") + np.searchsorted(cuts, whole, "right")
    return np.where(known, (2 * weights * place + 198) // 396, 0)


def grades_by_customer(
    metrics: pd.DataFrame, cuts: dict[str, Any], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Return the grades and scores of all schemes, a row a customer.

    Args:
        metrics: The metrics by customer.
        cuts: What each scheme grades by.
        as_of: The as-of date, a month's end.
    """
    graded = pd.DataFrame(index=metrics.index)
    smallest = cuts["abc"]["smallest"]
    bands = ((smallest["A"], "A"), (smallest["B"], "B"))
    graded["abc"] = _banded(metrics["revenue"][metrics["revenue"] > 0], bands, "C")
    graded["revenue"] = metrics["revenue"]
    buyers = metrics[metrics["orders"] > 0]
    of_rfm = cuts["rfm"]["cuts"]
    recency = [-days for days in of_rfm["R"]]
    r = _tiles(-buyers["days_since_purchase"].astype("int64"), recency)
    f, m = _tiles(buyers["orders"], of_rfm["F"]), _tiles(buyers["revenue"], of_rfm["M"])
    graded["rfm"] = _segment(r, f)
    graded["rfm_text"] = r.astype(str) + "-" + f.astype(str) + "-" + m.astype(str)
    value = _value(buyers, cuts["value_index"]["cuts"])
    graded["value"] = value.astype("Int64")
    graded["value_index"] = _banded(value, ((800_000, "A"), (500_000, "B")), "C")
    power = cuts["purchasing_power"]["cuts"]["average_purchase"]
    staff = metrics["employees"].dropna().astype("int64")
    for scheme, score, own, rest in (
        ("purchasing_power", _tiles(buyers["average_purchase"], power),
         ((3, "high"), (2, "medium")), "low"),
        ("frequency", _tiles(buyers["orders"], cuts["frequency"]["cuts"]["orders"]),
         ((2, "high"),), "low"),
        ("need", _tiles(buyers["categories"], cuts["need"]["cuts"]["breadth"]),
         ((5, "special"),), "basic"),
        ("loyalty", buyers["active_quarters"], ((3, "loyal"), (2, "potential")), "occasional"),
        ("size", staff, ((1000, "large"), (300, "medium")), "small"),
    ):  # fmt: skip
        graded[f"{scheme}_score"] = (score * 10_000).astype("Int64")
        graded[scheme] = _banded(score, own, rest)
    home = cuts["region"]["learned"]["home_country"]["text"]
    is_home = metrics["country"].dropna() == home
    graded["region"] = is_home.map({True: "domestic", False: "international"})
    graded["industry"], graded["product"] = metrics["industry"], metrics["leading_category"]
    graded["lifecycle"] = _lifecycle(metrics, as_of - pd.offsets.MonthEnd(12))
    graded["tier"] = _tier(graded)
    return graded


def _tier(graded: pd.DataFrame) -> pd.Series:
    abc, index = graded["abc"], graded["value_index"]
    tier = np.select(
        [
            abc.isna() & index.isna(),
            (abc == "A") & (index == "A") & ~graded["lifecycle"].isin(["lost", "at_risk"]),
            (abc == "A") | (index == "A") | ((abc == "B") & (index == "B")),
        ],
        ["", "core", "important"],
        "general",
    )
    return pd.Series(tier, index=graded.index).mask(tier == "")


def grades_of(graded: pd.DataFrame, cuts: dict[str, Any], months: int) -> pd.DataFrame:
    """Return a row for each customer and scheme: its grade, or the reason for none.

    Args:
        graded: The grades of all schemes by customer.
        cuts: What each scheme grades by, and how many customers.
        months: Of the 12 months of the window those that have a line.
    """
    parts = []
    for scheme, reason, score, text in (
        ("abc", "revenue_not_positive", "revenue", None),
        ("rfm", _NO_PURCHASE, None, "rfm_text"),
        ("value_index", _NO_PURCHASE, "value", None),
        ("purchasing_power", _NO_PURCHASE, "purchasing_power_score", None),
        ("frequency", _NO_PURCHASE, "frequency_score", None),
        ("region", "country_unknown", None, None),
        ("industry", "industry_unknown", None, None),
        ("size", "employees_unknown", "size_score", None),
        ("loyalty", _NO_PURCHASE, "loyalty_score", None),
        ("product", "no_category_in_window", None, None),
        ("need", _NO_PURCHASE, "need_score", None),
        ("lifecycle", "", None, None),
        ("tier", _NO_PURCHASE, None, None),
    ):
        is_thin = scheme not in _BY_ATTRIBUTES and months < 6
        is_low = is_thin or cuts[scheme]["population"] < _FEW
        parts.append(_scheme(graded, scheme, reason, score, text, "low" if is_low else "normal"))
    return pd.concat(parts, ignore_index=True)


def _scheme(
    graded: pd.DataFrame,
    scheme: str,
    reason: str,
    score: str | None,
    text: str | None,
    confidence: str,
) -> pd.DataFrame:
    made = pd.DataFrame({"customer_id": graded.index, "scheme": scheme})
    made["grade"] = graded[scheme].to_numpy()
    known = made["grade"].notna()
    scores = pd.Series(pd.NA, index=graded.index) if score is None else graded[score]
    made["score"] = scores.astype("Int64").array
    made["score"] = made["score"].where(known)
    made["score_text"] = None if text is None else graded[text].to_numpy()
    made["reason"] = pd.Series(reason, index=made.index).mask(known, None)
    made["confidence"] = pd.Series(confidence, index=made.index).where(known, None)
    return made


def _banded(values: pd.Series, bands: tuple[tuple[int, str], ...], rest: str) -> pd.Series:
    found = np.select([values >= line for line, _ in bands], [grade for _, grade in bands], rest)
    return pd.Series(found, index=values.index)


def _segment(r: pd.Series, f: pd.Series) -> pd.Series:
    chosen = np.select(
        [
            (r == 5) & (f >= 4),
            (r >= 3) & (f >= 4),
            (r >= 4) & (f >= 2),
            r == 5,
            r == 4,
            (r == 3) & (f == 3),
            r == 3,
            f == 5,
            f >= 3,
        ],
        [
            "champions",
            "loyal",
            "potential_loyalists",
            "new",
            "promising",
            "need_attention",
            "about_to_sleep",
            "cannot_lose",
            "at_risk",
        ],
        "hibernating",
    )
    return pd.Series(chosen, index=r.index)


def _value(buyers: pd.DataFrame, cuts: dict[str, list[int]]) -> pd.Series:
    e, g, t = (buyers[name].notna() for name in ("expected_revenue", "growth", "trend"))
    known = [e & g & t, e & g, e & t, e, g & t, g, t]

    # Weights of (e, g, t), of (e, g), ..., of none.
    weights = {
        "revenue": (492_308,) * 8,
        "margin": (307_692,) * 8,
        "expected": (111_111, 125_000, 142_857, 166_667, 0, 0, 0, 0),
        "growth": (44_445, 50_000, 0, 0, 100_000, 133_333, 0, 0),
        "trend": (22_222, 0, 28_572, 0, 50_000, 0, 100_000, 0),
        "breadth": (22_222, 25_000, 28_571, 33_333, 50_000, 66_667, 100_000, 200_000),
    }
    score = np.zeros(len(buyers), dtype="int64")
    for name, own in weights.items():
        weight = np.select(known, own[:-1], own[-1])
        score = score + _points(buyers[INDICATORS[name]], cuts[name], weight)
    return pd.Series(score, index=buyers.index)


def _lifecycle(metrics: pd.DataFrame, year_ago: pd.Timestamp) -> pd.Series:
    first, last = metrics["first_purchase_on"], metrics["last_purchase_on"]
    days = metrics["days_since_purchase"].fillna(-1).astype("int64")
    tenure = metrics["tenure_months"].fillna(-1).astype("int64")
    ever, gap = metrics["orders_ever"], (last - first).dt.days.fillna(0)
    late = (ever >= 3) & (days > 30) & (days * (ever - 1) > 3 * gap)
    chosen = np.select(
        [
            first.isna(),
            metrics["orders"] == 0,
            (first <= year_ago) & (metrics["orders_before"] == 0),
            (days > 180) | late,
            tenure >= 36,
            tenure >= 12,
            ever == 1,
        ],
        ["prospect", "lost", "won_back", "at_risk", "long_standing", "retained", "new"],
        "satisfied",
    )
    return pd.Series(chosen, index=metrics.index)
