"""The quality report itself: findings, completeness, months and a verdict per principle."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.dataset import Principle, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from kefen.lake.dataset import Finding

Standing: TypeAlias = Literal["good", "fair", "poor"]

PRINCIPLES: tuple[Principle, ...] = get_args(Principle)
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

PRINCIPLE_NAMES: Mapping[Principle, Text] = MappingProxyType(
    {
        "whole": Text("Whole", "完整性"),
        "scientific": Text("Scientific", "科学性"),
        "comparable": Text("Comparable", "可比性"),
        "continuous": Text("Continuous", "连续性"),
    }
)

_STANDING_WORDS: Mapping[Standing, Text] = MappingProxyType(
    {
        "good": Text("Good: nothing that weakens the grades.", "良好：没有削弱评级的问题。"),
        "fair": Text(
            "Fair: {warnings} {warnings:finding|findings} {warnings:weakens|weaken} some grades; "
            "read {warnings:it|them} before use.",
            "一般：有 {warnings} 项问题会削弱部分评级，使用前请阅读。",
        ),
        "poor": Text(
            "Poor: {errors} {errors:finding|findings} must be mended before the grades can be "
            "relied on.",
            "较差：有 {errors} 项问题须先处理，评级才可信赖。",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class ColumnCompleteness:
    """How full one column is.

    Attributes:
        column: The contract column or attribute.
        label: Its name for people.
        given: Whether the input had it.
        filled: Rows with a value.
        share: `filled` of all rows to 4 decimals, half up; None when there is no row.
    """

    column: str
    label: Text
    given: bool
    filled: int
    share: Decimal | None

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "column": self.column,
            "label": self.label.as_dict(),
            "given": self.given,
            "filled": self.filled,
            "share": None if self.share is None else str(self.share),
        }


@dataclass(frozen=True, slots=True)
class TableQuality:
    """One table: what came in, what is used, how full its columns are.

    Attributes:
        table: The contract table.
        label: Its name for people.
        rows_in: Rows in the input.
        rows_used: Rows used.
        rows_rejected: Rows rejected.
        rows_duplicate: Rows left out as exact copies.
        rows_unattributed: Rows whose customer is blank or unknown.
        first_on: The first day of the table's date column; None without one.
        last_on: The last such day by the as-of date.
        columns: Every contract column, then the attributes.
    """

    table: str
    label: Text
    rows_in: int
    rows_used: int
    rows_rejected: int
    rows_duplicate: int
    rows_unattributed: int
    first_on: date | None
    last_on: date | None
    columns: tuple[ColumnCompleteness, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "table": self.table,
            "label": self.label.as_dict(),
            "rows_in": self.rows_in,
            "rows_used": self.rows_used,
            "rows_rejected": self.rows_rejected,
            "rows_duplicate": self.rows_duplicate,
            "rows_unattributed": self.rows_unattributed,
            "first_on": _day(self.first_on),
            "last_on": _day(self.last_on),
            "columns": [column.as_dict() for column in self.columns],
        }


@dataclass(frozen=True, slots=True)
class MonthActivity:
    """The orders of one calendar month, cancelled lines excluded.

    Attributes:
        month: Its first day.
        lines: Order lines; 0 in a gap.
        customers: Customers with a line.
        amount: The sum of the lines' amounts.
    """

    month: date
    lines: int
    customers: int
    amount: Decimal

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; the month as `2024-01`, the amount as a decimal string."""
        return {
            "month": self.month.isoformat()[:7],
            "lines": self.lines,
            "customers": self.customers,
            "amount": str(self.amount),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the data stands on one principle.

    Attributes:
        principle: The principle.
        standing: `poor` with any error, else `fair` with any warning, else `good`.
        words: The verdict in words.
    """

    principle: Principle
    standing: Standing
    words: Text

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "principle": self.principle,
            "name": PRINCIPLE_NAMES[self.principle].as_dict(),
            "standing": self.standing,
            "words": self.words.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality of one data cut as of a date.

    Attributes:
        as_of: The last day that counts.
        window_months: The length of the window that coverage is judged by.
        months_covered: How many months of the window have orders.
        findings: By severity, then principle, then table and column.
        tables: Every imported table, in the contract's order.
        months: Every calendar month from the first order to the as-of date, gaps included.
        verdicts: One per principle, in their order.
    """

    as_of: date
    window_months: int
    months_covered: int
    findings: tuple[Finding, ...]
    tables: tuple[TableQuality, ...]
    months: tuple[MonthActivity, ...]
    verdicts: tuple[Verdict, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; decimals as strings, texts in both languages."""
        return {
            "as_of": self.as_of.isoformat(),
            "window_months": self.window_months,
            "months_covered": self.months_covered,
            "verdicts": [verdict.as_dict() for verdict in self.verdicts],
            "findings": [finding_as_dict(finding) for finding in self.findings],
            "tables": [table.as_dict() for table in self.tables],
            "months": [month.as_dict() for month in self.months],
        }


def finding_as_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values."""
    return {
        "code": finding.code,
        "principle": finding.principle,
        "severity": finding.severity,
        "table": finding.table,
        "column": finding.column,
        "count": finding.count,
        "message": finding.message.as_dict(),
        "effect": finding.effect.as_dict(),
        "details": dict(finding.details),
    }


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings by severity, principle, table and column of the contract, and code."""
    return tuple(sorted(findings, key=_order))


def verdicts(findings: Iterable[Finding]) -> tuple[Verdict, ...]:
    """Return one verdict per principle."""
    found = tuple(findings)
    return tuple(_verdict(principle, found) for principle in PRINCIPLES)


def _verdict(principle: Principle, findings: tuple[Finding, ...]) -> Verdict:
    severities = [f.severity for f in findings if f.principle == principle]
    errors, warnings = severities.count("error"), severities.count("warning")
    standing: Standing = "poor" if errors else "fair" if warnings else "good"
    return Verdict(
        principle, standing, _STANDING_WORDS[standing].filled(errors=errors, warnings=warnings)
    )


_TABLE_ORDER = {name: number for number, name in enumerate(TABLES)}


def _order(finding: Finding) -> tuple[int, int, int, int, str, str]:
    names = TABLES[finding.table].column_names if finding.table in TABLES else ()
    column = finding.column or ""
    return (
        SEVERITIES.index(finding.severity),
        PRINCIPLES.index(finding.principle),
        _TABLE_ORDER.get(finding.table, len(_TABLE_ORDER)),
        names.index(column) if column in names else -1 if not column else len(names),
        column,
        finding.code,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
