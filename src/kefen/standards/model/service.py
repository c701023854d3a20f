"""What a grade is entitled to, and what work it causes, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.domain.cadences import Cadence, Promise
    from kefen.domain.text import Text

Actor: TypeAlias = Literal["owner", "team", "service_desk"]
ACTORS: tuple[Actor, ...] = ("owner", "team", "service_desk")
"""Who acts for a customer: its owner, whoever of its team takes it, or the service desk."""


@dataclass(frozen=True, slots=True)
class Service:
    """The service of one grade; what is None is not spoken of.

    Attributes:
        visit: How often the customer is visited.
        contact: How often somebody speaks with it, in whatever way.
        answer_within: In what time it gets an answer.
        by: Who acts.
        price: At what price it buys, in words.
        rebate: Which share of its purchases it gets back.
        supply: Its place when supply is short; 1 comes first.
        credit: On what terms it may owe, in words.
        benefits: What it gets besides.
    """

    visit: Cadence | None = None
    contact: Cadence | None = None
    answer_within: Promise | None = None
    by: Actor = "owner"
    price: Text | None = None
    rebate: Decimal | None = None
    supply: int | None = None
    credit: Text | None = None
    benefits: tuple[Text, ...] = ()
