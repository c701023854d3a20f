"""Reading one table: its files become one canonical relation, with a record of every row."""

from __future__ import annotations

import logging
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.engines.beside import beside
from kefen.lake.dataset import Finding, ReadTable
from kefen.lake.fingerprints import Fingerprints
from kefen.lake.reading import messages, money_messages
from kefen.lake.reading.clean_text import with_clean_columns
from kefen.lake.reading.columns import choose_columns
from kefen.lake.reading.currency import currency_of_unit, refuse_other_currency
from kefen.lake.reading.encodings import is_guess
from kefen.lake.reading.evidence import weigh_evidence
from kefen.lake.reading.files import ALL_SHEETS, open_file, sheet_of
from kefen.lake.reading.frames import open_frame
from kefen.lake.reading.keys import find_duplicates, orders_in_several_files
from kefen.lake.reading.mapping import TableMapping
from kefen.lake.reading.nothing import cells_without_content
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.rejected_rows import (
    RejectedRows,
    bad_rows,
    keep_rejected,
    new_rejected_table,
)
from kefen.lake.reading.shaping import shape
from kefen.lake.reading.short_lines import (
    LOOKED_AT_IN_SHORT,
    ids_are_clean,
    leave_out,
    make_short_lines,
)
from kefen.lake.reading.spreadsheets import refuse_alike_sheets
from kefen.lake.reading.sql import SQL, listed, name, statement, union_all
from kefen.lake.reading.staging import (
    LINE_NUMBER,
    PreparedFile,
    attributes_of,
    columns_used,
    conversions_of,
    line_number,
    staged_query,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.dataset import LinesWanted
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.source import RawFile, ReadingOptions, Source

_log = logging.getLogger("kefen.reading")


def read_table(
    engine: Engine,
    table: str,
    source: Source,
    options: ReadingOptions,
    *,
    wanted: LinesWanted | None = None,
    customers: ReadTable | None = None,
    fingerprints: Fingerprints | None = None,
) -> tuple[ReadTable, tuple[Finding, ...]]:
    """Read the files of one table into a canonical relation of the engine.

    Rows of blank and unknown customers stay in it: whose they are is decided where all tables
    are known. Parquet with proper types is not copied: the relation is a view over the files.

    Args:
        engine: The engine that will hold the relation.
        table: The name of the contract table.
        source: Its files.
        options: How they are read.
        wanted: What will be asked of order lines; None: that is not known yet.
        customers: The customers, where `wanted` is given. A file of order lines in place then
            comes in short too, which is also the faster way to check it.
        fingerprints: Those of the files; None: nobody has begun to take them.

    Returns:
        The table, and what was found while reading it.

    Raises:
        CallError: There is no such table or file.
        DataError: The files cannot be used as they are.
    """
    if table not in TABLES:
        raise CallError(
            Text("There is no table called {t}.", "没有名为 {t} 的数据表。").filled(t=table),
            mend=Text("Tables: {all}.", "数据表：{all}。").filled(all=", ".join(TABLES)),
        )
    contract = TABLES[table]
    mapping = options.mapping.table(table) if options.mapping else TableMapping()
    with timed(table, "open"):
        inputs = [file for path in source.paths for file in _opened(engine, path, contract, source)]
        if source.sheet is None:
            refuse_alike_sheets(inputs, contract)
        inputs += [open_frame(engine, frame) for frame in source.frames]
        opened = [shape(engine, file, mapping, options, contract) for file in inputs]
        choices = [choose_columns(file, contract, mapping) for file, _ in opened]
    short_of = None if wanted is None or customers is None else (wanted, customers)
    taken = fingerprints or Fingerprints()
    # Reading the bytes of a large file keeps one core busy, and none of the engine's.
    with beside(
        lambda: [_fingerprints(file, taken) for file, _ in opened], stop=taken.give_up
    ) as found_in:

        def read(*, ids_later: bool) -> tuple[ReadTable, tuple[Finding, ...]] | None:
            prepared, nothing = _prepare(
                engine, contract, opened, choices, mapping, options, ids_later=ids_later
            )
            assembled = _assemble(
                engine, contract, prepared, options, found_in, short_of, ids_later=ids_later
            )
            if assembled is None or not nothing:
                return assembled
            told = messages.words_for_nothing(contract, nothing.total(), tuple(nothing))
            return assembled[0], (*assembled[1], told)

        # What ids hold costs less to ask of lines in short. Where one has to be cleaned, or there
        # are none in short, it is asked beforehand.
        in_short = short_of is not None and engine.is_one_place and len(opened) == 1
        found = read(ids_later=True) if in_short and opened[0][0].in_place else None
        if found is None:
            found = read(ids_later=False)
    assert found is not None  # noqa: S101  nothing was put off
    return found


def _prepare(
    engine: Engine,
    table: Table,
    opened: Sequence[tuple[RawFile, tuple[Finding, ...]]],
    choices: Sequence[ColumnChoice],
    mapping: TableMapping,
    options: ReadingOptions,
    *,
    ids_later: bool,
) -> tuple[list[PreparedFile], Counter[str]]:
    """Return files with what becomes of their columns, and the cells that mean nothing."""
    put_off = LOOKED_AT_IN_SHORT if ids_later else ()
    with timed(table.name, "look"):
        cleaned = [
            with_clean_columns(engine, file, columns_used(table, choice), put_off)
            for (file, _), choice in zip(opened, choices, strict=True)
        ]
        files = list(zip(cleaned, choices, strict=True))
        evidence = weigh_evidence(engine, table, files, mapping)
        nothing = Counter[str]()
        for file, choice in files:
            nothing.update(cells_without_content(engine, table, file, choice))
    prepared = [
        PreparedFile(
            file,
            choice,
            conversions_of(table, file, choice, position, evidence, options),
            found,
        )
        for position, ((file, choice), (_, found)) in enumerate(zip(files, opened, strict=True))
    ]
    for p in prepared:
        if "currency" in p.choice.columns:
            stated = next(c.value for c in p.conversions if c.column.name == "currency")
            refuse_other_currency(engine, table, p.file, p.choice, stated)
    return prepared, nothing


def _opened(engine: Engine, path: Path, table: Table, source: Source) -> Iterator[RawFile]:
    """Yield a file, or each of the sheets of it that are to be read."""
    file = open_file(engine, path, table, source.sheet, source.encoding)
    if sheet_of(path)[1] == ALL_SHEETS and file.alike_sheets:
        for sheet in file.alike_sheets:
            yield open_file(engine, file.path, table, sheet, source.encoding)
    else:
        yield file


@contextmanager
def timed(table: str, step: str) -> Iterator[None]:
    """Log how long a step of reading takes (logger `kefen.reading`, level DEBUG)."""
    started = time.perf_counter()
    yield
    _log.debug("%s: %s took %.3f s", table, step, time.perf_counter() - started)


def _assemble(
    engine: Engine,
    table: Table,
    prepared: Sequence[PreparedFile],
    options: ReadingOptions,
    fingerprints: Callable[[], Sequence[Sequence[Mapping[str, Any]]]],
    short_of: tuple[LinesWanted, ReadTable] | None,
    *,
    ids_later: bool,
) -> tuple[ReadTable, tuple[Finding, ...]] | None:
    """Return the table of files, and what was found; None where an id has yet to be cleaned.

    Args:
        engine: The engine.
        table: The contract table.
        prepared: The files.
        options: How they are read.
        fingerprints: Waits for the fingerprints of the files.
        short_of: What will be asked of order lines, and the customers.
        ids_later: Whether ids were marked as clean without looking at them.
    """
    attributes = attributes_of(table, prepared)
    in_place = all(p.file.in_place and all(c.cheap for c in p.conversions) for p in prepared)
    numbered = in_place and table.name == "orders" and all(map(line_number, prepared))
    staged = new_name(f"staged_{table.name}")
    query = union_all(
        staged_query(table, p, position, attributes, numbered=numbered)
        for position, p in enumerate(prepared)
    )
    with timed(table.name, "stage"):
        engine.run(
            statement(
                "CREATE {what} {staged} AS {query}",
                what=SQL("VIEW" if in_place else "TABLE"),
                staged=name(staged),
                query=query,
            )
        )
    rejected_table = new_rejected_table(engine, table.name)
    counts: list[RejectedRows] = []
    with timed(table.name, "reject"):
        for position, p in enumerate(prepared):
            counts.append(
                keep_rejected(
                    engine,
                    table,
                    p.file,
                    p.conversions,
                    p.choice,
                    rejected_table,
                    position,
                    options.max_rejected,
                )
            )
    columns = (*table.column_names, *attributes)
    accepted = staged
    if any(c.bad for c in counts):
        accepted = new_name(f"accepted_{table.name}")
        engine.run(
            statement(
                "CREATE VIEW {accepted} AS SELECT * FROM {source} AS staged",
                accepted=name(accepted),
                source=_without(
                    name(staged), bad_rows(rejected_table), one_file=len(prepared) == 1
                ),
            )
        )
    given = frozenset(c.column.name for p in prepared for c in p.conversions)
    one_file = len(prepared) == 1
    shared = 0
    short = None
    if (
        short_of is not None
        and engine.is_one_place
        and numbered
        and one_file
        and accepted == staged
        and not given & (short_of[0].unless | {"currency"})  # money may be converted yet
    ):
        with timed(table.name, "short"):
            wanted, customers = short_of
            short = make_short_lines(engine, accepted, customers.relation, wanted, given)
        if ids_later and not ids_are_clean(engine, prepared[0], short.relation):
            for made in (short.relation, short.customers):
                engine.run(statement("DROP TABLE {t}", t=name(made)))
            return None
    elif ids_later:
        return None
    with timed(table.name, "keys"):
        if table.name == "orders" and not one_file and "line" not in given:
            shared = orders_in_several_files(engine, accepted)
        accepted, copies = find_duplicates(
            engine,
            table,
            accepted,
            columns,
            given,
            LINE_NUMBER if numbered else None,
            short,
        )
    relation = new_name(f"read_{table.name}")
    source = _without(name(accepted), name(copies), one_file=one_file) if copies else name(accepted)
    engine.run(
        statement(
            "CREATE VIEW {relation} AS SELECT {columns} FROM {source} AS staged",
            relation=name(relation),
            columns=listed(name(column) for column in columns),
            source=source,
        )
    )
    duplicates = (
        engine.rows(statement("SELECT count(*) FROM {c}", c=name(copies)))[0][0] if copies else 0
    )
    if short is not None:
        short.of = relation
        if copies is not None:
            leave_out(engine, short, copies)
    rows_in = sum(c.rows_in for c in counts)
    rejected = sum(c.rejected for c in counts)
    currencies, unnamed = _currencies(engine, relation, given)
    read = ReadTable(
        table=table,
        relation=relation,
        columns=given,
        rejected=rejected_table,
        rows_in=rows_in,
        rows_used=rows_in - rejected - duplicates,
        rows_rejected=rejected,
        rows_duplicate=duplicates,
        currency=currencies[0] if len(currencies) == 1 and not unnamed else None,
        money_sign=next((p.choice.sign for p in prepared if p.choice.sign is not None), None)
        if options.currency is None
        else None,
        attributes=attributes,
        inputs=tuple(
            entry
            for p, c, own in zip(prepared, counts, fingerprints(), strict=True)
            for entry in _inputs(p.file, c, own)
        ),
        short=short,
    )
    findings = _findings(table, prepared, counts, duplicates, shared)
    return read, (*findings, *_signs_taken(table, prepared, options))


def _signs_taken(
    table: Table, prepared: Sequence[PreparedFile], options: ReadingOptions
) -> Iterator[Finding]:
    """Give the signs of money that stand for their usual currency in a book that names none."""
    if "currency" in table.column_names:
        for choice in (p.choice for p in prepared if "currency" not in p.choice.columns):
            code = currency_of_unit(choice, options.currency, into_book=options.into_book)
            if options.currency is None and choice.sign is not None and code is not None:
                yield money_messages.sign_taken(table, choice.sign, code)


def _without(source: SQL, left_out: SQL, *, one_file: bool) -> SQL:
    """Return a FROM clause without the rows that a relation of (`file_number`, `row_id`) lists.

    Args:
        source: The rows.
        left_out: The relation that lists some of them.
        one_file: Whether all are of one file, so that their `row_id` tells them apart.
    """
    return statement(
        "(SELECT kept.* FROM {source} AS kept ANTI JOIN {left_out} AS gone "
        "ON {same_file} kept.row_id = gone.row_id)",
        source=source,
        left_out=left_out,
        same_file=SQL("" if one_file else "kept.file_number = gone.file_number AND"),
    )


def _currencies(engine: Engine, relation: str, given: frozenset[str]) -> tuple[list[str], bool]:
    """Return the currencies that a table names, and whether some rows name none."""
    if "currency" not in given:
        return [], False
    rows = engine.rows(statement("SELECT DISTINCT currency FROM {r} ORDER BY 1", r=name(relation)))
    named = [str(row[0]) for row in rows if row[0] is not None]
    return named, len(named) != len(rows)


def _fingerprints(file: RawFile, taken: Fingerprints) -> list[Mapping[str, Any]]:
    """Return the fingerprints of a file and of those joined to it."""
    own = taken.of(file.path) if file.fingerprint is None else file.fingerprint
    return [own, *map(taken.of, file.further)]


def _inputs(
    file: RawFile, counted: RejectedRows, fingerprints: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the record of a file and of those joined to it."""
    own, *further = fingerprints
    yield {**own, "rows": counted.rows_in, **file.properties}
    for joined in further:
        yield {**joined, "joined_to": file.path.name}


def _findings(
    table: Table,
    prepared: Sequence[PreparedFile],
    counts: Sequence[RejectedRows],
    duplicates: int,
    shared: int,
) -> Iterator[Finding]:
    if any(c.rejected for c in counts):
        yield messages.rows_rejected(table, sum(c.rejected for c in counts))
    if duplicates:
        yield messages.rows_duplicate(table, duplicates)
    if shared:
        yield messages.orders_in_several_files(table, shared)
    hidden = sum(p.file.hidden_rows for p in prepared)
    if hidden:
        yield messages.rows_hidden(table, hidden)
    read = {*attributes_of(table, prepared)}
    read.update(h for p in prepared for h in p.choice.columns.values() if isinstance(h, str))
    unseen = tuple(dict.fromkeys(h for p in prepared for h in p.file.hidden_columns if h in read))
    if unseen:
        yield messages.columns_hidden(table, unseen)
    for p in prepared:
        yield from p.findings
        found = p.file.properties.get("encoding")
        if isinstance(found, str) and is_guess(found):
            yield messages.encoding_guessed(table, p.file.path.name, found)
        if p.file.title_unit is not None:
            yield money_messages.unit_of_title(table, p.file.title_unit.written)
        below = {h: u for h, u in p.file.units_below.items() if h in p.choice.columns.values()}
        if below:
            yield money_messages.units_below_heading(table, below)
        if p.choice.currency is not None and "currency" not in p.choice.columns:
            yield money_messages.currency_of_units(table, p.choice.currency)
    unknown = tuple(dict.fromkeys(h for p in prepared for h in p.choice.unknown))
    if unknown and table.name != "customers":
        yield messages.columns_unknown(table, unknown)
