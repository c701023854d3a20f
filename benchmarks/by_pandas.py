"""The main job in pandas, with the same checks, cuts, grades and files.

Money is held as whole ten-thousandths: pandas reads decimals as Python objects, which are exact
but far slower, and sums of doubles are not exact.
"""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelled import expected_purchases, purchase_value

_MONEY = ("amount", "cost")
_FIGURES = (
    "revenue",
    "revenue_before",
    "revenue_recent",
    "margin",
    "purchase_amount",
    "average_purchase",
    "growth",
    "trend",
    "expected_purchases",
    "expected_purchase_value",
    "expected_revenue",
)
_NO_PURCHASE = "no_purchase_in_window"


def grade_in_pandas(customers: Path, orders: Path, as_of: str, out: Path) -> None:
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
    lines = _checked_lines(_read_lines(orders))
    metrics = _metrics(people, lines, day)
    _write(metrics.reset_index(), out / "metrics.parquet", _FIGURES)
    grades = _grades(metrics, day)
    _write(grades, out / "grades.parquet", ("score",))


def _read_lines(path: Path) -> pd.DataFrame:
    table = pq.read_table(path)
    for name in _MONEY:
        whole = pc.cast(table[name], pa.decimal128(18, 4))
        units = pc.cast(pc.multiply(whole, pa.scalar(10_000, pa.decimal128(5, 0))), pa.int64())
        table = table.set_column(table.schema.get_field_index(name), name, units)
    lines: pd.DataFrame = table.to_pandas()
    lines["day"] = lines["ordered_at"].dt.normalize()
    return lines


def _checked_customers(people: pd.DataFrame) -> pd.DataFrame:
    people = people.drop_duplicates()
    if people["customer_id"].isna().any() or people["customer_id"].duplicated().any():
        raise ValueError("a customer has two different rows, or no id")
    people["created_on"] = pd.to_datetime(people["created_on"])
    return people.set_index("customer_id").sort_index()


def _checked_lines(lines: pd.DataFrame) -> pd.DataFrame:
    required = lines[["order_id", "ordered_at", "amount"]]
    if required.isna().any(axis=None):
        raise ValueError("rows are rejected")
    if not (lines["status"].isna() | lines["status"].isin(["completed", "cancelled"])).all():
        raise ValueError("rows are rejected")
    key = ["order_id", "line"]
    several = lines[lines.duplicated(key, keep=False)]
    copies = several.index[several.duplicated()]
    if several.drop(copies).duplicated(key).any():
        raise ValueError("a line has two different rows")
    lines = lines.drop(copies)
    if (lines.groupby("order_id")["customer_id"].nunique() > 1).any():
        raise ValueError("an order has two customers")
    return lines


def _metrics(people: pd.DataFrame, lines: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    def before(months: int) -> pd.Timestamp:
        return as_of - pd.offsets.MonthEnd(months) if months else as_of

    lines = lines[lines["customer_id"].isin(people.index)]
    first_seen = lines.groupby("customer_id")["day"].min().reindex(people.index)
    created = people["created_on"]
    there = (created <= as_of) | (first_seen <= as_of) | (created.isna() & first_seen.isna())
    metrics = people.loc[there, ["country", "industry", "employees"]].copy()
    live = lines[(lines["status"] != "cancelled") & (lines["day"] <= as_of)]
    window = live[live["day"] > before(12)]

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
    _add_expected(metrics, as_of)
    return metrics


def _add_expected(metrics: pd.DataFrame, as_of: pd.Timestamp) -> None:
    """Add what the two models give, and their product, rounded half up."""
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


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """Return the quotient in ten-thousandths, rounded half up, where the divisor is above zero."""
    size, divisor = top.abs().to_numpy(), bottom.where(bottom > 0, 1).to_numpy()
    # The whole part first: 10,000 times an amount may not fit 64 bits.
    whole, rest = size // divisor, size % divisor
    rounded = whole * 10_000 + (rest * 20_000 + divisor) // (2 * divisor)
    signed = pd.Series(rounded * np.sign(top.to_numpy()), index=top.index).astype("Int64")
    return signed.where(bottom > 0)


def _cuts(values: pd.Series, count: int) -> np.ndarray:
    """Return the values at ascending rank ceil(i n / count)."""
    ordered = np.sort(values.dropna().to_numpy(dtype="int64"))
    ranks = [-(-i * len(ordered) // count) - 1 for i in range(1, count)]
    return ordered[ranks]


def _tiles(values: pd.Series, count: int) -> pd.Series:
    points = 1 + np.searchsorted(_cuts(values, count), values.to_numpy(dtype="int64"), "left")
    return pd.Series(points, index=values.index)


def _points(values: pd.Series, weights: np.ndarray) -> np.ndarray:
    """Return weight x position / 198 in ten-thousandths, rounded half up; 0 where unknown."""
    cuts, known = _cuts(values, 100), values.notna().to_numpy()
    whole = values.fillna(0).to_numpy(dtype="int64")
    place = np.searchsorted(cuts, whole, "left") + np.searchsorted(cuts, whole, "right")
    return np.where(known, (2 * weights * place + 198) // 396, 0)


def _grades(metrics: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    buyers = metrics[metrics["orders"] > 0]
    year_ago = as_of - pd.offsets.MonthEnd(12)
    parts = [
        _scheme(
            metrics, "abc", _abc(metrics["revenue"]), "revenue_not_positive", metrics["revenue"]
        )
    ]
    r = _tiles(-buyers["days_since_purchase"].astype("int64"), 5)
    f, m = _tiles(buyers["orders"], 5), _tiles(buyers["revenue"], 5)
    text = r.astype(str) + "-" + f.astype(str) + "-" + m.astype(str)
    parts.append(_scheme(metrics, "rfm", _segment(r, f), _NO_PURCHASE, text=text))
    value = _value(buyers)
    value_index = _banded(value, ((800_000, "A"), (500_000, "B")), "C")
    parts.append(_scheme(metrics, "value_index", value_index, _NO_PURCHASE, value))
    power = _tiles(buyers["average_purchase"], 3)
    often = _tiles(buyers["orders"], 2)
    variety = _tiles(buyers["categories"], 5)
    quarters = buyers["active_quarters"]
    staff = metrics["employees"].dropna().astype("int64")
    home = metrics["country"].value_counts()
    home_country = min(home.index[home == home.max()]) if len(home) else None
    country = metrics["country"].dropna()
    region = (country == home_country).map({True: "domestic", False: "international"})
    for scheme, grade, reason, score in (
        ("purchasing_power", _banded(power, ((3, "high"), (2, "medium")), "low"), "", power),
        ("frequency", _banded(often, ((2, "high"),), "low"), "", often),
        ("region", region, "country_unknown", None),
        ("industry", metrics["industry"], "industry_unknown", None),
        ("size", _banded(staff, ((1000, "large"), (300, "medium")), "small"), "employees_unknown",
         staff),
        ("loyalty", _banded(quarters, ((3, "loyal"), (2, "potential")), "occasional"), "",
         quarters),
        ("product", metrics["leading_category"], "no_category_in_window", None),
        ("need", _banded(variety, ((5, "special"),), "basic"), "", variety),
    ):  # fmt: skip
        scaled = None if score is None else score * 10_000
        parts.append(_scheme(metrics, scheme, grade, reason or _NO_PURCHASE, scaled))
    lifecycle = _lifecycle(metrics, year_ago)
    parts.append(_scheme(metrics, "lifecycle", lifecycle, ""))
    abc = _abc(metrics["revenue"]).reindex(metrics.index)
    index = value_index.reindex(metrics.index)
    tier = pd.Series(
        np.select(
            [
                abc.isna() & index.isna(),
                (abc == "A") & (index == "A") & ~lifecycle.isin(["lost", "at_risk"]),
                (abc == "A") | (index == "A") | ((abc == "B") & (index == "B")),
            ],
            ["", "core", "important"],
            "general",
        ),
        index=metrics.index,
    )
    parts.append(_scheme(metrics, "tier", tier[tier != ""], _NO_PURCHASE))
    return pd.concat(parts, ignore_index=True)


def _scheme(
    metrics: pd.DataFrame,
    scheme: str,
    grade: pd.Series,
    reason: str,
    score: pd.Series | None = None,
    text: pd.Series | None = None,
) -> pd.DataFrame:
    made = pd.DataFrame({"customer_id": metrics.index, "scheme": scheme})
    made["grade"] = grade.reindex(metrics.index).to_numpy()
    known = made["grade"].notna()
    scores = pd.Series(pd.NA, index=metrics.index) if score is None else score
    made["score"] = scores.reindex(metrics.index).astype("Int64").array
    made["score"] = made["score"].where(known)
    made["score_text"] = None if text is None else text.reindex(metrics.index).to_numpy()
    made["reason"] = pd.Series(reason, index=made.index).mask(known, None)
    made["confidence"] = pd.Series("normal", index=made.index).where(known, None)
    return made


def _abc(revenue: pd.Series) -> pd.Series:
    positive = revenue[revenue > 0]
    by_value = positive.groupby(positive).sum().sort_index(ascending=False)
    total, larger = int(by_value.sum()), by_value.cumsum() - by_value
    a = by_value.index[(5 * larger < 4 * total).to_numpy()].min()
    b = by_value.index[(20 * larger < 19 * total).to_numpy()].min()
    return _banded(positive, ((a, "A"), (b, "B")), "C")


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


def _value(buyers: pd.DataFrame) -> pd.Series:
    e, g, t = (buyers[name].notna() for name in ("expected_revenue", "growth", "trend"))
    known = [e & g & t, e & g, e & t, e, g & t, g, t]

    def points(name: str, *weights: int) -> np.ndarray:
        """Return points by the weight of (e, g, t), of (e, g), ..., of none."""
        return _points(buyers[name], np.select(known, weights[:-1], weights[-1]))

    score = _points(buyers["revenue"], np.full(len(buyers), 492_308))
    score = score + _points(buyers["margin"], np.full(len(buyers), 307_692))
    score = score + points("expected_revenue", 111_111, 125_000, 142_857, 166_667, 0, 0, 0, 0)
    score = score + points("growth", 44_445, 50_000, 0, 0, 100_000, 133_333, 0, 0)
    score = score + points("trend", 22_222, 0, 28_572, 0, 50_000, 0, 100_000, 0)
    breadth = (22_222, 25_000, 28_571, 33_333, 50_000, 66_667, 100_000, 200_000)
    return pd.Series(score + points("categories", *breadth), index=buyers.index)


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


def _write(frame: pd.DataFrame, path: Path, money: tuple[str, ...]) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for position, name in enumerate(table.column_names):
        if name in money:
            units = pc.cast(table[name].cast(pa.int64()), pa.decimal128(19, 0))
            value = pc.multiply(units, pa.scalar(Decimal("0.0001"), pa.decimal128(4, 4)))
            table = table.set_column(position, name, value.cast(pa.decimal128(18, 4)))
        elif pa.types.is_timestamp(table.schema.field(name).type):
            table = table.set_column(position, name, table[name].cast(pa.date32()))
    pq.write_table(table, path, compression="zstd")


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    grade_in_pandas(arguments.customers, arguments.orders, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
