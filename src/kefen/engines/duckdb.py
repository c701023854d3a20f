"""DuckDB: the engine of one machine."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb
from sqlglot import exp

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.engines.beside import beside
from kefen.engines.duckdb_errors import translated
from kefen.engines.engine import GROUP_ROWS
from kefen.engines.memory import memory_limit_of
from kefen.engines.page_cache import is_in_memory
from kefen.engines.parquet_queries import in_words, parquet_scan
from kefen.engines.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

DEFAULT_MEMORY_LIMIT = "2GB"
_SHARED_OUT = "PRAGMA verify_parallelism"  # made for DuckDB's tests: tables go out in small pieces
_AS_WRITTEN = "join_order,build_side_probe_side,common_subexpressions"
_PLACES_ANYWAY = 12  # for numbers of so many bits DuckDB has places untold
_PLACE = 32  # bytes of one aggregate of one group, about
_SHARE_FOR_PLACES = 4  # of the memory limit: one part of so many
BATCH = 200_000
"""About how many rows a function computes from at once."""
Found = TypeVar("Found")


class DuckDBEngine:
    """One DuckDB database in memory, with a scratch directory that is removed when it closes.

    Tables that do not fit the memory limit go to the scratch directory. A database in a file
    would compress every table and write it out whether or not it fits: a table of 19 million
    order lines took half as much time again.

    Attributes:
        scratch: A directory for intermediate files, gone after `close`.
    """

    def __init__(
        self, *, memory_limit: str = DEFAULT_MEMORY_LIMIT, scratch_parent: Path | None = None
    ) -> None:
        self._scratch = Scratch(scratch_parent)
        self.scratch = self._scratch.path
        self._connection = duckdb.connect()
        self._here = threading.local()
        self._registered: dict[str, pa.Table] = {}
        self._shares_out = False
        self._until_closed = ExitStack()
        for setting, value in (
            ("memory_limit", memory_limit),
            ("temp_directory", str(self.scratch / "spill")),
            ("autoinstall_known_extensions", False),
            ("autoload_known_extensions", False),
        ):
            self._connection.execute(f"SET {setting} = ?", [value])
        _prepare(self._connection)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open connection; work beside other work has one of its own to the same database."""
        connection: duckdb.DuckDBPyConnection = getattr(self._here, "connection", self._connection)
        return connection

    @contextmanager
    def beside(self, work: Callable[[], Found]) -> Iterator[Callable[[], Found]]:
        """Do work of this engine in a thread of its own while the block does other work.

        Neither may change what the other reads. Arrow tables that were registered before are seen
        by both; brief tables, and what is registered meanwhile, by the one alone that made them.

        Args:
            work: The work. When the block fails, its statement is broken off.

        Raises:
            Exception: Whatever the work raises; where it is asked for, or when the block ends.
        """
        with self.connection.cursor() as connection:
            _prepare(connection)
            if self._shares_out:
                connection.execute(_SHARED_OUT)
            for name, table in tuple(self._registered.items()):
                connection.register(name, table)

            def with_own_connection() -> Found:
                self._here.connection = connection
                return work()

            with beside(with_own_connection, stop=connection.interrupt) as found:
                yield found

    def until_closed(self, work: ExitStack) -> None:
        """Let work that was begun beside other work go on after its block.

        Args:
            work: What ends it. The engine is not closed before it has ended; when the engine is
                left because something failed, it is broken off.
        """
        self._until_closed.push(work)

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        """Run a statement whose result is not needed.

        Raises:
            EngineError: The engine ran out of memory or disk, or a number left its range.
        """
        self._execute(sql, parameters)

    @property
    def described(self) -> dict[str, str]:
        """The engine's name and version, as `run.json` has them."""
        return {"name": "duckdb", "version": duckdb.__version__}

    def create(
        self,
        kind: str,
        name: str,
        query: exp.Query,
        *,
        brief: bool = False,
        kept: bool = False,  # noqa: ARG002
        as_written: bool = False,
        numbers: int = 0,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        """Make a view or table (`kind`) of a query, in place of an earlier one of that name.

        Args:
            kind: `VIEW` or `TABLE`.
            name: The relation's name.
            query: What it holds; taken over, so that it is of no use to the caller afterwards.
            brief: Whether a table lasts as long as the connection only, and is never written out.
            kept: Of no matter here: every table is kept.
            as_written: Whether joins are made in the order in which they are written, and equal
                expressions are not looked for. DuckDB guesses how many rows are left where some
                were left out before, and then may look up the few in the many; and it looks
                through thousands of comparisons for longer than a small population takes.
            numbers: How many whole numbers, one after the other, its rows are grouped by; 0: they
                are not, or by others too. A place for every number is found without a look-up.
            meanwhile: What is done while the statement runs. Begun before it is written, it would
                take turns with the writing.

        Raises:
            EngineError: As for `run`.
        """
        created = exp.Create(
            this=exp.to_table(exp.to_identifier(name, quoted=True).sql("duckdb"), dialect="duckdb"),
            kind=kind,
            expression=query,
            replace=True,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]) if brief else None,
        )
        in_places = self._in_places(numbers, query) if numbers else nullcontext()
        # The query is taken over: copying it took longer than writing it as text.
        text = created.sql("duckdb", copy=False)
        with (
            self.without(_AS_WRITTEN) if as_written else nullcontext(),
            in_places,
            nullcontext() if meanwhile is None else beside(meanwhile),
        ):
            self.run(text)

    @contextmanager
    def without(self, optimizers: str) -> Iterator[None]:
        """Let no statement of the block be optimised in some ways; nor others' meanwhile.

        Args:
            optimizers: DuckDB's names of these ways, joined by commas.
        """
        self.run(f"SET disabled_optimizers = '{optimizers}'")
        try:
            yield
        finally:
            self.run("RESET disabled_optimizers")

    @contextmanager
    def _in_places(self, numbers: int, query: exp.Query) -> Iterator[None]:
        """Let statements group by so many numbers in places of their own, where memory allows."""
        bits = (numbers + 1).bit_length()  # one more for those without a number
        if bits <= _PLACES_ANYWAY or not self._has_room(bits, query):
            yield
            return
        self.run(f"SET perfect_ht_threshold = {bits}")
        try:
            yield
        finally:
            self.run("RESET perfect_ht_threshold")

    def _has_room(self, bits: int, query: exp.Query) -> bool:
        """Whether there is memory for places for numbers of so many bits.

        Each thread has its own, and DuckDB does not count them against its memory limit.
        """
        width = _PLACE * (1 + sum(1 for _ in query.find_all(exp.AggFunc)))
        threads = int(self.rows("SELECT current_setting('threads')")[0][0])
        return (width * threads << bits) * _SHARE_FOR_PLACES <= memory_limit_of(self)

    @contextmanager
    def reading(self, paths: Sequence[Path]) -> Iterator[None]:
        """Let the statements of the block read files as is fastest for where they lie.

        Reading ahead brings what is asked of a file in large pieces, in the order in which it lies.
        Where the system has the files in memory already that is one copy of it more.
        """
        if not all(map(is_in_memory, paths)):
            yield
            return
        self.run("SET disable_parquet_prefetching = true")
        try:
            yield
        finally:
            self.run("RESET disable_parquet_prefetching")

    def use_all_cores(self) -> None:
        """Let all cores have a part of small tables too, as long as the engine is open.

        Otherwise one core has up to 122,880 rows to itself: of few customers with a hundred values
        each, the others have nothing to do.
        """
        self._shares_out = True
        self.run(_SHARED_OUT)

    def together(self, askers: Sequence[Callable[[], Found]]) -> list[Found]:
        """Run askers one after the other, or so that their questions are answered together.

        Relations that one of them makes are its own.
        """
        return [asker() for asker in askers]

    def answer(self, name: str, query: exp.Query) -> None:
        """Make a small table of the answer to a question, or to several beside one another.

        Raises:
            EngineError: As for `run`.
        """
        self.create("TABLE", name, query)

    def placed(self, relation: str, by: str) -> str:  # noqa: ARG002
        """Return the relation: here all rows lie together."""
        return relation

    def everywhere(self, relation: str) -> str:
        """Return the relation: here all rows lie together."""
        return relation

    def parquet(self, paths: Sequence[Path]) -> str:
        """Return SQL for a FROM clause that reads Parquet files, with `file_row_number`.

        Files of one table may differ in their columns: a missing one reads as null.
        """
        return parquet_scan([str(path.resolve()) for path in paths])

    @property
    def is_one_place(self) -> bool:
        """Whether all rows lie in one database: they do."""
        return True

    @property
    def reads_text(self) -> bool:
        """Whether it reads text files and spreadsheets, which are read from end to end."""
        return True

    def columns(self, source: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns that a FROM clause gives.

        Raises:
            duckdb.Error: It cannot be read.
        """
        described = self.connection.execute(f"SELECT * FROM {source} LIMIT 0").description  # noqa: S608
        return [(str(column[0]), str(column[1])) for column in described or ()]

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query and return its rows, for small results.

        Raises:
            EngineError: As for `run`.
        """
        return self._execute(sql, parameters).fetchall()

    def arrow(self, sql: str, parameters: list[Any] | None = None) -> pa.Table:
        """Run a query and return an Arrow table.

        Raises:
            EngineError: As for `run`.
        """
        with translated():
            return self.connection.sql(sql, params=parameters).to_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Run a query and yield its rows as they come, none of them kept.

        Brief tables are not seen by it: the rows are read by a connection of their own, so that
        others can be asked meanwhile.

        Raises:
            EngineError: As for `run`.
        """
        with translated(), self.connection.cursor() as cursor:
            _prepare(cursor)
            yield from cursor.sql(sql).to_arrow_reader(BATCH)

    def computed(
        self,
        name: str,
        relation: str,
        function: Callable[[pa.Table], pa.Table],
        columns: pa.Schema,
    ) -> None:
        """Make a table of what a function gives for the rows of a table, batch by batch.

        Args:
            name: The table to make.
            relation: The table to compute from; no view, and no brief one.
            function: From some rows to as many or fewer; it can be pickled.
            columns: The columns that it gives.

        Raises:
            EngineError: As for `run`.
        """
        import pyarrow as pa

        given = f"{name} batch"

        def put(batch: pa.Table, statement: str) -> None:
            self.register(given, batch)
            self.run(f'{statement} SELECT * FROM "{given}"')  # noqa: S608
            self.unregister(given)

        # An empty table of a schema's own making would import pandas, wherever that is installed.
        put(pa.Table.from_batches([], schema=columns), f'CREATE OR REPLACE TABLE "{name}" AS')
        for rows in self.batches(f'SELECT * FROM "{relation}"'):  # noqa: S608
            put(function(pa.Table.from_batches([rows])), f'INSERT INTO "{name}"')

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name`."""
        self.connection.register(name, table)
        self._registered[name] = table

    def divided(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name`."""
        self.register(name, table)

    def taken(self, name: str, rows: Any, fields: Sequence[str]) -> Mapping[str, Any]:
        """Refuse a table of Spark, whose rows are elsewhere.

        Raises:
            EngineError: Always.
        """
        del name, rows, fields
        raise EngineError(
            Text(
                "A Spark DataFrame is graded by Spark, where its rows are.",
                "Spark DataFrame 由 Spark 在数据所在处评级。",
            ),
            mend=Text(
                'Use engine="spark"; or bring the rows here with .toArrow().',
                '请使用 engine="spark"；或用 .toArrow() 将数据取到本机。',
            ),
        )

    def unregister(self, name: str) -> None:
        """Forget a table that was registered."""
        self.connection.unregister(name)
        self._registered.pop(name, None)

    def close(self) -> None:
        """Close the connection and remove the scratch directory.

        Raises:
            Exception: What work that went on until now raises, unless it was asked for before.
        """
        try:
            self._until_closed.close()
        finally:
            self._connection.close()
            self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._until_closed.__exit__(kind, error, trace)
        finally:
            self.close()

    def write_parquet(
        self,
        sql: str,
        path: Path,
        *,
        group_rows: int = GROUP_ROWS,
        words: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Write the rows of a query, in their order, to a Parquet file.

        Args:
            sql: The query.
            path: The file.
            group_rows: How many rows lie together, to be read together.
            words: Columns of text that have no other values than these, or null.

        Raises:
            EngineError: As for `run`.
        """
        with translated():
            self.connection.sql(in_words(sql, words or {})).write_parquet(
                str(path), compression="zstd", row_group_size=group_rows
            )

    def _execute(self, sql: str, parameters: list[Any] | None) -> duckdb.DuckDBPyConnection:
        with translated():
            return self.connection.execute(sql, parameters)


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Set what each connection to a database has of its own."""
    connection.execute("SET TimeZone = 'UTC'")  # never the machine's zone: principle 1
    # Who wants a progress bar shows its own. A notebook without widgets has none to turn off,
    # and DuckDB refuses to.
    with suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar = false")
