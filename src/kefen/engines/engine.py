"""What grading and reading ask of an engine, wherever its rows are.

An engine holds relations and answers questions about them in DuckDB's SQL. On one machine that is
one database; on a cluster every relation lies in pieces and the same SQL runs over each of them.
For that to mean the same, a statement that makes a relation may only bring rows together that lie
together: rows of one customer do once `placed` has been asked for, and `placed` is also how to
bring together rows of one order or one family. A question (`rows`) may count, sum and compare over
everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa
    from sqlglot import exp

GROUP_ROWS = 122_880
"""How many rows of a Parquet file lie together, where nothing else is asked for."""
Found = TypeVar("Found")


class Engine(Protocol):
    """Relations, and questions about them."""

    @property
    def scratch(self) -> Path:
        """A directory for intermediate files, gone when the engine closes."""

    @property
    def described(self) -> dict[str, str]:
        """The engine's name and version, as `run.json` has them."""

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        """Run a statement that makes, fills or drops a relation.

        Raises:
            EngineError: The engine ran out of memory or disk, or a number left its range.
        """

    def create(
        self,
        kind: str,
        name: str,
        query: exp.Query,
        *,
        brief: bool = False,
        kept: bool = False,
        as_written: bool = False,
        numbers: int = 0,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        """Make a view or table (`kind`) of a query, in place of an earlier one of that name.

        Args:
            kind: `VIEW`, computed whenever it is asked, or `TABLE`, computed once.
            name: The relation's name.
            query: What it holds.
            brief: Whether a table may be gone when the engine's connection is.
            kept: Whether many questions will be asked of it, so that a cluster keeps its rows.
            as_written: Whether joins are best made in the order in which they are written, each
                row of the left side looked up in the right one, and no two expressions are equal.
            numbers: How many whole numbers, one after the other, its rows are grouped by; 0: they
                are not, or by others too.
            meanwhile: What is done while the table is made; it asks the engine nothing.

        Raises:
            EngineError: As for `run`.
        """

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query and return its rows, for small results.

        Raises:
            EngineError: As for `run`.
        """

    def arrow(self, sql: str, parameters: list[Any] | None = None) -> pa.Table:
        """Run a query and return an Arrow table.

        Raises:
            EngineError: As for `run`.
        """

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Run a query and yield its rows as they come, none of them kept.

        Brief tables are not seen by it.

        Raises:
            EngineError: As for `run`.
        """

    def together(self, askers: Sequence[Callable[[], Found]]) -> list[Found]:
        """Run askers one after the other, or so that their questions are answered together.

        Relations that one of them makes are its own.
        """

    def beside(self, work: Callable[[], Found]) -> AbstractContextManager[Callable[[], Found]]:
        """Do work while the block does other work, or after it; the block can ask what it found.

        Neither may change what the other reads. Arrow tables that were registered before are seen
        by both; brief tables, and what is registered meanwhile, by the one alone that made them.
        When the block has ended, so has the work.

        Args:
            work: The work.

        Raises:
            Exception: Whatever the work raises; where it is asked for, or when the block ends.
        """

    def answer(self, name: str, query: exp.Query) -> None:
        """Make a small table of the answer to a question, or to several beside one another.

        Raises:
            EngineError: As for `run`.
        """

    def placed(self, relation: str, by: str) -> str:
        """Return a relation with the same rows, those with one value of a column together.

        Args:
            relation: A relation.
            by: The column; rows where it is null lie anywhere.
        """

    def everywhere(self, relation: str) -> str:
        """Return a relation with the same rows that can be joined to any other in any way.

        It is for what has no customers: products, rates.
        """

    def parquet(self, paths: Sequence[Path]) -> str:
        """Return SQL for a FROM clause that reads Parquet files, with `file_row_number`.

        Args:
            paths: One file, or several with the same columns.
        """

    @property
    def is_one_place(self) -> bool:
        """Whether all rows lie in one database, whose tables have row numbers (`rowid`)."""

    @property
    def reads_text(self) -> bool:
        """Whether it reads text files and spreadsheets, which are read from end to end."""

    def columns(self, source: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns that a FROM clause gives.

        Raises:
            duckdb.Error: It cannot be read.
        """

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name`."""

    def divided(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable in SQL under `name`; a cluster divides it into pieces.

        Args:
            name: The relation's name.
            table: Its rows, with `file_row_number`.
        """

    def taken(self, name: str, rows: Any, fields: Sequence[str]) -> Mapping[str, Any]:
        """Make a table of Spark readable in SQL under `name`, where its rows are.

        Args:
            name: The relation's name; it has `file_row_number` too.
            rows: The table.
            fields: The names that its columns get.

        Returns:
            The size and checksum of the rows.

        Raises:
            EngineError: The engine is not Spark, or Spark cannot read the rows.
        """

    def unregister(self, name: str) -> None:
        """Forget a table that was registered."""

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

    def write_parquet(
        self,
        sql: str,
        path: Path,
        *,
        group_rows: int = GROUP_ROWS,
        words: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Write the rows of a query to a Parquet file, or a directory of them.

        Args:
            sql: The query.
            path: The file or directory.
            group_rows: How many rows lie together, to be read together.
            words: Columns of text that have no other values than these, or null. Knowing them
                makes writing faster; what is written is the same.

        Raises:
            EngineError: As for `run`.
        """
