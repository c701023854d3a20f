"""Every customer with its class in each base, ready to be crossed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.generated import scheme_sources
from kefen.reports.tables import GradeMark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.reports.population import Population
    from kefen.standards.model import Scheme

UNKNOWN = Text("Unknown", "未知")
SHOWN = 30
"""How many rows of an open set are shown; the others share a row."""


@dataclass(frozen=True, slots=True)
class Bases:
    """The bases that can be crossed in this run; None where the scheme was not run.

    Attributes:
        value: The leading scheme, by value.
        satisfaction: The scheme `satisfaction`.
        product: The scheme `product`.
        size: The scheme `size`.
        region: The customers' column that regions come from, or None.
        industry: Whether industries were imported.
        category: Whether orders name categories of products.
        tier: Whether any order line of the two years has a product of a known tier.
    """

    value: Scheme | None
    satisfaction: Scheme | None
    product: Scheme | None
    size: Scheme | None
    region: str | None
    industry: bool
    category: bool
    tier: bool


@contextmanager
def crossed(people: Population, value: Scheme | None) -> Iterator[Bases]:
    """Prepare `report_classes`, one row a customer with its class in each base, and drop it."""
    region = next((c for c in ("region", "country") if people.has_column("customers", c)), None)
    people.engine.run(
        """
        CREATE OR REPLACE TEMP TABLE report_classes AS
        WITH graded AS (SELECT customer_id, scheme, grade FROM report_grades),
        tiers AS (
          SELECT key, tier, sum(amount) AS sales FROM report_lines CROSS JOIN report_dates
          WHERE period > months AND tier IS NOT NULL GROUP BY ALL HAVING sum(amount) > 0
        ), mostly AS (
          SELECT key, arg_max(tier, (sales, -tier)) AS tier FROM tiers GROUP BY key
        )
        SELECT b.key, b.customer_id, v.grade AS value, s.grade AS satisfaction, p.grade AS product,
               z.grade AS size, b.industry, l.tier,
               CASE WHEN $2 THEN b.region ELSE b.country END AS region,
               b.sales, b.sales_before, b.margin, b.purchases
        FROM report_base b
        LEFT JOIN graded v ON v.scheme = $1 AND v.customer_id = b.customer_id
        LEFT JOIN graded s ON s.scheme = 'satisfaction' AND s.customer_id = b.customer_id
        LEFT JOIN graded p ON p.scheme = 'product' AND p.customer_id = b.customer_id
        LEFT JOIN graded z ON z.scheme = 'size' AND z.customer_id = b.customer_id
        LEFT JOIN mostly l ON l.key = b.key""",
        [value.id if value else "", region == "region"],
    )
    try:
        yield Bases(
            value=value,
            satisfaction=people.scheme("satisfaction"),
            product=people.scheme("product"),
            size=people.scheme("size"),
            region=region,
            industry=people.has_column("customers", "industry"),
            category=people.has_column("orders", "category")
            or bool(people.rows("SELECT 1 FROM report_categories LIMIT 1")),
            tier=bool(people.rows("SELECT 1 FROM report_lines WHERE tier IS NOT NULL LIMIT 1")),
        )
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_classes")


def class_marks(scheme: Scheme) -> tuple[GradeMark, ...]:
    """Return the classes of a scheme as a reader sees them."""
    return tuple(GradeMark(grade.id, grade.name, grade.tone) for grade in scheme.classes)


def drawn_from(people: Population, *schemes: Scheme | None) -> frozenset[str]:
    """Return the contract columns that schemes grade by; None is a scheme that was not run."""
    standard = people.run.standard
    return frozenset().union(
        *(scheme_sources(standard, scheme) for scheme in schemes if scheme is not None)
    )
