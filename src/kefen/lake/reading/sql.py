"""Building statements from fragments: names are quoted, values are escaped, nothing is pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NewType

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable

SQL = NewType("SQL", str)
"""A piece of DuckDB SQL that was made by this module (or is constant)."""


def name(identifier: str) -> SQL:
    """Return a quoted identifier."""
    return SQL(exp.to_identifier(identifier, quoted=True).sql("duckdb"))


def literal(value: str | int) -> SQL:
    """Return an escaped literal, for statements that take no parameters (views)."""
    made = exp.Literal.string(value) if isinstance(value, str) else exp.Literal.number(value)
    return SQL(made.sql("duckdb"))


def statement(template: str, **fragments: SQL) -> SQL:
    """Return a constant template with its `{fragments}` put in."""
    return SQL(template.format_map(fragments))


def joined(separator: str, parts: Iterable[SQL]) -> SQL:
    """Return fragments in a row with a constant separator."""
    return SQL(separator.join(parts))


def listed(parts: Iterable[SQL]) -> SQL:
    """Return fragments separated by commas."""
    return joined(", ", parts)


def union_all(parts: Iterable[SQL]) -> SQL:
    """Return queries put under one another."""
    return joined(" UNION ALL ", parts)


def any_of(conditions: Iterable[SQL]) -> SQL:
    """Return the disjunction of conditions; false without any."""
    parts = tuple(conditions)
    return statement("({all})", all=joined(" OR ", parts)) if parts else SQL("false")


def choose(subject: SQL, answers: Iterable[tuple[str, str]]) -> SQL:
    """Return a CASE that maps the values of `subject`; null for any other."""
    whens = joined(
        " ",
        (
            statement("WHEN {value} THEN {answer}", value=literal(value), answer=literal(answer))
            for value, answer in answers
        ),
    )
    return statement("CASE {subject} {whens} END", subject=subject, whens=whens)
