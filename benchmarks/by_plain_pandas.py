"""The main job in pandas as an analyst writes it: what pandas gives by default, exact.

`read_parquet` gives decimals as Python `Decimal` objects and ids as text, and they stay so: sums
are exact without thought. Columns are summed by `groupby(...).agg(...)` and chosen by masks;
what concerns one customer - ratios, points, grades - is a function of its values, called by `map`
or `apply`. Nothing is slow on purpose, and nothing is rewritten for speed: `by_pandas.py` is that.
"""

from __future__ import annotations

import argparse
from bisect import bisect_left, bisect_right
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from modelled import expected_purchases, purchase_value

if TYPE_CHECKING:
    from collections.abc import Callable

_FOUR_PLACES = Decimal("0.0001")
_NOTHING: Any = Decimal(0)
_NO_PURCHASE = "no_purchase_in_window"


def grade_in_plain_pandas(customers: Path, orders: Path, as_of: str, out: Path) -> None:
    """Grade two Parquet files and write `grades.parquet` and `metrics.parquet`.

    Args:
        customers: The customers.
        orders: The order lines.
        as_of: The as-of date, a month's end.
        out: The directory for the results; made if it is missing.

    Raises:
        ValueError: A check failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    day = pd.Timestamp(as_of)
    people = _checked_customers(pd.read_parquet(customers))
    lines = _checked_lines(pd.read_parquet(orders))
    known = lines["customer_id"].isin(people["customer_id"])
    unattributed = lines.loc[~known, "amount"]
    print(f"{len(unattributed)} lines of unknown customers, {unattributed.sum()} in all")
    metrics = _metrics(people, lines[known], day)
    metrics.reset_index().to_parquet(out / "metrics.parquet", compression="zstd")
    _grades(metrics, day).to_parquet(out / "grades.parquet", compression="zstd")


def _checked_customers(people: pd.DataFrame) -> pd.DataFrame:
    people = people.drop_duplicates()
    if people["customer_id"].isna().any() or people["customer_id"].duplicated().any():
        raise ValueError("a customer has two different rows, or no id")
    people["created_on"] = pd.to_datetime(people["created_on"])
    return people


def _checked_lines(lines: pd.DataFrame) -> pd.DataFrame:
    if lines[["order_id", "ordered_at", "amount"]].isna().any(axis=None):
        raise ValueError("rows are rejected")
    if not lines["status"].dropna().isin(["completed", "cancelled"]).all():
        raise ValueError("rows are rejected")
    lines = lines.drop_duplicates()
    if lines.duplicated(["order_id", "line"]).any():
        raise ValueError("a line has two different rows")
    if (lines.groupby("order_id")["customer_id"].nunique() > 1).any():
        raise ValueError("an order has two customers")
    lines["day"] = lines["ordered_at"].dt.normalize()
    return lines


def _metrics(people: pd.DataFrame, lines: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    def between(days: pd.Series, after: int, up_to: int = 0) -> pd.Series:
        last = as_of - pd.offsets.MonthEnd(up_to) if up_to else as_of
        return (days > as_of - pd.offsets.MonthEnd(after)) & (days <= last)

    people = people.set_index("customer_id").sort_index()
    first_seen = lines.groupby("customer_id")["day"].min().reindex(people.index)
    created = people["created_on"]
    there = (created <= as_of) | (first_seen <= as_of) | (created.isna() & first_seen.isna())
    metrics = people.loc[there, ["country", "industry", "employees"]]

    def summed(rows: pd.DataFrame, column: str) -> pd.Series:
        sums = rows.groupby("customer_id")[column].sum()
        return sums.reindex(metrics.index, fill_value=_NOTHING)

    live = lines[(lines["status"] != "cancelled") & (lines["day"] <= as_of)]
    window = live[between(live["day"], 12)]
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
    metrics["average_purchase"] = _by_row(
        metrics[["purchase_amount", "orders"]],
        lambda row: _ratio(row["purchase_amount"], row["orders"]),
    )
    metrics["growth"] = _by_row(
        metrics[["revenue", "revenue_before"]],
        lambda row: _ratio(row["revenue"] - row["revenue_before"], row["revenue_before"]),
    )
    metrics["trend"] = _by_row(
        metrics[["revenue_recent", "revenue"]],
        lambda row: _ratio(row["revenue_recent"], row["revenue"]),
    )
    _add_expected(metrics, as_of)
    return metrics


def _add_expected(metrics: pd.DataFrame, as_of: pd.Timestamp) -> None:
    """Add what the two models give, and their product."""
    buyers = metrics[metrics["orders_ever"] > 0]
    last = (buyers["last_purchase_on"] - buyers["first_purchase_on"]).dt.days
    repeats = (buyers["orders_ever"] - 1).where(last > 0, 0)
    age = (as_of - buyers["first_purchase_on"]).dt.days
    purchases = expected_purchases(
        list(buyers.index), repeats.to_numpy(), last.to_numpy(), age.to_numpy()
    )
    recent = metrics[(metrics["orders"] > 0) & (metrics["revenue"] > 0)]
    mean = _by_row(
        recent[["revenue", "orders"]],
        lambda row: int((_ratio(row["revenue"], row["orders"]) or 0) * 10_000),
    )
    value = purchase_value(list(recent.index), recent["orders"].to_numpy(), mean.to_numpy())
    for name, own, given in (
        ("expected_purchases", buyers, purchases),
        ("expected_purchase_value", recent, value),
    ):
        numbers = [None] * len(own) if given is None else [_decimal(one) for one in given]
        metrics[name] = pd.Series(numbers, index=own.index, dtype=object).reindex(metrics.index)
    metrics["expected_revenue"] = _by_row(
        metrics[["expected_purchases", "expected_purchase_value"]], _expected_revenue
    )


def _decimal(ten_thousandths: int) -> Decimal:
    return Decimal(int(ten_thousandths)) * _FOUR_PLACES


def _expected_revenue(row: pd.Series) -> Decimal | None:
    if row.isna().any():
        return None
    product = row["expected_purchases"] * row["expected_purchase_value"]
    return product.quantize(_FOUR_PLACES, ROUND_HALF_UP)


def _by_row(frame: pd.DataFrame, found: Callable[[Any], Any]) -> pd.Series:
    """Return what a function finds for each customer."""
    values: pd.Series = frame.apply(found, axis=1)
    return values


def _ratio(top: Decimal, bottom: Decimal | int) -> Decimal | None:
    if bottom <= 0:
        return None
    return (top / bottom).quantize(_FOUR_PLACES, ROUND_HALF_UP)


def _cuts(values: pd.Series, count: int) -> list[Decimal]:
    """Return the values at ascending rank ceil(i n / count)."""
    ordered = sorted(values.dropna())
    return [ordered[-(-i * len(ordered) // count) - 1] for i in range(1, count)]


def _tiles(values: pd.Series, count: int) -> pd.Series:
    cuts = _cuts(values, count)
    return values.map(lambda value: 1 + bisect_left(cuts, value))


def _positions(values: pd.Series) -> pd.Series:
    """Return, of 198, cuts below the value and cuts at or below it; none where it is unknown."""
    cuts = _cuts(values, 100)
    return values.map(
        lambda value: bisect_left(cuts, value) + bisect_right(cuts, value), na_action="ignore"
    )


def _grades(metrics: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    graded = metrics.copy()
    graded["abc"] = _abc(metrics["revenue"])
    graded["lifecycle"] = _lifecycle(metrics, as_of - pd.offsets.MonthEnd(12))
    home = metrics["country"].value_counts()
    home_country = min(home[home == home.max()].index) if len(home) else None
    graded["region"] = metrics["country"].map(
        lambda country: "domestic" if country == home_country else "international",
        na_action="ignore",
    )
    graded["size"] = metrics["employees"].map(
        lambda staff: "large" if staff >= 1000 else "medium" if staff >= 300 else "small",
        na_action="ignore",
    )

    buyers = metrics[metrics["orders"] > 0].copy()
    buyers["r"] = _tiles(-buyers["days_since_purchase"], 5)
    buyers["f"] = _tiles(buyers["orders"], 5)
    buyers["m"] = _tiles(buyers["revenue"], 5)
    buyers["rfm"] = _by_row(buyers[["r", "f"]], lambda row: _segment(row["r"], row["f"]))
    buyers["rfm_text"] = (
        buyers["r"].astype(str) + "-" + buyers["f"].astype(str) + "-" + buyers["m"].astype(str)
    )
    buyers["value_score"] = _value_score(buyers)
    buyers["value_index"] = buyers["value_score"].map(
        lambda score: "A" if score >= 80 else "B" if score >= 50 else "C"
    )
    buyers["power"] = _tiles(buyers["average_purchase"], 3)
    buyers["purchasing_power"] = buyers["power"].map({3: "high", 2: "medium", 1: "low"})
    buyers["often"] = _tiles(buyers["orders"], 2)
    buyers["frequency"] = buyers["often"].map({2: "high", 1: "low"})
    buyers["loyalty"] = buyers["active_quarters"].map(
        lambda quarters: (
            "loyal" if quarters >= 3 else "potential" if quarters == 2 else "occasional"
        )
    )
    buyers["variety"] = _tiles(buyers["categories"], 5)
    buyers["need"] = buyers["variety"].map(lambda tile: "special" if tile == 5 else "basic")
    graded = graded.join(buyers[[name for name in buyers if name not in graded]])
    graded["tier"] = _by_row(graded[["abc", "value_index", "lifecycle"]], _tier)

    return pd.concat(
        [
            _scheme(graded, scheme, grade, reason, score, text)
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
            )
        ],
        ignore_index=True,
    )


def _scheme(
    graded: pd.DataFrame, scheme: str, grade: str, reason: str, score: str | None, text: str | None
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
    made["confidence"] = pd.Series("normal", index=made.index).where(is_graded, None)
    return made


def _abc(revenue: pd.Series) -> pd.Series:
    positive = revenue[revenue > 0]
    by_value = positive.groupby(positive).sum().sort_index(ascending=False)
    total: Any = by_value.sum()
    larger = by_value.cumsum() - by_value
    a = min(by_value.index[larger < total * Decimal("0.80")])
    b = min(by_value.index[larger < total * Decimal("0.95")])
    return positive.map(lambda value: "A" if value >= a else "B" if value >= b else "C")


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


def _value_score(buyers: pd.DataFrame) -> pd.Series:
    names = ["revenue", "margin", "expected_revenue", "growth", "trend", "categories"]
    positions = pd.DataFrame({name: _positions(buyers[name]) for name in names})
    return _by_row(positions, _value)


def _value(position: pd.Series) -> Decimal:
    """Return the points of one customer; the weight of what is unknown goes to its peers."""
    score = _points("49.2308", position["revenue"]) + _points("30.7692", position["margin"])
    known = tuple(pd.notna(position[name]) for name in ("expected_revenue", "growth", "trend"))
    names = ("expected_revenue", "growth", "trend", "categories")
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
    return _by_row(metrics[[*needed, "days_since_purchase", "tenure_months"]], stage)


def _tier(row: pd.Series) -> str | None:
    abc, index = row["abc"], row["value_index"]
    if pd.isna(abc) and pd.isna(index):
        return None
    if abc == "A" and index == "A" and row["lifecycle"] not in ("lost", "at_risk"):
        return "core"
    if abc == "A" or index == "A" or (abc == "B" and index == "B"):
        return "important"
    return "general"


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    grade_in_plain_pandas(arguments.customers, arguments.orders, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
