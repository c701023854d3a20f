"""How a contract table lies in the lake: its columns, its hidden columns and its buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from kefen.domain.contract import TABLES, Kind, Table
from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.lake.book import sql

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH = "_kefen_batch"
"""Hidden column: the number of the batch that wrote the row as it is."""
CANCELLED_FROM = "_kefen_cancelled_from"
"""Hidden column of orders: when a cancellation without a date became known."""
BUCKET = "_kefen_bucket"
"""Partition column: which part of the customers the row belongs to."""

BUCKETS = 16

_ARROW_TYPES = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CODE: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.NUMBER: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one table in the lake.

    Attributes:
        table: The contract table.
        attributes: Further columns of customers, as text, in the order they came.
        buckets: Into how many parts the rows are divided by customer.
    """

    table: Table
    attributes: tuple[str, ...] = ()
    buckets: int = 1

    @classmethod
    def new(cls, table: Table) -> Layout:
        """Return the layout of a table that the book does not have yet."""
        bucketed = "customer_id" in table.required
        return cls(table, buckets=BUCKETS if bucketed else 1)

    @property
    def data_columns(self) -> tuple[str, ...]:
        """Return the columns a user knows: those of the contract and the attributes."""
        return (*self.table.column_names, *self.attributes)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns in the files of the lake; the bucket is in the name of the file."""
        hidden = (CANCELLED_FROM,) if self.dates_cancellations else ()
        return (*self.data_columns, *hidden, BATCH)

    @property
    def dates_cancellations(self) -> bool:
        """Return whether the table dates cancellations by the import that brings them."""
        return self.table.name == "orders"

    @property
    def unit(self) -> tuple[str, ...]:
        """Return the columns of what is undone together: an order, or the row of a key.

        Empty for tables without a key, where rows are added and never changed.
        """
        return ("order_id",) if self.table.name == "orders" else self.table.key

    def sql_type(self, column: str) -> str:
        """Return the DuckDB type of a column of the lake."""
        if column in (BATCH, BUCKET):
            return "BIGINT" if column == BATCH else "INTEGER"
        if column == CANCELLED_FROM:
            return "DATE"
        return "VARCHAR" if column in self.attributes else self.table.column(column).kind.sql_type

    def with_attributes(self, given: Iterable[str]) -> Layout:
        """Return the layout with room for the `given` attributes.

        An attribute that differs from one in the book by capitals only is that one.
        """
        known = {attribute.casefold() for attribute in self.attributes}
        further = tuple(one for one in given if one.casefold() not in known)
        return Layout(self.table, (*self.attributes, *further), self.buckets)

    def spelling(self, attribute: str) -> str:
        """Return the name under which the book keeps an attribute of a file."""
        for known in self.attributes:
            if known.casefold() == attribute.casefold():
                return known
        return attribute

    def arrow_schema(self) -> pa.Schema:
        """Return the schema of the Delta table."""
        fields = [pa.field(column.name, _ARROW_TYPES[column.kind]) for column in self.table.columns]
        fields += [pa.field(attribute, pa.string()) for attribute in self.attributes]
        if self.dates_cancellations:
            fields.append(pa.field(CANCELLED_FROM, pa.date32()))
        return pa.schema([*fields, pa.field(BATCH, pa.int64()), pa.field(BUCKET, pa.int32())])

    def bucket_sql(self, alias: str = "") -> str:
        """Return the SQL of a row's bucket, the same on every machine and in every version.

        It is the first four hexadecimal digits of the MD5 of the customer id, modulo the number
        of buckets; rows without a customer count as those of the empty id.
        """
        if self.buckets == 1:
            return "CAST(0 AS INTEGER)"
        return sql.statement(
            "CAST(CAST('0x' || left(md5(coalesce({customer}, '')), 4) AS INTEGER) % {buckets} "
            "AS INTEGER)",
            customer=sql.column("customer_id", alias),
            buckets=str(int(self.buckets)),
        )


def contract_table(name: str) -> Table:
    """Return a table of the contract.

    Raises:
        BookError: The contract has no such table.
    """
    if name not in TABLES:
        raise BookError(
            Text('There is no table "{name}".', "没有名为“{name}”的表。").filled(name=name),
            mend=Text("The tables are: {tables}.", "可用的表：{tables}。").filled(
                tables=", ".join(TABLES)
            ),
        )
    return TABLES[name]
