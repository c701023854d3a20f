"""A kept run judged in four directions: accuracy, effect, process and method, upkeep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.evaluation.accuracy import SchemeAccuracy, judge_scheme
from kefen.grading.evaluation.effect import judge_effect
from kefen.grading.evaluation.following import (
    METRICS,
    Period,
    make_followed,
    relation_count,
    require_covered,
)
from kefen.grading.evaluation.foretold import (
    agreement_with_people,
    foretold_otherwise,
    foretold_values,
)
from kefen.grading.evaluation.process import judge_process
from kefen.grading.evaluation.upkeep import judge_upkeep
from kefen.grading.portraits.traits import decided_by

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from kefen.grading.evaluation.effect import Effect
    from kefen.grading.evaluation.foretold import Agreement, Foretold
    from kefen.grading.evaluation.form import Answer
    from kefen.grading.evaluation.process import Process
    from kefen.grading.evaluation.upkeep import Upkeep
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme, Standard


@dataclass(frozen=True, slots=True)
class Asked:
    """What an evaluation is asked for.

    Attributes:
        months: How long the following period is.
        scheme: The scheme that is told in full; None: the first that can be judged.
        answers: The filled form; empty without one.
        changed: The first day of a change in service, and whom it was made for, or None.
        first_only: Whether only the first scheme that can be judged is told.
    """

    months: int
    scheme: str | None = None
    answers: tuple[Answer, ...] = ()
    changed: tuple[date, frozenset[str]] | None = None
    first_only: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run judged.

    Attributes:
        standard: The standard that graded.
        period: The period that followed.
        customers: How many customers the run has.
        currency: The unit of money, or None.
        generated: What of the data is generated sample data.
        scheme: The scheme that is told in full; None where none can be judged.
        accuracies: How accurate each scheme was, or why it cannot be judged.
        foretold: Predictions held against what came.
        foretold_otherwise: Of each prediction of another span, that it is not held against this.
        agreement: The grades against people's judgement, or why that cannot be said.
        effect: What it did; None where no scheme can be told.
        process: How it is made.
        upkeep: Whether it is kept up.
    """

    standard: Standard
    period: Period
    customers: int
    currency: str | None
    generated: tuple[str, ...]
    scheme: Scheme | None
    accuracies: Mapping[str, SchemeAccuracy | Text]
    foretold: tuple[Foretold, ...]
    foretold_otherwise: tuple[Text, ...]
    agreement: Agreement | Text
    effect: Effect | None
    process: Process
    upkeep: Upkeep

    @property
    def leading(self) -> SchemeAccuracy | None:
        """Return how accurate the scheme is that is told in full; None where it is not known."""
        found = None if self.scheme is None else self.accuracies[self.scheme.id]
        return found if isinstance(found, SchemeAccuracy) else None

    @property
    def judgement(self) -> Text:
        """Return what the accuracy of all schemes comes to, in a sentence."""
        if self.leading is not None:
            return self.leading.judgement
        return Text(
            "No scheme of this run can be held against what was bought.",
            "本次评级没有方案可用购买结果检验。",
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "standard": {"id": self.standard.id, "version": self.standard.version},
            "as_of": self.period.as_of.isoformat(),
            "period": self.period.as_dict(),
            "customers": self.customers,
            "currency": self.currency,
            "generated": list(self.generated),
            "accuracy": {
                "schemes": [
                    one.as_dict()
                    for one in self.accuracies.values()
                    if isinstance(one, SchemeAccuracy)
                ],
                "not_judged": {
                    name: one.as_dict()
                    for name, one in self.accuracies.items()
                    if isinstance(one, Text)
                },
                "foretold": [one.as_dict() for one in self.foretold],
                "foretold_otherwise": [one.as_dict() for one in self.foretold_otherwise],
                "agreement": {"why_not": self.agreement.as_dict()}
                if isinstance(self.agreement, Text)
                else self.agreement.as_dict(),
                "judgement": self.judgement.as_dict(),
            },
            "effect": None if self.effect is None else self.effect.as_dict(),
            "process": self.process.as_dict(),
            "upkeep": self.upkeep.as_dict(),
        }


def evaluate(
    stored: StoredRun,
    dataset: Dataset,
    known_until: date,
    asked: Asked,
    latest: StoredRun | None = None,
) -> Evaluation:
    """Return a kept run judged by what followed.

    Args:
        stored: The run.
        dataset: The data of today, with what happened since.
        known_until: The day up to which what happened is known.
        asked: What is asked for.
        latest: The latest run of the same standard; None: this one.

    Raises:
        CallError: The period is not over in the data, or there is no such scheme.
        EngineError: The engine stopped.
    """
    period = Period(stored.as_of, asked.months)
    require_covered(period, known_until)
    make_followed(stored, dataset, period)
    accuracies: dict[str, SchemeAccuracy | Text] = {}
    for name in stored.running:
        accuracies[name] = _accuracy(stored, dataset, period, name)
        if asked.first_only and isinstance(accuracies[name], SchemeAccuracy):
            break
    chosen = _chosen(stored, accuracies, asked.scheme)
    schemes = [stored.standard.schemes[name] for name in stored.running]
    judged = [one for one in schemes if one.classes]
    if asked.first_only:
        judged = [one for one in judged if one is chosen]
    unavailable = frozenset(stored.record["metrics_not_available"])
    return Evaluation(
        stored.standard,
        period,
        relation_count(dataset.engine, METRICS),
        dataset.currency,
        tuple(dataset.generated),
        chosen,
        accuracies,
        foretold_values(dataset.engine, stored.standard, period, unavailable),
        foretold_otherwise(stored.standard, period, unavailable),
        _agreement(dataset, chosen),
        None
        if chosen is None
        else judge_effect(dataset, chosen, period, asked.changed, known_until),
        judge_process(stored, dataset, judged, accuracies, asked.answers),
        judge_upkeep(stored, latest or stored, dataset, judged, known_until),
    )


def accuracy_alone(
    stored: StoredRun, dataset: Dataset, known_until: date, months: int, schemes: Collection[str]
) -> dict[str, SchemeAccuracy | Text]:
    """Return how accurate some schemes of a run were.

    Raises:
        CallError: The period is not over in the data.
        EngineError: The engine stopped.
    """
    period = Period(stored.as_of, months)
    require_covered(period, known_until)
    make_followed(stored, dataset, period)
    return {name: _accuracy(stored, dataset, period, name) for name in schemes}


def scheme_called(stored: StoredRun, wanted: str) -> Scheme:
    """Return the scheme of a run that a word means.

    Raises:
        CallError: The run has no such scheme, or did not run it.
    """
    from kefen.grading.explain import checked_scheme

    scheme = stored.standard.schemes[checked_scheme(stored, wanted)]
    if scheme.id not in stored.running:
        raise CallError(
            Text("{s} was not run: {w}", "{s}未运行：{w}").filled(
                s=scheme.name, w=stored.not_run[scheme.id]
            ),
            where="--scheme",
            mend=Text("Choose another scheme.", "请选择其他方案。"),
        )
    return scheme


def _accuracy(
    stored: StoredRun, dataset: Dataset, period: Period, name: str
) -> SchemeAccuracy | Text:
    standard, scheme = stored.standard, stored.standard.schemes[name]
    counted = [
        metric.tables - {"customers"}
        for one in decided_by(standard, scheme)
        if (metric := standard.metrics[one]).tables - {"customers"}
    ]
    of_orders = sum("orders" in tables for tables in counted)
    if scheme.classes and 2 * of_orders <= len(counted):
        return Text(
            "it does not rest on orders in the main and answers another question than what is "
            "bought; hold it against outcomes of its own with kefen lift",
            "它主要不以订单为依据，回答的不是购买问题；请用 kefen lift 与其自身的结果对照",
        )
    return judge_scheme(dataset.engine, scheme, period)


def _chosen(
    stored: StoredRun, accuracies: Mapping[str, SchemeAccuracy | Text], wanted: str | None
) -> Scheme | None:
    if wanted is not None:
        return scheme_called(stored, wanted)
    judged = [name for name, one in accuracies.items() if isinstance(one, SchemeAccuracy)]
    named: Sequence[str] = judged or [
        name for name in stored.running if stored.standard.schemes[name].classes
    ]
    return stored.standard.schemes[named[0]] if named else None


def _agreement(dataset: Dataset, scheme: Scheme | None) -> Agreement | Text:
    if scheme is None or not scheme.classes:
        return Text("no scheme has grades in order", "没有等级有高低之分的方案")
    return agreement_with_people(dataset, scheme)
