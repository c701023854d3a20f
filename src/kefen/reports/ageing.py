"""The ageing of receivables: how late what customers owe is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import share
from kefen.reports.model import Section
from kefen.reports.statements import account_table, accounts, statement_table
from kefen.reports.tables import Column, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from kefen.reports.population import Population

_BANDS = (
    ("not_due", Text("Not due", "未到期")),
    ("d30", Text("1-30 days", "1-30 天")),
    ("d60", Text("31-60 days", "31-60 天")),
    ("d90", Text("61-90 days", "61-90 天")),
    ("d180", Text("91-180 days", "91-180 天")),
    ("d360", Text("181-360 days", "181-360 天")),
    ("older", Text("Over 360 days", "360 天以上")),
)
UNKNOWN_DUE = Text("No due date known", "到期日未知")
_BANDED = """
SELECT CASE WHEN days_late IS NULL THEN 'unknown' WHEN days_late <= 0 THEN 'not_due'
            WHEN days_late <= 30 THEN 'd30' WHEN days_late <= 60 THEN 'd60'
            WHEN days_late <= 90 THEN 'd90' WHEN days_late <= 180 THEN 'd180'
            WHEN days_late <= 360 THEN 'd360' ELSE 'older' END AS band,
       count(*), count(DISTINCT customer_id), sum(open_amount)
FROM report_open GROUP BY band"""


def ageing_section(people: Population, customer: str | None = None) -> Section | None:
    """Return table 7, ageing and statement; None when no receivables were imported.

    Args:
        people: The run's customers.
        customer: A customer whose own statement is added.
    """
    if "receivables" not in people.run.facts:
        return None
    blocks = [_ageing_table(people)]
    with accounts(people):
        if customer is not None:
            blocks.append(account_table(people, customer))
        blocks.append(statement_table(people))
    return Section(
        "ageing",
        Text("Ageing and statement of account", "账龄与对账单"),
        Text("7 Ageing, statement", "7 账龄与对账单"),
        None,
        tuple(blocks),
    )


def _ageing_table(people: Population) -> Table:
    ((invoices, customers, total, undated),) = people.rows("""
        SELECT count(*), count(DISTINCT customer_id), coalesce(sum(open_amount), 0),
               coalesce(sum(open_amount) FILTER (WHERE days_late IS NULL), 0)
        FROM report_open""")
    bands = {band: rest for band, *rest in people.rows(_BANDED)}
    rows = []
    for band, name in (*_BANDS, ("unknown", UNKNOWN_DUE)):
        count, owing, amount = bands.get(band, (0, 0, Decimal(0)))
        if band != "unknown" or count:
            cells = (name, count, owing, amount, share(amount, total))
            rows.append(Row(cells, unknown=band == "unknown"))
    return Table(
        "ageing",
        Text("Table 7 Ageing", "表 7 账龄分析表"),
        (
            Column("band", Text("Days past due", "逾期天数")),
            Column("invoices", Text("Invoices", "发票数"), "number"),
            Column("customers", Text("Customers", "客户数"), "number"),
            Column("amount", Text("Open amount", "未收金额"), "money"),
            Column("share", Text("Share", "占比"), "percent", bar=True),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), invoices, customers, total, share(total, total))),
        note=Text(
            "Open: the amount less what was settled or paid on the invoice by the as-of date."
            " A customer with invoices in several bands counts in each.",
            "未收金额为发票金额减去截止日前已结清或已收的部分。"
            "同一客户在多个账龄段有发票时，各段分别计数。",
        ),
        reconciliation=(
            PartsEqualTotal(("invoices", "amount")),
            UnknownHolds("amount", undated),
        ),
        particulars=people.particulars,
        draws_on=frozenset({"receivables", "payments"}),
    )
