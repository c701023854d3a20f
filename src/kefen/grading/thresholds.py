"""Each grade's line or condition in words, and whether a customer meets it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from kefen.domain.decimals import rounded
from kefen.domain.text import Text
from kefen.grading.conditions import taken_apart
from kefen.grading.explanation_parts import Threshold
from kefen.grading.figures import places_inside
from kefen.standards.decision_words import REST, cells_in_words, percent, score_line_in_words
from kefen.standards.model import Conditions, CutOffs, Grid, RankOfAll, ShareOfTotal

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from kefen.expressions.tree import Value
    from kefen.grading.subject import Subject
    from kefen.standards.model import RankLine, Rounding, ScoreLine


_NONE_OF_THESE = Text("none of the above", "以上均不成立")
_NOBODY = Text("nobody: the grade is empty", "该等级无客户")


def thresholds(subject: Subject) -> tuple[Threshold, ...]:
    """Return each grade's line or condition, in the order in which they are tried."""
    decision = subject.scheme.decision
    if isinstance(decision, CutOffs):
        return tuple(_by_score(subject, line) for line in decision.lines)
    if isinstance(decision, Conditions):
        return _conditions(subject, decision)
    if isinstance(decision, ShareOfTotal):
        return tuple(
            _smallest(subject, decision, grade, share is None, partial(_first_of_total, share))
            for grade, share in decision.lines
        )
    if isinstance(decision, RankOfAll):
        return tuple(
            _smallest(
                subject,
                decision,
                line.grade,
                line.share is None and line.count is None,
                partial(_rank, subject, line, decision.rounding),
            )
            for line in decision.lines
        )
    if isinstance(decision, Grid):
        return _grid(subject, decision)
    return ()


def meets(line: ScoreLine, score: Decimal) -> bool:
    """Return whether a score meets a line."""
    low = line.low is None or (score >= line.low if line.low_included else score > line.low)
    high = line.high is None or (score <= line.high if line.high_included else score < line.high)
    return low and high


def _by_score(subject: Subject, line: ScoreLine) -> Threshold:
    score = subject.own("raw_score")
    met: bool | None = None
    if subject.eligible and isinstance(score, int | Decimal):
        met = meets(line, Decimal(score))
    words, number = subject.run.kept(("line in words", id(line)), lambda: _line_in_words(line))
    return Threshold(line.grade, subject.grade_name(line.grade), words, number, met)


def _line_in_words(line: ScoreLine) -> tuple[Text, Decimal | None]:
    """Return a line in words, and the number to reach or to stay below."""
    number = line.low if line.low is not None else line.high
    return score_line_in_words(line), rounded(number) if number is not None else None


def _cells(decision: Grid, grade: str) -> Text:
    return Text("{r}-{c} in {w}", "{r}-{c} 属于 {w}").filled(
        r=decision.rows, c=decision.columns, w=cells_in_words(decision, grade)
    )


def _first_of_total(share: Fraction | None) -> Text:
    return Text("the smallest among the first {s}", "累计前 {s} 中的最小值").filled(
        s=percent(share) if share is not None else ""
    )


def _rank(subject: Subject, line: RankLine, rounding: Rounding) -> Text:
    ranked = subject.calibration.ranked or 0
    inside = places_inside(line.share, line.count, ranked, rounding)
    which = (
        Text("the first {s}, {k} of {p} {p:customer|customers}", "前 {s}（{p} 户中的 {k} 户）")
        if line.share is not None
        else Text("the first {k} of {p} {p:customer|customers}", "{p} 户中前 {k} 户")
    )
    share = percent(line.share) if line.share is not None else ""
    return Text("the smallest among {w}", "{w}中的最小值").filled(
        w=which.filled(s=share, k=inside, p=ranked)
    )


def _smallest(
    subject: Subject,
    decision: ShareOfTotal | RankOfAll,
    grade: str,
    is_rest: bool,
    which: Callable[[], Text],
) -> Threshold:
    """Return the threshold of a grade whose smallest value was learned.

    Args:
        subject: The customer.
        decision: How the scheme decides.
        grade: The grade.
        is_rest: Whether it is for whoever is left.
        which: Says of whom the value is the smallest, by what was learned.
    """
    value = subject.value_of(decision.of)
    learned = subject.calibration
    line = learned.smallest.get(grade)
    empty = not is_rest and line is None
    if is_rest:
        rule = REST
    elif line is None:
        rule = _NOBODY
    else:
        # The same for all customers of one group. What was learned lives as long as the run does.
        rule = subject.run.kept(
            ("smallest in words", subject.scheme.id, id(learned), grade),
            lambda: Text("{m} of at least {n} ({w})", "{m}不低于 {n}（{w}）").filled(
                m=subject.of(decision.of), n=subject.shown(decision.of, line), w=which()
            ),
        )
    return Threshold(
        grade,
        subject.grade_name(grade),
        rule,
        rounded(line) if line is not None else None,
        _reaches(subject, value, line, empty=empty),
    )


def _reaches(subject: Subject, value: Value, line: Decimal | None, *, empty: bool) -> bool | None:
    if not subject.eligible or not isinstance(value, int | Decimal):
        return None
    return not empty and (line is None or value >= line)


def _conditions(subject: Subject, decision: Conditions) -> tuple[Threshold, ...]:
    found = []
    for grade, condition in decision.lines:
        name = subject.grade_name(grade)
        if condition is None:
            met = True if subject.eligible else None
            found.append(Threshold(grade, name, _NONE_OF_THESE, None, met))
            continue
        parts = taken_apart(subject, condition)
        met = parts.met is True if subject.eligible else None
        found.append(Threshold(grade, name, subject.condition(condition), None, met, parts))
    return tuple(found)


def _grid(subject: Subject, decision: Grid) -> tuple[Threshold, ...]:
    decided = subject.own("decided")
    return tuple(
        Threshold(
            grade.id,
            subject.grade_name(grade.id),
            subject.run.kept(
                ("cells", subject.scheme.id, grade.id), partial(_cells, decision, grade.id)
            ),
            None,
            grade.id == decided if subject.eligible else None,
        )
        for grade in subject.scheme.grades
    )
