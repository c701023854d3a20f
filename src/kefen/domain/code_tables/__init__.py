"""Public codes with their names: industries (GB/T 4754-2017), places of China (GB/T 2260).

Industries stop at the two-digit division: below it no carrier of the names with a clear licence was
found. A longer code is checked and named by the part that is known. Places go down to the county;
they change every year, so that only the province of a code is checked.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

INDUSTRY_FORM = "[A-T](?:[0-9]{2,4})?"
"""How a code of GB/T 4754 is written: its section, then two to four digits."""
REGION_FORM = "[0-9]{6}"
"""How a code of GB/T 2260 is written."""


@cache
def industries() -> Mapping[str, Text]:
    """Return the 20 sections (`C`) and 97 divisions (`C26`) of GB/T 4754-2017."""
    return _table("industries")


@cache
def provinces() -> Mapping[str, Text]:
    """Return the provinces by the first two digits of their code of GB/T 2260."""
    return _table("provinces")


def industry_section(code: str) -> Text | None:
    """Return the name of the section of an industry's code; None where it is no code."""
    return industries().get(code[0]) if _is_industry(code) else None


def industry_division(code: str) -> Text | None:
    """Return the name of the division of an industry's code; None where it names none."""
    return industries().get(code[:3]) if _is_industry(code) and len(code) > 1 else None


def province(code: str) -> Text | None:
    """Return the name of the province of a region's code; None where it is no code."""
    return provinces().get(code[:2]) if re.fullmatch(REGION_FORM, code) else None


@cache
def _places() -> Mapping[str, Text]:
    """Return cities by four digits, and counties and districts by six."""
    return _table("places")


def place(code: str) -> Text | None:
    """Return the name of a region's code as far as it is known: county, city, province.

    `330106` is Xihu District, Hangzhou, Zhejiang; None where it is no code.
    """
    leading = province(code)
    if leading is None:
        return None
    parts = [leading]
    parts += [part for digits in (4, 6) if (part := _places().get(code[:digits])) is not None]
    return Text(", ".join(part.en for part in reversed(parts)), "".join(part.zh for part in parts))


def _is_industry(code: str) -> bool:
    known = re.fullmatch(INDUSTRY_FORM, code) is not None
    return known and (len(code) == 1 or code[:3] in industries())


def _table(name: str) -> Mapping[str, Text]:
    file = resources.files("kefen.domain.code_tables") / f"{name}.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["code"]: Text(row["en"], row["zh"]) for row in rows}
