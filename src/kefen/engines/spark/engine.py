"""The Spark engine: relations in pieces, DuckDB's SQL in the tasks, answers combined."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import duckdb
import sqlglot
from sqlglot import exp

from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.engine import GROUP_ROWS
from kefen.engines.parquet_queries import parquet_scan
from kefen.engines.spark import dataframes, tasks
from kefen.engines.spark.catalogue import Catalogue
from kefen.engines.spark.combining import NotInPiecesError
from kefen.engines.spark.failures import unseen
from kefen.engines.spark.jobs import ROWS_OF_A_PIECE, Jobs
from kefen.engines.spark.placement import EVERYWHERE, ROWS, VALUES, Placement, placement_of
from kefen.engines.spark.questions import Questions
from kefen.engines.spark.relations import Relation
from kefen.engines.spark.session import OF_PIECES, carry_tasks, spark_errors
from kefen.engines.spark.tasks import PIECE, Output, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

Found = TypeVar("Found")
Given = ParamSpec("Given")
MOST_EVERYWHERE = 1_000_000
"""How many rows a relation may have that every task gets: products, rates, markets."""
DEFAULT_TASK_MEMORY = "1GB"


def _one_at_a_time(method: Callable[Given, Found]) -> Callable[Given, Found]:
    """Let askers beside one another call a method one after the other."""

    @functools.wraps(method)
    def calling(*given: Given.args, **named: Given.kwargs) -> Found:
        engine: SparkEngine = given[0]  # type: ignore[assignment]
        with engine.lock:
            return method(*given, **named)

    return calling


class SparkEngine:
    """Relations in pieces on a Spark cluster.

    Every statement is recorded, and run at once over no rows, so that what is wrong with it shows
    at once; it runs over rows when a question needs it. A question runs in every piece, and only
    what the pieces answer, combined, comes to the driver.

    Attributes:
        scratch: A directory of the driver for intermediate files, gone after `close`.
        task_memory: The memory that DuckDB may use in one task.
        lock: Held while the driver's database or what is known of relations is used.
    """

    def __init__(
        self,
        session: SparkSession,
        *,
        task_memory: str = DEFAULT_TASK_MEMORY,
        on_job: Callable[[DataFrame], None] | None = None,
    ) -> None:
        """Make an engine.

        Args:
            session: The Spark session; it stays open when the engine closes.
            task_memory: The memory that DuckDB may use in one task.
            on_job: Called with Spark's table of what is to be collected before each job.
        """
        self.session = session
        self.task_memory = task_memory
        self._local = DuckDBEngine()
        self.scratch = self._local.scratch
        self._catalogue = Catalogue(self._local)
        self.lock = self._catalogue.lock
        self._jobs = Jobs(session, self._catalogue, task_memory, on_job)
        self._questions = Questions(self._catalogue, self._jobs)
        # A session of the user's own is set as it was at the end.
        self._before = {name: session.conf.get(name, None) for name in OF_PIECES}
        for setting, value in OF_PIECES.items():
            session.conf.set(setting, value)
        carry_tasks()

    # --- relations --------------------------------------------------------------------------------

    @property
    def collected(self) -> int:
        """How many rows of answers came to the driver, the most for one question."""
        return self._questions.collected

    @property
    def described(self) -> dict[str, str]:
        """The engine's name and version, as `run.json` has them."""
        return {
            "name": "spark",
            "version": self.session.version,
            "duckdb": duckdb.__version__,
        }

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        """Record a statement that makes, fills or drops a relation.

        Raises:
            EngineError: Pieces for themselves could not run it.
        """
        if parameters:
            raise NotInPiecesError(sql)
        with self.lock:
            self._catalogue.run(sql)

    def create(
        self,
        kind: str,
        name: str,
        query: exp.Query,
        *,
        brief: bool = False,  # noqa: ARG002
        kept: bool = False,
        as_written: bool = False,  # noqa: ARG002
        numbers: int = 0,  # noqa: ARG002
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        """Record a view or table of a query, in place of an earlier one of that name.

        Args:
            kind: `VIEW` or `TABLE`.
            name: The relation's name.
            query: What it holds.
            brief: Of no matter here.
            kept: Whether its rows are kept between questions.
            as_written: Of no matter here.
            numbers: Of no matter here.
            meanwhile: Done afterwards, since nothing runs yet.

        Raises:
            EngineError: Pieces for themselves could not make it.
        """
        with self.lock:
            self._catalogue.record(kind, name, query, kept=kept)
        if meanwhile is not None:
            meanwhile()

    def together(self, askers: Sequence[Callable[[], Found]]) -> list[Found]:
        """Run askers beside one another, so that one job answers what all of them ask.

        What one of them makes is its own.
        """

        def apart(asker: Callable[[], Found]) -> Callable[[], Found]:
            def run() -> Found:
                self._catalogue.begin_scope()
                return asker()

            return run

        if len(askers) == 1:
            return [askers[0]()]
        return self._questions.together([apart(asker) for asker in askers])

    @contextmanager
    def beside(self, work: Callable[[], Found]) -> Iterator[Callable[[], Found]]:
        """Let the block do other work, then do this; where the block asks for it, at once.

        A cluster is busy with one job as it is.

        Args:
            work: The work.

        Raises:
            Exception: Whatever the work raises.
        """
        found = functools.cache(work)
        yield found
        found()

    def answer(self, name: str, query: exp.Query) -> None:
        """Make a small table of the answer to a question, or to several beside one another.

        Raises:
            EngineError: As for `rows`.
        """
        asked: list[exp.Query] = [query]
        while isinstance(asked[-1], exp.Union):
            union = asked.pop()
            asked += [union.args["expression"], union.args["this"]]
        answers = self._questions.ask([self._questions.asked(one) for one in reversed(asked)])
        with self.lock:
            _, named = self._catalogue.named(query)
            unique = self._catalogue.unique(name)
            nothing = f"SELECT * FROM ({named.sql('duckdb')}) LIMIT 0"
            self._local.run(f"CREATE TABLE {quoted(unique)} AS {nothing}")
            for answer in answers:
                rows = self._questions.fetched(answer, self._local.arrow)
                self._local.register("kefen answers", rows)
                self._local.run(f'INSERT INTO {quoted(unique)} SELECT * FROM "kefen answers"')
                self._local.unregister("kefen answers")
            self._catalogue.forget(name)
            self._catalogue.relations[name] = Relation(unique, EVERYWHERE)

    @_one_at_a_time
    def placed(self, relation: str, by: str) -> str:
        """Return a relation with the same rows, those with one value of a column together."""
        of = self._catalogue.relations[relation]
        if of.is_everywhere or (by, VALUES) in of.placement.by:
            return relation
        name = self._catalogue.unique(f"{relation} by {by}")
        # A task gets its rows as they are; over no rows it is the other one.
        self._local.run(
            f"CREATE VIEW {quoted(name)} AS SELECT * FROM {quoted(of.name)} WHERE false"
        )
        # Each of its rows is still the row it was: what is made of them lies with them.
        rows = {(column, name) for column, kind in of.placement.by if kind != VALUES}
        placement = Placement(frozenset({(by, VALUES), *rows}))
        self._catalogue.relations[name] = Relation(name, placement, of=of, by=by)
        return name

    def everywhere(self, relation: str) -> str:
        """Return a relation with the same rows that every task gets whole.

        Raises:
            EngineError: It has more than a million rows.
        """
        of = self._catalogue.relations[relation]
        if of.is_everywhere:
            return relation
        whole = exp.select("*").from_(exp.Table(this=exp.to_identifier(relation, quoted=True)))
        [answer] = self._questions.ask([self._questions.asked(whole, most=MOST_EVERYWHERE)])
        with self.lock:
            name = self._catalogue.unique(f"{relation} everywhere")
            rows = self._questions.fetched(answer, self._local.arrow)
            self._local.register("kefen everywhere", rows)
            kinds = ", ".join(
                f"CAST({quoted(column)} AS {kind}) AS {quoted(column)}"
                for column, kind in self._local.columns(quoted(of.name))
            )
            whole_rows = f'SELECT {kinds} FROM "kefen everywhere"'
            self._local.run(f"CREATE TABLE {quoted(name)} AS {whole_rows}")
            self._local.unregister("kefen everywhere")
            self._catalogue.relations[name] = Relation(name, EVERYWHERE)
        return name

    @_one_at_a_time
    def parquet(self, paths: Sequence[Path]) -> str:
        """Return SQL for a FROM clause that reads Parquet files, with `file_row_number`.

        The files lie where the driver and the executors see them under one path.
        """
        from pyarrow import parquet

        files = [str(path.resolve()) for path in paths]
        whole = parquet_scan(files)
        name = self._catalogue.unique(f"files {self._catalogue.number()}")
        nothing = f"SELECT * FROM {whole} WHERE false"
        self._local.run(f"CREATE VIEW {quoted(name)} AS {nothing}")
        rows = 0
        places: list[str] = []
        kinds = self._local.columns(quoted(name))
        for file in files:
            metadata = parquet.read_metadata(file)
            rows += metadata.num_rows
            groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
            source = parquet_scan([file])
            own = dict(self._local.columns(source))
            columns = ", ".join(
                quoted(column)
                if own.get(column) == kind
                else f"CAST({quoted(column) if column in own else 'NULL'} AS {kind}) "
                f"AS {quoted(column)}"
                for column, kind in kinds
            )
            places += [
                f"SELECT {columns} FROM {source} "
                f"WHERE file_row_number >= {start} AND file_row_number < {end}"
                for start, end in _ranges(groups)
            ]
        self._jobs.rows_to_read += rows
        relation = Relation(name, Placement(frozenset({("file_row_number", ROWS)})), scan=nothing)
        rows_of = tuple((place, name, scan) for place, scan in enumerate(places))
        if rows_of:
            relation.pieces = self.session.range(0, len(rows_of), 1, len(rows_of)).mapInArrow(
                tasks.scans(rows_of), PIECE
            )
        self._catalogue.relations[name] = relation
        return quoted(name)

    @property
    def is_one_place(self) -> bool:
        """Whether all rows lie in one database: here they lie in pieces."""
        return False

    @property
    def reads_text(self) -> bool:
        """Whether it reads text files and spreadsheets, which are read from end to end."""
        return False

    @_one_at_a_time
    def columns(self, source: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns that a FROM clause gives."""
        relation = self._catalogue.relations.get(source.strip('"').replace('""', '"'))
        return self._local.columns(source if relation is None else quoted(relation.name))

    def computed(
        self,
        name: str,
        relation: str,
        function: Callable[[pa.Table], pa.Table],
        columns: pa.Schema,
    ) -> None:
        """Record a table of what a function gives for the rows of a table, piece by piece.

        Args:
            name: The table to make.
            relation: The table to compute from.
            function: From some rows to as many or fewer; executors have its module.
            columns: The columns that it gives.
        """
        with self.lock:
            of = self._catalogue.relations[relation]
            unique = self._catalogue.unique(name)
            self._local.register("kefen computed", columns.empty_table())
            self._local.run(f'CREATE TABLE {quoted(unique)} AS SELECT * FROM "kefen computed"')
            self._local.unregister("kefen computed")
            by = {(column, kind) for column, kind in of.placement.by if column in columns.names}
            self._catalogue.forget(name)
            self._catalogue.relations[name] = Relation(
                unique, Placement(frozenset(by)), [of], kept=True, function=function
            )

    @_one_at_a_time
    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name`, in every task."""
        self._local.register(name, table)
        self._catalogue.relations[name] = Relation(name, EVERYWHERE)

    @_one_at_a_time
    def divided(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table of the driver readable in SQL under `name`, in pieces."""
        pieces = dataframes.pieces_of_table(self.session, name, table, ROWS_OF_A_PIECE)
        self._lies(name, table.schema, self._jobs.persist(pieces), table.num_rows)

    @_one_at_a_time
    def taken(self, name: str, rows: DataFrame, fields: Sequence[str]) -> Mapping[str, Any]:
        """Make a table of the session readable in SQL under `name`; its rows stay in tasks.

        Raises:
            EngineError: Spark cannot read it.
        """
        with self._in_large_batches(), spark_errors():
            schema, unnumbered = dataframes.pieces_of_rows(name, rows, fields)
            counted = dataframes.counted(self._jobs.persist(unnumbered))
        pieces = unnumbered.mapInArrow(tasks.numbering(counted.starts), PIECE)
        self._lies(name, schema, pieces, counted.rows)
        return {"size": counted.size, "sha256": counted.sha256}

    def _lies(self, name: str, schema: pa.Schema, pieces: DataFrame, rows: int) -> None:
        """Take note of a relation whose rows are in pieces, those of a number in one."""
        self._local.register("kefen given", schema.empty_table())
        self._local.run(f'CREATE TABLE {quoted(name)} AS SELECT * FROM "kefen given"')
        self._local.unregister("kefen given")
        self._catalogue.take(name)
        self._jobs.rows_to_read += rows
        self._catalogue.relations[name] = Relation(
            name, Placement(frozenset({("file_row_number", ROWS)})), pieces=pieces
        )

    @contextmanager
    def _in_large_batches(self) -> Iterator[None]:
        """Let tasks get many rows at once, as rows that are no pieces are small."""
        setting = "spark.sql.execution.arrow.maxRecordsPerBatch"
        before = self.session.conf.get(setting)
        self.session.conf.set(setting, "65536")
        try:
            yield
        finally:
            self.session.conf.set(setting, str(before))

    def dataframe(self, sql: str) -> DataFrame:
        """Return the rows of a query as a DataFrame of the session; none come to the driver.

        Args:
            sql: The query; its pieces are computed when the DataFrame is.

        Raises:
            EngineError: As for `rows`.
        """
        needs, query = self._catalogue.named(sqlglot.parse_one(sql, read="duckdb"))  # type: ignore[arg-type]
        placement_of(query, {r.name: r.placement for r in needs})
        text = query.sql("duckdb")
        with self.lock:
            here = self._local.arrow(text)  # over no rows, unless the driver has all of them
            if all(relation.is_everywhere for relation in needs):
                return self.session.createDataFrame(here)
            given = self._jobs.work(needs, [Output("given", text)])
        return dataframes.unpacked(given, here.schema)

    @_one_at_a_time
    def unregister(self, name: str) -> None:
        """Forget a table that was registered."""
        self._local.unregister(name)
        self._catalogue.forget(name)

    # --- questions --------------------------------------------------------------------------------

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Ask every piece, and return the combined answer.

        Raises:
            EngineError: Memory or disk ran out, a number left its range, the cluster failed, or
                the answers of pieces do not combine.
        """
        return self._questions.found(sql, parameters, self._local.rows)

    def arrow(self, sql: str, parameters: list[Any] | None = None) -> pa.Table:
        """Ask every piece, and return the combined answer as an Arrow table.

        Raises:
            EngineError: As for `rows`.
        """
        return self._questions.found(sql, parameters, self._local.arrow)

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Ask every piece, and yield the rows of the combined answer.

        Raises:
            EngineError: As for `rows`.
        """
        yield from self.arrow(sql).to_batches()

    def write_parquet(
        self,
        sql: str,
        path: Path,
        *,
        group_rows: int = GROUP_ROWS,
        words: Mapping[str, Collection[str]] | None = None,  # noqa: ARG002
    ) -> None:
        """Write the rows of a query to a directory of Parquet files, one a piece.

        Args:
            sql: The query.
            path: The directory.
            group_rows: How many rows of a file lie together.
            words: Of no matter here.

        Raises:
            EngineError: As for `rows`, or the executors write where the driver cannot see it.
        """
        needs, query = self._catalogue.named(sqlglot.parse_one(sql, read="duckdb"))  # type: ignore[arg-type]
        placement_of(query, {r.name: r.placement for r in needs})
        path.mkdir(parents=True, exist_ok=True)
        text = query.sql("duckdb")
        folder = str(path.absolute())
        output = Output("written", text, folder=folder, group_rows=group_rows)
        written = self._jobs.work(needs, [output])
        names = [name.decode() for _, name in self._jobs.collect(written)]
        if not all((path / name).exists() for name in names):
            raise unseen(path)
        if not names:
            whole = path / "part-00000.parquet"
            self._local.write_parquet(text, whole, group_rows=group_rows)

    def close(self) -> None:
        """Forget all relations; the session stays open."""
        with spark_errors():
            self._jobs.close()
            for setting, value in self._before.items():
                if value is None:
                    self.session.conf.unset(setting)
                else:
                    self.session.conf.set(setting, value)
        self._local.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _ranges(groups: Sequence[int]) -> list[tuple[int, int]]:
    """Return ranges of row numbers of about a piece each, along the row groups of a file."""
    ranges: list[tuple[int, int]] = []
    start = end = 0
    for rows in groups:
        end += rows
        if end - start >= ROWS_OF_A_PIECE:
            ranges.append((start, end))
            start = end
    if end > start or not ranges:
        ranges.append((start, end))
    return ranges
