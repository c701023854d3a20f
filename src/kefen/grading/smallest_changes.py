"""The smallest single change of each metric that reaches a grade.

Numbers and dates are searched; of texts and of yes and no, the values that the standard compares
them with are tried. Every answer is found by grading: a change is reported only after the changed
customer was graded and has the wanted grade; of a number or date, also one smallest unit less was
graded and has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kefen.compiler.needs import scheme_needs
from kefen.compiler.plan import part
from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.tree import Call
from kefen.expressions.types import ValueType
from kefen.grading.explain import checked_scheme
from kefen.grading.json_values import plain_value
from kefen.grading.named import grade_called
from kefen.grading.smallest_unit import smallest_unit
from kefen.grading.turning_points import Follower, tests_of
from kefen.grading.values_compared import only_possible, values_compared
from kefen.grading.wording import metric_in_words
from kefen.standards.decision_words import joined
from kefen.standards.model import ComputedMetric, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.expressions.tree import Expression, Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Metric, ModelMetric

_MONEY_LIMIT = 10**18 - 1
_COUNT_LIMIT = 10**9
_DAY_ZERO = date(1900, 1, 1).toordinal()
_SEARCHED = (ValueType.INTEGER, ValueType.DECIMAL, ValueType.DATE)
_THERE = Text("The grade is there already.", "已是该等级。")


Found: TypeAlias = Literal["there already", "reached", "not reached", "unknown now", "not tried"]


@dataclass(frozen=True, slots=True)
class Reach:
    """The smallest change of one metric that reaches a grade, or why there is none.

    Attributes:
        metric: The metric's id.
        name: Its name.
        now: Its value now.
        needed: The value that reaches the grade; None when none does.
        change: `needed` less `now` (days for dates); None when none does, and for texts.
        words: The answer in words.
        found: Whether the grade is there already, a value reaches it, none does, the metric is
            unknown now, or no value could be tried.
    """

    metric: str
    name: Text
    now: Value
    needed: Value
    change: Decimal | int | None
    words: Text
    found: Found

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON; decimals as strings."""
        return {
            "metric": self.metric,
            "name": self.name.as_dict(),
            "now": plain_value(self.now),
            "needed": plain_value(self.needed),
            "change": plain_value(self.change),
            "words": self.words.as_dict(),
            "found": self.found,
        }


def smallest_changes(
    run: StoredRun,
    customer: str,
    grade: str,
    scheme: str,
    *,
    metrics: Mapping[str, Value] | None = None,
) -> tuple[Reach, ...]:
    """Return, for each movable metric of a scheme, the smallest single change that gives a grade.

    Movable is what is counted from facts or recorded, and imported, that the scheme rests on,
    also through other schemes. Each change found was graded; of numbers and dates one smallest
    unit less (0.0001, 1, a day, or what a mark is given in) was graded too, and misses.

    Args:
        run: The run that graded.
        customer: The customer's id.
        grade: The wanted grade: its code or its name, whatever the case.
        scheme: The scheme.
        metrics: The customer's metrics where the caller has them; None reads the run's.

    Raises:
        CallError: There is no such customer, scheme or grade.
    """
    scheme = checked_scheme(run, scheme)
    wanted = grade_called(run.standard.schemes[scheme], grade)
    stored = run.metrics_of(customer) if metrics is None else dict(metrics)
    order = run.needs(scheme)
    return tuple(
        _Search(run, stored, metric, scheme, order, wanted).answer()
        for metric in _movable(run, order)
    )


def _movable(run: StoredRun, order: Sequence[str]) -> list[Metric]:
    unavailable = set(run.record["metrics_not_available"])
    wanted: set[str] = set()
    pending = [n for s in order for names in _needed(run, s) for n in names]
    while pending:
        name = pending.pop()
        if name not in wanted and name in run.standard.metrics:
            wanted.add(name)
            pending += run.inputs(name)
    return [
        metric
        for metric in run.standard.metrics.values()
        if metric.id in wanted
        and metric.id not in unavailable
        and not set(run.inputs(metric.id)) & set(run.standard.metrics)
    ]


def _needed(run: StoredRun, scheme: str) -> tuple[frozenset[str], frozenset[str]]:
    return scheme_needs(run.standard, run.standard.schemes[scheme])


class _Search:
    """The search along one metric, in its smallest units.

    The grade is a step function of the metric. It can only change where a test changes (see
    `turning_points`), so those places are collected, tried from the nearest outward, and verified.
    """

    def __init__(
        self,
        run: StoredRun,
        stored: Mapping[str, Value],
        metric: Metric,
        scheme: str,
        order: tuple[str, ...],
        grade: str,
    ) -> None:
        self.run = run
        self.stored = stored
        self.metric = metric
        self.scheme = scheme
        self.order = order
        self.grade = grade
        self.unit = smallest_unit(metric, stored.get(metric.id))
        self._graded: dict[int, bool] = {}

    def answer(self) -> Reach:
        now = self.stored.get(self.metric.id)
        if self.metric.type not in _SEARCHED:
            return self._among_values(now)
        if now is None:
            return self._reach(
                None,
                "unknown now",
                Text(
                    "{m} is unknown now, so there is nothing to change.",
                    "{m}目前未知，无从改变。",
                ).filled(m=self.metric.name),
            )
        start = self._to_units(now)
        if self._hits(start):
            return self._reach(start, "there already", _THERE)
        found = self._nearest(start)
        if found is None:
            return self._reach(
                None,
                "not reached",
                Text("No change of {m} alone reaches it{h}.", "仅改变{m}无法达到{h}。").filled(
                    m=self.metric.name, h=self._held()
                ),
            )
        words = Text("{m} of {v} reaches it; now {n}{h}.", "{m}达到 {v} 即可；目前 {n}{h}。")
        return self._reach(
            found,
            "reached",
            words.filled(
                m=self.metric.name,
                v=self._words(self._from_units(found)),
                n=self._words(now),
                h=self._held(),
            ),
        )

    def _held(self) -> Text:
        """Return which metrics the answer leaves as they are though they rest on this one."""
        held = [self.run.standard.metrics[name].name for name in self.run.held([self.metric.id])]
        if not held:
            return Text("", "")
        return Text(" ({n} left as it is)", "（{n}维持不变）").filled(n=joined(held, ", ", "、"))

    def _among_values(self, now: Value) -> Reach:
        """Return which of the values that the standard compares the metric with reach it."""
        metric = self.metric
        if self._gives(now):
            return Reach(metric.id, metric.name, now, now, None, _THERE, "there already")
        values = values_compared(self.run, metric, self.order, self.stored)
        if not values:
            words = Text(
                "{m} was not tried: the standard names no value of it.",
                "未尝试{m}：标准中没有写出它的取值。",
            )
            said = words.filled(m=metric.name)
            return Reach(metric.id, metric.name, now, None, None, said, "not tried")
        reaching = [value for value in values if value != now and self._gives(value)]
        if reaching:
            said = joined([self._said(value) for value in reaching], " or ", " 或 ")
            return self._by_value(now, reaching[0], said)
        other = self._other_than(values)
        if other is not None and self._gives(other):
            listed = joined([self._said(value) for value in values], ", ", "、")
            said = Text("other than {v}", "{v} 以外的值").filled(v=listed)
            return self._by_value(now, other, said)
        words = Text("No value of {m} alone reaches it{h}.", "仅改变{m}无法达到{h}。")
        said = words.filled(m=metric.name, h=self._held())
        return Reach(metric.id, metric.name, now, None, None, said, "not reached")

    def _by_value(self, now: Value, value: Value, said: Text) -> Reach:
        metric = self.metric
        words = Text("{m} {v} reaches it; now {n}{h}.", "{m}为 {v} 即可；目前 {n}{h}。").filled(
            m=metric.name, v=said, n=self._said(now), h=self._held()
        )
        return Reach(metric.id, metric.name, now, value, None, words, "reached")

    def _other_than(self, values: Sequence[Value]) -> str | None:
        """Return a text that is none of those named; None where only those can be."""
        if self.metric.type is not ValueType.TEXT or only_possible(self.metric):
            return None
        other = "other"
        while other in values:
            other += "*"
        return other

    def _said(self, value: Value) -> Text:
        words = self._words(value)
        return Text(f"“{words.en}”", f"“{words.zh}”") if isinstance(value, str) else words

    def _reach(self, found: int | None, how: Found, words: Text) -> Reach:
        now = self.stored.get(self.metric.id)
        needed = None if found is None else self._from_units(found)
        change: Decimal | int | None = None
        if found is not None and now is not None:
            moved = found - self._to_units(now)
            change = (
                from_units(moved * self.unit) if self.metric.type is ValueType.DECIMAL else moved
            )
        return Reach(self.metric.id, self.metric.name, now, needed, change, words, how)

    def _words(self, value: Value) -> Text:
        return metric_in_words(value, self.metric.unit, self.run.record.get("currency"))

    # --- units ----------------------------------------------------------------------------

    def _to_units(self, value: Value) -> int:
        if isinstance(value, Decimal):
            return units(value) // self.unit
        if isinstance(value, date):
            return value.toordinal()
        if isinstance(value, int):
            return value
        raise TypeError(f"{self.metric.id} cannot be moved")

    def _from_units(self, number: int) -> Value:
        if self.metric.type is ValueType.DECIMAL:
            return from_units(number * self.unit)
        if self.metric.type is ValueType.DATE:
            return date.fromordinal(number)
        return number

    def _bounds(self) -> tuple[int, int]:
        definition = self.metric.definition
        judged = definition.judgement if isinstance(definition, FactMetric) else None
        if judged is not None and judged.lowest is not None and judged.highest is not None:
            return self._place_of(judged.lowest), self._place_of(judged.highest)
        if self.metric.type is ValueType.DATE:
            return _DAY_ZERO, self.run.as_of.toordinal()
        if self.metric.type is ValueType.INTEGER:
            return 0, _COUNT_LIMIT
        return -(_MONEY_LIMIT // self.unit), _MONEY_LIMIT // self.unit

    # --- search ---------------------------------------------------------------------------

    def _hits(self, number: int) -> bool:
        if number not in self._graded:
            self._graded[number] = self._gives(self._from_units(number))
        return self._graded[number]

    def _gives(self, value: Value) -> bool:
        """Return whether the metric at a value gives the grade."""
        try:
            changed = self.run.with_changes(self.stored, {self.metric.id: value})
            return self.run.evaluated(changed, self.order)[part(self.scheme, "grade")] == self.grade
        except OutOfRangeError:
            return False

    def _changed(self, number: int) -> dict[str, Value]:
        return self.run.with_changes(self.stored, {self.metric.id: self._from_units(number)})

    def _nearest(self, start: int) -> int | None:
        low, high = self._bounds()
        places = {n for n in self._places(start) if low <= n <= high and n != start}
        for number in sorted(places, key=lambda n: (abs(n - start), -n)):
            if self._hits(number):
                return self._edge(start, number)
        return None

    def _edge(self, start: int, hit: int) -> int:
        """Return the place nearest `start`, on the way to `hit`, where the grade is gained."""
        step = 1 if hit > start else -1
        if not self._hits(hit - step):
            return hit
        missing, reached = 0, abs(hit - start)
        while reached - missing > 1:
            middle = (missing + reached) // 2
            if self._hits(start + step * middle):
                reached = middle
            else:
                missing = middle
        return start + step * reached

    def _places(self, start: int) -> set[int]:
        """Return where the grade may change: both sides of every place where a test changes."""
        run, order = self.run, self.order
        formulas = {
            other.id: _formula(other.definition)
            for other in run.standard.metrics.values()
            if not isinstance(other.definition, FactMetric)
            and run.inputs(other.id)
            and other.id not in run.record["metrics_not_available"]
        }
        steps = [step for name in order for step in run.steps(name, self.stored)]
        values = run.evaluated(dict(self.stored) | {"as_of": run.as_of}, order)
        tests = tests_of(self.metric.id, formulas, steps, values)
        follower = Follower(
            self.metric.id,
            self._place_of,
            tests,
            self._changed,
            lambda metrics: run.evaluated(metrics, order),
        )
        return follower.places(self._grid(start, by_month=tests.by_month))

    def _place_of(self, value: Decimal) -> int:
        if self.metric.type is ValueType.DECIMAL:
            return floor(value * 10_000 / self.unit)
        return floor(value)

    def _grid(self, start: int, *, by_month: bool) -> set[int]:
        """Return places between which a tested number is taken to move one way."""
        low, high = self._bounds()
        points = {low, high, start, start - 1, start + 1, 0, 1, -1}
        size = 1
        while size < high - low:
            points |= {size, -size, start + size, start - size}
            size *= 8
        if by_month and self.metric.type is ValueType.DATE:
            first = date.fromordinal(low).year
            points |= {
                date(year, month, 1).toordinal() + beside
                for year in range(first, self.run.as_of.year + 1)
                for month in range(1, 13)
                for beside in (-1, 0)
            }
        return {p for p in points if low <= p <= high}


def _formula(definition: ComputedMetric | ModelMetric) -> Expression:
    """Return what a metric is computed from, as tests are looked for along it.

    What a model gives has no expression; it moves along with the model's inputs.
    """
    if isinstance(definition, ComputedMetric):
        return definition.formula
    return Call("modelled", definition.model.expressions)
