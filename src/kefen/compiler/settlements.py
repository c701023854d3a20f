"""What payments say of invoices, and the account that invoices and payments make together.

A payment that names an invoice of its customer counts towards it. An invoice that nobody wrote a
day of settlement for was settled on the day from which its payments covered it, never again to
fall short; while they do not, they are what is settled of it so far. Only payments known by the
as-of date are among the rows, so nothing is looked ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from kefen.expressions.sql import literal

if TYPE_CHECKING:
    from datetime import date

_COVERED = """
SELECT r.customer_id, r.invoice_id, SUM(p.moved) AS paid,
       MIN(p.paid_on) FILTER (WHERE
         CASE WHEN r.amount < 0 THEN p.highest_ahead <= r.amount
              ELSE p.lowest_ahead >= r.amount END) AS covered_on
FROM invoices AS r
JOIN (
  SELECT customer_id, invoice_id, paid_on, moved,
         MIN(so_far) OVER (PARTITION BY customer_id, invoice_id ORDER BY paid_on
                           ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS lowest_ahead,
         MAX(so_far) OVER (PARTITION BY customer_id, invoice_id ORDER BY paid_on
                           ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS highest_ahead
  FROM (
    SELECT customer_id, invoice_id, paid_on, moved,
           SUM(moved) OVER (PARTITION BY customer_id, invoice_id ORDER BY paid_on) AS so_far
    FROM (
      SELECT customer_id, invoice_id, paid_on, SUM(amount) AS moved
      FROM receipts WHERE NOT invoice_id IS NULL GROUP BY customer_id, invoice_id, paid_on
    ) AS days
  ) AS running
) AS p ON r.customer_id = p.customer_id AND r.invoice_id = p.invoice_id
WHERE r.settled_on IS NULL
GROUP BY r.customer_id, r.invoice_id"""

_SETTLED = """
SELECT r.* REPLACE (
         CASE WHEN c.covered_on IS NULL THEN r.settled_on
              ELSE GREATEST(c.covered_on, r.issued_on) END AS settled_on,
         CAST(CASE WHEN c.invoice_id IS NULL THEN r.settled_amount
                   WHEN NOT c.covered_on IS NULL THEN r.amount
                   WHEN r.amount < 0 THEN LEAST(COALESCE(r.settled_amount, 0), c.paid)
                   ELSE GREATEST(COALESCE(r.settled_amount, 0), c.paid)
              END AS DECIMAL(18, 4)) AS settled_amount)
FROM invoices AS r
LEFT JOIN covered AS c ON r.customer_id = c.customer_id AND r.invoice_id = c.invoice_id"""

_INVOICED = """
SELECT customer_id, issued_on AS moved_on, amount, 'invoice' AS kind FROM invoices"""

_RECEIVED = "SELECT customer_id, paid_on, -amount, 'receipt' FROM receipts"

# What closes an invoice beyond the payments that name it: on its day of settlement, or so far.
_CLOSED = """
SELECT r.customer_id, COALESCE(r.settled_on, as_of),
       CASE WHEN r.settled_on IS NULL
            THEN COALESCE(m.paid, 0) - COALESCE(r.settled_amount, 0)
            WHEN r.amount < 0
            THEN GREATEST(COALESCE(m.paid, 0), COALESCE(r.settled_amount, r.amount)) - r.amount
            ELSE LEAST(COALESCE(m.paid, 0), COALESCE(r.settled_amount, r.amount)) - r.amount END,
       'settlement'
FROM invoices AS r
LEFT JOIN (
  SELECT customer_id, invoice_id, SUM(amount) AS paid
  FROM receipts WHERE NOT invoice_id IS NULL GROUP BY customer_id, invoice_id
) AS m ON r.customer_id = m.customer_id AND r.invoice_id = m.invoice_id"""

_CLOSED_ALONE = """
SELECT customer_id, COALESCE(settled_on, as_of),
       CASE WHEN settled_on IS NULL THEN -COALESCE(settled_amount, 0) ELSE -amount END,
       'settlement'
FROM invoices"""


def covered_view(invoices: str, payments: str) -> exp.Select:
    """Return the query of what payments cover: one row an invoice without a day of settlement.

    Args:
        invoices: The relation of the invoices known by the as-of date.
        payments: That of the payments.

    Returns:
        The query of `customer_id`, `invoice_id`, `paid` and `covered_on`, null while they do not.
    """
    return _of(_COVERED, invoices=invoices, receipts=payments)


def settled_view(invoices: str, covered: str) -> exp.Select:
    """Return the query of the invoices with the settlements that payments tell of.

    Args:
        invoices: The relation of the invoices known by the as-of date.
        covered: The relation of `covered_view`.
    """
    return _of(_SETTLED, invoices=invoices, covered=covered)


def account_view(invoices: str, payments: str | None, as_of: date) -> exp.Query:
    """Return the query of the movements of accounts: what customers owe, and what settles it.

    The movements of an invoice and of its payments sum to what is open of it, those of a receipt
    without an invoice to less than nothing.

    Args:
        invoices: The relation of the invoices, with the settlements that payments tell of.
        payments: The relation of the payments; None where they were not imported.
        as_of: The as-of date, on which part payments without a date are placed.

    Returns:
        The query of `customer_id`, `moved_on`, `amount` and `kind`.
    """
    names = {"invoices": invoices} | ({} if payments is None else {"receipts": payments})
    closed = _of(_CLOSED if payments is not None else _CLOSED_ALONE, **names)
    for column in list(closed.find_all(exp.Column)):
        if column.name == "as_of":
            column.replace(literal(as_of))
    parts = [_of(_INVOICED, **names), closed]
    if payments is not None:
        parts.insert(1, _of(_RECEIVED, **names))
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.union(query, part, distinct=False)
    return query


def _of(text: str, **relations: str) -> exp.Select:
    """Return a query of this module with the relations it names in place."""
    query = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(query, exp.Select)  # noqa: S101  the texts above are
    for node in list(query.find_all(exp.Table)):
        if node.name in relations:
            node.set("this", exp.to_identifier(relations[node.name], quoted=True))
    for name in list(query.find_all(exp.Identifier)):
        name.set("quoted", True)
    return query
