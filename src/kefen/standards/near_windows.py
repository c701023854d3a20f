"""How to mend words that name no window of time: the nearest words that do."""

from __future__ import annotations

import difflib
import re

from kefen.domain.calendar import parse_window
from kefen.domain.periods import MONTH_NAMES
from kefen.domain.text import Text

_FORMS = Text(
    "Write “last 12 months”, “last 6 whole months”, “this quarter”, “this year from 1 April” or"
    " “all time”; “ending 3 months ago” may follow.",
    "请写“last 12 months”“last 6 whole months”“this quarter”“this year from 1 April”或"
    "“all time”；后面可加“ending 3 months ago”。",
)
_OWN_YEAR = re.compile(r"\b(?:fiscal|financial|business|tax) ?(?=year|half|quarter)|\bfy\b")
# What people say, and the words of the language for it, one after the other.
_SAID: tuple[tuple[str, str], ...] = (
    (r"^(?:(?:in|over|during|for) )?(?:the )?", ""),
    (r"\b(?:past|previous|prior|trailing|rolling)\b", "last"),
    (r"\b(?:full|complete|completed|calendar|entire)\b", "whole"),
    (r"\bcurrent\b", "this"),
    (r"\b(?:year[ -]to[ -]date|ytd)\b", "this year"),
    (r"\b(?:quarter[ -]to[ -]date|qtd)\b", "this quarter"),
    (r"\b(?:month[ -]to[ -]date|mtd)\b", "this month"),
    (r"^(?:all|ever|always|everything|lifetime|all[ -]times)$", "all time"),
    (r"\bhalf[ -]?year|\bsemester", "half-year"),
    (r"\bthis whole ", "this "),
    (r"^(?=\d+ )", "last "),
    (r"^whole ", "last "),
    (r"^last (?:whole )?(?=(?:month|quarter|half-year|year)s?\b)", "last 1 whole "),
    (r"\b(\d+) whole (?=days?\b)", r"\1 "),
    (r"\b(?:starting|beginning|since) ", "from "),
    (r"\bfrom ([a-z]+) (\d+)(?:st|nd|rd|th)?\b", r"from \2 \1"),
    (r"\bfrom (\d+)(?:st|nd|rd|th) (?:of )?", r"from \1 "),
    (r"\bfrom ([a-z]+)", r"from 1 \1"),
    (r"\band (\d+) before\b", r"and the \1 before"),
    (r"\bended\b", "ending"),
    (r"\b(?:earlier|before now|back)\b", "ago"),
)
_NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_PERIODS = ("day", "month", "quarter", "half-year", "year")
_WORDS = frozenset(
    (
        *("all", "time", "last", "whole", "this", "and", "the", "before", "from", "ending", "ago"),
        *_PERIODS,
        *(f"{period}s" for period in _PERIODS),
    )
)
_KNOWN = {word: word for word in sorted(_WORDS)} | {name.lower(): name for name in MONTH_NAMES}
_SHORTEST_MONTH = 3


def mend_of_window(words: str) -> Text:
    """Return how to write a window in place of words that name none."""
    near = near_window(words)
    if near is None:
        return _FORMS
    if _OWN_YEAR.search(words.lower()):
        return Text(
            "Write “{n}”, with the day on which your year begins.",
            "请写“{n}”，日期为贵公司年度的起始日。",
        ).filled(n=near)
    return Text("Did you mean “{n}”?", "是否应为“{n}”？").filled(n=near)


def near_window(words: str) -> str | None:
    """Return the words of a window that some words probably mean, or None."""
    said = " ".join(words.lower().split())
    own_year = _OWN_YEAR.search(said) is not None
    said = _OWN_YEAR.sub(lambda found: "year" if found[0] == "fy" else "", said)
    for number, word in enumerate(_NUMBERS, 1):
        said = re.sub(rf"\b{word}\b", str(number), said)
    for pattern, replacement in _SAID:
        said = re.sub(pattern, replacement, said)
    said = re.sub(r"\b(\d{1,3}) (?:whole )?weeks?\b", _in_days, said)
    said = re.sub(r"[a-z]+(?:-[a-z]+)?", _nearest_word, said)
    if own_year and " from " not in said:
        said = re.sub(r"( ending|$)", r" from 1 April\1", said, count=1)
    for candidate in (said, re.sub(r"^last (\d+) (?!whole)", r"last \1 whole ", said)):
        try:
            parse_window(candidate)
        except ValueError:
            continue
        return candidate
    return None


def _in_days(found: re.Match[str]) -> str:
    return f"{7 * int(found[1])} days"


def _nearest_word(found: re.Match[str]) -> str:
    word = found[0]
    if word in _WORDS:
        return word
    for name in MONTH_NAMES:
        if len(word) >= _SHORTEST_MONTH and name.lower().startswith(word):
            return name
    near = difflib.get_close_matches(word, _KNOWN, 1, 0.75)
    return _KNOWN[near[0]] if near else word
