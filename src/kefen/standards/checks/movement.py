"""Movement that contradicts itself, or that can never do anything."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.calendar import month_end
from kefen.domain.spans import Cadence
from kefen.domain.text import Text
from kefen.expressions.tree import Call, Literal, Name, names_in
from kefen.standards.checks.findings import plain, quoted
from kefen.standards.model import CutOffs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.domain.spans import Span
    from kefen.expressions.tree import Expression
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Places
    from kefen.standards.model import Counter, Movement, MovementRule, Scheme, Way

_UPWARD = ("at_least", "greater")


def check_movement(findings: Findings, scheme: Scheme, places: Places) -> None:
    """Find what contradicts itself in a scheme's movement, or has no effect."""
    if scheme.movement is not None:
        _Movement(findings, scheme, scheme.movement, places).check()


class _Movement:
    """The checks of one movement."""

    def __init__(
        self, findings: Findings, scheme: Scheme, movement: Movement, places: Places
    ) -> None:
        self.findings = findings
        self.scheme = scheme
        self.movement = movement
        self.places = places
        self.path = ("schemes", scheme.id, "movement")
        self.codes = [grade.id for grade in scheme.classes]

    def check(self) -> None:
        """Run all of them."""
        self._lines_to_stay()
        self._lines_to_rise()
        self._spans()
        for name, way in (("rise", self.movement.rise), ("fall", self.movement.fall)):
            self._way(name, way)
        self._counters()
        self._rules()
        self._at_once()

    # --- lines ------------------------------------------------------------------------------------

    def _lines_to_stay(self) -> None:
        """Find lines to stay that are harder than to rise, or easier than a lower grade's."""
        decision = self.scheme.decision
        lines = decision.lines if isinstance(decision, CutOffs) else ()
        needed = {line.grade: line.low for line in lines if line.low is not None}
        before: tuple[str, str, Decimal] | None = None
        for grade in self.codes:
            found = _threshold(self.movement.to_stay.get(grade))
            if found is None:
                continue
            name, least = found
            place = self.places.of(*self.path, "to_stay", grade)
            if name == "score" and grade in needed and least > needed[grade]:
                self.findings.error(
                    place,
                    Text(
                        "to stay “{g}” asks {s}, more than the {r} that give it",
                        "保住“{g}”要求 {s}，高于得到它所需的 {r}",
                    ).filled(g=grade, s=plain(least), r=plain(needed[grade])),
                    Text(
                        "Ask at most {r}: who is computed “{g}” stays anyhow.",
                        "请改为不高于 {r}：算出为“{g}”者本就保级。",
                    ).filled(g=grade, r=plain(needed[grade])),
                )
            if before is not None and before[1] == name and least > before[2]:
                self.findings.error(
                    place,
                    Text(
                        "to stay “{g}” asks {s}, more than the {r} of the higher “{b}”",
                        "保住“{g}”要求 {s}，高于更高一级“{b}”的 {r}",
                    ).filled(g=grade, s=plain(least), r=plain(before[2]), b=before[0]),
                    Text("Let the higher grade ask at least as much.", "较高等级的要求不应更低。"),
                )
            before = (grade, name, least)

    def _lines_to_rise(self) -> None:
        for grade in self.movement.to_rise:
            if grade not in self.movement.to_stay:
                self.findings.warning(
                    self.places.of(*self.path, "to_rise", grade),
                    Text(
                        "“{g}” is reached by a line of its own, but kept only where it is computed",
                        "“{g}”按自己的升级线得到，却只有算出为该级才能保住",
                    ).filled(g=grade),
                    Text(
                        "Say under “to_stay” what keeps it; otherwise it may be lost in the next "
                        "run.",
                        "请在“to_stay”中写明如何保住，否则下次评级即可能失去。",
                    ),
                )

    # --- times ------------------------------------------------------------------------------------

    def _spans(self) -> None:
        """Find times that are over before the next day on which grades move."""
        for event, spans in self.movement.keeps.items():
            for span in spans.values():
                if self._is_over(span):
                    self._nothing((*self.path, "keeps", event), "keeps", span)
        fall = self.movement.fall
        # Of two grades the lower one is the lowest, which nothing keeps.
        if (
            {"rise", "stay"} <= set(self.movement.keeps)
            and len(self.codes) > 2
            and not fall.after
            and fall.once_in is None
        ):
            self._falls_unkept()

    def _falls_unkept(self) -> None:
        """Note terms of a grade that was risen to and kept, but none of one fallen to."""
        if "fall" not in self.movement.keeps:
            self.findings.note(
                self.places.of(*self.path, "keeps"),
                Text(
                    "“keeps” says nothing of “fall”: a grade that was fallen to may fall again in "
                    "the next run",
                    "“keeps”没有写“fall”：降级后的等级在下一次评级即可能再降",
                ),
                Text(
                    "Add “fall: 1 year”, for example, unless that is meant.",
                    "例如补上“fall: 1 year”；若本意如此，则无需修改。",
                ),
            )

    def _way(self, name: str, way: Way) -> None:
        path = (*self.path, name)
        if way.steps is not None and way.steps >= len(self.codes) - 1:
            self.findings.warning(
                self.places.of(*path, "steps"),
                Text(
                    "{n} {n:step|steps} at once reach any of {c} grades",
                    "一次 {n} 级可到达 {c} 个等级中的任何一级",
                ).filled(n=way.steps, c=len(self.codes)),
                Text("Allow fewer, or remove it.", "请减少，或删除此项。"),
            )
        if way.once_in is not None and way.once_in.count is None:
            self.findings.error(
                self.places.of(*path, "once_in"),
                Text("“once_in” is a time between two moves", "“once_in”是两次变动的间隔"),
                Text("Write “6 months”.", "请写“6 months”。"),
            )
        elif way.once_in is not None and self._is_over(way.once_in):
            self._nothing((*path, "once_in"), "once_in", way.once_in)

    def _is_over(self, span: Span) -> bool:
        """Return whether a counted time is never longer than from one day of movement to the next.

        A day may be met late by a run, so that only months are compared.
        """
        cadence = self.movement.cadence
        if cadence is None or self.movement.at_once is not None or span.count is None:
            return False
        return span.unit == "months" and span.count <= cadence.months

    def _nothing(self, path: tuple[str, ...], key: str, span: Span) -> None:
        self.findings.warning(
            self.places.of(*path),
            Text(
                "“{k}” of {s} changes nothing: grades move only {c}",
                "“{k}”的 {s} 不起作用：等级只在固定周期变动（{c}）",
            ).filled(k=key, s=str(span), c=str(self.movement.cadence)),
            Text("Make it longer, or remove it.", "请延长，或删除此项。"),
        )

    def _at_once(self) -> None:
        movement = self.movement
        held = movement.cadence is not None or movement.keeps
        if movement.at_once is not None and not held:
            self.findings.warning(
                self.places.of(*self.path, "at_once"),
                Text(
                    "nothing keeps grades from moving, so that “at_once” changes nothing",
                    "等级本来就随时可变，“at_once”不起作用",
                ),
                Text("Add “every” or “keeps”, or remove it.", "请补上“every”或“keeps”，或删除。"),
            )

    # --- counters and rules -----------------------------------------------------------------------

    def _counters(self) -> None:
        used = set(_names(self.movement))
        for counter in self.movement.counters:
            path = (*self.path, "counters", counter.id)
            if counter.id not in used:
                self.findings.warning(
                    self.places.of(*path),
                    Text("nothing asks for the counter “{c}”", "计数器“{c}”没有用处").filled(
                        c=counter.id
                    ),
                    Text("Use it in a line or a rule, or remove it.", "请使用，或删除。"),
                )
            if isinstance(counter.every, Cadence) and not counter.every.ends_a_month:
                self._between_month_ends(counter, counter.every)
            if "stay" in counter.afresh and "stay" not in self.movement.keeps:
                self.findings.error(
                    self.places.of(*path, "afresh"),
                    Text(
                        "“{c}” begins afresh after “stay”, but no term is renewed",
                        "“{c}”在“stay”之后重新起算，但没有可续的保级期",
                    ).filled(c=counter.id),
                    Text(
                        "Add “keeps: {{stay: 1 year}}”, or leave “stay” out.",
                        "请补上“keeps: {{stay: 1 year}}”，或去掉“stay”。",
                    ).filled(),
                )

    def _between_month_ends(self, counter: Counter, day: Cadence) -> None:
        """Note a day on which the runs at the ends of months do not fall."""
        first = day.next_after(date(2000, 12, 31))
        self.findings.note(
            self.places.of(*self.path, "counters", counter.id, "afresh"),
            Text(
                "“{c}” begins afresh in the first run on or after {d}, which is no month's end: "
                "graded month by month, it begins on {e} only",
                "“{c}”在 {d} 当日或之后的首次评级时重新起算，而该日不是月末：逐月评级时，要到 {e} "
                "才重新起算",
            ).filled(c=counter.id, d=f"{first:%m-%d}", e=f"{month_end(first):%m-%d}"),
            Text(
                "Name the day before it, where that is a month's end (a counter is read before it "
                "begins afresh), or grade on the day too: kefen grade --as-of.",
                "若前一日是月末，请改写前一日（计数器先读取、后起算）；或在该日也评级一次："
                "kefen grade --as-of。",
            ),
        )

    def _rules(self) -> None:
        for place, rule in enumerate(self.movement.rules):
            self._without_effect(rule)
            for other in self.movement.rules[:place]:
                if rule.when == other.when:
                    self._against(other, rule)

    def _without_effect(self, rule: MovementRule) -> None:
        path = (*self.path, "rules", rule.id, rule.effect)
        ends = {"at_most": self.codes[0], "at_least": self.codes[-1]} if self.codes else {}
        if rule.level.code is not None and ends.get(rule.effect) == rule.level.code:
            self.findings.warning(
                self.places.of(*path),
                Text(
                    "the rule “{r}” changes nothing: “{g}” is no limit",
                    "规则“{r}”不起作用：“{g}”不构成限制",
                ).filled(r=rule.id, g=rule.level.code),
                Text("Name another grade, or remove the rule.", "请改写等级，或删除该规则。"),
            )

    def _against(self, first: MovementRule, second: MovementRule) -> None:
        """Refuse two rules of one condition of which the first can never be seen."""
        both = {first.effect: first.level, second.effect: second.level}
        low, high = both.get("at_least"), both.get("at_most")
        crossed = (
            low is not None
            and high is not None
            and low.code in self.codes
            and high.code in self.codes
            and self.codes.index(low.code) < self.codes.index(high.code)
        )
        if not crossed and not (first.effect == second.effect and first.level != second.level):
            return
        self.findings.error(
            self.places.of(*self.path, "rules", second.id),
            Text(
                "{r} hold for the same customers and contradict each other",
                "{r}针对同样的客户而互相矛盾",
            ).filled(r=quoted((first.id, second.id))),
            Text("Keep one of them, or change a condition.", "请保留其一，或修改条件。"),
        )


def _names(movement: Movement) -> Iterable[str]:
    for tree in movement.expressions():
        yield from names_in(tree)


def _threshold(tree: Expression | None) -> tuple[str, Decimal] | None:
    """Return the name and the number of `name >= number`; None for any other condition."""
    if not isinstance(tree, Call) or tree.operator not in _UPWARD:
        return None
    name, number = tree.arguments
    if not isinstance(name, Name) or not isinstance(number, Literal):
        return None
    value = number.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return name.name, Decimal(value)
