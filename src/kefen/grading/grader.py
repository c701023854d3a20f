"""One customer at once: graded and explained on a stored calibration, in milliseconds.

The standard and what its schemes learned are made ready once. A customer's metrics come from its
rows by the row evaluator, the meanings of the compiled queries written a second time; grades and
explanations follow by the same steps that graded the population. So the answers equal the run's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from kefen.compiler.plan import part
from kefen.compiler.rowwise_metrics import RowMetrics
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.rows import Rows
from kefen.grading.confidence import low_in_words
from kefen.grading.explain import explain
from kefen.lake.reading.plain_rows import GivenColumns, PlainRows
from kefen.standards.calibration import NOTHING_LEARNED
from kefen.standards.facts import FACT_TABLES
from kefen.standards.model import FactMetric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kefen.expressions.tree import Value
    from kefen.grading.explanation import Explanation
    from kefen.grading.stored import StoredRun
    from kefen.lake.reading.plain_rows import ReadRows
    from kefen.standards.model import Metric, ModelMetric

    GivenFacts: TypeAlias = Mapping[str, Iterable[Mapping[str, Any]] | GivenColumns]

_CUSTOMERS = "customers"
_CUSTOMER = "customer_id"
_MADE_READY = (4, 250)


@dataclass(frozen=True, slots=True)
class CustomerGrade:
    """What one scheme says of one customer.

    Attributes:
        scheme: The scheme.
        grade: The class; None where there is none.
        score: The score to 4 decimals, where the scheme has one.
        score_text: Points joined by `-`, where the scheme has them.
        reason: Why there is no grade, as a code.
        confidence: `normal` or `low`; None without a grade.
    """

    scheme: str
    grade: str | None
    score: Decimal | None
    score_text: str | None
    reason: str | None
    confidence: str | None


class Grader:
    """Grades and explains one customer after the other, by the calibration of a run.

    Args:
        run: The run whose standard, as-of date and calibration are applied.
    """

    def __init__(self, run: StoredRun) -> None:
        self._run = run
        standard = run.standard
        available = set(standard.metrics) - set(run.record["metrics_not_available"])
        self._metrics = RowMetrics(standard, available, self._modelled)
        self._tables = [name for name in FACT_TABLES if name in run.record["rows"]]
        timezone = str(run.record["timezone"])
        self._rows = {
            name: PlainRows(TABLES[name], timezone) for name in (_CUSTOMERS, *self._tables)
        }
        self._nothing = {name: Rows.of((), TABLES[name].column_names) for name in self._tables}
        self._linked = [
            metric.id
            for metric in standard.metrics.values()
            if metric.id in available
            and isinstance(metric.definition, FactMetric)
            and metric.definition.across is not None
        ]

    def make_ready(self, pause: Callable[[], None]) -> None:
        """Grade some customers, so that whoever asks first does not wait.

        What grades a customer is compiled when the first comes of whom the same is known.

        Args:
            pause: Called after each customer, to let others work.

        Raises:
            DataError: A file of the run is damaged.
        """
        for customer in self._run.some_customers(*_MADE_READY):
            self.grade_stored(customer)
            pause()

    def metrics(self, customer: Mapping[str, Any], facts: GivenFacts) -> dict[str, Value]:
        """Return every metric of a customer, from its own rows.

        Args:
            customer: Its row of `customers`; at least `customer_id`.
            facts: Its rows of the fact tables, by table; of a table that the run had and that is
                not here, it has none. Rows are mappings from the contract's columns to values:
                texts, numbers, dates; or all of them column by column. Rows of later days are
                passed over.

        Raises:
            CallError: The run had no such table, or a metric needs other customers' rows.
            DataError: A value is not what its column holds.
        """
        self._check(facts)
        own = self._rows[_CUSTOMERS].canonical(customer)
        identifier = own[_CUSTOMER]
        rows: dict[str, Rows] = {name: self._nothing[name] for name in self._tables}
        for name, given in facts.items():
            sent = given if isinstance(given, GivenColumns) else list(given)
            read = self._rows[name].all_canonical(sent, (_CUSTOMER, identifier))
            self._refuse_what_other_tables_tell(name, read, own)
            rows[name] = Rows(read.count, read.every_column().__getitem__)
        try:
            return self._metrics.of_one(rows, own, self._run.as_of)
        except OutOfRangeError as error:
            raise DataError(
                Text("These numbers are too large to be exact.", "这些数值过大，无法精确计算。"),
                where=str(identifier),
                mend=Text("Use a larger unit.", "请使用更大的单位。"),
            ) from error

    def grade(self, customer: Mapping[str, Any], facts: GivenFacts) -> dict[str, CustomerGrade]:
        """Return what each scheme that was run says of a customer, from its own rows.

        Raises:
            CallError: The run had no such table, or a metric needs other customers' rows.
            DataError: A value is not what its column holds.
        """
        return self.grade_metrics(self.metrics(customer, facts))

    def grade_metrics(self, metrics: Mapping[str, Value]) -> dict[str, CustomerGrade]:
        """Return what each scheme that was run says of metrics, as `metrics` returns them.

        Raises:
            DataError: A number grew too large to be exact.
        """
        run = self._run
        try:
            values = run.evaluated({**metrics, "as_of": run.as_of})
        except OutOfRangeError as error:
            raise DataError(
                Text("These numbers are too large to be exact.", "这些数值过大，无法精确计算。"),
                mend=Text("Use a larger unit.", "请使用更大的单位。"),
            ) from error
        return {scheme: self._grade(scheme, values) for scheme in run.running}

    def grade_stored(self, customer: str) -> dict[str, CustomerGrade]:
        """Return what each scheme says of a customer of the run, from its stored metrics.

        Raises:
            CallError: The run has no such customer.
        """
        return self.grade_metrics(self._run.metrics_of(customer))

    def explain(
        self,
        customer: Mapping[str, Any],
        facts: GivenFacts,
        *,
        scheme: str | None = None,
    ) -> Explanation:
        """Explain the grades of a customer, from its own rows.

        Args:
            customer: Its row of `customers`.
            facts: Its rows of the fact tables, by table.
            scheme: Only this scheme, by id or name; None: all that were run.

        Raises:
            CallError: There is no such table or scheme, or a metric needs other customers' rows.
            DataError: A value is not what its column holds.
        """
        metrics = self.metrics(customer, facts)
        name = customer.get("name")
        return explain(
            self._run,
            str(customer["customer_id"]),
            scheme=scheme,
            name=None if name is None else str(name),
            metrics=metrics,
        )

    def explain_stored(self, customer: str, *, scheme: str | None = None) -> Explanation:
        """Explain the grades of a customer of the run, from its stored metrics.

        Raises:
            CallError: The run has no such customer or scheme.
        """
        return explain(self._run, customer, scheme=scheme)

    def _check(self, facts: Mapping[str, Any]) -> None:
        for name in facts:
            if name not in self._tables:
                raise CallError(
                    Text(
                        "The run was graded without {t}; with them its grades would not compare.",
                        "该评级未使用{t}；加入后等级不可比。",
                    ).filled(t=TABLES[name].label if name in TABLES else name),
                    where=name,
                    mend=Text("Give only: {t}.", "请只给出：{t}。").filled(
                        t=", ".join(self._tables)
                    ),
                )
        if self._linked:
            raise CallError(
                Text(
                    "The metric {m} counts what linked customers did: one customer's rows are "
                    "not enough.",
                    "指标 {m} 统计关联客户的记录：仅凭一位客户的数据不够。",
                ).filled(m=", ".join(self._linked)),
                mend=Text(
                    "Grade all customers, or ask for a customer of the run by its id.",
                    "请对全部客户评级，或按编号查询该评级中的客户。",
                ),
            )

    def _refuse_what_other_tables_tell(
        self, table: str, read: ReadRows, customer: Mapping[str, Any]
    ) -> None:
        """Refuse rows that reading fills in from other tables: here they must say it themselves."""
        told: list[str] = []
        if table == "receivables" and customer.get("payment_terms") is not None:
            told = ["due_on"]
        if table == "orders" and "products" in self._run.record["rows"]:
            told = ["category", "cost"]
        for column in told:
            if column in read.lacking:
                raise DataError(
                    Text(
                        "A row does not say {c}, which the run took from another table.",
                        "有一行未给出{c}，而该评级从其他数据表取得此项。",
                    ).filled(c=TABLES[table].column(column).label),
                    where=f"{table}.{column}",
                    mend=Text(
                        "Give it in each row; None where it is not known.",
                        "请在每行中给出；未知时写 None。",
                    ),
                )
        currency = self._run.record["currency"]
        for stated in set(read.columns.get("currency", ())):
            if stated not in (None, currency):
                raise DataError(
                    Text(
                        "An amount is in {c}; the run is in {r}.",
                        "有金额的币种为 {c}，而该评级的币种为 {r}。",
                    ).filled(c=stated, r=currency or "-"),
                    where=f"{table}.currency",
                    mend=Text("Convert it first.", "请先换算。"),
                )

    def _modelled(self, metric: Metric, _: ModelMetric, values: Mapping[str, Value]) -> Value:
        return self._run.formula(metric.id)(values)

    def _confidence(self, scheme: str, values: Mapping[str, Value]) -> str:
        run = self._run
        own = learned = run.calibration.schemes.get(scheme, NOTHING_LEARNED)
        if learned.groups:
            own = learned.groups.get(str(values.get(part(scheme, "within"))), learned)

        def words() -> str:
            found = run.standard.schemes[scheme]
            months = run.record.get("months")
            low = low_in_words(run.standard, found, own.population, months)
            return "normal" if low is None else "low"

        return run.kept(("confidence", scheme, own.population), words)

    def _grade(self, scheme: str, values: Mapping[str, Value]) -> CustomerGrade:
        # As `part` names them; there are four of each scheme.
        grade = values.get(f"{scheme}:grade")
        score = values.get(f"{scheme}:score")
        text = values.get(f"{scheme}:score_text")
        reason = values.get(f"{scheme}:reason")
        return CustomerGrade(
            scheme=scheme,
            grade=None if grade is None else str(grade),
            score=Decimal(score) if isinstance(score, int | Decimal) else None,
            score_text=None if text is None else str(text),
            reason=None if reason is None else str(reason),
            confidence=None if grade is None else self._confidence(scheme, values),
        )
