"""Moves in words: the states of a matrix, and a customer's move in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.model import ABSENT
from kefen.grading.wording import lowered, metric_in_words
from kefen.standards.decision_words import grade_name, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.grading.moves.customer import ChangedMetric, CustomerMove, CustomerMoves
    from kefen.grading.moves.model import SchemeMoves, State
    from kefen.standards.model import Scheme

NO_GRADE = Text("no grade", "无等级")
NOT_THERE = Text("not there", "不在其中")
_MOST_METRICS = 3


def state_in_words(state: State, *schemes: Scheme) -> Text:
    """Return a state for people; a grade by its code, and its name where that says more."""
    if state is None:
        return NO_GRADE
    if state == ABSENT:
        return NOT_THERE
    scheme = next((one for one in schemes if one.grade(state) is not None), schemes[0])
    return grade_name(scheme, state)


def verdict(moves: SchemeMoves) -> Text:
    """Return in a sentence what became of the customers of a scheme, and why."""
    counts = moves.counts
    if not moves.moved:
        return Text("Nobody moved.", "没有客户变动。")
    parts = [
        words.filled(n=f"{counts[kind]:,}")
        for kind, words in (
            ("higher", Text("{n} up", "{n} 位升级")),
            ("lower", Text("{n} down", "{n} 位降级")),
            ("other", Text("{n} to another class", "{n} 位换类")),
            ("gained", Text("{n} gained a grade", "{n} 位获得等级")),
            ("lost", Text("{n} lost theirs", "{n} 位失去等级")),
            ("entered", Text("{n} came in with a grade", "{n} 位新进入并有等级")),
            ("left", Text("{n} left", "{n} 位退出")),
        )
        if counts[kind]
    ]
    return Text(
        "{m} {m:customer|customers} moved ({p}); {s} stayed. {w}",
        "{m} 位客户变动（{p}），{s} 位不变。{w}",
    ).filled(
        m=moves.moved,
        p=joined(parts, ", ", "，"),
        s=f"{counts['same']:,}",
        w=moves.not_split or _by_cause(moves),
    )


def _by_cause(moves: SchemeMoves) -> Text:
    said = [
        Text("{n} by {c}", "{c} {n} 位").filled(
            n=f"{customers:,}",
            c=joined([CAUSES[cause] for cause in causes], " and ", "与"),
        )
        for causes, customers in moves.together.items()
    ]
    return Text("Why: {c}.", "原因：{c}。").filled(c=joined(said, "; ", "；"))


def move_in_words(
    move: CustomerMove, between: CustomerMoves, who: str, currency: str | None = None
) -> Text:
    """Return what became of a customer under a scheme, and why, in a sentence.

    Args:
        move: What became of it.
        between: Where it comes from.
        who: What the customer is called.
        currency: The currency of money, where the data names one.
    """
    sides = [run.standard.schemes.get(move.scheme) for run in (between.before, between.after)]
    schemes = [scheme for scheme in sides if scheme is not None]
    grades = [state_in_words(state, *schemes) for state in (move.before, move.after)]
    causes = move.causes
    if not move.there_before:
        return Text("{w} came in: {g}.", "{w} 新进入：{g}。").filled(w=who, g=grades[1])
    if not move.there_after:
        return Text("{w} left: {g} before.", "{w} 已退出，此前为{g}。").filled(w=who, g=grades[0])
    if not causes:
        return Text("{w} stays: {g}.", "{w} 不变：{g}。").filled(w=who, g=grades[1])
    said = []
    for cause in causes:
        steps = [leg for leg in move.legs if leg.cause == cause and leg.start != leg.end]
        ends = [state_in_words(state, *schemes) for state in (steps[0].start, steps[-1].end)]
        words = _cause_in_words(cause, move, between, currency)
        if len(causes) == 1 and move.moved:
            said.append(words)
        else:
            said.append(
                Text("{c} (from {a} to {b})", "{c}（由{a}到{b}）").filled(
                    c=words, a=ends[0], b=ends[1]
                )
            )
    reason = joined(said, "; ", "；")
    if not move.moved:
        return Text(
            "{w} stays: {g}, for what moved it cancels out: {r}.",
            "{w} 不变：{g}，各原因相互抵消：{r}。",
        ).filled(w=who, g=grades[1], r=reason)
    return Text("{w} moved from {a} to {b}: {r}.", "{w} 由{a}变为{b}：{r}。").filled(
        w=who, a=grades[0], b=grades[1], r=reason
    )


def _cause_in_words(
    cause: str, move: CustomerMove, between: CustomerMoves, currency: str | None
) -> Text:
    if cause == "behaviour":
        known = [c for c in move.changed if c.before is not None and c.after is not None]
        return _with_metrics(
            Text("its own figures changed", "自身数据变化"), known or move.changed, currency
        )
    if cause == "data":
        flipped = [c for c in move.changed if (c.before is None) != (c.after is None)]
        return _with_metrics(Text("data came or went", "数据有无的变化"), flipped, currency)
    if cause == "calibration":
        return _lines_in_words(move, between)
    if cause == "standard":
        before, after = between.before.standard, between.after.standard
        return Text(
            "the standard changed from version {a} to {b}", "标准由第 {a} 版改为第 {b} 版"
        ).filled(a=before.version, b=after.version)
    return Text("a hold or an override", "保级规则或人工调级")


def _with_metrics(words: Text, changed: Sequence[ChangedMetric], currency: str | None) -> Text:
    if not changed:
        return words
    ranked = sorted(changed, key=_smaller_change)[:_MOST_METRICS]
    said = [
        Text("{m} {a} → {b}", "{m} {a} → {b}").filled(
            m=lowered(one.metric.name),
            a=metric_in_words(one.before, one.metric.unit, currency),
            b=metric_in_words(one.after, one.metric.unit, currency),
        )
        for one in ranked
    ]
    return Text("{w}: {m}", "{w}：{m}").filled(w=words, m=joined(said, ", ", "，"))


def _smaller_change(one: ChangedMetric) -> tuple[bool, Decimal]:
    """Return a key that puts large relative changes of numbers first, then all else."""
    before, after = one.before, one.after
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        larger = max(abs(Decimal(before)), abs(Decimal(after)))
        return False, -(abs(Decimal(after) - Decimal(before)) / larger if larger else Decimal(0))
    return True, Decimal(0)


def _lines_in_words(move: CustomerMove, between: CustomerMoves) -> Text:
    """Return how the lines moved: those of the grades it went between, where there are any."""
    one, other = (
        run.calibration.schemes.get(move.scheme) for run in (between.before, between.after)
    )
    said = []
    if one is not None and other is not None:
        for grade, line in other.smallest.items():
            before = one.smallest.get(grade)
            if line is None or before is None or line == before:
                continue
            said.append(
                Text("{g} from {a} to {b}", "{g} 由 {a} 到 {b}").filled(
                    g=grade,
                    a=metric_in_words(before, "points"),
                    b=metric_in_words(line, "points"),
                )
            )
    words = Text("the lines moved with the others", "标定随整体变化")
    if not said:
        return words
    return Text("{w}: {l}", "{w}：{l}").filled(w=words, l=joined(said, ", ", "，"))
