"""The sentence of an explanation: the grade, its distance to the lines, what gave and what cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import rounded
from kefen.domain.text import Text, beside_in_chinese
from kefen.grading.conditions import lacking_in_words
from kefen.grading.outcome import limits_in_words
from kefen.grading.wording import plain_number, points_in_words
from kefen.standards.decision_words import grade_name, joined
from kefen.standards.model import Categories, Conditions, CutOffs, Grid, RankOfAll, ShareOfTotal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.grading.explanation_parts import Line, RuleOutcome, Threshold
    from kefen.grading.subject import Subject
    from kefen.standards.model import ScoreLine


def sentence(
    subject: Subject,
    lines: Sequence[Line],
    rules: Sequence[Threshold],
    changes: Sequence[RuleOutcome],
    reason: Text | None,
) -> Text:
    """Return why the customer has its grade, in a sentence of each language.

    Args:
        subject: The customer under the scheme.
        lines: The indicators' points.
        rules: Each grade's line or condition.
        changes: What each rule did to the grade.
        reason: Why there is no grade, or None.
    """
    if reason is not None:
        return _without_grade(subject, changes, reason)
    grade = subject.own("grade")
    name = grade_name(subject.scheme, str(grade))
    chinese = beside_in_chinese(beside_in_chinese(str(subject.who), "为"), name.zh)
    head = Text(f"{subject.who} is {name.en}", chinese)
    decided = subject.own("decided")
    tail = None if decided is None else _decided(subject, lines, rules, str(decided))
    moved = [rule for rule in changes if rule.changed]
    if not moved:
        return _said(head, _limited(subject, tail or Text("", ""), changes))
    by = joined(
        [Text("“{n}” {e}", "“{n}”{e}").filled(n=rule.name, e=rule.effect) for rule in moved],
        "; ",
        "；",
    )
    if tail is None:
        without = Text("Without that there would be no grade.", "否则没有等级。")
    else:
        without = Text("Without that it would be {g}: {t}", "否则为{g}：{t}").filled(
            g=subject.grade_name(str(decided)), t=tail
        )
    return _said(head, Text("{b}. {w}", "{b}。{w}").filled(b=by, w=without))


def _limited(subject: Subject, said: Text, changes: Sequence[RuleOutcome]) -> Text:
    """Return what is said, and which rules allow no better grade whatever the figures become."""
    for limit in limits_in_words(subject.scheme, changes, unchanging=True):
        said = _after(said, limit)
    return said


def _said(head: Text, tail: Text) -> Text:
    return Text(f"{head.en}: {tail.en}", f"{head.zh}：{tail.zh}")


def _ended(said: Text) -> Text:
    return Text(f"{said.en}.", f"{said.zh}。")


def _after(said: Text, further: Text) -> Text:
    return Text(f"{said.en} {further.en}", f"{said.zh}{further.zh}")


def _without_grade(subject: Subject, changes: Sequence[RuleOutcome], reason: Text) -> Text:
    taken = next((rule for rule in changes if rule.changed and rule.after is None), None)
    if taken is None:
        return Text("{w} has no grade under {s}: {r}.", "{w} 在“{s}”下没有等级：{r}。").filled(
            w=subject.who, s=subject.scheme.name, r=reason
        )
    return Text(
        "{w} has no grade under {s}: {r}, by the rule “{n}”; otherwise it would be {g}.",
        "{w} 在“{s}”下没有等级：{r}（规则“{n}”），否则为{g}。",
    ).filled(
        w=subject.who,
        s=subject.scheme.name,
        r=reason,
        n=taken.name,
        g=subject.grade_name(taken.before),
    )


def _decided(
    subject: Subject, lines: Sequence[Line], rules: Sequence[Threshold], grade: str
) -> Text:
    """Return how the grade came about before any rule, ending with a full stop."""
    decision = subject.scheme.decision
    if isinstance(decision, CutOffs):
        return _by_score(subject, lines, rules, grade, decision)
    if isinstance(decision, ShareOfTotal | RankOfAll):
        return _by_rank(subject, rules, grade, decision)
    if isinstance(decision, Grid):
        return _by_points(lines)
    if isinstance(decision, Conditions):
        return _by_conditions(subject, rules, grade)
    assert isinstance(decision, Categories)  # noqa: S101  the last of the union
    return Text("that is its {m}.", "即其{m}。").filled(m=subject.of(decision.of))


def _by_conditions(subject: Subject, rules: Sequence[Threshold], grade: str) -> Text:
    """Return which condition is met, and what is lacking of the nearest better grade's."""
    index = next(i for i, rule in enumerate(rules) if rule.grade == grade and rule.met)
    own = rules[index]
    said = (
        Text("it meets the condition of no other grade", "不满足其他等级的条件")
        if own.condition is None
        else Text("because {r}", "因为{r}").filled(r=own.rule)
    )
    lacking = _short_of_better(subject, rules[:index], grade)
    if lacking is None:
        return _ended(said)
    if own.condition is None:
        return _ended(lacking)
    return Text("{s}; {l}.", "{s}；{l}。").filled(s=said, l=lacking)


def _short_of_better(subject: Subject, better: Sequence[Threshold], grade: str) -> Text | None:
    """Return which parts of the nearest better grade's condition fail; None: there is none.

    Nearest is the condition of which the fewest parts fail, and among those the next one above.
    """
    asked = [
        (rule.condition.distance(), place, rule)
        for place, rule in enumerate(reversed(better))
        if rule.condition is not None and rule.grade != grade and _is_grade(subject, rule.grade)
    ]
    if not asked:
        return None
    _, _, nearest = min(asked, key=lambda found: found[:2])
    lacking = lacking_in_words(nearest.condition) if nearest.condition is not None else None
    if lacking is None:
        return None
    return Text("short of {g}: {l}", "未达到{g}：{l}").filled(g=nearest.name, l=lacking)


def _is_grade(subject: Subject, grade: str) -> bool:
    """Return whether an entry is a grade, and not one that stands for a reason for none."""
    found = subject.scheme.grade(grade)
    return found is None or found.reason is None


def _by_score(
    subject: Subject,
    lines: Sequence[Line],
    rules: Sequence[Threshold],
    grade: str,
    decision: CutOffs,
) -> Text:
    raw = subject.own("raw_score")
    score = rounded(Decimal(raw)) if isinstance(raw, int | Decimal) else Decimal(0)
    index = next(i for i, line in enumerate(decision.lines) if line.grade == grade)
    line, above = decision.lines[index], decision.lines[index - 1] if index else None
    better = None if above is None else _to_better_line(above, rules[index - 1].name, score)
    # Where one line parts two grades, it is named once: as what the better one asks.
    end = line.low if line.low is not None else line.high
    shared = better is not None and above is not None and end in (above.low, above.high)
    own = None if shared else _to_own_line(end, score)
    parts = [_shown_score(subject, lines, score), *(t for t in (own, better) if t is not None)]
    said = _ended(joined(parts))
    fewer_are_better = decision.lines[0].low is None and decision.lines[0].high is not None
    further = _gives_and_costs(subject, lines, with_costs=not fewer_are_better)
    return said if further is None else _after(said, further)


def _shown_score(subject: Subject, lines: Sequence[Line], score: Decimal) -> Text:
    of = subject.scheme.score
    if of is None or lines:
        points = points_in_words(score)
        return Text(f"{points} points", f"{points} 分")
    return _beside(subject.of(of), subject.shown(of, score))


def _beside(name: Text, value: Text) -> Text:
    return Text(f"{name.en} {value.en}", f"{name.zh} {value.zh}")


def _to_own_line(end: Decimal | None, score: Decimal) -> Text | None:
    if end is None:
        return None
    shown = plain_number(end)
    if score == end:
        return Text("exactly on the line of {l}", "正好在 {l} 的线上").filled(l=shown)
    if score > end:
        return Text("{d} above the line of {l}", "高于 {l} 的线 {d}").filled(
            d=plain_number(score - end), l=shown
        )
    return Text("{d} below the line of {l}", "低于 {l} 的线 {d}").filled(
        d=plain_number(end - score), l=shown
    )


def _to_better_line(line: ScoreLine, name: Text, score: Decimal) -> Text | None:
    """Return how far the next better grade is, where one of its ends is what parts them."""
    if line.low is not None and score <= line.low:
        if score == line.low:
            return Text("just not over {l} for {g}", "刚好未超过{g}的 {l}").filled(
                l=plain_number(line.low), g=name
            )
        short, shown = plain_number(line.low - score), plain_number(line.low)
        chinese = beside_in_chinese(beside_in_chinese("距", name.zh), f"的 {shown} 差 {short}")
        return Text(f"{short} short of {name.en} at {shown}", chinese)
    if line.high is not None and score >= line.high:
        return Text("{d} more than {g} allows at {l}", "比{g}的上限 {l} 多 {d}").filled(
            d=plain_number(score - line.high), g=name, l=plain_number(line.high)
        )
    return None


def _gives_and_costs(subject: Subject, lines: Sequence[Line], *, with_costs: bool) -> Text | None:
    """Return what gives most and what costs most, with what its next band would give.

    Where fewer points are better, none are missed: then only what gives most is said.
    """
    known = [
        (line, line.points, at_best)
        for line in lines
        if line.points is not None and (at_best := _most(line)) is not None
    ]
    if len(known) < 2:
        return None
    parts = []
    best, points, at_best = max(known, key=lambda found: found[1])
    if points > 0:
        parts.append(
            Text("{n} gives most: {p} of {m}", "{n}得分最多：{p}/{m}").filled(
                n=best.name, p=plain_number(points), m=plain_number(at_best)
            )
        )
    costliest, points, at_best = max(known, key=lambda found: found[2] - found[1])
    if with_costs and costliest is not best and points < at_best:
        if not _asks_something(subject, costliest):
            words = Text("{n} costs most: {p}", "{n}失分最多：{p}")
        elif at_best > 0:
            words = Text("{n} costs most: {p} of {m} for {v}", "{n}失分最多：{v} 得 {p}/{m}")
        else:
            words = Text("{n} costs most: {p} for {v}", "{n}失分最多：{v} 计 {p}")
        parts.append(
            words.filled(
                n=costliest.name,
                p=plain_number(points),
                m=plain_number(at_best),
                v=costliest.value_words,
            )
        )
        if costliest.next is not None:
            parts.append(costliest.next.words)
    return _ended(joined(parts, "; ", "；")) if parts else None


def _most(line: Line) -> Decimal | None:
    """Return the most a line could give; of what takes so much for each, nothing taken."""
    if line.at_best is None and line.gives is not None and (line.points or 0) < 0:
        return Decimal(0)
    return line.at_best


def _asks_something(subject: Subject, line: Line) -> bool:
    """Return whether a line scores a value, and not a constant that is the same for everybody."""
    indicator = next(one for one in subject.scheme.indicators if one.id == line.indicator)
    return bool(subject.names_of(indicator.value))


def _by_rank(
    subject: Subject,
    rules: Sequence[Threshold],
    grade: str,
    decision: ShareOfTotal | RankOfAll,
) -> Text:
    value = subject.value_of(decision.of)
    index = next(i for i, rule in enumerate(rules) if rule.grade == grade)
    own = rules[index]
    better = next((rule for rule in reversed(rules[:index]) if rule.line is not None), None)
    first = Text("its {m} of {v}", "其{m} {v}").filled(
        m=_lowered(subject.of(decision.of)), v=subject.shown(decision.of, value)
    )
    parts = []
    if own.line is not None:
        parts.append(
            Text("reaches {l}, the smallest of that grade", "达到该等级的最小值 {l}").filled(
                l=subject.shown(decision.of, own.line)
            )
        )
    if better is not None and better.line is not None and isinstance(value, int | Decimal):
        short = (
            Text("{d} short of {g} at {l}", "距{g}的 {l} 差 {d}")
            if parts
            else Text("is {d} short of {g} at {l}", "距{g}的 {l} 差 {d}")
        )
        parts.append(
            short.filled(
                d=subject.shown(decision.of, better.line - value),
                g=better.name,
                l=subject.shown(decision.of, better.line),
            )
        )
    if not parts:
        return _ended(first)
    return Text("{f} {p}.", "{f}，{p}。").filled(f=first, p=joined(parts))


def _by_points(lines: Sequence[Line]) -> Text:
    parts = [_points_of(line) for line in lines]
    return _ended(joined(parts))


def _points_of(line: Line) -> Text:
    name, value = line.name, line.value_words
    points, at_best = plain_number(line.points or 0), plain_number(line.at_best or 0)
    return Text(
        f"{name.en} {points} of {at_best} ({value.en})",
        f"{name.zh} {points}/{at_best}（{value.zh}）",
    )


def _lowered(text: Text) -> Text:
    return Text(text.en[:1].lower() + text.en[1:], text.zh)
