"""What comes with a grade, in words: tags, terms, review and approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.explain import explain
from kefen.lake.customer_names import customer_name
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from kefen.grading.explanation import SchemeExplanation
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset


@dataclass(frozen=True, slots=True)
class GradeInWords:
    """Why a customer has its grade, in words.

    Attributes:
        sentence: All of it in a sentence.
        comes_with: What comes with the grade, a line each.
        explained: The explanation itself, where it is at hand.
    """

    sentence: Text
    comes_with: tuple[Text, ...] = ()
    explained: SchemeExplanation | None = None


def grade_in_words(scheme: SchemeExplanation) -> GradeInWords:
    """Return an explanation as its sentence and what comes with the grade."""
    sentence = scheme.sentence
    if scheme.low is not None:
        sentence = Text("{s} {l}", "{s}{l}").filled(s=sentence, l=low_words(scheme.low))
    return GradeInWords(sentence, outcome_in_words(scheme), scheme)


def grades_in_words(
    run: StoredRun, dataset: Dataset, customer: str | None
) -> dict[str, GradeInWords] | None:
    """Return why a customer has each of its grades, for its card; None for no customer.

    Raises:
        CallError: The run has no such customer.
    """
    if customer is None:
        return None
    explained = explain(run, customer, name=customer_name(dataset, customer))
    return {scheme.scheme: grade_in_words(scheme) for scheme in explained.schemes}


def low_words(why: Text) -> Text:
    """Return that confidence is low, and why, as a sentence."""
    return Text("Low confidence: {w}.", "置信度低：{w}。").filled(w=why)


def outcome_in_words(scheme: SchemeExplanation) -> tuple[Text, ...]:
    """Return what comes with a grade, one line each; nothing where the scheme gives nothing."""
    said: list[Text] = []
    tags = [tag.name for tag in scheme.tags if tag.holds]
    if tags:
        said.append(Text("Tags: {t}", "标签：{t}").filled(t=joined(tags, ", ", "、")))
    if scheme.within is not None and scheme.grade is not None:
        said.append(
            Text(
                "Ranked within: {w} ({n} {n:customer|customers})", "排名范围：{w}（{n} 户）"
            ).filled(w=scheme.within, n=scheme.population)
        )
    said += [
        Text("{n}: {w}", "{n}：{w}").filled(n=term.name, w=term.words) for term in scheme.terms
    ]
    if scheme.review is not None:
        said.append(
            Text(
                "Reviewed on {d}, {n} {n:month|months} after grading",
                "复评日：{d}（评级后 {n} 个月）",
            ).filled(d=scheme.review.due.isoformat(), n=scheme.review.months)
        )
    if scheme.approval:
        roles = [Text.same(role) for role in scheme.approval]
        said.append(
            Text("Approved by: {r}", "审批：{r}").filled(r=joined(roles, ", then ", "，再由"))
        )
    return tuple(said)
