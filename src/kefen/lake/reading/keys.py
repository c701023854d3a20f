"""Keys: equal rows count once, one key with two rows is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.short_lines import suspect_lines
from kefen.lake.reading.sql import SQL, joined, listed, name, statement
from kefen.lake.reading.staging import LINE_NUMBER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.dataset import ShortLines

_EXAMPLES = 5


def find_duplicates(
    engine: Engine,
    table: Table,
    staged: str,
    columns: Sequence[str],
    given: frozenset[str],
    line_number: str | None = None,
    short: ShortLines | None = None,
) -> tuple[str, str | None]:
    """Find the rows to leave out as copies of others.

    Args:
        engine: The engine that holds the rows.
        table: The contract table.
        staged: The relation of the accepted rows, with `file_number`, `row_id`,
            `row_number_in_file` and every column.
        columns: The columns that make a row: those of the contract and the attributes.
        given: The columns of the contract that the input has.
        line_number: The column of the whole numbers that all order lines have; None without it.
        short: The rows in short, of order lines in one place; None without them.

    Returns:
        The relation of the accepted rows, and a relation of the copies (`file_number`, `row_id`)
        that can be joined to it; None without any.

    Raises:
        DataError: One key has different rows, or one order several customers.
    """
    if not table.key:
        return staged, None
    if short is not None:
        suspects = _alike_lines(engine, staged, short)
        if suspects is None:
            return staged, None
        rows = _whole_lines(staged, suspects, columns, short.columns | {"customer_id"})
        return staged, _duplicates(engine, table, rows, columns, suspects)
    if table.name == "orders":
        suspects = _suspect_orders(engine, staged, "line" in given, line_number)
        hashed: Sequence[str] = ("order_id",)
    else:
        suspects = _suspects(engine, staged, table.key)
        hashed = table.key
    if suspects is None:
        return staged, None
    # Whole rows are brought together by key only where some may be copies.
    together = engine.placed(staged, table.key[0])
    rows = statement(
        "{staged} AS staged SEMI JOIN {suspects} AS suspects ON hash({hashed}) = suspects.key_hash",
        staged=name(together),
        suspects=name(suspects),
        hashed=listed(name(column) for column in hashed),
    )
    copies = _duplicates(engine, table, rows, columns, suspects)
    return (staged, None) if copies is None else (together, copies)


def orders_in_several_files(engine: Engine, staged: str) -> int:
    """Return how many orders have lines in more than one of the files."""
    made = new_name("in_several_files")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT order_id FROM {staged} AS staged "
            "WHERE order_id IS NOT NULL GROUP BY order_id "
            "HAVING min(file_number) <> max(file_number)",
            made=name(made),
            staged=_keys_together(engine, staged, ("order_id", "file_number")),
        )
    )
    found = int(engine.rows(statement("SELECT count(*) FROM {m}", m=name(made)))[0][0])
    engine.run(statement("DROP TABLE {m}", m=name(made)))
    return found


def _keys_together(engine: Engine, staged: str, columns: Sequence[str]) -> SQL:
    """Return a relation of a few columns of the rows, equal values of the first together."""
    keys = new_name("keys")
    engine.run(
        statement(
            "CREATE VIEW {keys} AS SELECT {columns}, row_number_in_file FROM {staged} AS staged",
            keys=name(keys),
            columns=listed(name(column) for column in columns),
            staged=name(staged),
        )
    )
    return name(engine.placed(keys, columns[0]))


def _suspects(engine: Engine, staged: str, key: Sequence[str]) -> str | None:
    """Return a table of the hashes that more than one row's key has; None if there are none."""
    made = new_name("suspects")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT hash({key}) AS key_hash FROM {staged} AS staged "
            "GROUP BY ALL HAVING count(*) > 1",
            made=name(made),
            key=listed(name(column) for column in key),
            staged=_keys_together(engine, staged, key),
        )
    )
    return made if engine.rows(statement("SELECT 1 FROM {m} LIMIT 1", m=name(made))) else None


def _duplicates(
    engine: Engine,
    table: Table,
    rows: SQL,
    columns: Sequence[str],
    suspects: str,
) -> str | None:
    """Settle the suspects: copies are listed, differing rows refused.

    Args:
        engine: The engine that holds the rows.
        table: The contract table.
        rows: What to select the rows from that may share a key with others, called `staged`.
        columns: The columns that make a row.
        suspects: The table that told which they are; it is dropped.
    """
    key = listed(name(column) for column in table.key)
    chosen = new_name("same_key")
    engine.run(
        statement(
            "CREATE TABLE {chosen} AS SELECT staged.file_number, staged.row_id, "
            "staged.row_number_in_file, {key}, row({columns}) AS whole "
            "FROM {rows} WHERE {known} "
            "QUALIFY count(*) OVER (PARTITION BY {key}) > 1",
            chosen=name(chosen),
            key=key,
            columns=listed(name(column) for column in columns),
            rows=rows,
            known=joined(
                " AND ",
                (statement("{c} IS NOT NULL", c=name(column)) for column in table.key),
            ),
        )
    )
    conflicts = engine.rows(
        statement(
            "SELECT {key}, min(row_number_in_file), max(row_number_in_file), "
            "min(whole), max(whole) FROM {chosen} "
            "GROUP BY {key} HAVING count(DISTINCT whole) > 1 ORDER BY ALL LIMIT {limit}",
            key=key,
            chosen=name(chosen),
            limit=SQL(str(_EXAMPLES)),
        )
    )
    if conflicts:
        raise _conflict(table, columns, conflicts)
    copies = new_name("copies")
    engine.run(
        statement(
            "CREATE TABLE {copies} AS SELECT file_number, row_id FROM {chosen} "
            "QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY file_number, row_id) > 1",
            copies=name(copies),
            chosen=name(chosen),
            key=key,
        )
    )
    found = engine.rows(statement("SELECT count(*) FROM {c}", c=name(copies)))[0][0]
    for spent in (chosen, suspects):
        engine.run(statement("DROP TABLE {t}", t=name(spent)))
    return copies if found else None


def _alike_lines(engine: Engine, staged: str, short: ShortLines) -> str | None:
    """Check orders by their lines in short.

    Returns a table of the rows that have order and line in common with another: `row_id`, and the
    columns that lines in short tell; None if there are none.
    """
    lines = suspect_lines(engine, short)
    if lines is None:
        return None
    orders = new_name("orders_of_two")
    engine.run(
        statement(
            "CREATE TABLE {orders} AS SELECT hash(order_id) AS key_hash FROM {lines} "
            "GROUP BY order_id HAVING min(customer_number) <> max(customer_number) "
            "OR min(stranger) <> max(stranger) "
            "OR (count(customer_number) > 0 AND count(stranger) > 0)",
            orders=name(orders),
            lines=name(lines),
        )
    )
    if engine.rows(statement("SELECT 1 FROM {o} LIMIT 1", o=name(orders))):
        _refuse_two_customers(engine, name(staged), orders)
    made = new_name("alike_lines")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT alike.* EXCLUDE (customer_number, stranger), "
            "coalesce(numbers.customer_id, stranger) AS customer_id "
            "FROM (FROM {lines} WHERE {number} IS NOT NULL "
            "QUALIFY count(*) OVER (PARTITION BY order_id, {number}) > 1) AS alike "
            "LEFT JOIN {numbers} AS numbers ON alike.customer_number = numbers.rowid",
            made=name(made),
            lines=name(lines),
            number=name(LINE_NUMBER),
            numbers=name(short.customers),
        )
    )
    for spent in (lines, orders):
        engine.run(statement("DROP TABLE {t}", t=name(spent)))
    return made if engine.rows(statement("SELECT 1 FROM {m} LIMIT 1", m=name(made))) else None


def _whole_lines(staged: str, suspects: str, columns: Sequence[str], told: Collection[str]) -> SQL:
    """Return what to select suspects from as whole rows: of the file only what is not told yet.

    Copies lie anywhere in a file, so that every page of every column asked for is unpacked.
    """
    return statement(
        "(SELECT staged.file_number, staged.row_id, staged.row_number_in_file, {columns} "
        "FROM {staged} AS staged JOIN {suspects} AS suspects "
        "ON staged.row_id = suspects.row_id) AS staged",
        columns=listed(
            statement("suspects.{c}" if column in told else "staged.{c}", c=name(column))
            for column in columns
        ),
        staged=name(staged),
        suspects=name(suspects),
    )


def _suspect_orders(
    engine: Engine, staged: str, has_line: bool, line_number: str | None
) -> str | None:
    """Check orders in one pass over order, customer and line.

    Returns a table of the hashes of orders whose lines may be copies; None if there are none.

    Each order keeps one bit for each of its lines, so that orders whose lines are surely
    different are told apart from suspects without keeping every line.
    """
    made = new_name("suspects")
    if line_number is None:
        # A row without a line has no bit.
        bit = SQL(
            "CAST(1 AS BIGINT) << CAST(abs(coalesce(TRY_CAST(line AS BIGINT) % 63, "
            "CASE WHEN line IS NOT NULL THEN CAST(hash(line) % 63 AS BIGINT) END)) AS INTEGER)"
        )
    else:
        bit = statement("CAST(1 AS BIGINT) << CAST(abs({n} % 63) AS INTEGER)", n=name(line_number))
    keys = _keys_together(engine, staged, ("order_id", "customer_id", line_number or "line"))
    line_test = statement("OR bit_count(bit_or({bit})) <> count({bit})", bit=bit)
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT hash(order_id) AS key_hash, "
            "min(hash(customer_id)) <> max(hash(customer_id)) AS two_customers "
            "FROM {staged} AS staged WHERE order_id IS NOT NULL GROUP BY hash(order_id) "
            "HAVING min(hash(customer_id)) <> max(hash(customer_id)) {line_test}",
            made=name(made),
            staged=keys,
            line_test=line_test if has_line else SQL(""),
        )
    )
    suspected = engine.rows(
        statement("SELECT count(*), count(*) FILTER (WHERE two_customers) FROM {m}", m=name(made))
    )[0]
    if suspected[1]:
        _refuse_two_customers(engine, keys, made)
    return made if has_line and suspected[0] else None


def _refuse_two_customers(engine: Engine, staged: SQL, suspects: str) -> None:
    several = new_name("orders_of_several")
    engine.run(
        statement(
            "CREATE TABLE {several} AS SELECT order_id, min(customer_id) AS one, "
            "max(customer_id) AS other FROM {staged} AS staged "
            "SEMI JOIN {suspects} AS suspects ON hash(order_id) = suspects.key_hash "
            "WHERE customer_id IS NOT NULL "
            "GROUP BY order_id HAVING min(customer_id) <> max(customer_id)",
            several=name(several),
            staged=staged,
            suspects=name(suspects),
        )
    )
    count = int(engine.rows(statement("SELECT count(*) FROM {s}", s=name(several)))[0][0])
    if not count:
        return
    found = engine.rows(
        statement(
            "SELECT order_id, one, other FROM {several} ORDER BY order_id LIMIT {limit}",
            several=name(several),
            limit=SQL(str(_EXAMPLES)),
        )
    )
    examples = "; ".join(f"{order}: {one}, {other}" for order, one, other in found)
    raise DataError(
        Text(
            "{n} {n:order|orders} {n:belongs|belong} to more than one customer: {examples}.",
            "有 {n} 个订单属于不止一个客户：{examples}。",
        ).filled(n=count, examples=examples),
        where="orders",
        mend=Text(
            "An order has one customer. If order numbers start again for each shop or year, "
            "make them unique; or map order_id to another column.",
            "一个订单只能属于一个客户。如果订单号按门店或年度重新编号，请先使其唯一，"
            "或将 order_id 映射到其他列。",
        ),
    )


def _conflict(
    table: Table, columns: Sequence[str], conflicts: Sequence[tuple[Any, ...]]
) -> DataError:
    width = len(table.key)
    first = conflicts[0]
    key = ", ".join(f"{c} = {v}" for c, v in zip(table.key, first[:width], strict=True))
    one_row, other_row, one, other = first[width:]
    differing = [
        (column, mine, theirs)
        for column, mine, theirs in zip(columns, one, other, strict=True)
        if mine != theirs
    ]
    return DataError(
        Text(
            "Rows with one key differ: {key}, rows {a} and {b}: {d}. {n}",
            "主键相同的行内容不同：{key}，第 {a} 行和第 {b} 行：{d}。{n}",
        ).filled(
            key=key,
            a=one_row,
            b=other_row,
            d=Text(
                "; ".join(f"{c} {_said(m).en} / {_said(t).en}" for c, m, t in differing),
                "；".join(f"{c} {_said(m).zh} / {_said(t).zh}" for c, m, t in differing),
            ),
            n=Text("(the first of several)", "（此类情况不止一处，这是第一处）")
            if len(conflicts) > 1
            else Text.same(""),
        ),
        where=table.name,
        mend=Text(
            "Keep the right row of each, or map {key} to columns that tell the rows apart.",
            "请保留正确的一行，或将 {key} 映射到能区分这些行的列。",
        ).filled(key=", ".join(table.key)),
    )


def _said(value: object) -> Text:
    return Text("nothing", "空") if value is None else Text.same(str(value))
