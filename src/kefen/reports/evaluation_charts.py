"""The pictures of an evaluation: capture of value, and predictions against what came."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from kefen.domain.text import Text
from kefen.reports.charts import Line, LineChart
from kefen.reports.figures_in_cells import CUSTOMERS, INTERVAL, interval, money, plain
from kefen.reports.tables import Column, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.grading.evaluation.accuracy import SchemeAccuracy
    from kefen.grading.evaluation.foretold import Foretold
    from kefen.reports.model import Block

_STYLES: Mapping[str, Literal["first", "second", "third", "fourth", "dashed"]] = {
    "grade": "first",
    "value_before": "second",
    "value_year": "third",
    "recency": "fourth",
    "random": "dashed",
}


def capture_chart(leading: SchemeAccuracy) -> LineChart:
    """Return the capture curves of the grades, the naive orders and chance."""
    lines = []
    for one in leading.orders:
        style = _STYLES.get(one.id)
        if style is None:
            continue
        points = tuple((_decimal(x), _decimal(y)) for x, y in one.curve)
        lines.append(Line(one.name, points, style=style))
    return LineChart(
        "capture",
        Text("Capture of what was bought next", "其后购买额的捕获曲线"),
        Text(
            "Customers from the best, and the share of what was bought in the period that they "
            "brought together; {n} customers of {s}.",
            "客户由好到差排列，纵轴为其合计占该期间购买额的比例；{s}，{n} 个客户。",
        ).filled(n=f"{leading.customers:,}", s=leading.scheme.name),
        Text("Share of customers, best first", "累计客户占比（由好到差）"),
        Text("Share of what was bought", "累计购买额占比"),
        tuple(lines),
    )


def calibration_chart(one: Foretold, number: int) -> LineChart:
    """Return what was predicted against what came, by fifths of customers."""
    fifths = sorted(one.found.fifths, key=lambda fifth: fifth.predicted)
    points = tuple(
        (_decimal(max(fifth.predicted, 0)), _decimal(fifth.actual.value)) for fifth in fifths
    )
    ends = tuple((_decimal(fifth.actual.low), _decimal(fifth.actual.high)) for fifth in fifths)
    top = max((x for x, _ in points), default=Decimal(1))
    equal = (Decimal(0), Decimal(0)), (top, top)
    return LineChart(
        f"calibration_{number}",
        Text("Predicted and actual, by fifths of customers", "预测与实际（按客户五等分）"),
        Text(
            "{w}: on the dashed line what was predicted came; bars are intervals of 95 %; "
            "{n} customers. Customers with equal predictions stay together.",
            "{w}：落在虚线上表示预测与实际相符；竖线为 95 % 区间；共 {n} 个客户，"
            "预测相同的客户归在一起。",
        ).filled(w=one.name, n=f"{one.customers:,}"),
        Text("Predicted for a customer", "每客户预测值"),
        Text("Came", "实际值"),
        (
            Line(one.name, points, ends, "second"),
            Line(Text("as predicted", "与预测相符"), equal, style="dashed"),
        ),
        "money" if one.of == "value" else "number",
    )


def foretold_charts(foretold: Sequence[Foretold]) -> list[Block]:
    """Return the charts of predictions that differ between customers."""
    return [
        calibration_chart(one, number)
        for number, one in enumerate(foretold)
        if len(one.found.fifths) > 1
    ]


def foretold_tables(foretold: Sequence[Foretold]) -> list[Block]:
    """Return each prediction by fifths of customers, with what it comes to."""
    found: list[Block] = []
    for number, one in enumerate(foretold):
        kind = money if one.of == "value" else plain
        found.append(
            Table(
                f"foretold_{number}",
                Text("Predicted against actual: {n}", "预测与实际：{n}").filled(n=one.name),
                (
                    CUSTOMERS,
                    Column("predicted", Text("Predicted on average", "平均预测"), "money"),
                    Column("actual", Text("Came on average", "平均实际"), "money"),
                    INTERVAL,
                ),
                tuple(
                    Row(
                        (
                            fifth.customers,
                            kind(fifth.predicted),
                            kind(fifth.actual.value),
                            interval(fifth.actual, percents=False),
                        )
                    )
                    for fifth in one.found.fifths
                ),
                note=one.judgement
                if not one.naive
                else Text(
                    "{j} It is no prediction of the standard, only what was before, carried "
                    "forward.",
                    "{j}这并非标准的预测，只是沿用上期数值。",
                ).filled(j=one.judgement),
            )
        )
    return found


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")
