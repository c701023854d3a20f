"""How a grade moves: the grade a customer holds, from the computed one and the run before.

Written as steps like everything else, so that the population is served in SQL and one customer is
explained row by row by the same definitions (decision 0002). Grades are compared as ranks: the
lowest is 1, no grade is 0.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kefen.compiler.movement_kept import MovementOutcome
from kefen.compiler.movement_steps import (
    FALSE,
    NONE,
    TRUE,
    ZERO,
    both,
    either,
    end_of,
    later,
    positive,
)
from kefen.compiler.steps import Step, chosen, known
from kefen.domain.spans import EVER
from kefen.expressions.tree import Call, Literal, Name
from kefen.expressions.types import ValueType
from kefen.standards.movement import DAYS_AT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Movement, MovementRule, Patience, Way


class MovementPlan(MovementOutcome):
    """Writes the steps of one scheme's movement."""

    def steps(self) -> tuple[Step, ...]:
        """Return all steps, from ranks to what is shown and kept."""
        movement = self.scheme.movement
        self._ranks()
        if movement is None:
            self._step("base", Name(self._own("computed_rank")))
            self._step("base_hold", NONE, ValueType.TEXT)
            self._step("ruled", Name(self._own("base")))
            self._step("based", Name(self._own("base")))
            self._step("ruled_by", NONE, ValueType.TEXT)
            self._step("ruled_until", NONE, ValueType.DATE)
            self._overridden()
            self._shown(None)
            return tuple(self._steps)
        self._named(movement)
        self._targets(movement)
        self._rises(movement.rise)
        self._falls(movement)
        self._moves()
        self._ruled(movement)
        self._overridden()
        self._events(movement)
        self._shown(movement)
        return tuple(self._steps)

    def _ranks(self) -> None:
        self._step("computed_rank", self._rank(self._at("grade")))
        self._step("base_rank", self._rank(self._was("base")))
        self._step("moved_rank", self._rank(self._was("moved")))

    def _named(self, movement: Movement) -> None:
        """Bind the names that conditions may use of the customer's grades before."""
        before = positive(self._at("moved_rank"))
        self._names["computed"] = self._at("grade")
        self._names["previous"] = self._step(
            "previous", chosen(before, self._was("moved"), NONE), ValueType.TEXT
        )
        for name in ("highest", "fell_from"):
            self._names[name] = self._was(name)
        self._names["last_year"] = self._step("last_year", self._last_year(), ValueType.TEXT)
        for name, day in (
            ("months_at_grade", "moved_since"),
            ("months_graded", "first_on"),
            ("months_since_rise", "risen_on"),
            ("months_since_fall", "fallen_on"),
        ):
            months = Call("months_between", (self._was(day), Literal(self.as_of)))
            newcomer = ZERO if name in ("months_at_grade", "months_graded") else NONE
            tree = chosen(known(self._was(day)), months, newcomer)
            self._names[name] = self._step(name, tree, ValueType.INTEGER)
        passed = (self.as_of - self.before).days if self.before is not None else 0
        for code in movement.names:
            kept = self._was(self._own("at", code))
            sum_before = chosen(known(kept), kept, ZERO)
            held = Call("at_least", (self._at("moved_rank"), Literal(self._level_of(code))))
            grown = Call("add", (sum_before, Literal(passed)))
            tree = chosen(held, grown, sum_before)
            self._names[f"{DAYS_AT}.{code}"] = self._step("at", tree, ValueType.DECIMAL, code)
        for counter in movement.counters:
            counted = self._step(
                "counted", self._resolved(counter.counts), ValueType.DECIMAL, counter.id
            )
            base = self._was(self._own("counter_base", counter.id))
            since = Call("subtract", (counted, chosen(known(base), base, ZERO)))
            self._names[counter.id] = self._step("counter", since, ValueType.DECIMAL, counter.id)

    def _targets(self, movement: Movement) -> None:
        """Write what the customer would rise to, and what it would fall to."""
        cadence = movement.cadence
        due = cadence is None or self.before is None
        if cadence is not None and self.before is not None:
            due = cadence.falls_within(self.before, self.as_of)
        event = self._step(
            "event", FALSE if movement.at_once is None else self._holds(movement.at_once)
        )
        self._step("due", either(Literal(due), event))
        base, computed = self._at("base_rank"), self._at("computed_rank")
        to_rise: Expression = computed
        if movement.to_rise:
            to_rise = ZERO
            for level, code in enumerate(self.codes, 1):
                line: Expression = Call("at_least", (computed, Literal(level)))
                if code in movement.to_rise:
                    line = self._holds(movement.to_rise[code])
                to_rise = chosen(line, Literal(level), to_rise)
        self._step("rise_to", to_rise, ValueType.INTEGER)
        to_stay: Expression = ZERO
        for level, code in enumerate(self.codes, 1):
            line = Call("at_least", (computed, Literal(level)))
            if code in movement.to_stay:
                line = either(line, self._holds(movement.to_stay[code]))
            met = both(Call("at_least", (base, Literal(level))), line)
            to_stay = chosen(met, Literal(level), to_stay)
        self._step("fall_to", to_stay, ValueType.INTEGER)
        graded = positive(base)
        rises = both(graded, self._at("due"), Call("greater", (self._at("rise_to"), base)))
        self._step("rises", rises)
        falls = Call("greater", (base, self._at("fall_to")))
        self._step("falls", both(graded, self._at("due"), Call("not", (self._at("rises"),)), falls))

    def _waits(self, direction: str, after: Mapping[str | None, Patience]) -> Expression | None:
        """Write since when a reason to move lasts; return whether that is long enough."""
        if not after:
            return None
        waited = Call("equals", (self._was("waits_for"), Literal(direction)))
        since = self._step(
            f"{direction}_waits", chosen(waited, self._was("waits_since"), Literal(self.as_of))
        )
        more = Call("add", (self._was("waits_times"), Literal(1)))
        times = self._step(
            f"{direction}_times", chosen(waited, more, Literal(1)), ValueType.INTEGER
        )
        end = self._step(f"{direction}_waits_until", self._end_of_wait(after, since))
        enough: Expression = Call("at_most", (end, Literal(self.as_of)))
        by_times = {grade: own.times for grade, own in after.items() if own.times is not None}
        if by_times:
            needed = self._by_grade(
                {grade: Literal(count) for grade, count in by_times.items()}, NONE
            )
            enough = either(chosen(enough, TRUE, FALSE), Call("at_least", (times, needed)))
        # Where the grade held has no wait of its own, there is nothing to wait for.
        waits = self._by_grade(dict.fromkeys(after, TRUE), FALSE)
        return chosen(waits, chosen(enough, TRUE, FALSE), TRUE)

    def _end_of_wait(self, after: Mapping[str | None, Patience], since: Name) -> Expression:
        ends = {
            grade: later(since, own.span) if own.span is not None else NONE
            for grade, own in after.items()
        }
        return self._by_grade(ends, NONE)

    def _rises(self, way: Way) -> None:
        lifted: Expression | None = None
        if way.by_hand:
            since = self.before or date.min
            lifted = Call("greater", (self._given("lift_on"), Literal(since)))
        self._way("rise", way, lifted, self._was("risen_on"))
        base, target = self._at("base_rank"), self._at("rise_to")
        risen: Expression = target
        if way.steps is not None:
            risen = Call("smallest", (target, Call("add", (base, Literal(way.steps)))))
        free = Call("not", (known(self._at("rise_hold")),))
        self._step("risen", chosen(free, risen, base), ValueType.INTEGER)

    def _falls(self, movement: Movement) -> None:
        way = movement.fall
        until = self._was("kept_until")
        kept = both(
            Call("greater", (until, Literal(self.as_of))), Call("not", (self._at("event"),))
        )
        self._way("fall", way, None, self._was("fallen_on"), chosen(kept, TRUE, FALSE))
        base, target = self._at("base_rank"), self._at("fall_to")
        fallen: Expression = target
        if way.steps is not None:
            step = Call("subtract", (base, Literal(way.steps)))
            # Out of grading there are no steps.
            fallen = chosen(positive(target), Call("largest", (target, step)), ZERO)
        free = Call("not", (known(self._at("fall_hold")),))
        self._step("fallen", chosen(free, fallen, base), ValueType.INTEGER)

    def _way(
        self,
        direction: str,
        way: Way,
        lifted: Expression | None,
        last: Name,
        kept: Expression = FALSE,
    ) -> None:
        """Write why a move in a direction is held back; unknown where it is not."""
        hold: Expression = NONE
        if way.once_in is not None:
            free_from = self._step(f"{direction}_free", later(last, way.once_in))
            soon = Call("greater", (free_from, Literal(self.as_of)))
            hold = chosen(soon, Literal(f"{direction}_once_in"), hold)
        waited = self._waits(direction, way.after)
        if waited is not None:
            hold = chosen(waited, hold, Literal(f"{direction}_after"))
        if lifted is not None:
            hold = chosen(lifted, hold, Literal("by_hand"))
        if way.when is not None:
            hold = chosen(self._holds(way.when), hold, Literal(f"{direction}_when"))
        if kept != FALSE:
            hold = chosen(kept, Literal("keeps"), hold)
        self._step(f"{direction}_hold", hold, ValueType.TEXT)

    def _moves(self) -> None:
        """Write the grade under calendar, lines and ways, and what held it."""
        base, computed = self._at("base_rank"), self._at("computed_rank")
        rises, falls = self._at("rises"), self._at("falls")
        moved = chosen(rises, self._at("risen"), chosen(falls, self._at("fallen"), base))
        self._step("base", chosen(positive(base), moved, computed), ValueType.INTEGER)
        now = self._at("base")
        rise_steps = Call("less", (self._at("risen"), self._at("rise_to")))
        fall_steps = Call("greater", (self._at("fallen"), self._at("fall_to")))
        above = Call("greater", (now, computed))
        by_line = chosen(above, Literal("to_stay"), Literal("to_rise"))
        why_rise = Call(
            "first_known",
            (
                self._at("rise_hold"),
                chosen(rise_steps, Literal("rise_steps"), Literal("to_rise")),
            ),
        )
        why_fall = Call(
            "first_known",
            (self._at("fall_hold"), chosen(fall_steps, Literal("fall_steps"), by_line)),
        )
        why = chosen(
            self._at("due"),
            chosen(rises, why_rise, chosen(falls, why_fall, by_line)),
            Literal("calendar"),
        )
        differs = Call("differs", (now, computed))
        self._step("base_hold", chosen(differs, why, NONE), ValueType.TEXT)

    def _ruled(self, movement: Movement) -> None:
        """Apply the rules in turn: those that lower move the grade itself, floors lift it."""
        held, base = self._at("base"), self._at("base")
        by: Expression = NONE
        until: Expression = NONE
        ended: Expression = FALSE
        for rule in movement.rules:
            level = self._rule_level(rule)
            graded = Call("greater", (Call("add", (held, self._at("moved_rank"))), ZERO))
            applies = both(positive(level), Call("not", (ended,)), graded)
            if rule.effect == "at_most":
                applies = both(applies, Call("greater", (held, level)))
            elif rule.effect == "at_least":
                applies = both(applies, Call("less", (held, level)))
            applied = self._step("rule_applied", chosen(applies, TRUE, FALSE), item=rule.id)
            if rule.effect == "grade":
                ended = either(ended, positive(level))
            lowers = both(applied, Literal(rule.effect != "at_least"))
            under = Call("greater", (base, level)) if rule.effect == "at_most" else TRUE
            base = self._step(
                "rule_base", chosen(both(lowers, under), level, base), ValueType.INTEGER, rule.id
            )
            held = self._step("rule_held", chosen(applied, level, held), ValueType.INTEGER, rule.id)
            by = self._step(
                "rule_by", chosen(applied, Literal(rule.id), by), ValueType.TEXT, rule.id
            )
            end: Expression = NONE
            if rule.lasts is not None:
                end = self._at("rule_ends", rule.id)
                end = chosen(Call("equals", (end, Literal(EVER))), NONE, end)
            until = self._step("rule_until", chosen(applied, end, until), ValueType.DATE, rule.id)
        self._step("ruled", held, ValueType.INTEGER)
        self._step("based", base, ValueType.INTEGER)
        self._step("ruled_by", by, ValueType.TEXT)
        self._step("ruled_until", until, ValueType.DATE)

    def _rule_level(self, rule: MovementRule) -> Name:
        """Write the rank that a rule names now: 0 where it does not hold."""
        if rule.level.code is not None:
            named: Expression = Literal(self._level_of(rule.level.code))
        else:
            moved = self._at("moved_rank")
            shifted = Call("add", (moved, Literal(rule.level.steps)))
            within = Call("smallest", (shifted, Literal(len(self.codes))))
            within = Call("largest", (within, Literal(1)))
            named = chosen(positive(moved), within, ZERO)
        holds = self._step("rule_holds", self._holds(rule.when), item=rule.id)
        new = chosen(holds, named, ZERO)
        if rule.lasts is None:
            return self._step("rule_now", new, ValueType.INTEGER, rule.id)
        end_before = self._was(self._own("rule_ends", rule.id))
        going = self._step(
            "rule_going",
            chosen(Call("greater", (end_before, Literal(self.as_of))), TRUE, FALSE),
            item=rule.id,
        )
        level_before = self._rank(self._was(self._own("rule_level", rule.id)))
        now = self._step("rule_now", chosen(going, level_before, new), ValueType.INTEGER, rule.id)
        begins = both(holds, positive(now))
        ends = chosen(going, end_before, chosen(begins, end_of(rule.lasts, self.as_of), NONE))
        self._step("rule_ends", ends, ValueType.DATE, rule.id)
        self._step("rule_level", self._code(now), ValueType.TEXT, rule.id)
        return now

    def _overridden(self) -> None:
        """Apply what people say: a pin, or else a floor and a cap. They leave no trace."""
        ruled = self._at("ruled")
        pin, floor, cap = (
            self._step(kind, self._rank(self._given(kind)), ValueType.INTEGER)
            for kind in ("pin", "floor", "cap")
        )
        pinned = positive(pin)
        lifts = both(positive(floor), positive(ruled), Call("greater", (floor, ruled)))
        lowers = both(positive(cap), Call("greater", (ruled, cap)))
        self._step(
            "held",
            chosen(pinned, pin, chosen(lifts, floor, chosen(lowers, cap, ruled))),
            ValueType.INTEGER,
        )
        for item, of_type in (("id", ValueType.TEXT), ("until", ValueType.DATE)):
            pick = chosen(
                pinned,
                self._given(f"pin_{item}"),
                chosen(
                    lifts,
                    self._given(f"floor_{item}"),
                    chosen(lowers, self._given(f"cap_{item}"), Literal(None)),
                ),
            )
            self._step(f"override_{item}", pick, of_type)
