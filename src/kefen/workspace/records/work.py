"""Bringing what people entered into the lake, as batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.book.records import write_rows
from kefen.workspace.book import served_book
from kefen.workspace.records.models import EnteredRow, FieldChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.lake.book import Batch
    from kefen.workspace.jobs.progress import Progress

_WAIT_SECONDS = 300
_WRITING = Text("Writing what was entered to the book", "将录入内容写入账套")
_NOTE = "entered in the workspace"


def write_entered(progress: Progress) -> dict[str, Any]:
    """Write everything that waits: one batch for each set of fields that were changed.

    Of several changes of one field, the last counts. A job that is taken up after its worker died
    writes again: values that are in the book just so change nothing.
    """
    progress.expect(1)
    progress.begin(_WRITING)
    written = 0
    waiting = list(FieldChange.objects.filter(to_lake=True, batch=None, problem={}).order_by("id"))
    by_customer: dict[str, dict[str, str | None]] = {}
    for one in waiting:
        by_customer.setdefault(one.customer_id, {})[one.field] = one.after
    alike: dict[tuple[str, ...], list[str]] = {}
    for customer, values in by_customer.items():
        alike.setdefault(tuple(sorted(values)), []).append(customer)
    for fields, customers in alike.items():
        rows = [
            {"customer_id": one, **{name: by_customer[one][name] for name in fields}}
            for one in customers
        ]
        members = set(customers)
        numbers = [one.pk for one in waiting if one.customer_id in members]
        written += _write_changes("customers", rows, numbers)
        progress.live()
    rows_waiting = EnteredRow.objects.filter(batch=None, problem={}).order_by("id")
    for row in rows_waiting:
        try:
            batch = write_rows(
                served_book(), row.table, [row.values], note=_NOTE, wait_seconds=_WAIT_SECONDS
            )
        except DataError as error:
            EnteredRow.objects.filter(pk=row.pk).update(problem=error.what.as_dict())
        else:
            EnteredRow.objects.filter(pk=row.pk).update(batch=batch.id)
            written += 1
        progress.live()
    return {"written": written}


def _write_changes(
    table: str, rows: Sequence[dict[str, str | None]], numbers: Sequence[int]
) -> int:
    """Write rows as one batch; where the lake refuses them, each by itself, with its reason."""
    try:
        batch = _written(table, rows)
    except DataError as error:
        if len(rows) == 1:
            _mark(numbers, problem=error.what.as_dict())
            return 0
        done = 0
        for row in rows:
            own = FieldChange.objects.filter(pk__in=numbers, customer_id=row["customer_id"])
            done += _write_changes(table, [row], list(own.values_list("pk", flat=True)))
        return done
    _mark(numbers, batch=batch.id)
    return len(rows)


def _written(table: str, rows: Sequence[dict[str, str | None]]) -> Batch:
    return write_rows(served_book(), table, rows, note=_NOTE, wait_seconds=_WAIT_SECONDS)


def _mark(numbers: Sequence[int], **what: object) -> None:
    for start in range(0, len(numbers), 500):
        FieldChange.objects.filter(pk__in=numbers[start : start + 500]).update(**what)
