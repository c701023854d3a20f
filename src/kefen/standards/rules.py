"""Reading the rules that change a grade, and the tags beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.document import Mapping
from kefen.standards.grades import reason_named
from kefen.standards.model import Rule, Tag
from kefen.standards.naming import name_of, named_parts, needs_named_values

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.expressions.tree import Expression
    from kefen.standards.grades import Grades
    from kefen.standards.model import Place
    from kefen.standards.reading import Reading

RULE_EFFECTS = ("grade", "no_grade", "at_most", "at_least")
"""What a rule does to the grade; it has exactly one of them."""
RULE_KEYS = ("when", "name", *RULE_EFFECTS)
TAG_KEYS = ("when", "name")
MOST_RULES = 50
MOST_TAGS = 50
_RULE = Text("a rule", "规则")
_TAG = Text("a tag", "标签")


def read_rules(
    reading: Reading,
    node: Mapping,
    grades: Grades,
    reasons: Collection[str],
    types: dict[str, ValueType],
) -> tuple[Rule, ...]:
    """Return the rules of a scheme, in order.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        grades: Its classes.
        reasons: The reason codes of the standard.
        types: The names that conditions may use.
    """
    section = reading.mapping(node, "rules")
    if section is not None:
        reading.at_most(len(section.entries), MOST_RULES, section.place, Text("rules", "规则"))
    rules = []
    for identifier, child, place in named_parts(reading, section, _RULE):
        if not isinstance(child, Mapping):
            needs_named_values(reading, identifier, place)
            continue
        reading.only_known(child, RULE_KEYS, _RULE)
        name = name_of(reading, child, identifier, _RULE, place)
        when = _when(reading, child, place, _RULE, types)
        effect = _effect(reading, child, place, grades, reasons)
        if when is not None and effect is not None:
            rules.append(Rule(identifier, name, when, place, **{effect[0]: effect[1]}))
    return tuple(rules)


def read_tags(reading: Reading, node: Mapping, types: dict[str, ValueType]) -> tuple[Tag, ...]:
    """Return the tags of a scheme, in order.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        types: The names that conditions may use.
    """
    section = reading.mapping(node, "tags")
    if section is not None:
        reading.at_most(len(section.entries), MOST_TAGS, section.place, Text("tags", "标签"))
    tags = []
    for identifier, child, place in named_parts(reading, section, _TAG):
        if not isinstance(child, Mapping):
            needs_named_values(reading, identifier, place)
            continue
        reading.only_known(child, TAG_KEYS, _TAG)
        name = name_of(reading, child, identifier, _TAG, place)
        when = _when(reading, child, place, _TAG, types)
        if when is not None:
            tags.append(Tag(identifier, name, when, place))
    return tuple(tags)


def _when(
    reading: Reading, node: Mapping, place: Place, what: Text, types: dict[str, ValueType]
) -> Expression | None:
    if "when" not in node.entries:
        reading.missing(place, "when", what)
        return None
    child = reading.scalar(node, "when", what)
    read = reading.expression(child, types, (ValueType.BOOLEAN,)) if child is not None else None
    return read[0] if read is not None else None


def _effect(
    reading: Reading, node: Mapping, place: Place, grades: Grades, reasons: Collection[str]
) -> tuple[str, str] | None:
    effects = [effect for effect in RULE_EFFECTS if effect in node.entries]
    if len(effects) != 1:
        reading.problem(
            place,
            Text("a rule has exactly one of {e}", "规则须且只能有一种作用：{e}").filled(
                e=", ".join(RULE_EFFECTS)
            ),
            Text(
                "Write “at_most: B”, for example; two effects are two rules.",
                "例如写“at_most: B”；两种作用请写成两条规则。",
            ),
        )
        return None
    effect = effects[0]
    child = reading.scalar(node, effect, _RULE)
    if child is None:
        return None
    if effect == "no_grade":
        found = reason_named(reading, child, reasons)
    elif effect != "grade" and grades.open:
        reading.problem(
            node.key_places[effect],
            Text(
                "the classes of “value of” have no order, so there is no “{e}”",
                "“value of”的类别没有高低之分，不能用“{e}”",
            ).filled(e=effect),
            Text("Use “grade” or “no_grade”.", "请用“grade”或“no_grade”。"),
        )
        found = None
    else:
        found = grades.named(reading, child.text, child.place)
    return (effect, found) if found is not None else None
