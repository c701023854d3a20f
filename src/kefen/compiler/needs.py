"""What a scheme rests on: its expressions, the metrics it needs, the other schemes it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.standards.model import (
    Bands,
    Categories,
    Conditions,
    FactMetric,
    Formula,
    ModelMetric,
    RankOfAll,
    ShareOfTotal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Indicator, Scheme, Standard


def expressions_of(scheme: Scheme) -> Iterator[Expression]:
    """Yield every expression of a scheme."""
    yield from _deciding(scheme)
    for indicator in scheme.indicators:
        yield from indicator_expressions(indicator)
    for term in scheme.terms:
        yield from (value for value in term.values.values() if not isinstance(value, Text))


def _deciding(scheme: Scheme) -> Iterator[Expression]:
    """Yield the expressions outside indicators and terms."""
    yield from (learned.of for learned in scheme.learns)
    yield from (tree for tree in (scheme.among, scheme.within, scheme.score) if tree is not None)
    decision = scheme.decision
    if isinstance(decision, ShareOfTotal | RankOfAll | Categories):
        yield decision.of
    if isinstance(decision, Conditions):
        yield from (condition for _, condition in decision.lines if condition is not None)
    yield from (rule.when for rule in scheme.rules)
    yield from (tag.when for tag in scheme.tags)


def indicator_expressions(indicator: Indicator) -> Iterator[Expression]:
    """Yield every expression of an indicator."""
    yield indicator.value
    if indicator.applies is not None:
        yield indicator.applies
    scoring = indicator.scoring
    if isinstance(scoring, Formula):
        yield scoring.points
    if isinstance(scoring, Bands):
        yield from (band.condition for band in scoring.all_bands if band.condition is not None)
        if scoring.by is not None:
            yield scoring.by


def scheme_needs(standard: Standard, scheme: Scheme) -> tuple[frozenset[str], frozenset[str]]:
    """Return the metrics a scheme cannot do without, and those of which it needs at least one.

    An indicator that says what an unknown value does can do without its metrics; what a term
    names may be unknown, and is then not given. Metrics reached through other schemes' grades
    are those schemes' own concern.
    """
    needed: set[str] = set()
    some: set[str] = set()
    for tree in _deciding(scheme):
        needed.update(name for name in names_in(tree) if name in standard.metrics)
    for indicator in scheme.indicators:
        names = {
            name
            for tree in indicator_expressions(indicator)
            for name in names_in(tree)
            if name in standard.metrics
        }
        (needed if indicator.if_unknown == "no grade" else some).update(names)
    return frozenset(needed), frozenset(some - needed)


def schemes_named(standard: Standard, scheme: Scheme) -> frozenset[str]:
    """Return the other schemes whose grade or score a scheme reads."""
    names = {name.split(".")[0] for tree in expressions_of(scheme) for name in names_in(tree)}
    return frozenset(
        name for name in names if name in standard.schemes and name not in standard.metrics
    ) - {scheme.id}


def depends_on_facts(standard: Standard, scheme: Scheme) -> bool:
    """Return whether a scheme's grade rests on facts in time, and not on attributes alone."""
    pending = list(scheme_needs(standard, scheme)[0] | scheme_needs(standard, scheme)[1])
    pending += [
        name
        for other in schemes_named(standard, scheme)
        for name in scheme_needs(standard, standard.schemes[other])[0]
    ]
    while pending:
        definition = standard.metrics[pending.pop()].definition
        if isinstance(definition, FactMetric):
            return True
        names = (
            definition.names
            if isinstance(definition, ModelMetric)
            else names_in(definition.formula)
        )
        pending += [name for name in names if name in standard.metrics]
    return False
