"""What rules did to the grades of a run, and how often what comes with a grade was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.deciding import is_ending
from kefen.compiler.facts import column, table
from kefen.compiler.steps import part
from kefen.grading.outcomes import amounts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.standards.model import Rule, Scheme, Standard

RULES = "rules"


def rule_columns(scheme: Scheme) -> list[str]:
    """Return the steps of a scheme that hold its rules and the grades around them."""
    if not scheme.rules:
        return []
    found = [part(scheme.id, "decided")]
    for rule in scheme.rules:
        found += [part(scheme.id, "rule", rule.id), part(scheme.id, "after", rule.id)]
    return found


def rules_query(standard: Standard, running: Sequence[str], scored: str) -> exp.Query | None:
    """Return the query of what each rule did; None when the schemes run have no rules.

    Args:
        standard: The standard.
        running: The schemes that were run.
        scored: The relation with every scheme's results, one row a customer.

    Returns:
        Rows of scheme, rule, passed_over (an earlier rule had ended the matter), before, after
        (grades, or codes that stand for no grade; null without a grade), customers: how many
        customers the rule held for in that way. Rules that held for nobody have no row.
    """
    parts = [
        _held(standard.schemes[identifier], rule, scored)
        for identifier in running
        for rule in standard.schemes[identifier].rules
    ]
    if not parts:
        return None
    query: exp.Query = parts[0]
    for further in parts[1:]:
        query = exp.union(query, further, distinct=False)
    return query


def _held(scheme: Scheme, rule: Rule, scored: str) -> exp.Select:
    place = scheme.rules.index(rule)
    before = (
        part(scheme.id, "after", scheme.rules[place - 1].id)
        if place
        else part(scheme.id, "decided")
    )
    ended: exp.Expr = exp.false()
    for earlier in scheme.rules[:place]:
        if is_ending(earlier):
            held = column(part(scheme.id, "rule", earlier.id))
            ended = exp.Or(this=ended, expression=held)
    return (
        exp.select(
            exp.alias_(exp.Literal.string(scheme.id), "scheme"),
            exp.alias_(exp.Literal.string(rule.id), "rule"),
            exp.alias_(ended, "passed_over"),
            exp.alias_(column(before), "before"),
            exp.alias_(column(part(scheme.id, "after", rule.id)), "after"),
            exp.alias_(exp.Count(this=exp.Star()), "customers"),
        )
        .from_(table(scored))
        .where(column(part(scheme.id, "rule", rule.id)))
        .group_by(*(exp.Literal.number(position) for position in (3, 4, 5)))
    )


def counts_by_scheme(
    engine: Engine,
    standard: Standard,
    running: Sequence[str],
    rules: str | None,
    outcomes: str | None,
) -> dict[str, dict[str, Any]]:
    """Return what `run.json` says of the rules, tags and amounts of each scheme that has them.

    Args:
        engine: Where the relations are.
        standard: The standard.
        running: The schemes that were run.
        rules: The relation of `rules_query`, or None.
        outcomes: The relation of tags and amounts, or None.

    Returns:
        By scheme, only what it has: `rules` (`rule`, `held`, `changed`, `passed_over`), `tags`
        (`tag`, `customers`), `terms` (`term`, `customers`, `sum` as a decimal string, null where
        nobody has an amount).

    Raises:
        EngineError: The engine stopped, or a sum is too large to be exact.
    """
    held = {} if rules is None else _held_counts(engine, rules)
    given = {} if outcomes is None else _given_counts(engine, outcomes)
    found: dict[str, dict[str, Any]] = {}
    for identifier in running:
        scheme = standard.schemes[identifier]
        said: dict[str, Any] = {}
        if scheme.rules:
            said["rules"] = [
                {"rule": rule.id}
                | dict(
                    zip(
                        ("held", "changed", "passed_over"),
                        held.get((identifier, rule.id), (0, 0, 0)),
                        strict=True,
                    )
                )
                for rule in scheme.rules
            ]
        if scheme.tags:
            said["tags"] = [
                {"tag": tag.id, "customers": given.get((identifier, "tag", tag.id), (0, None))[0]}
                for tag in scheme.tags
            ]
        if amounts_of(scheme):
            said["terms"] = [
                _term_counts(term.id, *given.get((identifier, "term", term.id), (0, None)))
                for term in amounts_of(scheme)
            ]
        found[identifier] = said
    return found


def _term_counts(term: str, customers: int, total: object) -> Mapping[str, Any]:
    return {"term": term, "customers": customers, "sum": None if total is None else str(total)}


def _held_counts(engine: Engine, rules: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    moved = exp.NullSafeNEQ(this=column("before"), expression=column("after"))
    query = (
        exp.select(
            column("scheme"),
            column("rule"),
            exp.Sum(this=column("customers")),
            _where_sum(moved),
            _where_sum(column("passed_over")),
        )
        .from_(table(rules))
        .group_by(column("scheme"), column("rule"))
    )
    return {
        (scheme, rule): (int(held), int(changed or 0), int(passed or 0))
        for scheme, rule, held, changed, passed in engine.rows(query.sql("duckdb"))
    }


def _where_sum(condition: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Sum(this=column("customers")), expression=exp.Where(this=condition))


def _given_counts(engine: Engine, outcomes: str) -> dict[tuple[str, str, str], tuple[int, Any]]:
    keys = [column(name) for name in ("scheme", "kind", "id")]
    query = (
        exp.select(*keys, exp.Count(this=exp.Star()), exp.Sum(this=column("amount")))
        .from_(table(outcomes))
        .group_by(*(key.copy() for key in keys))
    )
    return {
        (scheme, kind, item): (int(customers), total)
        for scheme, kind, item, customers, total in engine.rows(query.sql("duckdb"))
    }
