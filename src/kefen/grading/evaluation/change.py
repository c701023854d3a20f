"""What a dated change in service did, beside customers of the same grades without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import months_before
from kefen.domain.text import Text
from kefen.grading.evaluation.figures import estimate_as_dict, short
from kefen.grading.evaluation.following import GRADES, make_spans
from kefen.methods.effects import DifferenceInDifferences, difference_in_differences
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme

_CHANGED = "customers with the change"


@dataclass(frozen=True, slots=True)
class Change:
    """What a dated change in service did.

    Attributes:
        on: The first day of it.
        grades: The grades that some customer with the change has.
        found: The difference in differences; None where it cannot be had.
        parallel: The same between the two periods before the change: near zero where both sides
            went alike before; None where it cannot be had.
        why_not: Why there is no figure, or None.
        left_out: How many of those it was made for have no grade to compare by, unknown ids among
            them.
    """

    on: date
    grades: tuple[str, ...]
    found: DifferenceInDifferences | None
    parallel: DifferenceInDifferences | None
    why_not: Text | None
    left_out: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "on": self.on.isoformat(),
            "grades": list(self.grades),
            "effect": _effect_as_dict(self.found),
            "before_the_change": _effect_as_dict(self.parallel),
            "left_out": self.left_out,
            "why_not": None if self.why_not is None else self.why_not.as_dict(),
        }


def judge_change(
    dataset: Dataset,
    scheme: Scheme,
    period: Period,
    changed: tuple[date, Collection[str]],
    known_until: date,
) -> Change:
    """Return what a change in service did to those it was made for, beside the others.

    Args:
        dataset: The later data.
        scheme: The scheme whose grades both sides share.
        period: The period whose length is compared before and after.
        changed: The first day of the change, and whom it was made for.
        known_until: The day up to which what happened is known.
    """
    on, customers = changed
    last = on - timedelta(days=1)  # spans begin on the day after their first date
    end = months_before(last, -period.months)

    def without(why: Text, grades: Sequence[str] = ()) -> Change:
        return Change(on, tuple(grades), None, None, why)

    if on <= period.as_of:
        return without(
            Text(
                "the change began on {d}, before the grades of {a} were there: choose an earlier "
                "run with --run",
                "调整始于 {d}，早于 {a} 的评级：请用 --run 选择更早的评级",
            ).filled(d=on.isoformat(), a=period.as_of.isoformat())
        )
    if end > known_until:
        return without(
            Text(
                "the {n} months after it are not over in the data", "数据尚未涵盖其后的 {n} 个月"
            ).filled(n=period.months)
        )
    engine = dataset.engine
    engine.register(_CHANGED, pa.table({"customer_id": sorted(customers)}))
    spans = {
        "earlier": (months_before(last, 2 * period.months), months_before(last, period.months)),
        "before": (months_before(last, period.months), last),
        "after": (last, end),
    }
    made = make_spans(dataset, end, spans, "orders around the change")
    with_it = exp.select(column("customer_id")).from_(table(_CHANGED))
    values = [
        exp.alias_(
            exp.cast(
                exp.Coalesce(this=column(f"value_{name}"), expressions=[exp.Literal.number(0)]),
                "DOUBLE",
            ),
            name,
        )
        for name in spans
    ]
    rows = engine.arrow(
        exp.select(
            column("grade"),
            exp.alias_(exp.In(this=column("customer_id"), query=with_it.subquery()), "changed"),
            *values,
        )
        .from_(table(GRADES))
        .join(table(made), using=["customer_id"], join_type="left")
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
            column("grade").is_(exp.null()).not_(),
        )
        .order_by(column("customer_id"))
        .sql("duckdb")
    )
    engine.unregister(_CHANGED)
    grade = np.array(rows.column("grade").to_pylist(), dtype=object)
    is_changed = rows.column("changed").to_numpy(zero_copy_only=False).astype(bool)
    if not is_changed.any():
        return without(
            Text("none of the customers named has a grade of {s}", "所列客户均无{s}等级").filled(
                s=scheme.name
            )
        )
    both = [
        one
        for one in sorted(set(grade[is_changed].tolist()))
        if (~is_changed & (grade == one)).any()
    ]
    if not both:
        return without(
            Text(
                "every customer of the grades {g} got it, so that there is nobody to compare with",
                "{g} 级的所有客户均已调整，没有可对照的客户",
            ).filled(g=", ".join(sorted(set(grade[is_changed].tolist())))),
            sorted(set(grade[is_changed].tolist())),
        )
    inside = np.isin(grade, both)
    columns = {name: rows.column(name).to_numpy(zero_copy_only=False)[inside] for name in spans}
    flags = is_changed[inside]
    try:
        found = _difference(columns["before"], columns["after"], flags)
        parallel = _difference(columns["earlier"], columns["before"], flags)
    except NotEstimableError as error:
        return without(error.reason, both)
    left_out = len(set(customers)) - int(is_changed.sum())
    return Change(on, tuple(both), found, parallel, None, left_out)


def _difference(before: Any, after: Any, changed: Any) -> DifferenceInDifferences:
    count = len(before)
    return difference_in_differences(
        np.concatenate([before, after]),
        np.tile(changed, 2),
        np.repeat([False, True], count),
        np.tile(np.arange(count), 2),
    )


def _effect_as_dict(found: DifferenceInDifferences | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "effect": estimate_as_dict(found.effect),
        "chance": short(found.chance),
        "changed": found.changed,
        "others": found.others,
        "means": [short(one) for one in found.means],
    }
