"""What differs between two standards, in sentences: their meaning is compared, not their text."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from kefen.domain.decimals import from_units
from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.decision_words import (
    decision_in_words,
    grade_rule,
    names_of_scheme,
    percent,
    plain,
    rule_effect_in_words,
)
from kefen.standards.editions import span_in_words
from kefen.standards.indicator_words import bounds_in_words, indicator_in_words
from kefen.standards.metric_words import metric_in_words, window_in_words
from kefen.standards.model import Bands, CutOffs, Place
from kefen.standards.words import learned_in_words, outcomes_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kefen.standards.model import Grade, Indicator, Scheme, ScoreLine, Standard

ChangeKind: TypeAlias = Literal["added", "removed", "changed", "worded"]
Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        kind: `added`, `removed`, `changed`; `worded` where only what people read differs.
        part: What it is about, such as `schemes.rating.grades.A`.
        sentence: The difference in words.
    """

    kind: ChangeKind
    part: str
    sentence: Text


def differences(old: Standard, new: Standard) -> tuple[Change, ...]:
    """Return what differs between two standards, in the order of the document."""
    return tuple(_Difference(old, new).changes())


class _Difference:
    """Two standards, and what the names of either are called: by the new one where it has them."""

    def __init__(self, old: Standard, new: Standard) -> None:
        self.old = old
        self.new = new
        self.reasons = {**old.reasons, **new.reasons}

    def changes(self) -> Iterator[Change]:
        yield from self._document()
        yield from _named(
            "reasons",
            Text("reason", "原因"),
            self.old.reasons,
            self.new.reasons,
            name=lambda wording: wording,
            words=lambda code: Text("", ""),
        )
        names = {metric.id: metric.name for metric in self.old.metrics.values()}
        names |= {metric.id: metric.name for metric in self.new.metrics.values()}
        yield from _named(
            "metrics",
            Text("metric", "指标"),
            self.old.metrics,
            self.new.metrics,
            name=lambda metric: metric.name,
            words=lambda metric: _metric(metric, names),
        )
        yield from _named(
            "schemes",
            Text("scheme", "方案"),
            self.old.schemes,
            self.new.schemes,
            name=lambda scheme: scheme.name,
            words=lambda scheme: scheme.question,
            within=lambda old, new: _SchemeDifference(self, old, new).changes(),
        )

    def _document(self) -> Iterator[Change]:
        old, new = self.old, self.new
        before, after = old.constants, new.constants
        yield from _worded("name", Text("The standard", "标准"), old.name, new.name)
        for part, what, was, now in (
            ("standard", Text("Code", "代码"), Text.same(old.id), Text.same(new.id)),
            (
                "version",
                Text("Version", "版本"),
                Text.same(str(old.version)),
                Text.same(str(new.version)),
            ),
            ("valid_from", Text("In force", "有效期"), span_in_words(old), span_in_words(new)),
            (
                "window",
                Text("Window", "窗口"),
                window_in_words(before.window),
                window_in_words(after.window),
            ),
            (
                "confidence",
                Text("Confidence is low below (customers graded)", "置信度低的参评客户数界限"),
                Text.same(str(before.small_population)),
                Text.same(str(after.small_population)),
            ),
            (
                "confidence",
                Text("Confidence is low below (months covered)", "置信度低的月份覆盖界限"),
                Text.same(percent(before.coverage)),
                Text.same(percent(after.coverage)),
            ),
        ):
            yield from _from_to(part, what, was, now)
        if old.description != new.description:
            yield Change(
                "worded", "description", Text("The description is reworded.", "说明文字有改动。")
            )


class _SchemeDifference:
    """One scheme in both standards."""

    def __init__(self, whole: _Difference, old: Scheme, new: Scheme) -> None:
        self.whole = whole
        self.old = old
        self.new = new
        self.part = f"schemes.{new.id}"
        self.names = names_of_scheme(whole.old, old) | names_of_scheme(whole.new, new)

    def changes(self) -> Iterator[Change]:
        found = [*self._scheme(), *self._parts(), *self._grades()]
        if not any(change.kind != "worded" for change in found) and (
            _meaning(self.old) != _meaning(self.new)
        ):
            found.append(_unsaid(self.part, Text("Scheme", "方案"), self.new.name))
        yield from found

    def _scheme(self) -> Iterator[Change]:
        old, new, name = self.old, self.new, self.new.name
        for what, was, now in (
            (Text("who is graded", "评级范围"), self._among(old), self._among(new)),
            (Text("why others are not", "其余客户的原因"), self._others(old), self._others(new)),
            (Text("total", "总分"), _bounds(old), _bounds(new)),
        ):
            yield from _changed(
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

    def _among(self, scheme: Scheme) -> Text:
        if scheme.among is None:
            return Text("every customer", "全部客户")
        return in_words(scheme.among, self.names)

    def _others(self, scheme: Scheme) -> Text:
        return self.whole.reasons.get(scheme.otherwise, Text("none", "无"))

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
        reasons = self.whole.reasons
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
        yield from self._named(
            "tags",
            Text("tag", "标记"),
            old.tags,
            new.tags,
            lambda tag: in_words(tag.when, names),
        )

    def _named(
        self,
        key: str,
        kind: Text,
        old: Sequence[Any],
        new: Sequence[Any],
        words: Callable[[Any], Text],
        within: Callable[[Any, Any], Iterator[Change]] | None = None,
    ) -> Iterator[Change]:
        for change in _named(
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
        if _meaning(old) == _meaning(new):
            return
        rescored = replace(old, scoring=new.scoring)
        if _simple(old.scoring) and _simple(new.scoring) and _meaning(rescored) == _meaning(new):
            yield from self._bands(part, what, old, new)
            return
        groups = {group.id: group for group in (*self.old.groups, *self.new.groups)}
        was = indicator_in_words(old, groups, self.names)
        now = indicator_in_words(new, groups, self.names)
        yield from _changed(part, what, was, now)

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
        yield from _changed(part, what, _band_list(was), _band_list(now))

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
            yield from _changed(
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
            yield from _changed(part, what, before or none, after or none)
        if old.reason != new.reason:
            yield from _changed(part, what, self._reason(old), self._reason(new))
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
        return Text("no grade ({r})", "不评级（{r}）").filled(r=self.whole.reasons[grade.reason])


def _metric(metric: Any, names: Mapping[str, Text]) -> Text:
    words = metric_in_words(metric, names)
    if words.window is None:
        return words.formula
    return Text("{f}; {w}", "{f}；{w}").filled(f=words.formula, w=words.window)


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


def _named(
    part: str,
    kind: Text,
    old: Mapping[str, Named],
    new: Mapping[str, Named],
    *,
    name: Callable[[Named], Text],
    words: Callable[[Named], Text],
    within: Callable[[Named, Named], Iterator[Change]] | None = None,
) -> Iterator[Change]:
    """Yield what differs between the things of one kind, by their ids."""
    for identifier, one in old.items():
        if identifier not in new:
            yield Change(
                "removed",
                f"{part}.{identifier}",
                Text("the {k} “{n}” is gone.", "{k}“{n}”已取消。").filled(k=kind, n=name(one)),
            )
    for identifier, one in new.items():
        where = f"{part}.{identifier}"
        if identifier not in old:
            said = words(one)
            sentence = Text("new {k} “{n}”: {w}.", "新增{k}“{n}”：{w}。")
            if not said.en:
                sentence = Text("new {k} “{n}”.", "新增{k}“{n}”。")
            yield Change("added", where, sentence.filled(k=kind, n=name(one), w=said))
            continue
        before = old[identifier]
        what = Text("{k} “{n}”", "{k}“{n}”").filled(k=kind, n=name(one))
        yield from _worded(
            where,
            Text("{k} “{i}”", "{k}“{i}”").filled(k=kind, i=identifier),
            name(before),
            name(one),
        )
        if within is not None:
            found = list(within(before, one))
        else:
            found = list(_changed(where, what, words(before), words(one)))
        yield from found
        if not found and _meaning(before) != _meaning(one):
            yield _unsaid(where, kind, name(one))


def _from_to(part: str, what: Text, was: Text, now: Text) -> Iterator[Change]:
    if was != now:
        sentence = Text("{w}: from {a} to {b}.", "{w}：由{a}改为{b}。")
        yield Change("changed", part, sentence.filled(w=what, a=was, b=now))


def _changed(part: str, what: Text, was: Text, now: Text) -> Iterator[Change]:
    if was != now:
        sentence = Text("{w}: from “{a}” to “{b}”.", "{w}：由“{a}”改为“{b}”。")
        yield Change("changed", part, sentence.filled(w=what, a=was, b=now))


def _worded(part: str, what: Text, was: Text, now: Text) -> Iterator[Change]:
    if was != now:
        sentence = Text("{w} is called “{b}”, before “{a}”.", "{w}的名称改为“{b}”，原为“{a}”。")
        yield Change("worded", part, sentence.filled(w=what, a=was, b=now))


def _unsaid(part: str, kind: Text, name: Text) -> Change:
    return Change(
        "changed",
        part,
        Text(
            "the {k} “{n}” differs in a detail that words do not show; compare the documents.",
            "{k}“{n}”有文字表述未体现的细节差异，请对照原文。",
        ).filled(k=Text(kind.en.lower(), kind.zh), n=name),
    )


def _meaning(thing: Any) -> Any:
    """Return a thing without its places and wording, to be compared with another."""
    if isinstance(thing, Place | Text):
        return None
    if is_dataclass(thing):
        return (
            type(thing).__name__,
            *(
                _meaning(getattr(thing, one.name))
                for one in fields(thing)
                if one.name not in ("advice", "strategy", "tone")
            ),
        )
    if isinstance(thing, dict):
        return [(key, _meaning(value)) for key, value in thing.items()]
    if isinstance(thing, list | tuple):
        return [_meaning(one) for one in thing]
    return thing
