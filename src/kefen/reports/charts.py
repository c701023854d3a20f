"""Charts as plain data in both languages, and their numbers as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.text import Text
from kefen.reports.tables import Column, Row, Table

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.reports.model import Portrait
    from kefen.reports.tables import GradeMark


@dataclass(frozen=True, slots=True)
class PairedBars:
    """For each class two shares, one bar under the other (customers against sales).

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        first: What the first share is of.
        second: What the second share is of.
        rows: Class, how many, first share, second share.
    """

    id: str
    title: Text
    caption: Text
    first: Text
    second: Text
    rows: tuple[tuple[GradeMark, int, Decimal, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A coloured stretch under a curve, from the previous band to `until`."""

    until: Decimal
    mark: GradeMark


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising curve of shares: the Pareto curve.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        across: What the x axis is.
        up: What the y axis is.
        points: (x, y) as shares, ascending from (0, 0).
        bands: Stretches of the x axis.
        marked: The point that is pointed at.
        label: What is written at it.
    """

    id: str
    title: Text
    caption: Text
    across: Text
    up: Text
    points: tuple[tuple[Decimal, Decimal], ...]
    bands: tuple[Band, ...]
    marked: tuple[Decimal, Decimal] | None
    label: Text | None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of columns; a losing one is drawn downwards, hatched."""

    name: Text
    values: tuple[Decimal | int, ...]
    loss: bool = False


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Upright columns along time.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        categories: The labels along the axis.
        series: What stands on them.
        kind: `money` or `number`.
    """

    id: str
    title: Text
    caption: Text
    categories: tuple[Text, ...]
    series: tuple[Series, ...]
    kind: Literal["money", "number"] = "number"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart of lines.

    Attributes:
        name: What it is of.
        points: (x, y), x ascending.
        ends: The interval of each y; empty where there is none.
        style: How it is drawn: `first` strongly, `dashed` for what is only compared with.
    """

    name: Text
    points: tuple[tuple[Decimal, Decimal], ...]
    ends: tuple[tuple[Decimal, Decimal], ...] = ()
    style: Literal["first", "second", "third", "fourth", "dashed"] = "first"


@dataclass(frozen=True, slots=True)
class LineChart:
    """Several lines over one axis: orders held against each other, predictions against facts.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        across: What the x axis is.
        up: What the y axis is.
        lines: The lines, the one that matters first.
        kind: `percent`, `money` or `number`, of both axes.
    """

    id: str
    title: Text
    caption: Text
    across: Text
    up: Text
    lines: tuple[Line, ...]
    kind: Literal["percent", "money", "number"] = "percent"


@dataclass(frozen=True, slots=True)
class Sankey:
    """Bands from classes on the left to classes on the right, as wide as customers are many.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        before: What the left side is.
        after: What the right side is.
        flows: Class before, class after, how many; both sides in the order of the classes.
        marks: The classes in their order from the top.
    """

    id: str
    title: Text
    caption: Text
    before: Text
    after: Text
    flows: tuple[tuple[GradeMark, GradeMark, int], ...]
    marks: tuple[GradeMark, ...]


@dataclass(frozen=True, slots=True)
class StackedColumns:
    """How a whole divides into classes, along time.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        categories: The labels along the axis.
        series: Each class with its number at every label, the best class first.
    """

    id: str
    title: Text
    caption: Text
    categories: tuple[Text, ...]
    series: tuple[tuple[GradeMark, tuple[int, ...]], ...]


Chart: TypeAlias = PairedBars | Curve | ColumnChart | LineChart | Sankey | StackedColumns


def chart_table(chart: Chart) -> Table:
    """Return the numbers of a chart as a table: the equal of the picture."""
    if isinstance(chart, PairedBars):
        return Table(
            chart.id,
            chart.title,
            (
                Column("class", Text("Class", "类别"), "grade"),
                Column("customers", Text("Customers", "客户数"), "number"),
                Column("first", chart.first, "percent"),
                Column("second", chart.second, "percent"),
            ),
            tuple(Row(cells) for cells in chart.rows),
        )
    if isinstance(chart, Curve):
        return Table(
            chart.id,
            chart.title,
            (Column("across", chart.across, "percent"), Column("up", chart.up, "percent")),
            tuple(Row((across, up)) for across, up in chart.points),
        )
    if isinstance(chart, Sankey):
        return Table(
            chart.id,
            chart.title,
            (
                Column("before", chart.before, "grade"),
                Column("after", chart.after, "grade"),
                Column("customers", Text("Customers", "客户数"), "number"),
            ),
            tuple(Row(cells) for cells in chart.flows),
        )
    if isinstance(chart, StackedColumns):
        return Table(
            chart.id,
            chart.title,
            (
                Column("category", Text("As of", "评级日")),
                *(
                    Column(f"class_{number}", mark.name, "number")
                    for number, (mark, _) in enumerate(chart.series)
                ),
            ),
            tuple(
                Row((category, *(values[position] for _, values in chart.series)))
                for position, category in enumerate(chart.categories)
            ),
        )
    if isinstance(chart, LineChart):
        return _lines_table(chart)
    return Table(
        chart.id,
        chart.title,
        (
            Column("category", Text("Period", "期间")),
            *(
                Column(f"series_{number}", series.name, chart.kind)
                for number, series in enumerate(chart.series)
            ),
        ),
        tuple(
            Row((category, *(series.values[position] for series in chart.series)))
            for position, category in enumerate(chart.categories)
        ),
    )


def _lines_table(chart: LineChart) -> Table:
    with_ends = any(line.ends for line in chart.lines)
    ends = (
        Column("low", Text("From (95 %)", "下限（95 %）"), chart.kind),
        Column("high", Text("to", "上限"), chart.kind),
    )
    rows = []
    for line in chart.lines:
        for number, (across, up) in enumerate(line.points):
            both = line.ends[number] if line.ends else (None, None)
            rows.append(Row((line.name, across, up, *(both if with_ends else ()))))
    return Table(
        chart.id,
        chart.title,
        (
            Column("line", Text("Line", "曲线")),
            Column("across", chart.across, chart.kind),
            Column("up", chart.up, chart.kind),
            *(ends if with_ends else ()),
        ),
        tuple(rows),
    )


def profile_table(portrait: Portrait) -> Table:
    """Return the picture of a portrait as a table."""
    compared = portrait.profile[0].others is not None
    return Table(
        f"{portrait.id}_profile",
        Text("Where they stand against the others", "与其他客户相比的位置"),
        (
            Column("name", Text("Figure", "数据")),
            Column(
                "difference",
                Text("−100 % all less, 100 % all more", "−100 % 全低，100 % 全高"),
                "percent",
            ),
            Column("differs", Text("Told", "是否提及")),
            Column("own", Text("Theirs", "本类")),
            *((Column("others", Text("Others", "其他")),) if compared else ()),
        ),
        tuple(
            Row(
                (
                    row.name,
                    row.difference,
                    Text("yes", "是") if row.differs else Text("may be chance", "可能是偶然"),
                    row.own,
                    *((row.others,) if compared else ()),
                )
            )
            for row in portrait.profile
        ),
    )
