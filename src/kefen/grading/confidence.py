"""Why grades are marked low: few to compare with, or months without orders."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kefen.compiler.needs import depends_on_facts
from kefen.domain.text import Text
from kefen.standards.decision_words import joined, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Scheme, Standard


def few_in_words(standard: Standard, population: int) -> Text | None:
    """Return that a population is smaller than the standard asks; None where it is not."""
    least = standard.constants.small_population
    if population >= least:
        return None
    return Text(
        "{n} {n:customer was graded|customers were graded together}, fewer than {l}",
        "一同评级的客户为 {n} 户，不足 {l} 户",
    ).filled(n=population, l=least)


def thin_in_words(
    standard: Standard, scheme: Scheme, months: Mapping[str, int] | None
) -> Text | None:
    """Return that too few months have orders for a scheme that rests on facts; None otherwise.

    Args:
        standard: The standard.
        scheme: The scheme.
        months: The months with orders (`covered`) of those in the window (`of`), if counted.
    """
    least = standard.constants.coverage
    if months is None or Fraction(months["covered"], months["of"]) >= least:
        return None
    if not depends_on_facts(standard, scheme):
        return None
    return Text(
        "orders in {c} of {o} {o:month|months}, less than {l}",
        "{o} 个月中 {c} 个月有订单，低于 {l}",
    ).filled(c=months["covered"], o=months["of"], l=percent(least))


def low_in_words(
    standard: Standard,
    scheme: Scheme,
    population: int,
    months: Mapping[str, int] | None,
) -> Text | None:
    """Return why grades are marked low, in words; None where they are not.

    Args:
        standard: The standard.
        scheme: The scheme.
        population: How many customers were graded together.
        months: The months with orders of those in the window, if counted.
    """
    found = few_in_words(standard, population), thin_in_words(standard, scheme, months)
    reasons = [reason for reason in found if reason is not None]
    return joined(reasons, "; ", "；") if reasons else None


def low_of_scheme_in_words(
    standard: Standard,
    scheme: Scheme,
    learned: SchemeCalibration,
    months: Mapping[str, int] | None,
) -> Text | None:
    """Return why grades of a scheme are marked low, groups of customers that are small included.

    Args:
        standard: The standard.
        scheme: The scheme.
        learned: What the scheme learned.
        months: The months with orders of those in the window, if counted.
    """
    whole = low_in_words(standard, scheme, learned.population, months)
    if whole is not None:
        return whole
    least = standard.constants.small_population
    groups = {group: own for group, own in learned.groups.items() if group is not None}
    small = [group for group, own in groups.items() if own.population < least]
    if not small:
        return None
    return Text(
        "in {n} of {m} groups fewer than {l} customers were graded together",
        "{m} 组中有 {n} 组一同评级的客户不足 {l} 户",
    ).filled(n=len(small), m=len(groups), l=least)
