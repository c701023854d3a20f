"""How customers come to people and go back to the public pool, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.standards.model.metrics import Place

ByGrade: TypeAlias = "Mapping[str | None, int | None]"
"""A number for each grade; under None, for all others; None as the number: never."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose customers may be, and for how long without being looked after.

    Attributes:
        by: The scheme whose grades the rules speak of.
        at_most: How many customers of a grade a person may own; under None alone, of all grades
            together, else of those not named together.
        claims_a_day: How many a person may claim on one day; None: any number.
        protection: For how many days after it was given to somebody a customer is not returned.
        cool_down: For how many days who gave a customer up, or lost it, may not claim it again.
        returns: After how many days without contact or purchase it returns to the pool.
        remind: How many days before that its owner is told.
        place: Where it stands in the file.
    """

    by: str
    at_most: ByGrade
    claims_a_day: int | None
    protection: ByGrade
    cool_down: ByGrade
    returns: ByGrade
    remind: ByGrade
    place: Place = field(compare=False)

    @staticmethod
    def of(rule: ByGrade, grade: str | None) -> int | None:
        """Return the number of a rule for a grade; None where it says nothing, or never."""
        return rule[grade] if grade in rule else rule.get(None)

    @property
    def limits_each_grade(self) -> bool:
        """Return whether `at_most` counts grades apart."""
        return any(grade is not None for grade in self.at_most)
