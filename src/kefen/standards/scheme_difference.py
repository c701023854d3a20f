"""What differs in one scheme that two standards have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kefen.domain.decimals import from_units
from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.changes import Change, changed, meaning, named_changes, unsaid
from kefen.standards.decision_words import (
    decision_in_words,
    grade_rule,
    names_of_scheme,
    plain,
    rule_effect_in_words,
)
from kefen.standards.indicator_words import bounds_in_words, indicator_in_words
from kefen.standards.model import Bands, CutOffs
from kefen.standards.movement_words import movement_in_words
from kefen.standards.weight_source import weight_sources_in_words
from kefen.standards.words import learned_in_words, outcomes_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kefen.standards.model import Grade, Indicator, Scheme, ScoreLine, Standard


class SchemeDifference:
    """One scheme in two standards.

    Names are called as in the new standard, where it has them.

    Args:
        standards: The old and the new standard.
        old: The scheme in the old one.
        new: The scheme in the new one.
    """

    def __init__(self, standards: tuple[Standard, Standard], old: Scheme, new: Scheme) -> None:
        self.old = old
        self.new = new
        self.reasons = {**standards[0].reasons, **standards[1].reasons}
        self.part = f"schemes.{new.id}"
        self.names = names_of_scheme(standards[0], old) | names_of_scheme(standards[1], new)

    def changes(self) -> Iterator[Change]:
        """Yield what differs."""
        found = [*self._scheme(), *self._parts(), *self._grades()]
        if not any(change.kind != "worded" for change in found) and (
            meaning(self.old) != meaning(self.new)
        ):
            found.append(unsaid(self.part, Text("Scheme", "方案"), self.new.name))
        yield from found

    def _scheme(self) -> Iterator[Change]:
        old, new, name = self.old, self.new, self.new.name
        for what, was, now in (
            (Text("who is graded", "评级范围"), self._among(old), self._among(new)),
            (Text("why others are not", "其余客户的原因"), self._others(old), self._others(new)),
            (Text("total", "总分"), _bounds(old), _bounds(new)),
        ):
            yield from changed(
                self.part, Text("{s}, {w}", "{s}的{w}").filled(s=name, w=what), was, now
            )
        was_decided = decision_in_words(old, self.names)
        now_decided = decision_in_words(new, self.names)
        for line in was_decided:
            if line not in now_decided:
                yield Change(
                    "removed",
                    self.part,
                    Text("{s}: no longer: {l}", "{s}：不再适用：{l}").filled(s=name, l=line),
                )
        for line in now_decided:
            if line not in was_decided:
                yield Change(
                    "added",
                    self.part,
                    Text("{s}: now: {l}", "{s}：新增：{l}").filled(s=name, l=line),
                )
        if (old.question, old.rationale, old.advice) != (new.question, new.rationale, new.advice):
            yield Change(
                "worded",
                self.part,
                Text(
                    "{s}: question, rationale or advice are reworded.",
                    "{s}：问题、依据或建议的文字有改动。",
                ).filled(s=name),
            )
        if weight_sources_in_words(old) != weight_sources_in_words(new):
            told = Text(
                "{s}: where its weights come from is told anew.", "{s}：权重来源的说明有改动。"
            )
            yield Change("worded", self.part, told.filled(s=name))

    def _among(self, scheme: Scheme) -> Text:
        if scheme.among is None:
            return Text("every customer", "全部客户")
        return in_words(scheme.among, self.names)

    def _others(self, scheme: Scheme) -> Text:
        return self.reasons.get(scheme.otherwise, Text("none", "无"))

    def _parts(self) -> Iterator[Change]:
        old, new, names = self.old, self.new, self.names
        groups = {group.id: group for group in (*old.groups, *new.groups)}
        yield from self._named(
            "learn",
            Text("learned value", "学习所得数值"),
            old.learns,
            new.learns,
            lambda one: learned_in_words(one, names),
        )
        yield from self._named(
            "groups",
            Text("group", "分组"),
            old.groups,
            new.groups,
            lambda group: _bounds(group, group.weight),
        )
        yield from self._named(
            "indicators",
            Text("indicator", "指标项"),
            old.indicators,
            new.indicators,
            lambda one: indicator_in_words(one, groups, names),
            self._indicator,
        )

    def _grades(self) -> Iterator[Change]:
        old, new, names = self.old, self.new, self.names
        reasons = self.reasons
        yield from self._named(
            "grades",
            Text("grade", "等级"),
            old.grades,
            new.grades,
            lambda grade: grade_rule(new if grade in new.grades else old, grade.id, names),
            self._grade,
        )
        yield from self._order("grades", Text("The grades", "各等级"), old.grades, new.grades)
        yield from self._named(
            "rules",
            Text("rule", "规则"),
            old.rules,
            new.rules,
            lambda rule: Text("where {c}, {e}", "若{c}，{e}").filled(
                c=in_words(rule.when, names),
                e=rule_effect_in_words(new if rule in new.rules else old, rule, reasons),
            ),
        )
        yield from self._order("rules", Text("The rules", "各规则"), old.rules, new.rules)
        yield from self._movement()
        yield from self._named(
            "tags",
            Text("tag", "标记"),
            old.tags,
            new.tags,
            lambda tag: in_words(tag.when, names),
        )

    def _movement(self) -> Iterator[Change]:
        """Yield what differs in how grades move, each part by its sentence."""
        was = dict(movement_in_words(self.old, self.names))
        now = dict(movement_in_words(self.new, self.names))
        for key in dict.fromkeys((*was, *now)):
            old, new = was.get(key), now.get(key)
            if old == new:
                continue
            part = f"{self.part}.movement.{key}"
            said = {"s": self.new.name, "a": old, "b": new}
            if old is None:
                words = Text("{s}: grades now move so: {b}", "{s}：升降新增：{b}")
                yield Change("added", part, words.filled(**said))
            elif new is None:
                words = Text("{s}: grades no longer move so: {a}", "{s}：升降取消：{a}")
                yield Change("removed", part, words.filled(**said))
            else:
                words = Text(
                    "{s}: grades now move so: {b} Before: {a}", "{s}：升降改为：{b}原为：{a}"
                )
                yield Change("changed", part, words.filled(**said))

    def _named(
        self,
        key: str,
        kind: Text,
        old: Sequence[Any],
        new: Sequence[Any],
        words: Callable[[Any], Text],
        within: Callable[[Any, Any], Iterator[Change]] | None = None,
    ) -> Iterator[Change]:
        for change in named_changes(
            f"{self.part}.{key}",
            kind,
            {one.id: one for one in old},
            {one.id: one for one in new},
            name=lambda one: one.name,
            words=words,
            within=within,
        ):
            sentence = Text("{s}: {t}", "{s}：{t}").filled(s=self.new.name, t=change.sentence)
            yield replace(change, sentence=sentence)

    def _order(
        self, key: str, what: Text, old: Sequence[Any], new: Sequence[Any]
    ) -> Iterator[Change]:
        common = {one.id for one in old} & {one.id for one in new}
        was = [one.id for one in old if one.id in common]
        now = [one.id for one in new if one.id in common]
        if was != now:
            yield Change(
                "changed",
                f"{self.part}.{key}",
                Text(
                    "{s}: {w} stand in another order: {a}, before {b}.",
                    "{s}：{w}的顺序改为 {a}，原为 {b}。",
                ).filled(
                    s=self.new.name,
                    w=Text(what.en.lower(), what.zh),
                    a=", ".join(now),
                    b=", ".join(was),
                ),
            )

    def _indicator(self, old: Indicator, new: Indicator) -> Iterator[Change]:
        part = f"{self.part}.indicators.{new.id}"
        what = Text("indicator “{n}”", "指标项“{n}”").filled(n=new.name)
        if old.weight is not None and new.weight is not None and old.weight != new.weight:
            yield Change(
                "changed",
                part,
                Text("{i}: weight from {a} to {b}.", "{i}：权重由 {a} 改为 {b}。").filled(
                    i=what, a=plain(from_units(old.weight)), b=plain(from_units(new.weight))
                ),
            )
            old = replace(old, weight=new.weight)
        if meaning(old) == meaning(new):
            return
        rescored = replace(old, scoring=new.scoring)
        if _simple(old.scoring) and _simple(new.scoring) and meaning(rescored) == meaning(new):
            yield from self._bands(part, what, old, new)
            return
        groups = {group.id: group for group in (*self.old.groups, *self.new.groups)}
        was = indicator_in_words(old, groups, self.names)
        now = indicator_in_words(new, groups, self.names)
        yield from changed(part, what, was, now)

    def _bands(self, part: str, what: Text, old: Indicator, new: Indicator) -> Iterator[Change]:
        was, now = self._by_condition(old), self._by_condition(new)
        if list(was) == list(now):
            for condition, points in now.items():
                if was[condition] != points:
                    yield Change(
                        "changed",
                        part,
                        Text(
                            "{i}, {c}: from {a} to {b} points.", "{i}，{c}：由 {a} 分改为 {b} 分。"
                        ).filled(i=what, c=condition, a=plain(was[condition]), b=plain(points)),
                    )
            return
        yield from changed(part, what, _band_list(was), _band_list(now))

    def _by_condition(self, indicator: Indicator) -> dict[Text, Any]:
        names = {**self.names, "value": in_words(indicator.value, self.names)}
        assert isinstance(indicator.scoring, Bands)  # noqa: S101  asked before
        return {
            in_words(band.condition, names)
            if band.condition is not None
            else Text("else", "其余"): band.points
            for band in indicator.scoring.bands
        }

    def _grade(self, old: Grade, new: Grade) -> Iterator[Change]:
        part = f"{self.part}.grades.{new.id}"
        what = Text("grade “{n}”", "等级“{n}”").filled(n=new.name)
        lines = _line(self.old, old.id), _line(self.new, new.id)
        if _only_low(lines[0]) and _only_low(lines[1]):
            was, now = plain(lines[0].low), plain(lines[1].low)  # type: ignore[union-attr,arg-type]
            if was != now:
                yield Change(
                    "changed",
                    part,
                    Text("{g}: from {a} to {b} points.", "{g}：由 {a} 分改为 {b} 分。").filled(
                        g=what, a=was, b=now
                    ),
                )
        else:
            yield from changed(
                part,
                what,
                grade_rule(self.old, old.id, self.names),
                grade_rule(self.new, new.id, self.names),
            )
        was_gets = dict(outcomes_in_words(self.old, old.id, self.names))
        now_gets = dict(outcomes_in_words(self.new, new.id, self.names))
        for key in dict.fromkeys((*was_gets, *now_gets)):
            before, after = was_gets.get(key), now_gets.get(key)
            if before == after:
                continue
            none = Text("nothing", "无")
            yield from changed(part, what, before or none, after or none)
        if old.reason != new.reason:
            yield from changed(part, what, self._reason(old), self._reason(new))
        if (old.advice, old.strategy, old.tone) != (new.advice, new.strategy, new.tone):
            yield Change(
                "worded",
                part,
                Text(
                    "{g}: advice, strategy or colour differ.", "{g}：建议、策略或颜色有改动。"
                ).filled(g=what),
            )

    def _reason(self, grade: Grade) -> Text:
        if grade.reason is None:
            return Text("a grade", "给予等级")
        return Text("no grade ({r})", "不评级（{r}）").filled(r=self.reasons[grade.reason])


def _bounds(part: Any, weight: int | None = None) -> Text:
    said = bounds_in_words(part.start, part.at_most, part.at_least)
    if weight is not None:
        own = Text("weight {w}", "权重 {w}").filled(w=plain(from_units(weight)))
        return own if said is None else Text("{o}, {s}", "{o}，{s}").filled(o=own, s=said)
    return said or Text("without bounds", "不设上下限")


def _simple(scoring: object) -> bool:
    return isinstance(scoring, Bands) and scoring.by is None


def _band_list(bands: Mapping[Text, Any]) -> Text:
    return Text(
        "; ".join(f"{condition.en}: {plain(points)}" for condition, points in bands.items()),
        "；".join(f"{condition.zh}：{plain(points)}" for condition, points in bands.items()),
    )


def _line(scheme: Scheme, grade: str) -> ScoreLine | None:
    if not isinstance(scheme.decision, CutOffs):
        return None
    found = [line for line in scheme.decision.lines if line.grade == grade]
    return found[0] if len(found) == 1 else None


def _only_low(line: ScoreLine | None) -> bool:
    return line is not None and line.low is not None and line.high is None and line.low_included
