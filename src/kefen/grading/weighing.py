"""Weighing the criteria of a scheme: what they are, their values, and writing the weights down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.decimals import rounded
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.expressions.tree import Name
from kefen.grading.named import called
from kefen.methods.weights import in_points
from kefen.standards.written_weights import indicators_to_weigh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from kefen.grading.stored import StoredRun
    from kefen.lake.reading.plain_tables import PlainTable
    from kefen.standards.model import Indicator, Scheme, Standard


@dataclass(frozen=True, slots=True)
class Values:
    """The values of criteria, of the customers that have all of them.

    Attributes:
        ids: The customers, in order.
        names: The criteria.
        values: Customers x criteria.
        left_out: How many customers lack a value.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    left_out: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """The part of a standard that weights are written into.

    Attributes:
        scheme: The scheme.
        group: The id of the group, or None: the whole scheme.
        indicators: Its indicators that share the weight.
    """

    scheme: Scheme
    group: str | None
    indicators: tuple[Indicator, ...]

    @property
    def total(self) -> Decimal | None:
        """Return what its weights add up to now; None where it has none."""
        from kefen.domain.decimals import from_units

        weights = [one.weight for one in self.indicators]
        return None if None in weights else from_units(sum(one or 0 for one in weights))


def weighed_part(standard: Standard, scheme: str | None, group: str | None) -> Weighed:
    """Return the part of a standard whose weights are to be written.

    Args:
        standard: The standard.
        scheme: The scheme, by its id or name; None where there is one with weights only.
        group: A group of it, by its id or name; None: the whole scheme.

    Raises:
        CallError: There is no such scheme or group, it has no indicators, or none is named and
            there are several.
    """
    found = _scheme(standard, scheme)
    if group is not None:
        identifier = called(group, ((one.id, one.name) for one in found.groups))
        if identifier is None:
            raise CallError(
                Text("{s} has no group “{g}”", "{s}没有分组“{g}”").filled(s=found.name, g=group),
                where="--group",
                mend=Text("Groups: {g}.", "分组：{g}。").filled(
                    g=", ".join(one.id for one in found.groups) or "-"
                ),
            )
        group = identifier
    indicators = indicators_to_weigh(found, group)
    if not indicators:
        raise CallError(
            Text("{s} has no indicators to weigh", "{s}没有可赋权的指标项").filled(s=found.name),
            where="--scheme",
            mend=Text("Name a scheme with indicators.", "请指定有指标项的方案。"),
        )
    return Weighed(found, group, indicators)


def by_indicator(part: Weighed, weights: Mapping[str, float], total: Decimal) -> dict[str, Decimal]:
    """Return the weight of each indicator of a part, in points that add up to `total`.

    Args:
        part: The part of the standard.
        weights: By criterion: the id or name of an indicator, or of the metric it scores.
        total: What they add up to.

    Raises:
        CallError: A criterion is no indicator of the part, or an indicator has no weight.
        DataError: A weight is zero once it is rounded: a standard holds none.
    """
    found: dict[str, float] = {}
    for criterion, weight in weights.items():
        identifier = _indicator(part, criterion)
        if identifier is None or identifier in found:
            raise CallError(
                Text(
                    "“{c}” is no indicator of {s}, or is named twice",
                    "“{c}”不是{s}的指标项，或重复出现",
                ).filled(c=criterion, s=part.scheme.name),
                mend=_indicators_there(part),
            )
        found[identifier] = weight
    lacking = [one.id for one in part.indicators if one.id not in found]
    if lacking:
        raise CallError(
            Text("there is no weight for {i}", "{i}没有权重").filled(i=", ".join(lacking)),
            mend=Text(
                "Weigh all of them, or name the --group that is meant.",
                "请为全部指标项赋权，或用 --group 指定分组。",
            ),
        )
    ordered = [one.id for one in part.indicators]
    points = dict(zip(ordered, in_points([found[i] for i in ordered], total), strict=True))
    nothing = [identifier for identifier, weight in points.items() if weight == 0]
    if nothing:
        raise DataError(
            Text(
                "{i} gets no weight, and weights in a standard are above zero",
                "{i}的权重为零，而标准中的权重须大于零",
            ).filled(i=", ".join(nothing)),
            mend=Text(
                "It says nothing here: take it out of the scheme, or weigh by another method.",
                "该指标在此没有区分作用：请从方案中去掉，或改用其他方法。",
            ),
        )
    return points


def criteria_of(part: Weighed) -> dict[str, str]:
    """Return the metric that each indicator of a part scores, by the indicator's id.

    Raises:
        CallError: An indicator scores an expression, which no column of a run holds.
    """
    found: dict[str, str] = {}
    for one in part.indicators:
        if not isinstance(one.value, Name):
            raise CallError(
                Text(
                    "the indicator “{i}” scores an expression, not a metric",
                    "指标项“{i}”按表达式计分，不是单个指标",
                ).filled(i=one.name),
                mend=Text(
                    "Make a metric of the expression, and let the indicator name it.",
                    "请把该表达式定义为指标，再由指标项引用。",
                ),
            )
        found[one.id] = one.value.name
    return found


def values_of_table(table: PlainTable, columns: Sequence[str], key: str | None) -> Values:
    """Return the values of some columns of a table.

    Args:
        table: The table.
        columns: The columns; none: every column whose filled cells are numbers, but the key.
        key: The column of the customer; None: the first one that is not among `columns`, else the
            number of the row.

    Raises:
        CallError: There is no such column, or none of numbers.
        DataError: A cell is no number.
    """
    named = [table.position(column) for column in columns]
    at_key = table.position(key) if key is not None else _key(table, named)
    positions = named or [
        at
        for at, head in enumerate(table.headings)
        if head and at != at_key and _holds_numbers(table, at)
    ]
    if not positions:
        raise CallError(
            Text("No column holds numbers.", "没有数值列。"),
            where=table.name,
            mend=Text("Name the columns with --column.", "请用 --column 指定各列。"),
        )
    rows = [
        (
            table.rows[row][at_key] if at_key is not None else str(table.numbers[row]),
            [table.number(row, at) for at in positions],
        )
        for row in range(len(table.rows))
    ]
    return _whole(rows, [table.headings[at] for at in positions])


def values_of_run(run: StoredRun, criteria: Mapping[str, str], scheme: str | None) -> Values:
    """Return the values of metrics in a run.

    Args:
        run: The run.
        criteria: The metric of each criterion, by the criterion's name.
        scheme: Only customers that have a grade under this scheme, where the run has it.

    Raises:
        CallError: The run has no such metric, or it is no number.
        DataError: A file of the run is damaged.
    """
    rows = run.numbers(list(criteria.values()), scheme if scheme in run.running else None)
    return _whole(rows, list(criteria))


def shown_ratio(number: float | None) -> Decimal | None:
    """Return a ratio as it is kept in a standard: four decimals."""
    from decimal import Decimal

    return None if number is None else rounded(Decimal(repr(number)))


def _whole(rows: Sequence[tuple[str, Sequence[float | None]]], names: Sequence[str]) -> Values:
    kept = [(key, row) for key, row in rows if None not in row]
    return Values(
        ids=tuple(key for key, _ in kept),
        names=tuple(names),
        values=np.array([row for _, row in kept], dtype=np.float64).reshape(len(kept), len(names)),
        left_out=len(rows) - len(kept),
    )


def _key(table: PlainTable, named: Sequence[int]) -> int | None:
    free = [at for at, head in enumerate(table.headings) if at not in named]
    if named:
        return free[0] if free else None
    return next((at for at in free if not _holds_numbers(table, at)), None)


def _holds_numbers(table: PlainTable, column: int) -> bool:
    filled = False
    for row in range(len(table.rows)):
        try:
            filled = table.number(row, column) is not None or filled
        except DataError:
            return False
    return filled


def _scheme(standard: Standard, scheme: str | None) -> Scheme:
    if scheme is None:
        weighted = [
            one
            for one in standard.schemes.values()
            if any(indicator.weight is not None for indicator in one.indicators)
        ]
        if len(weighted) == 1:
            return weighted[0]
        raise CallError(
            Text("Which scheme is meant is not said.", "没有指明方案。"),
            where="--scheme",
            mend=Text("Schemes: {a}.", "可用方案：{a}。").filled(a=", ".join(standard.schemes)),
        )
    found = called(scheme, ((one.id, one.name) for one in standard.schemes.values()))
    if found is None:
        raise CallError(
            Text("There is no scheme “{s}”.", "没有方案“{s}”。").filled(s=scheme),
            where="--scheme",
            mend=Text("Schemes: {a}.", "可用方案：{a}。").filled(a=", ".join(standard.schemes)),
        )
    return standard.schemes[found]


def _indicator(part: Weighed, criterion: str) -> str | None:
    found = called(criterion, ((one.id, one.name) for one in part.indicators))
    if found is not None:
        return found
    metrics = [
        one.id
        for one in part.indicators
        if isinstance(one.value, Name) and one.value.name == criterion
    ]
    return metrics[0] if len(metrics) == 1 else None


def _indicators_there(part: Weighed) -> Text:
    return Text("Indicators: {i}.", "指标项：{i}。").filled(
        i=", ".join(one.id for one in part.indicators)
    )
