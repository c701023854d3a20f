"""Order lines in short: in memory, of the few columns that are wanted, customers by number.

Where grading says beforehand what it will ask of order lines, they are read into a table once,
and what else reading wants to know of them (whether keys repeat, whose rows they are, the first
day of a customer) is asked of that table, in which a customer is a whole number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kefen.domain.contract import TABLES
from kefen.engines.beside import beside
from kefen.engines.memory import memory_limit_of
from kefen.lake.dataset import ShortLines
from kefen.lake.reading.clean_text import are_clean
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.sql import SQL, listed, literal, name, statement
from kefen.lake.reading.staging import LINE_NUMBER, columns_used

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from kefen.engines.engine import Engine
    from kefen.lake.dataset import LinesWanted
    from kefen.lake.reading.staging import PreparedFile

LOOKED_AT_IN_SHORT = frozenset({"order_id", "customer_id"})
"""The columns of order lines that `ids_are_clean` looks at."""
_ALWAYS = frozenset({"order_id", "amount", "ordered_on"})
_LINE_BITS = 6
_MOST_SORTED = 1 << 25  # codes of 8 bytes, twice in memory for a moment
_SHARE_OF_MEMORY = 4
_AT_ONCE = 1 << 18  # of them compared at once, which fit a processor's cache
_EMPTY = np.empty(0, np.uint64)
_HALF = np.uint64(1 << 63)


def make_short_lines(
    engine: Engine, staged: str, customers: str, wanted: LinesWanted, given: frozenset[str]
) -> ShortLines:
    """Make the table of the lines in short.

    Until `finish` drops them it also has `row_id`, `line number`, bits of the order
    (`order_bits`), the number of the customer of every line (`customer_number`), and the id of a
    customer who is unknown (`stranger`).

    Args:
        engine: The engine, which is one place.
        staged: The relation of the lines, with `row_id` and `LINE_NUMBER`.
        customers: The relation of the customers.
        wanted: What is wanted of them.
        given: The columns of the contract that the input has.
    """
    numbers, made = new_name("customers_by_number"), new_name("short_lines")
    engine.run(
        statement(
            "CREATE TABLE {numbers} AS SELECT customer_id, created_on FROM {customers}",
            numbers=name(numbers),
            customers=name(customers),
        )
    )
    columns = (wanted.columns & (given | {"ordered_on"})) | _ALWAYS
    # Bits are taken while the ids are at hand: whoever compares orders then reads whole numbers.
    query = statement(
        "SELECT facts.row_id, {columns}, facts.{line}, {bits} AS order_bits, "
        "CASE WHEN facts.counts THEN CAST(numbers.rowid AS UINTEGER) END AS counted_number, "
        "CAST(numbers.rowid AS UINTEGER) AS customer_number, "
        "CASE WHEN numbers.rowid IS NULL THEN facts.customer_id END AS stranger "
        "FROM (SELECT *, CAST(ordered_at AS DATE) AS ordered_on, {counted} AS counts "
        "FROM {staged}) AS facts "
        "LEFT JOIN {numbers} AS numbers ON facts.customer_id = numbers.customer_id",
        columns=listed(
            statement("facts.{c}", c=name(c)) for c in sorted(columns - {"customer_id"})
        ),
        line=name(LINE_NUMBER),
        bits=Codes.among(engine, numbers).order("facts"),
        counted=SQL(f"({wanted.counted})"),
        staged=name(staged),
        numbers=name(numbers),
    )
    engine.run(statement("CREATE TABLE {made} AS {query}", made=name(made), query=query))
    return ShortLines(wanted, made, columns, staged, numbers)


def ids_are_clean(engine: Engine, file: PreparedFile, short: str) -> bool:
    """Return whether no id of an order or a customer of a file's lines has to be cleaned.

    The ids of customers who are known need not be looked at: theirs are those of clean ones.

    Args:
        engine: The engine that holds the lines.
        file: The file.
        short: The table of its lines in short.
    """
    return are_clean(
        engine,
        file.file,
        columns_used(TABLES["orders"], file.choice),
        name(short),
        {"order_id": SQL("order_id"), "customer_id": SQL("stranger")},
    )


def suspect_lines(engine: Engine, lines_in_short: ShortLines) -> str | None:
    """Return a table of the lines of orders that may have copies, or several customers.

    None if there are none. Every such order is in it with all its lines; others only by chance.
    Each line has all that is known of it in short.

    Args:
        engine: The engine that holds the lines.
        lines_in_short: The lines in short.
    """
    short = lines_in_short.relation
    count = engine.rows(statement("SELECT count(*) FROM {s}", s=name(short)))[0][0]
    codes = Codes.among(engine, lines_in_short.customers)
    suspects = new_name("suspects")
    repeated = repeated_sorted if fits(engine, count) else repeated_grouped
    repeated(engine, short, codes, suspects)
    lines = new_name("suspect_lines")
    # An order with a customer who is unknown is looked at by the customer's id.
    engine.run(
        statement(
            "CREATE TABLE {lines} AS SELECT * EXCLUDE (counted_number, ordered_on, order_bits) "
            "FROM {short} WHERE order_bits IN (SELECT bits FROM {suspects} UNION ALL "
            "SELECT order_bits FROM {short} WHERE stranger IS NOT NULL)",
            lines=name(lines),
            short=name(short),
            suspects=name(suspects),
        )
    )
    engine.run(statement("DROP TABLE {t}", t=name(suspects)))
    return lines if engine.rows(statement("SELECT 1 FROM {x} LIMIT 1", x=name(lines))) else None


class Codes:
    """A whole number of 64 bits for each line: bits of its order, its customer, bits of its line.

    Sorted, lines of one order lie together, and in it those of one customer. Two lines with the
    same order and line have the same code, or another customer. The converse need not hold: some
    bits of an order's hash may be those of another's, and lines 1 and 65 have the same bits.

    Attributes:
        customer_shift: How far left the customer stands.
        order_shift: How far left the order stands.
    """

    def __init__(self, customers: int) -> None:
        """Give room for so many customers, numbered from 0, and for none."""
        self.nobody = customers
        self.customer_shift = _LINE_BITS
        self.order_shift = _LINE_BITS + customers.bit_length()

    @classmethod
    def among(cls, engine: Engine, customers: str) -> Codes:
        """Return those of lines whose customers are numbered by the rows of a table."""
        return cls(engine.rows(statement("SELECT count(*) FROM {t}", t=name(customers)))[0][0])

    def order(self, lines: str) -> SQL:
        """Return SQL for the bits of the order of a row of `lines`."""
        mask = literal((1 << (64 - self.order_shift)) - 1)
        return statement(
            "(hash({lines}.order_id) & CAST({mask} AS UBIGINT))", lines=name(lines), mask=mask
        )

    def query(self, short: str) -> SQL:
        """Return the query of the codes of all lines in short that have an order."""
        return statement(
            "SELECT (order_bits << {far}) "
            "| (CAST(coalesce(customer_number, {nobody}) AS UBIGINT) << {near}) "
            "| CAST(coalesce({line}, 0) & {lines} AS UBIGINT) AS code "
            "FROM {short} WHERE order_id IS NOT NULL",
            far=literal(self.order_shift),
            nobody=literal(self.nobody),
            near=literal(self.customer_shift),
            line=name(LINE_NUMBER),
            lines=literal((1 << _LINE_BITS) - 1),
            short=name(short),
        )


def fits(engine: Engine, lines: int) -> bool:
    """Whether the codes of so many lines may be sorted in memory, beside what the engine holds."""
    if lines > _MOST_SORTED:
        return False
    return 16 * lines * _SHARE_OF_MEMORY <= memory_limit_of(engine)


def repeated_sorted(engine: Engine, short: str, codes: Codes, made: str) -> None:
    """Make the table of the orders (`bits`) with two equal codes, or with two customers."""
    count = engine.rows(statement("SELECT count(order_id) FROM {s}", s=name(short)))[0][0]
    every = _sorted(count, engine.batches(codes.query(short)))
    found = np.unique(np.concatenate([_EMPTY, *_neighbours(every, codes)]))
    # Arrow's own conversions of arrays import pandas wherever that is installed.
    bits = pa.Array.from_buffers(pa.uint64(), len(found), [None, pa.py_buffer(found)])
    engine.register("bits of suspects", pa.table({"bits": bits}))
    engine.run(
        statement('CREATE TABLE {made} AS SELECT bits FROM "bits of suspects"', made=name(made))
    )
    engine.unregister("bits of suspects")


def _sorted(count: int, batches: Iterable[pa.RecordBatch]) -> npt.NDArray[np.uint64]:
    """Return as many codes as are in the batches, sorted: one half beside the other.

    Codes begin with bits of a hash, so that about half of them begin with a 1.
    """
    every = np.empty(count, np.uint64)
    smaller, larger = 0, count  # what begins with a 0 is put in from the front, the others behind
    for batch in batches:
        codes = np.from_dlpack(batch.column(0))
        is_larger = codes >= _HALF
        further = codes[~is_larger]
        every[smaller : smaller + len(further)] = further
        smaller += len(further)
        further = codes[is_larger]
        every[larger - len(further) : larger] = further
        larger -= len(further)
    with beside(every[:smaller].sort):
        every[smaller:].sort()
    return every


def _neighbours(codes: npt.NDArray[np.uint64], of: Codes) -> Iterator[npt.NDArray[np.uint64]]:
    """Yield the bits of orders that have equal codes, or customers that differ, in sorted codes."""
    one_order = np.uint64(1 << of.order_shift)
    one_customer = np.uint64(1 << of.customer_shift)
    for start in range(0, len(codes) - 1, _AT_ONCE):
        piece = codes[start : start + _AT_ONCE + 1]
        differ = piece[1:] ^ piece[:-1]
        suspect = (differ < one_order) & ((differ == 0) | (differ >= one_customer))
        yield piece[1:][suspect] >> np.uint64(of.order_shift)


def repeated_grouped(engine: Engine, short: str, codes: Codes, made: str) -> None:
    """Make the same table as `repeated_sorted` by grouping, which can be spilled to the disk."""
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT code >> {far} AS bits FROM ({codes}) AS coded "
            "GROUP BY code >> {far} HAVING min(code >> {near}) <> max(code >> {near}) "
            "OR bit_count(bit_or(CAST(1 AS UBIGINT) << (code & {lines}))) <> count(*)",
            made=name(made),
            far=literal(codes.order_shift),
            near=literal(codes.customer_shift),
            lines=literal((1 << _LINE_BITS) - 1),
            codes=codes.query(short),
        )
    )


def leave_out(engine: Engine, short: ShortLines, copies: str) -> None:
    """Let rows that are copies (`row_id`) count for nobody.

    Only those of unknown customers, who are counted by rows, are deleted: in each piece of the
    table from which rows are deleted, all its rows are listed.
    """
    gone = statement("row_id IN (SELECT row_id FROM {copies})", copies=name(copies))
    engine.run(
        statement(
            "UPDATE {short} SET counted_number = NULL WHERE counted_number IS NOT NULL AND {gone}",
            short=name(short.relation),
            gone=gone,
        )
    )
    engine.run(
        statement(
            "DELETE FROM {short} WHERE customer_number IS NULL AND {gone}",
            short=name(short.relation),
            gone=gone,
        )
    )


def first_days(engine: Engine, short: ShortLines) -> str:
    """Make a table of the first day of customers whose creation does not tell when they came.

    Those are customers without a date of creation, and with one after the as-of date.
    """
    made = new_name("first_days")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT numbers.customer_id, min(short.ordered_on) AS first_on "
            "FROM {short} AS short JOIN {numbers} AS numbers "
            "ON short.customer_number = numbers.rowid "
            "WHERE numbers.created_on IS NULL OR numbers.created_on > CAST({day} AS DATE) "
            "GROUP BY numbers.customer_id",
            made=name(made),
            short=name(short.relation),
            numbers=name(short.customers),
            day=literal(short.wanted.as_of.isoformat()),
        )
    )
    return made


def finish(engine: Engine, short: ShortLines) -> None:
    """Drop the columns that only reading needs."""
    for column in ("row_id", LINE_NUMBER, "order_bits", "stranger", "customer_number"):
        engine.run(
            statement(
                "ALTER TABLE {short} DROP COLUMN {column}",
                short=name(short.relation),
                column=name(column),
            )
        )
