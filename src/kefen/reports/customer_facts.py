"""What happened with one customer, newest first, and what it owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlglot import exp

from kefen.compiler.settlements import covered_view
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.one_customer import own_dataset

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset

EventKind: TypeAlias = Literal["order", "money", "contact", "case", "survey"]
MOST_EVENTS = 60

_WAYS = {
    "visit": Text("Visit", "拜访"),
    "call": Text("Call", "电话"),
    "email": Text("E-mail", "邮件"),
    "message": Text("Message", "短信"),
    "wecom": Text("WeCom", "企业微信"),
    "meeting": Text("Meeting", "会议"),
}
_CASES = {
    "fault": Text("Fault report", "故障报修"),
    "request": Text("Request", "需求"),
    "complaint": Text("Complaint", "投诉"),
    "suggestion": Text("Suggestion", "建议"),
}
_EVENTS: dict[str, str] = {
    "orders": """
        SELECT min("ordered_at")::DATE, order_id, sum(amount), count(*),
               bool_and(status = 'cancelled'
                        AND coalesce(cancelled_on::DATE <= $until, TRUE))
        FROM {orders} WHERE "ordered_at"::DATE <= $until
        GROUP BY order_id ORDER BY 1 DESC, 2 LIMIT {most}""",
    "receivables": """
        SELECT r.issued_on::DATE, r.invoice_id, r.amount, r.due_on::DATE,
               CASE WHEN coalesce(r.settled_on::DATE, c.covered_on::DATE) <= $until
                    THEN coalesce(r.settled_on::DATE, c.covered_on::DATE) END
        FROM {receivables} r LEFT JOIN {covered} c ON c.invoice_id = r.invoice_id
        WHERE r.issued_on::DATE <= $until ORDER BY 1 DESC, 2 LIMIT {most}""",
    "payments": """
        SELECT paid_on::DATE, payment_id, amount, invoice_id
        FROM {payments} WHERE paid_on::DATE <= $until ORDER BY 1 DESC, 2 LIMIT {most}""",
    "interactions": """
        SELECT "at"::DATE, kind, purpose, result, employee
        FROM {interactions} WHERE "at"::DATE <= $until ORDER BY 1 DESC, 2, 3 LIMIT {most}""",
    "cases": """
        SELECT opened_at::DATE, case_id, kind, severity,
               CASE WHEN closed_at::DATE <= $until THEN closed_at::DATE END
        FROM {cases} WHERE opened_at::DATE <= $until ORDER BY 1 DESC, 2 LIMIT {most}""",
    "surveys": """
        SELECT answered_on::DATE, score, scale_max
        FROM {surveys} WHERE answered_on::DATE <= $until ORDER BY 1 DESC LIMIT {most}""",
}
# What is open of an invoice, as in the ageing table of the report.
_OPEN = """
    WITH matched AS (
      SELECT invoice_id, sum(amount) AS paid FROM {payments}
      WHERE invoice_id IS NOT NULL AND paid_on::DATE <= $as_of GROUP BY invoice_id
    ), known AS (
      SELECT r.amount, r.due_on::DATE AS due_on, coalesce(m.paid, 0) AS paid,
             CASE WHEN r.settled_on::DATE <= $as_of OR r.settled_on IS NULL
                  THEN coalesce(r.settled_amount, 0) ELSE 0 END AS told,
             r.settled_on IS NOT NULL AND r.settled_on::DATE <= $as_of AS settled
      FROM {receivables} r LEFT JOIN matched m ON m.invoice_id = r.invoice_id
      WHERE r.issued_on::DATE <= $as_of
    ), open AS (
      SELECT due_on, CASE WHEN settled THEN 0
                          WHEN amount < 0 THEN least(amount - least(told, paid), 0)
                          ELSE greatest(amount - greatest(told, paid), 0) END AS amount
      FROM known
    )
    SELECT coalesce(sum(amount), 0),
           coalesce(sum(amount) FILTER (WHERE due_on < $as_of), 0),
           max($as_of - due_on) FILTER (WHERE due_on < $as_of AND amount > 0)
    FROM open WHERE amount <> 0"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        on: The day.
        kind: What kind of thing.
        words: What, without its amount.
        amount: The amount of money, or None.
        wrong: Whether it is something to look after: a complaint, an invoice that is late.
    """

    on: date
    kind: EventKind
    words: Text
    amount: Decimal | None = None
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer owes at the end of a day.

    Attributes:
        balance: In all.
        overdue: What of it is overdue.
        days_late: By how many days the oldest part is; None where nothing is.
    """

    balance: Decimal
    overdue: Decimal
    days_late: int | None


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What is recorded of a customer.

    Attributes:
        events: What happened, newest first.
        owed: What it owes; None where no receivables were imported.
    """

    events: tuple[Event, ...]
    owed: Owed | None


def customer_facts(
    book: Book, customer: str, as_of: date, *, until: date | None = None
) -> CustomerFacts:
    """Return what happened with a customer as the book knows it now, and what it owes at a day.

    Args:
        book: The book.
        customer: The customer's id.
        as_of: The day at whose end the debt is told.
        until: The last day of what is told: what was settled, closed or cancelled later was
            open then. All of it where None.

    Raises:
        BookError: A table cannot be read.
        DataError: Currencies are mixed and cannot be converted.
    """
    with DuckDBEngine() as engine:
        dataset = own_dataset(engine, book, customer)
        events: list[Event] = []
        last = f"DATE '{(until or date.max).isoformat()}'"
        for table, told in _TOLD.items():
            if table in dataset.tables:
                rows = engine.rows(_named(_EVENTS[table], dataset).replace("$until", last))
                events += [event for row in rows if (event := told(row, as_of)) is not None]
        owed = None
        if "receivables" in dataset.tables:
            sql = _named(_OPEN, dataset).replace("$as_of", f"DATE '{as_of.isoformat()}'")
            balance, overdue, late = engine.rows(sql)[0]
            owed = Owed(Decimal(balance), Decimal(overdue), late)
    events.sort(key=lambda one: (one.on, one.kind), reverse=True)
    return CustomerFacts(tuple(events[:MOST_EVENTS]), owed)


def _named(sql: str, dataset: Dataset) -> str:
    names = {
        name: exp.to_identifier(read.relation, quoted=True).sql("duckdb")
        for name, read in dataset.tables.items()
    }
    nothing = (
        "(SELECT NULL::VARCHAR AS invoice_id, NULL::DECIMAL(18, 4) AS amount, "
        "NULL::DATE AS paid_on WHERE FALSE)"
    )
    covered = "(SELECT NULL::VARCHAR AS invoice_id, NULL::DATE AS covered_on WHERE FALSE)"
    if {"receivables", "payments"} <= dataset.tables.keys():
        relations = (dataset.tables[name].relation for name in ("receivables", "payments"))
        covered = covered_view(*relations).subquery().sql("duckdb")
    return sql.format_map({"most": MOST_EVENTS, "payments": nothing, "covered": covered, **names})


def _order(row: tuple[Any, ...], _: date) -> Event | None:
    on, number, amount, lines, cancelled = row
    if on is None:
        return None
    if cancelled:
        words = Text("Order {o}, cancelled", "订单 {o}（已取消）")
    elif amount is not None and amount < 0:
        words = Text("Return {o}", "退货 {o}")
    else:
        words = Text("Order {o}, {n} {n:line|lines}", "订单 {o}，{n} 行")
    return Event(_day(on), "order", words.filled(o=number, n=lines), amount)


def _invoice(row: tuple[Any, ...], as_of: date) -> Event | None:
    on, number, amount, due, settled = row
    if on is None:
        return None
    late = due is not None and due < as_of and settled is None and amount is not None and amount > 0
    if late:
        words = Text("Invoice {i}, overdue since {d}", "发票 {i}，自 {d} 起逾期").filled(
            i=number, d=due
        )
    elif settled is not None:
        words = Text("Invoice {i}, settled on {d}", "发票 {i}，{d} 结清").filled(
            i=number, d=settled
        )
    else:
        words = Text("Invoice {i}, due on {d}", "发票 {i}，{d} 到期").filled(i=number, d=due or "–")
    return Event(_day(on), "money", words, amount, wrong=late)


def _payment(row: tuple[Any, ...], _: date) -> Event | None:
    on, number, amount, invoice = row
    if on is None:
        return None
    words = (
        Text("Payment {p}", "收款 {p}").filled(p=number)
        if invoice is None
        else Text("Payment {p} for invoice {i}", "收款 {p}（发票 {i}）").filled(p=number, i=invoice)
    )
    return Event(_day(on), "money", words, amount)


def _interaction(row: tuple[Any, ...], _: date) -> Event | None:
    on, kind, purpose, result, employee = row
    if on is None:
        return None
    way = _WAYS.get(kind or "", Text("Contact", "联系"))
    said = [str(one) for one in (purpose, result) if one]
    by = Text(" by {e}", "（{e}）").filled(e=employee) if employee else Text.same("")
    if not said:
        return Event(_day(on), "contact", Text("{w}{b}", "{w}{b}").filled(w=way, b=by))
    words = Text("{w}{b}: {s}", "{w}{b}：{s}").filled(w=way, b=by, s=" → ".join(said))
    return Event(_day(on), "contact", words)


def _case(row: tuple[Any, ...], _: date) -> Event | None:
    on, number, kind, severity, closed = row
    if on is None:
        return None
    what = _CASES.get(kind or "", Text("Case", "工单"))
    how = Text.same(f" ({severity})") if severity else Text.same("")
    if closed is None:
        words = Text("{k}{h} {c}, open", "{k}{h} {c}，未结").filled(k=what, h=how, c=number)
    else:
        words = Text("{k}{h} {c}, closed on {d}", "{k}{h} {c}，{d} 结案").filled(
            k=what, h=how, c=number, d=closed
        )
    return Event(_day(on), "case", words, wrong=kind == "complaint" or closed is None)


def _survey(row: tuple[Any, ...], _: date) -> Event | None:
    on, score, most = row
    if on is None:
        return None
    given = f"{Decimal(score).normalize():f}"
    words = (
        Text("Satisfaction asked: {s}", "满意度回访：{s}").filled(s=given)
        if most is None
        else Text("Satisfaction asked: {s} of {m}", "满意度回访：{s} / {m}").filled(
            s=given, m=f"{Decimal(most).normalize():f}"
        )
    )
    return Event(_day(on), "survey", words)


_TOLD: dict[str, Callable[[tuple[Any, ...], date], Event | None]] = {
    "orders": _order,
    "receivables": _invoice,
    "payments": _payment,
    "interactions": _interaction,
    "cases": _case,
    "surveys": _survey,
}


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
