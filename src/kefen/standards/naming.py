"""Names in a standard: the ids of a section, and what people read where no name is written."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.document import Mapping, Node
from kefen.standards.reading import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kefen.standards.model import Place
    from kefen.standards.reading import Reading


def name_of(
    reading: Reading,
    node: Node,
    identifier: str,
    what: Text,
    place: Place,
    *,
    otherwise: Text | None = None,
) -> Text:
    """Return the `name` of a part of a standard; without one it goes by its id, with a warning.

    Args:
        reading: Where problems are noted.
        node: The part; only a mapping can hold a name.
        identifier: Its id.
        what: What it is, such as “a rule”.
        place: Where its id stands.
        otherwise: The name to take, without a warning, where none is written.
    """
    if isinstance(node, Mapping) and "name" in node.entries:
        return reading.text(node, "name", what)
    if otherwise is not None:
        return otherwise
    plain = identifier.replace("_", " ")
    reading.problem(
        place,
        Text(
            "“{i}” has no name: people read “{n}” in both languages",
            "“{i}”没有名称：两种语言都显示为“{n}”",
        ).filled(i=identifier, n=plain),
        Text("Add “name: {{en: ..., zh: ...}}”.", "请补上“name: {{en: ..., zh: ...}}”。").filled(),
        severity="warning",
    )
    return Text.same(plain)


def named_parts(
    reading: Reading,
    node: Mapping | None,
    what: Text,
    taken: Collection[str] = (),
    seen: list[str] | None = None,
) -> Iterator[tuple[str, Node, Place]]:
    """Yield (id, value, place of the id) of each part of a section whose id can be used.

    Args:
        reading: Where problems are noted.
        node: The section, or None.
        what: What each part is, such as “a rule”.
        taken: Ids that mean something else already.
        seen: Ids that were given so far in the same name space; grows.
    """
    given = [] if seen is None else seen
    for identifier, child in node or ():
        place = node.key_places[identifier] if node is not None else child.place
        if not IDENTIFIER.fullmatch(identifier) or identifier in taken:
            reading.problem(
                place,
                Text("“{n}” cannot name {w}", "“{n}”不能作为{w}的名称").filled(
                    n=identifier, w=what
                ),
                Text(
                    "Use letters, digits and _, starting with a letter, and no name that is taken.",
                    "请用字母、数字和下划线，以字母开头，且不与已有名称相同。",
                ),
            )
        elif reading.unlike(identifier, place, given):
            given.append(identifier)
            yield identifier, child, place


def needs_named_values(reading: Reading, key: str, place: Place) -> None:
    """Note that a part is no set of named values."""
    reading.problem(
        place,
        Text("“{k}” needs named values below it", "“{k}”之下应为若干命名的项").filled(k=key),
        Text("Indent “name: value” lines below it.", "请在其下缩进书写“名称: 取值”。"),
    )


def nearest(word: str, known: Collection[str]) -> Text:
    """Return the mend for a word that is none of `known`: the nearest one, or all of them."""
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), list(folded), 1, 0.6)
    if near:
        return Text("Did you mean “{n}”?", "是否应为“{n}”？").filled(n=folded[near[0]])
    return Text("There are: {a}.", "可用：{a}。").filled(a=", ".join(list(known)[:40]))
