"""A stored run, and one customer of it: metrics, and grades evaluated row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
from sqlglot import exp

from kefen.compiler.needs import schemes_named
from kefen.compiler.rowwise_values import stored
from kefen.compiler.steps import part
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType
from kefen.grading.modelled.applying import application
from kefen.grading.months.differences import make_whole
from kefen.grading.outputs import (
    CALIBRATION_FILE,
    GRADES_FILE,
    METRICS_FILE,
    RECORD_FILE,
    SERVED_FILE,
    parquet_pattern,
    read_json,
    read_record,
)
from kefen.grading.scheme_steps import SchemeSteps
from kefen.grading.stored_held import StoredHeld
from kefen.grading.stored_metrics import StoredMetrics
from kefen.standards.calibration import Calibration, calibration_from_dict
from kefen.standards.model import ComputedMetric, FactMetric, ModelMetric
from kefen.standards.reader import read_standard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from kefen.compiler.plan import Step
    from kefen.expressions.evaluator import Evaluation
    from kefen.expressions.tree import Value
    from kefen.grading.serving.words import HeldGrade
    from kefen.standards.model import Standard


Kept = TypeVar("Kept")


@dataclass(slots=True)
class StoredRun:
    """A run read from its directory.

    Attributes:
        directory: Where its files are.
        standard: The standard it was graded under, from its own text.
        calibration: What the schemes learned.
        as_of: The as-of date.
        running: The schemes that were run, in order.
        not_run: The reason of each scheme that was not.
        record: The content of `run.json`.
    """

    directory: Path
    standard: Standard
    calibration: Calibration
    as_of: date
    running: tuple[str, ...]
    not_run: Mapping[str, Text]
    record: Mapping[str, Any]
    _formulas: dict[str, Evaluation] = field(default_factory=dict)
    _kept: dict[object, Any] = field(default_factory=dict)
    _steps: SchemeSteps = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._steps = SchemeSteps(self.standard, self.calibration, self.as_of, self.running)

    @classmethod
    def load(cls, directory: Path) -> StoredRun:
        """Return the run in a directory that `kefen grade --out` or a book wrote.

        Raises:
            CallError: There is no run in the directory.
            DataError: A file of it is damaged.
            StandardError: Its standard cannot be read by this version.
        """
        record = read_record(directory)
        make_whole(directory)
        try:
            standard = read_standard(record["standard"]["text"], f"{record['standard']['id']}.yaml")
            as_of = date.fromisoformat(record["as_of"])
            running = tuple(item["scheme"] for item in record["schemes"])
            not_run = {
                item["scheme"]: Text.from_dict(item["reason"]) for item in record["schemes_not_run"]
            }
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                Text("this is not the record of a run", "不是评级运行的记录"),
                where=str(directory / RECORD_FILE),
                mend=Text("Grade again.", "请重新评级。"),
            ) from error
        content = read_json(directory / CALIBRATION_FILE)
        calibration = calibration_from_dict(content, standard, CALIBRATION_FILE)
        return cls(directory, standard, calibration, as_of, running, not_run, record)

    def metrics_of(self, customer: str) -> dict[str, Value]:
        """Return the stored metrics of one customer.

        Raises:
            CallError: The run has no such customer; names similar ids.
            DataError: The metrics file is damaged.
        """
        return self.kept("metrics", self._stored_metrics).of(customer)

    def some_customers(self, groups: int, each: int) -> list[str]:
        """Return the ids of customers from all over the run, as `StoredMetrics.some` does.

        Raises:
            DataError: The metrics file is damaged.
        """
        return self.kept("metrics", self._stored_metrics).some(groups, each)

    def has(self, customer: str) -> bool:
        """Return whether the run has a customer.

        Raises:
            DataError: The metrics file is damaged.
        """
        try:
            self.metrics_of(customer)
        except CallError:
            return False
        return True

    def _stored_metrics(self) -> StoredMetrics:
        return StoredMetrics(self.directory / METRICS_FILE)

    def customers(self, limit: int) -> list[str]:
        """Return the ids of up to `limit` customers, in order."""
        path = parquet_pattern(self.directory / METRICS_FILE)
        with duckdb.connect() as connection:
            rows = connection.execute(
                "SELECT customer_id FROM read_parquet(?) ORDER BY 1 LIMIT ?", [path, limit]
            ).fetchall()
        return [str(row[0]) for row in rows]

    def held_by(self, customer: str) -> dict[str, HeldGrade]:
        """Return the grade that a customer holds, by scheme, where it is told from the computed.

        Raises:
            DataError: The file of the grades held is damaged.
        """
        stored_held = self.kept("held", self._stored_held)
        held = {} if stored_held is None else stored_held.of(customer)
        return {scheme: one.still_kept(self.as_of) for scheme, one in held.items()}

    def _stored_held(self) -> StoredHeld | None:
        path = self.directory / SERVED_FILE
        return StoredHeld(path) if path.exists() else None

    def grades_of(self, scheme: str) -> dict[str, str]:
        """Return the grade of every customer that has one under a scheme.

        Raises:
            DataError: The grades file is damaged.
        """
        path = parquet_pattern(self.directory / GRADES_FILE)
        try:
            with duckdb.connect() as connection:
                rows = connection.execute(
                    "SELECT customer_id, grade FROM read_parquet(?) "
                    "WHERE scheme = ? AND grade IS NOT NULL",
                    [path, scheme],
                ).fetchall()
        except duckdb.Error as error:
            raise DataError(
                Text("the grades of the run cannot be read", "无法读取评级运行的等级"),
                where=path,
                mend=Text("Grade again.", "请重新评级。"),
            ) from error
        return {str(customer): str(grade) for customer, grade in rows}

    def numbers(
        self, metrics: Sequence[str], scheme: str | None = None
    ) -> list[tuple[str, list[float | None]]]:
        """Return metrics of all customers as numbers, in order of the customers.

        They are for statistics, and never for what is graded.

        Args:
            metrics: The metrics.
            scheme: Only customers that have a grade under this scheme; None: all.

        Raises:
            CallError: The run has no such metric, or it is no number.
            DataError: A file of the run is damaged.
        """
        for one in metrics:
            known = self.standard.metrics.get(one)
            if known is None or known.type not in (ValueType.INTEGER, ValueType.DECIMAL):
                numeric = [
                    metric.id
                    for metric in self.standard.metrics.values()
                    if metric.type in (ValueType.INTEGER, ValueType.DECIMAL)
                ]
                raise CallError(
                    Text("“{m}” is no metric with numbers", "“{m}”不是数值指标").filled(m=one),
                    mend=Text("There are: {n}.", "可用：{n}。").filled(n=", ".join(numeric)),
                )
        query = exp.select(
            exp.column("customer_id", quoted=True),
            *(exp.cast(exp.column(one, quoted=True), "DOUBLE") for one in metrics),
        ).from_(exp.func("read_parquet", exp.Placeholder()))
        paths = [parquet_pattern(self.directory / METRICS_FILE)]
        if scheme is not None:
            graded = (
                exp.select(exp.column("customer_id", quoted=True))
                .from_(exp.func("read_parquet", exp.Placeholder()))
                .where(
                    exp.EQ(this=exp.column("scheme", quoted=True), expression=exp.Placeholder()),
                    exp.column("grade", quoted=True).is_(exp.null()).not_(),
                )
            )
            query = query.where(exp.column("customer_id", quoted=True).isin(query=graded))
            paths += [parquet_pattern(self.directory / GRADES_FILE), scheme]
        query = query.order_by(exp.column("customer_id", quoted=True))
        try:
            with duckdb.connect() as connection:
                rows = connection.execute(query.sql("duckdb"), paths).fetchall()
        except duckdb.Error as error:
            raise DataError(
                Text("the metrics of the run cannot be read", "无法读取评级运行的指标"),
                where=str(self.directory),
                mend=Text("Grade again.", "请重新评级。"),
            ) from error
        return [(str(row[0]), list(row[1:])) for row in rows]

    def with_changes(
        self, metrics: Mapping[str, Value], changes: Mapping[str, Value]
    ) -> dict[str, Value]:
        """Return metrics with some changed, and those computed from them computed anew.

        What rests on a changed metric but also on what the run does not hold stays (see `held`).

        Raises:
            OutOfRangeError: A value grew too large to be stored.
        """
        values = dict(metrics) | dict(changes) | {"as_of": self.as_of}
        changed = set(changes)
        for name, inputs in self.kept("computed", self._computed):
            if name not in changes and not changed.isdisjoint(inputs):
                found = self.formula(name)(values)
                values[name] = stored(found, self.standard.metrics[name].type)
                changed.add(name)
        return values

    def held(self, changes: Collection[str]) -> tuple[str, ...]:
        """Return the metrics that stay although they rest on changed ones.

        They are counted from facts by a condition that names a metric, or computed with a column
        of the customer's: neither facts nor columns are in a run.
        """
        changed = set(changes)
        found: list[str] = []
        unavailable = set(self.record["metrics_not_available"])
        for metric in self.standard.metrics.values():
            if metric.id in changes or metric.id in unavailable:
                continue
            if not self.rests_on(metric.id) & changed:
                continue
            changed.add(metric.id)
            if not self.inputs(metric.id):
                found.append(metric.id)
        return tuple(found)

    def kept(self, key: object, make: Callable[[], Kept]) -> Kept:
        """Return what `make` gives, made once for this run."""
        # Asked for some hundreds in an explanation, nearly all of which are there.
        try:
            found: Kept = self._kept[key]
        except KeyError:
            found = self._kept[key] = make()
        return found

    def rests_on(self, metric: str) -> frozenset[str]:
        """Return the names in a metric's formula, or in the conditions it is counted by."""
        definition = self.standard.metrics[metric].definition
        if isinstance(definition, ComputedMetric):
            return frozenset(names_in(definition.formula))
        return definition.names

    def inputs(self, metric: str) -> tuple[str, ...]:
        """Return the names that a metric can be computed anew from; none for the others."""
        return self.kept(("inputs", metric), lambda: self._found_inputs(metric))

    def _found_inputs(self, metric: str) -> tuple[str, ...]:
        definition = self.standard.metrics[metric].definition
        if isinstance(definition, FactMetric):
            return ()
        names = (
            tuple(sorted(definition.names))
            if isinstance(definition, ModelMetric)
            else names_in(definition.formula)
        )
        known = all(name == "as_of" or name in self.standard.metrics for name in names)
        return names if known else ()

    def _computed(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Return the metrics that can be computed anew, with their inputs, in order."""
        unavailable = set(self.record["metrics_not_available"])
        return tuple(
            (name, frozenset(self.inputs(name)))
            for name in self.standard.metrics
            if name not in unavailable and self.inputs(name)
        )

    def formula(self, metric: str) -> Evaluation:
        """Return what computes a metric from others, or applies the model that gives it."""
        if metric not in self._formulas:
            definition = self.standard.metrics[metric].definition
            if isinstance(definition, ModelMetric):
                learned = self.calibration.models[definition.model.id]
                found = self.standard.metrics[metric]
                self._formulas[metric] = application(found, definition.model, learned)
            else:
                assert isinstance(definition, ComputedMetric)  # noqa: S101  it has inputs
                self._formulas[metric] = evaluation(definition.formula)
        return self._formulas[metric]

    def evaluated(
        self, metrics: Mapping[str, Value], schemes: tuple[str, ...] | None = None
    ) -> dict[str, Value]:
        """Return every step's value of every scheme run, by the definitions that graded.

        Args:
            metrics: One customer's metrics.
            schemes: Only these, in the order of `running`; None: all that were run.
        """
        values: dict[str, Value] = dict(metrics)
        for identifier in schemes or self.running:
            pattern = self._pattern(identifier, values)
            compiled = self._steps.of(identifier, pattern or 0)
            for name, value_of in compiled.evaluations if pattern is None else compiled.after:
                values[name] = value_of(values)
        return values

    def value_of_step(self, metrics: Mapping[str, Value], scheme: str, step: str) -> Value:
        """Return the value of one step of a scheme, evaluating only what it rests on there.

        Args:
            metrics: One customer's metrics.
            scheme: The scheme.
            step: The name of the step.
        """
        *earlier, own = self.needs(scheme)
        values = self.evaluated(metrics, tuple(earlier)) if earlier else dict(metrics)
        pattern = self._pattern(own, values)
        for name, value_of in self.kept(
            ("towards", step, pattern), lambda: self._towards(own, pattern, step)
        ):
            values[name] = value_of(values)
        return values.get(step)

    def _pattern(self, identifier: str, values: dict[str, Value]) -> int | None:
        """Add the steps that lead to the pattern to values; None: weights are not handed on."""
        if not self._steps.hands_on(identifier):
            return None
        for name, value_of in self._steps.of(identifier, None).evaluations:
            values[name] = value_of(values)
        found = values[part(identifier, "pattern")]
        return found if isinstance(found, int) else 0

    def _towards(
        self, identifier: str, pattern: int | None, step: str
    ) -> tuple[tuple[str, Evaluation], ...]:
        """Return what a step of a scheme rests on in it, and itself, after the pattern's steps."""
        compiled = self._steps.of(identifier, pattern or 0)
        wanted = {step}
        for one in reversed(compiled.steps):
            if one.name in wanted:
                wanted.update(names_in(one.expression))
        following = compiled.evaluations if pattern is None else compiled.after
        return tuple(one for one in following if one[0] in wanted)

    def needs(self, identifier: str) -> tuple[str, ...]:
        """Return a scheme and the schemes it reads, in the order they are graded."""
        return self.kept(("needs", identifier), lambda: self._found_needs(identifier))

    def _found_needs(self, identifier: str) -> tuple[str, ...]:
        wanted = {identifier}
        pending = [identifier]
        while pending:
            scheme = self.standard.schemes[pending.pop()]
            further = schemes_named(self.standard, scheme) & set(self.running) - wanted
            wanted |= further
            pending += further
        return tuple(name for name in self.running if name in wanted)

    def steps(self, identifier: str, metrics: Mapping[str, Value]) -> tuple[Step, ...]:
        """Return the steps that grade a customer with these metrics under a scheme."""
        values = self.evaluated(metrics, self.needs(identifier))
        found = values.get(part(identifier, "pattern"))
        return self._steps.of(identifier, found if isinstance(found, int) else 0).steps
