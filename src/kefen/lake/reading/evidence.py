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
_MANY_DAYS, _FEW_YEARS = 8, 3


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
    marks = _decimal_marks(table, files, counts, mapping)
    for column in table.columns:
        totals = [
            sum(several)
            for several in zip(*(c[column.name] for c in counts if column.name in c), strict=True)
        ]
        day_first: bool | None = None
        date_format: str | None = None
        if column.kind in _DATES:
            said = mapping.dates.get(column.name)
            if said == "day first" or said == "month first":
                day_first = said == "day first"
            elif said is not None:
                date_format = said
            elif totals:
                day_first = _day_first(table, column, files, totals)
                if day_first is False:
                    _refuse_other_signs(engine, table, column, files)
                if totals[4] and not totals[5]:
                    _refuse_short_years(engine, table, column, files)
        evidence[column.name] = tuple(
            ColumnEvidence(
                decimal_comma=marks.get(column.name, False),
                day_first=day_first,
                date_format=date_format,
                factor=choice.factors.get(column.name),
                values=mapping.values.get(column.name),
            )
            for _, choice in files
        )
    return evidence


def _decimal_marks(
    table: Table,
    files: Sequence[tuple[RawFile, ColumnChoice]],
    counts: Sequence[Mapping[str, tuple[int, ...]]],
    mapping: TableMapping,
) -> dict[str, bool]:
    """Return for each column of numbers in text whether its decimal mark is a comma.

    Its own cells decide; where they leave it open, the other columns of numbers do.

    Raises:
        DataError: Nothing tells whether the point of `1.234` parts thousands or decimals.
    """
    found: dict[str, tuple[int, int, int]] = {}
    for column in table.columns:
        own = [c[column.name] for c in counts if column.kind in _NUMBERS and column.name in c]
        if own:
            comma, point, either = (sum(several) for several in zip(*own, strict=True))
            found[column.name] = (comma, point, either)
    commas = any(comma and not point for comma, point, _ in found.values())
    points = any(point for _, point, _ in found.values())
    marks: dict[str, bool] = {}
    for name, (comma, point, either) in found.items():
        said = mapping.decimals.get(name)
        if said is not None:
            marks[name] = said == "comma"
        elif comma or point:
            marks[name] = comma > 0 and point == 0
        elif either and table.column(name).kind is Kind.INTEGER:
            marks[name] = True  # a whole number has no decimals: the point parts thousands
        elif either and not commas and not points:
            raise _open_point(table, name, files, either)
        else:
            marks[name] = commas and not points
    return marks


def _open_point(
    table: Table, column: str, files: Sequence[tuple[RawFile, ColumnChoice]], count: int
) -> DataError:
    return DataError(
        Text(
            "The point in {n} {n:number|numbers} of {c} may part thousands or decimals, as in "
            "1.234; no other number of the file tells which.",
            "{c} 中有 {n} 个数值的小数点含义不明：1.234 中的点既可能是千分位，也可能是小数点，"
            "文件中没有其他数值可以判断。",
        ).filled(n=count, c=column),
        where=f"{', '.join(file.path.name for file, _ in files)} ({table.name}.{column})",
        mend=Text(
            "Say which in a mapping file: tables: {{{t}: {{decimals: {{{c}: comma}}}}}} where "
            "1.234 is one thousand two hundred and thirty-four, else point; or write the numbers "
            "without signs for thousands.",
            "请在映射文件中说明：tables: {{{t}: {{decimals: {{{c}: comma}}}}}}"
            "（1.234 表示一千二百三十四；若表示一点二三四则写 point）；也可以去掉数值中的千分位。",
        ).filled(t=table.name, c=column),
    )


def _counts(
    engine: Engine, table: Table, file: RawFile, choice: ColumnChoice
) -> Mapping[str, tuple[int, ...]]:
    """Return the counts that speak for a column's form, for the columns of text of a file."""
    asked: list[tuple[str, int]] = []
    parts: list[SQL] = []
    for column in table.columns:
        raw = _text_given(column, file, choice)
        if raw is None:
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
    text = _written(raw)
    if column.kind in _NUMBERS:
        return list(numbers.decimal_comma_evidence(text))
    if column.kind in _DATES:
        first, second = dates.year_last_parts(text)
        one, two, three = dates.short_year_parts(text)
        return [
            statement("{a} > 12 AND {b} <= 12", a=first, b=second),
            statement("{b} > 12 AND {a} <= 12", a=first, b=second),
            statement("{a} <= 12 AND {b} <= 12 AND {a} <> {b}", a=first, b=second),
            statement("{a} IS NOT NULL", a=first),
            statement("{b} BETWEEN 1 AND 12 AND {c} BETWEEN 1 AND 31", b=two, c=three),
            # Year first is no date, or a day of one digit stands where the year would.
            statement(
                "({b} NOT BETWEEN 1 AND 12 OR {c} NOT BETWEEN 1 AND 31 "
                "OR ({first} IS NOT NULL AND {a} IS NULL))",
                a=one,
                b=two,
                c=three,
                first=first,
            ),
        ]
    return []


def _written(raw: RawColumn) -> SQL:
    """Return SQL for the cell where it is text; null where it is a number or a time."""
    text = text_of(raw)
    if raw.kinds is None:
        return text
    return statement("CASE WHEN {kinds} = 'text' THEN {text} END", kinds=raw.kinds, text=text)


def _day_first(
    table: Table,
    column: Column,
    files: Sequence[tuple[RawFile, ColumnChoice]],
    totals: Sequence[int],
) -> bool | None:
    day, month, either, written_so, *_ = totals
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
    raise _open_order(what, table, column, files)


def _open_order(
    what: Text,
    table: Table,
    column: Column,
    files: Sequence[tuple[RawFile, ColumnChoice]],
) -> DataError:
    return DataError(
        what,
        where=f"{', '.join(file.path.name for file, _ in files)} ({table.name}.{column.name})",
        mend=Text(
            "Say which in a mapping file: tables: {{{t}: {{dates: {{{c}: day first}}}}}} "
            "(or month first, or a format such as %d/%m/%Y).",
            "请在映射文件中说明：tables: {{{t}: {{dates: {{{c}: day first}}}}}}"
            "（day first 为日在前，month first 为月在前，也可写 %d/%m/%Y 这样的格式）。",
        ).filled(t=table.name, c=column.name),
    )


def _refuse_other_signs(
    engine: Engine,
    table: Table,
    column: Column,
    files: Sequence[tuple[RawFile, ColumnChoice]],
) -> None:
    """Refuse dates of a column with the month first that another sign leaves open.

    Where slashes have the month first, 03.04.2026 among them was written elsewhere: with points
    the day comes first nearly everywhere. Dates whose own sign shows the month first are settled.

    Raises:
        DataError: Dates with some sign fit either order, and none with that sign tells.
    """
    settled: set[str] = set()
    open_dates: dict[str, tuple[int, str]] = {}
    for file, choice in files:
        raw = _text_given(column, file, choice)
        if raw is None:
            continue
        text = _written(raw)
        first, second = dates.year_last_parts(text)
        for sign, month, either, example in engine.rows(
            statement(
                "SELECT {sign}, count(*) FILTER (WHERE {b} > 12), "
                "count(*) FILTER (WHERE {either}), min({text}) FILTER (WHERE {either}) "
                "FROM {file} WHERE {a} IS NOT NULL GROUP BY 1 ORDER BY 1",
                sign=dates.year_last_sign(text),
                a=first,
                b=second,
                either=statement("{a} <= 12 AND {b} <= 12 AND {a} <> {b}", a=first, b=second),
                text=text,
                file=file.relation,
            )
        ):
            if month:
                settled.add(str(sign))
            if either:
                earlier, shown = open_dates.get(str(sign), (0, str(example)))
                open_dates[str(sign)] = (earlier + int(either), shown)
    for sign, (count, example) in open_dates.items():
        if sign not in settled:
            raise _open_order(
                Text(
                    "{n} {n:date|dates} of {c} with “{s}”, such as {x}, {n:fits|fit} day-first and "
                    "month-first alike; those with “{o}” have the month first, which does not "
                    "settle the others.",
                    "{c} 中有 {n} 个用“{s}”书写的日期（如 {x}）既可理解为日在前，也可理解为月在前；"
                    "用“{o}”书写的日期是月在前，但不能据此判断前者。",
                ).filled(n=count, c=column.name, s=sign, x=example, o=min(settled)),
                table,
                column,
                files,
            )


def _text_given(column: Column, file: RawFile, choice: ColumnChoice) -> RawColumn | None:
    """Return what a file gives for a column, where that is text; None where it is not."""
    heading = choice.columns.get(column.name)
    if heading is None or isinstance(heading, Computed):
        return None
    raw = file.column(heading)
    return raw if raw.kind in ("text", "mixed") else None


def _refuse_short_years(
    engine: Engine,
    table: Table,
    column: Column,
    files: Sequence[tuple[RawFile, ColumnChoice]],
) -> None:
    """Refuse dates such as 26-03-10 that may all begin with the year as well as with the day.

    Days are many and years few: where the first number takes many values and the last one hardly
    any, the last is the year.

    Raises:
        DataError: The values do not tell.
    """
    firsts = lasts = 0
    for file, choice in files:
        raw = _text_given(column, file, choice)
        if raw is None:
            continue
        first, _, last = dates.short_year_parts(text_of(raw))
        counted = engine.rows(
            statement(
                "SELECT count(DISTINCT {first}), count(DISTINCT {last}) FROM {file}",
                first=first,
                last=last,
                file=file.relation,
            )
        )[0]
        firsts, lasts = max(firsts, int(counted[0])), max(lasts, int(counted[1]))
    if firsts >= _MANY_DAYS and lasts <= _FEW_YEARS:
        return
    raise DataError(
        Text(
            "The dates of {c} have years of two digits that may stand first or last, as in "
            "26-03-10.",
            "{c} 的日期为两位年份，既可理解为年在前，也可理解为年在后，就像 26-03-10 那样。",
        ).filled(c=column.name),
        where=f"{', '.join(file.path.name for file, _ in files)} ({table.name}.{column.name})",
        mend=Text(
            'Say which in a mapping file: tables: {{{t}: {{dates: {{{c}: "%y-%m-%d"}}}}}} where '
            "the year comes first, else day first or month first; or write years in full.",
            '请在映射文件中说明：年在前写 tables: {{{t}: {{dates: {{{c}: "%y-%m-%d"}}}}}}，'
            "否则写 day first（日在前）或 month first（月在前）；也可以把年份写成四位。",
        ).filled(t=table.name, c=column.name),
    )
