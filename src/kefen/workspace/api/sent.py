"""What programs send: a customer with its rows, read from JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.reading.plain_rows import ABSENT, GivenColumns

if TYPE_CHECKING:
    Sent: TypeAlias = tuple[dict[str, Any], dict[str, list[dict[str, Any]] | GivenColumns]]

# A row that has no columns but those of the contract is read into one object instead of a dict:
# many rows take half the memory, and half the time.
_COLUMNS = {name: table.column_names for name, table in TABLES.items() if name != "customers"}
_ROWS = {
    name: msgspec.defstruct(
        f"row of {name}",
        [(column, Any, ABSENT) for column in columns],
        forbid_unknown_fields=True,
        gc=False,
    )
    for name, columns in _COLUMNS.items()
}
_BODY = msgspec.defstruct(
    "body",
    [
        ("customer", dict[str, Any]),
        *((name, list[row] | msgspec.UnsetType, msgspec.UNSET) for name, row in _ROWS.items()),  # type: ignore[valid-type]
    ],
    forbid_unknown_fields=True,
)
# Numbers with a point stay the decimals that were written.
_AS_THE_CONTRACT_SAYS = msgspec.json.Decoder(_BODY, float_hook=str)
_AS_IT_IS = msgspec.json.Decoder(float_hook=str)


def rows_sent(body: bytes) -> Sent:
    """Return the customer's row, and its rows by table.

    Raises:
        CallError: The body is not such an object.
    """
    try:
        found: Any = _AS_THE_CONTRACT_SAYS.decode(body)
    except (ValueError, RecursionError):
        # Further columns are possible; whatever else there is, is found out there.
        return _as_it_is(body)
    tables = {name: getattr(found, name) for name in _ROWS}
    return found.customer, {
        name: _by_column(name, rows) for name, rows in tables.items() if rows is not msgspec.UNSET
    }


def _by_column(table: str, rows: list[Any]) -> GivenColumns:
    names = _COLUMNS[table]
    # The fields of an object are in the order of the columns.
    read = map(msgspec.structs.astuple, rows)
    columns = zip(*read, strict=True) if rows else [()] * len(names)
    return GivenColumns(len(rows), dict(zip(names, columns, strict=True)))


def _as_it_is(body: bytes) -> Sent:
    try:
        sent = _AS_IT_IS.decode(body)
    except (ValueError, RecursionError):
        sent = None
    customer = sent.pop("customer", None) if isinstance(sent, dict) else None
    if (
        not isinstance(sent, dict)
        or not isinstance(customer, dict)
        or not all(
            isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
            for rows in sent.values()
        )
    ):
        raise CallError(
            Text("This is not a customer with its rows.", "这不是一位客户及其各行数据。"),
            mend=Text(
                "Send JSON such as {e}.",
                "请发送 JSON，如 {e}。",
            ).filled(
                e='{"customer": {"customer_id": "C001"}, "orders": [{"order_id": "1", '
                '"ordered_at": "2026-10-01", "amount": "120.50"}]}'
            ),
        )
    return customer, sent
