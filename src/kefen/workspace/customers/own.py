"""Values of custom attributes, which live beside the copy that lists read: found, and shown.

A list of an earlier period shows them as they are today: they have no history by period.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from kefen.workspace.customers.sight import OWN
from kefen.workspace.records.models import CustomAttribute, CustomValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kefen.workspace.customers.sight import ShownColumn

_AT_ONCE = 500


def met(column: ShownColumn, lookup: str, value: Any) -> Q:
    """Return what customers must meet whose value of a column meets a lookup of Django.

    Args:
        column: The column, of the copy or a custom attribute.
        lookup: The lookup, such as `gte` or `in`.
        value: What it compares with.
    """
    if column.kind != OWN:
        return Q(**{f"{column.name}__{lookup}": value})
    field = "number" if column.type == "decimal" else "value"
    wanted = _kept(value) if not isinstance(value, list) else [_kept(one) for one in value]
    found = CustomValue.objects.filter(attribute=_number(column), **{f"{field}__{lookup}": wanted})
    return Q(pk__in=found.values("customer_id"))


def unknown(column: ShownColumn) -> Q:
    """Return what customers must meet that have no value of a column."""
    if column.kind != OWN:
        return Q(**{f"{column.name}__isnull": True})
    found = CustomValue.objects.filter(attribute=_number(column))
    return ~Q(pk__in=found.values("customer_id"))


def with_own(rows: Iterable[Any], columns: Iterable[ShownColumn]) -> Iterator[Any]:
    """Yield rows of a list with the values of the custom attributes among the columns."""
    own = [one for one in columns if one.kind == OWN]
    if not own:
        yield from rows
        return
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _AT_ONCE:
            yield from _filled(chunk, own)
            chunk = []
    yield from _filled(chunk, own)


def _filled(rows: list[Any], own: list[ShownColumn]) -> list[Any]:
    columns = {_number(one): one for one in own}
    by_customer = {row.customer_id: row for row in rows}
    for row in rows:
        for column in own:
            setattr(row, column.name, None)
    values = CustomValue.objects.filter(attribute__in=columns, customer_id__in=by_customer)
    for value in values if rows else ():
        column = columns[value.attribute_id]
        setattr(by_customer[value.customer_id], column.name, _shown(column, value))
    return rows


def _shown(column: ShownColumn, value: CustomValue) -> Any:
    if column.type == "decimal":
        return value.number
    if column.type == "date":
        return date.fromisoformat(value.value)
    if column.type == "boolean":
        return value.value == "yes"
    return value.value


def _kept(value: Any) -> Any:
    """Return a value as custom attributes keep it; a day as text sorts like the day."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else value


def _number(column: ShownColumn) -> int:
    return CustomAttribute.number_of(column.name)
