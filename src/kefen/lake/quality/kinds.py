"""A kind of finding: its code, principle and wording; each found instance is a `Finding`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.dataset import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.lake.dataset import Principle, Severity

NO_EFFECT = Text("No grade is changed by it.", "不影响任何等级。")


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What every finding of one code has in common.

    Attributes:
        code: The stable code.
        principle: The principle of sound data it is about.
        message: What was found, with `{placeholders}`; `{table}`, `{column}` and `{count}` are
            filled by `found`.
        effect: What it does to which scheme, with the same placeholders.
    """

    code: str
    principle: Principle
    message: Text
    effect: Text

    def found(
        self,
        severity: Severity,
        table: str,
        *,
        count: int,
        column: str | None = None,
        details: Mapping[str, Any] | None = None,
        effect: Text | None = None,
        **values: object,
    ) -> Finding:
        """Return the finding on `table` (and `column`), its texts filled with `values`.

        `effect` replaces the usual effect where it depends on the column.
        """
        labels: dict[str, object] = {
            "table": TABLES[table].label,
            "column": label_of(table, column) if column else Text.same(""),
            "count": f"{count:,}",
            **values,
        }
        return Finding(
            code=self.code,
            principle=self.principle,
            severity=severity,
            table=table,
            column=column,
            count=count,
            message=self.message.filled(**labels),
            effect=(effect or self.effect).filled(**labels),
            details=dict(details or {}),
        )


def label_of(table: str, column: str) -> Text:
    """Return the name for people of a contract column, or the attribute's own name."""
    contract = TABLES[table]
    if column in contract.column_names:
        return contract.column(column).label
    return Text.same(column)


def severity_by_share(count: int, whole: int, warning_above_percent: int | None) -> Severity:
    """Return `warning` when `count` is above that share of `whole`, else `note`.

    None never warns; 0 warns from the first row.
    """
    if warning_above_percent is None:
        return "note"
    return "warning" if count * 100 > warning_above_percent * whole else "note"


def percent(part: int, whole: int) -> str:
    """Return `part` of `whole` in percent, rounded half up to one decimal, as text."""
    if whole == 0:
        return "0.0"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"
