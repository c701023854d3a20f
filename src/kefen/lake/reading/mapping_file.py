"""Mapping files: YAML that is read without running anything, and written from guesses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import yaml

from kefen.domain.contract import TABLES, Kind
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.reading.encodings import find_encoding
from kefen.lake.reading.headings import guess_columns
from kefen.lake.reading.mapping import Computed, Join, Mapping, TableMapping
from kefen.lake.reading.units import unit_factor

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingOf
    from decimal import Decimal

    from yaml._yaml import Mark as _CMark

    from kefen.domain.contract import Table
    from kefen.lake.reading.source import RawFile

_LARGEST_BYTES = 1_000_000
_DEEPEST = 12
_TABLE_KEYS = (
    "columns",
    "join",
    "dates",
    "decimals",
    "units",
    "values",
    "where",
    "leave_out",
)
_DECIMAL_MARKS = ("comma", "point")
_DATE_ORDERS = ("day first", "month first")
_T = TypeVar("_T")


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Tags, anchors and aliases are refused, so that nothing in the file can run or multiply.

    Raises:
        CallError: There is no such file.
        DataError: The file says something that a mapping cannot; with line and column.
    """
    if not path.is_file():
        raise CallError(
            Text("There is no such mapping file.", "映射文件不存在。"),
            where=str(path),
            mend=Text("Check the path.", "请检查路径。"),
        )
    if path.stat().st_size > _LARGEST_BYTES:
        raise DataError(
            Text("The mapping file is too large.", "映射文件过大。"),
            where=path.name,
            mend=Text("A mapping has a few lines a table.", "映射文件每个表只需几行。"),
        )
    text = path.read_text(encoding=find_encoding(path))
    return _Reader(path).mapping(text)


def mapping_of(content: MappingOf[str, object]) -> Mapping:
    """Return the mapping that a mapping file with this content would be.

    Raises:
        DataError: The content says something that a mapping cannot.
    """
    path = Path("mapping")
    try:
        text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
    except yaml.YAMLError as error:
        raise DataError(
            Text("The mapping holds what a mapping file cannot.", "映射中含有映射文件不支持的值。"),
            where=path.name,
            mend=Text("Use texts, numbers, lists and mappings.", "请使用文本、数字、列表和映射。"),
        ) from error
    return _Reader(path).mapping(text)


def guess_mapping(name: str, files: MappingOf[str, RawFile]) -> Mapping:
    """Return the mapping that guessing gives, for a user to start from.

    Columns that several headings fit are left out; `mapping_as_yaml` can be edited to say which.

    Args:
        name: What to call it.
        files: An opened file of each table, by the table's name.
    """
    tables: dict[str, TableMapping] = {}
    for table, file in files.items():
        guess = guess_columns(file.headings, TABLES[table])
        order = [column for column in TABLES[table].column_names if column in guess.columns]
        tables[table] = TableMapping(
            columns={column: guess.columns[column] for column in order},
            factors={c: unit.factor for c, unit in guess.units.items() if unit.factor != 1},
        )
    return Mapping(name, tables)


def mapping_as_yaml(mapping: Mapping) -> str:
    """Return a mapping as the YAML that `load_mapping` reads."""
    content: dict[str, object] = {"mapping": mapping.name, "tables": {}}
    tables: dict[str, object] = {}
    for table, said in mapping.tables.items():
        entry: dict[str, object] = {}
        if said.joins:
            entry["join"] = [{"file": join.file, "on": dict(join.on)} for join in said.joins]
        entry["columns"] = {
            column: {"compute": given.expression} if isinstance(given, Computed) else given
            for column, given in said.columns.items()
        }
        if said.dates:
            entry["dates"] = dict(said.dates)
        if said.decimals:
            entry["decimals"] = dict(said.decimals)
        if said.factors:
            entry["units"] = {column: int(factor) for column, factor in said.factors.items()}
        if said.values:
            entry["values"] = {column: dict(words) for column, words in said.values.items()}
        if said.where is not None:
            entry["where"] = said.where
        if said.leave_out:
            entry["leave_out"] = list(said.leave_out)
        tables[table] = entry
    content["tables"] = tables
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


class _Entry(NamedTuple):
    """A key of a YAML mapping with the nodes of the key and of its value."""

    key: str
    key_node: yaml.Node
    value: yaml.Node


class _Reader:
    """Reads the node tree of one mapping file; every error names its line and column."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def mapping(self, text: str) -> Mapping:
        root = self._compose(text)
        name = self._path.stem
        tables: dict[str, TableMapping] = {}
        for entry in self._entries(root):
            if entry.key == "mapping":
                name = self._text(entry.value)
            elif entry.key == "tables":
                for table in self._entries(entry.value):
                    if table.key not in TABLES:
                        raise self._unknown(table.key_node, table.key, tuple(TABLES))
                    tables[table.key] = self._table(TABLES[table.key], table.value)
            else:
                raise self._unknown(entry.key_node, entry.key, ("mapping", "tables"))
        return Mapping(name, tables, self._path)

    def _compose(self, text: str) -> yaml.Node:
        try:
            depth = 0
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                    raise self._error_at(
                        event.start_mark,
                        Text(
                            "Anchors and aliases (& and *) are not allowed here.",
                            "此处不允许使用锚点和别名（& 和 *）。",
                        ),
                        Text("Write the text out, or in quotes.", "请直接写出内容，或加引号。"),
                    )
                if getattr(event, "tag", None):
                    raise self._error_at(
                        event.start_mark,
                        Text("Tags (!) are not allowed here.", "此处不允许使用标签（!）。"),
                        Text("Write the plain value, or in quotes.", "请直接写值，或加引号。"),
                    )
                depth += isinstance(event, yaml.CollectionStartEvent)
                depth -= isinstance(event, yaml.CollectionEndEvent)
                if depth > _DEEPEST:
                    raise self._error_at(
                        event.start_mark,
                        Text("The file is nested too deep.", "文件嵌套过深。"),
                        Text("A mapping has five levels.", "映射文件最多五层。"),
                    )
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self._error_at(
                error.problem_mark or error.context_mark,
                Text("This is not YAML: {e}.", "不是有效的 YAML：{e}。").filled(e=error.problem),
                Text(
                    "Check the indentation, the colons and the quotes.",
                    "请检查缩进、冒号和引号。",
                ),
            ) from error
        except yaml.YAMLError as error:
            raise self._error_at(
                None,
                Text("This is not YAML: {e}.", "不是有效的 YAML：{e}。").filled(
                    e=str(error).splitlines()[0]
                ),
                Text("Remove unusual characters.", "请去掉特殊字符。"),
            ) from error
        if root is None:
            raise self._error_at(
                None,
                Text("The mapping file is empty.", "映射文件是空的。"),
                Text("Begin with: tables:", "请以 tables: 开头。"),
            )
        return root

    def _table(self, table: Table, node: yaml.Node) -> TableMapping:
        columns: dict[str, str | Computed] = {}
        joins: tuple[Join, ...] = ()
        dates: dict[str, str] = {}
        decimals: dict[str, str] = {}
        factors: dict[str, Decimal] = {}
        values: dict[str, dict[str, str]] = {}
        where: str | None = None
        leave_out: tuple[str, ...] = ()
        for entry in self._entries(node):
            if entry.key == "columns":
                columns = self._by_column(table, entry.value, self._column)
            elif entry.key == "join":
                joins = tuple(self._join(item) for item in self._items(entry.value))
            elif entry.key == "dates":
                dates = self._by_column(
                    table, entry.value, self._date_form, (Kind.DATE, Kind.TIMESTAMP)
                )
            elif entry.key == "decimals":
                decimals = self._by_column(
                    table,
                    entry.value,
                    self._decimal_mark,
                    (Kind.MONEY, Kind.NUMBER, Kind.INTEGER),
                )
            elif entry.key == "units":
                factors = self._by_column(table, entry.value, self._unit, (Kind.MONEY, Kind.NUMBER))
            elif entry.key == "values":
                for column in self._entries(entry.value):
                    values[column.key] = self._values(table, column)
            elif entry.key == "where":
                where = self._text(entry.value)
            elif entry.key == "leave_out":
                leave_out = tuple(self._text(item) for item in self._items(entry.value))
            else:
                raise self._unknown(entry.key_node, entry.key, _TABLE_KEYS)
        return TableMapping(columns, joins, dates, decimals, factors, values, where, leave_out)

    def _by_column(
        self,
        table: Table,
        node: yaml.Node,
        read: Callable[[yaml.Node], _T],
        kinds: tuple[Kind, ...] | None = None,
    ) -> dict[str, _T]:
        """Read a mapping from columns of the table, all of certain kinds, to something."""
        allowed = tuple(c.name for c in table.columns if kinds is None or c.kind in kinds)
        found: dict[str, _T] = {}
        for entry in self._entries(node):
            if entry.key not in allowed:
                raise self._unknown(entry.key_node, entry.key, allowed)
            found[entry.key] = read(entry.value)
        return found

    def _column(self, node: yaml.Node) -> str | Computed:
        if isinstance(node, yaml.MappingNode):
            entries = self._entries(node)
            if len(entries) == 1 and entries[0].key == "compute":
                return Computed(self._text(entries[0].value))
            raise self._error(
                node,
                Text(
                    "A column is a heading or {{compute: ...}}.", "列应为标题或 {{compute: ...}}。"
                ).filled(),
                Text(
                    'Write amount: {{compute: "Quantity * UnitPrice"}}.',
                    '请写 amount: {{compute: "数量 * 单价"}}。',
                ).filled(),
            )
        return self._text(node)

    def _join(self, node: yaml.Node) -> Join:
        file: str | None = None
        on: tuple[tuple[str, str], ...] = ()
        for entry in self._entries(node):
            if entry.key == "file":
                file = self._text(entry.value)
            elif entry.key == "on" and isinstance(entry.value, yaml.MappingNode):
                on = tuple(
                    (pair.key, self._text(pair.value)) for pair in self._entries(entry.value)
                )
            elif entry.key == "on" and isinstance(entry.value, yaml.SequenceNode):
                on = tuple((self._text(n), self._text(n)) for n in self._items(entry.value))
            elif entry.key == "on":
                on = ((self._text(entry.value), self._text(entry.value)),)
            else:
                raise self._unknown(entry.key_node, entry.key, ("file", "on"))
        if not file or not on:
            raise self._error(
                node,
                Text("A join needs `file` and `on`.", "关联需要 file 和 on。"),
                Text(
                    "Write - {{file: details.csv, on: OrderID}}.",
                    "请写 - {{file: 明细.csv, on: 订单号}}。",
                ).filled(),
            )
        return Join(file, on)

    def _date_form(self, node: yaml.Node) -> str:
        text = self._text(node)
        if text not in _DATE_ORDERS and "%" not in text:
            raise self._error(
                node,
                Text("“{t}” is no form of dates.", "“{t}”不是日期格式。").filled(t=text),
                Text(
                    "Write day first, month first, or a format such as %d/%m/%Y.",
                    "请写 day first（日在前）、month first（月在前）或 %d/%m/%Y 这样的格式。",
                ),
            )
        return text

    def _decimal_mark(self, node: yaml.Node) -> str:
        if self._text(node) not in _DECIMAL_MARKS:
            raise self._unknown(node, self._text(node), _DECIMAL_MARKS)
        return self._text(node)

    def _unit(self, node: yaml.Node) -> Decimal:
        factor = unit_factor(self._text(node))
        if factor is None:
            raise self._error(
                node,
                Text("“{t}” is no known unit.", "“{t}”不是已知单位。").filled(t=self._text(node)),
                Text(
                    "Write thousand, wan, million, 千元, 万元, 亿元, or 1000.",
                    "请写 thousand、wan、million、千元、万元、亿元或 1000。",
                ),
            )
        return factor

    def _values(self, table: Table, entry: _Entry) -> dict[str, str]:
        coded = tuple(c.name for c in table.columns if c.kind is Kind.CODE)
        if entry.key not in coded:
            raise self._unknown(entry.key_node, entry.key, coded)
        codes = table.column(entry.key).codes
        found: dict[str, str] = {}
        for pair in self._entries(entry.value):
            code = self._text(pair.value)
            if code not in codes:
                raise self._unknown(pair.value, code, codes)
            found[pair.key] = code
        return found

    def _entries(self, node: yaml.Node) -> list[_Entry]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(
                node,
                Text("`name: value` lines are expected here.", "此处应为“名称: 值”。"),
                Text("Indent the lines under their heading.", "请缩进书写下级内容。"),
            )
        found: list[_Entry] = []
        for key_node, value in node.value:
            key = self._text(key_node)
            if any(entry.key == key for entry in found):
                raise self._error(
                    key_node,
                    Text("“{k}” stands here twice.", "“{k}”重复出现。").filled(k=key),
                    Text("Keep one.", "请只保留一个。"),
                )
            found.append(_Entry(key, key_node, value))
        return found

    def _items(self, node: yaml.Node) -> list[yaml.Node]:
        return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(
                node,
                Text("One value is expected here.", "此处应为单个值。"),
                Text("Write a single value.", "请写单个值。"),
            )
        return str(node.value)

    def _unknown(self, node: yaml.Node, word: str, known: tuple[str, ...]) -> DataError:
        return self._error(
            node,
            Text("“{w}” is not known here.", "此处没有“{w}”。").filled(w=word),
            Text("Known: {all}.", "可用：{all}。").filled(all=", ".join(known)),
        )

    def _error(self, node: yaml.Node, what: Text, mend: Text) -> DataError:
        return self._error_at(node.start_mark, what, mend)

    def _error_at(self, mark: yaml.Mark | _CMark | None, what: Text, mend: Text) -> DataError:
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        return DataError(what, where=f"{self._path.name}{place}", mend=mend)
