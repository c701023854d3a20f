"""The section that tells month by month how the grades of one scheme did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.evaluation_accuracy import VERDICTS
from kefen.reports.figures_in_cells import CUSTOMERS, interval, percent, plain
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kefen.grading.evaluation.accuracy import SchemeAccuracy
    from kefen.grading.evaluation.evaluate import Evaluation

_NAIVE = ("value_before", "value_year", "recency")


def months_section(
    full: Evaluation, months: Sequence[tuple[date, SchemeAccuracy | Text]]
) -> Section:
    """Return how the grades of each month did.

    Args:
        full: The evaluation of the last month, whose scheme is told.
        months: The as-of dates, each with how accurate it was or why it is not judged.
    """
    name = Text.same("–") if full.scheme is None else full.scheme.name
    rows: list[Row] = []
    without: list[Text] = []
    better = judged = 0
    for day, one in months:
        if isinstance(one, Text):
            text = Text("{d} is not judged: {w}.", "{d} 未检验：{w}。")
            without.append(text.filled(d=day.isoformat(), w=one))
            continue
        naive = [order for order in one.orders if order.id in _NAIVE]
        strongest = max(naive, key=lambda order: order.captured.value)
        judged += 1
        better += strongest.verdict == "better"
        rows.append(
            Row(
                (
                    day,
                    one.customers,
                    percent(one.best_share),
                    percent(one.grades.captured.value),
                    interval(one.grades.captured),
                    percent(strongest.captured.value),
                    strongest.name,
                    None if strongest.verdict is None else VERDICTS[strongest.verdict],
                    None if one.grades.area is None else plain(one.grades.area.value, 3),
                    interval(one.grades.area, percents=False),
                )
            )
        )
    table = Table(
        "months_judged",
        Text("{s}: each month against the {n} months after it", "{s}：各月与其后 {n} 个月").filled(
            s=name, n=full.period.months
        ),
        (
            Column("as_of", Text("As of", "评级日"), "date"),
            CUSTOMERS,
            Column("share", Text("Best grades hold", "最好等级占客户"), "percent"),
            Column("captured", Text("They bring", "占购买额"), "percent"),
            Column("interval", Text("95 %", "95 % 区间")),
            Column("naive", Text("Strongest naive order", "最强朴素排序"), "percent"),
            Column("order", Text("Which", "排序方式")),
            Column("verdict", Text("Beside it", "相比")),
            Column("area", Text("AUC of buying", "购买 AUC"), "number"),
            Column("area_interval", Text("95 %", "95 % 区间")),
        ),
        tuple(rows),
    )
    said = Text(
        "In {b} of {j} months the grades did surely better than the strongest naive order.",
        "{j} 个月中有 {b} 个月，等级明显优于最强的朴素排序。",
    ).filled(b=better, j=judged)
    return Section(
        "months",
        Text("Month by month", "逐月检验"),
        Text("Months", "逐月"),
        None,
        (Prose((said,), "say"), table, *((Prose(tuple(without), "warn"),) if without else ())),
    )
