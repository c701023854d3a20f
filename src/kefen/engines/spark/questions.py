"""Questions: taken apart, answered by every piece, and the answers combined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import sqlglot
from sqlglot import exp

from kefen.engines.spark import tasks
from kefen.engines.spark.combining import PARTS, NotInPiecesError, Question, take_apart
from kefen.engines.spark.failures import too_many
from kefen.engines.spark.placement import Placement, placement_of
from kefen.engines.spark.relations import Relation, closure
from kefen.engines.spark.tasks import PIECE, Leaf, Output, quoted
from kefen.engines.spark.together import Meeting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kefen.engines.spark.catalogue import Catalogue
    from kefen.engines.spark.jobs import Jobs

Found = TypeVar("Found")
MOST_COLLECTED = 100_000
"""How many rows of a histogram or of other groups come to the driver at most."""
MOST_LISTED = 1_000_000
"""How many rows of a list, such as that of rejected values, come to the driver at most."""


@dataclass(frozen=True)
class Asked:
    """A question, and what it may bring to the driver at most."""

    needs: Sequence[Relation]
    query: exp.Query
    most: int


@dataclass(frozen=True)
class Divided:
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


class Questions:
    """Asks what an engine is asked.

    Args:
        catalogue: The relations.
        jobs: Runs the jobs.

    Attributes:
        collected: How many rows of answers came to the driver, the most for one question.
    """

    def __init__(self, catalogue: Catalogue, jobs: Jobs) -> None:
        self._catalogue = catalogue
        self._jobs = jobs
        self.collected = 0
        self._meeting: Meeting[Sequence[Asked]] = Meeting(self._met)

    def together(self, askers: Sequence[Callable[[], Found]]) -> list[Found]:
        """Run askers beside one another, so that one job answers what all of them ask."""
        return self._meeting.together(askers)

    def ask(self, asked: Sequence[Asked]) -> Sequence[Divided]:
        """Return the answers to questions; beside other askers, when all of them ask too.

        Raises:
            EngineError: As for `found`.
        """
        answers: Sequence[Divided] = self._meeting.ask(asked)
        return answers

    def _met(self, batch: Sequence[Sequence[Asked]]) -> Sequence[Sequence[Divided]]:
        answers = iter(self._answers([one for asked in batch for one in asked]))
        return [[next(answers) for _ in asked] for asked in batch]

    def found(self, sql: str, parameters: list[Any] | None, fetch: Callable[[str], Found]) -> Found:
        """Ask every piece, and return the combined answer as the driver's database fetches it.

        Raises:
            EngineError: Memory or disk ran out, a number left its range, the cluster failed, or
                the answers of pieces do not combine.
        """
        query = sqlglot.parse_one(sql, read="duckdb")
        assert isinstance(query, exp.Query)  # noqa: S101  the callers' questions
        values = iter(parameters or ())
        for place in list(query.find_all(exp.Placeholder)):
            place.replace(exp.convert(next(values)))
        asked = self.asked(query)
        if all(r.is_everywhere or not (r.is_leaf or r.waits) for r in closure(asked.needs)):
            with self._catalogue.lock:
                return fetch(asked.query.sql("duckdb"))
        [answer] = self.ask([asked])
        return self.fetched(answer, fetch)

    def fetched(self, divided: Divided, fetch: Callable[[str], Found]) -> Found:
        """Return the answer that the parts in the driver's table come to."""
        with self._catalogue.lock:
            source = quoted(divided.parts)
            if divided.question.combine is not None:
                # What null keys, and questions without keys, still leave to combine.
                source = f"({divided.combine})"
            found = fetch(divided.question.final.replace(quoted(PARTS), source))
            self._catalogue.local.run(f"DROP TABLE {quoted(divided.parts)}")
            return found

    def asked(self, query: exp.Query, most: int | None = None) -> Asked:
        """Return a question with the relations it needs, and how many rows may answer it."""
        needs, named = self._catalogue.named(query)
        if most is None:
            counts = query.args.get("group") is not None or query.args.get("distinct") is not None
            most = MOST_COLLECTED if counts else MOST_LISTED
        return Asked(needs, named, most)

    def _answers(self, asked: Sequence[Asked]) -> list[Divided]:
        """Answer questions in one job: each in every piece, its answers combined."""
        with self._catalogue.lock:
            questions = [self._divided(one) for one in asked]
            roots = list({id(r): r for one in asked for r in one.needs}.values())
            outputs = [
                Output(q.parts, q.question.partial, q.by if q.is_spread else None)
                for q in questions
            ]
            answered = self._jobs.work(roots, outputs)
            if any(q.is_spread for q in questions):
                combining = self._jobs.over(
                    tuple(Leaf(q.parts, q.columns) for q in questions),
                    tuple(
                        Output(q.parts, q.combine if q.is_spread else f"FROM {quoted(q.parts)}")
                        for q in questions
                    ),
                )
                together = answered.repartitionById(self._jobs.buckets, "bucket")
                answered = together.mapInArrow(tasks.worker(combining), PIECE)
            counts = dict.fromkeys((q.parts for q in questions), 0)
            most = {q.parts: one.most for q, one in zip(questions, asked, strict=True)}
            for parts, stream in self._jobs.collect(answered):
                table = tasks.rows_of(stream)
                counts[parts] += table.num_rows
                if counts[parts] > most[parts]:
                    raise too_many(most[parts])
                self._catalogue.local.register("kefen part", table)
                self._catalogue.local.run(f'INSERT INTO {quoted(parts)} SELECT * FROM "kefen part"')
                self._catalogue.local.unregister("kefen part")
            self.collected = max(self.collected, *counts.values())
            return questions

    def _divided(self, asked: Asked) -> Divided:
        question = take_apart(self._alone(asked.query, {r.name: r.placement for r in asked.needs}))
        parts = f"{PARTS} {self._catalogue.number()}"
        self._catalogue.local.run(
            f"CREATE TABLE {quoted(parts)} AS SELECT * FROM ({question.partial}) LIMIT 0"
        )
        columns = tuple(self._catalogue.local.columns(quoted(parts)))
        return Divided(question, parts, columns)

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
