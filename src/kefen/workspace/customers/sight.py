"""Which customers and which columns a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q

from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Kind, Scope
from kefen.workspace.records.models import Archived, AttributeKind, CustomAttribute
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.statements import Asked, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from kefen.workspace.accounts.models import User
    from kefen.workspace.runs.models import Publication

CONTACTS = frozenset({"email", "phone", "address"})
OWN = "own"
CODES: Mapping[str, Mapping[str, Text]] = {
    "kind": {"company": Text("company", "企业"), "person": Text("person", "个人")},
    "status": {
        "customer": Text("customer", "客户"),
        "prospect": Text("prospect", "潜在客户"),
    },
}
"""The values of columns that hold codes, in words."""
_OWN_TYPES = {
    AttributeKind.NUMBER.value: "decimal",
    AttributeKind.DATE.value: "date",
    AttributeKind.YES_NO.value: "boolean",
}
_MONEY_TYPES = ("decimal",)


@dataclass(frozen=True, slots=True)
class ShownGrade:
    """A class of a scheme: its code, its name, and the tone it wears (`n` for none)."""

    id: str
    name: Text
    tone: str


@dataclass(frozen=True)
class ShownColumn:
    """A column that a person sees.

    Attributes:
        name: Its name in the table and in addresses.
        kind: attribute, further (a column of the data that the contract does not have), own (a
            custom attribute, whose values are not in the table), metric, grade, before, score
            or alert.
        type: text, integer, decimal, date, boolean or rank.
        label: Its name for people.
        unit: How its values are shown.
        scheme: The scheme it belongs to, or an empty string.
        sorts: Whether lists can be sorted by it.
        grades: The classes of its scheme, best first; of alerts, those that the standard has;
            of a custom attribute, what can be chosen.
    """

    name: str
    kind: str
    type: str
    label: Text
    unit: str
    scheme: str
    sorts: bool
    grades: tuple[ShownGrade, ...]

    def grade_of(self, value: Any) -> ShownGrade | None:
        """Return the class that a stored value means; of alerts, the one of a code."""
        if value is None:
            return None
        if self.type == "rank":
            return self.grades[int(value)]
        if self.kind == "alert":
            return next((one for one in self.grades if one.id == value), None)
        return ShownGrade(str(value), Text.same(str(value)), "x")

    def rank_of(self, grade: str) -> int | None:
        """Return the place of a class among those of its scheme."""
        return next((place for place, one in enumerate(self.grades) if one.id == grade), None)


class Sight:
    """What one person sees of one publication.

    Attributes:
        user: The person.
        publication: The copy that is read.
        period: The run of the earlier period that is looked at; empty for the current one.
    """

    def __init__(self, user: User, publication: Publication, period: str = "") -> None:
        self.user = user
        self.publication = publication
        self.period = period

    @cached_property
    def columns(self) -> Mapping[str, ShownColumn]:
        """Return the columns that the person sees, by name; the others are not there at all.

        What a column says that the contract does not have cannot be told from outside: it is
        seen by who sees everything of a customer.
        """
        return _columns_of(self.publication, self.user.in_role.hidden)

    @cached_property
    def own(self) -> Mapping[str, ShownColumn]:
        """Return the custom attributes that the person sees, as columns by name."""
        found = CustomAttribute.objects.filter(removed_at=None)
        hides_money = Kind.MONEY in self.user.in_role.hidden
        return {one.field: _own(one) for one in found if not (hides_money and one.money)}

    @property
    def every_column(self) -> Mapping[str, ShownColumn]:
        """Return the columns that lists show and are filtered by: those of the copy, and `own`."""
        return {**self.columns, **self.own}

    @property
    def schemes(self) -> list[ShownColumn]:
        """Return the grade columns, one a scheme."""
        return [one for one in self.columns.values() if one.kind == "grade"]

    @cached_property
    def lead(self) -> ShownColumn | None:
        """Return the scheme that lists lead with: the value index, else the first with classes."""
        ranked = [one for one in self.schemes if one.type == "rank"]
        by_scheme = {one.scheme: one for one in ranked}
        return by_scheme.get("value_index") or (ranked[0] if ranked else None)

    @property
    def is_whole(self) -> bool:
        """Return whether the person sees every customer."""
        return self.user.in_role.scope is not Scope.TEAM

    def customers(self, *, archived: bool = False) -> QuerySet[Any]:
        """Return the customers that the person sees: the one way to read them.

        Only the columns that the person sees are read.

        Args:
            archived: Whether archived ones are among them.
        """
        model: Any = model_of(self.publication.pk)
        found: QuerySet[Any] = model._default_manager.only("customer_id", *self.columns)
        found = found.filter(self.condition())
        return found if archived else _listed(found)

    def sees(self, customer: str) -> bool:
        """Return whether a customer is among `customers()`.

        The question is put into words once for all who see the same part of the same copy.
        """
        if self.period:  # whose a customer is now is another copy's to say
            return self.customers().filter(pk=customer).exists()
        user = self.user
        own = None if self.is_whole else (user.name, user.team and user.team.name)
        return bool(_kept(_asking, (*_copy(self.publication), own), self._asking).rows(customer))

    def _asking(self) -> Statement:
        """Return the question whether a customer is seen."""
        return Statement(self.customers().filter(pk=Asked()).values_list("pk")[:1])

    def condition(self) -> Q:
        """Return what customers must meet to be seen, archived or not."""
        if self.is_whole:
            return Q()
        condition = Q(pk__in=[])
        for own in self._own():
            condition |= own
        return condition

    def parts(self) -> list[QuerySet[Any]]:
        """Return the customers that the person sees in parts, each to be read from one index.

        A customer may be in several.
        """
        model: Any = model_of(self.publication.pk)
        found = _listed(model._default_manager.only("customer_id", *self.columns))
        return [found] if self.is_whole else [found.filter(own) for own in self._own()]

    def _own(self) -> list[Q]:
        """Return the conditions under which a customer is the person's own or the team's.

        Whose it is now decides for an earlier period too.
        """
        own = [Q(owner=self.user.name)] if self.user.name else []
        if self.user.team is not None:
            own.append(Q(team=self.user.team.name))
        current = current_publication() if self.period else None
        if current is None or not own:
            return own
        now: Any = model_of(current.pk)
        return [Q(pk__in=now._default_manager.filter(one).values("pk")) for one in own]


_Made = TypeVar("_Made")
_asking: dict[tuple[object, ...], Statement] = {}
_seen: dict[tuple[object, ...], Mapping[str, ShownColumn]] = {}
_MOST_KEPT = 256


def _copy(publication: Publication) -> tuple[object, ...]:
    """Return what tells a copy from every other; what describes it never changes."""
    return publication.pk, publication.made_at


def _kept(
    held: dict[tuple[object, ...], _Made], key: tuple[object, ...], make: Callable[[], _Made]
) -> _Made:
    """Return what was made before of all that it depends on, or make it."""
    found = held.get(key)
    if found is None:
        if len(held) >= _MOST_KEPT:
            held.clear()
        found = held[key] = make()
    return found


def _columns_of(publication: Publication, hidden: frozenset[Kind]) -> Mapping[str, ShownColumn]:
    """Return the columns of a copy, without those of hidden kinds."""

    def columns() -> Mapping[str, ShownColumn]:
        return MappingProxyType(
            {
                one["name"]: _shown(one)
                for one in publication.columns
                if not (Kind.MONEY in hidden and _tells_money(one))
                and not (Kind.CONTACT in hidden and one["name"] in CONTACTS)
                and not (hidden and one["kind"] == "further")
            }
        )

    return _kept(_seen, (*_copy(publication), hidden), columns)


def _listed(customers: QuerySet[Any]) -> QuerySet[Any]:
    return customers.exclude(pk__in=Archived.objects.values("pk"))


def _tells_money(column: Mapping[str, Any]) -> bool:
    return (
        column["unit"] == "money"
        or column["kind"] == "score"
        or (column["kind"] == "metric" and column["type"] in _MONEY_TYPES)
    )


def _own(attribute: CustomAttribute) -> ShownColumn:
    return ShownColumn(
        attribute.field,
        OWN,
        _OWN_TYPES.get(attribute.kind, "text"),
        attribute.name,
        "money" if attribute.money and attribute.kind == AttributeKind.NUMBER else "",
        "",
        sorts=False,
        grades=tuple(ShownGrade(one, Text.same(one), "x") for one in attribute.choices),
    )


def _shown(column: Mapping[str, Any]) -> ShownColumn:
    return ShownColumn(
        column["name"],
        column["kind"],
        column["type"],
        Text.from_dict(column["label"]),
        column["unit"],
        column["scheme"],
        column["sorts"],
        tuple(
            ShownGrade(one["id"], Text.from_dict(one["name"]), (one["tone"] or "x").lower())
            for one in column["grades"]
        ),
    )
