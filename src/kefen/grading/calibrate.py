"""Calibrating: what a scheme learns from those it grades, in exact whole numbers.

What is learned is learned in an order: values that indicators and conditions name; then the cuts
of the indicators; then the lines of a ranking, which may be one of the scheme's own points.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.plan import SchemePlan, part
from kefen.compiler.points import POSITION_CUTS
from kefen.compiler.scoring import layered_query
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.figures import Column, Figures
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.model import OfBest, Position, RankOfAll, ShareOfTotal, Tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from kefen.compiler.plan import Step
    from kefen.engines.engine import Engine
    from kefen.expressions.tree import Expression, Value
    from kefen.expressions.types import ValueType
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
    engine: Engine, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
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
    engine: Engine, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
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


class _Calibrating:
    """The calibration of one scheme."""

    def __init__(
        self,
        engine: Engine,
        plan: SchemePlan,
        source: str,
        types: Mapping[str, ValueType],
    ) -> None:
        self.engine = engine
        self.figures = Figures(engine)
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
        self.figures.make(_WORK, graded, kept=True)
        population = self.figures.population(_WORK)
        if not grouped:
            return learn(replace(before, population=population), _WORK, kinds)

        def learned_of(group: str) -> SchemeCalibration:
            own = exp.select("*").from_(table(_WORK))
            self.figures.make(
                _GROUP,
                own.where(exp.EQ(this=column(within), expression=exp.Literal.string(group))),
            )
            previous = before.groups.get(group, SchemeCalibration(0))
            members = replace(previous, population=self.figures.population(_GROUP))
            return learn(members, _GROUP, kinds)

        names = self._groups(within)
        found = self.engine.together([partial(learned_of, group) for group in names])
        groups: dict[str | None, SchemeCalibration] = dict(zip(names, found, strict=True))
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
        def value_of(one: Learned) -> Value:
            name = part(self.scheme.id, "learns", one.id)
            return self.figures.learned(Column(relation, name, kinds[name]), one)

        found = self.engine.together([partial(value_of, one) for one in self.scheme.learns])
        names = [one.id for one in self.scheme.learns]
        return replace(own, learned=dict(zip(names, found, strict=True)))

    def _with_cuts(
        self,
        own: SchemeCalibration,
        relation: str,
        kinds: Mapping[str, ValueType],
        ranked: Sequence[Indicator],
    ) -> SchemeCalibration:
        def cuts_of(indicator: Indicator) -> tuple[Decimal | int, ...]:
            name = part(self.scheme.id, "value", indicator.id)
            values = Column(relation, name, kinds[name])
            if isinstance(indicator.scoring, OfBest):
                best = self.figures.ends(values)
                return () if best is None else (best[1],)
            tiles = isinstance(indicator.scoring, Tiles)
            count = indicator.scoring.count if tiles else POSITION_CUTS + 1  # type: ignore[union-attr]
            return self.figures.cuts(values, count, lower=indicator.better == "lower")

        found = self.engine.together([partial(cuts_of, indicator) for indicator in ranked])
        cuts = {indicator.id: own for indicator, own in zip(ranked, found, strict=True)}
        own = replace(own, cuts=cuts)
        if part(self.scheme.id, "learns", _DECIDING) in kinds:
            own = self._with_lines(own, relation, kinds)
        return own

    def _with_lines(
        self, own: SchemeCalibration, relation: str, kinds: Mapping[str, ValueType]
    ) -> SchemeCalibration:
        name = part(self.scheme.id, "learns", _DECIDING)
        values = Column(relation, name, kinds[name])
        decision = self.scheme.decision
        if isinstance(decision, ShareOfTotal):
            total, smallest = self.figures.shares(values, decision)
            return replace(own, total=total, smallest=smallest)
        assert isinstance(decision, RankOfAll)  # noqa: S101  asked by the caller
        ranked, smallest = self.figures.ranks(values, decision)
        return replace(own, ranked=ranked, smallest=smallest)
