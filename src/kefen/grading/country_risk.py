"""How risky a customer's country is, by a list of countries with a date and a source.

Countries are understood by their two letters and by their English and Chinese names (CLDR). One
that is not understood is told, and gets no row: it must not pass as a country without risk.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.methods.screening.names import missing_packages

if TYPE_CHECKING:
    from datetime import date

    from kefen.lake.dataset import Dataset
    from kefen.lake.watchlist import Watchlist

ITEM, ROLE, NOT_LISTED = "country risk", "country list", "none"
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
    """Return the two letters of a country by its name or code; None where it is not understood.

    Raises:
        CallError: The packages for screening are not installed.
    """
    plain = _plain(text)
    names, codes = _names()
    if text.strip().upper() in codes:
        return text.strip().upper()
    return names.get(plain) or _FURTHER.get(plain)


def country_rows(
    dataset: Dataset, watchlist: Watchlist, dated: date, source: str
) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    """Return assessments of every customer's country, and the names that are not understood.

    Args:
        dataset: The customers.
        watchlist: The list of countries.
        dated: The day of the list: a country's risk is as of it.
        source: Who published it.

    Returns:
        Rows of customer_id, item, value, assessed_on, assessor, role; and how many customers have
        each name that no country has.
    """
    levels: dict[str, str] = {}
    for entry in watchlist.entries:
        code = country_code(entry.code or "") or country_code(entry.name)
        if code is not None:
            levels[code] = (entry.program or "listed").replace("_", " ").lower()
    relation = exp.Table(this=exp.to_identifier(dataset.tables["customers"].relation, quoted=True))
    country = exp.column("country", quoted=True)
    query = (
        exp.select(exp.column("customer_id", quoted=True), country)
        .from_(relation)
        .where(exp.Is(this=country.copy(), expression=exp.Null()).not_())
        .order_by(exp.column("customer_id", quoted=True))
    )
    rows: list[tuple[object, ...]] = []
    unknown: Counter[str] = Counter()
    for customer, name in dataset.engine.rows(query.sql("duckdb")):
        code = country_code(name)
        if code is None:
            unknown[name] += 1
        else:
            level = levels.get(code, NOT_LISTED)
            rows.append((customer, ITEM, level, dated.isoformat(), source, ROLE))
    return rows, dict(sorted(unknown.items()))


@cache
def _names() -> tuple[dict[str, str], frozenset[str]]:
    try:
        from babel import Locale
    except ImportError as error:
        raise missing_packages() from error
    found: dict[str, str] = {}
    for language in ("zh", "en"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found[_plain(str(name))] = str(code)
    return found, frozenset(found.values())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub("", bare).removeprefix("the")
