"""Labels on whatever shows generated sample data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.tree import Name
from kefen.reports.model import Card, Portrait
from kefen.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kefen.reports.model import Block, Section
    from kefen.standards.model import Scheme, Standard

_LISTED_COLUMNS = 4
LABEL = Text("Generated sample data: {names}", "生成的示例数据：{names}")


def generated_label(generated: Collection[str]) -> Text | None:
    """Return the label that names generated tables and columns; None when there are none."""
    if not generated:
        return None
    names = _names_of(sorted(generated))
    joined = Text(", ".join(name.en for name in names), "、".join(name.zh for name in names))
    return LABEL.filled(names=joined)


def _names_of(generated: list[str]) -> list[Text]:
    """Return the names to show: many columns of one table are counted, not listed."""
    columns = Counter(_table(name) for name in generated if "." in name)
    many = {table for table, count in columns.items() if count > _LISTED_COLUMNS}
    names = [_label(name) for name in generated if "." not in name or _table(name) not in many]
    names += [
        Text("{n} {n:column|columns} of {t}", "{t}的 {n} 列").filled(
            n=columns[table], t=TABLES[table].label
        )
        for table in sorted(many)
    ]
    return names


def labelled(section: Section, generated: Collection[str]) -> Section:
    """Return the section with a label on every table and card that shows generated data."""
    return replace(section, blocks=tuple(_labelled(block, generated) for block in section.blocks))


def _labelled(block: Block, generated: Collection[str]) -> Block:
    if not isinstance(block, (Table, Card, Portrait)):
        return block
    tables = {_table(source) for source in block.draws_on}
    shown = {
        name
        for name in generated
        if (name in tables if "." not in name else {name, _table(name)} & block.draws_on)
    }
    return replace(block, generated=generated_label(shown))


def _table(name: str) -> str:
    return name.partition(".")[0]


def _label(name: str) -> Text:
    table, _, column = name.partition(".")
    earlier, _, day = name.partition(" before ")
    if day and earlier in TABLES:
        return Text("{t} before {d}", "{d} 之前的{t}").filled(t=TABLES[earlier].label, d=day)
    contract = TABLES.get(table)
    if contract is None:
        return Text.same(name)
    if not column:
        return contract.label
    known = column in contract.column_names
    part = contract.column(column).label if known else Text.same(column)
    return Text("{table}: {column}", "{table}·{column}").filled(table=contract.label, column=part)


def scheme_sources(standard: Standard, scheme: Scheme) -> frozenset[str]:
    """Return the contract columns, as `table.column`, that a scheme grades by."""
    return frozenset(_sources(standard, scheme, set()))


def _sources(standard: Standard, scheme: Scheme, seen: set[str]) -> Iterator[str]:
    seen.add(scheme.id)
    for name in set(_names(scheme)):
        if name in standard.metrics:
            metric = standard.metrics[name]
            yield from metric.columns
            yield from (t for t in metric.tables if not any(_table(c) == t for c in metric.columns))
        elif name in standard.schemes and name not in seen:
            yield from _sources(standard, standard.schemes[name], seen)
        elif _table(name) in TABLES:
            yield name


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Name):
        yield value.name
    elif is_dataclass(value):
        for part in fields(value):
            yield from _names(getattr(value, part.name))
    elif isinstance(value, Mapping):
        yield from _names(tuple(value.values()))
    elif isinstance(value, tuple):
        for item in value:
            yield from _names(item)
