"""Rules about one row each, counted in the table's one pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kefen.domain.code_tables import REGION_FORM, industries, provinces
from kefen.domain.contract import TABLES, Column, Kind, Table
from kefen.lake.quality.kinds import FindingKind, percent, severity_by_share
from kefen.lake.quality.queries import counted
from kefen.lake.quality.scientific import (
    AMOUNTS_BELOW_COST,
    AMOUNTS_NEGATIVE,
    AMOUNTS_ZERO,
    ATTRIBUTES_NEGATIVE,
    CANCELLED_BEFORE_ORDERED,
    CLOSED_BEFORE_OPENED,
    CODES_UNKNOWN,
    COST_SIGN_DIFFERS,
    DATES_AFTER_AS_OF,
    DATES_DEFAULT,
    DATES_FAR_IN_FUTURE,
    DATES_TOO_OLD,
    DUE_BEFORE_ISSUED,
    NEGATIVE_QUANTITY_POSITIVE_AMOUNT,
    POSITIVE_QUANTITY_NEGATIVE_AMOUNT,
    RESPONSE_BEFORE_OPENED,
    SCORES_ABOVE_SCALE,
    SCORES_NEGATIVE,
    SETTLED_ABOVE_AMOUNT,
    SETTLED_BEFORE_ISSUED,
    TAX_IDS_INVALID,
)
from kefen.lake.tax_id import LENGTH, tax_id_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kefen.lake.dataset import Finding, ReadTable
    from kefen.lake.quality.profile import Profile

_OLDEST = {"founded_on": date(1600, 1, 1), "birth_date": date(1900, 1, 2)}
_OLDEST_FACT = date(1970, 1, 1)
_PLANNED = frozenset({"due_on", "next_on"})  # they lie ahead by nature
_ENTITY_DATES = frozenset({"founded_on", "birth_date"})  # 1970-01-01 can be true of these
_DEFAULT_DATES = "'0001-01-01', '1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01'"
_SIZE_COLUMNS = (
    "registered_capital",
    "employees",
    "annual_revenue",
    "total_assets",
    "expected_demand",
    "credit_limit",
)


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule about single rows: those where `condition` holds are counted.

    Attributes:
        kind: The kind of finding.
        table: The contract table.
        column: The column that the finding names.
        condition: The SQL condition.
        needs: The columns that the input must have.
        warning_above_percent: From which share of rows it is a warning; None never, 0 always.
    """

    kind: FindingKind
    table: str
    column: str
    condition: str
    needs: tuple[str, ...]
    warning_above_percent: int | None = 0

    @property
    def name(self) -> str:
        """Return the name of the rule's figure in the table's profile."""
        return f"{self.kind.code} {self.column}"

    def applies(self, read: ReadTable) -> bool:
        """Return whether the table as read has the columns that the rule needs."""
        return read.table.name == self.table and read.columns.issuperset(self.needs)


def _pair_rules() -> Iterator[RowRule]:
    """Yield the rules that compare columns of one row."""
    orders, receivables, cases = "orders", "receivables", "cases"
    yield RowRule(
        SETTLED_BEFORE_ISSUED,
        receivables,
        "settled_on",
        "settled_on < issued_on",
        ("settled_on", "issued_on"),
        None,
    )
    yield RowRule(
        DUE_BEFORE_ISSUED, receivables, "due_on", "due_on < issued_on", ("due_on", "issued_on")
    )
    yield RowRule(
        SETTLED_ABOVE_AMOUNT,
        receivables,
        "settled_amount",
        "amount > 0 AND settled_amount > amount",
        ("settled_amount", "amount"),
        None,
    )
    yield RowRule(
        CLOSED_BEFORE_OPENED,
        cases,
        "closed_at",
        "closed_at < opened_at",
        ("closed_at", "opened_at"),
    )
    yield RowRule(
        RESPONSE_BEFORE_OPENED,
        cases,
        "first_response_at",
        "first_response_at < opened_at",
        ("first_response_at", "opened_at"),
    )
    yield RowRule(
        CANCELLED_BEFORE_ORDERED,
        orders,
        "cancelled_on",
        "cancelled_on < CAST(ordered_at AS DATE)",
        ("cancelled_on", "ordered_at"),
    )
    yield RowRule(
        NEGATIVE_QUANTITY_POSITIVE_AMOUNT,
        orders,
        "quantity",
        "quantity < 0 AND amount > 0",
        ("quantity", "amount"),
    )
    yield RowRule(
        POSITIVE_QUANTITY_NEGATIVE_AMOUNT,
        orders,
        "quantity",
        "quantity > 0 AND amount < 0",
        ("quantity", "amount"),
        None,
    )
    yield RowRule(
        COST_SIGN_DIFFERS,
        orders,
        "cost",
        "(amount > 0 AND cost < 0) OR (amount < 0 AND cost > 0)",
        ("cost", "amount"),
    )
    yield RowRule(
        AMOUNTS_BELOW_COST,
        orders,
        "cost",
        "amount > 0 AND cost > amount",
        ("cost", "amount"),
        50,
    )


def _value_rules() -> Iterator[RowRule]:
    """Yield the rules about a single value that is no date."""
    for table in ("orders", "receivables", "payments"):
        yield RowRule(AMOUNTS_ZERO, table, "amount", "amount = 0", ("amount",), 20)
    for table in ("receivables", "payments"):
        yield RowRule(AMOUNTS_NEGATIVE, table, "amount", "amount < 0", ("amount",), 50)
    # Columns that the input lacks are null in the relation, so the condition needs only `score`.
    scale = "COALESCE(scale_max, CASE WHEN instrument = 'nps' THEN 10 END)"
    yield RowRule(SCORES_ABOVE_SCALE, "surveys", "score", f"score > {scale}", ("score",))
    yield RowRule(SCORES_NEGATIVE, "surveys", "score", "score < 0", ("score",))
    for column in _SIZE_COLUMNS:
        yield RowRule(ATTRIBUTES_NEGATIVE, "customers", column, f"{column} < 0", (column,))
    # A person's tax id is another number (GB 11643) of the same length.
    yield RowRule(
        TAX_IDS_INVALID,
        "customers",
        "tax_id",
        f"kind IS DISTINCT FROM 'person' AND LENGTH(tax_id) = {LENGTH} "
        f"AND NOT {tax_id_condition('tax_id')}",
        ("tax_id",),
    )


def _code_rules() -> Iterator[RowRule]:
    """Yield the rules about public codes: what has their form must be one."""
    divisions = _listed(code for code in industries() if len(code) > 1)
    known = _listed(provinces())
    yield RowRule(
        CODES_UNKNOWN,
        "customers",
        "industry",
        f"REGEXP_FULL_MATCH(industry, '[A-T][0-9]{{2,4}}') "
        f"AND SUBSTR(industry, 1, 3) NOT IN ({divisions})",
        ("industry",),
    )
    yield RowRule(
        CODES_UNKNOWN,
        "customers",
        "region",
        f"REGEXP_FULL_MATCH(region, '{REGION_FORM}') AND SUBSTR(region, 1, 2) NOT IN ({known})",
        ("region",),
    )


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _date_rules(table: Table, column: Column) -> Iterator[RowRule]:
    """Yield the rules about one date column; each date breaks at most one of them."""
    name = column.name
    day = f"CAST({name} AS DATE)"
    oldest = _OLDEST.get(name, _OLDEST_FACT)
    defaults = _DEFAULT_DATES if name in _ENTITY_DATES else f"{_DEFAULT_DATES}, '1970-01-01'"
    is_default = f"{day} IN ({', '.join(f'DATE {d}' for d in defaults.split(', '))})"
    if name not in _PLANNED:
        yield RowRule(
            DATES_AFTER_AS_OF,
            table.name,
            name,
            f"{day} > :as_of AND {day} <= :far",
            (name,),
            0 if name in _ENTITY_DATES else None,
        )
    yield RowRule(DATES_FAR_IN_FUTURE, table.name, name, f"{day} > :far", (name,))
    yield RowRule(DATES_DEFAULT, table.name, name, is_default, (name,))
    yield RowRule(
        DATES_TOO_OLD,
        table.name,
        name,
        f"{day} < DATE '{oldest.isoformat()}' AND NOT {is_default}",
        (name,),
    )


def _all_rules() -> Iterator[RowRule]:
    yield from _pair_rules()
    yield from _value_rules()
    yield from _code_rules()
    for table in TABLES.values():
        for column in table.columns:
            if column.kind in (Kind.DATE, Kind.TIMESTAMP):
                yield from _date_rules(table, column)


ROW_RULES = tuple(_all_rules())


def measures(read: ReadTable) -> dict[str, str]:
    """Return the aggregates that the rules need of one table, by the names of the rules."""
    return {rule.name: counted(rule.condition) for rule in ROW_RULES if rule.applies(read)}


def findings(profiles: Mapping[str, Profile]) -> Iterator[Finding]:
    """Yield what the row rules found."""
    for rule in ROW_RULES:
        profile = profiles.get(rule.table)
        count = profile.counts.get(rule.name) if profile else None
        if profile and count:
            yield rule.kind.found(
                severity_by_share(count, profile.rows, rule.warning_above_percent),
                rule.table,
                column=rule.column,
                count=count,
                share=percent(count, profile.rows),
                oldest=_OLDEST.get(rule.column, _OLDEST_FACT).isoformat(),
            )
