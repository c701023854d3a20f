"""Actions on many customers at once: who is meant is settled on the server, and confirmed.

What a page sends is either the ids that were ticked, or the address of the list. The server
resolves it to customers that the person sees, says how many they are, and acts only when that
many are confirmed; where it has changed meanwhile, it asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.customers import tags
from kefen.workspace.customers.export import MOST_ROWS
from kefen.workspace.customers.filters import filters_of
from kefen.workspace.customers.queries import matching
from kefen.workspace.ownership.forms import GiveForm
from kefen.workspace.ownership.services import assign_owner
from kefen.workspace.shell.language import spoken
from kefen.workspace.work.forms import TaskForm
from kefen.workspace.work.services import create_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet
    from django.http import QueryDict

    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.sight import Sight

MOST = MOST_ROWS
"""So many customers are acted on at once; longer lists are narrowed by a filter first."""


class TagForm(forms.Form):
    """A tag, an old or a new one."""

    tag = forms.CharField(
        label=spoken("Tag", "标签"),
        max_length=tags.LONGEST_TAG,
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )


class TakeTagForm(forms.Form):
    """A tag that there is."""

    tag = forms.ChoiceField(
        label=spoken("Tag", "标签"), choices=lambda: [(one, one) for one in tags.tag_names()]
    )


class TasksForm(TaskForm):
    """A task for each, due in a week; without a person it falls to each customer's owner."""

    def __init__(self, *args: Any, **given: Any) -> None:
        in_a_week = timezone.localdate() + timedelta(days=7)
        given.setdefault("initial", {"due_on": in_a_week, "kind": "other"})
        super().__init__(*args, **given)
        person: Any = self.fields["assigned_to"]
        person.empty_label = spoken("The owner of each customer", "各客户的负责人")


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something that can be done with many customers.

    Attributes:
        code: Its code in addresses and forms.
        name: What its button says.
        icon: The icon of its button.
        ability: What a role must be able to do.
        form: What it asks for.
        act: Does it with customers (ids) and the values of the form; says what was done.
    """

    code: str
    name: Text
    icon: str
    ability: Ability
    form: Callable[..., forms.Form]
    act: Callable[[User, list[str], Mapping[str, Any]], Text]


def _put_tag(actor: User, customers: list[str], values: Mapping[str, Any]) -> Text:
    put = tags.put_tag(actor, customers, values["tag"])
    return Text(
        "“{t}” is on all {n} of them; {p} did not have it before.",
        "已为 {n} 位客户添加“{t}”，其中 {p} 位此前没有。",
    ).filled(t=values["tag"], n=f"{len(customers):,}", p=f"{put:,}")


def _take_tag(actor: User, customers: list[str], values: Mapping[str, Any]) -> Text:
    taken = tags.take_tag(actor, customers, values["tag"])
    return Text(
        "“{t}” was taken off {n:,} {n:customer|customers}.", "已从 {n:,} 位客户移除“{t}”。"
    ).filled(t=values["tag"], n=taken)


def _make_tasks(actor: User, customers: list[str], values: Mapping[str, Any]) -> Text:
    made = create_tasks(
        actor,
        customers,
        kind=values["kind"],
        words=values["words"],
        due_on=values["due_on"],
        assigned_to=values["assigned_to"],
    )
    return Text("{n:,} {n:task|tasks} made.", "已创建 {n:,} 项任务。").filled(n=made)


def _assign(actor: User, customers: list[str], values: Mapping[str, Any]) -> Text:
    owner: User = values["owner"]
    moved = assign_owner(actor, customers, owner)
    return Text(
        "{n:,} {n:customer|customers} changed hands; all chosen are {o}'s.",
        "已变更 {n:,} 位，所选客户现均归{o}。",
    ).filled(n=moved, o=owner.shown_name)


def _to_the_pool(actor: User, customers: list[str], values: Mapping[str, Any]) -> Text:  # noqa: ARG001
    moved = assign_owner(actor, customers, None)
    return Text(
        "{n:,} {n:customer|customers} went to the public pool.", "{n:,} 位客户已退回公海。"
    ).filled(n=moved)


ACTIONS: Mapping[str, BulkAction] = {
    one.code: one
    for one in (
        BulkAction(
            "task", Text("Make tasks", "建任务"), "checklist", Ability.WORK, TasksForm, _make_tasks
        ),
        BulkAction("tag", Text("Tag", "加标签"), "bookmark", Ability.TAG, TagForm, _put_tag),
        BulkAction(
            "untag", Text("Take a tag off", "移除标签"), "x", Ability.TAG, TakeTagForm, _take_tag
        ),
        BulkAction(
            "assign",
            Text("Assign", "分配负责人"),
            "user-plus",
            Ability.ASSIGN,
            GiveForm,
            _assign,
        ),
        BulkAction(
            "pool",
            Text("To the public pool", "退回公海"),
            "hand-grab",
            Ability.ASSIGN,
            forms.Form,
            _to_the_pool,
        ),
    )
}


def actions_of(user: User) -> list[BulkAction]:
    """Return what a person may do with many customers."""
    return [one for one in ACTIONS.values() if user.can(one.ability)]


def selected(sight: Sight, sent: QueryDict, query: QueryDict) -> QuerySet[Any]:
    """Return the customers that a page means, of those that the person sees.

    Args:
        sight: What the person sees.
        sent: What the page sent: `all`, or `customer` for each that was ticked.
        query: The address of the list.

    Raises:
        CallError: Nobody was ticked, too many match, the period of the list is not there any
            more, or a filter of the address means nothing, so that others would be meant than
            the person believes.
    """
    back = Text("Go back to the list.", "请返回列表。")
    if query.get("run", "") not in ("", sight.publication.run_id):
        raise CallError(
            Text("That period is not prepared any more.", "该评级期的副本已不在。"),
            mend=Text("Prepare it again on the overview.", "请在分级总览中重新准备。"),
        )
    if not sent.get("all"):
        chosen = sent.getlist("customer")
        if not chosen:
            raise CallError(
                Text("No customer is chosen.", "尚未选择客户。"),
                mend=Text("Tick customers in the list first.", "请先在列表中勾选客户。"),
            )
        return sight.customers().filter(customer_id__in=chosen)
    _, unknown = filters_of(query, sight)
    if unknown:
        raise CallError(
            Text(
                "The filter “{f}” is not known here, so it is not clear who is meant.",
                "此处没有筛选项“{f}”，无法确定所指客户。",
            ).filled(f=unknown[0]),
            mend=back,
        )
    found = matching(sight, query)
    if found.order_by()[: MOST + 1].count() > MOST:
        raise CallError(
            Text("More than {n} customers match.", "符合条件的客户超过 {n} 位。").filled(
                n=f"{MOST:,}"
            ),
            mend=Text("Narrow the list with a filter first.", "请先用筛选缩小范围。"),
        )
    return found
