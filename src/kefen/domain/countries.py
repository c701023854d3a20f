"""Countries by code and by name (ISO 3166, names of Unicode's CLDR), through the package Babel.

A country is understood by its two letters, three letters or three digits, and by its English and
Chinese names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kefen.domain.text import Text

_CODE = re.compile(r"[A-Za-z]{2,3}|[0-9]{3}")
_NOT_A_LETTER = re.compile(r"[^a-z\u3400-\u9fff]+")
# Names that lists and customers use beside those of CLDR.
_FURTHER = {
    "democraticpeoplesrepublicofkorea": "KP",
    "朝鲜": "KP",
    "northkorea": "KP",
    "republicofkorea": "KR",
    "uk": "GB",
    "eire": "IE",
    "rsa": "ZA",
    "uae": "AE",
    "usa": "US",
    "czechrepublic": "CZ",
    "democraticrepublicofthecongo": "CD",
    "democraticrepublicofcongo": "CD",
    "cotedivoire": "CI",
    "lao": "LA",
    "laopdr": "LA",
    "laopeoplesdemocraticrepublic": "LA",
    "burma": "MM",
    "myanmar": "MM",
    "virginislandsuk": "VG",
    "britishvirginislands": "VG",
    "中华人民共和国": "CN",
    "香港": "HK",
    "hongkong": "HK",
    "澳门": "MO",
    "macau": "MO",
}


def country_code(text: str) -> str | None:
    """Return the two letters of a country by its name or code; None where it is not understood."""
    names, codes = _names()
    written = text.strip().upper()
    if written in codes:
        return written
    plain = _plain(text)
    return _by_further_code(written) or names.get(plain) or _FURTHER.get(plain)


def country_name(code: str) -> Text | None:
    """Return the name of a country that is written as a code; None where it is no such code."""
    if not _CODE.fullmatch(code.strip()):
        return None
    written = code.strip().upper()
    two = written if written in _names()[1] else _by_further_code(written)
    if two is None:
        return None
    english, chinese = (_territories(language)[two] for language in ("en", "zh"))
    return Text(english, chinese)


@cache
def country_words() -> dict[str, str]:
    """Return the two letters of countries by their codes and names, A-Z in lower case.

    A word that is not here stands for itself: only what is written in full is understood, with no
    guessing at accents and marks as in `country_code`, so that an engine can look it up.
    """
    from babel.core import get_global

    codes = _names()[1]
    found = {_lower(word): code for word, code in _FURTHER.items()}
    for language in ("zh", "en"):
        found |= {_lower(name): code for code, name in _territories(language).items()}
    for alias, meant in get_global("territory_aliases").items():
        if len(alias) == 3 and _CODE.fullmatch(alias) and len(meant) == 1 and meant[0] in codes:
            found[_lower(alias)] = str(meant[0])
    return found | {_lower(code): code for code in codes}


def _lower(text: str) -> str:
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def _by_further_code(written: str) -> str | None:
    """Return the two letters of a country by its three letters or digits."""
    from babel.core import get_global

    if len(written) != 3 or not _CODE.fullmatch(written):
        return None
    found = get_global("territory_aliases").get(written, ())
    return str(found[0]) if len(found) == 1 and found[0] in _names()[1] else None


@cache
def _territories(language: str) -> dict[str, str]:
    from babel import Locale

    return {
        str(code): str(name)
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }


@cache
def _names() -> tuple[dict[str, str], frozenset[str]]:
    """Return the codes by plain name, and all codes."""
    found: dict[str, str] = {}
    for language in ("zh", "en"):
        found |= {_plain(name): code for code, name in _territories(language).items()}
    return found, frozenset(found.values())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub("", bare).removeprefix("the")
