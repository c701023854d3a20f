"""Parts of a customer's page that come after it, and its card on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import Http404
from django.shortcuts import render

from kefen.domain.contract import TABLES
from kefen.reports.one_card import customer_card
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.book import served_book
from kefen.workspace.customers.further import EVENT_KINDS, facts_for, portrait_for, way_up
from kefen.workspace.customers.sight import CONTACTS
from kefen.workspace.customers.then import seen_customer
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.work.answers import answers_of_customer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from kefen.reports.model import CardItem
    from kefen.workspace.customers.sight import Sight

_EVENTS = 15
_FOLLOW_UPS = 5


def part_of_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, bare: bool = False
) -> HttpResponse:
    """Return a part of a customer's page; a page of its own where no script asks for it.

    Args:
        request: The request.
        template: The template of the part.
        context: What it shows.
        bare: Whether the part brings no card of its own.
    """
    inside = bool(request.headers.get("HX-Request"))
    run = request.GET.get("run", "")
    context |= {"inside": inside, "part": template, "bare": bare}
    context |= {"and_run": f"&run={quote(run)}" if run else ""}
    return render(request, template if inside else "customers/further_page.html", context)


@needs(Ability.SEE_CUSTOMERS)
def facts(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return what happened with a customer, and its credit."""
    sight, row = seen(request, customer_id)
    found = facts_for(sight, row, request.GET.get("kind", ""))
    icons = {kind: icon for kind, (_, icon) in EVENT_KINDS.items()}
    events = [(one, icons[one.kind]) for one in found.events]
    context = {
        "sight": sight,
        "row": row,
        "facts": found,
        "events": events[:_EVENTS],
        "further": events[_EVENTS:],
        "answers": () if sight.period else answers_of_customer(sight, row),
        "chosen_kind": request.GET.get("kind", ""),
    }
    return part_of_page(request, "customers/facts.html", context)


@needs(Ability.SEE_WHY)
def reach(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return what would give a customer the next better grade."""
    sight, row = seen(request, customer_id)
    found = way_up(sight, row, request.GET.get("scheme", ""))
    context = {"sight": sight, "row": row, "way": found}
    return part_of_page(request, "customers/reach.html", context, bare=True)


@needs(Ability.SEE_WHY)
def portrait(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return what sets a customer apart from all others."""
    sight, row = seen(request, customer_id)
    found = portrait_for(sight, row.customer_id)
    context = {"sight": sight, "row": row, "portrait": found}
    return part_of_page(request, "customers/portrait.html", context, bare=True)


@needs(Ability.SEE_WHY)
def card(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show the customer card, or the prospect card, as one sheet of paper."""
    sight, row = seen(request, customer_id)
    made, tables = customer_card(
        served_book(), stored_run(sight.publication.run_id), row.customer_id
    )
    by_id = {one.id: one for one in tables}
    follow_ups = by_id.get("follow_ups")
    context: dict[str, Any] = {
        "row": row,
        "card": made,
        "groups": [(one.title, _seen_items(sight, one.items)) for one in made.groups],
        "why": by_id["card_why"],
        "follow_ups": [
            [cell for cell in one.cells if cell is not None]
            for one in (follow_ups.rows[:_FOLLOW_UPS] if follow_ups is not None else ())
        ],
        "sight": sight,
    }
    return render(request, "customers/card.html", context)


def _seen_items(sight: Sight, items: tuple[CardItem, ...]) -> list[CardItem]:
    """Return the lines of a card that the person sees: contacts only who sees them in lists."""
    hidden = {
        TABLES["customers"].column(name).label for name in CONTACTS if name not in sight.columns
    }
    return [one for one in items if one.label not in hidden]


def seen(request: HttpRequest, customer_id: str) -> tuple[Sight, Any]:
    """Return what the person sees of the run that the address names, and the customer in it.

    Raises:
        Http404: There is no such customer, or the person does not see it.
    """
    found = seen_customer(signed_in(request), customer_id, request.GET.get("run", ""))
    if found is None:
        raise Http404
    return found.sight, found.row
