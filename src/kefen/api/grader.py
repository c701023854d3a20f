"""One customer at once, from Python: rows or frames in, grades and explanations out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.api.speaking import speaking_class
from kefen.grading.grader import CustomerGrade
from kefen.grading.grader import Grader as RowGrader
from kefen.lake.reading import as_frame, library_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.expressions.tree import Value
    from kefen.grading.explanation import Explanation
    from kefen.grading.stored import StoredRun

__all__ = ["CustomerGrade", "Grader"]


@speaking_class
class Grader:
    """Grades and explains one customer after the other by a run's calibration, in milliseconds.

    `run.grader()` gives one. The answers equal those of grading everybody: same standard, same
    as-of date, same calibration. A customer is its id in the run, or its row of `customers` with
    its rows of other tables: lists of mappings, or frames of one customer's rows.
    """

    def __init__(self, run: StoredRun) -> None:
        self._grader = RowGrader(run)

    def grade(self, customer: str | Mapping[str, Any], **facts: object) -> dict[str, CustomerGrade]:
        """Return what each scheme says of a customer.

        Args:
            customer: The id of a customer of the run; or a row of `customers`, with the
                customer's rows as keywords: `orders=[...], receivables=[...]`.
            facts: The rows by table; none for a customer of the run.

        Raises:
            CallError: There is no such customer or table, or one customer's rows are not enough.
            DataError: A value is not what its column holds.
        """
        if isinstance(customer, str) and not facts:
            return self._grader.grade_stored(customer)
        return self._grader.grade(_row(customer), _rows(facts))

    def metrics(self, customer: str | Mapping[str, Any], **facts: object) -> dict[str, Value]:
        """Return every metric of a customer, from its rows.

        Raises:
            CallError: There is no such table, or one customer's rows are not enough.
            DataError: A value is not what its column holds.
        """
        return self._grader.metrics(_row(customer), _rows(facts))

    def explain(
        self, customer: str | Mapping[str, Any], scheme: str | None = None, **facts: object
    ) -> Explanation:
        """Explain a customer's grades to the last point.

        Args:
            customer: The id of a customer of the run, or a row of `customers`.
            scheme: Only this scheme, by id or name; None: all that were run.
            facts: The rows by table; none for a customer of the run.

        Raises:
            CallError: There is no such customer, table or scheme.
            DataError: A value is not what its column holds.
        """
        if isinstance(customer, str) and not facts:
            return self._grader.explain_stored(customer, scheme=scheme)
        return self._grader.explain(_row(customer), _rows(facts), scheme=scheme)


def _row(customer: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return {"customer_id": customer} if isinstance(customer, str) else customer


def _rows(facts: Mapping[str, object]) -> dict[str, Sequence[Mapping[str, Any]]]:
    return {name: _listed(given, name) for name, given in facts.items()}


def _listed(given: Any, table: str) -> Sequence[Mapping[str, Any]]:
    if library_of(given) is None:
        return list(given)
    frame = as_frame(given, table)
    assert frame is not None  # noqa: S101  it has a library
    rows = frame.rows.read_all() if hasattr(frame.rows, "read_all") else frame.rows
    names = [n for place, n in enumerate(rows.schema.names) if place not in frame.kinds.values()]
    found: Sequence[Mapping[str, Any]] = rows.select(names).to_pylist()
    return found
