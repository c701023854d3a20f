"""Adding, changing, archiving customers and taking edits back; each with its audit entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records.entering import Change, enter, locked_publication
from kefen.workspace.records.fields import OWNERSHIP, column_of, sees_field
from kefen.workspace.records.models import (
    OWN_PREFIX,
    Archived,
    AttributeKind,
    CustomAttribute,
    CustomValue,
    Edit,
    EditKind,
    FieldChange,
)
from kefen.workspace.records.queries import customer_for, record_of, visible_edits
from kefen.workspace.runs.published import model_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.workspace.accounts.models import User


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed while a form was open.

    Attributes:
        field: The field.
        now: Its value now.
        wanted: The value of the form.
        who: Who changed it, or an empty string where an import did.
    """

    field: str
    now: str | None
    wanted: str | None
    who: str


class StaleFormError(CallError):
    """Fields of a form were changed by somebody else after it was opened."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(
            Text(
                "Somebody has changed this customer meanwhile.", "此客户在您编辑期间已被他人修改。"
            ),
            mend=Text(
                "Look at the fields below and save again to keep yours.",
                "请核对以下字段；再次保存则以您的为准。",
            ),
        )
        self.conflicts = tuple(conflicts)


def create_customer(
    actor: User, values: Mapping[str, str | None], *, number: str = "", token: str
) -> str:
    """Add a customer, and return its number; the same form sent twice adds it once.

    Who does not see all customers becomes the owner, so that the customer is not lost to them.

    Args:
        actor: Who.
        values: The columns of the contract that are given, as text.
        number: Its number; an empty string takes the next free one.
        token: The token of the form.

    Raises:
        PermissionDenied: The role may not, or may not set one of the fields.
        CallError: The number is taken, or the book has no table of customers.
    """
    if not actor.can(Ability.EDIT):
        raise PermissionDenied
    _refuse_foreign(actor, values)
    with transaction.atomic():
        publication = locked_publication()
        sent = Edit.objects.filter(token=token).first()
        if sent is not None:
            return str(sent.changes.values_list("customer_id", flat=True)[0])
        if publication is None or "customers" not in served_book().versions():
            raise CallError(
                Text("The book has no customers yet.", "账套中还没有客户。"),
                mend=Text("Import customers and grade them first.", "请先导入客户并评级。"),
            )
        taken = model_of(publication.pk)._default_manager
        if not number:
            last = Edit.objects.order_by("-id").values_list("id", flat=True).first() or 0
            number = f"K{last + 1:06d}"
            while taken.filter(pk=number).exists() or record_of(number) is not None:
                last += 1
                number = f"K{last + 1:06d}"
        elif taken.filter(pk=number).exists() or record_of(number) is not None:
            raise CallError(
                Text("The number {n} is taken.", "编号 {n} 已被使用。").filled(n=number),
                mend=Text("Give another, or leave it empty.", "请换一个编号，或留空自动编号。"),
            )
        _check_parent(number, values.get("parent_id"))
        today = datetime.now(ZoneInfo(served_book().settings.timezone)).date().isoformat()
        given = {"status": "customer", "created_on": today, **_in_values(values)}
        if sight_of(actor) is not None and actor.in_role.owns:
            given["owner"] = actor.name or None
            given["team"] = actor.team.name if actor.team else None
        changes = [Change(number, field, None, value) for field, value in given.items()]
        enter(actor, EditKind.CREATED, changes, token=token)
        return number


def change_customer(
    actor: User,
    customer_id: str,
    values: Mapping[str, str | None],
    *,
    was: Mapping[str, str | None],
    token: str | None = None,
) -> Edit | None:
    """Change fields of a customer; fields that the form left as they were are not touched.

    Args:
        actor: Who.
        customer_id: The customer.
        values: The fields of the form as text: columns of the contract and custom attributes.
        was: The values that the form was opened with.
        token: The token of the form.

    Returns:
        The edit; None where nothing changed.

    Raises:
        Http404: The person does not see the customer.
        PermissionDenied: The role may not change it, or not one of the fields.
        StaleFormError: Somebody else changed one of the fields meanwhile.
    """
    if not actor.can(Ability.EDIT):
        raise PermissionDenied
    _refuse_foreign(actor, values)
    with transaction.atomic():
        locked_publication()
        if token is not None and Edit.objects.filter(token=token).exists():
            return None
        customer_for(actor, customer_id, Ability.EDIT)
        now = _present(customer_id)
        wanted = {one: value for one, value in values.items() if value != was.get(one)}
        conflicts = [
            Conflict(one, now.get(one), value, _last_editor(customer_id, one))
            for one, value in wanted.items()
            if now.get(one) not in (was.get(one), value)
        ]
        if conflicts:
            raise StaleFormError(conflicts)
        if "parent_id" in wanted:
            _check_parent(customer_id, wanted["parent_id"])
        changes = [
            Change(customer_id, one, now.get(one), value, to_lake=not one.startswith(OWN_PREFIX))
            for one, value in wanted.items()
            if now.get(one) != value
        ]
        if not changes:
            return None
        _put_own(changes)
        return enter(actor, EditKind.CHANGED, changes, token=token)


def undo_edit(actor: User, edit: Edit) -> tuple[Edit, list[str]]:
    """Take an edit back: its fields get the values they had, except where they changed since.

    Returns:
        The edit that takes it back, and the fields that stay because they were changed later.

    Raises:
        PermissionDenied: It is somebody else's.
        CallError: It cannot be taken back, or has been.
    """
    if not actor.can(Ability.EDIT) or not visible_edits(actor).filter(pk=edit.pk).exists():
        raise PermissionDenied
    with transaction.atomic():
        locked_publication()
        edit = Edit.objects.select_for_update().get(pk=edit.pk)
        if edit.kind != EditKind.CHANGED or Edit.objects.filter(undoes=edit).exists():
            raise CallError(
                Text("This edit cannot be taken back.", "此修改无法撤销。"),
                mend=Text(
                    "It was taken back already, or is not a change of fields.",
                    "它已被撤销，或不是字段修改。",
                ),
            )
        changes, stay = [], []
        for one in edit.changes.all():
            customer_for(actor, one.customer_id, Ability.EDIT)
            if _present(one.customer_id).get(one.field) == one.after:
                changes.append(
                    Change(one.customer_id, one.field, one.after, one.before, one.to_lake)
                )
            else:
                stay.append(one.field)
        _put_own(changes)
        return enter(actor, EditKind.UNDONE, changes, undoes=edit), stay


def archive_customer(actor: User, customer_id: str, reason: str) -> None:
    """Take a customer out of the lists; record, facts and grades stay, and it can come back.

    Raises:
        Http404: The person does not see it.
        PermissionDenied: The role may not.
    """
    if not actor.can(Ability.EDIT):
        raise PermissionDenied
    with transaction.atomic():
        customer_for(actor, customer_id, Ability.EDIT)
        _, new = Archived.objects.get_or_create(
            customer_id=customer_id, defaults={"reason": reason, "by": actor}
        )
        if new:
            record(actor, "customer.archived", customer_id)


def restore_customer(actor: User, customer_id: str) -> None:
    """Bring an archived customer back into the lists.

    Raises:
        Http404: The person does not see it.
        PermissionDenied: The role may not.
    """
    if not actor.can(Ability.EDIT):
        raise PermissionDenied
    with transaction.atomic():
        customer_for(actor, customer_id, Ability.EDIT)
        if Archived.objects.filter(pk=customer_id).delete()[0]:
            record(actor, "customer.restored", customer_id)


def add_attribute(
    actor: User, *, name_en: str, name_zh: str, kind: str, choices: Sequence[str], money: bool
) -> CustomAttribute:
    """Add a custom attribute.

    Raises:
        PermissionDenied: The role may not.
    """
    if not actor.can(Ability.MANAGE_FIELDS):
        raise PermissionDenied
    with transaction.atomic():
        made = CustomAttribute.objects.create(
            name_en=name_en,
            name_zh=name_zh,
            kind=kind,
            choices=list(choices),
            money=money,
            place=CustomAttribute.objects.count(),
        )
        record(actor, "attribute.added", name_en)
        return made


def remove_attribute(actor: User, attribute: CustomAttribute) -> None:
    """Take a custom attribute out of use; values that were entered are kept.

    Raises:
        PermissionDenied: The role may not.
    """
    if not actor.can(Ability.MANAGE_FIELDS):
        raise PermissionDenied
    with transaction.atomic():
        attribute.removed_at = datetime.now(ZoneInfo("UTC"))
        attribute.save(update_fields=["removed_at"])
        record(actor, "attribute.removed", attribute.name_en)


def _refuse_foreign(actor: User, values: Mapping[str, str | None]) -> None:
    """Refuse fields that the person does not see, and those that have services of their own."""
    for one in values:
        if one.startswith(OWN_PREFIX):
            continue
        if column_of(one) is None or one == "customer_id" or one in OWNERSHIP:
            raise PermissionDenied
        if not sees_field(actor, one):
            raise PermissionDenied


def _check_parent(customer_id: str, parent: str | None) -> None:
    """Refuse a parent company that is not there, or that belongs to the customer itself.

    Raises:
        CallError: It is such a one.
    """
    above, seen = parent, {customer_id}
    while above is not None:
        if above in seen:
            raise CallError(
                Text("A company cannot be above itself.", "企业不能成为自身的上级。"),
                mend=Text("Choose another parent company.", "请选择其他上级企业。"),
            )
        seen.add(above)
        found = record_of(above)
        if found is None:
            raise CallError(
                Text("There is no customer {p}.", "没有编号为 {p} 的客户。").filled(p=above),
                mend=Text("Give the number of the parent company.", "请填写上级企业的客户编号。"),
            )
        above = found.get("parent_id")


def _in_values(values: Mapping[str, str | None]) -> dict[str, str | None]:
    return {one: value for one, value in values.items() if value is not None}


def _present(customer_id: str) -> dict[str, str | None]:
    """Return the values now, custom attributes among them.

    Raises:
        DataError: The book has no such customer.
    """
    found = record_of(customer_id)
    if found is None:
        raise DataError(
            Text("This customer is no longer in the book.", "账套中已没有此客户。"),
            mend=Text(
                "The import that brought it may have been undone.", "导入此客户的批次可能已被撤销。"
            ),
        )
    own = CustomValue.objects.filter(customer_id=customer_id).select_related("attribute")
    return found | {one.attribute.field: one.value for one in own}


def _put_own(changes: Sequence[Change]) -> None:
    """Keep the values of custom attributes, which live here and not in the lake."""
    for one in changes:
        if one.to_lake:
            continue
        attribute = CustomAttribute.objects.get(pk=CustomAttribute.number_of(one.field))
        if one.after is None:
            attribute.values.filter(customer_id=one.customer_id).delete()
        else:
            is_number = attribute.kind == AttributeKind.NUMBER
            number: Any = Decimal(one.after) if is_number else None
            CustomValue.objects.update_or_create(
                attribute=attribute,
                customer_id=one.customer_id,
                defaults={"value": one.after, "number": number},
            )


def _last_editor(customer_id: str, field: str) -> str:
    last = (
        FieldChange.objects.filter(customer_id=customer_id, field=field)
        .select_related("edit__by")
        .order_by("-id")
        .first()
    )
    return last.edit.by.shown_name if last is not None else ""
