"""Figures of a column of customers in whole numbers: cuts, shares, ranks, learned values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.histograms import (
    Bins,
    extent_query,
    histogram_query,
    smallest_within_shares,
    values_at_ranks,
)
from kefen.compiler.scoring import whole_numbers
from kefen.domain.decimals import from_units, quotient
from kefen.engines.arrays import as_array
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    import numpy.typing as npt

    from kefen.compiler.histograms import BinRow
    from kefen.engines.engine import Engine
    from kefen.expressions.tree import Value
    from kefen.standards.model import Learned, RankOfAll, ShareOfTotal


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the customers being learned from."""

    relation: str
    name: str
    type: ValueType


class Figures:
    """Asks an engine for figures, by aggregates that combine across partitions.

    Args:
        engine: The engine that holds the relations.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def make(self, name: str, query: exp.Select, *, kept: bool = False) -> None:
        """Make a table that lasts as long as the engine's connection.

        Args:
            name: Its name.
            query: What it holds.
            kept: Whether many questions will be asked of it.
        """
        self.engine.create("TABLE", name, query, brief=True, kept=kept)

    def population(self, relation: str) -> int:
        """Return how many customers a relation holds."""
        query = exp.select(exp.Count(this=exp.Star())).from_(table(relation))
        return int(self.engine.rows(query.sql("duckdb"))[0][0])

    def _whole(self, values: Column, *, lower: bool = False) -> str:
        """Make a relation of one column of whole numbers, ascending from worst to best."""
        whole = whole_numbers(values.name, values.type, negated=lower)
        query = exp.select(exp.alias_(whole, "value", quoted=True)).from_(table(values.relation))
        self.make("whole_values", query)
        return "whole_values"

    def _extent(self, relation: str) -> tuple[int, int, int, int]:
        rows = self.engine.rows(extent_query(relation, "value").sql("duckdb"))
        count, least, largest, total = rows[0]
        return int(count), int(least or 0), int(largest or 0), int(total or 0)

    def _counted(
        self, relation: str
    ) -> Callable[[Bins], tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        def ask(bins: Bins) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
            query = histogram_query(relation, "value", bins, sums=False)
            rows = self.engine.arrow(query.sql("duckdb"))
            bins_there, counts = (as_array(column) for column in rows.columns)
            return np.asarray(bins_there, np.int64), np.asarray(counts, np.int64)

        return ask

    def _summed(self, relation: str) -> Callable[[Bins], Iterable[BinRow]]:
        def ask(bins: Bins) -> Iterable[BinRow]:
            query = histogram_query(relation, "value", bins, sums=True)
            rows = self.engine.rows(query.sql("duckdb"))
            return [(int(bin_), int(count), int(total)) for bin_, count, total in rows]

        return ask

    def ends(self, values: Column) -> tuple[Decimal | int, Decimal | int] | None:
        """Return the smallest and the largest value, or None when none is known."""
        known, least, largest, _ = self._extent(self._whole(values))
        return (_number(least, values.type), _number(largest, values.type)) if known else None

    def cuts(self, values: Column, count: int, *, lower: bool) -> tuple[Decimal | int, ...]:
        """Return the values at ascending ranks ceil(i n / count), from worst to best."""
        relation = self._whole(values, lower=lower)
        known, least, largest, _ = self._extent(relation)
        if known == 0:
            return ()
        ranks = [-(-i * known // count) for i in range(1, count)]
        found = values_at_ranks(ranks, least, largest, self._counted(relation))
        sign = -1 if lower else 1
        return tuple(_number(sign * value, values.type) for value in found)

    def shares(
        self, values: Column, decision: ShareOfTotal
    ) -> tuple[Decimal, dict[str, Decimal | None]]:
        """Return the total, and each grade's smallest value; None where nobody is."""
        relation = self._whole(values)
        known, least, largest, total = self._extent(relation)
        scale = 1 if values.type is ValueType.DECIMAL else 10_000
        lines = [(grade, share) for grade, share in decision.lines if share is not None]
        if known == 0:
            return from_units(0), {grade: None for grade, _ in lines}
        shares = [share for _, share in lines]
        found = smallest_within_shares(shares, least, largest, total, self._summed(relation))
        smallest: dict[str, Decimal | None] = {}
        better: int | None = None
        for (grade, share), crossing in zip(lines, found, strict=True):
            value: int | None = crossing
            if decision.crossing == "outside":
                value = self._within_share(relation, crossing, share * total)
            # A line that no further value crosses leaves its grade empty.
            empty = value is None or value == better
            smallest[grade] = None if value is None or empty else from_units(value * scale)
            better = better if value is None else value
        return from_units(total * scale), smallest

    def _within_share(self, relation: str, crossing: int, share: Fraction) -> int | None:
        """Return the smallest value that, with all larger ones, holds at most `share`.

        That is the value that crosses the line when it fits in whole, else the next larger one.
        """
        whole = column("value")
        query = (
            exp.select(exp.Sum(this=whole))
            .from_(table(relation))
            .where(exp.GTE(this=whole.copy(), expression=exp.Literal.number(crossing)))
        )
        held = int(self.engine.rows(query.sql("duckdb"))[0][0])
        return crossing if held <= share else self._next_larger(relation, crossing)

    def ranks(self, values: Column, decision: RankOfAll) -> tuple[int, dict[str, Decimal | None]]:
        """Return how many are ranked, and each grade's smallest value; None where nobody is."""
        relation = self._whole(values)
        known, least, largest, _ = self._extent(relation)
        ask = self._counted(relation)
        scale = 1 if values.type is ValueType.DECIMAL else 10_000
        smallest: dict[str, Decimal | None] = {}
        better: int | None = None
        for line in decision.lines:
            if line.share is None and line.count is None:
                continue
            inside = min(places_inside(line.share, line.count, known, decision.rounding), known)
            value: int | None = None
            if inside > 0:
                value = values_at_ranks([known - inside + 1], least, largest, ask)[0]
            if value is not None and decision.ties == "down" and inside < known:
                outside = values_at_ranks([known - inside], least, largest, ask)[0]
                if outside == value:
                    value = self._next_larger(relation, value)
            empty = value is None or (better is not None and value >= better)
            smallest[line.grade] = None if empty or value is None else from_units(value * scale)
            better = better if empty else value
        return known, smallest

    def _next_larger(self, relation: str, value: int) -> int | None:
        whole = column("value")
        query = (
            exp.select(exp.Min(this=whole))
            .from_(table(relation))
            .where(exp.GT(this=whole.copy(), expression=exp.Literal.number(value)))
        )
        found = self.engine.rows(query.sql("duckdb"))[0][0]
        return None if found is None else int(found)

    def learned(self, values: Column, learned: Learned) -> Value:
        """Return the value that a scheme learns from a column."""
        if learned.how == "most_common":
            return self._most_common(values)
        if learned.how in ("smallest", "largest"):
            return self._first(values, descending=learned.how == "largest")
        relation = self._whole(values)
        known, least, largest, total = self._extent(relation)
        if learned.how == "count":
            return known
        if learned.how == "sum":
            return _number(total, values.type)
        if known == 0:
            return None
        if learned.how == "mean":
            return quotient(_number(total, values.type), known)
        at = learned.at if learned.at is not None else Fraction(1, 2)
        rank = max(1, -(-at.numerator * known // at.denominator))
        return _number(
            values_at_ranks([rank], least, largest, self._counted(relation))[0], values.type
        )

    def _most_common(self, values: Column) -> Value:
        value = column(values.name)
        query = self._known(values).group_by(value.copy())
        query = query.order_by(
            exp.Ordered(this=exp.Count(this=exp.Star()), desc=True), exp.Ordered(this=value)
        )
        return self._single(query)

    def _first(self, values: Column, *, descending: bool) -> Value:
        value = exp.Ordered(this=column(values.name), desc=descending)
        return self._single(self._known(values).order_by(value))

    def _known(self, values: Column) -> exp.Select:
        value = column(values.name)
        known = exp.Is(this=value.copy(), expression=exp.Null()).not_()
        return exp.select(value).from_(table(values.relation)).where(known)

    def _single(self, query: exp.Select) -> Value:
        rows = self.engine.rows(query.limit(1).sql("duckdb"))
        found: Value = rows[0][0] if rows else None
        return found


def places_inside(share: Fraction | None, count: int | None, known: int, rounding: str) -> int:
    """Return how many customers a line of a ranking holds, counted from the best.

    Args:
        share: The part of all; None when `count` says the number.
        count: The number of customers, or None.
        known: How many are ranked.
        rounding: `up`, `down`, or `half up`.
    """
    if share is None:
        return count or 0
    exact = share * known
    if rounding == "down":
        return exact.numerator // exact.denominator
    if rounding == "up":
        return -(-exact.numerator // exact.denominator)
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _number(whole: int, of_type: ValueType) -> Decimal | int:
    return from_units(whole) if of_type is ValueType.DECIMAL else whole
