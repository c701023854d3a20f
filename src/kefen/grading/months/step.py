"""What a run by steps starts from: the run that stands, what came since, and whose rows changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import as_of_view, column
from kefen.expressions.sql import literal
from kefen.standards.facts import RECORDED_ON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.history import KeptRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Standard


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a kept run to the data as it is.

    Attributes:
        book: The book.
        engine: The engine, which has the relation `CHANGED`.
        standard: The standard.
        as_of: The as-of date.
        standing: The run that stands for the date.
        base: The run whose rows the others' are: the standing one, or the one that rests on.
        record: What the base says of itself.
        customers: How many customers changed.
        now: The changed customers' rows as they are.
        then: The same as they were.
        told: The same as `now`, with what is told of all rows.
        every: Makes relations of all rows of the book, by table; they are read when asked.
    """

    book: Book
    engine: DuckDBEngine
    standard: Standard
    as_of: date
    standing: KeptRun
    base: KeptRun
    record: Mapping[str, Any]
    customers: int
    now: Dataset
    then: Dataset
    told: Dataset
    every: Callable[[], Mapping[str, str]]

    @property
    def graded_then(self) -> dict[str, int]:
        """Return how many customers each scheme graded, in order."""
        return {item["scheme"]: int(item["graded"]) for item in self.record["schemes"]}

    def months_covered(self) -> tuple[int, int] | None:
        """Return (spans of a month in the window that have orders, all of them), if counted.

        The changed customers' order lines are asked first, the others only where those say no.
        """
        window = self.standard.constants.window
        if "orders" not in self.told.tables or window.months is None:
            return None
        orders = self.now.tables["orders"]
        spans = window.month_spans(self.as_of)
        missing = list(spans)
        for relation in (orders.relation, self.every()["orders"]):
            lines = as_of_view(
                "orders", relation, self.as_of, recorded=RECORDED_ON in orders.columns
            )
            covered = self._with_orders(lines, missing)
            missing = [span for span in missing if span not in covered]
        return len(spans) - len(missing), window.months

    def _with_orders(
        self, lines: exp.Select, spans: Sequence[tuple[date, date]]
    ) -> list[tuple[date, date]]:
        """Return the spans of days (after the first, up to the second) that have order lines."""
        if not spans:
            return []  # the others' lines are not looked at for nothing
        day = column("ordered_on")
        within = [
            exp.LogicalOr(
                this=exp.and_(
                    exp.GT(this=day.copy(), expression=literal(lower)),
                    exp.LTE(this=day.copy(), expression=literal(upper)),
                )
            )
            for lower, upper in spans
        ]
        found = self.engine.rows(exp.select(*within).from_(lines.subquery("lines")).sql("duckdb"))[
            0
        ]
        return [span for span, has_orders in zip(spans, found, strict=True) if has_orders]
