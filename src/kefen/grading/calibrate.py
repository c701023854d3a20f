"""Calibrating: what a scheme learns from those it grades, in exact whole numbers.

What is learned is learned in an order: values that indicators and conditions name; then the cuts
of the indicators; then the lines of a ranking, which may be one of the scheme's own points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.histograms import (
    Bins,
    extent_query,
    histogram_query,
    smallest_within_shares,
    values_at_ranks,
)
from kefen.compiler.plan import SchemePlan, part
from kefen.compiler.points import POSITION_CUTS
from kefen.compiler.scoring import layered_query, whole_numbers
from kefen.domain.decimals import from_units, quotient
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.model import OfBest, Position, RankOfAll, ShareOfTotal, Tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from kefen.compiler.histograms import BinRow
    from kefen.compiler.plan import Step
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import Indicator, Learned, Scheme

_WORK = "calibrating"
_GROUP = "calibrating group"
_DECIDING = "deciding value"
MOST_GROUPS = 200
"""How many groups of customers a scheme may learn from one by one."""


def learns_from_population(scheme: Scheme) -> bool:
    """Return whether a scheme's grades depend on what it learns from all customers."""
    return bool(
        scheme.learns
        or isinstance(scheme.decision, ShareOfTotal | RankOfAll)
        or any(isinstance(i.scoring, Tiles | Position | OfBest) for i in scheme.indicators)
    )


def calibrate_scheme(
    engine: DuckDBEngine, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
) -> SchemeCalibration:
    """Return what a scheme learns from the customers it grades.

    Args:
        engine: The engine.
        plan: The scheme's plan.
        source: The relation of the metrics (and of earlier schemes' grades).
        types: The types of its columns.

    Raises:
        DataError: The scheme learns within more than 200 groups of customers.
    """
    return _Calibrating(engine, plan, source, types).run()


def patterns_in(
    engine: DuckDBEngine, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
) -> list[int]:
    """Return which sets of weighted indicators are known together among those graded.

    The plan's calibration is applied first.
    """
    if not plan.hands_on():
        return []
    pattern, eligible = part(plan.scheme.id, "pattern"), part(plan.scheme.id, "eligible")
    query = layered_query(source, plan.patterns(), types, [pattern, eligible])
    distinct = (
        exp.select(column(pattern))
        .distinct()
        .from_(query.subquery("patterns"))
        .where(column(eligible))
    )
    return sorted(int(row[0]) for row in engine.rows(distinct.sql("duckdb")))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the customers being learned from."""

    relation: str
    name: str
    type: ValueType


class _Calibrating:
    """The calibration of one scheme."""

    def __init__(
        self,
        engine: DuckDBEngine,
        plan: SchemePlan,
        source: str,
        types: Mapping[str, ValueType],
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.scheme = plan.scheme
        self.source = source
        self.types = types

    def run(self) -> SchemeCalibration:
        scheme = self.scheme
        ranked = [i for i in scheme.indicators if isinstance(i.scoring, Tiles | Position | OfBest)]
        found = SchemeCalibration(0)
        if scheme.learns:
            found = self._stage(
                self.plan.membership(),
                {part(scheme.id, "learns", one.id): one.of for one in scheme.learns},
                [],
                found,
                self._with_learned,
            )
            self.plan.bind(found)
        deciding = isinstance(scheme.decision, ShareOfTotal | RankOfAll)
        at_once = deciding and not self.plan.ranks_points()
        if ranked or at_once or not scheme.learns:
            found = self._stage(
                self.plan.eligibility(),
                self._decided_by() if at_once else {},
                [part(scheme.id, "value", i.id) for i in ranked],
                found,
                lambda own, relation, kinds: self._with_cuts(own, relation, kinds, ranked),
            )
        if deciding and not at_once:
            self.plan.apply(found)
            patterns = patterns_in(self.engine, self.plan, self.source, self.types)
            found = self._stage(
                self.plan.scoring(found, patterns),
                self._decided_by(),
                [],
                found,
                self._with_lines,
            )
        return found

    def _decided_by(self) -> dict[str, Expression]:
        decision = self.scheme.decision
        assert isinstance(decision, ShareOfTotal | RankOfAll)  # noqa: S101  asked by the caller
        return {part(self.scheme.id, "learns", _DECIDING): decision.of}

    def _stage(
        self,
        steps: Sequence[Step],
        extra: Mapping[str, Expression],
        wanted: Sequence[str],
        before: SchemeCalibration,
        learn: Callable[[SchemeCalibration, str, Mapping[str, ValueType]], SchemeCalibration],
    ) -> SchemeCalibration:
        """Learn from a relation of those graded, or from each of their groups."""
        resolved = {name: self.plan.resolved(tree) for name, tree in extra.items()}
        complete = [*steps, *self.plan.typed(resolved)]
        kinds = {step.name: step.type for step in complete}
        eligible, within = part(self.scheme.id, "eligible"), part(self.scheme.id, "within")
        kept = [*wanted, *extra, eligible]
        grouped = self.scheme.within is not None
        if grouped:
            kept.append(within)
        query = layered_query(self.source, complete, self.types, kept)
        graded = exp.select("*").from_(query.subquery("ranked")).where(column(eligible))
        self._make(_WORK, graded)
        population = self._population(_WORK)
        if not grouped:
            return learn(replace(before, population=population), _WORK, kinds)
        groups: dict[str | None, SchemeCalibration] = {}
        for group in self._groups(within):
            own = exp.select("*").from_(table(_WORK))
            self._make(
                _GROUP,
                own.where(exp.EQ(this=column(within), expression=exp.Literal.string(group))),
            )
            previous = before.groups.get(group, SchemeCalibration(0))
            members = replace(previous, population=self._population(_GROUP))
            groups[group] = learn(members, _GROUP, kinds)
        return replace(before, population=population, groups=groups)

    def _groups(self, within: str) -> list[str]:
        value = column(within)
        query = (
            exp.select(value)
            .distinct()
            .from_(table(_WORK))
            .where(exp.Is(this=value.copy(), expression=exp.Null()).not_())
            .order_by(value.copy())
            .limit(MOST_GROUPS + 1)
        )
        groups = [str(row[0]) for row in self.engine.rows(query.sql("duckdb"))]
        if len(groups) > MOST_GROUPS:
            raise DataError(
                Text(
                    "“{s}” learns within more than {n} groups of customers",
                    "“{s}”要分别标定的客户组超过 {n} 个",
                ).filled(s=self.scheme.name, n=MOST_GROUPS),
                mend=Text(
                    "Let “within” name something coarser, such as a region instead of a city.",
                    "请让“within”使用更粗的划分，例如用地区代替城市。",
                ),
            )
        return groups

    # --- what each stage learns -----------------------------------------------------------------

    def _with_learned(
        self, own: SchemeCalibration, relation: str, kinds: Mapping[str, ValueType]
    ) -> SchemeCalibration:
        learned: dict[str, Value] = {}
        for one in self.scheme.learns:
            name = part(self.scheme.id, "learns", one.id)
            learned[one.id] = self._learned(_Column(relation, name, kinds[name]), one)
        return replace(own, learned=learned)

    def _with_cuts(
        self,
        own: SchemeCalibration,
        relation: str,
        kinds: Mapping[str, ValueType],
        ranked: Sequence[Indicator],
    ) -> SchemeCalibration:
        cuts: dict[str, tuple[Decimal | int, ...]] = {}
        for indicator in ranked:
            name = part(self.scheme.id, "value", indicator.id)
            values = _Column(relation, name, kinds[name])
            if isinstance(indicator.scoring, OfBest):
                best = self._ends(values)
                cuts[indicator.id] = () if best is None else (best[1],)
                continue
            tiles = isinstance(indicator.scoring, Tiles)
            count = indicator.scoring.count if tiles else POSITION_CUTS + 1  # type: ignore[union-attr]
            cuts[indicator.id] = self._cuts(values, count, lower=indicator.better == "lower")
        own = replace(own, cuts=cuts)
        if part(self.scheme.id, "learns", _DECIDING) in kinds:
            own = self._with_lines(own, relation, kinds)
        return own

    def _with_lines(
        self, own: SchemeCalibration, relation: str, kinds: Mapping[str, ValueType]
    ) -> SchemeCalibration:
        name = part(self.scheme.id, "learns", _DECIDING)
        values = _Column(relation, name, kinds[name])
        decision = self.scheme.decision
        if isinstance(decision, ShareOfTotal):
            total, smallest = self._shares(values, decision)
            return replace(own, total=total, smallest=smallest)
        assert isinstance(decision, RankOfAll)  # noqa: S101  asked by the caller
        ranked, smallest = self._ranks(values, decision)
        return replace(own, ranked=ranked, smallest=smallest)

    # --- figures of one column ------------------------------------------------------------------

    def _make(self, name: str, query: exp.Select) -> None:
        created = exp.Create(
            this=table(name),
            kind="TABLE",
            expression=query,
            replace=True,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
        self.engine.run(created.sql("duckdb"))

    def _population(self, relation: str) -> int:
        query = exp.select(exp.Count(this=exp.Star())).from_(table(relation))
        return int(self.engine.rows(query.sql("duckdb"))[0][0])

    def _whole(self, values: _Column, *, lower: bool = False) -> str:
        """Make a relation of one column of whole numbers, ascending from worst to best."""
        whole = whole_numbers(values.name, values.type, negated=lower)
        query = exp.select(exp.alias_(whole, "value", quoted=True)).from_(table(values.relation))
        self._make("whole_values", query)
        return "whole_values"

    def _extent(self, relation: str) -> tuple[int, int, int, int]:
        rows = self.engine.rows(extent_query(relation, "value").sql("duckdb"))
        count, least, largest, total = rows[0]
        return int(count), int(least or 0), int(largest or 0), int(total or 0)

    def _asker(self, relation: str) -> Callable[[Bins], Iterable[BinRow]]:
        def ask(bins: Bins) -> Iterable[BinRow]:
            rows = self.engine.rows(histogram_query(relation, "value", bins).sql("duckdb"))
            return [(int(bin_), int(count), int(total)) for bin_, count, total in rows]

        return ask

    def _ends(self, values: _Column) -> tuple[Decimal | int, Decimal | int] | None:
        """Return the smallest and the largest value, or None when none is known."""
        known, least, largest, _ = self._extent(self._whole(values))
        return (_number(least, values.type), _number(largest, values.type)) if known else None

    def _cuts(self, values: _Column, count: int, *, lower: bool) -> tuple[Decimal | int, ...]:
        """Return the values at ascending ranks ceil(i n / count), from worst to best."""
        relation = self._whole(values, lower=lower)
        known, least, largest, _ = self._extent(relation)
        if known == 0:
            return ()
        ranks = [-(-i * known // count) for i in range(1, count)]
        found = values_at_ranks(ranks, least, largest, self._asker(relation))
        sign = -1 if lower else 1
        return tuple(_number(sign * value, values.type) for value in found)

    def _shares(
        self, values: _Column, decision: ShareOfTotal
    ) -> tuple[Decimal, dict[str, Decimal | None]]:
        relation = self._whole(values)
        known, least, largest, total = self._extent(relation)
        scale = 1 if values.type is ValueType.DECIMAL else 10_000
        lines = [(grade, share) for grade, share in decision.lines if share is not None]
        if known == 0:
            return from_units(0), {grade: None for grade, _ in lines}
        shares = [share for _, share in lines]
        found = smallest_within_shares(shares, least, largest, total, self._asker(relation))
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

    def _ranks(self, values: _Column, decision: RankOfAll) -> tuple[int, dict[str, Decimal | None]]:
        """Return how many are ranked, and each grade's smallest value; None where nobody is."""
        relation = self._whole(values)
        known, least, largest, _ = self._extent(relation)
        ask = self._asker(relation)
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

    def _learned(self, values: _Column, learned: Learned) -> Value:
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
            values_at_ranks([rank], least, largest, self._asker(relation))[0], values.type
        )

    def _most_common(self, values: _Column) -> Value:
        value = column(values.name)
        query = self._known(values).group_by(value.copy())
        query = query.order_by(
            exp.Ordered(this=exp.Count(this=exp.Star()), desc=True), exp.Ordered(this=value)
        )
        return self._single(query)

    def _first(self, values: _Column, *, descending: bool) -> Value:
        value = exp.Ordered(this=column(values.name), desc=descending)
        return self._single(self._known(values).order_by(value))

    def _known(self, values: _Column) -> exp.Select:
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
