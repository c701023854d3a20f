"""The words of an expression: numbers, dates, texts, names and signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kefen.domain.decimals import rounded
from kefen.domain.text import Text

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>\d{4}-\d{2}-\d{2}(?!\d))
    | (?P<number>\d+(?:\.\d+)?)
      (?:\s*%|(?P<scale>\s*(?:(?:wan|thousand|million)\b|万|千|百万|亿))?
        (?P<unit>\s*(?:(?:days?|months?|years?|hours?|times?)\b|天|日|个月|月|年|小时|次))?)
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    | (?P<symbol><=|>=|!=|<>|[-+*/()=<>,])
    )""",
    re.VERBOSE,
)
_PERCENT = Decimal("0.01")
_SCALES = {
    "wan": Decimal(10_000),
    "万": Decimal(10_000),
    "thousand": Decimal(1_000),
    "千": Decimal(1_000),
    "million": Decimal(1_000_000),
    "百万": Decimal(1_000_000),
    "亿": Decimal(100_000_000),
}
_CURRENCY_SIGNS = "$€£¥￥"
FURTHER_DIGITS = re.compile(r",\d{3}(?!\d)")
"""What shows that a number was written with thousands signs."""
_WITH_COMMA = re.compile(r"(?<![\w.])\d+(?:,\d{3}(?!\d))+")
UNIT_WORDS = {
    "day": "days",
    "天": "days",
    "日": "days",
    "month": "months",
    "个月": "months",
    "月": "months",
    "year": "years",
    "年": "years",
    "hour": "hours",
    "小时": "hours",
    "time": "times",
    "次": "times",
}
"""The words that may follow a number, plural `s` aside, and the unit each stands for."""


class ExpressionError(Exception):
    """An expression that cannot be read.

    Attributes:
        what: What is wrong.
        mend: What to do about it.
        at: The offset in the source, from 0.
    """

    def __init__(self, what: Text, at: int, mend: Text | None = None) -> None:
        self.what = what
        self.at = at
        self.mend = mend or Text(
            "See the operators in the reference: docs/reference/operators.md.",
            "可用的运算见参考文档 docs/reference/operators.md。",
        )
        super().__init__(what.en)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression.

    Attributes:
        kind: `date`, `number`, `text`, `quoted` (a name in quotes), `name` or `symbol`.
        text: As it is written.
        at: The offset in the source, from 0.
        scale: Of a number: the word or sign that it is multiplied by, such as `wan` or `%`.
        unit: Of a number: the unit that follows it.
    """

    kind: str
    text: str
    at: int
    scale: str = ""
    unit: str = ""


def tokens_of(source: str) -> list[Token]:
    """Return the words of a source, in order.

    Raises:
        ExpressionError: A sign cannot be read, or a number has thousands signs.
    """
    tokens: list[Token] = []
    at = 0
    end = len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None:
            while source[at].isspace():
                at += 1
            raise _cannot_be_read(source[at], at)
        number = match["number"]
        if number is not None:
            # A number of three digits that begins with 0 is the rest of another one.
            further = source[match.start("number") - 1 : match.start("number")] == ","
            if further and tokens[-2:] and tokens[-2].kind == "number" and _is_rest(number):
                raise with_comma(source, tokens[-2].at)
            tokens.append(_number_token(match, number))
        else:
            kind = match.lastgroup or ""
            tokens.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return tokens


def _number_token(match: re.Match[str], number: str) -> Token:
    if match[0].endswith("%"):
        return Token("number", number, match.start("number"), "%", "share")
    scale, word = ((match[group] or "").strip() for group in ("scale", "unit"))
    unit = UNIT_WORDS[word if word in UNIT_WORDS else word.removesuffix("s")] if word else ""
    return Token("number", number, match.start("number"), scale, unit)


def _is_rest(number: str) -> bool:
    return len(number.partition(".")[0]) == 3 and number.startswith("0")


def _cannot_be_read(sign: str, at: int) -> ExpressionError:
    what = Text("“{c}” cannot be read here", "此处无法识别“{c}”").filled(c=sign)
    if sign in _CURRENCY_SIGNS:
        mend = Text(
            "Amounts are written without a currency: 23000; “unit: money” says what they are.",
            "金额不写币种：23000；“unit: money”已说明是金额。",
        )
        return ExpressionError(what, at, mend)
    return ExpressionError(what, at)


def comma_in_number(source: str) -> ExpressionError | None:
    """Return the error of the first number with thousands signs in a text; None: it has none."""
    found = _WITH_COMMA.search(source)
    return None if found is None else with_comma(source, found.start())


def with_comma(source: str, at: int) -> ExpressionError:
    """Return the error of a number with thousands signs at a place of a text."""
    written = match[0] if (match := _WITH_COMMA.match(source, at)) is not None else source[at:]
    return ExpressionError(
        Text("a number has no comma: “{w}”", "数字中不能有逗号：“{w}”").filled(w=written),
        at,
        Text("Quote it and write {n}.", "请加引号并写成 {n}。").filled(n=written.replace(",", "")),
    )


def number_of(token: Token) -> int | Decimal:
    """Return the value of a number with its scale.

    Raises:
        ExpressionError: It has too many digits or decimals.
    """
    value = Decimal(token.text)
    if token.scale:
        value *= _PERCENT if token.scale == "%" else _SCALES[token.scale]
    if value >= Decimal(10) ** 14:
        raise ExpressionError(
            Text("“{t}” has more than 14 digits", "“{t}”超过 14 位整数").filled(t=token.text),
            token.at,
        )
    exact = rounded(value)
    if exact != value:
        raise ExpressionError(
            Text("“{t}” has more than 4 decimals", "“{t}”超过 4 位小数").filled(
                t=token.text + token.scale
            ),
            token.at,
        )
    if "." not in token.text and token.scale != "%":
        return int(exact)
    return exact


def date_of(token: Token) -> date:
    """Return the day of a date.

    Raises:
        ExpressionError: There is no such day.
    """
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise ExpressionError(
            Text("there is no day {t}", "不存在日期 {t}").filled(t=token.text), token.at
        ) from None
