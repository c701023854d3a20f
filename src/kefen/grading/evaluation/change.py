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

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme

_CHANGED = "customers with the change"
_FEWEST = 2  # customers of a grade on either side, so that they can be seen to differ


@dataclass(frozen=True, slots=True)
class Change:
    """What a dated change in service did.

    Attributes:
        on: The first day of it.
        grades: The grades compared: at least two customers of each have the change, and two not.
        found: The difference in differences; None where it cannot be had.
        parallel: The same between the two periods before the change: near zero where both sides
            went alike before; None where it cannot be had.
        why_not: Why there is no figure, or None.
        left_out: How many of those it was made for have no grade to compare by, unknown ids and
            grades without two customers on either side among them.
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
    theirs = sorted(set(grade[is_changed].tolist()))
    if not (~is_changed & np.isin(grade, theirs)).any():
        return without(
            Text(
                "every customer of the grades {g} got it, so that there is nobody to compare with",
                "{g} 级的所有客户均已调整，没有可对照的客户",
            ).filled(g=", ".join(theirs)),
            theirs,
        )
    both = [one for one in theirs if _on_both_sides(is_changed[grade == one])]
    if not both:
        return without(
            Text(
                "no grade has two customers with it and two without it",
                "没有一个等级同时有两位已调整和两位未调整的客户",
            ),
            theirs,
        )
    inside = np.isin(grade, both)
    columns = {name: rows.column(name).to_numpy(zero_copy_only=False)[inside] for name in spans}
    flags = is_changed[inside]
    graded = grade[inside].astype(str)
    found = _difference(columns["before"], columns["after"], flags, graded)
    parallel = _difference(columns["earlier"], columns["before"], flags, graded)
    return Change(on, tuple(both), found, parallel, None, len(set(customers)) - found.changed)


def _on_both_sides(changed: Any) -> bool:
    """Return whether enough customers of a grade have the change, and enough have not."""
    return bool(_FEWEST <= int(changed.sum()) <= len(changed) - _FEWEST)


def _difference(before: Any, after: Any, changed: Any, grade: Any) -> DifferenceInDifferences:
    count = len(before)
    return difference_in_differences(
        np.concatenate([before, after]),
        np.tile(changed, 2),
        np.repeat([False, True], count),
        np.tile(np.arange(count), 2),
        np.tile(grade, 2),
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
