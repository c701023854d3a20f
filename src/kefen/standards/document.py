"""Reading YAML safely: a tree of nodes with their places; nothing in it can run or explode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from kefen.domain.errors import StandardError
from kefen.domain.text import Text
from kefen.standards.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 300_000
MAX_NODES = 20_000
MAX_DEPTH = 40
_REST_OF_NUMBER = re.compile(r"\d{3}")
_NUMBER_BEGUN = re.compile(r"\d{1,3}$")
# Escapes in double quotes can write what no file, page or workbook can hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "value", "merge")
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, kept as the text that was written."""

    text: str
    place: Place
    quoted: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Named nodes, in the order of the file; no name occurs twice."""

    entries: dict[str, Node]
    key_places: dict[str, Place]
    place: Place

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


Node = Scalar | Sequence | Mapping


def located(source: str, place: Place) -> str:
    """Return `file, line L, column C`."""
    return f"{source}:{place.line}:{place.column}"


@lru_cache(maxsize=4)
def load_document(text: str, source: str) -> Mapping:
    """Return the tree of a YAML document.

    The documents read last are kept: what a standard says of itself is read before the standard
    is, and reading is most of what either takes.

    Raises:
        StandardError: The text is not YAML, holds a tag that would run code, repeats a name, or
            is larger than any standard (an alias bomb).
    """
    if len(text) > MAX_CHARACTERS:
        raise StandardError(
            Text("the document is longer than {n} characters", "文档超过 {n} 个字符").filled(
                n=MAX_CHARACTERS
            ),
            where=source,
            mend=Text("Keep data out of the standard.", "请勿把数据写入标准。"),
        )
    try:
        root = _Composer(text, source).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        raise StandardError(
            Text("this is not YAML: {p}", "不是有效的 YAML：{p}").filled(
                p=error.problem or error.context
            ),
            where=located(source, place),
            mend=Text(
                "Check indentation, quotes and colons on this line and the one above; "
                "text with “: ”, “, ” or “#” needs quotes.",
                "请检查本行及上一行的缩进、引号与冒号；含“: ”“, ”“#”的文字要加引号。",
            ),
        ) from error
    except yaml.YAMLError as error:
        raise StandardError(
            Text("this is not YAML: {p}", "不是有效的 YAML：{p}").filled(
                p=str(error).split("\n")[0]
            ),
            where=source,
            mend=Text("Save the file as UTF-8 text.", "请以 UTF-8 文本保存。"),
        ) from error
    except RecursionError as error:
        raise _too_deep(source, Place(1, 1)) from error
    if root is None:
        raise StandardError(
            Text("the document is empty", "文档为空"),
            where=source,
            mend=Text(
                "Start from one that works: kefen standard new FILE.",
                "请从可用的标准开始：kefen standard new FILE。",
            ),
        )
    node = _Walk(source).node(root, 0)
    if not isinstance(node, Mapping):
        raise StandardError(
            Text("a standard is a set of names and values", "标准应由名称与取值组成"),
            where=located(source, node.place),
            mend=Text("Start with “standard: my-standard”.", "请以“standard: my-standard”开头。"),
        )
    return node


class _Composer(yaml.SafeLoader):
    """Composes nodes, counting while it does, so that it stops where it is too much."""

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text)
        self._source = source
        self._count = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node with all below it.

        Raises:
            StandardError: There are too many, or they are nested too deep.
        """
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        self._count += 1
        self._depth += 1
        if self._count > MAX_NODES:
            raise _too_many(self._source, Place(mark.line + 1, mark.column + 1))
        # The root is no level.
        if self._depth > MAX_DEPTH + 1:
            raise _too_deep(self._source, Place(mark.line + 1, mark.column + 1))
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _too_many(source: str, place: Place) -> StandardError:
    return StandardError(
        Text("the document grows past {n} nodes", "文档展开后超过 {n} 个节点").filled(n=MAX_NODES),
        where=located(source, place),
        mend=Text(
            "A standard needs a few hundred. Remove aliases that repeat aliases, and data.",
            "标准通常只需几百个。请去掉层层重复的别名及数据。",
        ),
    )


def _too_deep(source: str, place: Place) -> StandardError:
    return StandardError(
        Text("the document is nested more than {n} levels", "文档嵌套超过 {n} 层").filled(
            n=MAX_DEPTH
        ),
        where=located(source, place),
        mend=Text("A standard needs about six levels.", "标准通常只需六层左右。"),
    )


class _Walk:
    """Copies composed nodes, counting, so that aliases cannot multiply without end."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._count = 0

    def node(self, node: yaml.Node, depth: int) -> Node:
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        self._count += 1
        if self._count > MAX_NODES:
            raise _too_many(self._source, place)
        if depth > MAX_DEPTH:
            raise _too_deep(self._source, place)
        if node.tag not in _PLAIN_TAGS:
            raise StandardError(
                Text("the tag “{t}” is not allowed", "不允许使用标签“{t}”").filled(t=node.tag),
                where=located(self._source, place),
                mend=Text(
                    "Remove it: a standard is text and numbers only.",
                    "请删除：标准只含文字与数字。",
                ),
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.node(item, depth + 1) for item in node.value), place)
        quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
        return Scalar(self._writable(str(node.value), place), place, quoted)

    def _writable(self, text: str, place: Place) -> str:
        found = _UNWRITABLE.search(text)
        if found is not None:
            raise StandardError(
                Text(
                    "this holds the control character U+{c:04X}", "此处含有控制字符 U+{c:04X}"
                ).filled(c=ord(found[0])),
                where=located(self._source, place),
                mend=Text("Remove it.", "请删除。"),
            )
        return text

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        for key_node, value_node in node.value:
            at = Place(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                raise StandardError(
                    Text("a name must be plain text", "名称必须是普通文字"),
                    where=located(self._source, at),
                    mend=Text("Put quotes around it.", "请加引号。"),
                )
            key = self._writable(str(key_node.value), at)
            self._whole_number(entries, key, key_node, value_node, at)
            self._whole_call(entries, key, key_node, value_node, at)
            if key in entries:
                raise StandardError(
                    Text("“{k}” stands here twice", "“{k}”重复出现").filled(k=key),
                    where=located(self._source, at),
                    mend=Text(
                        "Keep one; the first is on line {n}.", "请保留一个；前一个在第 {n} 行。"
                    ).filled(n=places[key].line),
                )
            entries[key] = self.node(value_node, depth + 1)
            places[key] = at
        return Mapping(entries, places, place)

    def _whole_number(
        self,
        before: dict[str, Node],
        key: str,
        key_node: yaml.ScalarNode,
        value_node: yaml.Node,
        at: Place,
    ) -> None:
        """Refuse `{when: >= 23,000}`, which is `when: >= 23` and a name `000` without value."""
        last = _cut_short(before, key_node, value_node)
        begun = _NUMBER_BEGUN.search(last.text) if last is not None else None
        if begun is None or _REST_OF_NUMBER.fullmatch(key) is None:
            return
        raise StandardError(
            Text("the comma in “{a},{b}” ends the value", "“{a},{b}”中的逗号使取值到此为止").filled(
                a=begun[0], b=key
            ),
            where=located(self._source, at),
            mend=Text("Quote it and write {a}{b}.", "请加引号并写成 {a}{b}。").filled(
                a=begun[0], b=key
            ),
        )

    def _whole_call(
        self,
        before: dict[str, Node],
        key: str,
        key_node: yaml.ScalarNode,
        value_node: yaml.Node,
        at: Place,
    ) -> None:
        """Refuse `{points: largest(0, value)}`: `points: largest(0` and a name without value."""
        last = _cut_short(before, key_node, value_node)
        if last is None:
            return
        if last.text.count("(") <= last.text.count(")") or key.count(")") <= key.count("("):
            return
        whole = f"{last.text}, {key}"
        raise StandardError(
            Text("the comma in “{w}” ends the value", "“{w}”中的逗号使取值到此为止").filled(
                w=whole
            ),
            where=located(self._source, at),
            mend=Text('Quote the whole value: "{w}".', '请为整个取值加引号："{w}"。').filled(
                w=whole
            ),
        )


def _cut_short(
    before: dict[str, Node], key_node: yaml.ScalarNode, value_node: yaml.Node
) -> Scalar | None:
    """Return the value that a comma may have cut short: it stands before a name without a value.

    None where either is quoted, so that the comma was meant.
    """
    last = next(reversed(before.values()), None)
    without = value_node.start_mark.index == key_node.end_mark.index
    if key_node.style or not without or not isinstance(last, Scalar) or last.quoted:
        return None
    return last
