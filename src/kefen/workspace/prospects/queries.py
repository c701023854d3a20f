"""Reading prospects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F

from kefen.workspace.customers.queries import sight_of
from kefen.workspace.prospects.models import Prospect
from kefen.workspace.prospects.words import ENDS, FIRST, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from kefen.domain.text import Text
    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.sight import ShownGrade, Sight

_TONES = "sabcd"
IN_A_STAGE = 50
"""How many cards of a stage are shown; of more the number is told."""


@dataclass(frozen=True, slots=True)
class Card:
    """A prospect on the board.

    Attributes:
        row: The customer.
        kept: Where it stands, or None where nobody has moved it.
        stage: Its stage.
        grade: Its grade, by the leading scheme or the first that grades prospects; or None.
        late: Whether its next step should have been done.
        before: The stage before, or None.
        after: The stage that follows, or None.
    """

    row: Any
    kept: Prospect | None
    stage: str
    grade: ShownGrade | None
    late: bool
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A column of the board.

    Attributes:
        id: Its code.
        name: Its name.
        cards: The prospects in it, those whose next step is nearest first.
        count: How many there are.
    """

    id: str
    name: Text
    cards: list[Card]
    count: int


def visible_prospects(user: User) -> QuerySet[Any]:
    """Return the prospects that a person sees, as customers of the published copy."""
    sight = sight_of(user)
    if sight is None or "status" not in sight.columns:
        return Prospect.objects.none()
    return sight.customers().filter(status="prospect")


def prospect_of(user: User, customer_id: str) -> Any:
    """Return a prospect that a person sees, as a customer; None where there is none."""
    return visible_prospects(user).filter(pk=customer_id).first()


def kept_of(customer_id: str) -> Prospect | None:
    """Return where a prospect stands, or None where nobody has moved it."""
    return Prospect.objects.filter(customer_id=customer_id).first()


def board_of(user: User, today: date) -> list[Stage]:
    """Return the board as a person sees it, by a fixed number of queries."""
    sight = sight_of(user)
    if sight is None:
        return []
    seen = visible_prospects(user)
    ids = seen.values("customer_id")
    kept = Prospect.objects.filter(customer_id__in=ids)
    counts = dict(kept.values_list("stage").annotate(Count("pk")).order_by())
    counts[FIRST] = seen.count() - sum(n for stage, n in counts.items() if stage != FIRST)
    found: dict[str, list[tuple[str, Prospect | None]]] = {}
    for stage in STAGES:
        first = kept.filter(stage=stage).order_by(F("next_on").asc(nulls_last=True), "pk")
        found[stage] = [(one.customer_id, one) for one in first[:IN_A_STAGE]]
    left = IN_A_STAGE - len(found[FIRST])
    moved = Prospect.objects.values("customer_id")
    fresh = seen.exclude(pk__in=moved).order_by("pk").values_list("pk", flat=True)
    found[FIRST] += [(pk, None) for pk in fresh[: max(left, 0)]]
    rows = {
        row.pk: row
        for row in seen.filter(pk__in=[pk for cards in found.values() for pk, _ in cards])
    }
    return [
        Stage(
            stage,
            name,
            [_card(sight, rows[pk], one, stage, today) for pk, one in found[stage] if pk in rows],
            counts.get(stage, 0),
        )
        for stage, name in STAGES.items()
    ]


def ended(user: User) -> dict[str, int]:
    """Return how many prospects that a person sees were converted and given up."""
    sight = sight_of(user)
    if sight is None:
        return {}
    kept = Prospect.objects.filter(
        stage__in=list(ENDS), customer_id__in=sight.customers().values("customer_id")
    )
    return dict(kept.values_list("stage").annotate(Count("pk")).order_by())


def lost_ones(user: User) -> Iterable[tuple[Prospect, str]]:
    """Return the prospects given up last, each with its name."""
    seen = visible_prospects(user)
    kept = list(
        Prospect.objects.filter(stage="lost", customer_id__in=seen.values("customer_id")).order_by(
            "-moved_on", "-pk"
        )[:IN_A_STAGE]
    )
    names = {
        row.pk: row.name or row.pk for row in seen.filter(pk__in=[k.customer_id for k in kept])
    }
    return [(one, names.get(one.customer_id, one.customer_id)) for one in kept]


def grade_of(sight: Sight, row: Any) -> ShownGrade | None:
    """Return the grade to show of a prospect: by the leading scheme, else the first that ranks it.

    Schemes whose classes wear no tier, such as regions, rank nobody.
    """
    ranked = [one for one in sight.schemes if one.type == "rank" and one.scheme != "lifecycle"]
    lead = sight.lead
    for column in ([lead] if lead is not None else []) + ranked:
        grade = column.grade_of(getattr(row, column.name))
        if grade is not None and grade.tone in _TONES:
            return grade
    return None


def _card(sight: Sight, row: Any, kept: Prospect | None, stage: str, today: date) -> Card:
    stages = list(STAGES)
    place = stages.index(stage)
    late = kept is not None and kept.next_on is not None and kept.next_on < today
    return Card(
        row,
        kept,
        stage,
        grade_of(sight, row),
        late,
        stages[place - 1] if place else None,
        stages[place + 1] if place + 1 < len(stages) else None,
    )
