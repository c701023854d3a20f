"""Turning cells into canonical values: one SQL expression for each column.

A value that cannot be turned is null while its cell is not blank; such a cell is rejected with
the code of the column's kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.lake.reading import dates, numbers
from kefen.lake.reading.cells import FORMULA_ERRORS
from kefen.lake.reading.code_words import FALSE_WORDS, TRUE_WORDS, code_answers, currency_answers
from kefen.lake.reading.nothing import filled
from kefen.lake.reading.raw_tables import trimmed
from kefen.lake.reading.sql import SQL, choose, listed, literal, statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kefen.domain.contract import Column
    from kefen.lake.reading.source import RawColumn

_ERRORS = SQL("(" + listed(literal(code) for code in FORMULA_ERRORS) + ")")
CUT_ID = literal("^-?[0-9]([.,][0-9]+)?[Ee]\\+[0-9]+$")
"""SQL for the pattern of an id of which a spreadsheet has kept the first digits only."""
_TOTAL_WORDS = "(?:.*[ :：\\-])?(?:本页)?(?:合计|总计|小计|累计)|grand total|sub-?totals?"
TOTALS = literal(f"(?i)^(?:{_TOTAL_WORDS})[:：]?$")
"""SQL for the pattern of what stands for an id in a row that sums up others."""
ANY_TOTAL = literal(f"(?i)^\\s*(?:{_TOTAL_WORDS}|totals?|sum|合\\s+计|总\\s+计)\\s*[:：]?\\s*$")
"""The same with words that tell it only of a row that is rejected anyhow."""

_NOTE_WORDS = (
    "(?:注|附注|备注|说明|数据来源|(?:制表|填表|制单|审核|打印|导出)(?:人|日期|时间)?"
    "|notes?|remarks?|source|printed|exported|prepared by)"
)
NOTES = literal(f"(?i)^{_NOTE_WORDS} ?[0-9]{{0,2}} ?[:：]")
"""SQL for the pattern of a note that stands in place of an id."""
_NO_ID = literal(f"(?i)^(?:(?:{_TOTAL_WORDS})[:：]?$|{_NOTE_WORDS} ?[0-9]{{0,2}} ?[:：])")


@dataclass(frozen=True)
class Conversion:
    """How one column of the contract is made from one file.

    Attributes:
        column: The column.
        heading: The input heading, or the expression that computes it, for messages.
        value: SQL for the canonical value; null where there is none.
        blank: SQL that is true where the cell holds nothing.
        shown: SQL for the cell as text, for rejected values.
        certain: Whether a filled cell always has a value, so that nothing need be checked.
        cheap: Whether `value` costs little enough to be computed again in every query.
        computed: Whether an expression makes it.
        outside: SQL that is true where a `certain` column holds what the contract has no room
            for; None where it cannot.
    """

    column: Column
    heading: str
    value: SQL
    blank: SQL
    shown: SQL
    certain: bool
    cheap: bool
    computed: bool = False
    outside: SQL | None = None

    @property
    def invalid(self) -> SQL:
        """Return SQL that is true where a filled cell has no value."""
        return statement(
            "(({value}) IS NULL AND NOT ({blank}))", value=self.value, blank=self.blank
        )


@dataclass(frozen=True)
class ColumnEvidence:
    """What the whole column says about how its cells are to be read.

    Attributes:
        decimal_comma: Whether the decimal mark is a comma.
        day_first: Whether 05/06/2024 is the fifth of June; None where no date is written so.
        date_format: A format the user gave, as `strptime` has them.
        factor: What amounts are multiplied by.
        values: The user's words for codes; `*` stands for any other.
    """

    decimal_comma: bool = False
    day_first: bool | None = None
    date_format: str | None = None
    factor: Decimal | None = None
    values: Mapping[str, str] | None = None


def text_of(raw: RawColumn) -> SQL:
    """Return the cell as trimmed text; null where it is blank."""
    if raw.clean:
        return raw.value
    if raw.kind in ("text", "mixed"):
        return statement("nullif({v}, '')", v=trimmed(raw.value))
    return statement("CAST({v} AS VARCHAR)", v=raw.value)


def convert(column: Column, raw: RawColumn, evidence: ColumnEvidence, timezone: str) -> Conversion:
    """Return how a column of the contract is made from an input column.

    Args:
        column: The column of the contract.
        raw: The input column.
        evidence: What the whole column says about its cells.
        timezone: The IANA zone that times with a zone are converted to.
    """
    text = text_of(raw)
    content = filled(text) if raw.kind in ("text", "mixed") and not raw.clean else text
    if column.kind in (Kind.ID, Kind.TEXT):
        return _text_column(column, raw, text, content)
    codes_alone = False
    if raw.kind in ("text", "mixed"):
        blank = statement("{content} IS NULL", content=content)
    else:
        blank = statement("{v} IS NULL", v=raw.value)
    if column.kind is Kind.CODE:
        codes_alone = raw.codes == column.codes and not evidence.values
        value = content if codes_alone else _code(column, content, evidence)
        cheap = raw.clean
    elif column.kind is Kind.BOOLEAN:
        value, cheap = _boolean(raw, content), raw.kind == "boolean"
    elif column.kind in (Kind.DATE, Kind.TIMESTAMP):
        value = dates.date_value(column, raw, content, evidence, timezone)
        cheap = raw.kind in ("date", "timestamp", "instant")
    else:
        value = numbers.number_value(column, raw, content, evidence)
        cheap = raw.kind in ("integer", "decimal", "double") and evidence.factor is None
    if raw.kind == "mixed" and raw.kinds is not None:
        value = statement(
            "CASE WHEN {kinds} <> 'error' THEN {value} END", kinds=raw.kinds, value=value
        )
    return Conversion(
        column=column,
        heading=raw.heading,
        value=value,
        blank=blank,
        shown=text,
        certain=codes_alone or _is_certain(column, raw, evidence),
        cheap=cheap,
        outside=dates.outside_calendar(column, raw),
    )


def _own_id(column: Column, raw: RawColumn, text: SQL) -> SQL:
    """Return an id; null where the row is none: a total, a note, the heading; or where it was cut.

    Only ids that a row must have are told to be cut: a telephone number cut short loses no row.
    """
    if column.required:
        return statement(
            "CASE WHEN NOT regexp_matches({text}, {others}) AND {text} <> {heading} "
            "AND NOT (contains({text}, '+') AND regexp_matches({text}, {cut})) THEN {text} END",
            text=text,
            others=_NO_ID,
            heading=literal(raw.heading),
            cut=CUT_ID,
        )
    return statement(
        "CASE WHEN NOT regexp_matches({text}, {totals}) THEN {text} END", text=text, totals=TOTALS
    )


def rejection_code(column: Column) -> str:
    """Return the code for a cell of a column that cannot be turned."""
    return {
        Kind.ID: "formula_error",
        Kind.TEXT: "formula_error",
        Kind.CODE: "unknown_code",
        Kind.BOOLEAN: "not_a_boolean",
        Kind.DATE: "not_a_date",
        Kind.TIMESTAMP: "not_a_date",
        Kind.INTEGER: "not_an_integer",
        Kind.NUMBER: "not_a_number",
        Kind.MONEY: "not_a_number",
    }[column.kind]


def _text_column(column: Column, raw: RawColumn, text: SQL, content: SQL) -> Conversion:
    """Return how ids and text are made.

    Args:
        column: The column of the contract.
        raw: The input column.
        text: Its cell as text.
        content: The same, null where it is a word for nothing.
    """
    value = content
    certain = True
    if column.name == "currency":
        upper = statement("upper({text})", text=content)
        value = statement(
            "coalesce({known}, {upper})", known=choose(upper, currency_answers()), upper=upper
        )
    elif raw.kind == "text" and raw.from_spreadsheet:
        value = statement(
            "CASE WHEN {text} NOT IN {errors} THEN {value} END",
            text=text,
            errors=_ERRORS,
            value=_own_id(column, raw, content) if column.kind is Kind.ID else content,
        )
        certain = False
    elif raw.kind == "mixed" and raw.kinds is not None:
        plain = statement("regexp_replace({text}, '\\.0+$', '')", text=text)
        value = statement(
            "CASE {kinds} WHEN 'number' THEN {number} WHEN 'error' THEN NULL ELSE {written} END",
            kinds=raw.kinds,
            number=_own_id(column, raw, plain) if column.kind is Kind.ID else plain,
            written=_own_id(column, raw, content) if column.kind is Kind.ID else content,
        )
        certain = False
    elif raw.kind == "double":
        value = statement(
            "CASE WHEN NOT isfinite({v}) THEN NULL "
            "WHEN {v} = trunc({v}) AND abs({v}) < 1e15 "
            "THEN CAST(CAST({v} AS BIGINT) AS VARCHAR) ELSE CAST({v} AS VARCHAR) END",
            v=raw.value,
        )
    elif raw.kind == "decimal":
        value = statement("regexp_replace(CAST({v} AS VARCHAR), '\\.0+$', '')", v=raw.value)
    blank = statement("({value}) IS NULL", value=value)
    if not certain:
        blank = statement("{content} IS NULL", content=content)
    return Conversion(
        column=column,
        heading=raw.heading,
        value=value,
        blank=blank,
        shown=text,
        certain=certain,
        cheap=True,
    )


def _is_certain(column: Column, raw: RawColumn, evidence: ColumnEvidence) -> bool:
    if column.kind in (Kind.DATE, Kind.TIMESTAMP):
        return raw.kind in ("date", "timestamp", "instant")
    if column.kind is Kind.BOOLEAN:
        return raw.kind == "boolean"
    if column.kind is Kind.INTEGER:
        return raw.storable and raw.kind == "integer"
    return column.kind in (Kind.MONEY, Kind.NUMBER) and raw.storable and evidence.factor is None


def _code(column: Column, text: SQL, evidence: ColumnEvidence) -> SQL:
    """Return the canonical code for a word; the user's own words come first."""
    lower = statement("lower({text})", text=text)
    own = dict(evidence.values or {})
    other = own.pop("*", None)
    answers = [(word.lower().strip(), code) for word, code in own.items()]
    answers += [pair for pair in code_answers(column.codes) if pair[0] not in dict(answers)]
    value = choose(lower, answers)
    if not own:
        # Most files that are large have the codes themselves.
        value = statement(
            "CASE WHEN {text} IN ({codes}) THEN {text} ELSE {value} END",
            text=text,
            codes=listed(literal(code) for code in column.codes),
            value=value,
        )
    if other is None:
        return value
    return statement(
        "CASE WHEN {text} IS NULL THEN NULL ELSE coalesce({value}, {other}) END",
        text=text,
        value=value,
        other=literal(other),
    )


def _boolean(raw: RawColumn, text: SQL) -> SQL:
    if raw.kind == "boolean":
        return raw.value
    lower = statement("lower({text})", text=text)
    return statement(
        "CASE WHEN {lower} IN ({true}) THEN true WHEN {lower} IN ({false}) THEN false END",
        lower=lower,
        true=listed(literal(word) for word in TRUE_WORDS),
        false=listed(literal(word) for word in FALSE_WORDS),
    )
