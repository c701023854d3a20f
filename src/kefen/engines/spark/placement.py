"""Where rows lie, and whether a relation can be made piece by piece.

A relation is placed by columns: rows with equal values in one of them lie in one piece. What
brings rows together - a join, a group, a window, distinct rows, membership - is then the same
piece by piece as over the whole only along such a column. Anything else is refused before it can
give a wrong result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

from kefen.engines.spark.combining import NotInPiecesError, group_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUES = "values"
ROWS = "rows"
"""The kind of the row numbers of a file, which lie where the file is read."""


@dataclass(frozen=True)
class Placement:
    """How the rows of a relation lie.

    Attributes:
        by: The columns along which equal values lie together, each with the kind of its values:
            `VALUES` lie where their hash says, in every relation alike; any other kind lies
            together only with the same kind, as the numbers of the rows of one file do.
        everywhere: Whether every piece has all of its rows.
    """

    by: frozenset[tuple[str, str]] = frozenset()
    everywhere: bool = False


EVERYWHERE = Placement(everywhere=True)


def placement_of(
    query: exp.Expr, known: Mapping[str, Placement], *, question: bool = False
) -> Placement:
    """Return how the rows of a query's result lie.

    Args:
        query: The query.
        known: The placement of each relation that it may name.
        question: Whether it is a question, whose outermost groups and order combine.

    Raises:
        NotInPiecesError: Pieces for themselves would give another result than the whole.
    """
    if isinstance(query, exp.Subquery):
        return placement_of(query.this, known, question=question)
    if isinstance(query, exp.Union):
        left = placement_of(query.left, known, question=question)
        right = placement_of(query.right, known, question=question)
        return _united(query, left, right, question=question)
    if isinstance(query, exp.Select):
        if query.args.get("with_") is not None:
            raise NotInPiecesError(query.sql("duckdb")[:300])
        return _Selected(query, known, question=question).placement()
    raise NotInPiecesError(query.sql("duckdb")[:300])


def _united(query: exp.Union, left: Placement, right: Placement, *, question: bool) -> Placement:
    distinct = bool(query.args.get("distinct"))
    if left.everywhere and right.everywhere:
        return EVERYWHERE
    if left.everywhere or right.everywhere:
        raise NotInPiecesError(query.sql("duckdb")[:300])
    by = left.by & right.by
    if distinct and not by and not question:
        raise NotInPiecesError(query.sql("duckdb")[:300])
    return Placement(by)


By: TypeAlias = set[tuple[str, str, str]]
"""The columns (relation, column, kind) along which the rows of a FROM clause lie."""


class _Selected:
    """The placement of one SELECT."""

    def __init__(
        self, query: exp.Select, known: Mapping[str, Placement], *, question: bool
    ) -> None:
        self.query = query
        self.known = known
        self.question = question
        self.sources: dict[str, Placement] = {}

    def placement(self) -> Placement:
        query = self.query
        source = query.args.get("from_")
        if source is None:
            return EVERYWHERE
        placed = self._source(source.this)
        self.sources[source.this.alias_or_name] = placed
        by = {(source.this.alias_or_name, *own) for own in placed.by}
        for join in query.args.get("joins") or ():
            placed, by = self._joined(join, placed, by)
        self._check_members()
        self._check_windows()
        if placed.everywhere:
            return EVERYWHERE
        groups = query.args.get("group") is not None
        counts = any(
            node.find_ancestor(exp.Window) is None
            for projection in query.expressions
            for node in projection.walk(prune=lambda n: isinstance(n, exp.Query))
            if isinstance(node, exp.AggFunc)
        )
        if (groups or counts) and not self.question:
            keys = group_keys(query)
            if not any(self._kinds(key, by) for key in keys):
                self._refuse()
        shown = self._shown(by)
        if query.args.get("distinct") is not None and not shown and not self.question:
            self._refuse()
        if query.args.get("limit") is not None and not self.question:
            self._refuse()
        return Placement(frozenset(shown))

    def _refuse(self) -> None:
        raise NotInPiecesError(self.query.sql("duckdb")[:400])

    def _source(self, node: exp.Expr) -> Placement:
        if isinstance(node, exp.Table):
            if node.args.get("joins"):
                self._refuse()
            if node.name in self.known:
                return self.known[node.name]
            if isinstance(node.this, exp.Func):
                return EVERYWHERE
            self._refuse()
        if isinstance(node, exp.Subquery):
            return placement_of(node.this, self.known)
        if isinstance(node, exp.Values | exp.Unnest):
            return EVERYWHERE
        self._refuse()
        raise AssertionError

    def _joined(self, join: exp.Join, left: Placement, by: By) -> tuple[Placement, By]:
        alias = join.this.alias_or_name
        right = self._source(join.this)
        self.sources[alias] = right
        side, kind = (join.side or "").upper(), (join.kind or "").upper()
        own = {(alias, *placed) for placed in right.by}
        if right.everywhere:
            if side in ("RIGHT", "FULL") and not left.everywhere:
                self._refuse()
            return left, by
        if left.everywhere:
            if side or kind in ("SEMI", "ANTI"):
                self._refuse()
            return right, own
        if not self._meets(join, by, own):
            self._refuse()
        if side in ("FULL",):
            self._refuse()
        if kind in ("SEMI", "ANTI") or side in ("SEMI", "ANTI"):
            return left, by
        return left, by | (own if side != "LEFT" else set())

    def _meets(self, join: exp.Join, by: By, own: By) -> bool:
        using = {identifier.name for identifier in join.args.get("using") or ()}
        if {(n, k) for _, n, k in by if n in using} & {(n, k) for _, n, k in own}:
            return True
        condition = join.args.get("on")
        if condition is None:
            return False
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            equal = part.unnest()
            if isinstance(equal, exp.EQ) and (
                self._kinds(equal.this, by) & self._kinds(equal.expression, own)
                or self._kinds(equal.this, own) & self._kinds(equal.expression, by)
            ):
                return True
        return False

    def _kinds(self, value: exp.Expr, by: By) -> set[str]:
        """Return the kinds by which rows with equal values lie together; none where they do not."""
        if isinstance(value, exp.Column):
            return {
                kind
                for alias, name, kind in by
                if name == value.name and value.table in ("", alias)
            }
        # Equal hashes of several columns are equal columns, but for rows that are then told apart.
        if isinstance(value, exp.Anonymous) and value.name.lower() == "hash":
            return {kind for own in value.expressions for kind in self._kinds(own, by)}
        return set()

    def _shown(self, by: By) -> set[tuple[str, str]]:
        shown: set[tuple[str, str]] = set()
        for projection in self.query.expressions:
            star = isinstance(projection, exp.Star)
            if star or (
                isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
            ):
                inner = projection if star else projection.this
                replaced = inner.args.get("replace") or ()
                left_out = {e.name for e in inner.args.get("except_") or ()}
                left_out |= {e.alias for e in replaced}
                shown |= {
                    (name, kind)
                    for alias, name, kind in by
                    if name not in left_out and (star or projection.table == alias)
                }
                shown |= {(e.alias, kind) for e in replaced for kind in self._kinds(e.this, by)}
                continue
            value = projection.this if isinstance(projection, exp.Alias) else projection
            shown |= {(projection.output_name, kind) for kind in self._kinds(value, by)}
        return shown

    def _check_windows(self) -> None:
        for projection in (*self.query.expressions, self.query.args.get("qualify")):
            if projection is None:
                continue
            for window in projection.find_all(exp.Window):
                if window.parent_select is not self.query:
                    continue
                by = {(alias, *own) for alias, p in self.sources.items() for own in p.by}
                everywhere = all(p.everywhere for p in self.sources.values())
                keys = window.args.get("partition_by") or ()
                if not everywhere and not any(self._kinds(key, by) for key in keys):
                    self._refuse()

    def _check_members(self) -> None:
        """Check subqueries in conditions: members of a relation that lies elsewhere."""
        by = {(alias, *own) for alias, p in self.sources.items() for own in p.by}
        everywhere = all(p.everywhere for p in self.sources.values())
        for name in ("expressions", "where", "having", "qualify"):
            held = self.query.args.get(name)
            for root in held if isinstance(held, list) else [held]:
                if root is None:
                    continue
                for inner in root.find_all(exp.Subquery, exp.Exists):
                    if inner.parent_select is not self.query:
                        continue
                    placed = placement_of(
                        inner.this if isinstance(inner, exp.Exists) else inner, self.known
                    )
                    if placed.everywhere or everywhere:
                        if everywhere and not placed.everywhere:
                            self._refuse()
                        continue
                    member = inner.parent
                    if not (
                        isinstance(member, exp.In)
                        and self._kinds(member.this, by) & {kind for _, kind in placed.by}
                    ):
                        self._refuse()
