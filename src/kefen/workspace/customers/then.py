"""A customer as a person sees it now, and as it was in the run of an earlier period."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.http import Http404

from kefen.grading.listed import ListedRun
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.customers.sight import Sight
from kefen.workspace.runs.published import model_of, publication_for

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User


@dataclass(frozen=True, slots=True)
class SeenCustomer:
    """A customer that a person sees.

    Attributes:
        sight: What the person sees of the run that is looked at.
        row: The customer in that run.
        sight_now: What the person sees of the current run.
        row_now: The customer as it is now; the same where no earlier run is looked at.
    """

    sight: Sight
    row: Any
    sight_now: Sight
    row_now: Any


def seen_customer(
    user: User, customer: str, run_id: str = "", *, archived: bool = False
) -> SeenCustomer | None:
    """Return a customer that a person sees; None where the earlier run does not have it.

    Who sees a customer now sees it in earlier runs too, whoever owned it then. A run without a
    copy is read itself.

    Args:
        user: The person.
        customer: The customer's id.
        run_id: The run of an earlier period to look at; empty for the current one.
        archived: Whether it may be an archived one.

    Raises:
        Http404: There is no such customer or run, or the person does not see it.
    """
    now = sight_of(user)
    row_now = now.customers(archived=archived).filter(pk=customer).first() if now else None
    if now is None or row_now is None:
        raise Http404
    if run_id in ("", now.publication.run_id):
        return SeenCustomer(now, row_now, now, row_now)
    sight = sight_of(user, run_id)
    if sight is not None and sight.period:
        model: Any = model_of(sight.publication.pk)
        row = model._default_manager.only("customer_id", *sight.columns).filter(pk=customer).first()
        return None if row is None else SeenCustomer(sight, row, now, row_now)
    if run_id not in {one["run_id"] for one in served_book().runs.all()}:
        raise Http404
    listed = ListedRun(served_book(), run_id)
    found = listed.row(customer)
    if found is None:
        return None
    sight = Sight(user, publication_for(listed), run_id)
    names = ("customer_id", *(one.name for one in listed.columns))
    seen = {
        name: value
        for name, value in zip(names, found, strict=True)
        if name == "customer_id" or name in sight.columns
    }
    return SeenCustomer(sight, SimpleNamespace(pk=customer, **seen), now, row_now)
