"""Where the weights of a scheme or group come from, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

WeightMethod: TypeAlias = Literal["expert", "ahp", "entropy", "critic"]


@dataclass(frozen=True, slots=True)
class WeightSource:
    """By what method, from what and when weights were found. It changes no grade.

    Attributes:
        method: `expert`, `ahp`, `entropy` or `critic`.
        source: The file, run or conversation that they come from.
        sha256: The checksum of that file; None where there was no file.
        on: The day they were found.
        consistency_ratio: Of pairwise judgements; None for other methods.
        agreement: Kendall's W of a panel of experts; None where there is none.
        cases: How many experts or customers they rest on; None where that means nothing.
    """

    method: WeightMethod
    source: str
    sha256: str | None
    on: date
    consistency_ratio: Decimal | None = None
    agreement: Decimal | None = None
    cases: int | None = None
