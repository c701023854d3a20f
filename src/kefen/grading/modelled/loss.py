"""The method that foretells who will be lost, as grading uses it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kefen.compiler.modelled import LOST
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.modelled.rows import numbers
from kefen.methods.loss import LossProbability, calibration, out_of_fold
from kefen.methods.ranking import area_under_curve
from kefen.standards.decision_words import joined
from kefen.standards.model_calibration import significant

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from kefen.grading.modelled.method import Columns, FittedMethod, Floats, Parameters
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.model_calibration import Parameter

_TOLD = 3
_JUDGED = 50_000
_SEED = 20_261_126
_HARDLY = Decimal("0.6")
"""The area under the curve below which a model hardly tells lost customers from kept ones."""


class LossMethod:
    """A logistic regression whose log-odds are a sum of one contribution an input."""

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:  # noqa: ARG002
        """Return that every row can be."""
        rows = len(next(iter(inputs.values()))) if inputs else 0
        return np.ones(rows, dtype=np.bool_)

    def fit(
        self, model: Model, inputs: Columns, counts: Floats
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return the contributions, and what they foretell of customers not learned from.

        Raises:
            NotEstimableError: Too few customers were lost or kept.
        """
        columns = {name: column for name, column in inputs.items() if name != LOST}
        lost = np.asarray(inputs[LOST], dtype=np.bool_)
        learner = LossProbability(float(Decimal(str(model.settings["penalty"]))))
        fitted = learner.fit(columns, lost, counts)
        area, figures = _on_the_unseen(learner, columns, lost, counts)
        parameters: dict[str, Parameter] = {
            "base": significant(fitted.base_),
            "customers": fitted.customers_,
            "lost": fitted.lost_,
            "area": area,
        }
        for one in model.inputs:
            classes, parts = fitted.parts_of(one.id)
            told: tuple[Parameter, ...] = tuple(significant(part) for part in parts)
            parameters[f"input {one.id}"] = (classes, told) if classes else told
        return parameters, figures

    def apply(
        self,
        metric: ModelMetric,
        parameters: Parameters,
        inputs: Columns,
    ) -> npt.NDArray[np.generic]:
        """Return the probability of each row."""
        parts = _contributions(metric.model, parameters, inputs)
        odds = np.full(len(next(iter(inputs.values()))), _float(parameters["base"]))
        for part in parts.values():  # in their order, so that one row gives what it gives of many
            odds = odds + part
        return np.asarray(np.exp(-np.logaddexp(0, -odds)))

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:  # noqa: ARG002
        """Return how many were lost of those it learned from, and how well it tells them apart."""
        return Text(
            "{l} of {n} were lost; out of fold the AUC is {a}",
            "{n} 位中流失 {l} 位；折外 AUC 为 {a}",
        ).filled(l=parameters["lost"], n=parameters["customers"], a=parameters["area"])

    def doubt(self, model: Model, parameters: Parameters) -> Text | None:  # noqa: ARG002
        """Return that it hardly tells lost customers from kept ones; None when it does."""
        area = cast("Decimal", parameters["area"])
        if area >= _HARDLY:
            return None
        return Text(
            "it hardly tells lost customers from kept ones: the AUC on customers it did not learn "
            "from is {a}; guessing has .5",
            "几乎不能区分流失与留存客户：在未参与学习的客户上 AUC 为 {a}，随意猜测为 .5",
        ).filled(a=area)

    def customer_in_words(
        self, model: Model, parameters: Parameters, inputs: Columns, names: Mapping[str, Text]
    ) -> Text | None:
        """Return what raises the probability of one customer, and what lowers it."""
        parts = {
            name: float(part[0])
            for name, part in _contributions(model, parameters, inputs).items()
            if round(float(part[0]), 2)
        }
        ranked = sorted(parts, key=lambda name: (-abs(parts[name]), name))
        told = []
        for text, rising in (
            (Text("raised by {p}", "推高：{p}"), True),
            (Text("lowered by {p}", "压低：{p}"), False),
        ):
            own = [name for name in ranked if (parts[name] > 0) is rising][:_TOLD]
            shown = [
                Text("{n} {v}", "{n} {v}").filled(n=names[name], v=f"{parts[name]:+.2f}")
                for name in own
            ]
            if shown:
                told.append(text.filled(p=joined(shown, ", ", "、")))
        if not told:
            return None
        return Text("{t} (log-odds against the average)", "{t}（相对平均客户的对数几率）").filled(
            t=joined(told, "; ", "；")
        )


def _contributions(
    model: Model, parameters: Parameters, inputs: Columns
) -> dict[str, npt.NDArray[np.float64]]:
    """Return what each input adds to the log-odds of each row."""
    content = cast("Mapping[str, Any]", parameters)
    found: dict[str, npt.NDArray[np.float64]] = {}
    for one in model.inputs:
        stored = content[f"input {one.id}"]
        if one.type is ValueType.TEXT:
            classes, parts = stored
            own = dict(zip(classes, map(float, parts), strict=False))
            rest = float(parts[-1])
            found[one.id] = np.array([own.get(str(v), rest) for v in inputs[one.id]], dtype=float)
            continue
        slope, mean = map(float, stored)
        found[one.id] = slope * (numbers(inputs[one.id]) - mean)
    return found


def _on_the_unseen(
    learner: LossProbability, columns: Columns, lost: npt.NDArray[np.bool_], counts: Floats
) -> tuple[Decimal, dict[str, Decimal]]:
    """Return the area under the curve, and all figures, of customers not learned from.

    Folds are of customers and not of different rows: of two customers with equal inputs one may
    have been lost and the other kept. Of more than 50,000 a part is drawn, with a fixed seed.

    Raises:
        NotEstimableError: Four fifths of them have too few who were lost or kept.
    """
    times = counts.astype(np.int64)
    if times.sum() > _JUDGED:
        times = np.random.default_rng(_SEED).binomial(times, _JUDGED / times.sum())
    own = np.repeat(lost, times)
    held = out_of_fold(
        learner, {name: np.repeat(column, times) for name, column in columns.items()}, own
    )
    area = Decimal(f"{area_under_curve(held, own):.4f}")
    tenth = calibration(held, own)[-1]
    return area, {
        "out_of_fold_area": area,
        "highest_tenth_foretold": Decimal(f"{tenth.foretold:.4f}"),
        "highest_tenth_lost": Decimal(f"{tenth.lost:.4f}"),
    }


def _float(value: Parameter) -> float:
    return float(cast("Decimal", value))


METHODS: dict[str, FittedMethod] = {"loss_probability": LossMethod()}
