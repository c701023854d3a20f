"""Customers that a new one may be already: a hint while typing, and whose they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from kefen.domain.text import Text
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records.models import Archived, Contact
from kefen.workspace.records.queries import sees_contacts
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.workspace.accounts.models import User

_MOST = 6
_SHORTEST_NAME = 2
_FORMS = re.compile(
    r"(有限责任公司|股份有限公司|有限公司|集团|公司|\b(co|ltd|limited|inc|llc|plc|gmbh|ag|sa|corp|"
    r"company|holdings?|group)\b)",
    re.IGNORECASE,
)
_REASONS = {
    "tax_id": Text("the same tax id", "统一社会信用代码相同"),
    "phone": Text("the same phone", "电话相同"),
    "email": Text("the same email", "邮箱相同"),
    "contact": Text("a contact with the same phone", "联系人电话相同"),
    "name": Text("a similar name", "名称相近"),
}


@dataclass(frozen=True, slots=True)
class Similar:
    """A customer that may be the same.

    Attributes:
        row: The customer; None where the person does not see it.
        why: What is the same.
        owner: Whose it is, or None for nobody's.
    """

    row: Any
    why: Text
    owner: str | None


def plain_name(name: str) -> str:
    """Return a company's name without its legal form, blanks and punctuation, in small letters."""
    return re.sub(r"[\W_]+", "", _FORMS.sub(" ", name)).lower()


def similar_customers(user: User, given: Mapping[str, str], *, but: str = "") -> list[Similar]:
    """Return customers that may be the one being entered, the surest first.

    Of customers that the person does not see, only those with the same tax id, phone, email or
    plain name are told, and of them only that there is one and whose: so that two people do not
    work on one customer without knowing.

    Args:
        user: Who enters it.
        given: name, tax_id, phone and email as far as they are typed.
        but: The number of a customer that is meant itself.
    """
    publication, sight = current_publication(), sight_of(user)
    if publication is None or sight is None:
        return []
    everybody: Any = model_of(publication.pk)._default_manager.exclude(pk=but)
    everybody = everybody.exclude(pk__in=Archived.objects.values("pk"))
    found: dict[str, tuple[Any, str]] = {}
    exact = ["tax_id", *(("phone", "email") if sees_contacts(user) else ())]
    for name in exact:
        value = given.get(name, "").strip()
        if value:
            for row in everybody.filter(**{name: value})[:_MOST]:
                found.setdefault(row.pk, (row, name))
    phone = given.get("phone", "").strip()
    if phone and sees_contacts(user):
        ids = Contact.objects.filter(phone=phone, removed_at=None).values("customer_id")
        for row in everybody.filter(pk__in=ids)[:_MOST]:
            found.setdefault(row.pk, (row, "contact"))
    name = given.get("name", "").strip()
    plain = plain_name(name)
    if len(plain) >= _SHORTEST_NAME:
        begins = _FORMS.sub(" ", name).strip().split(" ")[0].lower()
        near = everybody.filter(Q(searched__contains=begins))[: 5 * _MOST]
        for row in sorted(near, key=lambda one: plain_name(one.name or "") != plain):
            own = plain_name(row.name or "")
            if own and (own in plain or plain in own):
                found.setdefault(row.pk, (row, "name"))
    seen = set(
        sight.customers(archived=True).filter(pk__in=list(found)).values_list("pk", flat=True)
    )
    hints = []
    for number, (row, why) in found.items():
        if number in seen:
            hints.append(Similar(row, _REASONS[why], row.owner or None))
        elif why != "name" or plain_name(row.name or "") == plain:
            hints.append(Similar(None, _REASONS[why], row.owner or None))
    return hints[:_MOST]
