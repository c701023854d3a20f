"""How grades may move, in words: to read aloud, and to be compared sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.periods import MONTH_NAMES
from kefen.domain.spans import ORDINALS, WEEKDAYS, Cadence
from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.decision_words import grade_name, joined, plain
from kefen.standards.movement import DAYS_AT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.domain.spans import Span
    from kefen.standards.model import (
        Counter,
        Event,
        Movement,
        MovementRule,
        Patience,
        Scheme,
        Way,
    )

_STATE: dict[str, Text] = {
    "computed": Text("the computed grade", "按数据的等级"),
    "previous": Text("the grade held before", "此前持有的等级"),
    "highest": Text("the highest grade ever held", "曾持有的最高等级"),
    "fell_from": Text("the grade before the last fall", "最近一次降级之前的等级"),
    "last_year": Text("last year's grade", "上一年度的等级"),
    "months_at_grade": Text("months at the grade held", "持有现等级的月数"),
    "months_graded": Text("months since the first grade", "首次定级以来的月数"),
    "months_since_rise": Text("months since the last rise", "距最近一次升级的月数"),
    "months_since_fall": Text("months since the last fall", "距最近一次降级的月数"),
}
_EVENTS: dict[Event, Text] = {
    "first": Text("the first grade", "首次定级"),
    "rise": Text("a rise", "升级"),
    "fall": Text("a fall", "降级"),
    "stay": Text("being kept again", "再次保级"),
}
_PERIODS: dict[int, Text] = {
    1: Text("month", "月"),
    3: Text("quarter", "季度"),
    6: Text("half-year", "半年"),
    12: Text("year", "年"),
}
_EFFECT: dict[str, Text] = {
    "next day": Text("the next day", "次日"),
    "next month": Text("the first day of the next month", "次月首日"),
    "next quarter": Text("the first day of the next quarter", "下季度首日"),
    "next year": Text("the first day of the next year", "次年首日"),
}
_WEEKDAYS_ZH = ("一", "二", "三", "四", "五", "六", "日")


def movement_in_words(scheme: Scheme, names: Mapping[str, Text]) -> tuple[tuple[str, Text], ...]:
    """Return each part of a scheme's movement with its sentence; nothing where grades do not move.

    Args:
        scheme: The scheme.
        names: What the names in its expressions are called.
    """
    if scheme.movement is None:
        return ()
    return tuple(_Words(scheme, scheme.movement, names).all())


class _Words:
    def __init__(self, scheme: Scheme, movement: Movement, names: Mapping[str, Text]) -> None:
        self.scheme = scheme
        self.movement = movement
        self.names = {**names, **_STATE}
        self.names |= {counter.id: counter.name for counter in movement.counters}
        for code in movement.names:
            held = Text("days held at {g} or higher", "持有{g}及以上的天数")
            self.names[f"{DAYS_AT}.{code}"] = held.filled(g=grade_name(scheme, code))

    def all(self) -> Iterator[tuple[str, Text]]:
        movement = self.movement
        if movement.cadence is not None:
            yield "every", cadence_in_words(movement.cadence)
        if movement.at_once is not None:
            said = Text("Grades move at once where {c}.", "出现下列情况立即调级：{c}。")
            yield "at_once", said.filled(c=in_words(movement.at_once, self.names))
        if movement.takes_effect in _EFFECT:
            said = Text("A move is in force from {d}.", "变动自{d}起生效。")
            yield "takes_effect", said.filled(d=_EFFECT[movement.takes_effect])
        yield from self._lines()
        for event, spans in movement.keeps.items():
            said = Text("From {e} on, a grade is kept {t}.", "自{e}起，等级保留{t}。")
            yield f"keeps.{event}", said.filled(e=_EVENTS[event], t=self._by_grade(spans))
        yield from self._way("rise", Text("A rise", "升级"), movement.rise)
        yield from self._way("fall", Text("A fall", "降级"), movement.fall)
        for counter in movement.counters:
            yield f"counters.{counter.id}", self._counter(counter)
        for rule in movement.rules:
            yield f"rules.{rule.id}", self._rule(rule)

    def _lines(self) -> Iterator[tuple[str, Text]]:
        for key, lines, said in (
            ("to_rise", self.movement.to_rise, Text("To rise to {g}: {c}.", "升为{g}：{c}。")),
            ("to_stay", self.movement.to_stay, Text("To stay at {g}: {c}.", "保住{g}：{c}。")),
        ):
            for code, condition in lines.items():
                words = in_words(condition, self.names)
                yield f"{key}.{code}", said.filled(g=grade_name(self.scheme, code), c=words)

    def _way(self, key: str, what: Text, way: Way) -> Iterator[tuple[str, Text]]:
        parts: list[Text] = []
        if way.by_hand:
            parts.append(Text("is given by a person", "由人工提出"))
        if way.when is not None:
            only = Text("only where {c}", "仅当{c}")
            parts.append(only.filled(c=in_words(way.when, self.names)))
        if way.after:
            parts.append(self._after(way.after))
        if way.once_in is not None:
            once = Text("at most once in {s}", "{s}内至多一次")
            parts.append(once.filled(s=span_in_words(way.once_in)))
        if way.steps is not None:
            steps = Text("at most {n} {n:grade|grades} at once", "一次至多 {n} 级")
            parts.append(steps.filled(n=way.steps))
        if parts:
            said = Text("{w}: {p}.", "{w}：{p}。")
            yield key, said.filled(w=what, p=joined(parts, ", ", "，"))

    def _after(self, after: Mapping[str | None, Patience]) -> Text:
        parts = []
        for code, own in after.items():
            if own.times is not None:
                words = Text("{n} times running", "连续 {n} 次").filled(n=own.times)
            else:
                words = span_in_words(own.span) if own.span is not None else Text("", "")
            parts.append(self._of_grade(code, words, alone=len(after) == 1))
        said = Text("after the reason has lasted {t}", "原因持续{t}之后")
        return said.filled(t=joined(parts, ", ", "、"))

    def _by_grade(self, spans: Mapping[str | None, Span]) -> Text:
        parts = []
        for code, span in spans.items():
            words = span_in_words(span)
            if span.count is not None:
                words = Text("for {t}", "{t}").filled(t=words)
            parts.append(self._of_grade(code, words, alone=len(spans) == 1))
        return joined(parts, ", ", "、")

    def _of_grade(self, code: str | None, words: Text, *, alone: bool) -> Text:
        if code is None:
            return words if alone else Text("{t} otherwise", "其余 {t}").filled(t=words)
        return Text("{t} for {g}", "{g} {t}").filled(t=words, g=grade_name(self.scheme, code))

    def _counter(self, counter: Counter) -> Text:
        events = [_EVENTS[event] for event in _EVENTS if event in counter.afresh]
        if isinstance(counter.every, Cadence):
            day = Text("each {d}", "每年 {d}").filled(d=_day_in_words(counter.every))
            events.append(day)
        elif counter.every is not None:
            every = Text("every {s}", "每满 {s}").filled(s=span_in_words(counter.every))
            events.append(every)
        said = Text("{n} counts {c}, afresh after {e}.", "{n}累计{c}，在{e}后重新起算。")
        if counter.carries_above:
            said = Text(
                "{n} counts {c}, afresh after {e}; what is above {a} goes on counting.",
                "{n}累计{c}，在{e}后重新起算，超出{a}的部分继续计入。",
            )
        return said.filled(
            n=counter.name,
            c=in_words(counter.counts, self.names),
            e=joined(events, ", ", "、"),
            a=self._above(counter),
        )

    def _above(self, counter: Counter) -> Text:
        lines = counter.carries_above
        parts = [
            self._of_grade(code, Text.same(plain(line)), alone=len(lines) == 1)
            for code, line in lines.items()
        ]
        return joined(parts, ", ", "、")

    def _rule(self, rule: MovementRule) -> Text:
        if rule.level.code is not None:
            level = grade_name(self.scheme, rule.level.code)
        else:
            level = {
                0: Text("the grade held before", "此前的等级"),
                1: Text("one above the grade held before", "此前等级的上一级"),
                -1: Text("one below the grade held before", "此前等级的下一级"),
            }[rule.level.steps]
        effect = {
            "grade": Text("the grade is {g}", "等级为{g}"),
            "at_most": Text("at most {g}", "至多为{g}"),
            "at_least": Text("at least {g}", "至少为{g}"),
        }[rule.effect].filled(g=level)
        said = {"n": rule.name, "c": in_words(rule.when, self.names), "e": effect}
        if rule.lasts is None:
            return Text("{n}: where {c}, {e}.", "{n}：若{c}，{e}。").filled(**said)
        lasts = span_in_words(rule.lasts)
        if rule.lasts.count is not None:
            lasts = Text("for {t}", "为期 {t}").filled(t=lasts)
        return Text("{n}: where {c}, {e}, {t}.", "{n}：若{c}，{e}，{t}。").filled(**said, t=lasts)


def span_in_words(span: Span) -> Text:
    """Return a length of time in words: `6 months`, `until 31 January`, `for ever`."""
    if span.count is not None:
        if span.unit == "days":
            return Text("{n} {n:day|days}", "{n} 天").filled(n=span.count)
        return Text("{n} {n:month|months}", "{n} 个月").filled(n=span.count)
    if span.month is None:
        return Text("for ever", "永久")
    name = MONTH_NAMES[span.month - 1]
    english = f"until the end of {name}" if span.day is None else f"until {span.day} {name}"
    chinese = f"{span.month} 月末" if span.day is None else f"{span.month} 月 {span.day} 日"
    if span.year is None:
        return Text(english, f"至下一个 {chinese}")
    ordinal = ORDINALS[span.year - 1]
    return Text(f"{english} of the {ordinal} year", f"至第 {span.year} 个年度的 {chinese}")


def cadence_in_words(cadence: Cadence) -> Text:
    """Return on which days grades move."""
    period = _PERIODS[cadence.months]
    return Text("Grades move every {p}, on {d}.", "每{p}调级一次，日期为{d}。").filled(
        p=period, d=_day_in_words(cadence)
    )


def _day_in_words(cadence: Cadence) -> Text:
    """Return the day of a month or a year: `the last day`, `20 April`."""
    month = MONTH_NAMES[cadence.month - 1]
    named = cadence.months > 1
    if cadence.weekday is not None:
        day = Text(
            f"the last {WEEKDAYS[cadence.weekday]}", f"最后一个星期{_WEEKDAYS_ZH[cadence.weekday]}"
        )
    elif cadence.day is None:
        day = Text("the last day", "最后一天")
    else:
        day = Text(f"day {cadence.day}" if not named else str(cadence.day), f"{cadence.day} 日")
    if named:
        joint = " of " if cadence.day is None else " "
        day = Text(f"{day.en}{joint}{month}", f"{cadence.month} 月{day.zh}")
    return day
