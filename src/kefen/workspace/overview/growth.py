"""How each class grew and shrank since the run before; every figure is a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from kefen.workspace.customers.sight import ShownColumn, ShownGrade
    from kefen.workspace.overview.queries import Tier


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of customers, and the list of them; no address where there are none."""

    customers: int
    address: str


@dataclass(frozen=True, slots=True)
class Growth:
    """One class since the run before: opening + what came - what went = closing.

    Attributes:
        grade: The class.
        opening: How many it had.
        came: Newly graded, risen into it, fallen into it.
        went: Risen out of it, fallen out of it, without a grade now.
        closing: How many it has.
        net: Closing less opening.
        revenue: What they bought; None to who may not see it.
    """

    grade: ShownGrade
    opening: int
    came: tuple[Counted, Counted, Counted]
    went: tuple[Counted, Counted, Counted]
    closing: int
    net: int
    revenue: Decimal | None

    @property
    def lost(self) -> int:
        """Return how many left the class for a worse one, or for none."""
        return self.went[1].customers + self.went[2].customers


def growth_of(
    moves: Mapping[tuple[int | None, int | None], tuple[int, str]],
    tiers: Sequence[Tier],
    scheme: ShownColumn,
    address: Callable[..., str],
) -> list[Growth]:
    """Return how each class grew and shrank; nothing where there was no run before.

    Args:
        moves: How many went from each class before to each class now.
        tiers: The classes now.
        scheme: The scheme.
        address: Makes the address of a list from parameters.
    """
    if not moves:
        return []
    before = f"before_{scheme.scheme}"
    places = range(len(scheme.grades))

    def counted(pairs: Sequence[tuple[int | None, int | None]]) -> Counted:
        number = sum(moves[pair][0] for pair in pairs if pair in moves)
        if not number:
            return Counted(0, "")
        was = dict.fromkeys(pair[0] for pair in pairs)
        now = dict.fromkeys(pair[1] for pair in pairs)
        parameters = [(before, _code(one, scheme)) for one in was]
        parameters += [(scheme.name, _code(one, scheme)) for one in now]
        return Counted(number, address(*parameters))

    found = []
    for place, tier in zip(places, tiers, strict=False):
        better, worse = range(place), range(place + 1, len(places))
        opening = sum(number for (was, _), (number, _) in moves.items() if was == place)
        found.append(
            Growth(
                scheme.grades[place],
                opening,
                (
                    counted([(None, place)]),
                    counted([(one, place) for one in worse]),
                    counted([(one, place) for one in better]),
                ),
                (
                    counted([(place, one) for one in better]),
                    counted([(place, one) for one in worse]),
                    counted([(place, None)]),
                ),
                tier.customers,
                tier.customers - opening,
                tier.revenue,
            )
        )
    return found


def _code(place: int | None, scheme: ShownColumn) -> str:
    return "-" if place is None else scheme.grades[place].id
