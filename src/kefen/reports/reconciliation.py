"""Tables that do not add up are defects: the check that every table passes before it is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.errors import KefenError
from kefen.domain.text import Text
from kefen.reports.tables import Chain, Flow, PartsEqualTotal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.reports.tables import Cell, Row, Table, UnknownHolds


class ReconciliationError(KefenError):
    """A table of a report does not add up, so the report is not written."""


def reconcile(table: Table) -> None:
    """Check a table against its own rules.

    Raises:
        ReconciliationError: Parts do not equal a total, an opening plus its changes does not
            equal the closing, or the unknown row does not hold what lacks the attribute.
    """
    for rule in table.reconciliation:
        if isinstance(rule, PartsEqualTotal):
            for column in rule.columns:
                _check_parts(table, column)
        elif isinstance(rule, Flow):
            for row in (*table.rows, *((table.totals,) if table.totals else ())):
                _check_flow(table, rule, row)
        elif isinstance(rule, Chain):
            _check_chain(table, rule)
        else:
            _check_unknown(table, rule)


def _check_parts(table: Table, column: str) -> None:
    index = table.position(column)
    if table.totals is not None:
        _compare(
            table,
            column,
            Text("total", "合计"),
            _sum([row.cells[index] for row in table.rows if row.level == 0]),
            _number(table.totals.cells[index]),
        )
    for position, row in enumerate(table.rows):
        parts = _parts_of(table.rows, position)
        if parts:
            _compare(
                table,
                column,
                Text.same(str(row.cells[0])),
                _sum([part.cells[index] for part in parts]),
                _number(row.cells[index]),
            )


def _parts_of(rows: Sequence[Row], position: int) -> list[Row]:
    level = rows[position].level
    parts = []
    for row in rows[position + 1 :]:
        if row.level <= level:
            break
        if row.level == level + 1:
            parts.append(row)
    return parts


def _check_flow(table: Table, rule: Flow, row: Row) -> None:
    def value(column: str) -> Decimal | int:
        return _number(row.cells[table.position(column)])

    changed = (
        value(rule.opening) + sum(value(c) for c in rule.plus) - sum(value(c) for c in rule.minus)
    )
    _compare(table, rule.closing, Text.same(str(row.cells[0])), changed, value(rule.closing))


def _check_chain(table: Table, rule: Chain) -> None:
    opening, closing = table.position(rule.opening), table.position(rule.closing)
    for before, after in zip(table.rows, table.rows[1:], strict=False):
        _compare(
            table,
            rule.opening,
            Text.same(str(after.cells[0])),
            _number(before.cells[closing]),
            _number(after.cells[opening]),
        )
    if table.totals is not None and table.rows:
        for index, row in ((opening, table.rows[0]), (closing, table.rows[-1])):
            _compare(
                table,
                table.columns[index].id,
                Text("total", "合计"),
                _number(row.cells[index]),
                _number(table.totals.cells[index]),
            )


def _check_unknown(table: Table, rule: UnknownHolds) -> None:
    index = table.position(rule.column)
    held = _sum([row.cells[index] for row in table.rows if row.unknown and row.level == 0])
    _compare(table, rule.column, Text("unknown", "未知"), held, rule.expected)


def _sum(cells: Sequence[Cell]) -> Decimal | int:
    return sum((_number(cell) for cell in cells), 0)


def _number(cell: Cell) -> Decimal | int:
    if isinstance(cell, (Decimal, int)):
        return cell
    return 0


def _compare(
    table: Table, column: str, place: Text, found: Decimal | int, expected: Decimal | int
) -> None:
    if found == expected:
        return
    raise ReconciliationError(
        Text(
            "The table '{table}' does not add up: {column}, {place}: {found} against {expected}.",
            "表「{table}」不平：{column}，{place}：{found} 与 {expected} 不符。",
        ).filled(
            table=table.title,
            column=table.columns[table.position(column)].title,
            place=place,
            found=found,
            expected=expected,
        ),
        mend=Text(
            "This is a defect of Kefen: please report it with the standard and the table's name.",
            "这是客分自身的缺陷：请附上所用标准和表名反馈给我们。",
        ),
    )
