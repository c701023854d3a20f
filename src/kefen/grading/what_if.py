"""What if: a customer's grades with some metrics changed, found by grading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.plan import part
from kefen.domain.decimals import fits_storage, parse_decimal, rounded
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.types import ValueType
from kefen.grading.json_values import plain_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Metric

_COUNT_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scheme's grade before and after a change."""

    scheme: str
    name: Text
    grade_before: str | None
    grade_after: str | None
    score_before: Decimal | None
    score_after: Decimal | None
    reason_after: str | None

    @property
    def moved(self) -> bool:
        """Return whether the grade differs."""
        return self.grade_before != self.grade_after


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A customer's grades with some metrics changed.

    Attributes:
        customer: The customer's id.
        changes: The metrics set, with their new values.
        recomputed: Metrics that changed because they are computed from those, with new values.
        held: Metrics that stay as they are although they rest on those: they are counted from
            single records, which a run does not hold.
        outcomes: One a scheme that was run.
    """

    customer: str
    changes: Mapping[str, Value]
    recomputed: Mapping[str, Value]
    held: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON; decimals as strings."""
        return {
            "customer_id": self.customer,
            "changes": {name: plain_value(value) for name, value in self.changes.items()},
            "recomputed": {name: plain_value(value) for name, value in self.recomputed.items()},
            "held": list(self.held),
            "schemes": [
                {
                    "scheme": outcome.scheme,
                    "name": outcome.name.as_dict(),
                    "moved": outcome.moved,
                    "grade_before": outcome.grade_before,
                    "grade_after": outcome.grade_after,
                    "score_before": plain_value(outcome.score_before),
                    "score_after": plain_value(outcome.score_after),
                    "reason_after": outcome.reason_after,
                }
                for outcome in self.outcomes
            ],
        }


def what_if(run: StoredRun, customer: str, changes: Mapping[str, str | Value]) -> WhatIf:
    """Return a customer's grades with some metrics changed.

    Metrics computed from a changed one are computed anew, unless they are set themselves.

    Args:
        run: The run that graded.
        customer: The customer's id.
        changes: New values by metric; text is read by the metric's type.

    Raises:
        CallError: There is no such customer or metric, or a value does not fit.
    """
    stored = run.metrics_of(customer)
    new = {name: read_value(run, name, value) for name, value in changes.items()}
    before = run.evaluated(stored)
    try:
        after = run.evaluated(run.with_changes(stored, new))
    except OutOfRangeError as error:
        raise CallError(
            Text("these values are too large to be exact", "这些数值过大，无法精确计算"),
            mend=Text("Use smaller ones.", "请使用较小的数值。"),
        ) from error
    recomputed = {
        name: after[name]
        for name in run.standard.metrics
        if name not in new and after[name] != stored.get(name)
    }
    return WhatIf(
        customer=customer,
        changes=new,
        recomputed=recomputed,
        held=run.held(new),
        outcomes=tuple(_outcome(run, name, before, after) for name in run.running),
    )


def _outcome(
    run: StoredRun, scheme: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> Outcome:
    def text(values: Mapping[str, Value], name: str) -> str | None:
        found = values.get(part(scheme, name))
        return None if found is None else str(found)

    def score(values: Mapping[str, Value]) -> Decimal | None:
        found = values.get(part(scheme, "score"))
        return rounded(Decimal(found)) if isinstance(found, int | Decimal) else None

    return Outcome(
        scheme=scheme,
        name=run.standard.schemes[scheme].name,
        grade_before=text(before, "grade"),
        grade_after=text(after, "grade"),
        score_before=score(before),
        score_after=score(after),
        reason_after=text(after, "reason"),
    )


def read_value(run: StoredRun, name: str, given: str | Value) -> Value:
    """Return a value given for a metric, in the metric's type.

    Raises:
        CallError: There is no such metric, or the value does not fit it.
    """
    metric = run.standard.metrics.get(name)
    if metric is None:
        raise CallError(
            Text("there is no metric “{n}”", "没有指标“{n}”").filled(n=name),
            mend=Text("Metrics: {m}.", "可用指标：{m}。").filled(m=", ".join(run.standard.metrics)),
        )
    if not isinstance(given, str):
        return given
    if given.strip().lower() in ("unknown", "未知"):
        return None
    try:
        return _parsed(metric, given.strip())
    except ValueError as error:
        raise CallError(
            Text("“{v}” does not fit {m} ({t})", "“{v}”不适用于{m}（{t}）").filled(
                v=given, m=metric.name, t=metric.type.label
            ),
            mend=Text(
                "Write numbers plainly (1200.50), dates as 2026-10-31, or unknown.",
                "数值直接书写（1200.50），日期写 2026-10-31，缺失写 unknown。",
            ),
        ) from error


def _parsed(metric: Metric, text: str) -> Value:
    if metric.type is ValueType.DATE:
        return date.fromisoformat(text)
    if metric.type is ValueType.TEXT:
        return text
    if metric.type is ValueType.BOOLEAN:
        return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
    number = parse_decimal(text.replace(",", ""))
    if metric.type is ValueType.INTEGER:
        if number != int(number) or abs(number) > _COUNT_LIMIT:
            raise ValueError(text)
        return int(number)
    exact = rounded(number)
    if exact != number or not fits_storage(exact):
        raise ValueError(text)
    return exact
