"""Tags of tasks, for the pages of other apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.work.entitled import entitled_to
from kefen.workspace.work.forms import TaskForm
from kefen.workspace.work.queries import tasks_of_customer

if TYPE_CHECKING:
    from django.template import RequestContext

register = template.Library()


@register.simple_tag(takes_context=True)
def customer_tasks(context: RequestContext, customer_id: str) -> dict[str, Any]:
    """Return what the panel of a customer's tasks shows: its rows, and the form of a new one."""
    user = signed_in(context["request"])
    today = timezone.localdate()
    # The page of a customer has read the customer already.
    sight, row = context.get("sight"), context.get("row")
    if sight is None or row is None or row.pk != customer_id:
        sight = sight_of(user)
        row = sight.customers().filter(pk=customer_id).first() if sight is not None else None
    return {
        "entitled": entitled_to(sight, row) if sight is not None and row is not None else [],
        "rows": tasks_of_customer(user, customer_id, today),
        "may_work": user.can(Ability.WORK),
        "form": TaskForm(initial={"assigned_to": user.pk, "due_on": today}, auto_id="task_%s"),
    }
