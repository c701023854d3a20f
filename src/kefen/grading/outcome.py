"""What comes after the decision: rules that change the grade, tags, terms, review, approval."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.compiler.deciding import is_ending
from kefen.domain.calendar import months_before
from kefen.domain.decimals import rounded
from kefen.domain.text import Text
from kefen.grading.explanation_parts import Review, RuleOutcome, TagOutcome, TermOutcome
from kefen.grading.wording import metric_in_words
from kefen.standards.decision_words import for_grade, rule_effect_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.grading.subject import Subject
    from kefen.standards.model import Rule, Scheme, Term


_NOT_ASKED = Text("not asked", "未判断")
_DOES_NOT_HOLD = Text("does not hold", "不成立")
_LIMIT = Text("“{n}” {e} while it holds.", "“{n}”成立期间{e}。")
_NO_GRADE = Text("gives no grade", "不评级")


def rules_of(subject: Subject) -> tuple[RuleOutcome, ...]:
    """Return what each rule did to the grade, in order."""
    found: list[RuleOutcome] = []
    before = _text(subject.own("decided"))
    ended = False
    for rule in subject.scheme.rules:
        held = subject.own("rule", rule.id) is True if subject.eligible else None
        after = _text(subject.own("after", rule.id))
        found.append(
            RuleOutcome(
                rule=rule.id,
                name=rule.name,
                condition=subject.condition(rule.when),
                effect=_effect(subject, rule),
                held=held,
                passed_over=bool(held) and ended,
                before=before,
                after=after,
                words=_did(subject, held, before, after, passed_over=bool(held) and ended),
            )
        )
        ended = ended or (held is True and is_ending(rule))
        before = after
    return tuple(found)


def _effect(subject: Subject, rule: Rule) -> Text:
    run, scheme = subject.run, subject.scheme
    return run.kept(
        ("effect", scheme.id, rule.id),
        lambda: rule_effect_in_words(scheme, rule, run.standard.reasons),
    )


def _limits(scheme: Scheme, rules: Sequence[RuleOutcome], wanted: str | None) -> list[RuleOutcome]:
    """Return the rules that hold and allow no better grade, or not the one wanted."""
    stated = {rule.id: rule for rule in scheme.rules}
    held = [rule for rule in rules if rule.held and not rule.passed_over]
    if wanted is not None:
        return [rule for rule in held if _keeps_from(scheme, stated[rule.rule], wanted)]
    best = scheme.grades[0].id if scheme.grades else None
    return [
        rule
        for rule in held
        if rule.after not in (None, best)
        and rule.after in (stated[rule.rule].at_most, stated[rule.rule].grade)
    ]


def _keeps_from(scheme: Scheme, rule: Rule, wanted: str) -> bool:
    """Return whether nobody for whom a rule holds can have a grade."""
    place = {grade.id: number for number, grade in enumerate(scheme.grades)}
    if rule.at_most is not None:
        return place[rule.at_most] > place[wanted]
    if rule.at_least is not None:
        return place[rule.at_least] < place[wanted]
    return rule.grade != wanted


def limits_in_words(
    scheme: Scheme,
    rules: Sequence[RuleOutcome],
    *,
    unchanging: bool = False,
    wanted: str | None = None,
) -> list[Text]:
    """Return a sentence for each rule that allows no better grade while it holds.

    Args:
        scheme: The scheme.
        rules: What its rules did.
        unchanging: Whether those that changed the grade are left out, having been told.
        wanted: A grade: then those that do not allow it, whatever they did.
    """
    without = {rule.id for rule in scheme.rules if rule.no_grade is not None}
    return [
        _LIMIT.filled(n=rule.name, e=_NO_GRADE if rule.rule in without else rule.effect)
        for rule in _limits(scheme, rules, wanted)
        if not (unchanging and rule.changed)
    ]


def _did(
    subject: Subject,
    held: bool | None,
    before: str | None,
    after: str | None,
    *,
    passed_over: bool,
) -> Text:
    if held is None:
        return _NOT_ASKED
    if not held:
        return _DOES_NOT_HOLD
    if passed_over:
        return Text("holds, but an earlier rule decided", "成立，但前面的规则已定级")
    if before == after:
        return Text("holds, and changes nothing", "成立，等级不变")
    return Text("holds: {a} instead of {b}", "成立：由{b}改为{a}").filled(
        a=subject.grade_name(after), b=subject.grade_name(before)
    )


def tags_of(subject: Subject) -> tuple[TagOutcome, ...]:
    """Return which tags hold beside the grade."""
    return tuple(
        TagOutcome(
            tag.id,
            tag.name,
            subject.own("tag", tag.id) is True,
            subject.condition(tag.when),
        )
        for tag in subject.scheme.tags
    )


def terms_of(subject: Subject) -> tuple[TermOutcome, ...]:
    """Return what the grade gets under each term; nothing without a grade."""
    grade = _text(subject.own("grade"))
    if grade is None:
        return ()
    found = (_term(subject, term, grade) for term in subject.scheme.terms)
    return tuple(term for term in found if term is not None)


def _term(subject: Subject, term: Term, grade: str) -> TermOutcome | None:
    stated = for_grade(term.values, grade)
    if stated is None:
        return None
    if isinstance(stated, Text):
        return TermOutcome(term.id, term.name, term.unit, None, stated)
    value = subject.own("term", term.id)
    amount = rounded(Decimal(value)) if isinstance(value, int | Decimal) else None
    words = metric_in_words(amount, term.unit, subject.currency)
    return TermOutcome(term.id, term.name, term.unit, amount, words)


def review_of(subject: Subject) -> Review | None:
    """Return when the grade is looked at again, or None."""
    grade, control = _text(subject.own("grade")), subject.scheme.control
    if grade is None or control is None:
        return None
    months = for_grade(control.review_months, grade)
    return None if months is None else Review(months, months_before(subject.run.as_of, -months))


def approval_of(subject: Subject) -> tuple[str, ...]:
    """Return which roles approve the grade, in order."""
    grade, control = _text(subject.own("grade")), subject.scheme.control
    if grade is None or control is None:
        return ()
    return for_grade(control.approval, grade) or ()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
