"""Explaining: why a customer has its grade, derived by the definitions that graded.

Nothing here decides anything: values come from `StoredRun.evaluated`, which evaluates the same
steps that were compiled to SQL, so the points shown add up to the score exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.needs import scheme_needs, schemes_named
from kefen.compiler.plan import part
from kefen.compiler.points import POSITION_WHOLE
from kefen.domain.decimals import from_units, quotient, rounded
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.grading.sentences import Names, sentence, thresholds
from kefen.grading.wording import metric_in_words
from kefen.standards.model import FactMetric, Position, Tiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Value
    from kefen.grading.sentences import Threshold
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Indicator, Metric, Scheme


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator's part of a score.

    Attributes:
        indicator: Its id.
        name: Its name.
        group: The name of its group, or None.
        value: The metric's value as stored.
        value_words: The same in words.
        position: Share of the population below plus half of the equal, or None.
        stated_weight: Points at best as the standard states them; None for tiles and bands.
        weight: Points at best for this customer, after unknown indicators handed theirs on.
        points: What it contributes; None when it is unknown.
        at_best: The most it could contribute.
        better: Whether higher or lower values are better.
        note: What is missing, if anything.
    """

    indicator: str
    name: Text
    group: Text | None
    value: Value
    value_words: Text
    position: Decimal | None
    stated_weight: Decimal | None
    weight: Decimal | None
    points: Decimal | None
    at_best: Decimal | None
    better: str
    note: Text | None


@dataclass(frozen=True, slots=True)
class Datum:
    """One metric that a grade rests on: its meaning, its window, its value."""

    metric: str
    name: Text
    description: Text
    window: str | None
    value: Value
    value_words: Text
    available: bool


@dataclass(frozen=True, slots=True)
class SchemeExplanation:
    """Why a customer has its grade, or none, under one scheme.

    Attributes:
        scheme: Its id.
        name: Its name.
        grade: The grade's code, or None.
        grade_name: The grade's name, or None.
        score: The score, or None.
        score_text: The points as text, or None.
        reason: Why there is no grade, or None.
        reason_code: Its code, or None.
        lines: The indicators; their points add up to the score where the score is their sum.
        additive: Whether the score is the sum of the lines' points.
        thresholds: Each grade's line or condition, best first, and whether it was met.
        data: The metrics that the grade rests on.
        others: Grades of other schemes that it rests on.
        missing: What was not known, and what that did.
        sentence: All of it in a sentence.
        advice: What to do for such a customer.
        population: How many customers the calibration was learned from.
    """

    scheme: str
    name: Text
    grade: str | None
    grade_name: Text | None
    score: Decimal | None
    score_text: str | None
    reason: Text | None
    reason_code: str | None
    lines: tuple[Line, ...]
    additive: bool
    thresholds: tuple[Threshold, ...]
    data: tuple[Datum, ...]
    others: Mapping[str, str | None]
    missing: tuple[Text, ...]
    sentence: Text
    advice: Text | None
    population: int

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON; decimals as strings."""
        return {
            "scheme": self.scheme,
            "name": self.name.as_dict(),
            "grade": self.grade,
            "grade_name": _dict(self.grade_name),
            "score": _plain(self.score),
            "score_text": self.score_text,
            "reason": self.reason_code,
            "reason_words": _dict(self.reason),
            "sentence": self.sentence.as_dict(),
            "additive": self.additive,
            "points": [
                {
                    "indicator": line.indicator,
                    "name": line.name.as_dict(),
                    "group": _dict(line.group),
                    "value": _plain(line.value),
                    "value_words": line.value_words.as_dict(),
                    "position": _plain(line.position),
                    "stated_weight": _plain(line.stated_weight),
                    "weight": _plain(line.weight),
                    "points": _plain(line.points),
                    "at_best": _plain(line.at_best),
                    "better": line.better,
                    "note": _dict(line.note),
                }
                for line in self.lines
            ],
            "thresholds": [
                {
                    "grade": threshold.grade,
                    "name": threshold.name.as_dict(),
                    "rule": threshold.rule.as_dict(),
                    "line": _plain(threshold.line),
                    "met": threshold.met,
                }
                for threshold in self.thresholds
            ],
            "data": [
                {
                    "metric": datum.metric,
                    "name": datum.name.as_dict(),
                    "description": datum.description.as_dict(),
                    "window": datum.window,
                    "value": _plain(datum.value),
                    "value_words": datum.value_words.as_dict(),
                    "imported": datum.available,
                }
                for datum in self.data
            ],
            "other_schemes": dict(self.others),
            "missing": [text.as_dict() for text in self.missing],
            "advice": _dict(self.advice),
            "population": self.population,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a customer has its grades.

    Attributes:
        customer: The customer's id.
        name: The customer's name if known.
        as_of: The as-of date, ISO.
        standard: The standard's name and version.
        fingerprint: The standard's fingerprint.
        schemes: One explanation a scheme that was run.
        not_run: Why each other scheme was not run.
    """

    customer: str
    name: str | None
    as_of: str
    standard: Text
    fingerprint: str
    schemes: tuple[SchemeExplanation, ...]
    not_run: Mapping[str, Text]

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON."""
        return {
            "customer_id": self.customer,
            "customer_name": self.name,
            "as_of": self.as_of,
            "standard": self.standard.as_dict(),
            "fingerprint": self.fingerprint,
            "schemes": [scheme.as_dict() for scheme in self.schemes],
            "schemes_not_run": {name: text.as_dict() for name, text in self.not_run.items()},
        }


def explain(
    run: StoredRun,
    customer: str,
    *,
    scheme: str | None = None,
    name: str | None = None,
    metrics: Mapping[str, Value] | None = None,
) -> Explanation:
    """Explain a customer's grades.

    Args:
        run: The run that graded.
        customer: The customer's id.
        scheme: Only this scheme; None: all that were run.
        name: The customer's name, for the sentences.
        metrics: The customer's metrics where the caller has them; None reads the run's.

    Raises:
        CallError: The run has no such customer or scheme.
    """
    chosen = run.running if scheme is None else (checked_scheme(run, scheme),)
    stored = run.metrics_of(customer) if metrics is None else dict(metrics)
    values = run.evaluated(stored)
    standard = run.standard
    return Explanation(
        customer=customer,
        name=name,
        as_of=run.as_of.isoformat(),
        standard=Text(
            f"{standard.name.en}, version {standard.version}",
            f"{standard.name.zh}，第 {standard.version} 版",
        ),
        fingerprint=standard.fingerprint,
        schemes=tuple(
            explain_scheme(run, standard.schemes[identifier], values, name or customer)
            for identifier in chosen
        ),
        not_run=run.not_run if scheme is None else {},
    )


def checked_scheme(run: StoredRun, scheme: str) -> str:
    """Return `scheme` when the run has it.

    Raises:
        CallError: It was not run, or the standard has no such scheme.
    """
    if scheme in run.running:
        return scheme
    if scheme in run.not_run:
        raise CallError(
            Text("the scheme “{s}” was not run: {r}", "方案“{s}”未运行：{r}").filled(
                s=run.standard.schemes[scheme].name, r=run.not_run[scheme]
            ),
            mend=Text("Import what it needs and grade again.", "请导入所需数据后重新评级。"),
        )
    raise CallError(
        Text("there is no scheme “{s}”", "没有方案“{s}”").filled(s=scheme),
        mend=Text("Schemes: {a}.", "可用方案：{a}。").filled(a=", ".join(run.running)),
    )


def explain_scheme(
    run: StoredRun, scheme: Scheme, values: Mapping[str, Value], who: str
) -> SchemeExplanation:
    """Explain one scheme from the evaluated values of a customer."""
    names = Names(run.standard, run.record.get("currency"))
    grade = values[part(scheme.id, "grade")]
    reason_code = values[part(scheme.id, "reason")]
    score = values.get(part(scheme.id, "score"))
    calibration = run.calibration.schemes.get(scheme.id)
    lines = tuple(_line(run, scheme, indicator, values) for indicator in scheme.indicators)
    reason = run.standard.reasons[str(reason_code)] if reason_code is not None else None
    found = scheme.grade(str(grade)) if grade is not None else None
    lines_and_rules = thresholds(run, scheme, values, names)
    return SchemeExplanation(
        scheme=scheme.id,
        name=scheme.name,
        grade=str(grade) if grade is not None else None,
        grade_name=found.name if found else Text.same(str(grade)) if grade is not None else None,
        score=rounded(Decimal(score)) if isinstance(score, int | Decimal) else None,
        score_text=_text(values.get(part(scheme.id, "score_text"))),
        reason=reason,
        reason_code=_text(reason_code),
        lines=lines,
        additive=scheme.scored and scheme.score is None and bool(lines),
        thresholds=lines_and_rules,
        data=_data(run, scheme, values),
        others={
            name: _text(values.get(part(name, "grade")))
            for name in sorted(schemes_named(run.standard, scheme))
        },
        missing=tuple(
            Text("{n}: {t}", "{n}：{t}").filled(n=line.name, t=line.note)
            for line in lines
            if line.note is not None
        ),
        sentence=sentence(scheme, values, lines, lines_and_rules, reason, who, names),
        advice=found.advice if found else (scheme.advice if grade is not None else None),
        population=calibration.population if calibration else 0,
    )


def _line(
    run: StoredRun, scheme: Scheme, indicator: Indicator, values: Mapping[str, Value]
) -> Line:
    def own(name: str) -> Value:
        return values.get(part(scheme.id, name, indicator.id))

    value, points, weight, position = own("value"), own("points"), own("weight"), own("position")
    group = next((g.name for g in scheme.groups if g.id == indicator.group), None)
    eligible = values[part(scheme.id, "eligible")] is True
    at_best: Decimal | None = None
    if isinstance(indicator.scoring, Tiles):
        at_best = Decimal(indicator.scoring.count)
    elif isinstance(indicator.scoring, Position):
        at_best = weight if isinstance(weight, Decimal) else None
    else:
        at_best = max(band.points for band in indicator.scoring.bands)
    return Line(
        indicator=indicator.id,
        name=indicator.name,
        group=group,
        value=value,
        value_words=metric_in_words(value, _unit(run, indicator.value), run.record.get("currency")),
        position=quotient(position, POSITION_WHOLE) if isinstance(position, int) else None,
        stated_weight=from_units(indicator.weight) if indicator.weight is not None else None,
        weight=weight if isinstance(weight, Decimal) else None,
        points=rounded(Decimal(points)) if isinstance(points, int | Decimal) else None,
        at_best=at_best,
        better=indicator.better,
        note=_missing_note(run, indicator, values) if value is None and eligible else None,
    )


def _missing_note(run: StoredRun, indicator: Indicator, values: Mapping[str, Value]) -> Text:
    unavailable = set(run.record.get("metrics_not_available", ()))
    handed = (
        Text("; its weight went to the others", "；其权重由其他指标分担")
        if indicator.weight is not None
        else Text("", "")
    )
    if unavailable & set(names_in(indicator.value)):
        return Text("not imported{h}", "未导入{h}").filled(h=handed)
    if all(values.get(name) is not None for name in names_in(indicator.value)):
        return Text(
            "not in the calibration, which was made without it{h}", "标定时尚无此数据{h}"
        ).filled(h=handed)
    return Text("not known for this customer{h}", "该客户缺此数据{h}").filled(h=handed)


def _unit(run: StoredRun, tree: Expression) -> str:
    names = names_in(tree)
    metric = run.standard.metrics.get(names[0]) if len(names) == 1 else None
    return metric.unit if metric else "count"


def _data(run: StoredRun, scheme: Scheme, values: Mapping[str, Value]) -> tuple[Datum, ...]:
    unavailable = set(run.record.get("metrics_not_available", ()))
    found: list[Datum] = []
    for metric in metrics_of_scheme(run, scheme):
        definition = metric.definition
        value = values.get(metric.id)
        found.append(
            Datum(
                metric=metric.id,
                name=metric.name,
                description=metric.description,
                window=str(definition.over) if isinstance(definition, FactMetric) else None,
                value=value,
                value_words=metric_in_words(value, metric.unit, run.record.get("currency")),
                available=metric.id not in unavailable,
            )
        )
    return tuple(found)


def metrics_of_scheme(run: StoredRun, scheme: Scheme) -> tuple[Metric, ...]:
    """Return the metrics a scheme reads, and those they are computed from, in order."""
    needed, some = scheme_needs(run.standard, scheme)
    wanted: set[str] = set()
    pending = list(needed | some)
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.add(name)
            pending += [n for n in run.inputs(name) if n in run.standard.metrics]
    return tuple(m for m in run.standard.metrics.values() if m.id in wanted)


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _dict(text: Text | None) -> dict[str, str] | None:
    return text.as_dict() if text is not None else None


def _plain(value: Value) -> object:
    """Return a value for JSON: decimals as exact strings, dates in ISO."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()
