"""Dates and times: the usual ways of writing them, Excel serials, and zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.lake.reading.sql import SQL, joined, literal, statement

if TYPE_CHECKING:
    from kefen.domain.contract import Column
    from kefen.lake.reading.conversion import ColumnEvidence
    from kefen.lake.reading.source import RawColumn

_TIME = (
    "(?:[ T]+(上午|下午|AM|PM)? ?(\\d{1,2})[:时点](\\d{1,2})"
    "(?:[:分](\\d{1,2})秒?(?:[.,](\\d{1,9}))?)?分? ?"
    "(AM|PM)? ?(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?)?"
)
_TIME_PARTS = ("half", "hour", "minute", "second", "fraction", "half_after", "zone")
_YEAR_FIRST = "^(\\d{4})[-/.年](\\d{1,2})[-/.月](\\d{1,2})日?" + _TIME + "$"
_YEAR_LAST = "^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})" + _TIME + "$"
_SHORT_YEAR = "^(\\d{2})[-/](\\d{1,2})[-/](\\d{2})(?:\\D|$)"
_DAY_MONTH_NAME = "^(\\d{1,2})[- ]([A-Z]{3})[A-Z]*[-, ]+(\\d{4}|\\d{2})" + _TIME + "$"
_MONTH_NAME_DAY = "^([A-Z]{3})[A-Z]*\\.?[- ](\\d{1,2})(?:ST|ND|RD|TH)?[-, ]+(\\d{4})" + _TIME + "$"
_ISO = "\\d{4}-\\d{2}-\\d{2}( \\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?)?"  # the quick way for most
_MAYBE_YEAR_LAST = "^.{1,2}[-/.／－．]"
_WEEKDAY = "^(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[.,]? +"
_YEAR_MONTH = "^(\\d{4})[-/.年]?(\\d{1,2})月?$"
_YEAR = "^(\\d{4})年?$"
_MONTHS = "['JAN','FEB','MAR','APR','MAY','JUN','JUL','AUG','SEP','OCT','NOV','DEC']"
_WIDE, _NARROW = "０１２３４５６７８９／：－．　", "0123456789/:-. "
_MONTH_COLUMNS = frozenset({"month", "period", "period_end"})
_YEAR_0 = literal("^0000\\D|\\D0000($|[ T])")
_TYPES = {
    "date": ("DATE", "0001-01-01", "10000-01-01"),
    "timestamp": ("TIMESTAMP", "0001-01-01", "10000-01-01"),
    # In any zone.
    "instant": ("TIMESTAMPTZ", "0001-01-02 00:00:00+00", "9999-12-31 10:00:00+00"),
}
"""The type of typed cells, the first that a calendar has, and the first that it has not."""
_LAST_SERIAL = 109_575  # 2199-12-31


def tidy(text: SQL) -> SQL:
    """Return text narrow and in upper case, without a day of the week before it."""
    return statement(
        "regexp_replace(upper(translate({text}, {wide}, {narrow})), {weekday}, '')",
        text=text,
        wide=literal(_WIDE),
        narrow=literal(_NARROW),
        weekday=literal(_WEEKDAY),
    )


def year_last_parts(text: SQL) -> tuple[SQL, SQL]:
    """Return the first and the second number of a date written with the year last."""
    return (
        statement(
            "CASE WHEN regexp_matches({text}, {maybe}) "
            "THEN TRY_CAST(nullif(regexp_extract({t}, {p}, 1), '') AS INTEGER) END",
            text=text,
            maybe=literal(_MAYBE_YEAR_LAST),
            t=tidy(text),
            p=literal(_YEAR_LAST),
        ),
        statement(
            "CASE WHEN regexp_matches({text}, {maybe}) "
            "THEN TRY_CAST(nullif(regexp_extract({t}, {p}, 2), '') AS INTEGER) END",
            text=text,
            maybe=literal(_MAYBE_YEAR_LAST),
            t=tidy(text),
            p=literal(_YEAR_LAST),
        ),
    )


def year_last_sign(text: SQL) -> SQL:
    """Return the first sign between the numbers of a date written with the year last."""
    return statement(
        "substr({t}, length(regexp_extract({t}, {p}, 1)) + 1, 1)",
        t=tidy(text),
        p=literal(_YEAR_LAST),
    )


def short_year_parts(text: SQL) -> tuple[SQL, SQL, SQL]:
    """Return the three numbers of a date such as `26-03-10`, which may begin with its year."""
    first, second, third = (
        statement(
            "TRY_CAST(nullif(regexp_extract({t}, {p}, {part}), '') AS INTEGER)",
            t=tidy(text),
            p=literal(_SHORT_YEAR),
            part=literal(part),
        )
        for part in (1, 2, 3)
    )
    return first, second, third


def looks_like_date(text: SQL) -> SQL:
    """Return SQL that is true where text is written like a date, whether it exists or not."""
    t = tidy(text)
    return statement(
        "regexp_matches({t}, {patterns})",
        t=t,
        patterns=literal(f"{_YEAR_FIRST}|{_YEAR_LAST}|^(19|20|21)\\d{{6}}$"),
    )


def date_value(
    column: Column, raw: RawColumn, text: SQL, evidence: ColumnEvidence, timezone: str
) -> SQL:
    """Return SQL for a column of kind DATE or TIMESTAMP; null where it is no date.

    Times without a zone are taken as they stand; those with one are converted to `timezone`.
    """
    zone = literal(timezone)
    if raw.kind in ("date", "timestamp"):
        moment = raw.value
    elif raw.kind == "instant":
        moment = statement("timezone({zone}, {v})", zone=zone, v=raw.value)
    elif raw.kind in ("integer", "double", "decimal"):
        moment = _from_number(column, raw.value)
    elif raw.kind == "mixed" and raw.kinds is not None:
        moment = statement(
            "CASE {kinds} WHEN 'number' THEN {number} "
            "WHEN 'time' THEN TRY_CAST({text} AS TIMESTAMP) WHEN 'text' THEN {written} END",
            kinds=raw.kinds,
            number=_from_number(column, statement("TRY_CAST({text} AS DOUBLE)", text=text)),
            text=text,
            written=_from_text(column, text, evidence, zone),
        )
    else:
        moment = _from_text(column, text, evidence, zone)
    kind = SQL("DATE" if column.kind is Kind.DATE else "TIMESTAMP")
    return statement("CAST({moment} AS {kind})", moment=moment, kind=kind)


def outside_calendar(column: Column, raw: RawColumn) -> SQL | None:
    """Return SQL that is true where a column of dates or times has one that no calendar has.

    Parquet files and databases have infinite dates, and years before 1 and after 9999. None where
    cells are no dates yet: what is written so is not read as one.
    """
    if column.kind not in (Kind.DATE, Kind.TIMESTAMP) or raw.kind not in _TYPES:
        return None
    kind, first, after = _TYPES[raw.kind]
    # Compared as they are stored: a file's own statistics then answer.
    return statement(
        "({v} < CAST({first} AS {kind}) OR {v} >= CAST({after} AS {kind}))",
        v=raw.value,
        kind=SQL(kind),
        first=literal(first),
        after=literal(after),
    )


def _from_text(column: Column, text: SQL, evidence: ColumnEvidence, zone: SQL) -> SQL:
    if evidence.date_format is not None:
        return statement(
            "CASE WHEN {moment} >= TIMESTAMP '0001-01-01' THEN {moment} END",
            moment=statement(
                "TRY_CAST(try_strptime({text}, {format}) AS TIMESTAMP)",
                text=text,
                format=literal(evidence.date_format),
            ),
        )
    t = tidy(text)
    branches = [
        statement("WHEN regexp_matches({text}, {year_0}) THEN NULL", text=text, year_0=_YEAR_0),
        statement(
            "WHEN regexp_full_match({text}, {iso}) THEN TRY_CAST({text} AS TIMESTAMP)",
            text=text,
            iso=literal(_ISO),
        ),
        statement("WHEN {t} IS NULL THEN NULL", t=t),
        _branch(t, _YEAR_FIRST, ("year", "month", "day"), zone),
        statement(
            "WHEN regexp_matches({t}, '^(19|20|21)\\d{{6}}([ T]?\\d{{2}}:?\\d{{2}}:?\\d{{2}})?$') "
            "THEN {value}",
            t=t,
            value=_compact(t),
        ),
        statement(
            "WHEN regexp_matches({t}, '^\\d{{5}}(\\.\\d+)?$') THEN {value}",
            t=t,
            value=_serial(statement("TRY_CAST({t} AS DOUBLE)", t=t)),
        ),
        _branch(t, _DAY_MONTH_NAME, ("day", "named", "year"), zone),
        _branch(t, _MONTH_NAME_DAY, ("named", "day", "year"), zone),
    ]
    if evidence.day_first is not None:
        order = ("day", "month", "year") if evidence.day_first else ("month", "day", "year")
        branches.append(_branch(t, _YEAR_LAST, order, zone))
    if column.name in _MONTH_COLUMNS:
        branches.extend(_months(t, last_day=column.name == "period_end"))
    return statement("CASE {branches} END", branches=SQL(" ".join(branches)))


def _branch(t: SQL, pattern: str, parts: tuple[str, str, str], zone: SQL) -> SQL:
    """Return `WHEN it is written so THEN the moment`."""
    names = (*parts, *_TIME_PARTS)
    struct = statement(
        "regexp_extract({t}, {pattern}, [{names}])",
        t=t,
        pattern=literal(pattern),
        names=SQL(", ".join(literal(part) for part in names)),
    )
    return statement(
        "WHEN regexp_matches({t}, {pattern}) "
        "THEN list_extract(list_transform([{struct}], lambda d: {moment}), 1)",
        t=t,
        pattern=literal(pattern),
        struct=struct,
        moment=_moment(named="named" in parts, zone=zone),
    )


def _moment(*, named: bool, zone: SQL) -> SQL:
    """Return the timestamp that the parts `d` make; null for an impossible one."""
    month = SQL(f"CAST(list_position({_MONTHS}, d.named) AS VARCHAR)") if named else SQL("d.month")
    year = SQL(
        "CASE WHEN length(d.year) = 4 THEN d.year WHEN d.year < '70' THEN concat('20', d.year) "
        "ELSE concat('19', d.year) END"
    )
    hour = SQL(
        "CASE WHEN d.hour = '' THEN '00' "
        "WHEN concat(d.half, d.half_after) IN ('PM', '下午') AND CAST(d.hour AS INTEGER) < 12 "
        "THEN CAST(CAST(d.hour AS INTEGER) + 12 AS VARCHAR) "
        "WHEN concat(d.half, d.half_after) IN ('AM', '上午') AND d.hour = '12' THEN '00' "
        "ELSE lpad(d.hour, 2, '0') END"
    )
    local = statement(
        "TRY_CAST(concat({year}, '-', lpad({month}, 2, '0'), '-', lpad(d.day, 2, '0'), ' ', "
        "{hour}, ':', lpad(d.minute, 2, '0'), ':', lpad(d.second, 2, '0'), '.', "
        "rpad(left(d.fraction, 6), 6, '0')) AS TIMESTAMP)",
        year=year,
        month=month,
        hour=hour,
    )
    offset = SQL(
        "CASE WHEN d.zone IN ('Z', 'UTC', 'GMT') THEN 0 ELSE "
        "(CASE left(d.zone, 1) WHEN '-' THEN -1 ELSE 1 END) * "
        "(CAST(substr(d.zone, 2, 2) AS INTEGER) * 60 + "
        "coalesce(TRY_CAST(right(replace(substr(d.zone, 4), ':', ''), 2) AS INTEGER), 0)) END"
    )
    return statement(
        "CASE WHEN d.zone = '' THEN {local} "
        "ELSE timezone({zone}, timezone('UTC', {local} - to_minutes({offset}))) END",
        local=local,
        zone=zone,
        offset=offset,
    )


def _compact(t: SQL) -> SQL:
    """Return the moment of 20240131 or 20240131103000."""
    return statement(
        "TRY_CAST(concat(left({t}, 4), '-', substr({t}, 5, 2), '-', substr({t}, 7, 2), ' ', "
        "CASE WHEN length({t}) = 8 THEN '00:00:00' ELSE regexp_replace(regexp_replace("
        "substr({t}, 9), '[^0-9]', '', 'g'), '(..)(..)(..)', '\\1:\\2:\\3') END) AS TIMESTAMP)",
        t=t,
    )


def _months(t: SQL, *, last_day: bool) -> list[SQL]:
    """Return branches for a month or a year that stands for its first or its last day."""
    month = statement(
        "TRY_CAST(concat(left({t}, 4), '-', lpad(regexp_extract({t}, {p}, 2), 2, '0'), '-01') "
        "AS DATE)",
        t=t,
        p=literal(_YEAR_MONTH),
    )
    year = statement(
        "TRY_CAST(concat(left({t}, 4), {rest}) AS DATE)",
        t=t,
        rest=literal("-12-31" if last_day else "-01-01"),
    )
    if last_day:
        month = statement("last_day({month})", month=month)
    return [
        statement("WHEN regexp_matches({t}, {p}) THEN {v}", t=t, p=literal(_YEAR), v=year),
        statement("WHEN regexp_matches({t}, {p}) THEN {v}", t=t, p=literal(_YEAR_MONTH), v=month),
    ]


def _from_number(column: Column, number: SQL) -> SQL:
    """Return the moment of a number: 20240131, or days since 1899-12-30 as Excel counts them.

    2026 and 2026.03 are a year and a month that somebody typed, not days of 1905; where months are
    meant, 2026 and 202603 are read as such.
    """
    branches = [
        statement(
            "WHEN {n} BETWEEN 19000101 AND 21991231 THEN "
            "CAST(try_strptime(CAST(TRY_CAST({n} AS BIGINT) AS VARCHAR), '%Y%m%d') AS TIMESTAMP)",
            n=number,
        )
    ]
    if column.name in _MONTH_COLUMNS:
        digits = statement("CAST(TRY_CAST({n} AS BIGINT) AS VARCHAR)", n=number)
        branches.append(
            statement(
                "WHEN {n} = floor({n}) AND ({n} BETWEEN 1900 AND 2199 "
                "OR {n} BETWEEN 190001 AND 219912) THEN CASE {months} END",
                n=number,
                months=joined(" ", _months(digits, last_day=column.name == "period_end")),
            )
        )
    branches.append(statement("WHEN {n} >= 1900 AND {n} < 2200 THEN NULL", n=number))
    return statement(
        "CASE {branches} ELSE {serial} END",
        branches=joined(" ", branches),
        serial=_serial(number),
    )


def _serial(number: SQL) -> SQL:
    """Return the moment of an Excel serial, to the second; before March 1900 it counts one less."""
    return statement(
        "CASE WHEN {n} >= 1 AND {n} < {last} THEN "
        "TIMESTAMP '1899-12-30 00:00:00' "
        "+ to_days(CAST(floor({n}) AS INTEGER) + CASE WHEN {n} < 61 THEN 1 ELSE 0 END) "
        "+ to_seconds(CAST(round(({n} - floor({n})) * 86400) AS BIGINT)) END",
        n=number,
        last=literal(_LAST_SERIAL),
    )
