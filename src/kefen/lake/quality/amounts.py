"""Scientific, over the population: outliers, one customer above all, shared tax ids."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.lake.quality.distribution import TABLES_WITH_AMOUNTS, counted_rows
from kefen.lake.quality.kinds import FindingKind, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.lake.dataset import Finding, ReadTable
    from kefen.lake.quality.activity import OrderActivity
    from kefen.lake.quality.distribution import AmountDistribution
    from kefen.lake.quality.profile import Profile
    from kefen.lake.quality.queries import DataCut

_EXAMPLES = 5
_LEAST_ROWS = 20  # quartiles of fewer amounts say nothing of outliers
_LEAST_FACTOR = 10
_WARNING_PERCENT = 10
_LARGEST = "largest amount"


def _kind(code: str, message: Text, effect: Text) -> FindingKind:
    return FindingKind(code, "scientific", message, effect)


AMOUNT_OUTLIERS = _kind(
    "amount_outliers",
    Text(
        "{count} {count:row|rows} of {table} {count:has|have} an amount beyond {fence}, far from "
        "the usual {lower} to "
        "{upper}; together they are {share} % of all amounts by size. The largest: {largest}.",
        "{table}有 {count} 行金额超过 {fence}，远离通常的 {lower} 至 {upper}；"
        "按绝对值合计占全部金额的 {share}%。最大的：{largest}。",
    ),
    Text(
        "A single slip can lift a customer to A in abc and to M 5 in rfm; check them.",
        "一处录入错误即可使客户在 abc 中升为 A、在 rfm 中 M 得 5 分；请核对。",
    ),
)
ONE_CUSTOMER_DOMINATES = _kind(
    "one_customer_dominates",
    Text(
        "Customer {customer} alone brings {share} % of the revenue of the window.",
        "仅客户 {customer} 一家就占窗口期收入的 {share}%。",
    ),
    Text(
        "abc gives A to very few; losing this customer would change every share and cut.",
        "abc 中只有极少客户为 A；失去该客户会改变所有占比与分界。",
    ),
)
CUSTOMERS_WITHOUT_POSITIVE_REVENUE = _kind(
    "customers_without_positive_revenue",
    Text(
        "{count} {count:customer has|customers have} orders in the window whose amounts sum to "
        "zero or less.",
        "{count} 个客户在窗口期有订单，但金额合计为零或负数。",
    ),
    Text(
        "abc gives them no grade (revenue_not_positive); returns of earlier sales look like this.",
        "abc 不给出等级（revenue_not_positive）；退回早先的货即如此。",
    ),
)
TAX_IDS_SHARED = _kind(
    "tax_ids_shared",
    Text(
        "{count} {count:customer|customers} {count:shares|share} a tax id with another, such as "
        "{examples}.",
        "{count} 个客户与他人共用同一统一社会信用代码，例如 {examples}。",
    ),
    Text(
        "Branches do so; if they are one customer, abc, rfm and value_index grade each part "
        "too low.",
        "分支机构会如此；若实为同一客户，abc、rfm、value_index 对各部分评级偏低。",
    ),
)

KINDS = (
    AMOUNT_OUTLIERS,
    ONE_CUSTOMER_DOMINATES,
    CUSTOMERS_WITHOUT_POSITIVE_REVENUE,
    TAX_IDS_SHARED,
)


def measures(read: ReadTable) -> dict[str, str]:
    """Return the aggregate that tells whether a search for outliers is worth a pass."""
    if read.table.name not in TABLES_WITH_AMOUNTS:
        return {}
    return {_LARGEST: "MAX(ABS(amount))"}


def findings(
    cut: DataCut,
    profiles: Mapping[str, Profile],
    distributions: Mapping[str, AmountDistribution],
    activity: OrderActivity | None,
) -> Iterator[Finding]:
    """Yield what stands out in the population."""
    for name, distribution in distributions.items():
        fence = outlier_fence(distribution)
        largest = profiles[name].counts[_LARGEST]
        if fence is not None and largest is not None and largest > fence:
            yield from _outliers(cut, cut.dataset.tables[name], distribution, fence)
    if activity is not None:
        yield from _revenue(activity)
    customers = cut.dataset.tables["customers"]
    if "tax_id" in customers.columns:
        yield from _shared_tax_ids(cut, customers)


def outlier_fence(distribution: AmountDistribution) -> Decimal | None:
    """Return the largest amount that is no outlier; None where there are too few amounts.

    Amounts are skewed, so the fence is put up in ratios: with the exact quartiles Q1 and Q3 of
    the positive amounts it is the larger of 10 Q3 and Q3 (Q3 / Q1)^3, cut off (never rounded up)
    at 4 decimals. In logarithms the latter is the usual far-out fence Q3 + 3 (Q3 - Q1).
    """
    if distribution.rows < _LEAST_ROWS or not distribution.lower or not distribution.upper:
        return None
    lower, upper = units(distribution.lower), units(distribution.upper)
    return from_units(max(_LEAST_FACTOR * upper, upper**4 // lower**3))


def _outliers(
    cut: DataCut, read: ReadTable, distribution: AmountDistribution, fence: Decimal
) -> Iterator[Finding]:
    dated = counted_rows(read)
    ((count, size, whole),) = cut.rows(
        f"""
        SELECT COUNT(*) FILTER (WHERE ABS(amount) > :fence),
          COALESCE(SUM(ABS(amount)) FILTER (WHERE ABS(amount) > :fence), 0),
          COALESCE(SUM(ABS(amount)), 0)
        FROM facts WHERE {dated}
        """,  # noqa: S608 - constant text
        {"facts": read.relation},
        fence=fence,
    )
    if not count:
        return
    row_id = read.table.key[0]
    largest = cut.rows(
        f"""
        SELECT {row_id}, customer_id, CAST(amount AS VARCHAR) FROM facts
        WHERE {dated} AND ABS(amount) > :fence
        ORDER BY ABS(amount) DESC, {row_id}, customer_id, amount LIMIT :examples
        """,  # noqa: S608 - constant text
        {"facts": read.relation},
        fence=fence,
        examples=_EXAMPLES,
    )
    share_of = units(size), units(whole)
    is_heavy = share_of[0] * 100 > _WARNING_PERCENT * share_of[1]
    yield AMOUNT_OUTLIERS.found(
        "warning" if is_heavy else "note",
        read.table.name,
        column="amount",
        count=count,
        fence=plain(fence),
        lower=plain(distribution.lower),
        upper=plain(distribution.upper),
        share=percent(*share_of),
        largest=", ".join(f"{row} ({plain(Decimal(amount))})" for row, _, amount in largest),
        details={
            "fence": str(fence),
            "quartiles": [
                str(distribution.lower),
                str(distribution.median),
                str(distribution.upper),
            ],
            "examples": [
                {row_id: row, "customer_id": customer, "amount": amount}
                for row, customer, amount in largest
            ],
        },
    )


def _revenue(activity: OrderActivity) -> Iterator[Finding]:
    largest, whole = units(activity.largest_revenue), units(activity.positive_revenue)
    if activity.positive_customers > 1 and 2 * largest > whole:
        yield ONE_CUSTOMER_DOMINATES.found(
            "note",
            "orders",
            column="amount",
            count=1,
            customer=activity.largest_customer,
            share=percent(largest, whole),
            details={
                "customer_id": activity.largest_customer,
                "revenue": str(activity.largest_revenue),
                "total": str(activity.positive_revenue),
            },
        )
    without = activity.window_customers - activity.positive_customers
    if without:
        yield CUSTOMERS_WITHOUT_POSITIVE_REVENUE.found(
            "note", "orders", column="amount", count=without
        )


def _shared_tax_ids(cut: DataCut, customers: ReadTable) -> Iterator[Finding]:
    shared = cut.rows(
        """
        WITH shared AS (
          SELECT tax_id, COUNT(*) AS n FROM customers
          WHERE tax_id <> '' GROUP BY tax_id HAVING COUNT(*) > 1
        )
        SELECT tax_id, CAST(SUM(n) OVER () AS BIGINT) FROM shared
        ORDER BY n DESC, tax_id LIMIT :examples
        """,
        {"customers": customers.relation},
        examples=_EXAMPLES,
    )
    if shared:
        examples = [tax_id for tax_id, _ in shared]
        yield TAX_IDS_SHARED.found(
            "note",
            "customers",
            column="tax_id",
            count=shared[0][1],
            examples=", ".join(examples),
            details={"examples": examples},
        )


def plain(amount: Decimal | None) -> str:
    """Return an amount with thousands signs and without trailing zeros, for a sentence."""
    if amount is None:
        return "-"
    words = f"{amount:,f}"
    return words.rstrip("0").rstrip(".") if "." in words else words
