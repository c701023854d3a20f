"""Expressions over the columns of an input file: computed columns and row filters."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from kefen.domain.contract import Column, Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.expressions import (
    ExpressionError,
    ValueType,
    names_in,
    parse,
    to_sql,
    type_of,
)
from kefen.expressions.types import ExpressionTypeError, type_of_kind
from kefen.lake.reading.conversion import ColumnEvidence, Conversion, convert, text_of
from kefen.lake.reading.sql import SQL, any_of, joined, statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions import Expression
    from kefen.lake.reading.source import RawColumn, RawFile

_MOST_TEXT_NAMES = 6
_TEXT_CELL_TYPES = (ValueType.TEXT, ValueType.DECIMAL, ValueType.MOMENT)
_KINDS = {
    ValueType.TEXT: Kind.TEXT,
    ValueType.DECIMAL: Kind.NUMBER,
    ValueType.INTEGER: Kind.INTEGER,
    ValueType.DATE: Kind.DATE,
    ValueType.MOMENT: Kind.TIMESTAMP,
    ValueType.BOOLEAN: Kind.BOOLEAN,
}
_CELL_TYPES = {
    "integer": ValueType.INTEGER,
    "decimal": ValueType.DECIMAL,
    "double": ValueType.DECIMAL,
    "date": ValueType.DATE,
    "timestamp": ValueType.MOMENT,
    "instant": ValueType.MOMENT,
    "boolean": ValueType.BOOLEAN,
}


def computed_column(
    column: Column, expression: str, file: RawFile, timezone: str, where: str
) -> Conversion:
    """Return a column of the contract computed by an expression.

    A column of text that the expression reckons with is read as numbers (or dates); a cell that
    is none makes the row's value invalid.

    Raises:
        DataError: The expression cannot be read, or its type does not fit the column.
    """
    tree, inputs, types = _typed(expression, file, timezone, where)
    result = type_of(tree, types)
    wanted = type_of_kind(column.kind)
    if not _fits(result, wanted):
        raise _wrong_type(where, expression, result, wanted)
    value = statement(
        "CAST({value} AS {kind})",
        value=_sql(tree, inputs, types),
        kind=SQL(column.kind.sql_type),
    )
    if wanted.is_number:
        value = SQL(value.replace("CAST(", "TRY_CAST(", 1))
    invalid_inputs = any_of(conversion.invalid for conversion in inputs.values())
    shown = (
        statement(
            "concat_ws(', ', {parts})",
            parts=joined(", ", (text_of(file.column(heading)) for heading in inputs)),
        )
        if inputs
        else SQL("NULL")
    )
    return Conversion(
        column=column,
        heading=expression,
        value=value,
        blank=statement("({value} IS NULL AND NOT {invalid})", value=value, invalid=invalid_inputs),
        shown=shown,
        certain=False,
        cheap=False,
        computed=True,
    )


def row_filter(expression: str, file: RawFile, timezone: str, where: str) -> SQL:
    """Return SQL that is true for the rows to keep; rows for which it is unknown are left out.

    Raises:
        DataError: The expression cannot be read or gives no truth value.
    """
    tree, inputs, types = _typed(expression, file, timezone, where)
    result = type_of(tree, types)
    if result is not ValueType.BOOLEAN:
        raise _wrong_type(where, expression, result, ValueType.BOOLEAN)
    return statement("coalesce({condition}, false)", condition=_sql(tree, inputs, types))


def _typed(
    expression: str, file: RawFile, timezone: str, where: str
) -> tuple[Expression, dict[str, Conversion], dict[str, ValueType]]:
    """Return the tree, the conversion of each column in it, and the types that make it fit."""
    try:
        tree = parse(expression)
    except ExpressionError as error:
        raise _unreadable(where, expression, error.what, error.at, error.mend) from error
    names = names_in(tree)
    headings = {heading.lower(): heading for heading in file.headings}
    for name in names:
        if name.lower() not in headings:
            raise DataError(
                Text(
                    "The expression “{e}” names “{n}”, which is no column of the file.",
                    "表达式“{e}”中的“{n}”不是文件中的列。",
                ).filled(e=expression, n=name),
                where=where,
                mend=Text(
                    "Its headings are: {all}. Write those with spaces in double quotes.",
                    "文件的标题有：{all}。含空格的标题请加双引号。",
                ).filled(all=", ".join(file.headings[:40])),
            )
    columns = {name: file.column(headings[name.lower()]) for name in names}
    types = _fitting_types(tree, columns, where, expression)
    inputs = {
        name: convert(
            Column(name, _KINDS[types[name]], Text.same(name)), raw, ColumnEvidence(), timezone
        )
        for name, raw in columns.items()
    }
    return tree, {name: inputs[name] for name in names}, types


def _fitting_types(
    tree: Expression, columns: Mapping[str, RawColumn], where: str, expression: str
) -> dict[str, ValueType]:
    """Return a type for every name so that the tree is well-typed.

    Typed cells have their type. Cells of text may be text, numbers or times: the first
    assignment that fits is taken, text before numbers before times.
    """
    types = {
        name: _CELL_TYPES[raw.kind] for name, raw in columns.items() if raw.kind in _CELL_TYPES
    }
    open_names = [name for name in columns if name not in types]
    if len(open_names) > _MOST_TEXT_NAMES:
        raise DataError(
            Text(
                "The expression “{e}” uses more than {n} columns of text.",
                "表达式“{e}”使用了超过 {n} 个文本列。",
            ).filled(e=expression, n=_MOST_TEXT_NAMES),
            where=where,
            mend=Text(
                "Give the file as Parquet or Excel with numbers as numbers.",
                "请提供数字为数值类型的 Parquet 或 Excel 文件。",
            ),
        )
    failure: ExpressionTypeError | None = None
    for assignment in itertools.product(_TEXT_CELL_TYPES, repeat=len(open_names)):
        candidate = {**types, **dict(zip(open_names, assignment, strict=True))}
        try:
            type_of(tree, candidate)
        except ExpressionTypeError as error:
            failure = error
        else:
            return candidate
    assert failure is not None  # noqa: S101 - an empty product still has one assignment
    raise _unreadable(where, expression, failure.what, failure.at, None) from failure


def _sql(tree: Expression, inputs: Mapping[str, Conversion], types: Mapping[str, ValueType]) -> SQL:
    columns: dict[str, exp.Expr] = {
        name: parse_one(f"({conversion.value})", dialect="duckdb")
        for name, conversion in inputs.items()
    }
    return SQL(to_sql(tree, columns, types).sql("duckdb"))


def _fits(result: ValueType, wanted: ValueType) -> bool:
    if result is wanted or result is ValueType.UNKNOWN:
        return True
    if wanted.is_number:
        return result.is_number
    times = (ValueType.DATE, ValueType.MOMENT)
    return wanted is ValueType.TEXT or (wanted in times and result in times)


def _wrong_type(where: str, expression: str, result: ValueType, wanted: ValueType) -> DataError:
    return DataError(
        Text(
            "The expression “{e}” gives {r}, but {w} is needed.",
            "表达式“{e}”的结果是{r}，而这里需要{w}。",
        ).filled(e=expression, r=result.label, w=wanted.label),
        where=where,
        mend=Text("Change the expression.", "请修改表达式。"),
    )


def _unreadable(where: str, expression: str, what: Text, at: int, mend: Text | None) -> DataError:
    return DataError(
        Text(
            "The expression “{e}” cannot be read at character {at}: {what}.",
            "表达式“{e}”在第 {at} 个字符处无法理解：{what}。",
        ).filled(e=expression, at=at + 1, what=what),
        where=where,
        mend=mend
        or Text(
            'Example: Quantity * "Unit Price" * (1 - Discount)',
            '示例：数量 * "含税 单价" * (1 - 折扣)',
        ),
    )
