"""Grades that nobody can get: out of the reach of the points, or taken by the grades before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.checks import ranges
from kefen.standards.checks.conditions import TooInvolvedError, all_of, ways_to
from kefen.standards.checks.domains import bounds_of_values
from kefen.standards.checks.findings import plain
from kefen.standards.checks.holding import why_never
from kefen.standards.checks.possible import SCORE, reachable
from kefen.standards.checks.ranges import Scale, Values
from kefen.standards.model import Bands, Conditions, CutOffs, Grid

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.standards.checks.conditions import Way
    from kefen.standards.checks.domains import Domains
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Places
    from kefen.standards.model import Indicator, Scheme, ScoreLine


def check_grades(
    findings: Findings,
    scheme: Scheme,
    domains: Domains,
    places: Places,
) -> None:
    """Find grades that the decision can never give.

    A grade that a rule gives is reached by that rule, and not told.
    """
    told = _Told(findings, scheme, places)
    decision = scheme.decision
    for grade in scheme.grades:
        if grade.id not in scheme.decided_grades:
            told.never(grade.id, Text("no rule gives it", "没有规则给予该等级"))
    if isinstance(decision, CutOffs):
        _score_lines(told, decision, domains)
    elif isinstance(decision, Conditions):
        _conditions(told, decision, domains)
    elif isinstance(decision, Grid):
        _grid(told, decision, domains)


class _Told:
    """Tells of grades that are never reached, each at its place."""

    def __init__(self, findings: Findings, scheme: Scheme, places: Places) -> None:
        self.findings = findings
        self.scheme = scheme
        self.places = places
        self.by_rule = {
            grade
            for rule in scheme.rules
            for grade in (rule.grade, rule.at_most, rule.at_least)
            if grade is not None
        }

    def never(self, grade: str, why: Text) -> None:
        """Tell that a grade is never reached."""
        found = self.scheme.grade(grade)
        if grade in self.by_rule:
            return
        tell = self.findings.error
        if found is not None and found.reason is not None:
            tell = self.findings.warning
        tell(
            self.places.when(self.scheme.id, grade),
            Text("“{g}” is never reached: {w}", "“{g}”永远达不到：{w}").filled(g=grade, w=why),
            Text(
                "Correct the line or the points, or remove the grade.",
                "请更正分界或分值，或删除该等级。",
            ),
        )

    def nothing_left(self, grade: str) -> None:
        """Tell that `else` is left without anybody."""
        if grade in self.by_rule:
            return
        self.findings.note(
            self.places.when(self.scheme.id, grade),
            Text(
                "“{g}” stays empty: the grades before it take everybody",
                "“{g}”不会有客户：前面的等级已包含所有人",
            ).filled(g=grade),
            Text("Nothing, if it is meant so.", "如本意如此，无需处理。"),
        )


# --- by score ---------------------------------------------------------------------------------


def _score_lines(told: _Told, decision: CutOffs, domains: Domains) -> None:
    score = domains.values.get(SCORE)
    if score is None:
        return
    whole = score.known()
    low, high = bounds_of_values(whole)
    left = whole
    for line in decision.lines:
        if line.low is None and line.high is None:
            if left.is_empty:
                told.nothing_left(line.grade)
            return
        meant = _scores(line)
        if meant.both(whole).is_empty:
            if high is not None and line.low is not None and line.low >= high:
                why = Text(
                    "it begins at {l}, and the score is {h} at most",
                    "其起点为 {l}，而得分最高只有 {h}",
                ).filled(l=plain(line.low), h=plain(high))
            else:
                why = Text(
                    "it ends at {l}, and the score is {h} at least",
                    "其终点为 {l}，而得分最低也有 {h}",
                ).filled(
                    l=plain(line.high if line.high is not None else 0),
                    h=plain(low if low is not None else 0),
                )
            told.never(line.grade, why)
        elif meant.both(left).is_empty:
            told.never(
                line.grade,
                Text(
                    "every score there can be, {a} to {b}, has a grade before it",
                    "可能的得分 {a} 至 {b} 均已归入前面的等级",
                ).filled(a=_end(low), b=_end(high)),
            )
        left = left.without(meant)


def _end(number: Decimal | None) -> str:
    return "…" if number is None else plain(number)


def _scores(line: ScoreLine) -> Values:
    values = ranges.everything(Scale.NUMBER).known()
    if line.low is not None:
        values = values.both(ranges.above(Scale.NUMBER, line.low, included=line.low_included))
    if line.high is not None:
        values = values.both(ranges.below(Scale.NUMBER, line.high, included=line.high_included))
    return values


# --- by conditions ----------------------------------------------------------------------------


def _conditions(told: _Told, decision: Conditions, domains: Domains) -> None:
    among = told.scheme.among
    try:
        left: list[Way] = ways_to(among, "holds", domains) if among is not None else [{}]
    except TooInvolvedError:
        return
    if not left:
        return  # nobody is graded at all: told of `among`
    for grade, condition in decision.lines:
        if condition is None:
            if not left:
                told.nothing_left(grade)
            return
        why = why_never(condition, domains, among)
        try:
            if why is not None:
                told.never(grade, why)
            elif not all_of([left, ways_to(condition, "holds", domains)]):
                told.never(
                    grade,
                    Text(
                        "whoever meets its condition meets one of a grade before it",
                        "满足其条件者均已满足前面某一等级的条件",
                    ),
                )
            left = all_of([left, ways_to(condition, "holds not", domains)])
        except TooInvolvedError:
            return


# --- by cells ---------------------------------------------------------------------------------


def _grid(told: _Told, decision: Grid, domains: Domains) -> None:
    by_id = {indicator.id: indicator for indicator in told.scheme.indicators}
    rows = _points(by_id[decision.rows], domains)
    columns = _points(by_id[decision.columns], domains)
    given = {
        grade
        for (row, column), grade in decision.cells.items()
        if (rows is None or row in rows) and (columns is None or column in columns)
    }
    for grade in told.scheme.grades:
        if grade.id in decision.cells.values() and grade.id not in given:
            told.never(
                grade.id,
                Text(
                    "no value gives the points of any of its cells",
                    "没有取值能得到其任何单元的分值",
                ),
            )


def _points(indicator: Indicator, domains: Domains) -> set[int] | None:
    """Return the whole points that an indicator can give; None: all that a grid may name."""
    scoring = indicator.scoring
    if not isinstance(scoring, Bands):
        return None
    lists = [scoring.bands, *(bands for _, bands in scoring.tables)]
    found = {int(p) for bands in lists for p in reachable(bands, indicator, domains)}
    if indicator.unknown_points is not None:
        found.add(int(indicator.unknown_points))
    return found | {0} if indicator.if_unknown == "zero" else found
