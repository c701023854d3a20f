"""Exact order statistics of amounts, in bounded memory: bins first, then the bin that counts."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

from kefen.lake.quality.queries import active_orders

if TYPE_CHECKING:
    from kefen.lake.dataset import ReadTable
    from kefen.lake.quality.queries import DataCut

_BINS = "quality_amount_bins"
_NEAR = "quality_amounts_near_quartiles"
_LEAST_ROWS = 10  # a period with fewer positive amounts says nothing of the unit
TABLES_WITH_AMOUNTS = ("orders", "receivables", "payments")
_DIGITS = range(-1, 15)
_LIMIT = Decimal(10) ** 14  # amounts have at most 14 digits before the point
# Bins keep the three leading digits, so there are at most about 14,000 of them at any size.
_STEP = (
    "CASE "
    + " ".join(
        f"WHEN amount < {Decimal(10) ** digits:f} "
        f"THEN CAST({Decimal(10) ** (digits - 3):f} AS DECIMAL(18, 4))"
        for digits in _DIGITS
    )
    + " END"
)


@dataclass(frozen=True, slots=True)
class PeriodMedian:
    """The median positive amount of a period.

    Attributes:
        period: `2024` or `2024-03`.
        median: The median, its three leading digits (the rest zeros).
    """

    period: str
    median: Decimal


@dataclass(frozen=True, slots=True)
class AmountDistribution:
    """The positive amounts of a table by the as-of date.

    Attributes:
        rows: How many there are.
        lower: The amount at ascending rank ceil(rows / 4), exact; None without any.
        median: At rank ceil(rows / 2).
        upper: At rank ceil(3 rows / 4).
        periods: The medians of every year and every month with at least ten positive amounts,
            years first, in order.
    """

    rows: int
    lower: Decimal | None
    median: Decimal | None
    upper: Decimal | None
    periods: tuple[PeriodMedian, ...]


def amount_distribution(cut: DataCut, read: ReadTable) -> AmountDistribution:
    """Return the distribution of the positive amounts of orders, receivables or payments."""
    dated = counted_rows(read)
    cut.keep(
        _BINS,
        f"""
        SELECT YEAR({read.table.date}) AS year, MONTH({read.table.date}) AS month,
          amount - amount % ({_STEP}) AS bin, COUNT(*) AS n
        FROM facts WHERE {dated} AND amount > 0 GROUP BY ALL
        """,  # noqa: S608 - constant text
        {"facts": read.relation},
    )
    bins: list[tuple[Decimal, int]] = cut.rows(
        "SELECT bin, CAST(SUM(n) AS BIGINT) FROM bins GROUP BY bin ORDER BY bin", {"bins": _BINS}
    )
    rows = sum(n for _, n in bins)
    periods = tuple(
        PeriodMedian(period, Decimal(median))
        for by_month in (False, True)
        for period, median in _medians(cut, by_month=by_month)
    )
    cut.drop(_BINS)
    if not rows:
        return AmountDistribution(0, None, None, None, periods)
    lower, median, upper = _quartiles(cut, read, dated, bins)
    return AmountDistribution(rows, lower, median, upper, periods)


def counted_rows(read: ReadTable) -> str:
    """Return the condition for rows dated by the as-of date (and, of orders, not cancelled)."""
    if read.table.name == "orders":
        return active_orders(read)
    return f"CAST({read.table.date} AS DATE) <= :as_of"


def _medians(cut: DataCut, *, by_month: bool) -> list[tuple[str, Decimal]]:
    period = "PRINTF('%04d-%02d', year, month)" if by_month else "PRINTF('%04d', year)"
    return cut.rows(
        f"""
        WITH by_bin AS (
          SELECT {period} AS period, bin, SUM(n) AS n FROM bins GROUP BY ALL
        ), ranked AS (
          SELECT period, bin, SUM(n) OVER (PARTITION BY period ORDER BY bin) AS up_to,
            SUM(n) OVER (PARTITION BY period) AS whole
          FROM by_bin
        )
        SELECT period, MIN(bin) FROM ranked WHERE 2 * up_to >= whole AND whole >= :least
        GROUP BY period ORDER BY period
        """,  # noqa: S608 - constant text
        {"bins": _BINS},
        least=_LEAST_ROWS,
    )


def _quartiles(
    cut: DataCut, read: ReadTable, dated: str, bins: list[tuple[Decimal, int]]
) -> list[Decimal]:
    """Return the positive amounts at ranks ceil(i n / 4) for i = 1, 2, 3.

    Only the amounts of the bins that hold them are ranked, in one pass.
    """
    up_to = list(accumulate(n for _, n in bins))
    starts = [start for start, _ in bins]
    # The next bin that holds anything bounds one: nothing lies between them.
    ends = [*starts[1:], _LIMIT]
    ranks = [-(-up_to[-1] * quarters // 4) for quarters in (1, 2, 3)]
    holders = [bisect_left(up_to, rank) for rank in ranks]
    ranges = " OR ".join(
        f"(amount >= {starts[holder]:f} AND amount < {ends[holder]:f})"
        for holder in sorted(set(holders))
    )
    cut.keep(
        _NEAR,
        f"""
        SELECT amount, COUNT(*) AS n FROM facts WHERE {dated} AND ({ranges}) GROUP BY amount
        """,  # noqa: S608 - constant text and decimals
        {"facts": read.relation},
    )
    quartiles = []
    for rank, holder in zip(ranks, holders, strict=True):
        ((value,),) = cut.rows(
            """
            WITH ranked AS (
              SELECT amount, SUM(n) OVER (ORDER BY amount) AS up_to FROM near
              WHERE amount >= :start AND amount < :end
            )
            SELECT MIN(amount) FROM ranked WHERE up_to >= :rank
            """,
            {"near": _NEAR},
            start=starts[holder],
            end=ends[holder],
            rank=rank - (up_to[holder] - bins[holder][1]),
        )
        quartiles.append(Decimal(value))
    cut.drop(_NEAR)
    return quartiles
