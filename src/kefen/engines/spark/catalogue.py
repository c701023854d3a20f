"""The relations that an engine knows: recorded, and checked over no rows in the driver."""

from __future__ import annotations

import contextvars
import threading
from collections import ChainMap
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from kefen.engines.spark.combining import NotInPiecesError
from kefen.engines.spark.placement import EVERYWHERE, Placement, placement_of
from kefen.engines.spark.relations import Relation
from kefen.engines.spark.tasks import quoted

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine


class Catalogue:
    """Relations by name, each with what makes it and where its rows lie.

    Every statement runs at once over no rows, so that what is wrong with it shows at once.

    Attributes:
        local: The driver's database: every relation over no rows, and the combining of answers.
        lock: Held by who changes what is known, or uses the driver's database.
    """

    def __init__(self, local: DuckDBEngine) -> None:
        self.local = local
        self.lock = threading.RLock()
        self._scope: contextvars.ContextVar[ChainMap[str, Relation]] = contextvars.ContextVar(
            "scope"
        )
        self._scope.set(ChainMap())
        self._names: set[str] = set()
        self._made = 0

    @property
    def relations(self) -> ChainMap[str, Relation]:
        """The relations by name; those that one of several askers makes are its own."""
        return self._scope.get()

    def begin_scope(self) -> None:
        """Let what is made from now on in this thread be its own."""
        self._scope.set(self._scope.get().new_child())

    def number(self) -> int:
        """Return a number that was not given yet."""
        self._made += 1
        return self._made

    def take(self, name: str) -> None:
        """Take note that a name is in use."""
        self._names.add(name)

    def run(self, sql: str) -> None:
        """Record a statement that makes, fills or drops a relation.

        Raises:
            EngineError: Pieces for themselves could not run it.
        """
        statement = sqlglot.parse_one(sql, read="duckdb")
        if isinstance(statement, exp.Drop):
            for dropped in statement.find_all(exp.Table):
                self.forget(dropped.name)
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
            self.local.run(sql)
            self._names.add(name)
            self.relations[name] = Relation(name, Placement(), statements=[sql])
            return
        self.record(str(statement.args["kind"]), name, query, kept=False)

    def record(self, kind: str, name: str, query: exp.Query, *, kept: bool) -> None:
        """Record a view or table of a query, in place of an earlier one of that name.

        Raises:
            EngineError: Pieces for themselves could not make it.
        """
        needs, query = self.named(query)
        placement = placement_of(query, {r.name: r.placement for r in needs})
        unique = self.unique(name)
        sql = f"CREATE {kind} {quoted(unique)} AS {query.sql('duckdb')}"
        self.local.run(sql)
        self.forget(name)
        if placement.everywhere and not all(r.is_everywhere for r in needs):
            raise NotInPiecesError(sql[:300])
        self.relations[name] = Relation(
            unique, EVERYWHERE if placement.everywhere else placement, needs, [sql], kept=kept
        )

    def unique(self, name: str) -> str:
        """Return a name that no relation has had."""
        number = self.number()
        unique = f"{name} {number}" if name in self._names else name
        self._names.add(unique)
        return unique

    def named(self, query: exp.Query) -> tuple[list[Relation], exp.Query]:
        """Return the relations that a query names, and the query with their unique names."""
        found: dict[str, Relation] = {}
        renamed = False
        for node in query.find_all(exp.Table):
            relation = self.relations.get(node.name)
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
        target = self.relations[statement.this.name]
        needs, query = self.named(statement.expression)
        placement = placement_of(query, {r.name: r.placement for r in needs})
        self.local.run(sql)
        target.statements.append(f"INSERT INTO {quoted(target.name)} {query.sql('duckdb')}")
        target.needs += [need for need in needs if need not in target.needs]
        # Columns of the query stand in the order of the table's.
        names = [name for name, _ in self.local.columns(quoted(target.name))]
        shown = [select.output_name for select in query.selects]
        lying = dict(placement.by)
        by = {(c, lying[own]) for own, c in zip(shown, names, strict=False) if own in lying}
        first = len(target.statements) == 2
        target.placement = Placement(frozenset(by) if first else target.placement.by & by)

    def forget(self, name: str) -> None:
        """Forget a relation of that name, if there is one."""
        self.relations.maps[0].pop(name, None)
