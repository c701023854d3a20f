"""A simulated history: metrics month by month, graded and served row by row, and in SQL too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from kefen.compiler.movement import MovementPlan
from kefen.compiler.plan import SchemePlan
from kefen.compiler.steps import part
from kefen.domain.calendar import month_end, months_before
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.evaluator import evaluation
from kefen.expressions.types import ValueType
from kefen.grading.outputs import SERVED_FILE
from kefen.grading.serving.before import RunBefore
from kefen.grading.serving.overrides import OVERRIDES_SCHEMA
from kefen.grading.serving.row import given_of, next_state, source_values
from kefen.grading.serving.serve import SERVED, Serving, serve
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.reader import read_standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.expressions.tree import Value
    from kefen.standards.model import Standard

_ARROW = {
    ValueType.INTEGER: pa.int64(),
    ValueType.DECIMAL: pa.decimal128(18, 4),
    ValueType.TEXT: pa.string(),
    ValueType.DATE: pa.date32(),
    ValueType.BOOLEAN: pa.bool_(),
}


MOVING_HEAD = """\
standard: moving
version: 1
name: {en: Moving, zh: 升降}
metrics:
  value_now: {value: number(customers.value_now), unit: count, name: {en: Value, zh: 数值}}
  stay_value: {value: number(customers.stay_value), unit: count, name: {en: Stay, zh: 保级值}}
  event: {value: number(customers.event), unit: count, name: {en: Event, zh: 事件}}
  total: {value: number(customers.total), unit: count, name: {en: Total, zh: 累计}}
schemes:
  level:
    name: {en: Level, zh: 级别}
    score: value_now
    grade_by: score
    grades: {A: ">= 80", B: ">= 60", C: ">= 40", D: else}
    movement:
"""
"""A standard with grades A to D by a score, up to the lines of its movement."""


@dataclass
class History:
    """A history that goes on run by run: one standard, one scheme, some customers.

    Attributes:
        standard: The standard.
        scheme: The scheme that is followed.
        folder: Where its runs are written.
        learned: What schemes learned, by scheme, where they learn.
        served: By run, oldest first: the rows of `served.parquet` by customer.
    """

    standard: Standard
    scheme: str
    folder: Path
    learned: Mapping[str, SchemeCalibration] = field(default_factory=dict)
    served: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    before: RunBefore | None = None
    state: dict[str, dict[str, Value]] = field(default_factory=dict)

    def run(
        self,
        as_of: date,
        metrics: Mapping[str, Mapping[str, Value]],
        overrides: Sequence[Mapping[str, Any]] = (),
        *,
        in_sql: bool = False,
    ) -> dict[str, dict[str, Any]]:
        """Grade and serve as of a day, row by row, and return what each customer holds.

        Args:
            as_of: The as-of date.
            metrics: By customer: its metrics; those left out are unknown.
            overrides: Rows of overrides.
            in_sql: Whether it is served in SQL too, from what SQL left before, and compared.
        """
        standard, scheme = self.standard, self.standard.schemes[self.scheme]
        full = {
            who: {name: own.get(name) for name in standard.metrics} for who, own in metrics.items()
        }
        graded = {who: self._graded(as_of, own) for who, own in full.items()}
        found = self._row_by_row(as_of, full, graded, overrides)
        if in_sql:
            given = pa.Table.from_pylist([dict(row) for row in overrides], schema=OVERRIDES_SCHEMA)
            serving = Serving(self.before, given if overrides else None)
            for who, row in self._in_sql(as_of, full, graded, serving).items():
                own = {name: row[name] for name in found[who]}
                assert own == found[who], (scheme.id, as_of, who)
                found[who] = row
        self.served.append(found)
        return found

    def grades(self, who: str) -> list[str | None]:
        """Return the grades that a customer held, run by run."""
        return [found[who]["grade"] if who in found else None for found in self.served]

    def _graded(self, as_of: date, metrics: Mapping[str, Value]) -> dict[str, Value]:
        values: dict[str, Value] = dict(metrics)
        names = list(self.standard.schemes)
        for index, name in enumerate(names):
            plan = SchemePlan(self.standard, self.standard.schemes[name], names[:index], as_of)
            learned = self.learned.get(name, SchemeCalibration(0))
            plan.apply(learned)
            for step in plan.patterns():
                values[step.name] = evaluation(step.expression)(values)
            pattern = values.get(part(name, "pattern"))
            for step in plan.grading(learned, [pattern if isinstance(pattern, int) else 0]):
                values[step.name] = evaluation(step.expression)(values)
        return values

    def _in_sql(
        self,
        as_of: date,
        metrics: Mapping[str, Mapping[str, Value]],
        graded: Mapping[str, Mapping[str, Value]],
        serving: Serving,
    ) -> dict[str, dict[str, Any]]:
        standard = self.standard
        types = {name: _ARROW[of_type] for name, of_type in standard.metric_types.items()}
        rows = [{"customer_id": who, **own} for who, own in metrics.items()]
        table = pa.Table.from_pylist(
            rows, schema=pa.schema([("customer_id", pa.string()), *types.items()])
        )
        grades = pa.Table.from_pylist(
            [
                {
                    "customer_id": who,
                    "scheme": name,
                    "grade": values.get(part(name, "grade")),
                    "score": _decimal(values.get(part(name, "score"))),
                }
                for who, values in graded.items()
                for name in standard.schemes
            ],
            schema=pa.schema(
                [
                    ("customer_id", pa.string()),
                    ("scheme", pa.string()),
                    ("grade", pa.string()),
                    ("score", pa.decimal128(18, 4)),
                ]
            ),
        )
        directory = self.folder / f"{as_of.isoformat()}-{len(self.served)}"
        directory.mkdir(parents=True)
        with DuckDBEngine() as engine:
            engine.register("m", table)
            engine.register("g", grades)
            served = serve(
                engine,
                standard,
                list(standard.schemes),
                as_of,
                metrics="m",
                grades="g",
                serving=serving,
            )
            assert served == SERVED
            engine.write_parquet(f'SELECT * FROM "{served}"', directory / SERVED_FILE)
        found = pq.read_table(directory / SERVED_FILE).to_pylist()
        schemes = frozenset(row["scheme"] for row in found)
        self.before = RunBefore(directory, as_of, standard.id, schemes)
        return {row["customer_id"]: row for row in found if row["scheme"] == self.scheme}

    def _row_by_row(
        self,
        as_of: date,
        metrics: Mapping[str, Mapping[str, Value]],
        graded: Mapping[str, Mapping[str, Value]],
        overrides: Sequence[Mapping[str, Any]],
    ) -> dict[str, dict[str, Value]]:
        scheme = self.standard.schemes[self.scheme]
        last = self.state.get("", {}).get("as_of")
        before = last if isinstance(last, date) else None
        plan = MovementPlan(self.standard, scheme, list(self.standard.schemes), as_of, before)
        steps = plan.steps()
        found: dict[str, dict[str, Value]] = {}
        state: dict[str, dict[str, Value]] = {"": {"as_of": as_of}}
        for who in metrics:
            given = next((row for row in overrides if row["customer_id"] == who), {})
            said = given_of(scheme, given)
            values = source_values(scheme, graded[who], self.state.get(who), said)
            for step in steps:
                values[step.name] = evaluation(step.expression)(values)
            state[who], found[who] = next_state(scheme, values)
        self.state = state
        return found


def history(text: str, folder: Path, scheme: str | None = None) -> History:
    """Return the history of a standard before its first run."""
    standard = read_standard(text, "history.yaml")
    return History(standard, scheme or next(iter(standard.schemes)), folder)


def months(first: str, count: int) -> list[date]:
    """Return the ends of some months, the first one written as 2025-01."""
    start = month_end(date.fromisoformat(f"{first}-01"))
    return [months_before(start, -number) for number in range(count)]


def _decimal(value: Value) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) else None
