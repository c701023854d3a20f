"""The Spark engine: relations in pieces, DuckDB's SQL in the tasks, answers combined."""

from __future__ import annotations

import contextvars
import threading
from collections import ChainMap
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb
import sqlglot
from sqlglot import exp

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine, parquet_scan, translated
from kefen.engines.engine import GROUP_ROWS
from kefen.engines.spark import dataframes, tasks
from kefen.engines.spark.combining import PARTS, NotInPiecesError, Question, take_apart
from kefen.engines.spark.placement import EVERYWHERE, ROWS, VALUES, Placement, placement_of
from kefen.engines.spark.relations import Relation, closure
from kefen.engines.spark.session import OF_PIECES, carry_tasks, spark_errors
from kefen.engines.spark.tasks import ERROR, PIECE, Leaf, Output, Work, quoted
from kefen.engines.spark.together import Meeting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

Found = TypeVar("Found")
MOST_COLLECTED = 100_000
"""How many rows of a histogram or of other groups come to the driver at most."""
MOST_LISTED = 1_000_000
"""How many rows of a list, such as that of rejected values, come to the driver at most."""
MOST_EVERYWHERE = 1_000_000
"""How many rows a relation may have that every task gets: products, rates, markets."""
ROWS_OF_A_PIECE = 250_000
"""About how many rows of facts a piece holds."""
FEWEST_BUCKETS = 4
DEFAULT_TASK_MEMORY = "1GB"


class SparkEngine:
    """Relations in pieces on a Spark cluster.

    Every statement is recorded, and run at once over no rows, so that what is wrong with it shows
    at once; it runs over rows when a question needs it. A question runs in every piece, and only
    what the pieces answer, combined, comes to the driver.

    Attributes:
        scratch: A directory of the driver for intermediate files, gone after `close`.
        task_memory: The memory that DuckDB may use in one task.
        collected: How many rows of answers came to the driver, the most for one question.
    """

    def __init__(self, session: SparkSession, *, task_memory: str = DEFAULT_TASK_MEMORY) -> None:
        """Make an engine.

        Args:
            session: The Spark session; it stays open when the engine closes.
            task_memory: The memory that DuckDB may use in one task.
        """
        self.session = session
        self.collected = 0
        self.task_memory = task_memory
        self._local = DuckDBEngine()  # every relation over no rows, and the combining of answers
        self.scratch = self._local.scratch
        self._scope: contextvars.ContextVar[ChainMap[str, Relation]] = contextvars.ContextVar(
            "scope"
        )
        self._scope.set(ChainMap())
        self._lock = threading.RLock()
        self._meeting: Meeting[_Asked] = Meeting(self._answers)
        self._names: set[str] = set()
        self._made = 0
        self._rows_to_read = 0
        self._buckets: int | None = None
        self._persisted: list[DataFrame] = []
        # A session of the user's own is set as it was at the end.
        self._before = {name: session.conf.get(name, None) for name in OF_PIECES}
        for setting, value in OF_PIECES.items():
            session.conf.set(setting, value)
        carry_tasks()

    # --- relations --------------------------------------------------------------------------------

    @property
    def _relations(self) -> ChainMap[str, Relation]:
        """The relations by name; those that one of several askers makes are its own."""
        return self._scope.get()

    @property
    def described(self) -> dict[str, str]:
        """The engine's name and version, as `run.json` has them."""
        return {
            "name": "spark",
            "version": self.session.version,
            "duckdb": duckdb.__version__,
        }

    @property
    def buckets(self) -> int:
        """How many pieces rows are divided into."""
        if self._buckets is None:
            most = int(self.session.conf.get("spark.sql.shuffle.partitions") or "200")
            wanted = -(-self._rows_to_read // ROWS_OF_A_PIECE)
            self._buckets = max(FEWEST_BUCKETS, min(wanted, most))
        return self._buckets

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        """Record a statement that makes, fills or drops a relation.

        Raises:
            EngineError: Pieces for themselves could not run it.
        """
        if parameters:
            raise NotInPiecesError(sql)
        with self._lock:
            self._run(sql)

    def _run(self, sql: str) -> None:
        statement = sqlglot.parse_one(sql, read="duckdb")
        if isinstance(statement, exp.Drop):
            for dropped in statement.find_all(exp.Table):
                self._forget(dropped.name)
            return
        if isinstance(statement, exp.Insert):
            self._insert(statement, sql)
            return
        if not isinstance(statement, exp.Create):
            raise NotInPiecesError(sql)
        query = statement.args.get("expression")
        name = statement.find(exp.Table).name  # type: ignore[union-attr]
        if query is None:
            # An empty table, to be filled: its rows will lie where those inserted do.
            self._local.run(sql)
            self._names.add(name)
            self._relations[name] = Relation(name, Placement(), statements=[sql])
            return
        self._record(str(statement.args["kind"]), name, query, kept=False)

    def create(
        self,
        kind: str,
        name: str,
        query: exp.Query,
        *,
        brief: bool = False,  # noqa: ARG002
        kept: bool = False,
        as_written: bool = False,  # noqa: ARG002
    ) -> None:
        """Record a view or table of a query, in place of an earlier one of that name.

        Args:
            kind: `VIEW` or `TABLE`.
            name: The relation's name.
            query: What it holds.
            brief: Of no matter here.
            kept: Whether its rows are kept between questions.
            as_written: Of no matter here.

        Raises:
            EngineError: Pieces for themselves could not make it.
        """
        with self._lock:
            self._record(kind, name, query, kept=kept)

    def _record(self, kind: str, name: str, query: exp.Query, *, kept: bool) -> None:
        needs, query = self._named(query)
        placement = placement_of(query, {r.name: r.placement for r in needs})
        unique = self._unique(name)
        sql = f"CREATE {kind} {quoted(unique)} AS {query.sql('duckdb')}"
        self._local.run(sql)
        self._forget(name)
        if placement.everywhere and not all(r.is_everywhere for r in needs):
            raise NotInPiecesError(sql[:300])
        self._relations[name] = Relation(
            unique, EVERYWHERE if placement.everywhere else placement, needs, [sql], kept=kept
        )

    def _unique(self, name: str) -> str:
        """Return a name that no relation has had."""
        self._made += 1
        unique = f"{name} {self._made}" if name in self._names else name
        self._names.add(unique)
        return unique

    def _named(self, query: exp.Query) -> tuple[list[Relation], exp.Query]:
        """Return the relations that a query names, and the query with their unique names."""
        found: dict[str, Relation] = {}
        renamed = False
        for node in query.find_all(exp.Table):
            relation = self._relations.get(node.name)
            if relation is not None:
                found[node.name] = relation
                renamed = renamed or relation.name != node.name
        if renamed:
            query = query.copy()
            for node in query.find_all(exp.Table):
                relation = found.get(node.name)
                if relation is not None and relation.name != node.name:
                    if not node.alias:
                        node.set(
                            "alias",
                            exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)),
                        )
                    node.set("this", exp.to_identifier(relation.name, quoted=True))
        return list(found.values()), query

    def _insert(self, statement: exp.Insert, sql: str) -> None:
        target = self._relations[statement.this.name]
        needs, query = self._named(statement.expression)
        placement = placement_of(query, {r.name: r.placement for r in needs})
        self._local.run(sql)
        target.statements.append(f"INSERT INTO {quoted(target.name)} {query.sql('duckdb')}")
        target.needs += [need for need in needs if need not in target.needs]
        # Columns of the query stand in the order of the table's.
        names = [name for name, _ in self._local.columns(quoted(target.name))]
        shown = [select.output_name for select in query.selects]
        lying = dict(placement.by)
        by = {(c, lying[own]) for own, c in zip(shown, names, strict=False) if own in lying}
        first = len(target.statements) == 2
        target.placement = Placement(frozenset(by) if first else target.placement.by & by)

    def _forget(self, name: str) -> None:
        self._relations.maps[0].pop(name, None)

    def together(self, askers: Sequence[Callable[[], Found]]) -> list[Found]:
        """Run askers beside one another, so that one job answers what all of them ask.

        What one of them makes is its own.
        """

        def apart(asker: Callable[[], Found]) -> Callable[[], Found]:
            def run() -> Found:
                self._scope.set(self._scope.get().new_child())
                return asker()

            return run

        if len(askers) == 1:
            return [askers[0]()]
        return self._meeting.together([apart(asker) for asker in askers])

    def answer(self, name: str, query: exp.Query) -> None:
        """Make a small table of the answer to a question, or to several beside one another.

        Raises:
            EngineError: As for `rows`.
        """
        asked: list[exp.Query] = [query]
        while isinstance(asked[-1], exp.Union):
            union = asked.pop()
            asked += [union.args["expression"], union.args["this"]]
        answers = self._answers([self._asked(one) for one in reversed(asked)])
        _, named = self._named(query)
        unique = self._unique(name)
        self._local.run(
            f"CREATE TABLE {quoted(unique)} AS SELECT * FROM ({named.sql('duckdb')}) LIMIT 0"
        )
        for answer in answers:
            self._local.register("kefen answers", self._fetched(answer, self._local.arrow))
            self._local.run(f'INSERT INTO {quoted(unique)} SELECT * FROM "kefen answers"')
            self._local.unregister("kefen answers")
        self._forget(name)
        self._relations[name] = Relation(unique, EVERYWHERE)

    def placed(self, relation: str, by: str) -> str:
        """Return a relation with the same rows, those with one value of a column together."""
        of = self._relations[relation]
        if of.is_everywhere or (by, VALUES) in of.placement.by:
            return relation
        name = self._unique(f"{relation} by {by}")
        # A task gets its rows as they are; over no rows it is the other one.
        self._local.run(
            f"CREATE VIEW {quoted(name)} AS SELECT * FROM {quoted(of.name)} WHERE false"
        )
        # Each of its rows is still the row it was: what is made of them lies with them.
        rows = {(column, name) for column, kind in of.placement.by if kind != VALUES}
        placement = Placement(frozenset({(by, VALUES), *rows}))
        self._relations[name] = Relation(name, placement, of=of, by=by)
        return name

    def everywhere(self, relation: str) -> str:
        """Return a relation with the same rows that every task gets whole.

        Raises:
            EngineError: It has more than a million rows.
        """
        if self._relations[relation].is_everywhere:
            return relation
        whole = exp.select("*").from_(exp.Table(this=exp.to_identifier(relation, quoted=True)))
        asked = self._asked(whole, most=MOST_EVERYWHERE)
        table = self._fetched(self._answers([asked])[0], self._local.arrow)
        name = self._unique(f"{relation} everywhere")
        self._local.register("kefen everywhere", table)
        kinds = ", ".join(
            f"CAST({quoted(column)} AS {kind}) AS {quoted(column)}"
            for column, kind in self._local.columns(quoted(self._relations[relation].name))
        )
        self._local.run(f'CREATE TABLE {quoted(name)} AS SELECT {kinds} FROM "kefen everywhere"')
        self._local.unregister("kefen everywhere")
        self._relations[name] = Relation(name, EVERYWHERE)
        return name

    def parquet(self, paths: Sequence[Path]) -> str:
        """Return SQL for a FROM clause that reads Parquet files, with `file_row_number`.

        The files lie where the driver and the executors see them under one path.
        """
        from pyarrow import parquet

        files = [str(path.resolve()) for path in paths]
        whole = parquet_scan(files)
        name = self._unique(f"files {self._made}")
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
        self._rows_to_read += rows
        relation = Relation(name, Placement(frozenset({("file_row_number", ROWS)})), scan=nothing)
        rows_of = tuple((place, name, scan) for place, scan in enumerate(places))
        if rows_of:
            relation.pieces = self.session.range(0, len(rows_of), 1, len(rows_of)).mapInArrow(
                tasks.scans(rows_of), PIECE
            )
        self._relations[name] = relation
        return quoted(name)

    @property
    def is_one_place(self) -> bool:
        """Whether all rows lie in one database: here they lie in pieces."""
        return False

    @property
    def reads_text(self) -> bool:
        """Whether it reads text files and spreadsheets, which are read from end to end."""
        return False

    def columns(self, source: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns that a FROM clause gives."""
        relation = self._relations.get(source.strip('"').replace('""', '"'))
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
        with self._lock:
            of = self._relations[relation]
            unique = self._unique(name)
            self._local.register("kefen computed", columns.empty_table())
            self._local.run(f'CREATE TABLE {quoted(unique)} AS SELECT * FROM "kefen computed"')
            self._local.unregister("kefen computed")
            by = {(column, kind) for column, kind in of.placement.by if column in columns.names}
            self._forget(name)
            self._relations[name] = Relation(
                unique, Placement(frozenset(by)), [of], kept=True, function=function
            )

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name`, in every task."""
        self._local.register(name, table)
        self._relations[name] = Relation(name, EVERYWHERE)

    def divided(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table of the driver readable in SQL under `name`, in pieces."""
        pieces = dataframes.pieces_of_table(self.session, name, table, ROWS_OF_A_PIECE)
        self._lies(name, table.schema, self._persist(pieces), table.num_rows)

    def taken(self, name: str, rows: DataFrame, fields: Sequence[str]) -> Mapping[str, Any]:
        """Make a table of the session readable in SQL under `name`; its rows stay in tasks.

        Raises:
            EngineError: Spark cannot read it.
        """
        with self._in_large_batches(), spark_errors():
            schema, unnumbered = dataframes.pieces_of_rows(name, rows, fields)
            counted = dataframes.counted(self._persist(unnumbered))
        pieces = unnumbered.mapInArrow(tasks.numbering(counted.starts), PIECE)
        self._lies(name, schema, pieces, counted.rows)
        return {"size": counted.size, "sha256": counted.sha256}

    def _lies(self, name: str, schema: pa.Schema, pieces: DataFrame, rows: int) -> None:
        """Take note of a relation whose rows are in pieces, those of a number in one."""
        self._local.register("kefen given", schema.empty_table())
        self._local.run(f'CREATE TABLE {quoted(name)} AS SELECT * FROM "kefen given"')
        self._local.unregister("kefen given")
        self._names.add(name)
        self._rows_to_read += rows
        self._relations[name] = Relation(
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
        needs, query = self._named(sqlglot.parse_one(sql, read="duckdb"))  # type: ignore[arg-type]
        placement_of(query, {r.name: r.placement for r in needs})
        text = query.sql("duckdb")
        with self._lock:
            here = self._local.arrow(text)  # over no rows, unless the driver has all of them
            if all(relation.is_everywhere for relation in needs):
                return self.session.createDataFrame(here)
            given = self._work(needs, [Output("given", text)])
        return dataframes.unpacked(given, here.schema)

    def unregister(self, name: str) -> None:
        """Forget a table that was registered."""
        self._local.unregister(name)
        self._forget(name)

    # --- questions --------------------------------------------------------------------------------

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Ask every piece, and return the combined answer.

        Raises:
            EngineError: Memory or disk ran out, a number left its range, the cluster failed, or
                the answers of pieces do not combine.
        """
        return self._found(sql, parameters, self._local.rows)

    def arrow(self, sql: str, parameters: list[Any] | None = None) -> pa.Table:
        """Ask every piece, and return the combined answer as an Arrow table.

        Raises:
            EngineError: As for `rows`.
        """
        return self._found(sql, parameters, self._local.arrow)

    def _found(
        self, sql: str, parameters: list[Any] | None, fetch: Callable[[str], Found]
    ) -> Found:
        query = sqlglot.parse_one(sql, read="duckdb")
        assert isinstance(query, exp.Query)  # noqa: S101  the callers' questions
        values = iter(parameters or ())
        for place in list(query.find_all(exp.Placeholder)):
            place.replace(exp.convert(next(values)))
        asked = self._asked(query)
        if all(r.is_everywhere or not (r.is_leaf or r.waits) for r in closure(asked.needs)):
            with self._lock:
                return fetch(asked.query.sql("duckdb"))
        return self._fetched(self._meeting.ask(asked), fetch)

    def _fetched(self, divided: _Divided, fetch: Callable[[str], Found]) -> Found:
        """Return the answer that the parts in the driver's table come to."""
        with self._lock:
            source = quoted(divided.parts)
            if divided.question.combine is not None:
                # What null keys, and questions without keys, still leave to combine.
                source = f"({divided.combine})"
            found = fetch(divided.question.final.replace(quoted(PARTS), source))
            self._local.run(f"DROP TABLE {quoted(divided.parts)}")
            return found

    def _asked(self, query: exp.Query, most: int | None = None) -> _Asked:
        needs, named = self._named(query)
        if most is None:
            counts = query.args.get("group") is not None or query.args.get("distinct") is not None
            most = MOST_COLLECTED if counts else MOST_LISTED
        return _Asked(needs, named, most)

    def _answers(self, asked: Sequence[_Asked]) -> list[_Divided]:
        """Answer questions in one job: each in every piece, its answers combined."""
        with self._lock:
            questions = [self._divided(one) for one in asked]
            roots = list({id(r): r for one in asked for r in one.needs}.values())
            outputs = [
                Output(q.parts, q.question.partial, q.by if q.is_spread else None)
                for q in questions
            ]
            answered = self._work(roots, outputs)
            if any(q.is_spread for q in questions):
                combining = Work(
                    duckdb.__version__,
                    tuple(Leaf(q.parts, q.columns) for q in questions),
                    (),
                    tuple(
                        Output(q.parts, q.combine if q.is_spread else f"FROM {quoted(q.parts)}")
                        for q in questions
                    ),
                    self.buckets,
                    self.task_memory,
                )
                together = answered.repartitionById(self.buckets, "bucket")
                answered = together.mapInArrow(tasks.worker(combining), PIECE)
            counts = dict.fromkeys((q.parts for q in questions), 0)
            most = {q.parts: one.most for q, one in zip(questions, asked, strict=True)}
            for parts, stream in self._collect(answered):
                table = tasks.rows_of(stream)
                counts[parts] += table.num_rows
                if counts[parts] > most[parts]:
                    raise _too_many(most[parts])
                self._local.register("kefen part", table)
                self._local.run(f'INSERT INTO {quoted(parts)} SELECT * FROM "kefen part"')
                self._local.unregister("kefen part")
            self.collected = max(self.collected, *counts.values())
            return questions

    def _divided(self, asked: _Asked) -> _Divided:
        question = take_apart(self._alone(asked.query, {r.name: r.placement for r in asked.needs}))
        parts = f"{PARTS} {self._made}"
        self._made += 1
        self._local.run(
            f"CREATE TABLE {quoted(parts)} AS SELECT * FROM ({question.partial}) LIMIT 0"
        )
        columns = tuple(self._local.columns(quoted(parts)))
        return _Divided(question, parts, columns)

    def _alone(self, query: exp.Query, known: Mapping[str, Placement]) -> exp.Query:
        """Return a question, its groups within, where each piece holds whole groups."""
        placement_of(query, known, question=True)
        if query.args.get("group") is None:
            return query
        groups = query.copy()
        for name in ("order", "limit"):
            groups.set(name, None)
        try:
            placement_of(groups, known)
        except NotInPiecesError:
            return query
        listed = exp.select("*").from_(groups.subquery("groups"))
        for name in ("order", "limit"):
            if query.args.get(name) is not None:
                listed.set(name, query.args[name].copy())
        return listed

    def _collect(self, answered: DataFrame) -> Iterator[tuple[str, bytes]]:
        with spark_errors():
            answers = answered.select("relation", "rows").toArrow()
        for relation, rows in zip(*(column.to_pylist() for column in answers.columns), strict=True):
            if relation == ERROR:
                _raise(rows.decode())
            yield relation, rows

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
        needs, query = self._named(sqlglot.parse_one(sql, read="duckdb"))  # type: ignore[arg-type]
        placement_of(query, {r.name: r.placement for r in needs})
        path.mkdir(parents=True, exist_ok=True)
        text = query.sql("duckdb")
        folder = str(path.absolute())
        output = Output("written", text, folder=folder, group_rows=group_rows)
        written = self._work(needs, [output])
        names = [name.decode() for _, name in self._collect(written)]
        if not all((path / name).exists() for name in names):
            raise EngineError(
                Text(
                    "The executors wrote to “{p}”, but the driver does not see their files.",
                    "执行器已写入“{p}”，但驱动程序看不到这些文件。",
                ).filled(p=path),
                mend=Text(
                    "Give a folder that the driver and all executors share.",
                    "请使用驱动程序与所有执行器共享的目录。",
                ),
            )
        if not names:
            whole = path / "part-00000.parquet"
            self._local.write_parquet(text, whole, group_rows=group_rows)

    # --- work -------------------------------------------------------------------------------------

    def _work(self, roots: Sequence[Relation], outputs: Sequence[Output]) -> DataFrame:
        """Return Spark's table of what tasks give over the pieces that relations need."""
        self._prepare(roots)
        needed = closure(roots)
        leaves = [relation for relation in needed if relation.is_leaf]
        statements = [s for r in needed if not r.is_leaf for s in r.statements]
        work = Work(
            duckdb.__version__,
            tuple(self._leaf(relation) for relation in leaves),
            tuple(statements),
            tuple(outputs),
            self.buckets,
            self.task_memory,
        )
        return self._base(leaves).mapInArrow(tasks.worker(work), PIECE)

    def _prepare(self, roots: Sequence[Relation]) -> None:
        """Bring together and keep what waits for it, all that can go in one shuffle at once."""
        while True:
            waiting = [r for r in closure(roots) if r.waits]
            if not waiting:
                return
            # All placed relations whose rows are there go together, asked for yet or not: tables
            # of one company are joined later, and then lie in the same pieces already.
            ready = [r for r in waiting if not any(n.waits for n in closure(_parents(r)))]
            placed = [r for r in ready if r.of is not None]
            if placed:
                others = [
                    r
                    for r in self._relations.values()
                    if r.waits
                    and r.of is not None
                    and r.by in {p.by for p in placed}
                    and r not in placed
                    and not any(n.waits for n in closure([r.of]))
                ]
                self._bring_together([*placed, *others])
            else:
                for relation in ready:
                    if relation.function is not None:
                        self._compute(relation)
                plain = [relation for relation in ready if relation.function is None]
                if plain:
                    self._keep(plain)

    def _bring_together(self, placed: Sequence[Relation]) -> None:
        parts: list[DataFrame] = []
        for relation in placed:
            assert relation.of is not None  # noqa: S101  placed ones have one
            query = f"SELECT * FROM {quoted(relation.of.name)}"
            parts.append(self._work([relation.of], [Output(relation.name, query, relation.by)]))
        together = parts[0]
        for part in parts[1:]:
            together = together.unionAll(part)
        together = self._persist(together.repartitionById(self.buckets, "bucket"))
        for relation in placed:
            relation.pieces = together

    def _compute(self, relation: Relation) -> None:
        """Keep what a function gives for the rows of another relation."""
        assert relation.function is not None  # noqa: S101  asked by the caller
        [of] = relation.needs
        given = self._work([of], [Output(of.name, f"SELECT * FROM {quoted(of.name)}")])
        computing = tasks.computing(relation.name, relation.function)
        relation.pieces = self._persist(given.mapInArrow(computing, PIECE))

    def _keep(self, relations: Sequence[Relation]) -> None:
        """Keep what relations hold, all in one table of pieces."""
        roots = list({id(r): r for one in relations for r in one.needs}.values())
        needed = closure(roots)
        leaves = [r for r in needed if r.is_leaf]
        statements = [s for r in needed if not r.is_leaf for s in r.statements]
        work = Work(
            duckdb.__version__,
            tuple(self._leaf(r) for r in leaves),
            (*statements, *(s for r in relations for s in r.statements)),
            tuple(Output(r.name, f"SELECT * FROM {quoted(r.name)}") for r in relations),
            self.buckets,
            self.task_memory,
        )
        pieces = self._persist(self._base(leaves).mapInArrow(tasks.worker(work), PIECE))
        for relation in relations:
            relation.pieces = pieces

    def _persist(self, pieces: DataFrame) -> DataFrame:
        pieces = pieces.persist()
        self._persisted.append(pieces)
        return pieces

    def _leaf(self, relation: Relation) -> Leaf:
        columns = tuple(self._local.columns(quoted(relation.name)))
        if not relation.is_everywhere:
            return Leaf(relation.name, columns, relation.scan)
        table = self._local.arrow(f"SELECT * FROM {quoted(relation.name)}")
        return Leaf(relation.name, columns, everywhere=tasks.stream_of(table))

    def _base(self, leaves: Sequence[Relation]) -> DataFrame:
        """Return the pieces of leaves, those of one bucket in one task."""
        tables: dict[int, tuple[DataFrame, list[Relation]]] = {}
        for leaf in leaves:
            if leaf.pieces is not None:
                tables.setdefault(id(leaf.pieces), (leaf.pieces, []))[1].append(leaf)
        if not tables:
            raise NotInPiecesError(", ".join(leaf.name for leaf in leaves))
        parts = [
            table.where(table["relation"].isin([*(r.name for r in relations), ERROR]))
            for table, relations in tables.values()
        ]
        base = parts[0]
        for part in parts[1:]:
            base = base.unionAll(part)
        if len(parts) > 1 and not all(leaf.scan or leaf.is_everywhere for leaf in leaves):
            base = base.repartitionById(self.buckets, "bucket")
        return base

    def close(self) -> None:
        """Forget all relations; the session stays open."""
        with spark_errors():
            for pieces in self._persisted:
                pieces.unpersist()
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


@dataclass(frozen=True)
class _Asked:
    """A question, and what it may bring to the driver at most."""

    needs: Sequence[Relation]
    query: exp.Query
    most: int


@dataclass(frozen=True)
class _Divided:
    """A question taken apart, and the driver's table of what pieces answer."""

    question: Question
    parts: str
    columns: tuple[tuple[str, str], ...]

    @property
    def is_spread(self) -> bool:
        """Return whether answers are combined in tasks before the driver sees them."""
        return self.question.by is not None

    @property
    def by(self) -> str:
        """Return the column by which they are brought together for that."""
        return self.columns[0][0] if self.question.by == "*" else str(self.question.by)

    @property
    def combine(self) -> str:
        """Return the query that combines them."""
        return str(self.question.combine).replace(quoted(PARTS), quoted(self.parts))


def _parents(relation: Relation) -> list[Relation]:
    return [relation.of] if relation.of is not None else relation.needs


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


def _raise(message: str) -> None:
    """Raise what a task met, as if the driver had met it."""
    kind, _, what = message.partition("\n")
    if kind == "VersionMismatch":
        raise EngineError(
            Text(
                "DuckDB differs across the cluster: {w}", "集群中的 DuckDB 版本不一致：{w}"
            ).filled(w=what),
            mend=Text(
                "Install the driver's version of duckdb on every executor.",
                "请在每个执行器上安装与驱动程序相同版本的 duckdb。",
            ),
        )
    with translated():
        raise getattr(duckdb, kind, duckdb.Error)(what)


def _too_many(most: int) -> EngineError:
    return EngineError(
        Text(
            "More than {n} rows would have to come to the driver.",
            "需要汇集到驱动程序的行数超过 {n}。",
        ).filled(n=most),
        mend=Text(
            "Use --engine duckdb, or a smaller table of products.",
            "请改用 --engine duckdb，或使用较小的产品表。",
        ),
    )
