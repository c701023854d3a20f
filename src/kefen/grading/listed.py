"""A kept run as rows: each customer's record, metrics and grades side by side, chunk by chunk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlglot import exp

from kefen.domain.contract import TABLES, Kind
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.types import ValueType
from kefen.grading.alerts.raising import alerts_of
from kefen.grading.history import kept_runs, run_before
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE, parquet_pattern
from kefen.grading.stored import StoredRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.lake.dataset import ReadTable
    from kefen.standards.model import Scheme

ListedType: TypeAlias = Literal["text", "integer", "decimal", "date", "boolean", "rank"]
ListedKind: TypeAlias = Literal[
    "attribute", "further", "metric", "grade", "score", "before", "alert"
]

_SHOWN = (
    *("name", "kind", "status", "created_on", "country", "region", "city", "address", "industry"),
    *("ownership_type", "employees", "credit_limit", "payment_terms", "owner", "team", "source"),
    *("email", "phone", "tax_id", "parent_id"),
)
_IF_GIVEN = (
    *("postcode", "founded_on", "registered_capital", "annual_revenue", "annual_growth"),
    *("total_assets", "expected_demand", "referred_by", "birth_date", "gender", "marital_status"),
    *("household", "occupation", "income_band", "interests"),
)
"""What is listed only where somebody has it: most books know little of it."""
_UNITS = {"annual_growth": "share"}
_OF_CONTRACT: dict[Kind, ListedType] = {
    Kind.DATE: "date",
    Kind.INTEGER: "integer",
    Kind.MONEY: "decimal",
    Kind.NUMBER: "decimal",
}
_OF_METRIC: dict[ValueType, ListedType] = {
    ValueType.INTEGER: "integer",
    ValueType.DECIMAL: "decimal",
    ValueType.DATE: "date",
    ValueType.TEXT: "text",
    ValueType.BOOLEAN: "boolean",
}
_BEFORE = Text("{s}, before", "{s}（上期）")
_SCORE = Text("{s}: score", "{s}：得分")
_ALERTS = "alerts"
_STANDING = ("new", "still")


@dataclass(frozen=True, slots=True)
class ListedGrade:
    """One class of a scheme, as a list shows it.

    Attributes:
        id: Its code.
        name: Its name for people.
        tone: The tier colour it wears, or None.
    """

    id: str
    name: Text
    tone: str | None


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """One column of the rows.

    Attributes:
        name: Its name: that of the attribute, or `metric_`, `grade_`, `score_`, `before_` and
            the id of the metric or scheme; `further_` and a code for a column of the data that
            the contract does not have.
        kind: What it holds.
        type: The type of its values; `rank` is the place of a grade among those of its scheme,
            the best is 0. Alerts are the codes of those that stand, each between blanks.
        label: Its name for people.
        unit: How values are shown; empty where that needs no unit.
        scheme: The scheme that a grade, a grade before or a score belongs to; else empty.
        grades: The classes of the scheme, best first; none for open classes. Of alerts, those
            that the standard has.
        source: The column of the customers' table, where that has another name; else empty.
    """

    name: str
    kind: ListedKind
    type: ListedType
    label: Text
    unit: str = ""
    scheme: str = ""
    grades: tuple[ListedGrade, ...] = ()
    source: str = ""


class ListedRun:
    """A kept run as rows for a list. The first column of every row is the customer's id.

    Args:
        book: The book.
        run_id: The run.

    Raises:
        CallError: The book has no such run.
        DataError: A file of it is damaged.
    """

    def __init__(self, book: Book, run_id: str) -> None:
        self._book = book
        self.run_id = run_id
        self.directory = book.runs.directory(run_id)
        self.run = StoredRun.load(self.directory)
        self._before = _directory_before(book, self.run)
        self._given, self._further = self._known()
        self.columns = self._columns()

    def chunks(self, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows in order of the customers, `size` at a time.

        Raises:
            BookError: The book cannot be read.
            EngineError: The engine stopped.
        """
        with DuckDBEngine() as engine:
            customers = self._customers(engine)
            engine.create("TABLE", "listed", self._query(customers.relation))
            total = int(engine.rows("SELECT count(*) FROM listed")[0][0])
            for start in range(0, total, size):
                yield engine.rows(
                    "SELECT * EXCLUDE (place) FROM listed WHERE place >= ? AND place < ? "
                    "ORDER BY place",
                    [start, start + size],
                )

    def row(self, customer: str) -> tuple[Any, ...] | None:
        """Return the row of one customer; None where the run does not have it.

        Raises:
            BookError: The book cannot be read.
            EngineError: The engine stopped.
        """
        with DuckDBEngine() as engine:
            query = self._query(self._customers(engine).relation)
            own = exp.EQ(this=_column("m", "customer_id"), expression=exp.Literal.string(customer))
            rows = engine.rows(query.where(own).sql("duckdb"))
        return rows[0][:-1] if rows else None

    def _customers(self, engine: DuckDBEngine) -> ReadTable:
        versions = self.run.record["lake_versions"]
        tables, _ = self._book.tables(engine, {"customers": versions["customers"]})
        return tables["customers"]

    def _known(self) -> tuple[list[str], list[str]]:
        """Return which columns of `_IF_GIVEN` any customer has, and which further ones."""
        with DuckDBEngine() as engine:
            customers = self._customers(engine)
            asked = [*_IF_GIVEN, *customers.attributes]
            counts = [
                exp.alias_(exp.Count(this=_column("c", one)), f"n{place}")
                for place, one in enumerate(asked)
            ]
            relation = _named(exp.table_(customers.relation, quoted=True), "c")
            row = engine.rows(exp.select(*counts).from_(relation).sql("duckdb"))[0]
        given = [one for one, count in zip(asked, row, strict=True) if count]
        contract = set(TABLES["customers"].column_names)
        return [one for one in given if one in contract], [
            one for one in given if one not in contract
        ]

    def _columns(self) -> tuple[ListedColumn, ...]:
        contract = TABLES["customers"]
        columns = [
            ListedColumn(
                one,
                "attribute",
                _OF_CONTRACT.get(contract.column(one).kind, "text"),
                contract.column(one).label,
                _UNITS.get(one, "money" if contract.column(one).kind is Kind.MONEY else ""),
            )
            for one in (*_SHOWN, *self._given)
        ]
        columns += [
            ListedColumn(_code_of(one), "further", "text", Text.same(one), source=one)
            for one in self._further
        ]
        missing = set(self.run.record["metrics_not_available"])
        for metric in self.run.standard.metrics.values():
            if metric.id in missing or metric.id in (*_SHOWN, *self._given):
                continue
            columns.append(
                ListedColumn(
                    f"metric_{metric.id}",
                    "metric",
                    _OF_METRIC[metric.type],
                    metric.name,
                    metric.unit,
                )
            )
        for identifier in self.run.running:
            columns += self._columns_of(self.run.standard.schemes[identifier])
        if alerts_of(self.directory) is not None:
            known = tuple(
                ListedGrade(one.id, one.name, None) for one in self.run.standard.alerts.values()
            )
            label = Text("Alerts", "预警")
            columns.append(ListedColumn(_ALERTS, "alert", "text", label, grades=known))
        return tuple(columns)

    def _columns_of(self, scheme: Scheme) -> Iterator[ListedColumn]:
        grades = tuple(
            ListedGrade(grade.id, grade.name, grade.tone)
            for grade in scheme.grades
            if grade.reason is None
        )
        kind: ListedType = "rank" if grades else "text"
        made = {"scheme": scheme.id, "grades": grades}
        yield ListedColumn(f"grade_{scheme.id}", "grade", kind, scheme.name, **made)  # type: ignore[arg-type]
        label = _BEFORE.filled(s=scheme.name)
        yield ListedColumn(f"before_{scheme.id}", "before", kind, label, **made)  # type: ignore[arg-type]
        if scheme.scored:
            label = _SCORE.filled(s=scheme.name)
            yield ListedColumn(f"score_{scheme.id}", "score", "decimal", label, scheme=scheme.id)

    def _query(self, customers: str) -> exp.Select:
        shown: list[exp.Expr] = []
        for one in self.columns:
            if one.kind == "attribute":
                value: exp.Expr = _column("c", one.name)
            elif one.kind == "further":
                value = _column("c", one.source)
            elif one.kind == "metric":
                value = _column("m", one.name.removeprefix("metric_"))
            elif one.kind == "alert":
                value = _column("a", one.name)
            elif one.kind == "before":
                value = _column("b", f"grade_{one.scheme}")
            else:
                value = _column("g", one.name)
            shown.append(exp.alias_(value, one.name, quoted=True))
        place = exp.Sub(
            this=exp.Window(
                this=exp.RowNumber(),
                order=exp.Order(expressions=[exp.Ordered(this=_column("m", "customer_id"))]),
            ),
            expression=exp.Literal.number(1),
        )
        metrics = _named(_file(self.directory / METRICS_FILE), "m")
        query = (
            exp.select(_column("m", "customer_id"), *shown, exp.alias_(place, "place"))
            .from_(metrics)
            .join(_named(exp.table_(customers, quoted=True), "c"), on=_same("c"), join_type="left")
            .join(self._grades(self.directory, "g", scores=True), on=_same("g"), join_type="left")
            .join(self._grades(self._before, "b", scores=False), on=_same("b"), join_type="left")
        )
        alerts = alerts_of(self.directory)
        if alerts is None:
            return query
        return query.join(_standing(alerts).subquery("a"), on=_same("a"), join_type="left")

    def _grades(self, directory: Path | None, alias: str, *, scores: bool) -> exp.Expr:
        """Return the grades of a run with one row a customer; without a run, no rows."""
        chosen: list[exp.Expr] = []
        for one in self.columns:
            if one.kind == "grade":
                value = _rank(one) if one.grades else exp.column("grade", quoted=True)
                chosen.append(_of_scheme(value, one.scheme, one.name))
            elif one.kind == "score" and scores:
                chosen.append(_of_scheme(exp.column("score", quoted=True), one.scheme, one.name))
        path = (directory or self.directory) / GRADES_FILE
        query = (
            exp.select(exp.column("customer_id", quoted=True), *chosen)
            .from_(_file(path))
            .group_by(exp.column("customer_id", quoted=True))
        )
        if directory is None:
            query = query.where(exp.false())
        return query.subquery(alias)


def _directory_before(book: Book, run: StoredRun) -> Path | None:
    """Return the folder of the latest run of an earlier date under the same standard."""
    earlier = run_before(kept_runs(book), run.as_of, run.standard.id)
    return earlier.folder if earlier is not None else None


def _standing(pattern: str) -> exp.Select:
    """Return the codes of the alerts that stand, one text a customer."""
    codes = exp.func("list_sort", exp.ArrayAgg(this=exp.column("alert", quoted=True)))
    blank = exp.Literal.string(" ")
    joined = exp.func("array_to_string", codes, blank)
    between = exp.func("concat", blank.copy(), joined, blank.copy())
    states = [exp.Literal.string(one) for one in _STANDING]
    customer = exp.column("customer_id", quoted=True)
    return (
        exp.select(customer, exp.alias_(between, _ALERTS, quoted=True))
        .from_(exp.func("read_parquet", exp.Literal.string(pattern), dialect="duckdb"))
        .where(exp.In(this=exp.column("state", quoted=True), expressions=states))
        .group_by(customer.copy())
    )


def _rank(column: ListedColumn) -> exp.Expr:
    grade = exp.column("grade", quoted=True)
    found = exp.Case()
    for place, one in enumerate(column.grades):
        found = found.when(
            exp.EQ(this=grade.copy(), expression=exp.Literal.string(one.id)),
            exp.Literal.number(place),
        )
    return found


def _of_scheme(value: exp.Expr, scheme: str, name: str) -> exp.Expr:
    """Return the value that the one row of a scheme has, among the rows of a customer."""
    own = exp.EQ(this=exp.column("scheme", quoted=True), expression=exp.Literal.string(scheme))
    return exp.alias_(exp.Max(this=exp.Case().when(own, value)), name, quoted=True)


def _code_of(attribute: str) -> str:
    """Return a name for an attribute that is the same in every run, whatever characters it has."""
    digest = hashlib.sha256(attribute.casefold().encode()).hexdigest()
    return f"further_{digest[:10]}"


def _column(alias: str, name: str) -> exp.Column:
    return exp.column(name, table=alias, quoted=True)


def _same(alias: str) -> exp.Expr:
    return exp.EQ(this=_column("m", "customer_id"), expression=_column(alias, "customer_id"))


def _file(path: Path) -> exp.Table:
    return exp.Table(this=exp.func("read_parquet", exp.Literal.string(parquet_pattern(path))))


def _named(relation: exp.Expr, alias: str) -> exp.Expr:
    return exp.alias_(relation, alias, table=True)
