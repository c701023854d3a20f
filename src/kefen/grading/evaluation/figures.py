"""The columns of followed customers as arrays, and figures as JSON has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.expressions.sql import literal
from kefen.grading.evaluation.following import FOLLOWED, GRADES

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

    from kefen.engines.engine import Engine
    from kefen.methods.intervals import Estimate
    from kefen.standards.model import Scheme

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Followed:
    """The customers that a scheme graded, in order of their ids.

    Attributes:
        place: Where the grade of each stands: 0 for the best.
        score: The score behind the grade; None where the scheme has none.
        value: What each bought in the following period.
        purchases: How often.
        value_before: What each bought in the period of equal length before.
        value_year: What each bought in the 12 months before.
        last: Days from the last purchase to the as-of date, those without one last of all.
    """

    place: npt.NDArray[np.int64]
    score: Floats | None
    value: Floats
    purchases: Floats
    value_before: Floats
    value_year: Floats
    last: Floats

    @property
    def bought(self) -> npt.NDArray[np.bool_]:
        """Return who bought in the following period."""
        return np.asarray(self.purchases > 0)


def followed(engine: Engine, scheme: Scheme, as_of: date) -> Followed:
    """Return the customers that a scheme graded, with what they did."""
    codes = [grade.id for grade in scheme.classes]
    place = exp.Case(
        ifs=[
            exp.If(
                this=exp.EQ(this=column("grade"), expression=exp.Literal.string(code)),
                true=exp.Literal.number(number),
            )
            for number, code in enumerate(codes)
        ]
    )
    days = exp.Sub(this=literal(as_of), expression=column("last_on"))
    numbers = ("value_after", "purchases_after", "value_before", "value_year")
    query = (
        exp.select(
            exp.alias_(place, "place"),
            exp.alias_(exp.cast(column("score"), "DOUBLE"), "score"),
            *(exp.alias_(exp.cast(column(name), "DOUBLE"), name) for name in numbers),
            exp.alias_(exp.cast(days, "DOUBLE"), "days"),
        )
        .from_(table(GRADES))
        .join(table(FOLLOWED), using=["customer_id"])
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
            exp.In(this=column("grade"), expressions=[exp.Literal.string(c) for c in codes]),
        )
        .order_by(column("customer_id"))
    )
    rows = engine.arrow(query.sql("duckdb"))
    columns = {
        name: rows.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
        for name in ("score", *numbers, "days")
    }
    score = columns["score"]
    return Followed(
        rows.column("place").to_numpy(zero_copy_only=False).astype(np.int64),
        score if scheme.scored and len(score) and not np.isnan(score).any() else None,
        columns["value_after"],
        columns["purchases_after"],
        columns["value_before"],
        columns["value_year"],
        np.where(np.isnan(columns["days"]), np.inf, columns["days"]),
    )


def estimate_as_dict(found: Estimate | None) -> dict[str, Any] | None:
    """Return a figure for JSON, to six significant digits, with its interval and customers."""
    if found is None:
        return None
    return {
        "value": short(found.value),
        "low": short(found.low),
        "high": short(found.high),
        "customers": found.customers,
    }


def short(value: float) -> float | None:
    """Return a number to six significant digits; None where there is none."""
    return float(f"{value:.6g}") if np.isfinite(value) else None


def share_words(value: float) -> str:
    """Return a share in a sentence: 0.1234 is `12.3 %`."""
    return f"{value * 100:.1f} %"


def between(found: Estimate, *, percent: bool = True) -> Text:
    """Return an interval in a sentence."""
    if percent:
        return Text.same(f"{found.low * 100:.1f}–{found.high * 100:.1f} %")
    return Text.same(f"{found.low:.2f}–{found.high:.2f}")
