"""What comes with a grade: tags that hold and what terms amount to, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.steps import part
from kefen.domain.text import Text
from kefen.expressions.snippets import cast_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.standards.model import Scheme, Standard, Term

OUTCOMES = "outcomes"


def amounts_of(scheme: Scheme) -> tuple[Term, ...]:
    """Return the terms of a scheme that are amounts, and not wordings."""
    return tuple(
        term
        for term in scheme.terms
        if not any(isinstance(value, Text) for value in term.values.values())
    )


def outcome_columns(scheme: Scheme) -> list[str]:
    """Return the steps of a scheme that hold its tags and amounts."""
    tags = [part(scheme.id, "tag", tag.id) for tag in scheme.tags]
    return tags + [part(scheme.id, "term", term.id) for term in amounts_of(scheme)]


def outcomes_query(standard: Standard, running: Sequence[str], scored: str) -> exp.Query | None:
    """Return the query of all tags and amounts; None when the schemes run have none.

    Args:
        standard: The standard.
        running: The schemes that were run.
        scored: The relation with every scheme's results, one row a customer.

    Returns:
        Rows of customer_id, scheme, kind (`tag` or `term`), id, amount (null for tags), ordered
        by scheme, kind, id and customer_id as the relation is.
    """
    parts: list[exp.Select] = []
    for identifier in running:
        scheme = standard.schemes[identifier]
        for tag in scheme.tags:
            holds = column(part(identifier, "tag", tag.id))
            nothing = cast_to(exp.Null(), "DECIMAL(18, 4)")
            parts.append(_rows(identifier, "tag", tag.id, nothing, scored).where(holds))
        for term in amounts_of(scheme):
            amount = column(part(identifier, "term", term.id))
            known = exp.Is(this=amount.copy(), expression=exp.Null()).not_()
            parts.append(_rows(identifier, "term", term.id, amount, scored).where(known))
    if not parts:
        return None
    query: exp.Query = parts[0]
    for further in parts[1:]:
        query = exp.union(query, further, distinct=False)
    return query


def _rows(scheme: str, kind: str, item: str, amount: exp.Expr, scored: str) -> exp.Select:
    return exp.select(
        column("customer_id"),
        exp.alias_(exp.Literal.string(scheme), "scheme"),
        exp.alias_(exp.Literal.string(kind), "kind"),
        exp.alias_(exp.Literal.string(item), "id"),
        exp.alias_(amount, "amount"),
    ).from_(table(scored))
