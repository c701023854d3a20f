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
    read_heading,
)
from kefen.lake.reading.mapping import Computed
from kefen.lake.reading.units import may_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kefen.domain.contract import Table
    from kefen.lake.reading.mapping import TableMapping
    from kefen.lake.reading.source import RawFile
    from kefen.lake.reading.units import Unit

_SHOWN = 40


@dataclass(frozen=True)
class ColumnChoice:
    """Where the columns of the contract come from in one file.

    Attributes:
        columns: The heading or the expression of each column that the file has.
        factors: What the values of a column are multiplied by.
        unknown: Headings that serve no column.
        unit_said: The columns of which the file or the mapping says what they are counted in.
        currency: The currency that these units name; None where they name none, or the mapping
            says where it stands.
        sign: Likewise the sign that they have for money and several currencies share, `元`.
    """

    columns: Mapping[str, str | Computed]
    factors: Mapping[str, Decimal]
    unknown: tuple[str, ...]
    unit_said: frozenset[str] = frozenset()
    currency: str | None = None
    sign: str | None = None


def choose_columns(file: RawFile, table: Table, mapping: TableMapping) -> ColumnChoice:
    """Take the columns a mapping names and guess the others.

    Raises:
        DataError: A heading of the mapping is not in the file, a required column is not found,
            several headings fit it equally well, or units contradict each other.
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
    units = _units(file, table, columns)
    factors = {c: unit.factor for c, unit in units.items() if unit.factor != 1}
    factors.update(mapping.factors)
    _refuse_unit_of_computed(file, table, columns, mapping)
    used = {heading for heading in columns.values() if isinstance(heading, str)}
    used.update(mapping.leave_out)
    unknown = tuple(heading for heading in file.headings if heading not in used)
    currency, sign = _money_of_units(file, table, units)
    if "currency" in mapping.columns:
        currency = sign = None
    return ColumnChoice(
        columns=columns,
        factors=factors,
        unknown=unknown,
        unit_said=frozenset({*units, *mapping.factors}),
        currency=currency,
        sign=sign,
    )


def _units(file: RawFile, table: Table, columns: Mapping[str, str | Computed]) -> dict[str, Unit]:
    """Return what columns of money are counted in: by their heading, the row below it, a title.

    Raises:
        DataError: The heading and the row below it differ.
    """
    units: dict[str, Unit] = {}
    for column, heading in columns.items():
        if isinstance(heading, Computed) or table.column(column).kind is not Kind.MONEY:
            continue
        own = read_heading(heading).unit
        below = file.units_below.get(heading)
        if own is not None and below is not None and own[:2] != below[:2]:
            raise _two_units(file, table, heading, below)
        said = own or below or (None if "元" in heading else file.title_unit)
        if said is not None:
            units[column] = said
    return units


def _money_of_units(
    file: RawFile, table: Table, units: Mapping[str, Unit]
) -> tuple[str | None, str | None]:
    """Return the currency that the units of a file name, and else their sign for money.

    Raises:
        DataError: They name several, so that a row would be in two.
    """
    named = {unit.currency: unit.written for unit in units.values() if unit.currency is not None}
    signs = {unit.sign: unit.written for unit in units.values() if unit.sign is not None}
    other = {
        written
        for sign, written in signs.items()
        if any(not may_mean(sign, currency) for currency in named)
    }
    if len(named) > 1 or other:
        raise DataError(
            Text(
                "Its columns of money are in several currencies: {all}.",
                "各金额列的币种不同：{all}。",
            ).filled(all=", ".join((*named.values(), *sorted(other)))),
            where=_place(file, table),
            mend=Text(
                "Bring them into one currency, or leave a column out with `leave_out` of a "
                "mapping file.",
                "请换算为同一币种，或在映射文件的 leave_out 中略去其中一列。",
            ),
        )
    return next(iter(named), None), None if named else next(iter(signs), None)


def _refuse_unit_of_computed(
    file: RawFile, table: Table, columns: Mapping[str, str | Computed], mapping: TableMapping
) -> None:
    """Refuse an expression over a column that a row below the heading counts in thousands or so.

    Raises:
        DataError: There is one, and the mapping does not say what the result is counted in.
    """
    for column, given in columns.items():
        if not isinstance(given, Computed) or column in mapping.factors:
            continue
        for heading, unit in file.units_below.items():
            if heading in given.expression and unit.factor != 1:
                raise DataError(
                    Text(
                        "{c} is computed from “{h}”, which the row below the heading counts in "
                        "{u}.",
                        "{c} 由“{h}”计算得出，而标题下一行注明该列单位为{u}。",
                    ).filled(c=column, h=heading, u=unit.written),
                    where=_place(file, table),
                    mend=Text(
                        "Multiply by {n} in the expression, and write units: {{{c}: 1}} in the "
                        "mapping to say that it is done.",
                        "请在表达式中乘以 {n}，并在映射中写明 units: {{{c}: 1}}，表示已换算。",
                    ).filled(n=unit.factor, c=column),
                )


def _two_units(file: RawFile, table: Table, heading: str, below: Unit) -> DataError:
    return DataError(
        Text(
            "The heading “{h}” and the row below it ({u}) name different units.",
            "标题“{h}”与其下一行（{u}）注明的单位不一致。",
        ).filled(h=heading, u=below.written),
        where=_place(file, table),
        mend=Text(
            "Correct the file so that both agree.",
            "请更正文件，使两处一致。",
        ),
    )


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
