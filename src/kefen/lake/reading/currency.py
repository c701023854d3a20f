"""One currency for a dataset: mixed currencies are refused, or converted by the user's rates."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyarrow as pa

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading import money_messages
from kefen.lake.reading.code_words import currency_answers
from kefen.lake.reading.encodings import find_encoding
from kefen.lake.reading.headings import read_heading
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.sql import SQL, listed, literal, name, statement
from kefen.lake.reading.units import may_mean, usual_currency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.dataset import Finding, ReadTable
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.source import RawFile

_FIRST_DAY = datetime.date(1, 1, 1)
_RATE_PLACES = Decimal("1e-8")
_CURRENCY_WORDS = frozenset({"currency", "currencycode", "币种", "货币", "币别"})
_FROM_WORDS = frozenset({"from", "fromdate", "date", "validfrom", "日期", "生效日期", "起始日期"})
_RATE_WORDS = frozenset({"rate", "exchangerate", "ratetobookcurrency", "汇率"})
_MOST = Decimal(10) ** 10
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth from a day on.

    Attributes:
        currency: Its ISO 4217 code.
        first_day: The day from which the rate holds; the first of all where the table says none.
        rate: How much of the other currency one unit is worth.
    """

    currency: str
    first_day: datetime.date
    rate: Decimal

    @property
    def always(self) -> bool:
        """Return whether the table says no day from which it holds."""
        return self.first_day == _FIRST_DAY


def currency_code(text: str) -> str:
    """Return the ISO 4217 code for a usual way of naming a currency."""
    upper = text.strip().upper()
    return dict(currency_answers()).get(upper, upper)


def currency_of_unit(
    choice: ColumnChoice, book: str | None, *, into_book: bool = False
) -> str | None:
    """Return the currency that the units of a file name.

    Args:
        choice: What the file's columns are, with their units.
        book: The book's currency; None where it is not said.
        into_book: Whether the rows go into a book, where the sign would be lost.

    Returns:
        Its ISO code; None where they name none, or have a sign such as `元` that means the book's.
    """
    if choice.currency is not None or choice.sign is None:
        return choice.currency
    if book is None:
        return usual_currency(choice.sign) if into_book else None
    return None if may_mean(choice.sign, currency_code(book)) else usual_currency(choice.sign)


def refuse_other_currency(
    engine: Engine, table: Table, file: RawFile, choice: ColumnChoice, stated: SQL
) -> None:
    """Refuse rows whose own currency is not that of the unit of their amounts.

    A column of 金额(元) beside USD may be in yuan, converted already, or in dollars.

    Args:
        engine: The engine that holds the file.
        table: The contract table.
        file: The file.
        choice: What its columns are, with their units.
        stated: SQL for the currency that a row states.

    Raises:
        DataError: There are such rows.
    """
    if choice.currency is None and choice.sign is None:
        return
    found = engine.rows(
        statement(
            "SELECT {stated}, count(*) FROM {file} WHERE {stated} IS NOT NULL "
            "GROUP BY 1 ORDER BY 1",
            stated=stated,
            file=file.relation,
        )
    )
    for code, count in found:
        if choice.currency not in (None, code) or (
            choice.sign is not None and not may_mean(choice.sign, str(code))
        ):
            raise DataError(
                Text(
                    "{n} {n:row says|rows say} {c}, but the unit of the amounts is {u}.",
                    "有 {n} 行的币种为 {c}，而金额的单位注明为{u}。",
                ).filled(n=int(count), c=str(code), u=choice.currency or choice.sign or ""),
                where=f"{file.shown} ({table.name}.currency)",
                mend=Text(
                    "In a mapping file, either leave the column out, where amounts are in {u} "
                    "already: tables: {{{t}: {{leave_out: [{h}]}}}}; or take the currency from "
                    "it: tables: {{{t}: {{columns: {{currency: {h}}}}}}}.",
                    "若金额已折算为{u}，请在映射文件中略去该列："
                    "tables: {{{t}: {{leave_out: [{h}]}}}}；"
                    "若以该列为准，请写明：tables: {{{t}: {{columns: {{currency: {h}}}}}}}。",
                ).filled(
                    u=choice.currency or choice.sign or "",
                    t=table.name,
                    h=str(choice.columns["currency"]),
                ),
            )


def one_currency(
    engine: Engine,
    tables: Mapping[str, ReadTable],
    currency: str | None,
    rates: Path | None,
) -> tuple[dict[str, ReadTable], str | None, tuple[Finding, ...]]:
    """Bring the money of all tables into one currency.

    Args:
        engine: The engine that holds the tables.
        tables: The tables as read.
        currency: The book's currency; None takes the data's single one.
        rates: A CSV file of rates to the book's currency: currency, from (optional), rate.

    Returns:
        The tables (those with other currencies converted), the currency, and the findings.

    Raises:
        DataError: Currencies are mixed and there are no rates for them.
    """
    named = {
        table: counted
        for table, read in tables.items()
        if "currency" in read.columns and (counted := _counts(engine, read))
    }
    everything = {code for counted in named.values() for code in counted}
    target = currency_code(currency) if currency else None
    converted = dict(tables)
    findings: list[Finding] = []
    if target is None and len(everything) == 1:
        target = next(iter(everything))
        for key, count in _unnamed(engine, tables).items():
            sign = tables[key].money_sign
            if sign is not None and not may_mean(sign, target):
                raise _mixed({**named, key: {**named.get(key, {}), sign: count}}, None)
            partly = key in named
            findings.append(
                money_messages.currency_assumed(tables[key].table, count, target, partly)
            )
    if everything - {target}:
        if rates is None or target is None:
            raise _mixed(named, target)
        table = _rate_table(engine, rates, target)
        for key, counted in named.items():
            foreign = sum(n for code, n in counted.items() if code != target)
            if foreign:
                converted[key] = _converted(engine, tables[key], table, target, rates)
                findings.append(
                    money_messages.currency_converted(
                        tables[key].table, foreign, target, rates.name
                    )
                )
    return (
        {
            key: replace(read, currency=target) if "currency" in read.columns else read
            for key, read in converted.items()
        },
        target,
        tuple(findings),
    )


def _counts(engine: Engine, read: ReadTable) -> dict[str, int]:
    if read.currency is not None:
        return {read.currency: read.rows_used}
    rows = engine.rows(
        statement(
            "SELECT currency, count(*) FROM {r} WHERE currency IS NOT NULL GROUP BY 1 ORDER BY 1",
            r=name(read.relation),
        )
    )
    return {str(code): int(count) for code, count in rows}


def _unnamed(engine: Engine, tables: Mapping[str, ReadTable]) -> dict[str, int]:
    """Return how many rows of tables that may name a currency name none; only where there are."""
    counted: dict[str, int] = {}
    for key, read in tables.items():
        if "currency" not in read.table.column_names or read.currency is not None:
            continue
        counted[key] = (
            engine.rows(
                statement("SELECT count(*) FROM {r} WHERE currency IS NULL", r=name(read.relation))
            )[0][0]
            if "currency" in read.columns
            else read.rows_used
        )
    return {key: int(count) for key, count in counted.items() if count}


def _converted(engine: Engine, read: ReadTable, rates: str, target: str, path: Path) -> ReadTable:
    """Return the table with its money in the target currency, half-up at four decimals."""
    day = statement("CAST(facts.{date} AS DATE)", date=name(str(read.table.date)))
    foreign = statement(
        "(facts.currency IS NOT NULL AND facts.currency <> {target})", target=literal(target)
    )
    missing = engine.rows(
        statement(
            "SELECT facts.currency, min({day}), count(*) FROM {facts} AS facts "
            "ASOF LEFT JOIN {rates} AS rates "
            "ON facts.currency = rates.currency AND {day} >= rates.from_day "
            "WHERE {foreign} AND rates.rate IS NULL GROUP BY 1 ORDER BY 1 LIMIT {limit}",
            day=day,
            facts=name(read.relation),
            rates=name(rates),
            foreign=foreign,
            limit=literal(_LISTED),
        )
    )
    if missing:
        raise _no_rate(read.table, path, missing)
    columns: list[SQL] = []
    for column in read.table.columns:
        if column.name == "currency":
            columns.append(statement("{target} AS currency", target=literal(target)))
        elif column.kind is Kind.MONEY:
            columns.append(
                statement(
                    "CASE WHEN {foreign} THEN CAST(facts.{c} * rates.rate AS DECIMAL(18,4)) "
                    "ELSE facts.{c} END AS {c}",
                    foreign=foreign,
                    c=name(column.name),
                )
            )
        else:
            columns.append(statement("facts.{c}", c=name(column.name)))
    made = new_name(f"converted_{read.table.name}")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT {columns} FROM {facts} AS facts "
            "ASOF LEFT JOIN {rates} AS rates "
            "ON facts.currency = rates.currency AND {day} >= rates.from_day",
            made=name(made),
            columns=listed(columns),
            facts=name(read.relation),
            rates=name(rates),
            day=day,
        )
    )
    return replace(read, relation=made, currency=target)


def read_rates(path: Path, target: str) -> tuple[Rate, ...]:
    """Return the rates of a rate table, without those of the currency they lead to.

    Args:
        path: A CSV file: currency, from (optional), rate.
        target: The currency that the rates lead to.

    Raises:
        DataError: A line cannot be read, or two rates of a currency begin on one day.
    """
    with path.open(encoding=find_encoding(path), newline="") as file:
        lines = csv.reader(file)
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    places = _places(path, rows[0][1] if rows else [])
    entries: dict[tuple[str, datetime.date], Rate] = {}
    for number, row in rows[1:]:
        try:
            code = currency_code(row[places["currency"]])
            rate = Decimal(row[places["rate"]].strip()).quantize(_RATE_PLACES)
            start = row[places["from"]].strip() if "from" in places else ""
            day = datetime.date.fromisoformat(start) if start else _FIRST_DAY
            readable = 0 < rate < _MOST and (code, day) not in entries
        except (IndexError, ValueError, InvalidOperation) as error:
            raise _bad_rates(path, number) from error
        if not readable:
            raise _bad_rates(path, number)
        if code != target:
            entries[code, day] = Rate(code, day, rate)
    return tuple(entries.values())


def _rate_table(engine: Engine, path: Path, target: str) -> str:
    """Read the rates into a table (`currency`, `from_day`, `rate`)."""
    entries = read_rates(path, target)
    made = new_name("rates")
    engine.register(
        "rates_given",
        pa.table(
            {
                "currency": pa.array([one.currency for one in entries], pa.string()),
                "from_day": pa.array([one.first_day for one in entries], pa.date32()),
                "rate": pa.array([one.rate for one in entries], pa.decimal128(18, 8)),
            }
        ),
    )
    engine.run(statement("CREATE TABLE {made} AS SELECT * FROM rates_given", made=name(made)))
    engine.unregister("rates_given")
    return made


def _places(path: Path, heading: Sequence[str]) -> dict[str, int]:
    """Return the position of each column of a rate table."""
    places: dict[str, int] = {}
    for position, text in enumerate(heading):
        word = read_heading(text.lstrip("\ufeff")).word
        for column, words in (
            ("currency", _CURRENCY_WORDS),
            ("from", _FROM_WORDS),
            ("rate", _RATE_WORDS),
        ):
            if word in words:
                places.setdefault(column, position)
    if not {"currency", "rate"} <= places.keys():
        raise _bad_rates(path, 1)
    return places


def _bad_rates(path: Path, row: int) -> DataError:
    return DataError(
        Text("Line {n} of the rate table cannot be read.", "汇率表第 {n} 行无法读取。").filled(
            n=row
        ),
        where=path.name,
        mend=Text(
            "Write a CSV with the heading currency,from,rate: an ISO code, a date such as "
            "2024-01-01 (may be blank), and how much of the book's currency one unit is worth; "
            "one rate for a currency and date.",
            "请使用 CSV，标题为 currency,from,rate：币种代码、日期（如 2024-01-01，可留空）、"
            "一单位外币折合的本位币金额；同一币种同一日期只写一个汇率。",
        ),
    )


def _mixed(named: Mapping[str, Mapping[str, int]], target: str | None) -> DataError:
    shown = "; ".join(
        f"{table}: {', '.join(f'{code} ({n})' for code, n in counted.items())}"
        for table, counted in named.items()
    )
    return DataError(
        Text(
            "The data has amounts in several currencies, which are never summed: {all}.{target}",
            "数据中的金额有多种货币，不能直接相加：{all}。{target}",
        ).filled(
            all=shown,
            target=Text(" The book's currency is {c}.", "账套本位币为 {c}。").filled(c=target)
            if target
            else Text.same(""),
        ),
        mend=Text(
            "Name the book's currency with --currency and give a rate table with --rates "
            "(CSV: currency, from, rate), or give files of one currency. A book keeps both: "
            "kefen new DIR --currency CNY --rates FILE, or kefen import orders FILE --rates FILE.",
            "请用 --currency 指定本位币，并用 --rates 提供汇率表（CSV：currency, from, rate）；"
            "或只提供一种货币的文件。账套会保存两者：kefen new 目录 --currency CNY --rates 文件，"
            "或 kefen import orders 文件 --rates 文件。",
        ),
    )


def _no_rate(table: Table, path: Path, missing: Sequence[tuple[object, ...]]) -> DataError:
    return DataError(
        Text("The rate table has no rate for {all}.", "汇率表中缺少以下汇率：{all}。").filled(
            all="; ".join(f"{code} {day} ({count})" for code, day, count in missing)
        ),
        where=f"{path.name} ({table.name})",
        mend=Text(
            "Add a rate that is valid from that date or earlier.",
            "请补充自该日期或更早日期起生效的汇率。",
        ),
    )
