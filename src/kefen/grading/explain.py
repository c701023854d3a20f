"""Explaining: why a customer has its grade, derived by the definitions that graded.

Nothing here decides anything: values come from `StoredRun.evaluated`, which evaluates the same
steps that were compiled to SQL, so the points shown add up to the score exactly.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.needs import expressions_of, schemes_named
from kefen.compiler.steps import part
from kefen.domain.decimals import rounded
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.grading.confidence import low_in_words
from kefen.grading.explanation import Explanation, SchemeExplanation
from kefen.grading.explanation_parts import Datum
from kefen.grading.lines import adjustments_of, lines_of
from kefen.grading.modelled.words import origin
from kefen.grading.named import called
from kefen.grading.outcome import approval_of, review_of, rules_of, tags_of, terms_of
from kefen.grading.sentences import sentence
from kefen.grading.subject import Subject
from kefen.grading.thresholds import thresholds
from kefen.standards.calibration import NOTHING_LEARNED
from kefen.standards.decision_words import joined
from kefen.standards.model import FactMetric, ModelMetric
from kefen.standards.movement_words import movement_in_words
from kefen.standards.weight_source import weight_sources_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.grading.serving.words import HeldGrade
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Metric, Scheme


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
    values = run.evaluated(stored, None if scheme is None else run.needs(chosen[0]))
    standard = run.standard
    shared: dict[object, Any] = {}
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
            _explained(
                Subject(run, standard.schemes[identifier], values, name or customer, shared),
                customer,
            )
            for identifier in chosen
        ),
        not_run=run.not_run if scheme is None else {},
        notice=standard.notice,
    )


def checked_scheme(run: StoredRun, scheme: str) -> str:
    """Return the id of a scheme of the run: given by id or by name, whatever the case.

    Raises:
        CallError: It was not run, or the standard has no such scheme.
    """
    known = ((one.id, one.name) for one in run.standard.schemes.values())
    scheme = called(scheme, known) or scheme
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
    run: StoredRun,
    scheme: Scheme,
    values: Mapping[str, Value],
    who: str,
    customer: str | None = None,
) -> SchemeExplanation:
    """Explain one scheme from the evaluated values of a customer.

    Args:
        run: The run.
        scheme: The scheme.
        values: The customer's metrics and every step's value.
        who: What the customer is called.
        customer: Its id, where the grade that it holds is told too.
    """
    return _explained(Subject(run, scheme, values, who), customer)


def _explained(subject: Subject, customer: str | None) -> SchemeExplanation:
    run, scheme, values = subject.run, subject.scheme, subject.values
    grade, reason_code = _text(subject.own("grade")), _text(subject.own("reason"))
    reason = run.standard.reasons[reason_code] if reason_code is not None else None
    found = scheme.grade(grade) if grade is not None else None
    lines = lines_of(subject)
    lines_of_grades = thresholds(subject)
    rules = rules_of(subject)
    all_held = subject.once("held", lambda: {} if customer is None else run.held_by(customer))
    held = all_held.get(scheme.id)
    return SchemeExplanation(
        scheme=scheme.id,
        name=scheme.name,
        grade=grade,
        grade_name=subject.grade_name(grade) if grade is not None else None,
        score=_number(subject.own("score")),
        score_text=_text(subject.own("score_text")),
        reason=reason,
        reason_code=reason_code,
        lines=lines,
        weights_from=run.kept(("weights", scheme.id), lambda: weight_sources_in_words(scheme)),
        adjustments=adjustments_of(subject),
        total=_number(subject.own("points")),
        additive=scheme.scored and scheme.score is None and bool(lines),
        within=None
        if scheme.within is None
        else subject.shown(scheme.within, subject.own("within")),
        thresholds=lines_of_grades,
        decided=_text(subject.own("decided")),
        rules=rules,
        tags=tags_of(subject),
        terms=terms_of(subject),
        review=review_of(subject),
        approval=approval_of(subject),
        data=_data(subject),
        others={
            name: _text(values.get(part(name, "grade")))
            for name in run.kept(
                ("others", scheme.id),
                lambda: sorted(schemes_named(run.standard, scheme)),
            )
        },
        missing=tuple(
            Text("{n}: {t}", "{n}：{t}").filled(n=line.name, t=line.note)
            for line in lines
            if line.note is not None and line.state == "unknown"
        ),
        sentence=sentence(subject, lines, lines_of_grades, rules, reason),
        advice=found.advice if found else (scheme.advice if grade is not None else None),
        population=subject.calibration.population,
        low=_low(subject) if grade is not None else None,
        held=held,
        held_words=_held(subject, held) if held is not None else None,
    )


def _held(subject: Subject, held: HeldGrade) -> Text:
    """Return the grade held in words, with what is enough to stay at it."""
    scheme = subject.scheme
    moves = subject.run.kept(
        ("moves", scheme.id), lambda: dict(movement_in_words(scheme, subject.words))
    )
    to_stay = moves.get(f"to_stay.{held.grade}")
    said = held.in_words(scheme)
    return said if to_stay is None else joined([said, to_stay], " ", "")


def _low(subject: Subject) -> Text | None:
    """Return why a grade is marked low, by the customer's own group where there are groups."""
    run, scheme = subject.run, subject.scheme
    learned = run.calibration.schemes.get(scheme.id, NOTHING_LEARNED)
    own = learned.groups.get(str(subject.own("within")), learned)
    return run.kept(
        ("low", scheme.id, own.population),
        lambda: low_in_words(run.standard, scheme, own.population, run.record.get("months")),
    )


def _data(subject: Subject) -> tuple[Datum, ...]:
    return tuple(
        _datum(subject, metric) for metric in metrics_of_scheme(subject.run, subject.scheme)
    )


def _datum(subject: Subject, metric: Metric) -> Datum:
    """Return a metric as a grade rests on it; the same under every scheme."""
    found: Datum | None = subject.shared.get(("datum", metric.id))
    if found is None:
        found = subject.shared["datum", metric.id] = _made_datum(subject, metric)
    return found


def _made_datum(subject: Subject, metric: Metric) -> Datum:
    run, definition = subject.run, metric.definition
    value = subject.values.get(metric.id)
    window, available = run.kept(("metric", metric.id), lambda: _window_of(run, metric))
    return Datum(
        metric=metric.id,
        name=metric.name,
        description=metric.description,
        window=window,
        value=value,
        value_words=subject.metric(metric),
        available=available,
        origin=subject.once(
            ("origin", definition.model.id),
            lambda: origin(run, definition.model, subject.values, subject.currency),
        )
        if isinstance(definition, ModelMetric)
        else None,
    )


def _window_of(run: StoredRun, metric: Metric) -> tuple[str | None, bool]:
    """Return the window of a metric in the standard's words, and whether it is available."""
    definition = metric.definition
    window = str(definition.over) if isinstance(definition, FactMetric) else None
    return window, metric.id not in run.record.get("metrics_not_available", ())


def metrics_of_scheme(run: StoredRun, scheme: Scheme) -> tuple[Metric, ...]:
    """Return the metrics a scheme reads, and those they are computed from, in order."""
    return run.kept(("metrics", scheme.id), lambda: _metrics_of(run, scheme))


def _metrics_of(run: StoredRun, scheme: Scheme) -> tuple[Metric, ...]:
    wanted: set[str] = set()
    pending = [name for tree in expressions_of(scheme) for name in names_in(tree)]
    while pending:
        name = pending.pop()
        if name not in wanted and name in run.standard.metrics:
            wanted.add(name)
            pending += run.rests_on(name)
    return tuple(m for m in run.standard.metrics.values() if m.id in wanted)


def _number(value: Value) -> Decimal | None:
    return rounded(Decimal(value)) if isinstance(value, int | Decimal) else None


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
