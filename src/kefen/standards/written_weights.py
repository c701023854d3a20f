"""Writing weights into the text of a standard, everything else in it left as it is.

The text is changed at the places of the nodes that hold weights, never written anew from a tree:
comments, order, quotes and indentation stay. What comes out is read again, and given back only
when it is a standard whose weights are those asked for and which differs in nothing else.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import yaml

from kefen.domain.decimals import units
from kefen.domain.errors import StandardError
from kefen.domain.text import Text
from kefen.standards.changes import meaning
from kefen.standards.document import located
from kefen.standards.model import Place
from kefen.standards.reader import read_standard
from kefen.standards.weight_source import WEIGHTS_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.standards.model import Indicator, Scheme, Standard, WeightSource


def indicators_to_weigh(scheme: Scheme, group: str | None) -> tuple[Indicator, ...]:
    """Return the indicators of a scheme, or of one of its groups, that share the weight.

    They are those that have a weight; where none has, all.
    """
    within = [one for one in scheme.indicators if group is None or one.group == group]
    weighted = [one for one in within if one.weight is not None]
    return tuple(weighted or within)


def with_weights(
    text: str,
    source: str,
    *,
    scheme: str,
    group: str | None,
    weights: Mapping[str, Decimal],
    weights_from: WeightSource,
) -> str:
    """Return the text of a standard with other weights, and where they come from.

    Args:
        text: The document; it is a standard.
        source: Its file name, for places in messages.
        scheme: The id of the scheme.
        group: The id of the group whose weights are written; None: the whole scheme.
        weights: For each indicator of `indicators_to_weigh`, its weight: above zero, at most four
            decimals.
        weights_from: Where they come from.

    Raises:
        StandardError: A weight cannot be written where it would stand (an alias, a list of bands),
            or what would come out is no standard.
    """
    before = read_standard(text, source)
    editor = _Editor(text, source)
    root = editor.root
    node = editor.below(editor.below(root, "schemes"), scheme)
    for owner, holder in _holders(editor, node, group):
        own = {
            one.id: weights[one.id]
            for one in before.schemes[scheme].indicators
            if one.group == owner and one.id in weights
        }
        indicators = editor.below(holder, "indicators")
        for identifier, weight in own.items():
            editor.set_weight(editor.below(indicators, identifier), weight, identifier)
        if owner is not None:
            if "weight" in editor.keys(holder):
                editor.replace_scalar(editor.below(holder, "weight"), sum(own.values(), Decimal(0)))
            if group is not None or WEIGHTS_FROM in editor.keys(holder):
                editor.set_source(holder, weights_from)
    if group is None:
        editor.set_source(node, weights_from)
    written = editor.text()
    _check(before, read_standard(written, source), scheme, weights, source)
    return written


def _holders(
    editor: _Editor, scheme: yaml.MappingNode, group: str | None
) -> Iterator[tuple[str | None, yaml.MappingNode]]:
    """Yield the nodes that have indicators: groups with their id, and the scheme itself."""
    keys = editor.keys(scheme)
    if "groups" in keys:
        groups = editor.below(scheme, "groups")
        for identifier in editor.keys(groups):
            if group in (None, identifier):
                yield identifier, editor.below(groups, identifier)
    if group is None and "indicators" in keys:
        yield None, scheme


def _check(
    before: Standard, after: Standard, scheme: str, weights: Mapping[str, Decimal], source: str
) -> None:
    """Refuse a text in which the weights are not those asked for, or something else differs."""
    found = {one.id: one.weight for one in after.schemes[scheme].indicators if one.id in weights}
    same = all(
        meaning(before.schemes[one]) == meaning(after.schemes[one])
        for one in before.schemes
        if one != scheme
    )
    if same and found == {one: units(weight) for one, weight in weights.items()}:
        return
    raise StandardError(
        Text(
            "the weights stand under an anchor (&, *) that other parts share",
            "权重写在被其他部分共用的锚点（&、*）之下",
        ),
        where=source,
        mend=Text("Write this scheme out without the alias.", "请将该方案完整写出，不用别名。"),
    )


class _Editor:
    """A text with changes to be made at places of its nodes."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._changes: dict[tuple[int, int], str] = {}
        root = yaml.SafeLoader(text).get_single_node()
        self.root = cast("yaml.MappingNode", root)

    def text(self) -> str:
        """Return the text with all changes."""
        made = self._text
        for (start, end), content in sorted(self._changes.items(), reverse=True):
            made = made[:start] + content + made[end:]
        return made

    @staticmethod
    def keys(node: yaml.MappingNode) -> list[str]:
        """Return the names in a node, in order."""
        return [key.value for key, _ in node.value]

    def below(self, node: yaml.MappingNode, key: str) -> yaml.MappingNode:
        """Return what stands under a name.

        Raises:
            StandardError: It stands elsewhere, and is named here by an alias.
        """
        child = next(value for name, value in node.value if name.value == key)
        if not node.start_mark.index <= child.start_mark.index < node.end_mark.index:
            raise self._refused(
                child,
                Text("“{k}” is written with an alias (*)", "“{k}”以别名（*）写成").filled(k=key),
                Text("Write it out.", "请完整写出。"),
            )
        return cast("yaml.MappingNode", child)

    def set_weight(self, node: yaml.MappingNode, weight: Decimal, name: str) -> None:
        """Write the weight of an indicator, in place of the one that stands there."""
        if not isinstance(node, yaml.MappingNode):
            raise self._refused(
                node,
                Text("“{n}” is a list of bands only", "“{n}”只写了分档列表").filled(n=name),
                Text(
                    "Write it as {{weight: 10, bands: [...]}}.",
                    "请写成 {{weight: 10, bands: [...]}}。",
                ).filled(),
            )
        if "weight" in self.keys(node):
            self.replace_scalar(self.below(node, "weight"), weight)
        else:
            self._insert(node, node.value[0][0], f"weight: {_digits(weight)}")

    def replace_scalar(self, node: yaml.Node, number: Decimal) -> None:
        """Write a number in place of the one that stands there."""
        self._changes[node.start_mark.index, node.end_mark.index] = _digits(number)

    def set_source(self, node: yaml.MappingNode, source: WeightSource) -> None:
        """Write where weights come from, in place of what stands there."""
        fields = _fields(source)
        flow = f"{{{', '.join(f'{key}: {value}' for key, value in fields)}}}"
        before = next(
            key for key, _ in node.value if key.value in (WEIGHTS_FROM, "groups", "indicators")
        )
        indent = " " * before.start_mark.column
        lines = "".join(f"\n{indent}  {key}: {value}" for key, value in fields)
        if WEIGHTS_FROM not in self.keys(node):
            written = f" {flow}" if node.flow_style else lines
            self._insert(node, before, f"{WEIGHTS_FROM}:{written}")
            return
        key = next(name for name, _ in node.value if name.value == WEIGHTS_FROM)
        old = self.below(node, WEIGHTS_FROM)
        if old.flow_style:
            self._changes[old.start_mark.index, old.end_mark.index] = flow
        else:
            # The end mark of a block stands behind the comments that follow it.
            end = max(leaf.end_mark.index for leaf in _leaves(old))
            self._changes[key.end_mark.index, end] = f":{lines}"

    def _insert(self, node: yaml.MappingNode, before: yaml.Node, content: str) -> None:
        """Write an entry before another one, in the manner of the node."""
        at = before.start_mark.index
        rest = ", " if node.flow_style else f"\n{' ' * before.start_mark.column}"
        self._changes[at, at] = content + rest

    def _refused(self, node: yaml.Node, what: Text, mend: Text) -> StandardError:
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        return StandardError(what, where=located(self._source, place), mend=mend)


def _fields(source: WeightSource) -> list[tuple[str, str]]:
    """Return the keys of `weights_from` with their values as YAML."""
    numbers = (
        ("consistency_ratio", source.consistency_ratio),
        ("agreement", source.agreement),
        ("cases", None if source.cases is None else Decimal(source.cases)),
    )
    return [
        ("method", source.method),
        ("source", json.dumps(source.source, ensure_ascii=False)),
        *([("sha256", f'"{source.sha256}"')] if source.sha256 is not None else []),
        ("on", source.on.isoformat()),
        *((key, _digits(number)) for key, number in numbers if number is not None),
    ]


def _digits(number: Decimal) -> str:
    """Return a number in plain digits, without zeros at its end."""
    return format(number.normalize(), "f")


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield from _leaves(value)
    else:
        yield node
