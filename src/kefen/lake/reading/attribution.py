"""Putting tables together: whose rows they are, and what one table tells about another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.lake.dataset import Dataset, Finding, ReadTable
from kefen.lake.fingerprints import Fingerprints
from kefen.lake.reading import messages, money_messages
from kefen.lake.reading.currency import one_currency
from kefen.lake.reading.enrichment import enrich
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.rejected_rows import new_rejected_table
from kefen.lake.reading.short_lines import finish, first_days
from kefen.lake.reading.sql import SQL, joined, listed, literal, name, statement, union_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.engines.engine import Engine
    from kefen.lake.dataset import ShortLines

_EXAMPLES = 100
_WIDE = "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F))
_NARROW = "".join(chr(code) for code in range(0x21, 0x7F))
_LETTERS = literal("[A-Za-z！-～]")


def attribute_rows(
    engine: Engine,
    tables: Mapping[str, ReadTable],
    *,
    timezone: str = "UTC",
    currency: str | None = None,
    rates: Path | None = None,
    findings: tuple[Finding, ...] = (),
    versions: Mapping[str, int] | None = None,
    generated: tuple[str, ...] = (),
) -> Dataset:
    """Make a dataset of canonical tables, read from files or from a book.

    Money is brought into one currency; what products and customers tell about facts is filled
    in; rows of facts whose customer is blank or unknown are taken out, counted and totalled.

    Args:
        engine: The engine that holds the relations.
        tables: The tables as read, by name.
        timezone: The book's time zone.
        currency: The book's currency; None takes the data's single one.
        rates: A CSV file of exchange rates to the book's currency.
        findings: What reading the tables found.
        versions: The lake's version of each table.
        generated: Names of tables or columns that were generated.

    Raises:
        DataError: Currencies are mixed and cannot be converted.
    """
    found = list(findings)
    tables = {key: _placed(engine, read) for key, read in tables.items()}
    converted, code, more = one_currency(engine, tables, currency, rates)
    converting = any(finding.code == money_messages.CURRENCY_CONVERTED for finding in more)
    by_rates = _described(rates) if rates is not None and converting else None
    found.extend(more)
    known = "customers" in converted
    if not known:
        converted["customers"] = _customers_of_facts(engine, converted)
        found.append(messages.customers_from_facts(converted["customers"].rows_used))
    found.extend(_alike_ids(engine, converted["customers"]))
    enriched, more = enrich(engine, converted)
    found.extend(more)
    customers = enriched["customers"]
    attributed: dict[str, ReadTable] = {"customers": customers}
    for key, read in enriched.items():
        if key == "customers":
            continue
        if not read.table.has_customer:
            attributed[key] = read
            continue
        attributed[key], more = _attributed(engine, read, customers, known=known)
        found.extend(more)
    order = [table for table in TABLES if table in attributed]
    return Dataset(
        engine=engine,
        tables={key: attributed[key] for key in order},
        findings=tuple(found),
        timezone=timezone,
        currency=code,
        versions=dict(versions or {}),
        generated=generated,
        rates=by_rates,
        rates_file=rates if by_rates is not None else None,
    )


def _described(rates: Path) -> dict[str, str]:
    own = Fingerprints().of(rates)
    return {"name": own["name"], "sha256": own["sha256"]}


def _placed(engine: Engine, read: ReadTable) -> ReadTable:
    """Return a table with the rows of one customer together; what has none, everywhere."""
    if read.table.has_customer or read.table.name == "customers":
        relation = engine.placed(read.relation, "customer_id")
    else:
        relation = engine.everywhere(read.relation)
    return replace(read, relation=relation)


def _customers_of_facts(engine: Engine, tables: Mapping[str, ReadTable]) -> ReadTable:
    """Return a table of the customers that facts name."""
    table = TABLES["customers"]
    made = new_name("customers_of_facts")
    ids = [
        statement(
            "SELECT DISTINCT customer_id FROM {r} WHERE customer_id IS NOT NULL",
            r=name(read.relation),
        )
        for read in tables.values()
        if read.table.has_customer
    ]
    columns = listed(
        # The id is text already; as it is, its rows are known to lie where its facts do.
        name(column.name)
        if column.name == "customer_id"
        else statement(
            "CAST(NULL AS {kind}) AS {column}",
            kind=SQL(column.kind.sql_type),
            column=name(column.name),
        )
        for column in table.columns
    )
    source = union_all(ids) if ids else SQL("SELECT CAST(NULL AS VARCHAR) AS customer_id LIMIT 0")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT {columns} FROM "
            "(SELECT DISTINCT customer_id FROM ({source}) AS facts) AS seen",
            made=name(made),
            columns=columns,
            source=source,
        )
    )
    count = int(engine.rows(statement("SELECT count(*) FROM {m}", m=name(made)))[0][0])
    return ReadTable(
        table=table,
        relation=made,
        columns=frozenset({"customer_id"}),
        rejected=new_rejected_table(engine, table.name),
        rows_in=0,
        rows_used=count,
    )


def _attributed(
    engine: Engine, read: ReadTable, customers: ReadTable, *, known: bool
) -> tuple[ReadTable, tuple[Finding, ...]]:
    """Return a table without the rows of blank and unknown customers.

    A cost without a customer is the company's, not unattributed.
    """
    read, strangers = (
        _strangers(engine, read, customers, known=known)
        if read.short_lines is None
        else _strangers_in_short(engine, read, read.short_lines)
    )
    ids, rows, blanks, total = engine.rows(
        statement(
            "SELECT count(customer_id), coalesce(sum(row_count), 0), "
            "count(*) FILTER (WHERE customer_id IS NULL), CAST(sum(amount) AS VARCHAR) FROM {s}",
            s=name(strangers),
        )
    )[0]
    if not rows:
        return read, ()
    amount = None if total is None else str(total)
    made = new_name(f"attributed_{read.table.name}")
    conditions = []
    if blanks:
        conditions.append(SQL("facts.customer_id IS NOT NULL"))
    engine.run(
        statement(
            "CREATE VIEW {made} AS SELECT facts.* FROM {facts} AS facts {anti} {where}",
            made=name(made),
            facts=name(read.relation),
            anti=statement(
                "ANTI JOIN {s} AS strangers ON facts.customer_id = strangers.customer_id",
                s=name(strangers),
            )
            if ids
            else SQL(""),
            where=statement("WHERE {all}", all=joined(" AND ", conditions))
            if conditions
            else SQL(""),
        )
    )
    findings = [messages.rows_unattributed(read.table, int(rows), amount)]
    if ids:
        findings.extend(_decimal_ids(engine, read, customers, strangers))
        findings.extend(_other_writings(engine, read, customers, strangers))
    attributed = replace(
        read,
        relation=made,
        with_strangers=read.relation,
        rows_used=read.rows_used - int(rows),
        rows_unattributed=int(rows),
        amount_unattributed=amount,
    )
    return attributed, tuple(findings)


def _strangers(
    engine: Engine, read: ReadTable, customers: ReadTable, *, known: bool
) -> tuple[ReadTable, str]:
    """Return a table with the first days of its customers, and a table of those who are unknown.

    Of each of those it has the id (null: blank), how many rows (`row_count`) and their amount.
    """
    optional = not read.table.column("customer_id").required
    people, strangers = new_name("customers_of_facts"), new_name("unknown_customers")
    amounts = SQL("sum(facts.amount)" if "amount" in read.table.column_names else "NULL")
    dated = read.table.date is not None
    first = SQL(f", min(CAST(facts.{read.table.date} AS DATE)) AS first_on" if dated else "")
    engine.run(
        statement(
            "CREATE TABLE {people} AS SELECT facts.customer_id, count(*) AS row_count, "
            "CAST({amounts} AS DECIMAL(38,4)) AS amount {first} FROM {facts} AS facts "
            "GROUP BY facts.customer_id",
            people=name(people),
            amounts=amounts,
            first=first,
            facts=name(read.relation),
        )
    )
    read = replace(read, first_days=people if dated else None)
    blank = SQL("people.customer_id IS NOT NULL" if optional else "true")
    source = (
        statement(
            "FROM {people} AS people ANTI JOIN {customers} AS customers "
            "ON people.customer_id = customers.customer_id WHERE {blank}",
            people=name(people),
            customers=name(customers.relation),
            blank=blank,
        )
        if known
        else statement(
            "FROM {people} AS people WHERE people.customer_id IS NULL AND {blank}",
            people=name(people),
            blank=blank,
        )
    )
    engine.run(
        statement(
            "CREATE TABLE {strangers} AS SELECT people.* {source}",
            strangers=name(strangers),
            source=source,
        )
    )
    return read, strangers


def _strangers_in_short(
    engine: Engine, read: ReadTable, short: ShortLines
) -> tuple[ReadTable, str]:
    """Return the same as `_strangers` of order lines in short."""
    strangers = new_name("unknown_customers")
    engine.run(
        statement(
            "CREATE TABLE {strangers} AS SELECT stranger AS customer_id, count(*) AS row_count, "
            "CAST(sum(amount) AS DECIMAL(38,4)) AS amount FROM {short} "
            "WHERE customer_number IS NULL GROUP BY stranger",
            strangers=name(strangers),
            short=name(short.relation),
        )
    )
    days = first_days(engine, short)
    finish(engine, short)
    return replace(read, first_days=days, first_days_from=short.wanted.as_of), strangers


def _decimal_ids(
    engine: Engine, read: ReadTable, customers: ReadTable, strangers: str
) -> tuple[Finding, ...]:
    """Find unknown ids such as `12346.0` that match a customer without their `.0`."""
    written = statement(
        "SELECT customer_id AS written, regexp_replace(customer_id, '\\.0+$', '') AS plain "
        "FROM {strangers} WHERE regexp_full_match(customer_id, '[0-9]+\\.0+')",
        strangers=name(strangers),
    )
    count, examples = _matches(engine, customers, written)
    return (messages.ids_with_decimals(read.table, count, examples),) if count else ()


def _other_writings(
    engine: Engine, read: ReadTable, customers: ReadTable, strangers: str
) -> tuple[Finding, ...]:
    """Find unknown ids that match a customer in other letters: `k1`, `Ｋ１` for `K1`."""
    lettered = statement(
        "SELECT count(*) FROM {strangers} WHERE regexp_matches(customer_id, {letters})",
        strangers=name(strangers),
        letters=_LETTERS,
    )
    if not engine.rows(lettered)[0][0]:
        return ()
    narrow = _narrow(SQL("customer_id"))
    count, examples = 0, dict[str, str]()
    for plain, among in (
        ("upper({n})", "regexp_matches(customer_id, {letters})"),
        ("lower({n})", "regexp_matches(customer_id, {letters}) AND lower({n}) <> upper({n})"),
    ):
        written = statement(
            "SELECT customer_id AS written, {plain} AS plain FROM {strangers} WHERE {among}",
            plain=statement(plain, n=narrow),
            strangers=name(strangers),
            among=statement(among, n=narrow, letters=_LETTERS),
        )
        more, found = _matches(engine, customers, written)
        count += more
        examples |= found
    return (messages.ids_in_other_letters(read.table, count, examples),) if count else ()


def _alike_ids(engine: Engine, customers: ReadTable) -> tuple[Finding, ...]:
    """Find customers whose ids differ in capital or full-width letters only: `K1` and `k1`."""
    narrow = _narrow(SQL("customer_id"))
    others = engine.rows(
        statement(
            "SELECT count(*) FILTER (WHERE customer_id <> upper({n})), "
            "count(*) FILTER (WHERE customer_id <> lower({n})) FROM {customers}",
            n=narrow,
            customers=name(customers.relation),
        )
    )[0]
    if not all(others):  # of two that differ so, one at least is not in capitals, one not in small
        return ()
    view = new_name("ids_in_capitals")
    engine.run(
        statement(
            "CREATE VIEW {view} AS SELECT customer_id, upper({n}) AS plain FROM {customers}",
            view=name(view),
            n=narrow,
            customers=name(customers.relation),
        )
    )
    groups = new_name("ids_alike")
    engine.run(
        statement(
            "CREATE TABLE {groups} AS SELECT plain, count(*) AS several, "
            "string_agg(customer_id, ', ' ORDER BY customer_id) AS ids FROM {view} "
            "GROUP BY plain HAVING count(*) > 1",
            groups=name(groups),
            view=name(engine.placed(view, "plain")),
        )
    )
    count = engine.rows(statement("SELECT sum(several) FROM {g}", g=name(groups)))[0][0]
    if not count:
        return ()
    examples = engine.rows(
        statement("SELECT ids FROM {g} ORDER BY 1 LIMIT {n}", g=name(groups), n=SQL(str(_EXAMPLES)))
    )
    return (messages.customers_alike(int(count), [str(row[0]) for row in examples]),)


def _narrow(text: SQL) -> SQL:
    """Return a text in narrow letters; most have no others."""
    return statement(
        "CASE WHEN strlen({t}) = length({t}) THEN {t} ELSE translate({t}, {wide}, {narrow}) END",
        t=text,
        wide=literal(_WIDE),
        narrow=literal(_NARROW),
    )


def _matches(engine: Engine, customers: ReadTable, written: SQL) -> tuple[int, dict[str, str]]:
    """Return how many ids match a customer as they would be written, and some of them.

    Args:
        engine: The engine.
        customers: The customers.
        written: A query of the ids (`written`) and of how they would be written (`plain`).
    """
    view = new_name("ids_written")
    engine.run(statement("CREATE VIEW {view} AS {query}", view=name(view), query=written))
    matching = statement(
        "FROM {view} AS strangers JOIN {customers} AS customers "
        "ON strangers.plain = customers.customer_id",
        view=name(engine.placed(view, "plain")),
        customers=name(customers.relation),
    )
    count = int(engine.rows(statement("SELECT count(*) {matching}", matching=matching))[0][0])
    if not count:
        return 0, {}
    matches = engine.rows(
        statement(
            "SELECT strangers.written, customers.customer_id {matching} ORDER BY 1, 2 LIMIT {n}",
            matching=matching,
            n=SQL(str(_EXAMPLES)),
        )
    )
    return count, {str(one): str(other) for one, other in matches}
