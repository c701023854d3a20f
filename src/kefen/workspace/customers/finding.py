"""What the palette finds: customers, views and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from kefen.domain.text import Text
from kefen.workspace.customers.filters import search_condition
from kefen.workspace.customers.matches import matches_of
from kefen.workspace.customers.paging import Order
from kefen.workspace.customers.queries import visible_views
from kefen.workspace.shell.context import NAVIGATION
from kefen.workspace.shell.formats import coded_in_words
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.sight import ShownGrade, Sight

_CUSTOMERS = 8
_VIEWS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found.

    Attributes:
        name: Its name.
        under: What it is, or what tells it from others of the name.
        address: Where it is.
        icon: Its icon; empty where its grade is shown.
        grade: The grade of a customer, or None.
    """

    name: str
    under: str
    address: str
    icon: str = ""
    grade: ShownGrade | None = None


def found_for(user: User, sight: Sight | None, words: str) -> list[Found]:
    """Return what some words find, pages first; without words the pages."""
    asked = words.strip().lower()
    pages = [
        Found(name, said(Text("page", "页面")), reverse(entry.address), entry.icon)
        for entry in NAVIGATION
        if user.can(entry.ability)
        and (asked in (name := said(entry.name)).lower() or asked in entry.name.en.lower())
    ]
    if not asked or sight is None:
        return pages
    list_of_customers = reverse("customers:list")
    views = [
        Found(
            view.name,
            said(Text("view", "视图")),
            f"{list_of_customers}?{view.query}&view={view.pk}",
            "bookmark",
        )
        for view in visible_views(user).filter(Q(name__icontains=asked))[:_VIEWS]
    ]
    condition = search_condition(words.strip(), sight)
    by_number = Order(None, falling=False)
    matches = matches_of(sight, [condition])
    rows = (
        sight.customers().filter(condition).order_by("customer_id")[:_CUSTOMERS]
        if matches is None
        else matches.first(by_number, None, _CUSTOMERS)
    )
    lead = sight.lead
    customers = [
        Found(
            row.name or row.customer_id,
            " · ".join(
                [row.customer_id]
                + [
                    coded_in_words(own, column, current_language())
                    for column in ("region", "industry")
                    if (own := getattr(row, column))
                ]
            ),
            reverse("customers:customer", args=[row.customer_id]),
            grade=lead.grade_of(getattr(row, lead.name)) if lead is not None else None,
        )
        for row in rows
    ]
    return [*pages, *views, *customers]
