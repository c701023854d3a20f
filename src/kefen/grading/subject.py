"""One customer under one scheme, as explanations look at it: values, names, what was learned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from kefen.compiler.steps import part
from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import names_in
from kefen.expressions.wording import in_words
from kefen.grading.wording import metric_in_words
from kefen.standards.calibration import NOTHING_LEARNED
from kefen.standards.decision_words import grade_name, names_of_scheme
from kefen.standards.model import TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kefen.expressions.evaluator import Evaluation
    from kefen.expressions.tree import Expression, Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Metric, Scheme

Made = TypeVar("Made")
_NO_GRADE = Text("no grade", "不评级")


@dataclass(slots=True)
class _Found:
    """What is the same for all customers of a run under one scheme, found when first asked for.

    The scheme's expressions live as long as the run does, so that their ids stand for them. An
    explanation asks some hundreds of times: for a table of its own, sooner answered than `kept`.

    Attributes:
        evaluations: How expressions are evaluated.
        words: Expressions in words.
        names: The names in them.
        named: Those of the names that have words.
        units: The units they are shown in.
        grades: The names of grades by code; empty until one is asked for.
    """

    evaluations: dict[int, Evaluation] = field(default_factory=dict)
    words: dict[int, Text] = field(default_factory=dict)
    names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    named: dict[int, tuple[str, ...]] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    grades: dict[str, Text] = field(default_factory=dict)


@dataclass(slots=True)
class Subject:
    """One customer under one scheme.

    Attributes:
        run: The run that graded.
        scheme: The scheme.
        values: Every metric and every step's value of the customer.
        who: What the customer is called.
        shared: What was made before for the same values, under this scheme or another.
        eligible: Whether the scheme grades the customer.
        words: What the names in the scheme's expressions are called.
    """

    run: StoredRun
    scheme: Scheme
    values: Mapping[str, Value]
    who: str
    shared: dict[object, Any] = field(default_factory=dict, repr=False)
    eligible: bool = field(init=False)
    words: Mapping[str, Text] = field(init=False)
    _scope: dict[str, Value] | None = field(init=False, default=None)
    _found: _Found = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._found = self.run.kept(("found", self.scheme.id), _Found)
        self.eligible = self.own("eligible") is True
        self.words = self.run.kept(("words", self.scheme.id), self._made_words)

    def _made_words(self) -> dict[str, Text]:
        words = names_of_scheme(self.run.standard, self.scheme)
        for other in self.run.standard.schemes.values():
            if other.id not in self.run.standard.metrics:
                words[other.id] = Text("grade under {n}", "{n}的等级").filled(n=other.name)
        return words

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Return what `make` gives, made once for the customer's values."""
        if key not in self.shared:
            self.shared[key] = make()
        found: Made = self.shared[key]
        return found

    @property
    def currency(self) -> str | None:
        """Return the currency of money, if the data names one."""
        found: str | None = self.run.record.get("currency")
        return found

    def own(self, name: str, item: str = "") -> Value:
        """Return the value of a step of the scheme; None where it has no such step."""
        # As `part` names it; a scheme is asked for some thirty.
        step = f"{self.scheme.id}:{name}:{item}" if item else f"{self.scheme.id}:{name}"
        return self.values.get(step)

    @property
    def calibration(self) -> SchemeCalibration:
        """Return what the scheme learned of the customer's group, or of all."""
        whole = self.run.calibration.schemes.get(self.scheme.id, NOTHING_LEARNED)
        if self.scheme.within is None:
            return whole
        group = self.own("within")
        return whole.groups.get(str(group), NOTHING_LEARNED) if group is not None else whole

    @property
    def scope(self) -> Mapping[str, Value]:
        """Return the values of the names that the scheme's expressions may use."""
        if self._scope is None:
            self._scope = self._made_scope()
        return self._scope

    def _made_scope(self) -> dict[str, Value]:
        scope = dict(self.once("grades and scores", self._grades_and_scores))
        scope |= {learned.id: None for learned in self.scheme.learns}
        scope |= self.calibration.learned
        scope |= {TOTAL: self.own("points"), "score": self.own("raw_score")}
        parts = [one.id for one in self.scheme.indicators]
        parts += [group.id for group in self.scheme.groups]
        scope |= {f"{TOTAL}.{item}": self.own("points", item) for item in parts}
        scope |= self.once("metrics and day", self._metrics_and_day)
        return scope

    def _grades_and_scores(self) -> dict[str, Value]:
        schemes = self.run.standard.schemes
        scope: dict[str, Value] = {name: self.values.get(part(name, "grade")) for name in schemes}
        return scope | {f"{n}.score": self.values.get(part(n, "score")) for n in schemes}

    def _metrics_and_day(self) -> dict[str, Value]:
        metrics = self.run.standard.metrics
        return {name: self.values.get(name) for name in metrics} | {"as_of": self.run.as_of}

    def value_of(self, tree: Expression) -> Value:
        """Return the value of one of the scheme's expressions."""
        known = self._found.evaluations
        found = known.get(id(tree))
        if found is None:
            found = known[id(tree)] = evaluation(tree)
        return found(self.scope)

    def of(self, tree: Expression) -> Text:
        """Return one of the scheme's expressions in words."""
        known = self._found.words
        found = known.get(id(tree))
        if found is None:
            found = known[id(tree)] = in_words(tree, self.words)
        return found

    def names_of(self, tree: Expression) -> tuple[str, ...]:
        """Return every name in one of the scheme's expressions, as `names_in` does."""
        known = self._found.names
        found = known.get(id(tree))
        if found is None:
            found = known[id(tree)] = names_in(tree)
        return found

    def unit_of(self, tree: Expression) -> str:
        """Return the unit an expression is shown in: that of the one metric it names."""
        known = self._found.units
        found = known.get(id(tree))
        if found is None:
            found = known[id(tree)] = self._found_unit(tree)
        return found

    def _found_unit(self, tree: Expression) -> str:
        names = self.names_of(tree)
        metric = self.run.standard.metrics.get(names[0]) if len(names) == 1 else None
        return metric.unit if metric is not None else "count"

    def shown(self, tree: Expression, value: Value) -> Text:
        """Return the value of an expression in words, by the unit of what it names."""
        return metric_in_words(value, self.unit_of(tree), self.currency)

    def condition(self, tree: Expression) -> Text:
        """Return a condition in words, with the values behind it: `x > 3 (Purchases: 2)`."""
        return self.once(
            ("condition", self.scheme.id, id(tree)), lambda: self._made_condition(tree)
        )

    def _made_condition(self, tree: Expression) -> Text:
        rule = self.of(tree)
        known = self._found.named
        named = known.get(id(tree))
        if named is None:
            named = known[id(tree)] = self._named_in(tree)
        if not named:
            return rule
        facts = [self._fact(name) for name in named]
        english, chinese = "; ".join([f.en for f in facts]), "；".join([f.zh for f in facts])
        return Text(f"{rule.en} ({english})", f"{rule.zh}（{chinese}）")

    def _named_in(self, tree: Expression) -> tuple[str, ...]:
        """Return the names in an expression that have words."""
        names = self.names_of(tree)
        return tuple(name for name in names if name != "as_of" and name in self.words)

    def _fact(self, name: str) -> Text:
        """Return what a name stands for, and its value."""
        # A metric has the same name and value under every scheme.
        scheme = None if name in self.run.standard.metrics else self.scheme.id
        return self.once(("fact", scheme, name), lambda: self._made_fact(name))

    def _made_fact(self, name: str) -> Text:
        word, value = self.words[name], self._named(name)
        return Text(f"{word.en}: {value.en}", f"{word.zh}：{value.zh}")

    def metric(self, metric: Metric) -> Text:
        """Return the value of a metric in words; the same under every scheme."""
        return self.once(
            ("in words", metric.id),
            lambda: metric_in_words(self.values.get(metric.id), metric.unit, self.currency),
        )

    def _named(self, name: str) -> Text:
        metric = self.run.standard.metrics.get(name)
        if metric is not None:
            return self.metric(metric)
        value = self.scope.get(name)
        scheme = self.run.standard.schemes.get(name)
        if scheme is not None and value is not None:
            return grade_name(scheme, str(value))
        return metric_in_words(value, "text")

    def grade_name(self, grade: str | None) -> Text:
        """Return the name of a grade; of an entry that stands for a reason, `no grade: ...`."""
        if grade is None:
            return _NO_GRADE
        names = self._found.grades
        if not names and self.scheme.grades:
            names.update(self._made_grade_names())
        found = names.get(grade)
        # Open classes are as many as the data has.
        return grade_name(self.scheme, grade) if found is None else found

    def _made_grade_names(self) -> dict[str, Text]:
        return {
            grade.id: grade_name(self.scheme, grade.id)
            if grade.reason is None
            else Text("no grade: {r}", "不评级：{r}").filled(
                r=self.run.standard.reasons[grade.reason]
            )
            for grade in self.scheme.grades
        }
