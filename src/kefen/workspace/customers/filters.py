"""Filters of the list, as the address holds them.

`grade_abc=A&grade_abc=B` any of these; `region=-` where there is none and `region=*` where there
is one, of any column; `city.has=port` for a part of a text; `metric_revenue.min=100` and `.max`
for numbers and dates; `metric_active=yes`; `own_3=` for a custom attribute; `move_abc=up`, `down`
or `any` against the run before; `alerts=overdue` for an alert that stands; `tag=` for a tag;
`search=` for names, their pinyin initials, and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from kefen.domain.text import Text
from kefen.workspace.customers.models import TaggedCustomer
from kefen.workspace.customers.own import met, unknown
from kefen.workspace.customers.paging import CAP
from kefen.workspace.customers.sight import CODES
from kefen.workspace.records.models import Contact
from kefen.workspace.runs.published import EXACT
from kefen.workspace.shell.formats import coded_name, number_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import QueryDict

    from kefen.workspace.customers.sight import ShownColumn, Sight

NONE = "-"
KNOWN = "*"
ANY = "any"
NO_FILTERS = frozenset({"sort", "after", "columns", "view", "dense", "all", "run"})
TAG = "tag"
_MOST = Decimal(10) ** 14
_TRUTHS = {"yes": (True, Text("yes", "是")), "no": (False, Text("no", "否"))}
_NOTHING, _SOME = Text("none", "无"), Text("known", "有值")
_MOVES = {
    "up": Text("moved up", "升级"),
    "down": Text("moved down", "降级"),
    "any": Text("moved", "有变动"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: a parameter of the address, what it means, and how it narrows the list.

    Attributes:
        parameter: The name of its parameter.
        name: What it filters by, for people.
        words: Its values in words.
        condition: What customers must meet.
    """

    parameter: str
    name: Text
    words: Text
    condition: Q


def filters_of(query: QueryDict, sight: Sight) -> tuple[list[Filter], list[str]]:
    """Return the filters of an address, and the parameters that mean nothing here.

    A column that the person does not see is one that means nothing.
    """
    found: list[Filter] = []
    meaningless: list[str] = []
    for parameter in query:
        if parameter in NO_FILTERS:
            continue
        values = [value.strip() for value in query.getlist(parameter) if value.strip()]
        if not values:
            continue
        one = _filter(parameter, values, sight)
        if one is None:
            meaningless.append(parameter)
        else:
            found.append(one)
    return found, meaningless


def narrowed(customers: QuerySet[Any], filters: list[Filter]) -> QuerySet[Any]:
    """Return the customers that meet every filter."""
    for one in filters:
        customers = customers.filter(one.condition)
    return customers


def _filter(parameter: str, values: list[str], sight: Sight) -> Filter | None:
    columns = sight.every_column
    if parameter == "search":
        words = " ".join(values)
        named = Text("Search", "搜索")
        return Filter(parameter, named, Text.same(words), search_condition(words, sight))
    if parameter == TAG:
        return _tagged(values)
    if parameter.startswith("move_"):
        return _move(parameter, values[0], columns)
    name, _, edge = parameter.partition(".")
    column = columns.get(name)
    if column is None:
        return None
    if edge:
        return _edge(parameter, column, edge, values[0])
    return _any_of(parameter, column, values)


def search_condition(words: str, sight: Sight) -> Q:
    """Return what customers must meet to be found by some words.

    Who sees how customers are reached finds them by their contacts too.

    Args:
        words: Part of a name, of its pinyin initials or of an id, or in full what is found only so.
        sight: What the person sees; columns that are not in it are not searched.
    """
    # Each by its own index: a database may read every row for any of several columns.
    exact = [
        sight.customers(archived=True).filter(**{name: words}).values_list("pk", flat=True)
        for name in EXACT
        if name in sight.columns
    ]
    found = list(exact[0].union(*exact[1:])[:CAP]) if exact else []
    if "phone" in sight.columns:
        named = Q(name__icontains=words) | Q(phone=words) | Q(email__iexact=words)
        contacts = Contact.objects.filter(named, removed_at=None)
        found += contacts.values_list("customer_id", flat=True)[:CAP]
    return Q(searched__contains=words.lower()) | Q(pk__in=found)


def _tagged(values: list[str]) -> Filter:
    names = [value for value in values if value != NONE]
    condition = Q()
    if names:
        tagged = TaggedCustomer.objects.filter(tag__name__in=names)
        condition |= Q(pk__in=tagged.values("customer_id"))
    words = [Text.same(name) for name in names]
    if NONE in values:
        condition |= ~Q(pk__in=TaggedCustomer.objects.values("customer_id"))
        words.append(_NOTHING)
    return Filter(TAG, Text("Tag", "标签"), _listed(words), condition)


def _move(parameter: str, value: str, columns: Mapping[str, ShownColumn]) -> Filter | None:
    scheme = parameter.removeprefix("move_")
    grade, before = columns.get(f"grade_{scheme}"), columns.get(f"before_{scheme}")
    if grade is None or before is None or value not in _MOVES:
        return None
    now, earlier = F(grade.name), F(before.name)
    if value == "any" and grade.type == "rank":
        condition = Q(**{f"{before.name}__gt": now}) | Q(**{f"{before.name}__lt": now})
    elif value == "any":
        both = Q(**{f"{grade.name}__isnull": False, f"{before.name}__isnull": False})
        condition = both & ~Q(**{grade.name: earlier})
    elif grade.type != "rank":
        return None
    elif value == "up":
        condition = Q(**{f"{before.name}__gt": now})
    else:
        condition = Q(**{f"{before.name}__lt": now})
    return Filter(parameter, grade.label, _MOVES[value], condition)


def _edge(parameter: str, column: ShownColumn, edge: str, value: str) -> Filter | None:
    if edge == "has" and column.type == "text" and column.kind != "alert":
        words = Text("contains “{w}”", "含“{w}”").filled(w=value)
        return Filter(parameter, column.label, words, met(column, "icontains", value))
    if edge not in ("min", "max"):
        return None
    lookup = "gte" if edge == "min" else "lte"
    sign = "≥" if edge == "min" else "≤"
    if column.type == "date":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
        words = Text.same(f"{sign} {day.isoformat()}")
        return Filter(parameter, column.label, words, met(column, lookup, day))
    if column.type not in ("integer", "decimal"):
        return None
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _MOST:
        return None
    wanted: Any = number
    if column.type == "integer":
        whole = int(number)
        wanted = whole + 1 if edge == "min" and whole < number else whole
        if edge == "max" and whole > number:
            wanted = whole - 1
    return Filter(
        parameter,
        column.label,
        Text.same(f"{sign} {number_in_words(number)}"),
        met(column, lookup, wanted),
    )


def _any_of(parameter: str, column: ShownColumn, values: list[str]) -> Filter | None:
    condition = Q()
    words: list[Text] = []
    kept: list[Any] = []
    for value in values:
        if value == NONE:
            condition |= unknown(column)
            words.append(_NOTHING)
        elif value == KNOWN:
            condition |= ~unknown(column)
            words.append(_SOME)
        elif column.kind == "alert" and value == ANY:
            condition |= Q(**{f"{column.name}__isnull": False})
            words.append(Text("any", "任一"))
        elif column.kind == "alert":
            alert = column.grade_of(value)
            if alert is None:
                return None
            condition |= Q(**{f"{column.name}__contains": f" {alert.id} "})
            words.append(alert.name)
        elif column.type == "boolean" and value in _TRUTHS:
            truth, name = _TRUTHS[value]
            kept.append(truth)
            words.append(name)
        elif column.type not in ("rank", "text"):
            return None
        elif column.type == "rank":
            rank = column.rank_of(value)
            if rank is None:
                return None
            kept.append(rank)
            words.append(column.grades[rank].name)
        else:
            kept.append(value)
            words.append(CODES.get(column.name, {}).get(value) or coded_name(column.name, value))
    if kept:
        condition |= met(column, "in", kept)
    return Filter(parameter, column.label, _listed(words), condition)


def _listed(words: list[Text]) -> Text:
    return Text(", ".join(one.en for one in words), "、".join(one.zh for one in words))
