"""One row a customer: sums and counts of its lines and purchases, ratios, what the models give."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from modelled import expected_purchases, purchase_value
from polars_expert.checks import CUSTOMER, is_live

if TYPE_CHECKING:
    from polars_expert.checks import Checked


def before(as_of: date, months: int) -> date:
    """Return the end of the month so many months before a month's end."""
    year, month = divmod(as_of.year * 12 + as_of.month - 1 - months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def metrics_of(rows: Checked, as_of: date) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the metrics by customer, in the order of ids, and what was found on the way.

    Args:
        rows: The rows as they count; lines of unknown customers are told of in its counts.
        as_of: The as-of date, a month's end.

    Returns:
        The metrics. `undated`: customers with neither a date of creation nor a line; `months`:
        months of the window that have a line; `ids_with_decimals`: unknown ids such as `12346.0`
        that are those of customers without the `.0`; `models`: what the models learned.
    """
    people, lines, purchases = rows.people, rows.lines, rows.purchases

    def between(column: str, after: int, up_to: int = 0) -> pl.Expr:
        return (pl.col(column) > before(as_of, after)) & (pl.col(column) <= before(as_of, up_to))

    def summed(value: pl.Expr, after: int, up_to: int = 0) -> pl.Expr:
        return value.filter(is_live(as_of) & between("day", after, up_to)).sum()

    bought = (
        lines.group_by(CUSTOMER)
        .agg(
            pl.col("day").min().alias("first_seen"),
            summed(pl.col("amount"), 12).alias("revenue"),
            summed(pl.col("amount"), 24, 12).alias("revenue_before"),
            summed(pl.col("amount"), 6).alias("revenue_recent"),
            summed(pl.col("amount") - pl.col("cost"), 12).alias("margin"),
            pl.len().alias("rows"),
            pl.col("amount").sum(),
            # One bit for each month of the window that has a line.
            pl.lit(2, dtype=pl.Int64)
            .pow(pl.col("day").dt.month())
            .filter(is_live(as_of) & between("day", 12))
            .bitwise_or()
            .alias("months"),
        )
        .collect(engine="streaming")
    )
    found = _told(rows, bought)
    categories = (
        lines.filter(is_live(as_of), between("day", 12), pl.col("category").is_not_null())
        .group_by(CUSTOMER, "category")
        .agg(pl.col("amount").sum(), (pl.col("amount") > 0).any().alias("bought"))
        .group_by(CUSTOMER)
        .agg(
            pl.col("bought").sum().cast(pl.Int64).alias("categories"),
            pl.col("category")
            .sort_by("amount", "category", descending=[True, False])
            .first()
            .alias("leading_category"),
        )
    )
    recent = pl.col("purchased_on").filter(between("purchased_on", 12))
    purchased = purchases.group_by(CUSTOMER).agg(
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
    for further in (bought.lazy().drop("rows", "amount", "months"), purchased, categories):
        joined = joined.join(further, on=CUSTOMER, how="left")
    created, seen = pl.col("created_on"), pl.col("first_seen")
    is_there = (created <= as_of) | (seen <= as_of) | (created.is_null() & seen.is_null())
    metrics = (
        joined.filter(is_there.fill_null(value=False))
        .drop("created_on", "first_seen")
        .with_columns(
            pl.col(
                "revenue", "revenue_before", "revenue_recent", "margin", "orders", "orders_before",
                "orders_ever", "purchase_amount", "categories",
                *(f"quarter_{n}_orders" for n in range(1, 5)),
            ).fill_null(0)
        )
        .sort(CUSTOMER)
        .collect(engine="streaming")
    )  # fmt: skip
    first, revenue = pl.col("first_purchase_on"), pl.col("revenue")
    earlier = pl.col("revenue_before")
    quarters = [(pl.col(f"quarter_{n}_orders") > 0).cast(pl.Int64) for n in range(1, 5)]
    metrics = metrics.with_columns(
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
    metrics, found["models"] = _with_expected(metrics, as_of)
    return metrics, found


def _told(rows: Checked, bought: pl.DataFrame) -> dict[str, Any]:
    """Count what is of unknown customers, and what else customers and their lines tell."""
    people = rows.people
    strangers = bought.join(people, on=CUSTOMER, how="anti")
    told = rows.rows["orders"]
    told["unattributed"] = int(strangers["rows"].sum())
    told["used"] -= told["unattributed"]
    if strangers.height:
        told["amount_unattributed"] = Decimal(int(strangers["amount"].sum())).scaleb(-4)
    written = strangers.filter(pl.col(CUSTOMER).str.contains(r"^[0-9]+\.0+$"))
    plain = written[CUSTOMER].str.replace(r"\.0+$", "")
    known = people.join(bought, on=CUSTOMER, how="left")
    months = known["months"].bitwise_or() or 0
    return {
        "ids_with_decimals": int(plain.is_in(people[CUSTOMER].implode()).sum()),
        "months": months.bit_count(),
        "undated": known.filter(
            pl.col("created_on").is_null() & pl.col("first_seen").is_null()
        ).height,
    }


def _with_expected(metrics: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Add what the two models give, and their product; return what they learned, too."""
    first, last = pl.col("first_purchase_on"), pl.col("last_purchase_on")
    buyers = metrics.filter(pl.col("orders_ever") > 0).select(
        CUSTOMER,
        pl.when(last > first).then(pl.col("orders_ever") - 1).otherwise(0).alias("repeats"),
        (last - first).dt.total_days().alias("last"),
        (as_of - first).dt.total_days().alias("age"),
    )
    recent = metrics.filter(pl.col("orders") > 0, pl.col("revenue") > 0).with_columns(
        _ratio(pl.col("revenue"), pl.col("orders") * 10_000).alias("mean")
    )
    purchases = expected_purchases(
        buyers[CUSTOMER].to_list(),
        *(buyers[name].to_numpy() for name in ("repeats", "last", "age")),
    )
    value = purchase_value(
        recent[CUSTOMER].to_list(),
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
        column = own.select(CUSTOMER, numbers)
        metrics = metrics.join(column, on=CUSTOMER, how="left", maintain_order="left")
    product = pl.col("expected_purchases") * pl.col("expected_purchase_value")
    metrics = metrics.with_columns(((product + 5_000) // 10_000).alias("expected_revenue"))
    return metrics, {"buying": purchases.learned, "spending": value.learned}


def _counted(values: pl.Expr, name: str) -> pl.Expr:
    return values.count().cast(pl.Int64).alias(name)


def _ratio(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Return the quotient in ten-thousandths, rounded half up, where the divisor is above zero."""
    divisor = pl.when(bottom > 0).then(bottom)
    size = top.abs()
    # The whole part first: 10,000 times an amount may not fit 64 bits.
    rest = ((size % divisor) * 20_000 + divisor) // (2 * divisor)
    return top.sign() * (size // divisor * 10_000 + rest)
