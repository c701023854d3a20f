"""Continuous: no gap in months, no sudden end, a history long enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.calendar import is_month_end, months_before, months_between
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.quality.kinds import FindingKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kefen.lake.dataset import Finding
    from kefen.lake.quality.activity import OrderActivity
    from kefen.lake.quality.profile import Profile
    from kefen.lake.quality.queries import DataCut
    from kefen.lake.quality.report import MonthActivity

_USUAL_MONTHS = 12
_LEAST_MONTHS = 3
_SILENT_MONTHS = 3
_EXAMPLES = 12
_ENDING_TABLES = ("receivables", "payments", "interactions", "cases", "surveys")


def _kind(code: str, message: Text, effect: Text) -> FindingKind:
    return FindingKind(code, "continuous", message, effect)


MONTHS_WITHOUT_ORDERS = _kind(
    "months_without_orders",
    Text(
        "{count} {count:month|months} between the first and the last order {count:has|have} "
        "none: {months}.",
        "首单与末单之间有 {count} 个月没有订单：{months}。",
    ),
    Text(
        "If the orders exist but were not imported, abc, rfm and trend in value_index are too "
        "low, and lifecycle may take customers for lost.",
        "若订单存在而未导入，abc、rfm 与 value_index 的趋势偏低，lifecycle 可能误判客户流失。",
    ),
)
LAST_MONTH_INCOMPLETE = _kind(
    "last_month_incomplete",
    Text(
        "{month} has {count} order {count:line|lines}, less than half of the usual {usual}, and "
        "its last order "
        "is of {last}: the month may be incomplete.",
        "{month} 只有 {count} 个订单行，不到通常 {usual} 行的一半，末单为 {last}：该月可能不完整。",
    ),
    Text(
        "Growth and trend in value_index fall for everybody and lifecycle sees more customers at "
        "risk; grade as of the month before, or import the rest.",
        "value_index 的增长与趋势普遍偏低，lifecycle 会显示更多有流失风险的客户；"
        "请以上月末为截止日期，或补齐数据。",
    ),
)
AS_OF_WITHIN_MONTH = _kind(
    "as_of_within_month",
    Text(
        "The as-of date {as_of} is not a month's end.",
        "截止日期 {as_of} 不是月末。",
    ),
    Text(
        "Grades are right, but windows cut through months; runs as of month ends compare better.",
        "评级无误，但窗口会切开月份；以月末为截止日期的评级更便于比较。",
    ),
)
ORDERS_END_EARLY = _kind(
    "orders_end_early",
    Text(
        "The last order is of {last}, {count} whole {count:month|months} before the as-of date.",
        "末单为 {last}，比截止日期早 {count} 个整月。",
    ),
    Text(
        "R in rfm falls for everybody alike, and lifecycle takes customers for at risk or lost.",
        "rfm 的 R 普遍变差，lifecycle 会把客户视为有流失风险或已流失。",
    ),
)
HISTORY_SHORT = _kind(
    "history_short",
    Text(
        "Orders go back {count} {count:month|months}; {wanted} are needed to compare the window "
        "with the one "
        "before.",
        "订单历史只有 {count} 个月；要与前一窗口比较需要 {wanted} 个月。",
    ),
    Text(
        "Growth in value_index has no base, and nobody can count as lost or won back in lifecycle "
        "as far back.",
        "value_index 的增长缺少基期，lifecycle 也无从判断更早的流失与赢回。",
    ),
)
TABLE_ENDS_EARLY = _kind(
    "table_ends_early",
    Text(
        "The last row of {table} is of {last}, {count} whole {count:month|months} before the "
        "as-of date.",
        "{table}的最后一行为 {last}，比截止日期早 {count} 个整月。",
    ),
    Text(
        "What came later is unknown: payment and engagement in value_index, need and "
        "satisfaction show an earlier state.",
        "之后的情况未知：value_index 的付款与互动、need、satisfaction 反映的是较早的状态。",
    ),
)

KINDS = (
    MONTHS_WITHOUT_ORDERS,
    LAST_MONTH_INCOMPLETE,
    AS_OF_WITHIN_MONTH,
    ORDERS_END_EARLY,
    HISTORY_SHORT,
    TABLE_ENDS_EARLY,
)


def findings(
    cut: DataCut, profiles: Mapping[str, Profile], activity: OrderActivity | None
) -> Iterator[Finding]:
    """Yield what breaks the course of time."""
    if not is_month_end(cut.as_of):
        yield AS_OF_WITHIN_MONTH.found("note", "orders", count=0, as_of=cut.as_of.isoformat())
    if activity is not None and activity.last_on is not None and activity.months:
        yield from _gaps(cut, activity)
        yield from _end(cut, activity)
        yield from _history(cut, activity.months)
    for name in _ENDING_TABLES:
        last = profiles[name].last_on if name in profiles else None
        if last is None:
            continue
        silent = months_between(last, cut.as_of)
        if silent >= _SILENT_MONTHS:
            yield TABLE_ENDS_EARLY.found(
                "warning" if silent >= cut.window_months else "note",
                name,
                column=TABLES[name].date,
                count=silent,
                last=last.isoformat(),
            )


def _gaps(cut: DataCut, activity: OrderActivity) -> Iterator[Finding]:
    months = activity.months
    last = max(i for i, month in enumerate(months) if month.lines)
    empty = [month.month for month in months[:last] if month.lines == 0]
    if not empty:
        return
    # The window of a month's end starts with the first of a month.
    first_of_window = cut.window_start.replace(day=1)
    in_window = any(month > first_of_window for month in empty)
    named = [month.isoformat()[:7] for month in empty]
    yield MONTHS_WITHOUT_ORDERS.found(
        "warning" if in_window else "note",
        "orders",
        column="ordered_at",
        count=len(empty),
        months=", ".join(named[-_EXAMPLES:]) + (", ..." if len(named) > _EXAMPLES else ""),
        details={"months": named},
    )


def _end(cut: DataCut, activity: OrderActivity) -> Iterator[Finding]:
    if activity.last_on is None:
        return
    silent = months_between(activity.last_on, cut.as_of)
    if silent >= 1:
        yield ORDERS_END_EARLY.found(
            "warning",
            "orders",
            column="ordered_at",
            count=silent,
            last=activity.last_on.isoformat(),
        )
    *before, last = activity.months
    usual = _usual_lines(before)
    if last.lines and usual is not None and 2 * last.lines < usual:
        yield LAST_MONTH_INCOMPLETE.found(
            "warning",
            "orders",
            column="ordered_at",
            count=last.lines,
            month=last.month.isoformat()[:7],
            usual=f"{usual:,}",
            last=activity.last_on.isoformat(),
        )


def _usual_lines(months: Sequence[MonthActivity]) -> int | None:
    """Return the lower median of the lines of the last 12 months that have any; None of under 3."""
    lines = sorted(month.lines for month in months[-_USUAL_MONTHS:] if month.lines)
    return lines[(len(lines) - 1) // 2] if len(lines) >= _LEAST_MONTHS else None


def _history(cut: DataCut, months: Sequence[MonthActivity]) -> Iterator[Finding]:
    wanted = 2 * cut.window_months
    # Calendar months touched: an as-of date within a month touches one more.
    span = len(months) if is_month_end(cut.as_of) else len(months) - 1
    if months_before(cut.as_of, wanted).replace(day=1) < months[0].month and span < wanted:
        yield HISTORY_SHORT.found(
            "warning" if span < cut.window_months else "note",
            "orders",
            column="ordered_at",
            count=span,
            wanted=wanted,
        )
