"""Public codes with their names beside them: countries, provinces, industries."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kefen.domain.code_tables import industry_division, industry_section, place
from kefen.domain.countries import country_name
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.reports.population import Population

Named: TypeAlias = Text | str
"""A code with its name; what is no code as it is written."""


def name_of_code(column: str, code: str) -> Text | None:
    """Return the name of a public code in a column of customers; None where it is none.

    Args:
        column: `country`, `region`, `city` or `industry`; other columns hold no such codes.
        code: What is written in it.
    """
    if column == "country":
        return country_name(code)
    if column in ("region", "city"):
        return place(code)
    if column == "industry":
        return industry_division(code) or industry_section(code)
    return None


def place_name(level: str, code: str) -> Named:
    """Return a country, a region or a city."""
    if level == "city":
        return code
    return _beside(code, name_of_code(level, code))


def industry_name(code: str) -> Named:
    """Return an industry; a code with the name of the part that is known."""
    return _beside(code, name_of_code("industry", code))


def coded_name(people: Population, column: str, code: str) -> Named:
    """Return an industry or a region of customers; where no regions were imported, a country."""
    if column == "industry":
        return industry_name(code)
    return place_name("region" if people.has_column("customers", "region") else "country", code)


def in_words(named: Named) -> Text:
    """Return what has a name or none as a text."""
    return named if isinstance(named, Text) else Text.same(named)


def _beside(code: str, name: Text | None) -> Named:
    return code if name is None else Text("{c} {n}", "{c} {n}").filled(c=code, n=name)
