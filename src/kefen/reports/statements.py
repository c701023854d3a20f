"""Statements of account: what customers owed, were billed, paid, and owe; of all, and of one.

Every receipt is placed on its day, and part payments on the invoice they name. A closing balance is
counted twice, from the movements and from the open invoices: the table is refused if they differ.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.tables import Chain, Column, Flow, PartsEqualTotal, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.reports.population import Population
    from kefen.reports.tables import Cell

LISTED = 10_000
_PAGE_ROWS = 50
_SOURCES = frozenset({"receivables", "payments", "customers.name"})

# One row a movement of an account. What an invoice was settled by beyond its recorded payments is
# a receipt on the day of settlement; what it was settled below its amount is an allowance, and what
# was paid on it beyond stands on account. A part payment without a date is known by the as-of date
# and placed on it.
_MOVEMENTS = """
CREATE OR REPLACE TEMP TABLE report_account AS
WITH matched AS (
  SELECT invoice_id, customer_id, sum(amount) AS paid FROM report_payments
  WHERE invoice_id IS NOT NULL GROUP BY invoice_id, customer_id
), invoices AS (
  SELECT r.*, coalesce(m.paid, 0)::DECIMAL(38, 4) AS paid,
         coalesce(r.settled_amount, r.amount) AS settles
  FROM report_receivables r LEFT JOIN matched m
    ON m.invoice_id = r.invoice_id AND m.customer_id = r.customer_id
)
SELECT customer_id, issued_on AS day, 'invoice' AS kind, invoice_id AS document,
       amount::DECIMAL(38, 4) AS amount
FROM invoices
UNION ALL
SELECT r.customer_id, p.paid_on, 'receipt', p.payment_id, p.amount
FROM report_payments p JOIN report_receivables r
  ON r.invoice_id = p.invoice_id AND r.customer_id = p.customer_id
UNION ALL
SELECT customer_id, settled_on, 'receipt', invoice_id, settles - paid
FROM invoices WHERE settled_on IS NOT NULL
UNION ALL
SELECT customer_id, settled_on, 'on_account', invoice_id, paid - settles
FROM invoices WHERE settled_on IS NOT NULL
  AND CASE WHEN amount < 0 THEN paid < settles ELSE paid > settles END
UNION ALL
SELECT customer_id, settled_on, 'allowance', invoice_id, amount - settled_amount
FROM invoices WHERE settled_on IS NOT NULL AND settled_amount IS NOT NULL
UNION ALL
SELECT customer_id, as_of, 'receipt', invoice_id,
       coalesce(settled_amount, 0) - paid
FROM invoices CROSS JOIN report_dates WHERE settled_on IS NULL
UNION ALL
SELECT p.customer_id, p.paid_on, 'on_account', p.payment_id, p.amount
FROM report_payments p ANTI JOIN report_receivables r
  ON r.invoice_id = p.invoice_id AND r.customer_id = p.customer_id"""

_BALANCES = """
CREATE OR REPLACE TEMP TABLE report_statement AS
WITH moved AS (
  SELECT customer_id,
         sum(CASE WHEN kind = 'invoice' THEN amount ELSE -amount END)
           FILTER (WHERE day <= window_start) AS opening,
         sum(amount) FILTER (WHERE kind = 'invoice' AND day > window_start) AS invoiced,
         sum(amount) FILTER (WHERE kind = 'receipt' AND day > window_start) AS received,
         sum(amount) FILTER (WHERE kind = 'allowance' AND day > window_start) AS allowed,
         sum(amount) FILTER (WHERE kind = 'on_account' AND day > window_start) AS on_account,
         sum(amount) FILTER (WHERE kind = 'on_account') AS not_matched
  FROM report_account CROSS JOIN report_dates GROUP BY customer_id
), owing AS (
  SELECT customer_id, sum(open_amount) AS open_amount,
         sum(open_amount) FILTER (WHERE days_late > 0) AS overdue
  FROM report_open GROUP BY customer_id
), days AS (
  SELECT customer_id, greatest(day, window_start + 1) AS day,
         sum(CASE WHEN kind = 'invoice' THEN amount ELSE -amount END) AS moved
  FROM report_account CROSS JOIN report_dates GROUP BY ALL
), peaks AS (
  SELECT customer_id, greatest(max(balance), 0) AS highest
  FROM (
    SELECT customer_id, sum(moved) OVER (PARTITION BY customer_id ORDER BY day) AS balance
    FROM days
  ) GROUP BY customer_id
)
SELECT m.customer_id, coalesce(opening, 0) AS opening, coalesce(invoiced, 0) AS invoiced,
       coalesce(received, 0) AS received, coalesce(allowed, 0) AS allowed,
       coalesce(on_account, 0) AS on_account,
       coalesce(o.open_amount, 0) - coalesce(not_matched, 0) AS closing,
       coalesce(o.overdue, 0) AS overdue, p.highest
FROM moved m LEFT JOIN owing o ON o.customer_id IS NOT DISTINCT FROM m.customer_id
LEFT JOIN peaks p ON p.customer_id IS NOT DISTINCT FROM m.customer_id"""

_LARGEST = """
SELECT s.customer_id, b.name, s.opening, s.invoiced, s.received, s.allowed, s.on_account,
       s.closing, s.overdue, s.highest
FROM (SELECT * FROM report_statement ORDER BY closing DESC, customer_id NULLS LAST LIMIT ?) AS s
LEFT JOIN report_base b ON b.customer_id = s.customer_id
ORDER BY s.closing DESC, s.customer_id NULLS LAST"""

_OTHERS = """
SELECT count(*), coalesce(sum(opening), 0), coalesce(sum(invoiced), 0), coalesce(sum(received), 0),
       coalesce(sum(allowed), 0), coalesce(sum(on_account), 0), coalesce(sum(closing), 0),
       coalesce(sum(overdue), 0)
FROM (SELECT * FROM report_statement ORDER BY closing DESC, customer_id NULLS LAST OFFSET ?)"""

_FLOW = Flow("opening", ("invoiced",), ("received", "allowed", "on_account"), "closing")
_MONEY = ("opening", "invoiced", "received", "allowed", "on_account", "closing", "overdue")
_KINDS = {
    "invoice": Text("Invoice", "发票"),
    "receipt": Text("Receipt", "收款"),
    "allowance": Text("Settled below the invoice", "折让"),
    "on_account": Text("Receipt without an invoice", "未对应发票的收款"),
}


@contextmanager
def accounts(people: Population) -> Iterator[None]:
    """Prepare the movements and balances of every account, and drop them at the end."""
    try:
        people.engine.run(_MOVEMENTS)
        people.engine.run(_BALANCES)
        yield
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_account")
        people.engine.run("DROP TABLE IF EXISTS report_statement")


def statement_table(people: Population) -> Table:
    """Return the statement of all customers: the largest balances, and the others together."""
    rows = [Row(tuple(cells)) for cells in people.rows(_LARGEST, [LISTED])]
    ((count, *rest),) = people.rows(_OTHERS, [LISTED])
    if count:
        others = Text("{n} others", "其余 {n} 户").filled(n=f"{count:,}")
        rows.append(Row((others, None, *rest, None)))
    ((_, *total),) = people.rows(_OTHERS, [0])
    return Table(
        "statement",
        Text("Table 7 Statement of account", "表 7 对账单"),
        (
            Column("customer_id", Text("Customer id", "客户编号")),
            Column("name", Text("Name", "客户名称")),
            *_money_columns(),
            Column("overdue", Text("Of which overdue", "其中逾期"), "money"),
            Column("highest", Text("Highest balance", "最高余额"), "money"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), None, *total, None)),
        note=Text(
            "Opening and invoices less receipts, allowances and receipts on account are the closing"
            " balance, which is also the open invoices less all receipts without an invoice."
            " A part payment without a date stands on the as-of date. An invoice without a day of"
            " settlement was settled when the payments that name it covered it. The highest balance"
            " is that of the end of any day of the window.",
            "期初 + 开票 − 收款 − 折让 − 未对应发票的收款 = 期末；期末同时等于未收发票金额减去全部"
            "未对应发票的收款。没有日期的部分付款记在截止日。未填结清日期的发票，"
            "以指明该发票的收款付清之日为结清日。最高余额为期内各日日终余额的最大值。",
        ),
        reconciliation=(_FLOW, PartsEqualTotal(_MONEY)),
        particulars=people.particulars,
        filterable=True,
        html_rows=_PAGE_ROWS,
        draws_on=_SOURCES,
    )


def account_table(people: Population, customer: str) -> Table:
    """Return one customer's statement, movement by movement, with a running balance."""
    balance = Decimal(0)
    found = people.rows("SELECT opening FROM report_statement WHERE customer_id = ?", [customer])
    if found:
        balance = found[0][0]
    first = balance
    rows: list[Row] = []
    sums = dict.fromkeys(_KINDS, Decimal(0))
    for day, kind, document, amount in people.rows(
        """
        SELECT day, kind, document, amount FROM report_account CROSS JOIN report_dates
        WHERE customer_id = ? AND day > window_start AND amount <> 0
        ORDER BY day, kind = 'invoice' DESC, document, kind, amount""",
        [customer],
    ):
        before = balance
        balance += amount if kind == "invoice" else -amount
        sums[kind] += amount
        parts: tuple[Cell, ...] = tuple(amount if kind == each else Decimal(0) for each in _KINDS)
        rows.append(Row((day, _KINDS[kind], document, before, *parts, balance)))
    return Table(
        "account",
        Text("Table 7 Statement of account of {c}", "表 7 {c} 对账单").filled(c=customer),
        (
            Column("day", Text("Date", "日期"), "date"),
            Column("kind", Text("Movement", "事项")),
            Column("document", Text("Document", "单据号")),
            *_money_columns(),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), None, None, first, *sums.values(), balance)),
        reconciliation=(
            _FLOW,
            *((Chain("opening", "closing"),) if rows else ()),
            PartsEqualTotal(("invoiced", "received", "allowed", "on_account")),
        ),
        particulars=people.particulars,
        draws_on=_SOURCES,
    )


def _money_columns() -> tuple[Column, ...]:
    return (
        Column("opening", Text("Opening", "期初余额"), "money"),
        Column("invoiced", Text("Invoices", "开票"), "money"),
        Column("received", Text("Receipts", "收款"), "money"),
        Column("allowed", Text("Allowances", "折让"), "money"),
        Column("on_account", Text("On account", "未对应发票的收款"), "money"),
        Column("closing", Text("Closing", "期末余额"), "money"),
    )
