"""Choosing the input column of every column of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.headings import (
    guess_columns,
    near_misses,
    quantity_and_price,
    unit_factor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kefen.domain.contract import Table
    from kefen.lake.reading.mapping import Computed, TableMapping
    from kefen.lake.reading.source import RawFile

_SHOWN = 40


@dataclass(frozen=True)
class ColumnChoice:
    """Where the columns of the contract come from in one file.

    Attributes:
        columns: The heading or the expression of each column that the file has.
        factors: What the values of a column are multiplied by.
        unknown: Headings that serve no column.
    """

    columns: Mapping[str, str | Computed]
    factors: Mapping[str, Decimal]
    unknown: tuple[str, ...]


def choose_columns(file: RawFile, table: Table, mapping: TableMapping) -> ColumnChoice:
    """Take the columns a mapping names and guess the others.

    Raises:
        DataError: A heading of the mapping is not in the file, a required column is not found,
            or several headings fit it equally well.
    """
    for column, given in mapping.columns.items():
        if isinstance(given, str) and given not in file.headings:
            raise _not_in_file(file, table, column, given)
    for heading in mapping.leave_out:
        if heading not in file.headings:
            raise _not_in_file(file, table, "leave_out", heading)
    taken = [given for given in mapping.columns.values() if isinstance(given, str)]
    taken.extend(mapping.leave_out)
    guess = guess_columns(file.headings, table, taken)
    columns: dict[str, str | Computed] = {
        column: heading
        for column, heading in guess.columns.items()
        if column not in mapping.columns
    }
    columns.update(mapping.columns)
    open_questions = {c: h for c, h in guess.ambiguous.items() if c not in columns}
    if open_questions:
        raise _ambiguous(file, table, open_questions)
    for required in table.required:
        if required not in columns:
            raise _not_found(file, table, required)
    factors = {c: f for c, f in guess.factors.items() if c not in mapping.columns}
    for column, given in mapping.columns.items():
        if isinstance(given, str) and column not in mapping.factors:
            factor = guess_columns((given,), table).factors.get(column)
            if factor is not None:
                factors[column] = factor
    factors.update(_title_factors(file, table, columns, factors))
    factors.update(mapping.factors)
    used = {heading for heading in columns.values() if isinstance(heading, str)}
    used.update(mapping.leave_out)
    unknown = tuple(heading for heading in file.headings if heading not in used)
    return ColumnChoice(columns, factors, unknown)


def _title_factors(
    file: RawFile,
    table: Table,
    columns: Mapping[str, str | Computed],
    factors: Mapping[str, Decimal],
) -> dict[str, Decimal]:
    """Return what a title's unit multiplies: amounts whose own heading names no unit."""
    factor = unit_factor(file.title_unit) if file.title_unit else None
    if factor is None:
        return {}
    return {
        column: factor
        for column, heading in columns.items()
        if column not in factors
        and isinstance(heading, str)
        and table.column(column).kind is Kind.MONEY
        and "元" not in heading
    }


def _place(file: RawFile, table: Table) -> str:
    sheet = file.properties.get("sheet")
    return f"{file.path.name}{f' [{sheet}]' if sheet else ''} ({table.name})"


def _headings(file: RawFile) -> str:
    shown = ", ".join(file.headings[:_SHOWN])
    more = len(file.headings) - _SHOWN
    return f"{shown}, … (+{more})" if more > 0 else shown


def _how_to_map(table: Table, column: str, heading: str) -> Text:
    return Text(
        "Give a mapping file with --mapping: tables: {{{t}: {{columns: {{{c}: {h}}}}}}}",
        "请用 --mapping 提供映射文件：tables: {{{t}: {{columns: {{{c}: {h}}}}}}}",
    ).filled(t=table.name, c=column, h=heading)


def _not_in_file(file: RawFile, table: Table, column: str, heading: str) -> DataError:
    return DataError(
        Text(
            "The mapping takes {c} from “{h}”, but the file has no such heading.",
            "映射规定 {c} 取自“{h}”，但文件中没有这个标题。",
        ).filled(c=column, h=heading),
        where=_place(file, table),
        mend=Text("Its headings are: {all}.", "文件的标题有：{all}。").filled(all=_headings(file)),
    )


def _ambiguous(file: RawFile, table: Table, questions: Mapping[str, tuple[str, ...]]) -> DataError:
    column, headings = next(iter(questions.items()))
    return DataError(
        Text(
            "{c} ({label}) could be any of these columns: {all}.",
            "{c}（{label}）可能是以下任何一列：{all}。",
        ).filled(c=column, label=table.column(column).label, all=", ".join(headings)),
        where=_place(file, table),
        mend=Text("Say which. {how}", "请说明取哪一列。{how}").filled(
            how=_how_to_map(table, column, headings[0])
        ),
    )


def _not_found(file: RawFile, table: Table, column: str) -> DataError:
    what = Text(
        "No column for {c} ({label}) was found. The file has: {all}.",
        "未找到 {c}（{label}）对应的列。文件中的列：{all}。",
    ).filled(c=column, label=table.column(column).label, all=_headings(file))
    factors = quantity_and_price(file.headings) if column == "amount" else None
    near = near_misses(column, file.headings, table)
    if factors:
        mend = Text(
            "It can be computed from {q} and {p}: {how}",
            "可以由“{q}”和“{p}”计算：{how}",
        ).filled(
            q=factors[0],
            p=factors[1],
            how=_how_to_map(table, column, f'{{compute: \'"{factors[0]}" * "{factors[1]}"\'}}'),
        )
    elif near:
        mend = Text("Did you mean {near}? {how}", "是否指“{near}”？{how}").filled(
            near=", ".join(near), how=_how_to_map(table, column, near[0])
        )
    else:
        mend = _how_to_map(table, column, "<heading>")
    if len(file.headings) == 1:
        mend = Text(
            "Only one column was found: the delimiter may be unusual; commas, semicolons, tabs "
            "and | are known. {how}",
            "只识别出一列：分隔符可能不常见；支持逗号、分号、制表符和 |。{how}",
        ).filled(how=mend)
    return DataError(what, where=_place(file, table), mend=mend)
