"""What a whole column says about its cells: the decimal mark, the order of day and month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading import dates, numbers
from kefen.lake.reading.conversion import ColumnEvidence, text_of
from kefen.lake.reading.mapping import Computed
from kefen.lake.reading.sql import SQL, listed, statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.domain.contract import Column, Table
    from kefen.engines.engine import Engine
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.mapping import TableMapping
    from kefen.lake.reading.source import RawColumn, RawFile

_NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
_DATES = (Kind.DATE, Kind.TIMESTAMP)


def weigh_evidence(
    engine: Engine,
    table: Table,
    files: Sequence[tuple[RawFile, ColumnChoice]],
    mapping: TableMapping,
) -> dict[str, tuple[ColumnEvidence, ...]]:
    """Return for every column of the contract what is known of its cells, file by file.

    The files of a table are weighed together, as one column.

    Raises:
        DataError: Dates fit day-first and month-first alike, or some one and some the other.
    """
    evidence: dict[str, tuple[ColumnEvidence, ...]] = {}
    counts = [_counts(engine, table, file, choice) for file, choice in files]
    for column in table.columns:
        totals = [
            sum(several)
            for several in zip(*(c[column.name] for c in counts if column.name in c), strict=True)
        ]
        day_first: bool | None = None
        date_format: str | None = None
        comma = False
        if column.kind in _DATES:
            said = mapping.dates.get(column.name)
            if said == "day first" or said == "month first":
                day_first = said == "day first"
            elif said is not None:
                date_format = said
            elif totals:
                day_first = _day_first(table, column, files, totals)
        elif totals:
            comma = totals[0] > 0 and totals[1] == 0
        evidence[column.name] = tuple(
            ColumnEvidence(
                decimal_comma=comma,
                day_first=day_first,
                date_format=date_format,
                factor=choice.factors.get(column.name),
                values=mapping.values.get(column.name),
            )
            for _, choice in files
        )
    return evidence


def _counts(
    engine: Engine, table: Table, file: RawFile, choice: ColumnChoice
) -> Mapping[str, tuple[int, ...]]:
    """Return the counts that speak for a column's form, for the columns of text of a file."""
    asked: list[tuple[str, int]] = []
    parts: list[SQL] = []
    for column in table.columns:
        heading = choice.columns.get(column.name)
        if heading is None or isinstance(heading, Computed):
            continue
        raw = file.column(heading)
        if raw.kind not in ("text", "mixed"):
            continue
        questions = _questions(column, raw)
        if questions:
            asked.append((column.name, len(questions)))
            parts.extend(
                statement("count(*) FILTER (WHERE {q})", q=question) for question in questions
            )
    if not parts:
        return {}
    answers = engine.rows(
        statement("SELECT {parts} FROM {file}", parts=listed(parts), file=file.relation)
    )[0]
    found: dict[str, tuple[int, ...]] = {}
    position = 0
    for name, width in asked:
        found[name] = tuple(int(n) for n in answers[position : position + width])
        position += width
    return found


def _questions(column: Column, raw: RawColumn) -> list[SQL]:
    text = text_of(raw)
    if raw.kinds is not None:
        text = statement("CASE WHEN {kinds} = 'text' THEN {text} END", kinds=raw.kinds, text=text)
    if column.kind in _NUMBERS:
        return list(numbers.decimal_comma_evidence(text))
    if column.kind in _DATES:
        first, second = dates.year_last_parts(text)
        return [
            statement("{a} > 12 AND {b} <= 12", a=first, b=second),
            statement("{b} > 12 AND {a} <= 12", a=first, b=second),
            statement("{a} <= 12 AND {b} <= 12 AND {a} <> {b}", a=first, b=second),
            statement("{a} IS NOT NULL", a=first),
        ]
    return []


def _day_first(
    table: Table,
    column: Column,
    files: Sequence[tuple[RawFile, ColumnChoice]],
    totals: Sequence[int],
) -> bool | None:
    day, month, either, written_so = totals
    if not written_so:
        return None
    if day and month:
        what = Text(
            "{n} {n:date|dates} of {c} {n:has|have} the day first and {m} the month first.",
            "{c} 中有 {n} 个日期是日在前，{m} 个是月在前。",
        ).filled(n=day, m=month, c=column.name)
    elif either and not day and not month:
        what = Text(
            "The dates of {c} fit day-first and month-first alike, as 05/06/2024 would.",
            "{c} 的日期既可理解为日在前，也可理解为月在前，就像 05/06/2024 那样。",
        ).filled(c=column.name)
    else:
        return not month
    raise DataError(
        what,
        where=f"{', '.join(file.path.name for file, _ in files)} ({table.name}.{column.name})",
        mend=Text(
            "Say which in a mapping file: tables: {{{t}: {{dates: {{{c}: day first}}}}}} "
            "(or month first, or a format such as %d/%m/%Y).",
            "请在映射文件中说明：tables: {{{t}: {{dates: {{{c}: day first}}}}}}"
            "（day first 为日在前，month first 为月在前，也可写 %d/%m/%Y 这样的格式）。",
        ).filled(t=table.name, c=column.name),
    )
