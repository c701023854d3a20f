"""Units of amounts as files write them: behind a heading, in a title, in a row below the heading.

`万元`, `in thousands`, `USD'000` and `人民币百万元` are a power of ten and, where one is named, a
currency.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kefen.lake.reading.code_words import currency_answers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_SCALES: Mapping[str, int] = {
    "": 1,
    "百": 100,
    "hundred": 100,
    "hundreds": 100,
    "千": 1000,
    "thousand": 1000,
    "thousands": 1000,
    "thsd": 1000,
    "k": 1000,
    "000": 1000,
    "'000": 1000,
    "000s": 1000,
    "'000s": 1000,
    "万": 10_000,
    "wan": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "mio": 1_000_000,
    "mn": 1_000_000,
    "m": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
# What money is counted in. `元` and `¥` are not taken for a currency: they are what a book says,
# as long as that is a currency that is called so.
_MONEY: Mapping[str, str | None] = {
    **{word.lower(): code for word, code in currency_answers()},
    **dict.fromkeys(("元", "圆", "yuan", "¥", "$"), None),
    **dict.fromkeys(("元人民币", "人民币元", "rmb", "人民币"), "CNY"),
}
_CALLED_YUAN = ("CNY", "HKD", "MOP", "SGD", "TWD")
_SHARED_SIGNS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("元", "圆", "yuan"), _CALLED_YUAN),
    "¥": ("CNY", "JPY"),
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD"),
}
"""The currencies that share a word; the first is the one that it means alone."""
_MONEY_WORD = "|".join(re.escape(word) for word in sorted(_MONEY, key=len, reverse=True))
_SCALE_WORD = "|".join(re.escape(word) for word in sorted(_SCALES, key=len, reverse=True))
_UNIT = re.compile(
    rf"(?:in\s*)?(?P<before>{_MONEY_WORD})?\s*(?:in\s*)?(?P<scale>{_SCALE_WORD})\s*"
    rf"(?:of\s*)?(?P<after>{_MONEY_WORD})?"
)
_LABEL = re.compile(
    r"^(?:(?:金额|货币|计量|数量)?单位|(?:currency|币种|货币)(?=\s*:)|(?:all\s+)?(?:amounts?|figures?|values?)(?=\s*(?:are\s+)?in\b)"
    r"|units?(?=\s*:))\s*(?:are\s+)?:?\s*"
)
_BRACKETS = re.compile(r"[(\[【<]([^()\[\]【】<>]*)[)\]】>]")
_PARTS = re.compile(r"[,;、|/。]|\s-\s")
_TITLE_LABEL = re.compile(
    r"(?:单位|(?:units?|currency|币种|货币)\s*:|\b(?:amounts?|figures?|values?)\s+(?:are\s+)?in\b)"
)
_POWER_OF_TEN = re.compile("10{0,8}")
# What else is counted, beside money.
_COUNTED = re.compile(
    "[个件只台套箱盒瓶包袋条支吨克斤米升次人户单笔天日月年分%]|公斤|公里|平方米|立方米|小时|百分比|[千万]件|单位"
    "|pcs|pieces|units?|kg|tons|days|months|years|hours|count|times"
)
_NOT_COUNTED = re.compile(r"[-—–/\s]*")

# Traditional characters of headings as the simplified ones the words are listed in.
SIMPLIFIED = str.maketrans(
    "單訂號編戶產類別額數價稱業區國電話發貨幣種狀態結備註應實稅員聯繫係絡郵經總資營萬間時開錄賬帳網億"
    "銷購買廠貿質級農圖書館車門診藥險貸債務級檔處單項層線圓",
    "单订号编户产类别额数价称业区国电话发货币种状态结备注应实税员联系系络邮经总资营万间时开录账账网亿"
    "销购买厂贸质级农图书馆车门诊药险贷债务级档处单项层线圆",
)


class Unit(NamedTuple):
    """What an amount is counted in.

    Attributes:
        factor: A power of ten.
        currency: The ISO code of the currency that it names; None without one.
        written: The unit as the file has it.
        sign: The word for money that several currencies share, such as `元`; None without one, and
            where a currency is named.
    """

    factor: Decimal
    currency: str | None
    written: str
    sign: str | None = None


def plain_words(text: str) -> str:
    """Return a text in the form in which words are compared: narrow, lower case, simplified."""
    return unicodedata.normalize("NFKC", text).strip().lower().translate(SIMPLIFIED)


def unit_of(text: str) -> Unit | None:
    """Return the unit that a text is: `万元`, `（单位：万元）`, `(in thousands of USD)`.

    Returns:
        The unit; None where the text is none, or says more.
    """
    plain = plain_words(text).replace("’", "'").replace("‘", "'")
    bracketed = _BRACKETS.fullmatch(plain)
    if bracketed is not None:
        plain = bracketed.group(1).strip()
    plain = _LABEL.sub("", plain).strip()
    bracketed = _BRACKETS.fullmatch(plain)
    if bracketed is not None:
        plain = bracketed.group(1).strip()
    found = _UNIT.fullmatch(plain)
    if found is None or not (found["before"] or found["scale"] or found["after"]):
        return None
    if text.strip().isdigit():  # 000, which is rather a number
        return None
    codes = [_MONEY[word] for word in (found["before"], found["after"]) if word]
    named = next((code for code in codes if code is not None), None)
    sign = None if named is not None else found["before"] or found["after"]
    return Unit(Decimal(_SCALES[found["scale"]]), named, plain, sign)


def may_mean(sign: str, currency: str) -> bool:
    """Return whether a sign such as `元` or `$` may stand for a currency, an ISO code."""
    return currency in _SHARED_SIGNS[sign]


def usual_currency(sign: str) -> str:
    """Return the currency that a sign stands for where the book's is not called so."""
    return _SHARED_SIGNS[sign][0]


def unit_within(text: str) -> Unit | None:
    """Return the unit in the brackets of a text: `金额（含税，万元）`, `Amount (USD'000)`."""
    for inside in _BRACKETS.findall(plain_words(text)):
        for part in (inside, *_PARTS.split(inside)):
            found = unit_of(part)
            if found is not None:
                return found
    return None


def without_brackets(plain: str) -> str:
    """Return plain words without what stands in brackets."""
    return _BRACKETS.sub("", plain)


def unit_factor(unit: str) -> Decimal | None:
    """Return what a unit such as `万元`, `wan`, `thousand` or `1000` stands for.

    Returns:
        A power of ten; None if the unit is not known.
    """
    word = plain_words(unit)
    if _POWER_OF_TEN.fullmatch(word):
        return Decimal(word)
    found = unit_of(word)
    return None if found is None else found.factor


def unit_in_titles(titles: Iterable[str]) -> Unit | None:
    """Return the unit of amounts that the titles above a heading name.

    It stands in brackets or behind a word for unit: `销售明细（万元）`, `单位：人民币万元`,
    `(in thousands)`. A unit of one without a word for money changes nothing, and is none.
    """
    for title in titles:
        plain = plain_words(title)
        within = unit_within(title)
        candidates = [unit_of(title)]
        if within is not None and len(within.written) > 1:  # (K) is rather part of a name
            candidates.append(within)
        candidates += [unit_of(part) for part in _PARTS.split(plain) if part.startswith("in ")]
        labelled = _TITLE_LABEL.search(plain)
        if labelled is not None:
            rest = plain[labelled.start() :]
            words = rest.split()
            parts = (rest, *_PARTS.split(rest), words[0], " ".join(words[:2]))
            candidates += [unit_of(part) for part in parts]
        for found in candidates:
            if found is not None and (found.factor != 1 or found.currency or found.sign):
                return found
    return None


def units_below(
    headings: Sequence[str], cells: Sequence[str], others: Collection[str]
) -> dict[str, Unit]:
    """Return the units of a row that has nothing else, by heading; nothing where it has more.

    Beside units there may be the word for unit, a dash, and other words in brackets (`（件）`).

    Args:
        headings: The headings.
        cells: The row below them.
        others: The headings of columns that hold no numbers, so that nothing there is a unit.
    """
    found: dict[str, Unit] = {}
    for heading, cell in zip(headings, cells, strict=False):
        plain = plain_words(cell)
        unit = unit_of(cell)
        if unit is not None and heading not in others:
            found[heading] = unit
        elif not (
            _NOT_COUNTED.fullmatch(plain)
            or _COUNTED.fullmatch(plain)
            or _LABEL.fullmatch(plain)
            or (_BRACKETS.fullmatch(plain) and not any(c.isdigit() for c in plain))
        ):
            return {}
    return found
