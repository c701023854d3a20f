"""The rows of both files: text cleaned where it must be, checked, each once, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from recording import row_counts

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

CUSTOMER = "customer_id"
_ORDER = "order_id"
_TEXTS = (_ORDER, CUSTOMER, "product_id", "category", "status")
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_NOTHING = ("", "NULL", "\\N")
_UNCLEAN = r"^$|^[ \t\r\n\u{a0}\u{3000}\u{feff}]|[ \t\r\n\u{a0}\u{3000}\u{feff}]$|^NULL$|^\\N$"
_MOST = 10**14
"""Numbers have at most 14 digits before the point."""


@dataclass(frozen=True)
class Checked:
    """The rows as they count.

    Attributes:
        people: The customers, each once.
        lines: The lines without copies; those of unknown customers are among them.
        purchases: What each order came to, and when.
        rows: What became of the rows of each table; those of unknown customers are not told yet.
    """

    people: pl.DataFrame
    lines: pl.LazyFrame
    purchases: pl.LazyFrame
    rows: dict[str, dict[str, Any]]


def checked(customers: Path, orders: Path, as_of: date) -> Checked:
    """Read, clean and check both files.

    Args:
        customers: The customers.
        orders: The order lines.
        as_of: The as-of date.

    Raises:
        ValueError: A check failed.
    """
    people, of_people = _checked_customers(customers)
    lines, purchases, of_lines = _checked_orders(*_lines(orders), as_of)
    return Checked(people, lines, purchases, {"customers": of_people, "orders": of_lines})


def _cleaned(file: pl.LazyFrame, texts: tuple[str, ...]) -> tuple[pl.LazyFrame, int]:
    """Return the file with clean text; a look at every cell finds the columns to clean.

    A word for nothing is nothing.

    Returns:
        The file, and how many cells of ids and texts held such a word.
    """
    unclean = file.select(pl.col(name).str.contains(_UNCLEAN).any() for name in texts).collect(
        engine="streaming"
    )
    without = 0
    doubtful = [name for name in texts if unclean[name][0] and name != "status"]
    if doubtful:
        words = (pl.col(n).str.strip_chars(_BLANKS).is_in(_NOTHING[1:]).sum() for n in doubtful)
        without = sum(file.select(words).collect(engine="streaming").row(0))
    for name in texts:
        if unclean[name][0]:
            text = pl.col(name).str.strip_chars(_BLANKS)
            file = file.with_columns(pl.when(~text.is_in(_NOTHING)).then(text).alias(name))
    return file, without


def _lines(path: Path) -> tuple[pl.LazyFrame, int]:
    """Return the lines, with their day and money in ten-thousandths.

    And how many cells held a word for nothing.

    Numbers of more digits than Kefen takes do not fit the decimals, which stops the query.
    """
    file, without = _cleaned(pl.scan_parquet(path), _TEXTS)
    lines = file.with_columns(
        pl.col("ordered_at").dt.date().alias("day"), *(_whole(name) for name in ("amount", "cost"))
    )
    return lines, without


def _whole(name: str) -> pl.Expr:
    return (pl.col(name).cast(pl.Decimal(18, 4)) * 10_000).cast(pl.Int64)


def _checked_customers(path: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    texts = (CUSTOMER, "name", "country", "industry")
    file, without = _cleaned(pl.scan_parquet(path), texts)
    everybody = file.collect()
    if everybody[CUSTOMER].null_count():
        raise ValueError("rows are rejected")
    people = everybody.unique()
    if people[CUSTOMER].is_duplicated().any():
        raise ValueError("a customer has two different rows")
    counts = row_counts(everybody.height, everybody.height - people.height, without)
    return people.select(CUSTOMER, "created_on", "country", "industry", "employees"), counts


def _checked_orders(
    lines: pl.LazyFrame, without: int, as_of: date
) -> tuple[pl.LazyFrame, pl.LazyFrame, dict[str, Any]]:
    """Return the lines without copies, what each order came to, and what became of the rows.

    Orders that may hold a line twice are settled apart: each order keeps one bit for each line.
    """
    live = is_live(as_of)
    bought = (
        pl.col(CUSTOMER).max(),
        pl.col("day").filter(live).min().alias("purchased_on"),
        pl.col("amount").filter(live).sum().alias("purchase_amount"),
    )
    bits = pl.lit(2, dtype=pl.Int64).pow(pl.col("line") % 63).bitwise_or().bitwise_count_ones()
    is_known = pl.col("status").is_null() | pl.col("status").is_in(["completed", "cancelled"])
    orders = (
        lines.group_by(_ORDER)
        .agg(
            *bought,
            pl.len().alias("rows"),
            (pl.col(CUSTOMER).min() != pl.col(CUSTOMER).max()).alias("two_customers"),
            (bits != pl.col("line").count()).alias("suspect"),
            (
                pl.col("day").is_null() | pl.col("amount").is_null() | is_known.not_()
                | (pl.col("quantity").abs() >= _MOST)
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
            orders.lazy().filter(~pl.col("suspect")).select(CUSTOMER, "purchased_on",
                                                            "purchase_amount"),
            settled.lazy().group_by(_ORDER).agg(*bought).drop(_ORDER),
        ]
    ).filter(pl.col("purchase_amount") > 0)  # fmt: skip
    held = int(orders.filter("suspect")["rows"].sum())
    rows = int(orders["rows"].sum())
    return unique, purchases, row_counts(rows, held - settled.height, without)


def is_live(as_of: date) -> pl.Expr:
    """Return whether a line counts: it is not cancelled, and dated by the as-of date."""
    is_cancelled = (pl.col("status") == "cancelled").fill_null(value=False)
    return ~is_cancelled & (pl.col("day") <= as_of)
