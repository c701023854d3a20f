"""Cuts that are equal are passed and reached together, constant or not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from sqlglot import exp

from kefen.expressions.operators import CATALOGUE
from kefen.expressions.sql import literal
from kefen.expressions.types import type_of_value

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUES = {
    "whole numbers": (-7, -5, 0, 3),
    "decimals": tuple(map(Decimal, ("-7.5000", "-5.0000", "0.0000", "3.2500"))),
    "days": (date(2024, 1, 1), date(2024, 2, 1), date(2025, 1, 1), date(2025, 6, 30)),
}


def cuts_of(values: Sequence[Any]) -> list[Any]:
    low, middle, high = values[:3]
    return [low] * 3 + [middle] * 4 + [high] * 3


def in_sql(operator: str, arguments: Sequence[exp.Expr], values: Sequence[Any]) -> list[int]:
    types = [type_of_value(values[0])] * len(arguments)
    query = exp.select(CATALOGUE[operator].rendering(list(arguments), types)).from_("given")
    rows = ", ".join(
        f"({place}, {literal(one).sql('duckdb')}, {literal(values[0]).sql('duckdb')})"
        for place, one in enumerate(values)
    )
    given = f"(SELECT * FROM (VALUES {rows}) AS t(place, a, low) ORDER BY place)"
    text = query.sql("duckdb").replace("FROM given", f"FROM {given} AS given")
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(text).fetchall()]


@pytest.mark.parametrize("operator", ["cuts_below", "cuts_around"])
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_equal_cuts_count_each(operator: str, values: Sequence[Any]) -> None:
    cuts = cuts_of(values)
    expected = [CATALOGUE[operator].meaning([one, *cuts]) for one in values]
    constant = [literal(cut) for cut in cuts]
    by_row = [exp.column("low"), *constant[1:]]
    for arguments in (constant, by_row):
        assert in_sql(operator, [exp.column("a"), *arguments], values) == expected
