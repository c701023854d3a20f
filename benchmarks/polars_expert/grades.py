"""The grades of every customer under every scheme, by whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from polars_expert.checks import CUSTOMER
from polars_expert.cuts import INDICATORS
from polars_expert.metrics import before

if TYPE_CHECKING:
    from datetime import date

_NO_PURCHASE = "no_purchase_in_window"
_FEW = 50
"""Below so many customers graded together the grades of a scheme are of low confidence."""
_BY_ATTRIBUTES = ("region", "industry", "size")
"""Schemes that do not rest on orders."""


def _tiles(values: pl.Series, cuts: list[int]) -> pl.Series:
    own = pl.Series(cuts, dtype=pl.Int64)
    return own.search_sorted(values.cast(pl.Int64), "left").cast(pl.Int64) + 1


def _place(values: pl.Series, learned: list[int]) -> pl.Series:
    """Return, of 198, cuts below the value and cuts at or below it; none where it is unknown."""
    cuts = pl.Series(learned, dtype=pl.Int64)
    values = values.cast(pl.Int64)
    below, up_to = (cuts.search_sorted(values, side).cast(pl.Int64) for side in ("left", "right"))
    return (below + up_to).set(values.is_null(), None).alias(values.name)


def _points(weight: pl.Expr | int, place: str) -> pl.Expr:
    """Return weight x place / 198 in ten-thousandths, rounded half up; 0 where unknown."""
    return ((pl.col(place) * weight * 2 + 198) // 396).fill_null(0)


def grades_by_customer(metrics: pl.DataFrame, cuts: dict[str, Any], as_of: date) -> pl.DataFrame:
    """Return the metrics with the grades and scores of all schemes, a row a customer.

    Args:
        metrics: The metrics by customer.
        cuts: What each scheme grades by.
        as_of: The as-of date, a month's end.
    """
    buyers = metrics.filter(pl.col("orders") > 0)
    of_rfm = cuts["rfm"]["cuts"]
    buyers = buyers.select(
        CUSTOMER,
        _tiles(-buyers["days_since_purchase"], [-days for days in of_rfm["R"]]).alias("r"),
        _tiles(buyers["orders"], of_rfm["F"]).alias("f"),
        _tiles(buyers["revenue"], of_rfm["M"]).alias("m"),
        _tiles(
            buyers["average_purchase"], cuts["purchasing_power"]["cuts"]["average_purchase"]
        ).alias("power"),
        _tiles(buyers["orders"], cuts["frequency"]["cuts"]["orders"]).alias("often"),
        _tiles(buyers["categories"], cuts["need"]["cuts"]["breadth"]).alias("variety"),
        pl.col("active_quarters").alias("quarters"),
        _value(buyers, cuts["value_index"]["cuts"]).alias("value"),
    )
    home = cuts["region"]["learned"]["home_country"]["text"]
    smallest = cuts["abc"]["smallest"]
    a_from, b_from = smallest["A"], smallest["B"]
    graded = metrics.join(buyers, on=CUSTOMER, how="left", maintain_order="left").with_columns(
        _banded("revenue", ((b_from, "B"), (a_from, "A")), "C", known=pl.col("revenue") > 0)
        .alias("abc"),
        _segment().alias("rfm"),
        pl.concat_str("r", "f", "m", separator="-").alias("rfm_text"),
        _banded("value", ((500_000, "B"), (800_000, "A")), "C").alias("value_index"),
        _banded("power", ((2, "medium"), (3, "high")), "low").alias("purchasing_power"),
        _banded("often", ((2, "high"),), "low").alias("frequency"),
        pl.when(pl.col("country").is_not_null()).then(
            pl.when(pl.col("country") == home)
            .then(pl.lit("domestic")).otherwise(pl.lit("international"))
        ).alias("region"),
        _banded("employees", ((300, "medium"), (1000, "large")), "small").alias("size"),
        _banded("quarters", ((2, "potential"), (3, "loyal")), "occasional").alias("loyalty"),
        _banded("variety", ((5, "special"),), "basic").alias("need"),
        _lifecycle(as_of).alias("lifecycle"),
    )  # fmt: skip
    return graded.with_columns(_tier().alias("tier"))


def grades_of(graded: pl.DataFrame, cuts: dict[str, Any], months: int) -> pl.DataFrame:
    """Return a row for each customer and scheme: its grade, or the reason for none.

    Args:
        graded: The grades of all schemes by customer.
        cuts: What each scheme grades by, and how many customers.
        months: Of the 12 months of the window those that have a line.
    """
    return pl.concat(
        [
            _scheme(graded, *scheme, is_low=_is_low(scheme[0], cuts, months))
            for scheme in (
                ("abc", "abc", "revenue", 1, None, "revenue_not_positive"),
                ("rfm", "rfm", None, 1, "rfm_text", _NO_PURCHASE),
                ("value_index", "value_index", "value", 1, None, _NO_PURCHASE),
                ("purchasing_power", "purchasing_power", "power", 10_000, None, _NO_PURCHASE),
                ("frequency", "frequency", "often", 10_000, None, _NO_PURCHASE),
                ("region", "region", None, 1, None, "country_unknown"),
                ("industry", "industry", None, 1, None, "industry_unknown"),
                ("size", "size", "employees", 10_000, None, "employees_unknown"),
                ("loyalty", "loyalty", "quarters", 10_000, None, _NO_PURCHASE),
                ("product", "leading_category", None, 1, None, "no_category_in_window"),
                ("need", "need", "variety", 10_000, None, _NO_PURCHASE),
                ("lifecycle", "lifecycle", None, 1, None, ""),
                ("tier", "tier", None, 1, None, _NO_PURCHASE),
            )
        ]
    )


def _scheme(
    graded: pl.DataFrame,
    scheme: str,
    grade: str,
    score: str | None,
    unit: int,
    text: str | None,
    reason: str,
    *,
    is_low: bool,
) -> pl.DataFrame:
    is_graded = pl.col(grade).is_not_null()
    points = pl.lit(None, dtype=pl.Int64) if score is None else pl.col(score) * unit
    words = pl.lit(None, dtype=pl.String) if text is None else pl.col(text)
    return graded.select(
        CUSTOMER,
        pl.lit(scheme).alias("scheme"),
        pl.col(grade).alias("grade"),
        pl.when(is_graded).then(points).alias("score"),
        pl.when(is_graded).then(words).alias("score_text"),
        pl.when(~is_graded).then(pl.lit(reason)).alias("reason"),
        pl.when(is_graded).then(pl.lit("low" if is_low else "normal")).alias("confidence"),
    )


def _is_low(scheme: str, cuts: dict[str, Any], months: int) -> bool:
    is_thin = scheme not in _BY_ATTRIBUTES and months < 6
    return is_thin or cuts[scheme]["population"] < _FEW


def _banded(
    column: str, bands: tuple[tuple[int, str], ...], rest: str, known: pl.Expr | None = None
) -> pl.Expr:
    """Return the grade of the highest line that a column reaches; lines ascend."""
    found = pl.lit(rest)
    for line, grade in bands:
        found = pl.when(pl.col(column) >= line).then(pl.lit(grade)).otherwise(found)
    return pl.when(pl.col(column).is_not_null() if known is None else known).then(found)


def _segment() -> pl.Expr:
    r, f = pl.col("r"), pl.col("f")
    return (
        pl.when(r.is_null()).then(None)
        .when((r == 5) & (f >= 4)).then(pl.lit("champions"))
        .when((r >= 3) & (f >= 4)).then(pl.lit("loyal"))
        .when((r >= 4) & (f >= 2)).then(pl.lit("potential_loyalists"))
        .when(r == 5).then(pl.lit("new"))
        .when(r == 4).then(pl.lit("promising"))
        .when((r == 3) & (f == 3)).then(pl.lit("need_attention"))
        .when(r == 3).then(pl.lit("about_to_sleep"))
        .when(f == 5).then(pl.lit("cannot_lose"))
        .when(f >= 3).then(pl.lit("at_risk"))
        .otherwise(pl.lit("hibernating"))
    )  # fmt: skip


def _value(buyers: pl.DataFrame, cuts: dict[str, list[int]]) -> pl.Series:
    """Return the points of each buyer; the weight of what is unknown goes to its peers."""
    e, g, t = (pl.col(name).is_not_null() for name in ("expected_revenue", "growth", "trend"))

    def weight(*weights: int) -> pl.Expr:
        """Return the one that goes with what is known: of (e, g, t), of (e, g), ..., of none."""
        known = (e & g & t, e & g, e & t, e, g & t, g, t)
        found = pl.lit(weights[-1])
        for holds, one in reversed(list(zip(known, weights, strict=False))):
            found = pl.when(holds).then(one).otherwise(found)
        return found

    return (
        pl.DataFrame([_place(buyers[INDICATORS[name]], own) for name, own in cuts.items()])
        .select(
            _points(492_308, "revenue")
            + _points(307_692, "margin")
            + _points(weight(111_111, 125_000, 142_857, 166_667, 0, 0, 0, 0), "expected_revenue")
            + _points(weight(44_445, 50_000, 0, 0, 100_000, 133_333, 0, 0), "growth")
            + _points(weight(22_222, 0, 28_572, 0, 50_000, 0, 100_000, 0), "trend")
            + _points(
                weight(22_222, 25_000, 28_571, 33_333, 50_000, 66_667, 100_000, 200_000),
                "categories",
            )
        )
        .to_series()
    )


def _lifecycle(as_of: date) -> pl.Expr:
    first, last = pl.col("first_purchase_on"), pl.col("last_purchase_on")
    days, ever, tenure = (
        pl.col(name) for name in ("days_since_purchase", "orders_ever", "tenure_months")
    )
    gap = (last - first).dt.total_days()
    late = (ever >= 3) & (days > 30) & (days * (ever - 1) > gap * 3)
    return (
        pl.when(first.is_null()).then(pl.lit("prospect"))
        .when(pl.col("orders") == 0).then(pl.lit("lost"))
        .when((first <= before(as_of, 12)) & (pl.col("orders_before") == 0))
        .then(pl.lit("won_back"))
        .when((days > 180) | late).then(pl.lit("at_risk"))
        .when(tenure >= 36).then(pl.lit("long_standing"))
        .when(tenure >= 12).then(pl.lit("retained"))
        .when(ever == 1).then(pl.lit("new"))
        .otherwise(pl.lit("satisfied"))
    )  # fmt: skip


def _tier() -> pl.Expr:
    a = pl.col("abc").eq_missing(pl.lit("A"))
    high = pl.col("value_index").eq_missing(pl.lit("A"))
    middling = pl.col("abc").eq_missing(pl.lit("B")) & pl.col("value_index").eq_missing(pl.lit("B"))
    return (
        pl.when(pl.col("abc").is_null() & pl.col("value_index").is_null()).then(None)
        .when(a & high & ~pl.col("lifecycle").is_in(["lost", "at_risk"])).then(pl.lit("core"))
        .when(a | high | middling).then(pl.lit("important"))
        .otherwise(pl.lit("general"))
    )  # fmt: skip
