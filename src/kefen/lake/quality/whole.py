"""Whole: nothing missing, every id matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.quality.activity import ORDER_CUSTOMERS
from kefen.lake.quality.column_effects import COLUMN_EFFECTS, TABLE_EFFECTS
from kefen.lake.quality.kinds import NO_EFFECT, FindingKind, percent, severity_by_share
from kefen.lake.quality.queries import quoted, with_customer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.lake.dataset import Finding, ReadTable, Severity
    from kefen.lake.quality.profile import Profile
    from kefen.lake.quality.queries import DataCut

_EXAMPLES = 5
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
IDS_PROBABLY_SAME = _kind(
    "ids_probably_same",
    Text(
        "{count} customer {count:id|ids} {count:differs|differ} only in leading zeros, in an "
        "ending .0, in capitals or in "
        "spaces, such as {examples}.",
        "{count} 个客户编号仅在前导零、结尾的 .0、大小写或空格上不同，例如 {examples}。",
    ),
    Text(
        "If they are the same customer, its revenue is split and abc, rfm and value_index grade "
        "each part too low.",
        "若为同一客户，其收入被拆开，abc、rfm、value_index 对各部分评级偏低。",
    ),
)
PRODUCTS_UNKNOWN = _kind(
    "products_unknown",
    Text(
        "{count} {count:product|products} in orders ({lines} {lines:line|lines}) {count:is|are} "
        "not in the products table, "
        "such as {examples}.",
        "订单中有 {count} 种产品（{lines} 行）不在产品表中，例如 {examples}。",
    ),
    Text(
        "Scheme product lacks their category and tier, value_index their unit cost.",
        "product 方案缺少其类别与档次，value_index 缺少其单位成本。",
    ),
)
INVOICES_UNKNOWN = _kind(
    "invoices_unknown",
    Text(
        "{count} {count:payment|payments} {count:names|name} an invoice that is not among the "
        "customer's receivables.",
        "{count} 笔收款所指的发票不在该客户的应收账款中。",
    ),
    Text(
        "They settle no invoice, so payment in value_index may see debts already paid.",
        "它们未能核销发票，value_index 的付款指标可能把已付款项视为欠款。",
    ),
)
PAID_BUT_OPEN = _kind(
    "paid_but_open",
    Text(
        "{count} {count:invoice has|invoices have} payments ({paid} together) and no day of "
        "settlement; the payments cover {settled} of them in full.",
        "{count} 张发票已有收款（共 {paid}），却没有结清日期，其中 {settled} 张已由收款付清。",
    ),
    Text(
        "credit, payment in value_index and the report take the day on which payments covered an "
        "invoice for its day of settlement; of the others the rest is open.",
        "credit、value_index 的付款指标与报告以收款付清发票之日为结清日；"
        "其余发票的未付部分视为未结清。",
    ),
)
PARENTS_UNKNOWN = _kind(
    "parents_unknown",
    Text(
        "{count} {count:customer|customers} {count:names|name} a parent that is not among the "
        "customers.",
        "{count} 个客户的上级客户不在客户表中。",
    ),
    Text(
        "No grade changes; they cannot be shown under their group.",
        "等级不变；但无法归入其集团展示。",
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
    IDS_PROBABLY_SAME,
    PRODUCTS_UNKNOWN,
    INVOICES_UNKNOWN,
    PAID_BUT_OPEN,
    PARENTS_UNKNOWN,
    ROWS_REJECTED,
    ROWS_DUPLICATE,
)


def findings(cut: DataCut, profiles: Mapping[str, Profile]) -> Iterator[Finding]:
    """Yield what is missing or unmatched.

    The temporary table `ORDER_CUSTOMERS` must exist where orders were imported.
    """
    tables = cut.dataset.tables
    yield from _empty_or_absent(tables)
    for name, read in tables.items():
        yield from _missing_values(read, profiles[name])
        yield from _left_out(read)
    if tables["customers"].rows_used:
        yield from _customers(cut)
    yield from _unmatched(cut)


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
            amount = Text(", amount {sum}", "，金额合计 {sum}").filled(sum=read.amount_unattributed)
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
    yield from _similar_ids(cut, customers)


def _similar_ids(cut: DataCut, customers: ReadTable) -> Iterator[Finding]:
    groups = cut.rows(
        """
        WITH plain AS (
          SELECT customer_id, LOWER(LTRIM(REGEXP_REPLACE(
            REPLACE(customer_id, ' ', ''), '^([0-9]+)\\.0+$', '\\1'), '0')) AS same
          FROM customers
        ), alike AS (
          SELECT same, COUNT(*) AS ids, MIN(customer_id) AS first_id, MAX(customer_id) AS last_id
          FROM plain GROUP BY same HAVING COUNT(*) > 1
        )
        SELECT first_id, last_id, SUM(ids) OVER () FROM alike ORDER BY first_id LIMIT :examples
        """,
        {"customers": customers.relation},
        examples=_EXAMPLES,
    )
    if groups:
        pairs = [[first, last] for first, last, _ in groups]
        yield IDS_PROBABLY_SAME.found(
            "warning",
            "customers",
            column="customer_id",
            count=int(groups[0][2]),
            examples=", ".join(f"{first} / {last}" for first, last in pairs),
            details={"examples": pairs},
        )


def _unmatched(cut: DataCut) -> Iterator[Finding]:
    tables = cut.dataset.tables
    if "products" in tables and "orders" in tables and "product_id" in tables["orders"].columns:
        products = cut.rows(
            """
            WITH sold AS (
              SELECT product_id, COUNT(*) AS order_lines FROM orders
              WHERE product_id IS NOT NULL GROUP BY product_id
            ), unknown AS (
              SELECT s.product_id, s.order_lines FROM sold AS s
              WHERE NOT EXISTS (SELECT 1 FROM products AS p WHERE p.product_id = s.product_id)
            )
            SELECT product_id, COUNT(*) OVER (), SUM(order_lines) OVER () FROM unknown
            ORDER BY order_lines DESC, product_id LIMIT :examples
            """,
            {"orders": tables["orders"].relation, "products": tables["products"].relation},
            examples=_EXAMPLES,
        )
        if products:
            examples = [product for product, _, _ in products]
            lines = int(products[0][2])
            yield PRODUCTS_UNKNOWN.found(
                severity_by_share(lines, tables["orders"].rows_used, _UNKNOWN_WARNING_PERCENT),
                "orders",
                column="product_id",
                count=int(products[0][1]),
                lines=f"{lines:,}",
                examples=", ".join(examples),
                details={"lines": lines, "examples": examples},
            )
    if "receivables" in tables and "payments" in tables:
        unknown = _not_found(
            cut, "payments", "invoice_id", "receivables", "invoice_id", of_same_customer=True
        )
        if unknown:
            yield INVOICES_UNKNOWN.found(
                severity_by_share(unknown, tables["payments"].rows_used, _UNKNOWN_WARNING_PERCENT),
                "payments",
                column="invoice_id",
                count=unknown,
            )
        yield from _paid_but_open(cut)
    unknown = _not_found(cut, "customers", "parent_id", "customers", "customer_id")
    if unknown:
        yield PARENTS_UNKNOWN.found("note", "customers", column="parent_id", count=unknown)


def _paid_but_open(cut: DataCut) -> Iterator[Finding]:
    """Yield that the settlements of invoices were derived from payments, and of how many."""
    tables = cut.dataset.tables
    if "invoice_id" not in tables["payments"].columns:
        return
    ((count, paid, settled),) = cut.rows(
        """
        WITH paid AS (
          SELECT customer_id, invoice_id, SUM(amount) AS paid FROM payments
          WHERE invoice_id IS NOT NULL AND paid_on <= :as_of GROUP BY customer_id, invoice_id
        )
        SELECT COUNT(*), SUM(p.paid), COUNT(*) FILTER (WHERE p.paid >= r.amount)
        FROM receivables AS r JOIN paid AS p USING (customer_id, invoice_id)
        WHERE r.settled_on IS NULL AND r.issued_on <= :as_of AND r.amount > 0
          AND p.paid > coalesce(r.settled_amount, 0)
        """,
        {name: tables[name].relation for name in ("payments", "receivables")},
    )
    if count:
        yield PAID_BUT_OPEN.found(
            "note",
            "receivables",
            column="settled_on",
            count=int(count),
            paid=f"{paid:,.2f}",
            settled=f"{settled:,}",
            details={"paid": format(paid, "f"), "settled": int(settled)},
        )


def _not_found(
    cut: DataCut,
    table: str,
    column: str,
    target: str,
    key: str,
    *,
    of_same_customer: bool = False,
) -> int:
    """Return how many rows of `table` name in `column` what is no `key` of `target`.

    With `of_same_customer` the row of `target` must be of the same customer.
    """
    if column not in cut.dataset.tables[table].columns:
        return 0
    column, key = quoted(TABLES[table].column(column).name), quoted(TABLES[target].column(key).name)
    same = " AND k.customer_id = f.customer_id" if of_same_customer else ""
    ((unknown,),) = cut.rows(
        f"SELECT COUNT(*) FROM facts AS f WHERE f.{column} IS NOT NULL AND NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM known AS k WHERE k.{key} = f.{column}{same})",
        {"facts": cut.dataset.tables[table].relation, "known": cut.dataset.tables[target].relation},
    )
    return int(unknown)
