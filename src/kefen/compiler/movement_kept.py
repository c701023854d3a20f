"""What comes of a movement: what happened, what people read, what the next run needs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from kefen.compiler.movement_steps import (
    FALSE,
    NONE,
    TRUE,
    ZERO,
    MovementSteps,
    both,
    either,
    end_of,
    later,
    positive,
)
from kefen.compiler.steps import chosen, known
from kefen.domain.spans import Cadence
from kefen.expressions.tree import Call, Literal
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Name
    from kefen.standards.model import Counter, Event, Movement


class MovementOutcome(MovementSteps):
    """Writes the steps after the grade held is known."""

    def _events(self, movement: Movement) -> None:
        before, now = self._at("base_rank"), self._at("based")
        graded = positive(before)
        entered = self._step("entered", both(Call("not", (graded,)), positive(now)))
        rose = self._step("rose", both(graded, Call("greater", (now, before))))
        fell = self._step("fell", both(graded, Call("less", (now, before))))
        until = self._was("kept_until")
        ended = chosen(known(until), Call("at_most", (until, Literal(self.as_of))), TRUE)
        stays = both(graded, self._at("due"), Call("equals", (now, before)), ended)
        renewed = Literal("stay" in movement.keeps)
        stayed = self._step("stayed", both(renewed, stays, Call("not", (self._at("falls"),))))
        happened: dict[Event, Name] = {"first": entered, "rise": rose, "fall": fell, "stay": stayed}
        kept: Expression = self._was("kept_until")
        for event, happens in reversed(happened.items()):
            spans = movement.keeps.get(event, {})
            ends = {grade: end_of(span, self.as_of) for grade, span in spans.items()}
            kept = chosen(happens, self._by_grade(ends, NONE, now), kept)
        self._step("kept_until", kept, ValueType.DATE)
        for counter in movement.counters:
            self._counter(counter, happened)

    def _counter(self, counter: Counter, happened: Mapping[Event, Name]) -> None:
        name = counter.id
        begins: Expression = FALSE
        for event in sorted(counter.afresh):
            begins = either(begins, happened[event])
        began = self._was(self._own("counter_began", name))
        first = Call("not", (known(began),))
        if isinstance(counter.every, Cadence):
            # The first run is on the day itself, or has not seen the last one.
            before = self.before or self.as_of - timedelta(days=1)
            if counter.every.falls_within(before, self.as_of):
                begins = TRUE
        elif counter.every is not None:
            over = Call("at_most", (later(began, counter.every), Literal(self.as_of)))
            begins = either(begins, chosen(over, TRUE, FALSE))
        base = self._was(self._own("counter_base", name))
        counted = self._at("counted", name)
        again = self._step("counter_afresh", begins, item=name)
        kept = chosen(known(base), base, ZERO)
        new: Expression = Call("first_known", (counted, ZERO))
        if counter.carries_above:
            new = Call(
                "subtract",
                (
                    new,
                    self._step("counter_carried", self._carried(counter), ValueType.DECIMAL, name),
                ),
            )
        self._step("counter_base", chosen(again, new, kept), ValueType.DECIMAL, name)
        self._step(
            "counter_began",
            chosen(either(again, first), Literal(self.as_of), began),
            ValueType.DATE,
            name,
        )

    def _carried(self, counter: Counter) -> Expression:
        """Return what of a counter goes on counting when it begins afresh: 0 or more."""
        lines = {grade: Literal(line) for grade, line in counter.carries_above.items()}
        line = self._by_grade(lines, NONE, self._at("based"))
        above = Call("subtract", (self._at("counter", counter.id), line))
        return Call("largest", (Call("first_known", (above, ZERO)), ZERO))

    def _shown(self, movement: Movement | None) -> None:
        """Write what people read, and what the next run needs."""
        held, computed = self._at("held"), self._at("computed_rank")
        grade = self._step("now", self._code(held), ValueType.TEXT, "grade")
        self._step("now", self._at("grade"), ValueType.TEXT, "computed")
        overridden = Call("differs", (held, self._at("ruled")))
        ruled = known(self._at("ruled_by"))
        differs = Call("differs", (held, computed))
        why = chosen(
            overridden,
            Literal("override"),
            chosen(ruled, Literal("rule"), self._at("base_hold")),
        )
        hold = self._step("now", chosen(differs, why, NONE), ValueType.TEXT, "hold")
        by = chosen(overridden, self._at("override_id"), self._at("ruled_by"))
        self._step("now", chosen(differs, by, NONE), ValueType.TEXT, "by")
        self._step("now", self._held_until(movement, hold), ValueType.DATE, "held_until")
        same = Call("equals", (grade, self._was("grade")))
        since = chosen(same, self._was("since"), Literal(self._in_force(movement)))
        self._step("now", chosen(known(grade), since, NONE), ValueType.DATE, "since")
        moved = self._step("now", self._code(self._at("ruled")), ValueType.TEXT, "moved")
        same = Call("equals", (moved, self._was("moved")))
        since = chosen(same, self._was("moved_since"), Literal(self._in_force(movement)))
        self._step("now", chosen(known(moved), since, NONE), ValueType.DATE, "moved_since")
        self._step("now", self._code(self._at("based")), ValueType.TEXT, "base")
        self._history(movement)
        override = self._step(
            "now", chosen(overridden, self._at("override_id"), NONE), ValueType.TEXT, "override"
        )
        still = both(
            Call("equals", (override, self._was("override"))), known(self._was("apart_since"))
        )
        apart = chosen(still, self._was("apart_since"), Literal(self.as_of))
        self._step("now", chosen(overridden, apart, NONE), ValueType.DATE, "apart_since")

    def _history(self, movement: Movement | None) -> None:
        ruled = self._at("ruled")
        first = self._was("first_on")
        graded = chosen(positive(ruled), Literal(self.as_of), NONE)
        self._step("now", chosen(known(first), first, graded), ValueType.DATE, "first_on")
        highest = Call("largest", (ruled, self._rank(self._was("highest"))))
        self._step("now", self._code(highest), ValueType.TEXT, "highest")
        last_year = self._at("last_year") if movement is not None else self._last_year()
        self._step("now", last_year, ValueType.TEXT, "last_year")
        if movement is None:
            for name in ("kept_until", "risen_on", "fallen_on", "waits_since"):
                self._step("now", NONE, ValueType.DATE, name)
            for name in ("fell_from", "waits_for"):
                self._step("now", NONE, ValueType.TEXT, name)
            self._step("now", NONE, ValueType.INTEGER, "waits_times")
            return
        self._step("now", self._at("kept_until"), ValueType.DATE, "kept_until")
        rose, fell = self._at("rose"), self._at("fell")
        today = Literal(self.as_of)
        self._step("now", chosen(rose, today, self._was("risen_on")), ValueType.DATE, "risen_on")
        self._step("now", chosen(fell, today, self._was("fallen_on")), ValueType.DATE, "fallen_on")
        regained = Call("at_least", (self._at("based"), self._rank(self._was("fell_from"))))
        lost = chosen(regained, NONE, self._was("fell_from"))
        fell_from = chosen(fell, self._was("base"), lost)
        self._step("now", fell_from, ValueType.TEXT, "fell_from")
        self._waiting(movement)

    def _waiting(self, movement: Movement) -> None:
        """Write what a customer waits for; between days of the calendar it goes on waiting."""
        values: dict[str, Expression] = {
            "for": self._was("waits_for"),
            "since": self._was("waits_since"),
            "times": self._was("waits_times"),
        }
        nothing: dict[str, Expression] = dict.fromkeys(values, NONE)
        values = {name: chosen(self._at("due"), nothing[name], values[name]) for name in values}
        for direction, way, target in (
            ("fall", movement.fall, "fallen"),
            ("rise", movement.rise, "risen"),
        ):
            if not way.after:
                continue
            wants, stays = self._at(f"{direction}s"), self._at(f"{direction}_hold")
            partly = Call("differs", (self._at(target), self._at(f"{direction}_to")))
            waits: dict[str, Expression] = {
                "for": Literal(direction),
                "since": self._at(f"{direction}_waits"),
                "times": self._at(f"{direction}_times"),
            }
            # After a step on the way the wait for the next one begins.
            again: dict[str, Expression] = {
                "for": Literal(direction),
                "since": Literal(self.as_of),
                "times": ZERO,
            }
            values = {
                name: chosen(
                    wants,
                    chosen(known(stays), waits[name], chosen(partly, again[name], nothing[name])),
                    values[name],
                )
                for name in values
            }
        self._step("now", values["for"], ValueType.TEXT, "waits_for")
        self._step("now", values["since"], ValueType.DATE, "waits_since")
        self._step("now", values["times"], ValueType.INTEGER, "waits_times")

    def _held_until(self, movement: Movement | None, hold: Name) -> Expression:
        ends: dict[str, Expression] = {
            "override": self._at("override_until"),
            "rule": self._at("ruled_until"),
        }
        if movement is not None:
            ends["keeps"] = self._was("kept_until")
            for direction, way in (("rise", movement.rise), ("fall", movement.fall)):
                if way.after:
                    ends[f"{direction}_after"] = self._at(f"{direction}_waits_until")
                if way.once_in is not None:
                    ends[f"{direction}_once_in"] = self._at(f"{direction}_free")
            if movement.cadence is not None:
                following = Literal(movement.cadence.next_after(self.as_of))
                ends |= dict.fromkeys(("calendar", "rise_steps", "fall_steps"), following)
        pairs = [item for code, end in ends.items() for item in (Literal(code), end)]
        return Call("choose", (hold, *pairs, NONE))

    def _in_force(self, movement: Movement | None) -> date:
        """Return the day from which a move of this run is in force."""
        return takes_effect_on(movement.takes_effect if movement else "same day", self.as_of)


def takes_effect_on(words: str, as_of: date) -> date:
    """Return the day from which a move is in force.

    Args:
        words: `same day`, `next day`, or `next month`, `next quarter`, `next year`: its first day.
        as_of: The day as of which the move was found.
    """
    if words == "same day":
        return as_of
    if words == "next day":
        return as_of + timedelta(days=1)
    months = {"next month": 1, "next quarter": 3, "next year": 12}[words]
    index = as_of.year * 12 + as_of.month - 1
    year, month = divmod(index - index % months + months, 12)
    return date(year, month + 1, 1)
