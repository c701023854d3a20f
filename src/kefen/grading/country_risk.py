"""How risky a customer's country is, by a list of countries with a date and a source.

One that is not understood is told, and gets no row: it must not pass as a country without risk.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.countries import country_code

if TYPE_CHECKING:
    from datetime import date

    from kefen.lake.dataset import Dataset
    from kefen.lake.watchlist import Watchlist

ITEM, ROLE, NOT_LISTED = "country risk", "country list", "none"


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
