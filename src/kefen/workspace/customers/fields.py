"""Every field that the list can be filtered by, with what the address says of it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

from kefen.domain.text import Text
from kefen.workspace.customers.figures import figures_of
from kefen.workspace.customers.filters import ANY, KNOWN, NONE, TAG
from kefen.workspace.customers.sight import CODES, OWN
from kefen.workspace.customers.tags import tag_names
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from kefen.workspace.customers.sight import ShownColumn, Sight

_SUGGESTED = ("country", "region", "city", "industry", "ownership_type", "owner", "team", "source")
_MOST_SUGGESTED = 60
_KEPT_SECONDS = 3_600
_ANY, _NOT_KNOWN, _SOME = Text("any", "不限"), Text("none", "无"), Text("known", "有值")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that can be ticked."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the filter form.

    Attributes:
        parameter: The parameter of the address.
        name: Its name for people.
        shape: `ticks`, `choice`, `texts`, `numbers` or `dates`.
        choices: What can be ticked or chosen.
        values: What the address says: texts, or the two edges of a range.
        part: What the address says a text contains.
        suggested: Values that are common, for texts.
        open: Whether the address says anything of it.
    """

    parameter: str
    name: str
    shape: str
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()
    part: str = ""
    suggested: tuple[str, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """A headed group of fields."""

    name: Text
    fields: list[Field]


def fields_of(sight: Sight, query: QueryDict) -> list[FieldGroup]:
    """Return every field that the person can filter by: those of the columns that they see."""
    columns = list(sight.every_column.values())

    def of_kind(*kinds: str) -> list[Field]:
        return [_field(sight, one, query) for one in columns if one.kind in kinds]

    moves = [_moves(one, query) for one in sight.schemes if one.type == "rank"]
    groups = [
        FieldGroup(Text("Grades", "等级"), of_kind("grade")),
        FieldGroup(Text("Moves since the run before", "与上期相比的升降"), moves),
        FieldGroup(Text("Alerts and tags", "预警与标签"), [*of_kind("alert"), _tags(query)]),
        FieldGroup(Text("Record", "客户资料"), of_kind("attribute", "further")),
        FieldGroup(Text("Our own fields", "自定义字段"), of_kind(OWN)),
        FieldGroup(Text("Metrics", "指标"), of_kind("metric")),
        FieldGroup(Text("Scores", "得分"), of_kind("score")),
        FieldGroup(Text("Grades before", "上期等级"), of_kind("before")),
    ]
    return [one for one in groups if one.fields]


def _field(sight: Sight, column: ShownColumn, query: QueryDict) -> Field:
    name = said(column.label)
    given = query.getlist(column.name)
    if column.kind == "alert" or column.type == "rank":
        known = [(one.id, said(one.name)) for one in column.grades]
        if column.kind == "alert":
            known.insert(0, (ANY, said(Text("any alert", "任一预警"))))
        return _ticks(column.name, name, [*known, (NONE, said(_NOT_KNOWN))], given)
    if column.name in CODES or (column.kind == OWN and column.grades):
        codes = CODES.get(column.name) or {one.id: one.name for one in column.grades}
        known = [(code, said(words)) for code, words in codes.items()]
        return _ticks(column.name, name, [*known, (NONE, said(_NOT_KNOWN))], given)
    there = [(KNOWN, _SOME), (NONE, _NOT_KNOWN)]
    if column.type in ("integer", "decimal", "date"):
        edges = tuple(query.get(f"{column.name}.{edge}", "") for edge in ("min", "max"))
        shape = "dates" if column.type == "date" else "numbers"
        choices = _one_of(column.name, name, there, query).choices
        return Field(
            column.name, name, shape, choices, values=edges, open=any(edges) or bool(given)
        )
    if column.type == "boolean":
        options = [("yes", Text("yes", "是")), ("no", Text("no", "否")), (NONE, _NOT_KNOWN)]
        return _one_of(column.name, name, options, query)
    part = query.get(f"{column.name}.has", "")
    return Field(
        column.name,
        name,
        "texts",
        tuple(Choice(value, said(words), value in given) for value, words in there),
        values=(*(value for value in given if value not in (KNOWN, NONE)), ""),
        part=part,
        suggested=_suggested(sight, column.name) if column.name in _SUGGESTED else (),
        open=bool(given or part),
    )


def _moves(column: ShownColumn, query: QueryDict) -> Field:
    options = [
        ("up", Text("moved up", "升级")),
        ("down", Text("moved down", "降级")),
        ("any", Text("moved", "有变动")),
    ]
    return _one_of(f"move_{column.scheme}", said(column.label), options, query)


def _tags(query: QueryDict) -> Field:
    given = query.getlist(TAG)
    known = [(one, one) for one in tag_names()]
    return _ticks(TAG, said(Text("Tag", "标签")), [*known, (NONE, said(_NOT_KNOWN))], given)


def _ticks(parameter: str, name: str, known: Iterable[tuple[str, str]], given: list[str]) -> Field:
    choices = tuple(Choice(value, words, value in given) for value, words in known)
    return Field(parameter, name, "ticks", choices, open=bool(given))


def _one_of(
    parameter: str, name: str, options: Iterable[tuple[str, Text]], query: QueryDict
) -> Field:
    given = query.get(parameter, "")
    choices = tuple(
        Choice(value, said(words), value == given) for value, words in (("", _ANY), *options)
    )
    return Field(parameter, name, "choice", choices, open=bool(given))


def _suggested(sight: Sight, name: str) -> tuple[str, ...]:
    """Return the most common values of an attribute among the customers that the person sees."""
    user = sight.user
    key = f"suggested:{sight.publication.pk}:{name}:{user.in_role.scope.name}:{user.pk}"
    found: tuple[str, ...] | None = cache.get(key)
    if found is None:
        counts = figures_of(sight, [], [name]).values[name].counts()
        common = sorted(counts, key=lambda value: (-counts[value], value))
        found = tuple(common[:_MOST_SUGGESTED])
        cache.set(key, found, _KEPT_SECONDS)
    return found
