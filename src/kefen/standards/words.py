"""A standard in words: what it measures, who is graded how, and what each grade means."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.decision_words import (
    decision_in_words,
    for_grade,
    grade_rule,
    joined,
    names_of_scheme,
    percent,
    plain,
    rule_effect_in_words,
)
from kefen.standards.indicator_words import points_in_words
from kefen.standards.metric_words import MetricWords, metric_in_words
from kefen.standards.modelling.words import ModelWords, words_of_model
from kefen.standards.movement_words import movement_in_words
from kefen.standards.service import service_in_words
from kefen.standards.weight_source import weight_sources_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.standards.model import Grade, Learned, Scheme, Standard, Term


@dataclass(frozen=True, slots=True)
class GradeWords:
    """A grade in words: when it is given, what it gets, and what to do.

    Attributes:
        id: Its code.
        name: Its name.
        rule: When it is given.
        advice: What to do for such a customer.
        gets: What it gets: terms, service, review, approval.
    """

    id: str
    name: Text
    rule: Text
    advice: Text
    gets: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class SchemeWords:
    """A scheme in words.

    Attributes:
        id: Its code.
        name: Its name.
        question: What it asks.
        rationale: Its formula and reasons.
        among: Who is graded.
        learned: What is learned from those graded.
        points: How points arise, one line each.
        decided: What holds for all grades: groups, ties, rounding, the score.
        grades: The grades, best first.
        rules: What changes the grade afterwards, in order.
        tags: The marks beside the grade.
        movement: How grades may move over time.
    """

    id: str
    name: Text
    question: Text
    rationale: Text
    among: Text
    learned: tuple[Text, ...]
    points: tuple[Text, ...]
    decided: tuple[Text, ...]
    grades: tuple[GradeWords, ...]
    rules: tuple[Text, ...]
    tags: tuple[Text, ...]
    movement: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class StandardWords:
    """A standard in words."""

    name: Text
    version: int
    description: Text
    notice: Text | None
    metrics: tuple[MetricWords, ...]
    models: tuple[ModelWords, ...]
    schemes: tuple[SchemeWords, ...]


def standard_in_words(standard: Standard) -> StandardWords:
    """Return a standard in words of both languages."""
    names = {metric.id: metric.name for metric in standard.metrics.values()}
    return StandardWords(
        name=standard.name,
        version=standard.version,
        description=standard.description,
        notice=standard.notice,
        metrics=tuple(metric_in_words(metric, names) for metric in standard.metrics.values()),
        models=tuple(words_of_model(model, names) for model in standard.models.values()),
        schemes=tuple(_scheme(scheme, standard) for scheme in standard.schemes.values()),
    )


def _scheme(scheme: Scheme, standard: Standard) -> SchemeWords:
    names = names_of_scheme(standard, scheme)
    among = (
        Text("customers with {c}; others: {r}", "满足“{c}”的客户；其他：{r}").filled(
            c=in_words(scheme.among, names), r=standard.reasons[scheme.otherwise]
        )
        if scheme.among is not None
        else Text("every customer", "全部客户")
    )
    points = list(points_in_words(scheme, names))
    if scheme.out_of is not None:
        points.append(Text("The best total is {n}.", "满分为 {n}。").filled(n=plain(scheme.out_of)))
    points.extend(weight_sources_in_words(scheme))
    return SchemeWords(
        id=scheme.id,
        name=scheme.name,
        question=scheme.question,
        rationale=scheme.rationale,
        among=among,
        learned=tuple(learned_in_words(learned, names) for learned in scheme.learns),
        points=tuple(points),
        decided=decision_in_words(scheme, names),
        grades=tuple(_grade(scheme, grade, names, standard) for grade in scheme.grades),
        rules=tuple(
            Text("{n}: where {c}, {e}", "{n}：若{c}，{e}").filled(
                n=rule.name,
                c=in_words(rule.when, names),
                e=rule_effect_in_words(scheme, rule, standard.reasons),
            )
            for rule in scheme.rules
        ),
        tags=tuple(
            Text("{n}: where {c}", "{n}：{c}").filled(n=tag.name, c=in_words(tag.when, names))
            for tag in scheme.tags
        ),
        movement=tuple(text for _, text in movement_in_words(scheme, names)),
    )


_LEARNED: dict[str, Text] = {
    "most_common": Text("the most common {v}", "最常见的{v}"),
    "largest": Text("the largest {v}", "{v}的最大值"),
    "smallest": Text("the smallest {v}", "{v}的最小值"),
    "mean": Text("the mean of {v}", "{v}的平均值"),
    "sum": Text("the sum of {v}", "{v}的合计"),
    "count": Text("how many {v} are known", "{v}已知的户数"),
    "middle": Text("the middle value of {v}", "{v}的中位数"),
    "cut": Text("the {v} that {p} of them stay at or below", "{v}自低至高第 {p} 位的值"),
}


def learned_in_words(learned: Learned, names: Mapping[str, Text]) -> Text:
    """Return what a scheme learns from those it grades: `Home country: the most common Country`."""
    said = _LEARNED[learned.how].filled(
        v=in_words(learned.of, names), p=percent(learned.at or Fraction(1, 2))
    )
    return Text("{n}: {s}, among those graded", "{n}：{s}（在参评客户中）").filled(
        n=learned.name, s=said
    )


def _grade(
    scheme: Scheme, grade: Grade, names: Mapping[str, Text], standard: Standard
) -> GradeWords:
    rule = grade_rule(scheme, grade.id, names)
    if grade.reason is not None:
        rule = Text("no grade ({r}): {c}", "不评级（{r}）：{c}").filled(
            r=standard.reasons[grade.reason], c=rule
        )
    return GradeWords(
        grade.id,
        grade.name,
        rule,
        grade.advice,
        tuple(text for _, text in outcomes_in_words(scheme, grade.id, names))
        if grade.reason is None
        else (),
    )


def outcomes_in_words(
    scheme: Scheme, grade: str, names: Mapping[str, Text]
) -> tuple[tuple[str, Text], ...]:
    """Return what a grade gets, part by part, with its words.

    Parts are the id of each term, `service` with the key behind a point, `review` and `approval`.
    """
    said = [
        (term.id, Text("{n}: {v}", "{n}：{v}").filled(n=term.name, v=found))
        for term in scheme.terms
        if (found := _term(term, grade, names)) is not None
    ]
    service = for_grade(scheme.service, grade)
    if service is not None:
        parts: dict[str, list[Text]] = {}
        for key, words in service_in_words(service):
            parts.setdefault(f"service.{key}", []).append(words)
        said += [(key, joined(words, "; ", "；")) for key, words in parts.items()]
    if scheme.control is not None:
        months = for_grade(scheme.control.review_months, grade)
        if months is not None:
            reviewed = Text("reviewed after {n} {n:month|months}", "{n} 个月后复评")
            said.append(("review", reviewed.filled(n=months)))
        roles = for_grade(scheme.control.approval, grade)
        if roles:
            in_order = joined([Text.same(role) for role in roles], ", then ", "，再由")
            said.append(("approval", Text("approved by {r}", "审批：{r}").filled(r=in_order)))
    return tuple(said)


def _term(term: Term, grade: str, names: Mapping[str, Text]) -> Text | None:
    value = for_grade(term.values, grade)
    if value is None:
        return None
    return value if isinstance(value, Text) else in_words(value, names)
