"""Comparable: one currency, one unit, one scale, one spelling, a covered window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.decimals import units
from kefen.domain.text import Text
from kefen.lake.quality.amounts import plain
from kefen.lake.quality.kinds import FindingKind
from kefen.lake.quality.queries import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.lake.dataset import Finding, ReadTable
    from kefen.lake.quality.activity import OrderActivity
    from kefen.lake.quality.distribution import AmountDistribution, PeriodMedian
    from kefen.lake.quality.profile import Profile
    from kefen.lake.quality.queries import DataCut

_SUSPICIOUS_RATIO = 1_000
_LEAST_AMOUNTS = 10
_SMALL_POPULATION = 50
_EXAMPLES = 5
_SPELLED = ("country", "region", "city", "industry")


def _kind(code: str, message: Text, effect: Text) -> FindingKind:
    return FindingKind(code, "comparable", message, effect)


CURRENCY_NOT_NAMED = _kind(
    "currency_not_named",
    Text("The data names no currency.", "数据未注明币种。"),
    Text(
        "All amounts are taken as one currency; thresholds in money, as in purchasing_power, "
        "are meant in it.",
        "所有金额按同一币种处理；以金额为界的标准（如 purchasing_power）均按该币种理解。",
    ),
)
CURRENCIES_DIFFER = _kind(
    "currencies_differ",
    Text("The tables name several currencies: {currencies}.", "各表币种不同：{currencies}。"),
    Text(
        "Amounts must not be compared: value_index would weigh sales in one currency against "
        "debts in another.",
        "金额不可比较：value_index 会把一种币种的销售与另一种币种的欠款相比。",
    ),
)
AMOUNT_UNITS_DIFFER = _kind(
    "amount_units_differ",
    Text(
        "The usual amount of {table} is about {ratio} times as large in {large} as in {small} "
        "({large_median} against {small_median}): one of them may be in another "
        "unit, such as 万元.",
        "{table}在 {large} 的通常金额约为 {small} 的 {ratio} 倍"
        "（{large_median} 对 {small_median}）：其中之一可能用了另一单位，例如万元。",
    ),
    Text(
        "Revenue of the two periods cannot be compared: abc, rfm, growth and trend in "
        "value_index come out wrong.",
        "两个时期的收入不可比：abc、rfm 以及 value_index 的增长与趋势都会出错。",
    ),
)
TABLE_UNITS_DIFFER = _kind(
    "table_units_differ",
    Text(
        "The usual amount of {table} is {ratio} times apart from that of orders ({median} against "
        "{orders_median}): one of them may be in another unit, such as 万元.",
        "{table}的通常金额与订单相差 {ratio} 倍（{median} 对 {orders_median}）："
        "其中之一可能用了另一单位，例如万元。",
    ),
    Text(
        "Payment in value_index weighs debts against sales and comes out wrong.",
        "value_index 的付款指标将欠款与销售相比，结果会出错。",
    ),
)
NO_ORDERS_IN_WINDOW = _kind(
    "no_orders_in_window",
    Text(
        "There is no order in the {window} months up to the as-of date.",
        "截止日期前 {window} 个月内没有订单。",
    ),
    Text(
        "abc, rfm and frequency grade nobody; value_index has no revenue. Choose another as-of "
        "date or import later orders.",
        "abc、rfm、frequency 无人可评；value_index 没有收入。请换截止日期或导入较新的订单。",
    ),
)
WINDOW_PARTLY_COVERED = _kind(
    "window_partly_covered",
    Text(
        "{covered} of the {window} months up to the as-of date {covered:has|have} orders.",
        "截止日期前 {window} 个月中有 {covered} 个月有订单。",
    ),
    Text(
        "Revenue and orders in abc, rfm, frequency and value_index stand for these months only; "
        "under half the window every grade is marked as of low confidence.",
        "abc、rfm、frequency、value_index 的收入与订单数只代表这些月份；"
        "不足窗口一半时所有等级标为低置信度。",
    ),
)
POPULATION_SMALL = _kind(
    "population_small",
    Text(
        "Only {count} {count:customer has|customers have} orders in the window.",
        "窗口期内只有 {count} 个客户有订单。",
    ),
    Text(
        "Grades by rank (abc, rfm) rest on few: under 50 they are marked as of low confidence.",
        "按排名的等级（abc、rfm）样本太少：不足 50 个时标为低置信度。",
    ),
)
SCALES_MIXED = _kind(
    "scales_mixed",
    Text(
        "Survey answers use {count} {count:scale|scales}: {scales}.",
        "调查答复用了 {count} 种量表：{scales}。",
    ),
    Text(
        "Scheme satisfaction brings scores to one scale by the highest score; questions that "
        "differ stay different.",
        "satisfaction 方案按满分换算到同一尺度；但题目不同，含义仍不同。",
    ),
)
SCORES_WITHOUT_SCALE = _kind(
    "scores_without_scale",
    Text(
        "{count} survey answers say neither their highest score nor that they are NPS.",
        "{count} 份调查答复既未注明满分，也不是 NPS。",
    ),
    Text(
        "Scheme satisfaction cannot know what a score of 5 is out of.",
        "satisfaction 方案无法知道 5 分的满分是多少。",
    ),
)
GROWTH_UNITS_MIXED = _kind(
    "growth_units_mixed",
    Text(
        "Annual growth is below 1 for {small} {small:customer|customers} and 2 or more for "
        "{count}: shares and "
        "percent may be mixed.",
        "年增长率有 {small} 个客户小于 1，{count} 个大于等于 2：小数与百分数可能混用。",
    ),
    Text(
        "Prospects of customers cannot be compared by growth; the grading of prospects uses it.",
        "无法按增长率比较客户前景；潜在客户的评级会用到它。",
    ),
)
SPELLINGS_DIFFER = _kind(
    "spellings_differ",
    Text(
        "{count} {count:value|values} of {column} may be the same thing spelled differently: "
        "{examples}.",
        "“{column}”有 {count} 个取值可能是同一事物的不同写法：{examples}。",
    ),
    Text(
        "Scheme {column} and the analyses by {column} count them apart.",
        "按“{column}”的分类与分析会将它们分开计算。",
    ),
)

KINDS = (
    CURRENCY_NOT_NAMED,
    CURRENCIES_DIFFER,
    AMOUNT_UNITS_DIFFER,
    TABLE_UNITS_DIFFER,
    NO_ORDERS_IN_WINDOW,
    WINDOW_PARTLY_COVERED,
    POPULATION_SMALL,
    SCALES_MIXED,
    SCORES_WITHOUT_SCALE,
    GROWTH_UNITS_MIXED,
    SPELLINGS_DIFFER,
)

_SMALL_GROWTH = "growth below one"
_LARGE_GROWTH = "growth from two"
_UNSCALED = "scores without scale"


def measures(read: ReadTable) -> dict[str, str]:
    """Return the aggregates that comparability needs of one table."""
    wanted = {}
    if read.table.name == "customers" and "annual_growth" in read.columns:
        wanted[_SMALL_GROWTH] = counted("annual_growth <> 0 AND ABS(annual_growth) < 1")
        wanted[_LARGE_GROWTH] = counted("ABS(annual_growth) >= 2")
    if read.table.name == "surveys":
        wanted[_UNSCALED] = counted("scale_max IS NULL AND instrument IS DISTINCT FROM 'nps'")
    return wanted


def findings(
    cut: DataCut,
    profiles: Mapping[str, Profile],
    distributions: Mapping[str, AmountDistribution],
    activity: OrderActivity | None,
) -> Iterator[Finding]:
    """Yield what must not be compared as it is."""
    yield from _currencies(cut)
    for name, distribution in distributions.items():
        yield from _units_in_time(name, distribution)
    yield from _units_between_tables(distributions)
    if activity is not None:
        yield from _coverage(cut, activity)
    yield from _surveys(cut, profiles)
    yield from _customers(cut, profiles["customers"])


def _currencies(cut: DataCut) -> Iterator[Finding]:
    tables = cut.dataset.tables
    named = sorted({read.currency for read in tables.values() if read.currency})
    if len(named) > 1:
        yield CURRENCIES_DIFFER.found(
            "error",
            "orders",
            count=len(named),
            currencies=", ".join(named),
            details={name: read.currency for name, read in tables.items() if read.currency},
        )
    has_money = any(
        read.rows_used and column.kind is Kind.MONEY and column.name in read.columns
        for read in tables.values()
        for column in read.table.columns
    )
    if not named and cut.dataset.currency is None and has_money:
        yield CURRENCY_NOT_NAMED.found("note", "orders", column="currency", count=0)


def _units_in_time(table: str, distribution: AmountDistribution) -> Iterator[Finding]:
    found = _furthest(p for p in distribution.periods if "-" not in p.period) or _furthest(
        p for p in distribution.periods if "-" in p.period
    )
    if found is not None:
        small, large = found
        yield AMOUNT_UNITS_DIFFER.found(
            "warning",
            table,
            column="amount",
            count=2,
            ratio=f"{_ratio(units(large.median), units(small.median)):,}",
            large=large.period,
            small=small.period,
            large_median=plain(large.median),
            small_median=plain(small.median),
            details={"medians": {p.period: str(p.median) for p in distribution.periods}},
        )


def _furthest(periods: Iterator[PeriodMedian]) -> tuple[PeriodMedian, PeriodMedian] | None:
    """Return the periods of the smallest and largest median if they are suspiciously apart."""
    by_median = sorted(periods, key=lambda p: (p.median, p.period))
    if not by_median:
        return None
    small, large = by_median[0], by_median[-1]
    return (small, large) if large.median >= _SUSPICIOUS_RATIO * small.median else None


def _units_between_tables(distributions: Mapping[str, AmountDistribution]) -> Iterator[Finding]:
    orders = distributions.get("orders")
    if orders is None or orders.median is None or orders.rows < _LEAST_AMOUNTS:
        return
    for name, other in distributions.items():
        if other.median is None or other.rows < _LEAST_AMOUNTS:
            continue
        small, large = sorted((units(orders.median), units(other.median)))
        if large >= _SUSPICIOUS_RATIO * small:
            yield TABLE_UNITS_DIFFER.found(
                "warning",
                name,
                column="amount",
                count=other.rows,
                ratio=f"{_ratio(large, small):,}",
                median=plain(other.median),
                orders_median=plain(orders.median),
                details={"median": str(other.median), "orders_median": str(orders.median)},
            )


def _ratio(large: int, small: int) -> int:
    """Return `large / small` rounded half up."""
    return (2 * large + small) // (2 * small)


def _coverage(cut: DataCut, activity: OrderActivity) -> Iterator[Finding]:
    covered, window = sum(activity.covered), len(activity.covered)
    if covered == 0:
        yield NO_ORDERS_IN_WINDOW.found("error", "orders", count=0, window=window)
        return
    if covered < window:
        yield WINDOW_PARTLY_COVERED.found(
            "warning" if 2 * covered < window else "note",
            "orders",
            column="ordered_at",
            count=covered,
            covered=covered,
            window=window,
            details={"covered": list(activity.covered), "as_of": cut.as_of.isoformat()},
        )
    if activity.window_customers < _SMALL_POPULATION:
        yield POPULATION_SMALL.found("note", "orders", count=activity.window_customers)


def _surveys(cut: DataCut, profiles: Mapping[str, Profile]) -> Iterator[Finding]:
    if "surveys" not in profiles:
        return
    unscaled = profiles["surveys"].counts[_UNSCALED]
    if unscaled:
        yield SCORES_WITHOUT_SCALE.found("warning", "surveys", column="scale_max", count=unscaled)
    scales = cut.rows(
        """
        SELECT COALESCE(instrument, '?') AS kind, COALESCE(CAST(scale_max AS VARCHAR), '?') AS most
        FROM surveys GROUP BY ALL ORDER BY kind, most LIMIT 100
        """,
        {"surveys": cut.dataset.tables["surveys"].relation},
    )
    if len(scales) > 1:
        yield SCALES_MIXED.found(
            "note",
            "surveys",
            column="scale_max",
            count=len(scales),
            scales=", ".join(f"{kind} / {_plain_scale(most)}" for kind, most in scales),
        )


def _plain_scale(most: str) -> str:
    return most.rstrip("0").rstrip(".") if "." in most else most


def _customers(cut: DataCut, profile: Profile) -> Iterator[Finding]:
    small, large = profile.counts.get(_SMALL_GROWTH, 0), profile.counts.get(_LARGE_GROWTH, 0)
    if small and large:
        yield GROWTH_UNITS_MIXED.found(
            "note", "customers", column="annual_growth", count=large, small=f"{small:,}"
        )
    for column in _SPELLED:
        if column in profile.read.columns:
            yield from _spellings(cut, profile.read, column)


def _spellings(cut: DataCut, customers: ReadTable, column: str) -> Iterator[Finding]:
    """Yield the values that agree without case, spaces, width and the ending 省, 市 or 自治区."""
    groups = cut.rows(
        f"""
        WITH spelled AS (SELECT DISTINCT {column} AS value FROM customers WHERE {column} <> ''),
        plain AS (
          SELECT value, REGEXP_REPLACE(LOWER(REGEXP_REPLACE(NFC_NORMALIZE(value),
            '[\\s\\x{{3000}}._-]', '', 'g')), '(.)(省|市|自治区)$', '\\1') AS same
          FROM spelled
        )
        SELECT LIST(value ORDER BY value), CAST(SUM(COUNT(*)) OVER () AS BIGINT) FROM plain
        GROUP BY same HAVING COUNT(*) > 1 ORDER BY MIN(value) LIMIT :examples
        """,  # noqa: S608 - a column of the contract
        {"customers": customers.relation},
        examples=_EXAMPLES,
    )
    if groups:
        examples = [list(values) for values, _ in groups]
        yield SPELLINGS_DIFFER.found(
            "note",
            "customers",
            column=column,
            count=groups[0][1],
            examples="; ".join(" / ".join(values) for values in examples),
            details={"examples": examples},
        )
