"""The alerts that a run raised anew, for telling people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.alerts.raising import alerts_of

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.grading.stored import StoredRun


@dataclass(frozen=True, slots=True)
class RaisedAnew:
    """An alert that a run raised for a customer, and the run before had not.

    Attributes:
        customer: The customer.
        alert: The id of the alert.
        name: Its name for people.
        advice: What to do.
    """

    customer: str
    alert: str
    name: Text
    advice: Text


def raised_anew(run: StoredRun) -> list[RaisedAnew]:
    """Return the alerts that a run raised anew, the standard's first ones first; none without any.

    Args:
        run: The run.
    """
    pattern = alerts_of(run.directory)
    if pattern is None:
        return []
    query = (
        exp.select(column("customer_id"), column("alert"))
        .from_(exp.func("read_parquet", exp.Literal.string(pattern), dialect="duckdb"))
        .where(exp.EQ(this=column("state"), expression=exp.Literal.string("new")))
        .order_by(column("customer_id"))
    )
    with DuckDBEngine() as engine:
        rows = engine.rows(query.sql("duckdb"))
    alerts = run.standard.alerts
    places = {one: place for place, one in enumerate(alerts)}
    found = [
        RaisedAnew(customer, alert, alerts[alert].name, alerts[alert].advice)
        for customer, alert in rows
    ]
    return sorted(found, key=lambda one: places[one.alert])
