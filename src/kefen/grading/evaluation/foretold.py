"""Predicted value against what came, and the grades against people's blind judgement."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.horizons import DAYS_IN
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.evaluation.figures import estimate_as_dict, short
from kefen.grading.evaluation.following import FOLLOWED, GRADES, METRICS
from kefen.methods.agreement import kappa
from kefen.methods.predictions import calibrated
from kefen.standards.model import ModelMetric

if TYPE_CHECKING:
    from kefen.engines.engine import Engine
    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset
    from kefen.methods.intervals import Estimate
    from kefen.methods.predictions import Calibrated
    from kefen.standards.model import Metric, Scheme, Standard

FEWEST = 30
BLIND = "blind_grade_"
"""What the item of a blind judgement begins with; the scheme follows."""
_NEAR = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Foretold:
    """A prediction held against what came.

    Attributes:
        name: What was predicted, and by what.
        of: `value` or `purchases`.
        naive: Whether it is only what was before, carried forward.
        found: How it came true.
        customers: How many customers it is of.
        judgement: What it comes to, in a sentence.
    """

    name: Text
    of: str
    naive: bool
    found: Calibrated
    customers: int
    judgement: Text

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "name": self.name.as_dict(),
            "of": self.of,
            "naive": self.naive,
            "customers": self.customers,
            "predicted": round(self.found.predicted, 2),
            "actual": round(self.found.actual, 2),
            "slope": estimate_as_dict(self.found.slope),
            "intercept": None if self.found.intercept is None else short(self.found.intercept),
            "fifths": [
                {
                    "customers": one.customers,
                    "predicted": short(one.predicted),
                    "actual": estimate_as_dict(one.actual),
                }
                for one in self.found.fifths
            ],
            "judgement": self.judgement.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """The grades of a scheme against people's judgement of the same customers.

    Attributes:
        scheme: The scheme.
        classes: The codes of its classes, best first.
        table: Customers by grade (rows) and by judgement (columns).
        plain: Kappa.
        weighted: Kappa by how far grade and judgement are apart.
        alike: How many were judged as graded.
        unusable: How many judgements name no class.
    """

    scheme: Scheme
    classes: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    plain: Estimate | None
    weighted: Estimate | None
    alike: int
    unusable: int

    @property
    def customers(self) -> int:
        """Return how many customers were judged and graded."""
        return sum(map(sum, self.table))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scheme": self.scheme.id,
            "classes": list(self.classes),
            "table": [list(row) for row in self.table],
            "customers": self.customers,
            "alike": self.alike,
            "unusable": self.unusable,
            "kappa": estimate_as_dict(self.plain),
            "weighted_kappa": estimate_as_dict(self.weighted),
        }


def foretold_values(
    engine: Engine, standard: Standard, period: Period, unavailable: frozenset[str]
) -> tuple[Foretold, ...]:
    """Return each prediction that the standard makes of the period, and the naive one beside.

    A prediction is a metric that a model gives for a span as long as the period: of money, held
    against what was bought; of a count, held against how often.
    """
    found = []
    for metric, days in _predictions(standard, unavailable):
        if not _is_as_long(days, period):
            continue
        of = "value" if metric.unit == "money" else "purchases"
        pairs = _pairs(engine, METRICS, metric.id, f"{of}_after")
        found.append(_foretold(metric.name, of, pairs, naive=False))
    carried = _pairs(engine, FOLLOWED, "value_before", "value_after")
    name = Text("What was bought in the period before", "上一等长期间的购买额")
    found.append(_foretold(name, "value", carried, naive=True))
    return tuple(one for one in found if one is not None)


def foretold_otherwise(
    standard: Standard, period: Period, unavailable: frozenset[str]
) -> tuple[Text, ...]:
    """Return, of each prediction that is not of a span as long as the period, that it is not held.

    Args:
        standard: The standard.
        period: The period.
        unavailable: The metrics that the run does not have.
    """
    month = DAYS_IN["month"]
    return tuple(
        Text(
            "“{n}” is of {m} {m:month|months} and is not held against these {p}; --months {m} "
            "judges a run that old by it.",
            "“{n}”预测的是 {m} 个月，不用这 {p} 个月检验；可用 --months {m} 检验足够早的评级。",
        ).filled(n=metric.name, m=round(days / month), p=period.months)
        for metric, days in _predictions(standard, unavailable)
        if not _is_as_long(days, period)
    )


def _predictions(
    standard: Standard, unavailable: frozenset[str]
) -> list[tuple[Metric, Fraction | int]]:
    """Return the metrics that foretell, each with the days that it foretells."""
    return [
        (metric, metric.definition.over.days)
        for metric in standard.metrics.values()
        if isinstance(metric.definition, ModelMetric)
        and metric.definition.over is not None
        and metric.id not in unavailable
        and metric.type in (ValueType.DECIMAL, ValueType.INTEGER)
    ]


def _is_as_long(days: Fraction | int, period: Period) -> bool:
    wanted = period.months * DAYS_IN["month"]
    return abs(days - wanted) <= wanted * _NEAR


def agreement_with_people(dataset: Dataset, scheme: Scheme) -> Agreement | Text:
    """Return how the grades agree with blind judgements, or why that cannot be said.

    Of several judgements of a customer the latest counts.
    """
    lacking = Text(
        "nobody has judged a sample blind (kefen evaluate --sample 50 writes the sheet)",
        "尚无人对样本作盲评（kefen evaluate --sample 50 可生成评定表）",
    )
    read = dataset.tables.get("assessments")
    if read is None:
        return lacking
    latest = exp.ArgMax(this=column("value"), expression=column("assessed_on"))
    judged = (
        exp.select(column("customer_id"), exp.alias_(latest, "judged"))
        .from_(table(read.relation))
        .where(exp.EQ(this=column("item"), expression=exp.Literal.string(BLIND + scheme.id)))
        .group_by(column("customer_id"))
    )
    query = (
        exp.select(column("grade"), column("judged"), exp.Count(this=exp.Star()))
        .from_(table(GRADES))
        .join(judged.subquery("people"), using=["customer_id"])
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
            column("grade").is_(exp.null()).not_(),
        )
        .group_by(column("grade"), column("judged"))
    )
    codes = [grade.id for grade in scheme.classes]
    named = {code.casefold(): code for code in codes}
    for grade in scheme.classes:
        named.setdefault(grade.name.en.casefold(), grade.id)
        named.setdefault(grade.name.zh, grade.id)
    counts = np.zeros((len(codes), len(codes)), dtype=np.int64)
    unusable = 0
    for grade, word, customers in dataset.engine.rows(query.sql("duckdb")):
        code = named.get(str(word).strip().casefold())
        if code is None or grade not in codes:
            unusable += customers
        else:
            counts[codes.index(grade), codes.index(code)] += customers
    if not counts.sum():
        return lacking
    return Agreement(
        scheme,
        tuple(codes),
        tuple(tuple(int(n) for n in row) for row in counts),
        kappa(counts),
        kappa(counts, "linear"),
        int(np.trace(counts)),
        unusable,
    )


def _pairs(engine: Engine, relation: str, predicted: str, actual: str) -> Any:
    query = (
        exp.select(
            exp.alias_(exp.cast(exp.column(predicted, table="p", quoted=True), "DOUBLE"), "p"),
            exp.alias_(exp.cast(exp.column(actual, table="a", quoted=True), "DOUBLE"), "a"),
        )
        .from_(exp.alias_(table(relation), "p", table=True))
        .join(exp.alias_(table(FOLLOWED), "a", table=True), using=["customer_id"])
        .where(exp.column(predicted, table="p", quoted=True).is_(exp.null()).not_())
        .order_by(column("customer_id"))
    )
    rows = engine.arrow(query.sql("duckdb"))
    return tuple(rows.column(name).to_numpy(zero_copy_only=False) for name in ("p", "a"))


def _foretold(name: Text, of: str, pairs: Any, *, naive: bool) -> Foretold | None:
    predicted, actual = pairs
    if len(predicted) < FEWEST:
        return None
    found = calibrated(predicted, actual)
    if found is None:
        return None
    return Foretold(name, of, naive, found, len(predicted), _words(name, found, len(predicted)))


def _words(name: Text, found: Calibrated, customers: int) -> Text:
    slope = found.slope
    if slope is None or found.ratio is None:
        verdict = Text("nothing can be said of it", "无从判断")
    elif slope.low <= 1 <= slope.high:
        verdict = Text("differences between customers came true", "客户之间的差异如实兑现")
    elif slope.high < 1:
        verdict = Text(
            "differences between customers were foretold too large", "客户之间的差异被高估"
        )
    else:
        verdict = Text(
            "differences between customers were foretold too small", "客户之间的差异被低估"
        )
    return Text(
        "{n}, of {c} customers: {r} foretold for each 1.00 that came, slope {s}: {v}.",
        "{n}（{c} 个客户）：实际每 1.00 对应预测 {r}，斜率 {s}：{v}。",
    ).filled(
        n=name,
        c=f"{customers:,}",
        r="–" if found.ratio is None else f"{found.ratio:.2f}",
        s="–" if slope is None else f"{slope.value:.2f} (95 %: {slope.low:.2f}–{slope.high:.2f})",
        v=verdict,
    )
