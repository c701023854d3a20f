"""The main job in polars by an expert: lazy queries, streamed; money as whole ten-thousandths.

The lines are scanned three times, as in `by_hand.py`: by order, which settles the checks and gives
the purchases; by customer; and those of the window by customer and category. No scan is collected
before it is aggregated, so that memory holds groups and not lines. Customers and their metrics
fit the memory and are worked on in whole columns.
"""

from __future__ import annotations

import argparse
from calendar import monthrange
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from modelled import expected_purchases, purchase_value

_MONEY = (
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
_CUSTOMER = "customer_id"
_ORDER = "order_id"


def grade_in_polars(customers: Path, orders: Path, as_of: str, out: Path) -> None:
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
    day = date.fromisoformat(as_of)
    people = _checked_customers(customers)
    lines, purchases = _checked_orders(_lines(orders), day)
    metrics = _metrics(people, lines, purchases, day)
    metrics.with_columns(_decimal(name) for name in _MONEY).write_parquet(
        out / "metrics.parquet", compression="zstd"
    )
    grades = _grades(metrics, day)
    grades.with_columns(_decimal("score")).write_parquet(out / "grades.parquet", compression="zstd")


def _lines(path: Path) -> pl.LazyFrame:
    """Return the lines, with their day and money in ten-thousandths."""
    return pl.scan_parquet(path).with_columns(
        pl.col("ordered_at").dt.date().alias("day"), *(_whole(name) for name in ("amount", "cost"))
    )


def _whole(name: str) -> pl.Expr:
    return (pl.col(name).cast(pl.Decimal(18, 4)) * 10_000).cast(pl.Int64)


def _decimal(name: str) -> pl.Expr:
    exact = pl.col(name).cast(pl.Decimal(18, 0)) * pl.lit(Decimal("0.0001"))
    return exact.cast(pl.Decimal(18, 4)).alias(name)


def _checked_customers(path: Path) -> pl.DataFrame:
    people = pl.read_parquet(path).unique()
    if people[_CUSTOMER].null_count() or people[_CUSTOMER].is_duplicated().any():
        raise ValueError("a customer has two different rows, or no id")
    return people.select(_CUSTOMER, "created_on", "country", "industry", "employees")


def _checked_orders(lines: pl.LazyFrame, as_of: date) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return the lines without copies, and what each order came to.

    Orders that may hold a line twice are settled apart: each order keeps one bit for each line.
    """
    live = _is_live(as_of)
    bought = (
        pl.col(_CUSTOMER).first(),
        pl.col("day").filter(live).min().alias("purchased_on"),
        pl.col("amount").filter(live).sum().alias("purchase_amount"),
    )
    bits = pl.lit(2, dtype=pl.Int64).pow(pl.col("line") % 63).bitwise_or().bitwise_count_ones()
    is_known = pl.col("status").is_null() | pl.col("status").is_in(["completed", "cancelled"])
    orders = (
        lines.group_by(_ORDER)
        .agg(
            *bought,
            (pl.col(_CUSTOMER).min() != pl.col(_CUSTOMER).max()).alias("two_customers"),
            (bits != pl.col("line").count()).alias("suspect"),
            (
                pl.col("day").is_null() | pl.col("amount").is_null() | is_known.not_()
            ).any().alias("rejected"),
        )
        .collect(engine="streaming")
    )  # fmt: skip
    if orders[_ORDER].null_count() or orders["rejected"].any():
        raise ValueError("rows are rejected")
    if orders["two_customers"].any():
        raise ValueError("an order has two customers")
    suspects = orders.lazy().filter("suspect").select(_ORDER)
    settled = lines.join(suspects, on=_ORDER, how="semi").collect(engine="streaming").unique()
    if settled.select(_ORDER, "line").is_duplicated().any():
        raise ValueError("a line has two different rows")
    unique = pl.concat([lines.join(suspects, on=_ORDER, how="anti"), settled.lazy()])
    purchases = pl.concat(
        [
            orders.lazy().filter(~pl.col("suspect")).select(_CUSTOMER, "purchased_on",
                                                            "purchase_amount"),
            settled.lazy().group_by(_ORDER).agg(*bought).drop(_ORDER),
        ]
    ).filter(pl.col("purchase_amount") > 0)  # fmt: skip
    return unique, purchases


def _is_live(as_of: date) -> pl.Expr:
    is_cancelled = (pl.col("status") == "cancelled").fill_null(value=False)
    return ~is_cancelled & (pl.col("day") <= as_of)


def _before(as_of: date, months: int) -> date:
    """Return the end of the month so many months before a month's end."""
    year, month = divmod(as_of.year * 12 + as_of.month - 1 - months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _metrics(
    people: pl.DataFrame, lines: pl.LazyFrame, purchases: pl.LazyFrame, as_of: date
) -> pl.DataFrame:
    def between(column: str, after: int, up_to: int = 0) -> pl.Expr:
        return (pl.col(column) > _before(as_of, after)) & (pl.col(column) <= _before(as_of, up_to))

    def summed(value: pl.Expr, after: int, up_to: int = 0) -> pl.Expr:
        return value.filter(_is_live(as_of) & between("day", after, up_to)).sum()

    bought = lines.group_by(_CUSTOMER).agg(
        pl.col("day").min().alias("first_seen"),
        summed(pl.col("amount"), 12).alias("revenue"),
        summed(pl.col("amount"), 24, 12).alias("revenue_before"),
        summed(pl.col("amount"), 6).alias("revenue_recent"),
        summed(pl.col("amount") - pl.col("cost"), 12).alias("margin"),
    )
    categories = (
        lines.filter(_is_live(as_of), between("day", 12), pl.col("category").is_not_null())
        .group_by(_CUSTOMER, "category")
        .agg(pl.col("amount").sum(), (pl.col("amount") > 0).any().alias("bought"))
        .group_by(_CUSTOMER)
        .agg(
            pl.col("bought").sum().cast(pl.Int64).alias("categories"),
            pl.col("category")
            .sort_by("amount", "category", descending=[True, False])
            .first()
            .alias("leading_category"),
        )
    )
    recent = pl.col("purchased_on").filter(between("purchased_on", 12))
    purchased = purchases.group_by(_CUSTOMER).agg(
        _counted(recent, "orders"),
        _counted(pl.col("purchased_on").filter(between("purchased_on", 24, 12)), "orders_before"),
        _counted(pl.col("purchased_on"), "orders_ever"),
        pl.col("purchase_amount").filter(between("purchased_on", 12)).sum(),
        pl.col("purchased_on").min().alias("first_purchase_on"),
        pl.col("purchased_on").max().alias("last_purchase_on"),
        *(
            _counted(
                pl.col("purchased_on").filter(between("purchased_on", 3 * n, 3 * (n - 1))),
                f"quarter_{n}_orders",
            )
            for n in range(1, 5)
        ),
    )
    joined = people.lazy()
    for further in (bought, purchased, categories):
        joined = joined.join(further, on=_CUSTOMER, how="left")
    created, seen = pl.col("created_on"), pl.col("first_seen")
    is_there = (created <= as_of) | (seen <= as_of) | (created.is_null() & seen.is_null())
    found = (
        joined.filter(is_there.fill_null(value=False))
        .drop("created_on", "first_seen")
        .with_columns(
            pl.col(
                "revenue", "revenue_before", "revenue_recent", "margin", "orders", "orders_before",
                "orders_ever", "purchase_amount", "categories",
                *(f"quarter_{n}_orders" for n in range(1, 5)),
            ).fill_null(0)
        )
        .sort(_CUSTOMER)
        .collect(engine="streaming")
    )  # fmt: skip
    first, revenue = pl.col("first_purchase_on"), pl.col("revenue")
    earlier = pl.col("revenue_before")
    quarters = [(pl.col(f"quarter_{n}_orders") > 0).cast(pl.Int64) for n in range(1, 5)]
    found = found.with_columns(
        (as_of - pl.col("last_purchase_on")).dt.total_days().alias("days_since_purchase"),
        # Up to a month's end every begun month is a whole one.
        (
            (as_of.year - first.dt.year().cast(pl.Int64)) * 12
            + as_of.month - first.dt.month().cast(pl.Int64)
        ).alias("tenure_months"),
        _ratio(pl.col("purchase_amount"), pl.col("orders") * 10_000).alias("average_purchase"),
        _ratio(revenue - earlier, earlier).alias("growth"),
        _ratio(pl.col("revenue_recent"), revenue).alias("trend"),
        pl.sum_horizontal(quarters).alias("active_quarters"),
    )  # fmt: skip
    return _with_expected(found, as_of)


def _with_expected(metrics: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add what the two models give, and their product, rounded half up."""
    first, last = pl.col("first_purchase_on"), pl.col("last_purchase_on")
    buyers = metrics.filter(pl.col("orders_ever") > 0).select(
        _CUSTOMER,
        pl.when(last > first).then(pl.col("orders_ever") - 1).otherwise(0).alias("repeats"),
        (last - first).dt.total_days().alias("last"),
        (as_of - first).dt.total_days().alias("age"),
    )
    recent = metrics.filter(pl.col("orders") > 0, pl.col("revenue") > 0).with_columns(
        _ratio(pl.col("revenue"), pl.col("orders") * 10_000).alias("mean")
    )
    purchases = expected_purchases(
        buyers[_CUSTOMER].to_list(),
        *(buyers[name].to_numpy() for name in ("repeats", "last", "age")),
    )
    value = purchase_value(
        recent[_CUSTOMER].to_list(),
        recent["orders"].to_numpy(),
        recent["mean"].to_numpy(),
    )
    for name, own, given in (
        ("expected_purchases", buyers, purchases),
        ("expected_purchase_value", recent, value),
    ):
        numbers = pl.Series(
            name, [None] * len(own) if given.values is None else given.values, dtype=pl.Int64
        )
        column = own.select(_CUSTOMER, numbers)
        metrics = metrics.join(column, on=_CUSTOMER, how="left", maintain_order="left")
    product = pl.col("expected_purchases") * pl.col("expected_purchase_value")
    return metrics.with_columns(((product + 5_000) // 10_000).alias("expected_revenue"))


def _counted(values: pl.Expr, name: str) -> pl.Expr:
    return values.count().cast(pl.Int64).alias(name)


def _ratio(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Return the quotient in ten-thousandths, rounded half up, where the divisor is above zero."""
    divisor = pl.when(bottom > 0).then(bottom)
    size = top.abs()
    # The whole part first: 10,000 times an amount may not fit 64 bits.
    rest = ((size % divisor) * 20_000 + divisor) // (2 * divisor)
    return top.sign() * (size // divisor * 10_000 + rest)


def _cuts(values: pl.Series, count: int) -> pl.Series:
    """Return the values at ascending rank ceil(i n / count)."""
    ordered = values.drop_nulls().sort()
    return ordered.gather([-(-i * len(ordered) // count) - 1 for i in range(1, count)])


def _tiles(values: pl.Series, count: int) -> pl.Series:
    return _cuts(values, count).search_sorted(values, "left").cast(pl.Int64) + 1


def _place(values: pl.Series) -> pl.Series:
    """Return, of 198, cuts below the value and cuts at or below it; none where it is unknown."""
    cuts = _cuts(values, 100)
    below, up_to = (cuts.search_sorted(values, side).cast(pl.Int64) for side in ("left", "right"))
    return (below + up_to).set(values.is_null(), None).alias(values.name)


def _points(weight: pl.Expr | int, place: str) -> pl.Expr:
    """Return weight x place / 198 in ten-thousandths, rounded half up; 0 where unknown."""
    return ((pl.col(place) * weight * 2 + 198) // 396).fill_null(0)


def _grades(metrics: pl.DataFrame, as_of: date) -> pl.DataFrame:
    buyers = metrics.filter(pl.col("orders") > 0)
    buyers = buyers.select(
        _CUSTOMER,
        _tiles(-buyers["days_since_purchase"], 5).alias("r"),
        _tiles(buyers["orders"], 5).alias("f"),
        _tiles(buyers["revenue"], 5).alias("m"),
        _tiles(buyers["average_purchase"], 3).alias("power"),
        _tiles(buyers["orders"], 2).alias("often"),
        _tiles(buyers["categories"], 5).alias("variety"),
        pl.col("active_quarters").alias("quarters"),
        _value(buyers).alias("value"),
    )
    home = metrics["country"].drop_nulls().value_counts().sort(
        "count", "country", descending=[True, False]
    )  # fmt: skip
    a_from, b_from = _pareto(metrics["revenue"])
    graded = metrics.join(buyers, on=_CUSTOMER, how="left", maintain_order="left").with_columns(
        _banded("revenue", ((b_from, "B"), (a_from, "A")), "C", known=pl.col("revenue") > 0)
        .alias("abc"),
        _segment().alias("rfm"),
        pl.concat_str("r", "f", "m", separator="-").alias("rfm_text"),
        _banded("value", ((500_000, "B"), (800_000, "A")), "C").alias("value_index"),
        _banded("power", ((2, "medium"), (3, "high")), "low").alias("purchasing_power"),
        _banded("often", ((2, "high"),), "low").alias("frequency"),
        pl.when(pl.col("country").is_not_null()).then(
            pl.when(pl.col("country") == (home["country"][0] if len(home) else ""))
            .then(pl.lit("domestic")).otherwise(pl.lit("international"))
        ).alias("region"),
        _banded("employees", ((300, "medium"), (1000, "large")), "small").alias("size"),
        _banded("quarters", ((2, "potential"), (3, "loyal")), "occasional").alias("loyalty"),
        _banded("variety", ((5, "special"),), "basic").alias("need"),
        _lifecycle(as_of).alias("lifecycle"),
    )  # fmt: skip
    graded = graded.with_columns(_tier().alias("tier"))
    return pl.concat(
        [
            _scheme(graded, *scheme)
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
) -> pl.DataFrame:
    is_graded = pl.col(grade).is_not_null()
    points = pl.lit(None, dtype=pl.Int64) if score is None else pl.col(score) * unit
    words = pl.lit(None, dtype=pl.String) if text is None else pl.col(text)
    return graded.select(
        _CUSTOMER,
        pl.lit(scheme).alias("scheme"),
        pl.col(grade).alias("grade"),
        pl.when(is_graded).then(points).alias("score"),
        pl.when(is_graded).then(words).alias("score_text"),
        pl.when(~is_graded).then(pl.lit(reason)).alias("reason"),
        pl.when(is_graded).then(pl.lit("normal")).alias("confidence"),
    )


def _pareto(revenue: pl.Series) -> tuple[int, int]:
    """Return the smallest revenue of A and of B."""
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
    return int(str(a or 0)), int(str(b or 0))


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


def _value(buyers: pl.DataFrame) -> pl.Series:
    """Return the points of each buyer; the weight of what is unknown goes to its peers."""
    names = ("revenue", "margin", "expected_revenue", "growth", "trend", "categories")
    e, g, t = (pl.col(name).is_not_null() for name in ("expected_revenue", "growth", "trend"))

    def weight(*weights: int) -> pl.Expr:
        """Return the one that goes with what is known: of (e, g, t), of (e, g), ..., of none."""
        known = (e & g & t, e & g, e & t, e, g & t, g, t)
        found = pl.lit(weights[-1])
        for holds, one in reversed(list(zip(known, weights, strict=False))):
            found = pl.when(holds).then(one).otherwise(found)
        return found

    return (
        pl.DataFrame([_place(buyers[name]) for name in names])
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
        .when((first <= _before(as_of, 12)) & (pl.col("orders_before") == 0))
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


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    grade_in_polars(arguments.customers, arguments.orders, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
