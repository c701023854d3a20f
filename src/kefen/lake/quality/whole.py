"""Whole: nothing missing, nothing left out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.lake.quality.activity import ORDER_CUSTOMERS
from kefen.lake.quality.column_effects import COLUMN_EFFECTS, TABLE_EFFECTS
from kefen.lake.quality.kinds import NO_EFFECT, FindingKind, percent, severity_by_share
from kefen.lake.quality.queries import with_customer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.lake.dataset import Finding, ReadTable, Severity
    from kefen.lake.quality.profile import Profile
    from kefen.lake.quality.queries import DataCut

_UNKNOWN_WARNING_PERCENT = 1
_UNKNOWN_ERROR_PERCENT = 50
_MISSING_WARNING_PERCENT = 20


def _kind(code: str, message: Text, effect: Text) -> FindingKind:
    return FindingKind(code, "whole", message, effect)


_UNKNOWN_MESSAGE = Text(
    "{count} {count:row|rows} of {table} ({share} %) {count:names|name} no customer or an "
    "unknown one; they are counted "
    "as unattributed{amount}.",
    "{table}有 {count} 行（{share}%）没有客户或客户未知，计为“未归属”{amount}。",
)

NO_CUSTOMERS = _kind(
    "no_customers",
    Text("There is no customer.", "没有任何客户。"),
    Text("No scheme can grade anybody.", "所有方案都无对象可评。"),
)
NO_ORDERS = _kind(
    "no_orders",
    Text("There is no order line to use.", "没有可用的订单行。"),
    Text(
        "Schemes abc, rfm, value_index, frequency, product and lifecycle have nothing to measure.",
        "abc、rfm、value_index、frequency、product、lifecycle 方案没有可计量的数据。",
    ),
)
TABLE_NOT_IMPORTED = _kind(
    "table_not_imported",
    Text("{table} were not imported.", "未导入{table}。"),
    NO_EFFECT,
)
COLUMN_NOT_GIVEN = _kind(
    "column_not_given",
    Text("{table} have no column {column}.", "{table}没有“{column}”列。"),
    NO_EFFECT,
)
VALUES_MISSING = _kind(
    "values_missing",
    Text(
        "{column} is missing in {count} {count:row|rows} of {table} ({share} %).",
        "{table}有 {count} 行（{share}%）缺少“{column}”。",
    ),
    NO_EFFECT,
)
ORDERS_OF_UNKNOWN_CUSTOMERS = _kind(
    "orders_of_unknown_customers",
    _UNKNOWN_MESSAGE,
    Text(
        "Their revenue is in no customer's grade: abc, rfm and value_index rank without it.",
        "这些收入不计入任何客户：abc、rfm、value_index 的排序不含它们。",
    ),
)
RECEIVABLES_OF_UNKNOWN_CUSTOMERS = _kind(
    "receivables_of_unknown_customers",
    _UNKNOWN_MESSAGE,
    Text(
        "Payment in value_index does not see these invoices.",
        "value_index 的付款指标看不到这些发票。",
    ),
)
ROWS_OF_UNKNOWN_CUSTOMERS = _kind(
    "rows_of_unknown_customers",
    _UNKNOWN_MESSAGE,
    Text("No customer's grade uses these rows.", "任何客户的等级都不使用这些行。"),
)
CUSTOMERS_WITHOUT_FACTS = _kind(
    "customers_without_facts",
    Text(
        "{count} of {whole} {whole:customer|customers} ({share} %) {count:has|have} no order or "
        "any other record.",
        "{whole} 个客户中有 {count} 个（{share}%）没有订单或任何其他记录。",
    ),
    Text(
        "abc and rfm give them no grade and say why; lifecycle counts them as prospects.",
        "abc 与 rfm 不给出等级并说明原因；lifecycle 视其为潜在客户。",
    ),
)
CUSTOMERS_UNDATED = _kind(
    "customers_undated",
    Text(
        "{count} {count:customer|customers} {count:has|have} neither a creation date nor any "
        "record that dates them.",
        "{count} 个客户既无建档日期，也没有能确定其日期的记录。",
    ),
    Text(
        "They are kept in every as-of date and counted as undated; lifecycle may show them "
        "earlier than they existed.",
        "无论截止日期为何都保留并计为日期不明；lifecycle 可能过早计入它们。",
    ),
)
ROWS_REJECTED = _kind(
    "rows_rejected",
    Text(
        "{count} {count:row|rows} of {table} ({share} %) {count:was|were} rejected; each is kept "
        "with its reason.",
        "{table}有 {count} 行（{share}%）被拒收；每行都保留并附原因。",
    ),
    Text(
        "Every scheme that uses {table} grades without these rows.",
        "凡使用{table}的方案，评级时都不含这些行。",
    ),
)
ROWS_DUPLICATE = _kind(
    "rows_duplicate",
    Text(
        "{count} {count:row|rows} of {table} {count:is an exact copy|are exact copies} of "
        "another with the same key and {count:counts|count} once.",
        "{table}有 {count} 行与同键的另一行完全相同，只计一次。",
    ),
    Text(
        "No grade counts them twice; if they were separate sales, revenue is too small.",
        "不会重复计入等级；若实为不同的销售，则收入偏小。",
    ),
)

KINDS = (
    NO_CUSTOMERS,
    NO_ORDERS,
    TABLE_NOT_IMPORTED,
    COLUMN_NOT_GIVEN,
    VALUES_MISSING,
    ORDERS_OF_UNKNOWN_CUSTOMERS,
    RECEIVABLES_OF_UNKNOWN_CUSTOMERS,
    ROWS_OF_UNKNOWN_CUSTOMERS,
    CUSTOMERS_WITHOUT_FACTS,
    CUSTOMERS_UNDATED,
    ROWS_REJECTED,
    ROWS_DUPLICATE,
)


def findings(cut: DataCut, profiles: Mapping[str, Profile]) -> Iterator[Finding]:
    """Yield what is missing or left out.

    The temporary table `ORDER_CUSTOMERS` must exist where orders were imported.
    """
    tables = cut.dataset.tables
    yield from _empty_or_absent(tables)
    for name, read in tables.items():
        yield from _missing_values(read, profiles[name])
        yield from _left_out(read)
    if tables["customers"].rows_used:
        yield from _customers(cut)


def _empty_or_absent(tables: Mapping[str, ReadTable]) -> Iterator[Finding]:
    if tables["customers"].rows_used == 0:
        yield NO_CUSTOMERS.found("error", "customers", count=0)
    if "orders" not in tables or tables["orders"].rows_used == 0:
        yield NO_ORDERS.found("error", "orders", count=0)
    for name, effect in TABLE_EFFECTS.items():
        if name not in tables:
            yield TABLE_NOT_IMPORTED.found("note", name, count=0, effect=effect)


def _missing_values(read: ReadTable, profile: Profile) -> Iterator[Finding]:
    for (table, column), effect in COLUMN_EFFECTS.items():
        if table != read.table.name or read.rows_used == 0:
            continue
        if column not in read.columns:
            yield COLUMN_NOT_GIVEN.found("note", table, column=column, count=0, effect=effect)
            continue
        missing = profile.rows - profile.filled(column)
        if missing:
            yield VALUES_MISSING.found(
                severity_by_share(missing, profile.rows, _MISSING_WARNING_PERCENT),
                table,
                column=column,
                count=missing,
                effect=effect,
                share=percent(missing, profile.rows),
            )


def _left_out(read: ReadTable) -> Iterator[Finding]:
    name = read.table.name
    if read.rows_unattributed:
        kinds = {
            "orders": ORDERS_OF_UNKNOWN_CUSTOMERS,
            "receivables": RECEIVABLES_OF_UNKNOWN_CUSTOMERS,
        }
        amount = Text.same("")
        if read.amount_unattributed is not None:
            amount = Text(", amount {sum}", "，金额合计 {sum}").filled(
                sum=f"{Decimal(read.amount_unattributed):,}"
            )
        yield kinds.get(name, ROWS_OF_UNKNOWN_CUSTOMERS).found(
            _unknown_severity(read),
            name,
            column="customer_id",
            count=read.rows_unattributed,
            share=percent(read.rows_unattributed, read.rows_unattributed + read.rows_used),
            amount=amount,
            details={"rows": read.rows_unattributed, "amount": read.amount_unattributed},
        )
    if read.rows_rejected:
        yield ROWS_REJECTED.found(
            "warning",
            name,
            count=read.rows_rejected,
            share=percent(read.rows_rejected, read.rows_in),
        )
    if read.rows_duplicate:
        yield ROWS_DUPLICATE.found("note", name, count=read.rows_duplicate)


def _unknown_severity(read: ReadTable) -> Severity:
    whole = read.rows_unattributed + read.rows_used
    if read.rows_unattributed * 100 > _UNKNOWN_ERROR_PERCENT * whole:
        return "error"
    return severity_by_share(read.rows_unattributed, whole, _UNKNOWN_WARNING_PERCENT)


def _customers(cut: DataCut) -> Iterator[Finding]:
    tables = cut.dataset.tables
    customers = tables["customers"]
    relations = {"customers": customers.relation}
    absent = []
    for number, read in enumerate(with_customer(tables)):
        relation = ORDER_CUSTOMERS if read.table.name == "orders" else read.relation
        relations[f"facts_{number}"] = relation
        absent.append(
            f"NOT EXISTS (SELECT 1 FROM facts_{number} AS f{number} "  # noqa: S608 - own names
            f"WHERE f{number}.customer_id = c.customer_id)"
        )
    condition = " AND ".join(absent) or "TRUE"
    ((without, undated),) = cut.rows(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE c.created_on IS NULL) "  # noqa: S608 - own names
        f"FROM customers AS c WHERE {condition}",
        relations,
    )
    if without:
        yield CUSTOMERS_WITHOUT_FACTS.found(
            "note",
            "customers",
            count=without,
            whole=f"{customers.rows_used:,}",
            share=percent(without, customers.rows_used),
        )
    if undated:
        yield CUSTOMERS_UNDATED.found("note", "customers", column="created_on", count=undated)
