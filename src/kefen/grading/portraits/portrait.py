"""Drawing portraits of the classes of a scheme: each against all others that it graded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.portraits.counting import (
    FEWEST_OF_CLASS,
    classes_apart,
    grades_apart,
    numbers_apart,
    quoted,
    shares_of,
)
from kefen.grading.portraits.traits import (
    NUMBERS,
    Dimension,
    decided_by,
    dimension_of,
    models_behind,
)
from kefen.methods.contrasts import (
    SURE_FROM,
    ClassContrast,
    NumberContrast,
    holm,
)
from kefen.standards.model import ModelMetric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kefen.grading.portraits.traits import Material
    from kefen.standards.model import Metric, Scheme

SMALLEST_GROUP = 20
"""Fewer customers have no portrait: what they share may be chance, and they might be known."""

_NUMBER_FROM = Fraction(147, 1000)  # a small effect of Cliff's delta (Romano 2006)
_RATIO_FROM = Fraction(5, 4)
_ALIKE = Fraction(3, 100)


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that was compared.

    Attributes:
        id: The metric, or the scheme of a grade.
        kind: `number`, `class` of a metric, or `grade` of another scheme.
        dimension: The side of the portrait it belongs to.
        name: The metric's or the scheme's name.
        unit: The metric's unit; empty for classes and grades.
        value: The class or grade; empty for numbers.
        value_name: Its name for people.
        contrast: How the group differs.
        corrected: The chance, corrected for all that was asked of this group.
        decides: Whether the grade itself rests on it, so that it differs by definition.
    """

    id: str
    kind: Literal["number", "class", "grade"]
    dimension: Dimension
    name: Text
    unit: str
    value: str
    value_name: Text
    contrast: NumberContrast | ClassContrast
    corrected: float
    decides: bool

    @property
    def differs(self) -> bool:
        """Return whether the difference is large enough to be told, and hardly chance."""
        if self.corrected > SURE_FROM:
            return False
        if isinstance(self.contrast, NumberContrast):
            return abs(self.contrast.difference) >= _NUMBER_FROM
        ratio = self.contrast.ratio
        if ratio is None or ratio >= _RATIO_FROM:
            return self.contrast.with_it >= FEWEST_OF_CLASS
        expected = self.contrast.members * self.contrast.other_share
        return ratio <= 1 / _RATIO_FROM and expected >= FEWEST_OF_CLASS

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON, shares to four decimals."""
        said: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "dimension": self.dimension,
            "name": self.name.as_dict(),
            "differs": self.differs,
            "decides": self.decides,
            "chance": f"{self.corrected:.4g}",
        }
        found = self.contrast
        if isinstance(found, NumberContrast):
            return said | {
                "members": found.members,
                "others": found.others,
                "median": str(found.middle),
                "median_of_others": str(found.other_middle),
                "above": f"{float(found.above):.4f}",
            }
        return said | {
            "value": self.value,
            "with_it": found.with_it,
            "members": found.members,
            "others_with_it": found.others_with_it,
            "others": found.others,
            "ratio": None if found.ratio is None else f"{float(found.ratio):.4f}",
        }


@dataclass(frozen=True, slots=True)
class Portrait:
    """A class of a scheme against all others that the scheme graded.

    Attributes:
        scheme: The scheme.
        grade: The class's code.
        name: Its name for people.
        tone: Its colour.
        members: How many customers it has.
        others: How many others the scheme graded.
        amount: The money metric that its share is told of, or None.
        share: The part of that money that its members have; None when there is no such part.
        traits: All that was compared, the largest differences first; empty when it has no
            portrait.
        advice: What works for the class, from the standard.
        not_drawn: Why it has no portrait, or None.
    """

    scheme: Scheme
    grade: str
    name: Text
    tone: str | None
    members: int
    others: int
    amount: Metric | None
    share: Fraction | None
    traits: tuple[Trait, ...]
    advice: Text | None
    not_drawn: Text | None

    @property
    def told(self) -> tuple[Trait, ...]:
        """Return what sets the class apart, the largest differences first."""
        return tuple(trait for trait in self.traits if trait.differs)


def draw_portraits(material: Material, scheme: Scheme) -> tuple[Portrait, ...]:
    """Return a portrait of each class of a scheme that has members, best first.

    Every number and class that the run holds is compared between the class and all others that
    the scheme graded; the chances are corrected for all that is asked of one class.
    """
    sizes = dict(
        material.engine.rows(
            f"SELECT grade, count(*) FROM {quoted(material.grades)}"  # noqa: S608
            " WHERE scheme = ? AND grade IS NOT NULL GROUP BY grade",
            [scheme.id],
        )
    )
    order = [grade.id for grade in scheme.grades if grade.id in sizes]
    order += sorted(set(sizes) - set(order), key=lambda grade: _place(grade, sizes[grade]))
    whole = sum(sizes.values())
    drawn = {
        grade: None if (why := _why_not(sizes[grade], whole)) is None else why for grade in order
    }
    wanted = [grade for grade in order if drawn[grade] is None]
    decides = decided_by(material.standard, scheme)
    traits: dict[str, list[Trait]] = {grade: [] for grade in wanted}
    own = models_behind(material.standard, scheme)

    def told_of(*types: ValueType) -> tuple[Metric, ...]:
        # That a cluster's members are in the cluster says nothing of them.
        return tuple(
            metric
            for metric in material.metrics_of(types)
            if not isinstance(metric.definition, ModelMetric)
            or metric.definition.model.id not in own
        )

    if wanted:
        for metric in told_of(*NUMBERS):
            for grade, contrast in numbers_apart(material, scheme, metric).items():
                if grade in traits:
                    traits[grade].append(_of_metric(metric, contrast, "", decides))
        for metric in told_of(ValueType.TEXT, ValueType.BOOLEAN):
            for grade, value, shares in classes_apart(material, scheme, metric):
                if grade in traits:
                    traits[grade].append(_of_metric(metric, shares, value, decides))
        for other in material.schemes_beside(scheme):
            for grade, value, shares in grades_apart(material, scheme, other):
                if grade in traits:
                    traits[grade].append(_of_grade(other, value, shares))
    amount, parts = shares_of(material, scheme)
    return tuple(
        Portrait(
            scheme,
            grade,
            found.name if (found := scheme.grade(grade)) else Text.same(grade),
            found.tone if found else None,
            sizes[grade],
            whole - sizes[grade],
            amount,
            parts.get(grade),
            _corrected(traits.get(grade, [])),
            (found.advice if found else None) or scheme.advice,
            drawn[grade],
        )
        for grade in order
    )


def compared(portraits: Iterable[Portrait], most: int) -> tuple[str, ...]:
    """Return the number metrics that a picture of these portraits shows, by side.

    Those with the largest differences in any class, without those that say the same as another
    one: whose differences are within .03 of it in every class.
    """
    differences: dict[str, dict[str, Fraction]] = {}
    dimensions: dict[str, Dimension] = {}
    for portrait in portraits:
        for trait in portrait.traits:
            if isinstance(trait.contrast, NumberContrast):
                found = differences.setdefault(trait.id, {})
                found[portrait.grade] = trait.contrast.difference
                dimensions[trait.id] = trait.dimension
    ranked = sorted(
        differences, key=lambda name: (-max(map(abs, differences[name].values())), name)
    )
    chosen: list[str] = []
    for name in ranked:
        if len(chosen) < most and not any(
            _same(differences[name], differences[other]) for other in chosen
        ):
            chosen.append(name)
    return tuple(chosen)


def distinct_told(portrait: Portrait, dimension: Dimension, most: int) -> tuple[Trait, ...]:
    """Return what is told of one side, without numbers that say the same as one told before."""
    chosen: list[Trait] = []
    for trait in portrait.told:
        if trait.dimension != dimension or len(chosen) == most:
            continue
        if isinstance(trait.contrast, NumberContrast) and any(
            isinstance(other.contrast, NumberContrast)
            and trait.unit == other.unit
            and abs(trait.contrast.difference - other.contrast.difference) < _ALIKE
            for other in chosen
        ):
            continue
        chosen.append(trait)
    return tuple(chosen)


def _same(first: Mapping[str, Fraction], second: Mapping[str, Fraction]) -> bool:
    return first.keys() == second.keys() and all(
        abs(abs(value) - abs(second[grade])) < _ALIKE for grade, value in first.items()
    )


def _place(grade: str, size: int) -> tuple[int, int, str]:
    """Return where an open class stands: numbers in their order, then words by size."""
    return (0, int(grade), "") if grade.isdecimal() else (1, -size, grade)


def _why_not(members: int, whole: int) -> Text | None:
    if members < SMALLEST_GROUP:
        return Text(
            "no portrait: {n} {n:customer is|customers are} fewer than {least}",
            "不作画像：{n} 个客户，少于 {least} 个",
        ).filled(n=members, least=SMALLEST_GROUP)
    if whole - members < SMALLEST_GROUP:
        return Text(
            "no portrait: only {n} {n:other customer|other customers} to compare with",
            "不作画像：可供对比的其他客户只有 {n} 个",
        ).filled(n=whole - members)
    return None


def _of_metric(
    metric: Metric, contrast: NumberContrast | ClassContrast, value: str, decides: frozenset[str]
) -> Trait:
    number = isinstance(contrast, NumberContrast)
    return Trait(
        metric.id,
        "number" if number else "class",
        dimension_of(metric),
        metric.name,
        metric.unit,
        value,
        Text("yes", "是")
        if value == "true"
        else Text("no", "否")
        if value == "false"
        else Text.same(value),
        contrast,
        contrast.chance,
        metric.id in decides,
    )


def _of_grade(scheme: Scheme, grade: str, contrast: ClassContrast) -> Trait:
    found = scheme.grade(grade)
    name = Text.same(grade) if found is None else found.name
    return Trait(
        scheme.id, "grade", "grades", scheme.name, "", grade, name, contrast, contrast.chance, False
    )


def _corrected(traits: list[Trait]) -> tuple[Trait, ...]:
    chances = holm([trait.contrast.chance for trait in traits])
    corrected = [
        replace(trait, corrected=chance) for trait, chance in zip(traits, chances, strict=True)
    ]
    return tuple(sorted(corrected, key=lambda one: -abs(one.contrast.difference)))
