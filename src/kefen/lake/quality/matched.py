"""Whole: every id matched, whether of a customer, a product, an invoice or a parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.quality.kinds import FindingKind, severity_by_share
from kefen.lake.quality.queries import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.lake.dataset import Finding, ReadTable
    from kefen.lake.quality.queries import DataCut

_EXAMPLES = 5
_UNKNOWN_WARNING_PERCENT = 1


def _kind(code: str, message: Text, effect: Text) -> FindingKind:
    return FindingKind(code, "whole", message, effect)


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
PARENTS_IN_CIRCLE = _kind(
    "parents_in_circle",
    Text(
        "{count} customers are above one another in a circle of parents, such as {examples}.",
        "{count} 个客户的上级关系形成循环，例如 {examples}。",
    ),
    Text(
        "Where a standard adds linked customers up, a circle and all below it count as one family; "
        "which of them is its head cannot be said.",
        "标准若合计关联客户，循环中的客户及其所有下级视为一个集团；无法确定谁是集团的最上级。",
    ),
)
KINDS = (
    IDS_PROBABLY_SAME,
    PRODUCTS_UNKNOWN,
    INVOICES_UNKNOWN,
    PAID_BUT_OPEN,
    PARENTS_UNKNOWN,
    PARENTS_IN_CIRCLE,
)


def findings(cut: DataCut) -> Iterator[Finding]:
    """Yield ids that match nothing, or probably another."""
    customers = cut.dataset.tables["customers"]
    if customers.rows_used:
        yield from _similar_ids(cut, customers)
    tables = cut.dataset.tables
    if "products" in tables and "orders" in tables and "product_id" in tables["orders"].columns:
        yield from _products(cut)
    if "receivables" in tables and "payments" in tables:
        yield from _invoices(cut)
        yield from _paid_but_open(cut)
    unknown = _not_found(cut, "customers", "parent_id", "customers", "customer_id")
    if unknown:
        yield PARENTS_UNKNOWN.found("note", "customers", column="parent_id", count=unknown)
    if "parent_id" in customers.columns:
        yield from _circles(cut, customers)


def _circles(cut: DataCut, customers: ReadTable) -> Iterator[Finding]:
    """Yield that customers are their own ancestors; one that names itself is head of a family."""
    # Of a circle each is a parent and has one that has a parent: few rows of a true hierarchy.
    within = cut.rows(
        """
        SELECT below.customer_id, below.parent_id FROM customers AS below
        JOIN customers AS above ON below.parent_id = above.customer_id
        WHERE above.parent_id IS NOT NULL AND above.parent_id <> above.customer_id
          AND below.parent_id <> below.customer_id
          AND below.customer_id IN (SELECT parent_id FROM customers WHERE parent_id IS NOT NULL)
        ORDER BY below.customer_id
        """,
        {"customers": customers.relation},
    )
    circles = _circles_among({str(below): str(above) for below, above in within})
    if circles:
        yield PARENTS_IN_CIRCLE.found(
            "warning",
            "customers",
            column="parent_id",
            count=sum(map(len, circles)),
            examples="; ".join(" > ".join((*one, one[0])) for one in circles[:_EXAMPLES]),
            details={"examples": circles[:_EXAMPLES]},
        )


def _circles_among(parents: Mapping[str, str]) -> list[list[str]]:
    """Return the circles that parents make, each from its smallest id upwards."""
    settled: set[str] = set()
    circles = []
    for start in parents:
        way: dict[str, int] = {}
        at = start
        while at in parents and at not in settled and at not in way:
            way[at] = len(way)
            at = parents[at]
        if at in way:
            circle = list(way)[way[at] :]
            first = circle.index(min(circle))
            circles.append(circle[first:] + circle[:first])
        settled.update(way)
    return sorted(circles)


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


def _products(cut: DataCut) -> Iterator[Finding]:
    tables = cut.dataset.tables
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


def _invoices(cut: DataCut) -> Iterator[Finding]:
    unknown = _not_found(
        cut, "payments", "invoice_id", "receivables", "invoice_id", of_same_customer=True
    )
    if unknown:
        yield INVOICES_UNKNOWN.found(
            severity_by_share(
                unknown, cut.dataset.tables["payments"].rows_used, _UNKNOWN_WARNING_PERCENT
            ),
            "payments",
            column="invoice_id",
            count=unknown,
        )


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
