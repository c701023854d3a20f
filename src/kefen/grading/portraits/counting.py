"""What sets the classes of a scheme apart, counted from the rows of a run."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.grading.portraits.traits import NUMBERS
from kefen.methods.contrasts import ClassContrast, NumberContrast, class_contrast, superiority

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.grading.portraits.traits import Material
    from kefen.standards.model import Metric, Scheme

FEWEST_OF_CLASS = 5
_MOST_CLASSES = 200


def _joined(material: Material, column: str, *, number: bool) -> str:
    """Return the rows (grade, value) of one metric of the customers that a scheme graded."""
    name = exp.column(column, table="m", quoted=True).sql("duckdb")
    value = name if number else f"CAST({name} AS VARCHAR)"
    return f"""
        SELECT g.grade, {value} AS value
        FROM {quoted(material.metrics)} m JOIN {quoted(material.grades)} g
          ON g.customer_id = m.customer_id
        WHERE g.scheme = ? AND g.grade IS NOT NULL AND {name} IS NOT NULL"""  # noqa: S608


def numbers_apart(material: Material, scheme: Scheme, metric: Metric) -> dict[str, NumberContrast]:
    """Return how a number differs in each class; whole sums, so that the order means nothing."""
    rows = _joined(material, metric.id, number=True)
    found = material.engine.rows(
        f"""
        WITH joined AS ({rows}),
        own AS (SELECT grade, value, count(*)::HUGEINT AS n FROM joined GROUP BY ALL),
        every AS (SELECT value, sum(n)::HUGEINT AS t FROM own GROUP BY value),
        ranked AS (SELECT value, t, sum(t) OVER (ORDER BY value) - t AS before FROM every),
        placed AS (
          SELECT grade, o.value, n, t,
                 before - (sum(n) OVER (PARTITION BY grade ORDER BY o.value) - n) AS below
          FROM own o JOIN ranked r ON r.value = o.value
        )
        SELECT grade, sum(n)::HUGEINT, (SELECT sum(t)::HUGEINT FROM every),
               sum(n * (2 * below + t - n))::HUGEINT,
               (SELECT sum(t * t * t - t)::HUGEINT FROM every),
               (SELECT count(*) FROM every)
        FROM placed GROUP BY grade ORDER BY grade""",  # noqa: S608
        [scheme.id],
    )
    contrasts = {}
    for grade, n, whole, twice_above, ties, values in found:
        if values < 2 or not 0 < n < whole:
            continue
        above, chance = superiority(int(n), int(whole - n), int(twice_above), int(ties))
        ((middle, other_middle),) = material.engine.rows(
            f"""
            SELECT quantile_disc(value, 0.5) FILTER (WHERE grade = ?),
                   quantile_disc(value, 0.5) FILTER (WHERE grade <> ?)
            FROM ({rows})""",  # noqa: S608
            [grade, grade, scheme.id],
        )
        contrasts[grade] = NumberContrast(
            int(n), int(whole - n), middle, other_middle, above, chance
        )
    return contrasts


def classes_apart(
    material: Material, scheme: Scheme, metric: Metric
) -> Iterable[tuple[str, str, ClassContrast]]:
    """Yield how often each class of a metric is in each grade: grade, class, contrast."""
    rows = _joined(material, metric.id, number=False)
    return _contrasts(
        material.engine.rows(
            f"SELECT grade, value, count(*) FROM ({rows}) GROUP BY ALL ORDER BY ALL",  # noqa: S608
            [scheme.id],
        )
    )


def grades_apart(
    material: Material, scheme: Scheme, other: Scheme
) -> Iterable[tuple[str, str, ClassContrast]]:
    """Yield how often each grade of another scheme is in each grade: grade, grade, contrast."""
    grades = quoted(material.grades)
    return _contrasts(
        material.engine.rows(
            f"""
            SELECT g.grade, o.grade, count(*)
            FROM {grades} g JOIN {grades} o ON o.customer_id = g.customer_id
            WHERE g.scheme = ? AND o.scheme = ? AND g.grade IS NOT NULL AND o.grade IS NOT NULL
            GROUP BY ALL ORDER BY ALL""",  # noqa: S608
            [scheme.id, other.id],
        )
    )


def _contrasts(counts: list[tuple[str, str, int]]) -> Iterable[tuple[str, str, ClassContrast]]:
    """Yield the contrast of each class in each group; too many classes are no classes."""
    members: dict[str, int] = {}
    classes: dict[str, int] = {}
    for grade, value, n in counts:
        members[grade] = members.get(grade, 0) + n
        classes[value] = classes.get(value, 0) + n
    if not 1 < len(classes) <= _MOST_CLASSES:
        return
    whole = sum(members.values())
    both = {(grade, value): n for grade, value, n in counts}
    for grade, size in members.items():
        if size == whole:
            continue
        for value, total in classes.items():
            if total >= FEWEST_OF_CLASS:
                own = both.get((grade, value), 0)
                yield grade, value, class_contrast(own, size, total - own, whole - size)


def shares_of(material: Material, scheme: Scheme) -> tuple[Metric | None, dict[str, Fraction]]:
    """Return the first money metric, and the part of it that each class has."""
    amount = next((one for one in material.metrics_of(NUMBERS) if one.unit == "money"), None)
    if amount is None:
        return None, {}
    sums = dict(
        material.engine.rows(
            f"SELECT grade, sum(value) FROM ({_joined(material, amount.id, number=True)})"  # noqa: S608
            " GROUP BY grade",
            [scheme.id],
        )
    )
    whole = sum(sums.values())
    if whole <= 0 or any(value < 0 for value in sums.values()):
        return amount, {}
    return amount, {grade: Fraction(value) / Fraction(whole) for grade, value in sums.items()}


def quoted(relation: str) -> str:
    """Return the name of a relation as SQL has it."""
    return exp.to_identifier(relation, quoted=True).sql("duckdb")
