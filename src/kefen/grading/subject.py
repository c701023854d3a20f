"""One customer under one scheme, as explanations look at it: values, names, what was learned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kefen.compiler.steps import part
from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import names_in
from kefen.expressions.wording import in_words
from kefen.grading.wording import metric_in_words
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.decision_words import grade_name, joined, names_of_scheme
from kefen.standards.model import TOTAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Scheme


@dataclass(slots=True)
class Subject:
    """One customer under one scheme.

    Attributes:
        run: The run that graded.
        scheme: The scheme.
        values: Every metric and every step's value of the customer.
        who: What the customer is called.
        words: What the names in the scheme's expressions are called.
    """

    run: StoredRun
    scheme: Scheme
    values: Mapping[str, Value]
    who: str
    words: Mapping[str, Text] = field(init=False)
    _scope: dict[str, Value] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.words = self.run.kept(("words", self.scheme.id), self._made_words)

    def _made_words(self) -> dict[str, Text]:
        words = names_of_scheme(self.run.standard, self.scheme)
        for other in self.run.standard.schemes.values():
            if other.id not in self.run.standard.metrics:
                words[other.id] = Text("grade under {n}", "{n}的等级").filled(n=other.name)
        return words

    @property
    def currency(self) -> str | None:
        """Return the currency of money, if the data names one."""
        found: str | None = self.run.record.get("currency")
        return found

    @property
    def eligible(self) -> bool:
        """Return whether the scheme grades the customer."""
        return self.own("eligible") is True

    def own(self, name: str, item: str = "") -> Value:
        """Return the value of a step of the scheme; None where it has no such step."""
        return self.values.get(part(self.scheme.id, name, item))

    @property
    def calibration(self) -> SchemeCalibration:
        """Return what the scheme learned of the customer's group, or of all."""
        whole = self.run.calibration.schemes.get(self.scheme.id, SchemeCalibration(0))
        if self.scheme.within is None:
            return whole
        group = self.own("within")
        return whole.groups.get(str(group), SchemeCalibration(0)) if group is not None else whole

    @property
    def scope(self) -> Mapping[str, Value]:
        """Return the values of the names that the scheme's expressions may use."""
        if self._scope is None:
            self._scope = self._made_scope()
        return self._scope

    def _made_scope(self) -> dict[str, Value]:
        schemes, metrics = self.run.standard.schemes, self.run.standard.metrics
        scope: dict[str, Value] = {name: self.values.get(part(name, "grade")) for name in schemes}
        scope |= {f"{n}.score": self.values.get(part(n, "score")) for n in schemes}
        scope |= {learned.id: None for learned in self.scheme.learns}
        scope |= dict(self.calibration.learned)
        scope |= {TOTAL: self.own("points"), "score": self.own("raw_score")}
        parts = [one.id for one in self.scheme.indicators]
        parts += [group.id for group in self.scheme.groups]
        scope |= {f"{TOTAL}.{item}": self.own("points", item) for item in parts}
        scope |= {name: self.values.get(name) for name in metrics}
        return scope | {"as_of": self.run.as_of}

    def value_of(self, tree: Expression) -> Value:
        """Return the value of one of the scheme's expressions."""
        # The scheme's expressions live as long as the run does, so that their ids stand for them.
        return self.run.kept(("value", id(tree)), lambda: evaluation(tree))(self.scope)

    def of(self, tree: Expression) -> Text:
        """Return one of the scheme's expressions in words."""
        key = ("in words", self.scheme.id, id(tree))
        return self.run.kept(key, lambda: in_words(tree, self.words))

    def unit_of(self, tree: Expression) -> str:
        """Return the unit an expression is shown in: that of the one metric it names."""
        names = names_in(tree)
        metric = self.run.standard.metrics.get(names[0]) if len(names) == 1 else None
        return metric.unit if metric is not None else "count"

    def shown(self, tree: Expression, value: Value) -> Text:
        """Return the value of an expression in words, by the unit of what it names."""
        return metric_in_words(value, self.unit_of(tree), self.currency)

    def condition(self, tree: Expression) -> Text:
        """Return a condition in words, with the values behind it: `x > 3 (Purchases: 2)`."""
        rule = self.of(tree)
        facts = [
            Text("{n}: {v}", "{n}：{v}").filled(n=self.words[name], v=self._named(name))
            for name in names_in(tree)
            if name != "as_of" and name in self.words
        ]
        if not facts:
            return rule
        return Text("{r} ({f})", "{r}（{f}）").filled(r=rule, f=joined(facts, "; ", "；"))

    def _named(self, name: str) -> Text:
        value = self.scope.get(name)
        metric = self.run.standard.metrics.get(name)
        if metric is not None:
            return metric_in_words(value, metric.unit, self.currency)
        scheme = self.run.standard.schemes.get(name)
        if scheme is not None and value is not None:
            return grade_name(scheme, str(value))
        return metric_in_words(value, "text")

    def grade_name(self, grade: str | None) -> Text:
        """Return the name of a grade; of an entry that stands for a reason, `no grade: ...`."""
        if grade is None:
            return Text("no grade", "不评级")
        found = self.scheme.grade(grade)
        if found is not None and found.reason is not None:
            return Text("no grade: {r}", "不评级：{r}").filled(
                r=self.run.standard.reasons[found.reason]
            )
        return grade_name(self.scheme, grade)
