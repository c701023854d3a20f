"""Alerts held against what happened next: how many came true, and how many would have anyway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import months_before
from kefen.expressions.tree import Literal
from kefen.grading.alerts.conditions import Side, column_of, evaluate, foretold
from kefen.grading.alerts.raising import alerts_of
from kefen.methods.migration import Rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Alert

_THEN, _LATER = "foretold then", "foretold later"
_AMONG = "who can be warned of"


@dataclass(frozen=True, slots=True)
class AlertJudged:
    """What became of an alert.

    Attributes:
        alert: The alert.
        runs: How many runs have a run so many months later to look at.
        raised: Of the customers for whom it was raised anew, and of whom what it foretells was not
            true yet (all, where the alert counts those too): how many it came true for.
        others: The same of the others who could have been warned of at the time: those among
            whom the alert is raised, with the same condition.
    """

    alert: Alert
    runs: int
    raised: Rate
    others: Rate

    @property
    def ratio(self) -> float | None:
        """Return how much oftener it came true than for the others; None where that is unknown."""
        if self.raised.rate is None or not self.others.rate:
            return None
        return self.raised.rate / self.others.rate


def judge_alerts(engine: Engine, chain: Sequence[StoredRun]) -> tuple[AlertJudged, ...]:
    """Return what became of the alerts of a chain of runs.

    Customers that the later run does not have, or of whom either run does not know, are left out.

    Args:
        engine: The engine to work in.
        chain: The runs, the earliest first; the last one's standard says what is foretold.
    """
    found = []
    for alert in foretold(chain[-1].standard):
        counts = [0, 0, 0, 0]
        runs = 0
        for run in chain:
            later = _later(alert, run, chain)
            pattern = alerts_of(run.directory)
            if later is None or pattern is None or alert.foretells is None:
                continue
            runs += 1
            among = alert.among if alert.among is not None else Literal(True)
            then = {alert.id: alert.foretells, _AMONG: among}
            evaluate(engine, _THEN, then, Side.of(run), None)
            evaluate(engine, _LATER, {alert.id: alert.foretells}, Side.of(later), None)
            row = engine.rows(_counted(alert, pattern).sql("duckdb"))[0]
            counts = [total + int(own or 0) for total, own in zip(counts, row, strict=True)]
        cases, true, other_cases, other_true = counts
        found.append(
            AlertJudged(alert, runs, Rate.of(true, cases), Rate.of(other_true, other_cases))
        )
    return tuple(found)


def _later(alert: Alert, run: StoredRun, chain: Sequence[StoredRun]) -> StoredRun | None:
    """Return the run that an alert of another is held against: that of so many months later."""
    months = alert.within or 0
    return next((one for one in chain if months_before(one.as_of, months) == run.as_of), None)


def _counted(alert: Alert, pattern: str) -> exp.Select:
    """Return cases and how many came true: of those it was raised for, and of the others."""
    name = column_of(alert.id)
    raised = (
        exp.select(column("customer_id"), column("state"))
        .from_(exp.func("read_parquet", exp.Literal.string(pattern), dialect="duckdb"))
        .where(exp.EQ(this=column("alert"), expression=exp.Literal.string(alert.id)))
    )
    then = exp.column(name, table=_THEN, quoted=True)
    later = exp.column(name, table=_LATER, quoted=True)
    state = exp.column("state", table="raised", quoted=True)
    is_new = exp.func("coalesce", exp.EQ(this=state, expression=_text("new")), exp.false())
    is_other = exp.and_(
        exp.func("coalesce", exp.EQ(this=state.copy(), expression=_text("gone")), exp.true()),
        exp.column(column_of(_AMONG), table=_THEN, quoted=True),
    )
    counts = [
        exp.Filter(
            this=exp.Count(this=exp.Star()),
            expression=exp.Where(this=exp.and_(*(one.copy() for one in conditions))),
        )
        for conditions in ((is_new,), (is_new, later), (is_other,), (is_other, later))
    ]
    ids = [exp.column("customer_id", table=side, quoted=True) for side in (_THEN, _LATER, "raised")]
    return (
        exp.select(*counts)
        .from_(table(_THEN))
        .join(table(_LATER), on=exp.EQ(this=ids[0], expression=ids[1]))
        .join(
            raised.subquery("raised"),
            on=exp.EQ(this=ids[0].copy(), expression=ids[2]),
            join_type="left",
        )
        .where(
            # Unknown then: it cannot be said that it was not true yet.
            exp.true() if alert.counts_already else exp.not_(then),
            exp.Is(this=later.copy(), expression=exp.Null()).not_(),
        )
    )


def _text(word: str) -> exp.Expr:
    return exp.Literal.string(word)
