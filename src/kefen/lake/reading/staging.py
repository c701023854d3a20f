"""Staging one table: the rows of its files in canonical columns, with where each came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kefen.lake.reading.compute import computed_column
from kefen.lake.reading.conversion import ColumnEvidence, Conversion, convert
from kefen.lake.reading.currency import currency_of_unit
from kefen.lake.reading.mapping import Computed
from kefen.lake.reading.numbers import currency_of
from kefen.lake.reading.sql import SQL, listed, literal, name, statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.domain.contract import Column, Table
    from kefen.lake.dataset import Finding
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.source import RawFile, ReadingOptions


LINE_NUMBER = "line number"
"""The column of staged order lines with the number of the line as a whole number."""


@dataclass(frozen=True)
class PreparedFile:
    """One file with what becomes of its columns."""

    file: RawFile
    choice: ColumnChoice
    conversions: tuple[Conversion, ...]
    findings: tuple[Finding, ...]


def columns_used(table: Table, choice: ColumnChoice) -> dict[str, Column]:
    """Return the columns of the contract that are taken from a file, by its headings."""
    return {
        given: table.column(own) for own, given in choice.columns.items() if isinstance(given, str)
    }


def conversions_of(
    table: Table,
    file: RawFile,
    choice: ColumnChoice,
    position: int,
    evidence: Mapping[str, Sequence[ColumnEvidence]],
    options: ReadingOptions,
) -> tuple[Conversion, ...]:
    """Return the conversion of every column of the contract that the file has."""
    made = []
    unit = currency_of_unit(choice, options.currency, into_book=options.into_book)
    for column in table.columns:
        given = choice.columns.get(column.name)
        if given is None:
            if column.name == "currency" and (found := _marked_currency(table, file, choice, unit)):
                made.append(found)
            continue
        if isinstance(given, Computed):
            where = f"{file.path.name} ({table.name}.{column.name})"
            made.append(computed_column(column, given.expression, file, options.timezone, where))
        else:
            converted = convert(
                column, file.column(given), evidence[column.name][position], options.timezone
            )
            if column.name == "currency" and unit is not None:
                value = statement("coalesce({v}, {u})", v=converted.value, u=literal(unit))
                converted = replace(converted, value=value, cheap=False)
            made.append(converted)
    return tuple(made)


def _marked_currency(
    table: Table, file: RawFile, choice: ColumnChoice, code: str | None
) -> Conversion | None:
    """Return the currency that the marks in the amounts name, or else the `code` of their unit."""
    heading = choice.columns.get("amount")
    unit = literal(code) if code is not None else None
    if not isinstance(heading, str):
        return None
    if file.column(heading).kind in ("text", "mixed"):
        value = currency_of(file.column(heading).value)
        if unit is not None:
            value = statement("coalesce({mark}, {unit})", mark=value, unit=unit)
    elif unit is not None:
        value = unit
    else:
        return None
    return Conversion(
        column=table.column("currency"),
        heading=heading,
        value=value,
        blank=SQL("true"),
        shown=SQL("NULL"),
        certain=True,
        cheap=False,
    )


def staged_query(
    table: Table,
    prepared: PreparedFile,
    position: int,
    attributes: Sequence[str],
    *,
    numbered: bool,
) -> SQL:
    """Return the query that gives one file's rows in canonical columns, with their origin.

    Order lines that are numbered have their `LINE_NUMBER` too, so that whole numbers need not
    become text and whole numbers again.
    """
    by_name = {c.column.name: c.value for c in prepared.conversions}
    parts = [
        statement("{n} AS file_number", n=literal(position)),
        statement("{id} AS row_id", id=prepared.file.identity),
        statement("{row} AS row_number_in_file", row=prepared.file.row),
    ]
    parts += [
        statement(
            "CAST({value} AS {kind}) AS {column}",
            value=by_name.get(column.name, SQL("NULL")),
            kind=SQL(column.kind.sql_type),
            column=name(column.name),
        )
        for column in table.columns
    ]
    own = _attribute_values(table, prepared)
    parts += [
        statement(
            "CAST({value} AS VARCHAR) AS {column}",
            value=own.get(attribute, SQL("NULL")),
            column=name(attribute),
        )
        for attribute in attributes
    ]
    line = line_number(prepared) if numbered else None
    if line is not None:
        parts.append(statement("{v} AS {n}", v=line, n=name(LINE_NUMBER)))
    return statement("SELECT {parts} FROM {file}", parts=listed(parts), file=prepared.file.relation)


def line_number(prepared: PreparedFile) -> SQL | None:
    """Return SQL for an order line's number where the file has whole numbers; None elsewhere."""
    for conversion in prepared.conversions:
        if conversion.column.name == "line" and not conversion.computed:
            raw = prepared.file.column(conversion.heading)
            if raw.kind == "integer":
                return statement("TRY_CAST({v} AS BIGINT)", v=raw.value)
    return None


def _attribute_values(table: Table, prepared: PreparedFile) -> dict[str, SQL]:
    """Return the further columns of customers: their unique name and their text."""
    if table.name != "customers":
        return {}
    used = {
        column.lower()
        for column in (*table.column_names, "file_number", "row_id", "row_number_in_file")
    }
    values: dict[str, SQL] = {}
    for heading in prepared.choice.unknown:
        attribute, number = heading, 1
        while attribute.lower() in used:
            number += 1
            attribute = f"{heading} ({number})"
        used.add(attribute.lower())
        raw = prepared.file.column(heading)
        column = table.column("name")
        plain = replace(raw, from_spreadsheet=False)
        values[attribute] = convert(column, plain, ColumnEvidence(), "UTC").value
    return values


def attributes_of(table: Table, prepared: Sequence[PreparedFile]) -> tuple[str, ...]:
    """Return the further columns that the files of the customers have, each once."""
    found: dict[str, str] = {}
    for p in prepared:
        for attribute in _attribute_values(table, p):
            found.setdefault(attribute.lower(), attribute)
    return tuple(found.values())
