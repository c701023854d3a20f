"""Numbers: exact decimals from text in the ways people write them, and from typed columns.

Text is reduced to plain digits first. The decimal mark is the column's: a comma only where the
column gives evidence for it (`1.234,56`) and none against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.lake.reading.code_words import CURRENCY_MARKS
from kefen.lake.reading.sql import SQL, literal, statement

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.domain.contract import Column
    from kefen.lake.reading.conversion import ColumnEvidence
    from kefen.lake.reading.source import RawColumn

_WIDE = "０１２３４５６７８９．，－＋（）％￥＄−–"
_NARROW = "0123456789.,-+()%¥$--"
_MARKS = "|".join(mark.replace("$", "\\$") for mark, _ in CURRENCY_MARKS)
_POINT = "[+-]?(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)?(?:\\.[0-9]*)?(?:E[+-]?[0-9]{1,3})?%?"
_COMMA = "[+-]?(?:[0-9]{1,3}(?:\\.[0-9]{3})+|[0-9]+)?(?:,[0-9]*)?(?:E[+-]?[0-9]{1,3})?%?"
_UNMARKED = "[-+0-9., ]*"
_PLAIN = "-?[0-9]+(?:\\.[0-9]+)?"  # the quick way for most
_EXPONENTS = {10**power: power for power in range(1, 9)}


def plain_text(text: SQL) -> SQL:
    """Return text without currency marks and spaces, narrow, with the minus sign in front.

    `(1,234.50)` and `1,234.50-` become `-1,234.50`.
    """
    narrow = statement(
        "translate(upper({text}), {wide}, {narrow})",
        text=text,
        wide=literal(_WIDE),
        narrow=literal(_NARROW),
    )
    bare = statement(
        "regexp_replace({narrow}, {marks}, '', 'g')",
        narrow=narrow,
        marks=literal(f"{_MARKS}|[\\s\u00a0\u2009\u202f\u3000'’]"),
    )
    return statement(
        "regexp_replace(regexp_replace({bare}, {brackets}, '-\\1'), {trailing}, '-\\1')",
        bare=bare,
        brackets=literal("^\\(([0-9.,]+)\\)$"),
        trailing=literal("^([0-9.,]+)-$"),
    )


def decimal_comma_evidence(text: SQL) -> tuple[SQL, SQL, SQL]:
    """Return three conditions on a cell.

    It speaks for a decimal comma; it speaks for a decimal point; it has a point that may be
    either (`1.234`, which is 1234 where points part thousands).
    """
    plain = plain_text(text)
    comma = literal(
        "[+-]?(?:[0-9]{1,3}(?:\\.[0-9]{3})+,[0-9]*|[0-9]*,(?:[0-9]{1,2}|[0-9]{4,})"
        "|0,[0-9]{3}|[0-9]{4,},[0-9]{3}|[0-9]{1,3}(?:\\.[0-9]{3}){2,})%?"
    )
    point = literal(
        "[+-]?(?:[0-9]{1,3}(?:,[0-9]{2,3})+\\.[0-9]*|[0-9]*\\.(?:[0-9]{1,2}|[0-9]{4,})"
        "|0?\\.[0-9]{3}|[0-9]{4,}\\.[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3}){2,})%?"
    )
    either = literal("[+-]?[1-9][0-9]{0,2}\\.[0-9]{3}%?")
    template = (
        "CASE WHEN regexp_full_match({text}, '-?[0-9]*(\\.[0-9]{{1,2}})?') THEN {quick} "
        "ELSE regexp_full_match({plain}, {pattern}) END"
    )
    quick = statement("contains({text}, '.')", text=text)
    return (
        statement(template, text=text, quick=SQL("false"), plain=plain, pattern=comma),
        statement(template, text=text, quick=quick, plain=plain, pattern=point),
        statement(template, text=text, quick=SQL("false"), plain=plain, pattern=either),
    )


def currency_of(text: SQL) -> SQL:
    """Return the ISO code of the currency mark in an amount's text; null without one."""
    parts = f" WHEN regexp_full_match(marked, {literal(_UNMARKED)}) THEN NULL" + "".join(
        f" WHEN contains(marked, {literal(mark)}) THEN {literal(code)}"
        for mark, code in CURRENCY_MARKS
    )
    return statement(
        "list_extract(list_transform([translate(upper({text}), '￥＄', '¥$')], "
        "lambda marked: CASE {parts} END), 1)",
        text=text,
        parts=SQL(parts),
    )


def number_value(column: Column, raw: RawColumn, text: SQL, evidence: ColumnEvidence) -> SQL:
    """Return SQL for a column of kind MONEY, NUMBER or INTEGER; null where it is no number.

    Rounding is half-up at four decimals; more than 14 digits before the point is no number.
    """
    digits = _digits(column, raw, text, evidence)
    if column.kind is Kind.INTEGER:
        return _integer(raw, digits)
    if evidence.factor is not None and evidence.factor != 1:
        return scaled(digits, evidence.factor)
    if raw.kind == "double":
        return double_to_decimal(raw.value)
    if raw.kind in ("integer", "decimal"):
        return statement("TRY_CAST({v} AS DECIMAL(18,4))", v=raw.value)
    if evidence.decimal_comma:
        return statement("TRY_CAST({digits} AS DECIMAL(18,4))", digits=digits)
    return statement(
        "CASE WHEN regexp_full_match({text}, {quick}) THEN TRY_CAST({text} AS DECIMAL(18,4)) "
        "ELSE TRY_CAST({digits} AS DECIMAL(18,4)) END",
        text=text,
        quick=literal(_PLAIN),
        digits=digits,
    )


def double_to_decimal(value: SQL) -> SQL:
    """Return the shortest decimal of a double, half-up at four decimals.

    A double below 10^11 that equals a decimal of four places has that decimal as its shortest,
    because decimals of 15 digits are told apart by doubles; any other goes through its text.
    """
    return statement(
        "CASE WHEN abs({v}) < 1e11 "
        "AND CAST(TRY_CAST({v} AS DECIMAL(18,4)) AS DOUBLE) = {v} "
        "THEN TRY_CAST({v} AS DECIMAL(18,4)) "
        "ELSE TRY_CAST(CAST({v} AS VARCHAR) AS DECIMAL(18,4)) END",
        v=value,
    )


def scaled(digits: SQL, factor: Decimal) -> SQL:
    """Return digits as a decimal, multiplied exactly by a power of ten before it is rounded."""
    power = _EXPONENTS[int(factor)]
    return statement(
        "TRY_CAST(concat(regexp_extract({digits}, '^[^E]*'), 'E', "
        "coalesce(TRY_CAST(nullif(regexp_extract({digits}, 'E(.*)$', 1), '') AS INTEGER), 0) "
        "+ {power}) AS DECIMAL(18,4))",
        digits=digits,
        power=literal(power),
    )


def _digits(column: Column, raw: RawColumn, text: SQL, evidence: ColumnEvidence) -> SQL:
    """Return the cell in plain digits with a point; null where it is no number."""
    if raw.kind not in ("text", "mixed"):
        return statement("upper(CAST({v} AS VARCHAR))", v=raw.value)
    plain = plain_text(text)
    if evidence.decimal_comma:
        pattern, digits = (
            _COMMA,
            statement("replace(replace({p}, '.', ''), ',', '.')", p=plain),
        )
    else:
        pattern, digits = _POINT, statement("replace({p}, ',', '')", p=plain)
    if column.kind is Kind.NUMBER:
        digits = statement(
            "CASE WHEN ends_with({d}, '%') THEN concat(left({d}, -1), 'E-2') ELSE {d} END",
            d=digits,
        )
    matched = statement(
        "CASE WHEN regexp_full_match({plain}, {pattern}) AND {plain} <> '' THEN {digits} END",
        plain=plain,
        pattern=literal(pattern),
        digits=digits,
    )
    if raw.kind == "mixed" and raw.kinds is not None:
        return statement(
            "CASE {kinds} WHEN 'number' THEN upper({text}) WHEN 'text' THEN {matched} END",
            kinds=raw.kinds,
            text=text,
            matched=matched,
        )
    return matched


def _integer(raw: RawColumn, digits: SQL) -> SQL:
    if raw.kind == "integer":
        return statement("TRY_CAST({v} AS BIGINT)", v=raw.value)
    number = statement("TRY_CAST({digits} AS DECIMAL(38,4))", digits=digits)
    return statement(
        "CASE WHEN {number} = trunc({number}) THEN TRY_CAST({number} AS BIGINT) END",
        number=number,
    )
