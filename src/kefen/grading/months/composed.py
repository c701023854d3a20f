"""What a run says of all its customers, from what an earlier run said and from those who changed.

Counts and exact sums of all are those of the earlier run, less the changed customers as they were,
plus as they are.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.grading.months.changes import NotBySteps
from kefen.lake.dataset import Dataset, Finding
from kefen.lake.reading import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kefen.lake.dataset import ReadTable

_COUNTED: dict[str, Callable[[int], Finding]] = {
    "customers_from_facts": messages.customers_from_facts,
    "category_from_products": messages.category_from_products,
    "cost_from_products": messages.cost_from_products,
}
"""The findings of reading that only count."""
_FILLED = {"category_from_products": "category", "cost_from_products": "cost"}
_DUE = "due_on_from_terms"


def told_of_all(record: Mapping[str, Any], now: Dataset, then: Dataset) -> Dataset:
    """Return the dataset of the changed customers, with what is told of all rows.

    Args:
        record: What the earlier run said.
        now: The changed customers' rows as they are; its tables tell of all rows that come in.
        then: The same as they were.

    Raises:
        NotBySteps: Something that reading found cannot be told from the changed rows alone.
    """
    tables = {
        name: _told(record["rows"][name], read, then.tables[name])
        for name, read in now.tables.items()
    }
    return replace(now, tables=tables, findings=_findings(record, now, then, tables))


def filled_columns(record: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the columns that reading filled in from other tables, by table."""
    codes = {finding["code"] for finding in record["findings"]}
    found: dict[str, frozenset[str]] = {}
    if filled := frozenset(_FILLED[code] for code in codes & _FILLED.keys()):
        found["orders"] = filled
    if _DUE in codes:
        found["receivables"] = frozenset({"due_on"})
    return found


def counted(
    base: Mapping[str, Any], then: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the counts of all: those of the base, less the changed ones then, plus now."""
    found: dict[str, Any] = {}
    for key, value in now.items():
        if key in ("rule", "tag", "term"):
            found[key] = value
        elif key == "sum":
            parts = (base[key], then[key], value)
            amounts = [Decimal(part) if part is not None else Decimal(0) for part in parts]
            total = amounts[0] - amounts[1] + amounts[2]
            known = base["customers"] - then["customers"] + now["customers"]
            found[key] = str(total) if known else None
        else:
            found[key] = int(base[key]) - int(then[key]) + int(value)
    return found


def _told(base: Mapping[str, Any], now: ReadTable, then: ReadTable) -> ReadTable:
    """Return a table with the counts of all its rows."""
    if now.table.name == "customers" and not now.rows_in:  # those that facts name
        return replace(now, rows_used=int(base["used"]) - then.rows_used + now.rows_used)
    if now.table.name == "customers" or not now.table.has_customer:
        return now
    unattributed = int(base["unattributed"]) - then.rows_unattributed + now.rows_unattributed
    amounts = [
        Decimal(part or 0)
        for part in (base["amount_unattributed"], then.amount_unattributed, now.amount_unattributed)
    ]
    known = "amount" in now.table.column_names and unattributed
    amount = amounts[0] - amounts[1] + amounts[2]
    return replace(
        now,
        rows_used=now.rows_in - unattributed,
        rows_unattributed=unattributed,
        amount_unattributed=str(amount) if known else None,
    )


def _findings(
    record: Mapping[str, Any], now: Dataset, then: Dataset, tables: Mapping[str, ReadTable]
) -> tuple[Finding, ...]:
    """Return what reading found in all rows."""
    base = {_key(one): one for one in record["findings"]}
    parts = [{(f.code, f.table): f for f in dataset.findings} for dataset in (then, now)]
    found: list[Finding] = []
    for key in dict.fromkeys((*base, *parts[0], *parts[1])):
        code, name = key
        if code == "rows_unattributed":
            own = tables[name]
            if own.rows_unattributed:
                found.append(
                    messages.rows_unattributed(
                        TABLES[name], own.rows_unattributed, own.amount_unattributed
                    )
                )
            continue
        ours = [part.get(key) for part in parts]
        if ours[0] == ours[1]:
            if key in base:
                found.append(_from_dict(base[key]))
            continue
        count = int(base[key]["count"]) if key in base else 0
        count += sum(
            sign * (one.count if one is not None else 0)
            for sign, one in zip((-1, 1), ours, strict=True)
        )
        if code not in _COUNTED:
            raise NotBySteps(Text("something was found about all rows", "数据问题涉及全部记录"))
        if count:
            found.append(_COUNTED[code](count))
    return tuple(found)


def _key(finding: Mapping[str, Any]) -> tuple[str, str]:
    return str(finding["code"]), str(finding["table"])


def _from_dict(told: Mapping[str, Any]) -> Finding:
    return Finding(
        code=told["code"],
        principle=told["principle"],
        severity=told["severity"],
        table=told["table"],
        column=told["column"],
        count=told["count"],
        message=Text.from_dict(told["message"]),
        effect=Text.from_dict(told["effect"]),
        details=told["details"],
    )
