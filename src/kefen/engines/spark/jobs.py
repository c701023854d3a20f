"""Jobs: statements run over the pieces that they need, and pieces kept for later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from kefen.engines.spark import tasks
from kefen.engines.spark.combining import NotInPiecesError
from kefen.engines.spark.failures import raise_as_here
from kefen.engines.spark.relations import Relation, closure
from kefen.engines.spark.session import spark_errors
from kefen.engines.spark.tasks import ERROR, PIECE, Leaf, Output, Work, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from kefen.engines.spark.catalogue import Catalogue

ROWS_OF_A_PIECE = 250_000
"""About how many rows of facts a piece holds."""
FEWEST_BUCKETS = 4


class Jobs:
    """The jobs of an engine.

    Args:
        session: The Spark session.
        catalogue: The relations.
        task_memory: The memory that DuckDB may use in one task.
        on_job: Called with Spark's table of what is to be collected before each job.
    """

    def __init__(
        self,
        session: SparkSession,
        catalogue: Catalogue,
        task_memory: str,
        on_job: Callable[[DataFrame], None] | None,
    ) -> None:
        self._session = session
        self._catalogue = catalogue
        self._task_memory = task_memory
        self._on_job = on_job
        self.rows_to_read = 0
        self._buckets: int | None = None
        self._persisted: list[DataFrame] = []

    @property
    def buckets(self) -> int:
        """How many pieces rows are divided into."""
        if self._buckets is None:
            most = int(self._session.conf.get("spark.sql.shuffle.partitions") or "200")
            wanted = -(-self.rows_to_read // ROWS_OF_A_PIECE)
            self._buckets = max(FEWEST_BUCKETS, min(wanted, most))
        return self._buckets

    def over(self, leaves: tuple[Leaf, ...], outputs: tuple[Output, ...]) -> Work:
        """Return work that only asks of pieces that it gets as they are."""
        return Work(duckdb.__version__, leaves, (), outputs, self.buckets, self._task_memory)

    def work(self, roots: Sequence[Relation], outputs: Sequence[Output]) -> DataFrame:
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
            self._task_memory,
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
                    for r in self._catalogue.relations.values()
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
            parts.append(self.work([relation.of], [Output(relation.name, query, relation.by)]))
        together = parts[0]
        for part in parts[1:]:
            together = together.unionAll(part)
        together = self.persist(together.repartitionById(self.buckets, "bucket"))
        for relation in placed:
            relation.pieces = together

    def _compute(self, relation: Relation) -> None:
        """Keep what a function gives for the rows of another relation."""
        assert relation.function is not None  # noqa: S101  asked by the caller
        [of] = relation.needs
        given = self.work([of], [Output(of.name, f"SELECT * FROM {quoted(of.name)}")])
        computing = tasks.computing(relation.name, relation.function)
        relation.pieces = self.persist(given.mapInArrow(computing, PIECE))

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
            self._task_memory,
        )
        pieces = self.persist(self._base(leaves).mapInArrow(tasks.worker(work), PIECE))
        for relation in relations:
            relation.pieces = pieces

    def persist(self, pieces: DataFrame) -> DataFrame:
        """Keep pieces until the end."""
        pieces = pieces.persist()
        self._persisted.append(pieces)
        return pieces

    def _leaf(self, relation: Relation) -> Leaf:
        columns = tuple(self._catalogue.local.columns(quoted(relation.name)))
        if not relation.is_everywhere:
            return Leaf(relation.name, columns, relation.scan)
        table = self._catalogue.local.arrow(f"SELECT * FROM {quoted(relation.name)}")
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

    def collect(self, answered: DataFrame) -> Iterator[tuple[str, bytes]]:
        """Run a job, and yield the relation and the rows of each of its answers.

        Raises:
            EngineError: The cluster failed, or what a task met.
        """
        if self._on_job is not None:
            self._on_job(answered)
        with spark_errors():
            answers = answered.select("relation", "rows").toArrow()
        for relation, rows in zip(*(column.to_pylist() for column in answers.columns), strict=True):
            if relation == ERROR:
                raise_as_here(rows.decode())
            yield relation, rows

    def close(self) -> None:
        """Let go of all pieces that were kept."""
        for pieces in self._persisted:
            pieces.unpersist()


def _parents(relation: Relation) -> list[Relation]:
    return [relation.of] if relation.of is not None else relation.needs
