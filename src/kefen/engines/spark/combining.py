"""Taking a question apart: what each piece answers, and how the answers become one.

Counts, sums, smallest and largest values of pieces combine into those of the whole. Whatever does
not combine so, such as a median or a count of distinct values, is refused: it would need all rows
in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.errors import EngineError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS = "parts of the answer"
"""The relation of the pieces' answers, in what combines them."""

_COMBINED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Count: exp.Sum,
    exp.Sum: exp.Sum,
    exp.Min: exp.Min,
    exp.Max: exp.Max,
    exp.LogicalOr: exp.LogicalOr,
    exp.LogicalAnd: exp.LogicalAnd,
    exp.BitwiseOrAgg: exp.BitwiseOrAgg,
    exp.BitwiseAndAgg: exp.BitwiseAndAgg,
}


class NotInPiecesError(EngineError):
    """A question or a relation that pieces cannot answer each for itself."""

    def __init__(self, what: str) -> None:
        super().__init__(
            Text("Spark cannot compute this in pieces: {w}", "Spark 无法分块计算：{w}").filled(
                w=what
            ),
            mend=Text(
                "Run it with --engine duckdb, which gives the same results.",
                "请改用 --engine duckdb，结果相同。",
            ),
        )


@dataclass(frozen=True)
class Question:
    """A question taken apart.

    Attributes:
        partial: What each piece answers.
        combine: SQL over `PARTS` that makes answers of some pieces one; None where answers are
            few and the final query takes them as they are.
        by: The column of the parts by which answers are brought together before the driver sees
            them; None where each piece gives few rows.
        final: SQL over the combined `PARTS` that gives the answer.
    """

    partial: str
    combine: str | None
    by: str | None
    final: str


def take_apart(query: exp.Query) -> Question:
    """Return how pieces answer a query.

    Raises:
        NotInPiecesError: Its answers do not combine.
    """
    if isinstance(query, exp.Select):
        if query.find(exp.Window) is not None and any(_own(query, exp.Window)):
            raise NotInPiecesError(query.sql("duckdb"))
        if query.args.get("group") is not None or any(_aggregates(query)):
            return _aggregated(query)
        return _listed(query, distinct=query.args.get("distinct") is not None)
    if isinstance(query, exp.Union):
        return _listed(query, distinct=bool(query.args.get("distinct")))
    raise NotInPiecesError(query.sql("duckdb"))


def _own(query: exp.Select, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Yield nodes of a kind in what a query selects and orders, not in its subqueries."""
    roots = [*query.expressions]
    roots += [query.args[name] for name in ("having", "order", "qualify") if query.args.get(name)]
    for root in roots:
        for node in root.walk(prune=lambda n: isinstance(n, exp.Query)):
            if isinstance(node, kind):
                yield node


def _aggregates(query: exp.Select) -> Iterator[exp.Expr]:
    yield from _own(query, exp.AggFunc)


def _aggregated(query: exp.Select) -> Question:
    query = query.copy()
    keys = [key.copy() for key in group_keys(query)]
    selected: list[exp.Expr] = [
        exp.alias_(key.copy(), f"k{place}") for place, key in enumerate(keys)
    ]
    combined: list[exp.Expr] = [exp.column(f"k{place}") for place in range(len(keys))]
    replaced: dict[int, exp.Expr] = {}
    for found in list(_aggregates(query)):
        kind = _COMBINED.get(type(found))
        if kind is None or found.find(exp.Distinct) is not None or id(found) in replaced:
            raise NotInPiecesError(found.sql("duckdb"))
        whole = found.parent if isinstance(found.parent, exp.Filter) else found
        name = f"a{len(replaced)}"
        selected.append(exp.alias_(whole.copy(), name))
        value: exp.Expr = kind(this=exp.column(name))
        if isinstance(found, exp.Count):
            value = exp.cast(
                exp.Coalesce(this=value, expressions=[exp.Literal.number(0)]), "BIGINT"
            )
        combined.append(exp.alias_(value, name))
        replaced[id(whole)] = exp.column(name)
    partial = query.copy()
    for name in ("having", "order", "limit", "offset", "qualify", "distinct"):
        partial.set(name, None)
    partial.set("expressions", selected)
    partial.set("group", exp.Group(expressions=[key.copy() for key in keys]) if keys else None)
    combine = exp.select(*combined).from_(_parts())
    if keys:
        combine = combine.group_by(*(exp.column(f"k{place}") for place in range(len(keys))))

    def seen(node: exp.Expr) -> exp.Expr:
        if id(node) in replaced:
            return replaced[id(node)].copy()
        for place, key in enumerate(keys):
            if node == key:
                return exp.column(f"k{place}")
        return node

    final = exp.select(
        *(
            exp.alias_(shown, projection.output_name or f"c{place}", quoted=True)
            for place, projection in enumerate(query.expressions)
            for shown in [
                _replaced(
                    projection.this if isinstance(projection, exp.Alias) else projection, seen
                )
            ]
        )
    ).from_(_parts())
    having = query.args.get("having")
    if having is not None:
        final = final.where(_replaced(having.this, seen))
    final = _ordered(final, query, seen)
    return Question(
        partial.sql("duckdb"),
        combine.sql("duckdb"),
        "k0" if keys else None,
        final.sql("duckdb"),
    )


def group_keys(query: exp.Select) -> list[exp.Expr]:
    """Return what a query groups by; positions and ALL are resolved."""
    group = query.args.get("group")
    if group is None:
        return []
    plain = [p.this if isinstance(p, exp.Alias) else p for p in query.expressions]
    if group.args.get("all"):
        return [p for p in plain if p.find(exp.AggFunc) is None]
    if any(group.args.get(name) for name in ("grouping_sets", "cube", "rollup")):
        raise NotInPiecesError(group.sql("duckdb"))
    aliased = {p.alias: p.this for p in query.expressions if isinstance(p, exp.Alias)}
    keys: list[exp.Expr] = []
    for key in group.expressions:
        if isinstance(key, exp.Literal) and not key.is_string:
            keys.append(plain[int(key.this) - 1])
        elif isinstance(key, exp.Column) and not key.table and key.name in aliased:
            keys.append(aliased[key.name])
        else:
            keys.append(key)
    return keys


def _replaced(node: exp.Expr, seen: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    found = seen(node)
    if found is not node:
        return found
    for child in list(node.iter_expressions()):
        new = _replaced(child, seen)
        if new is not child:
            child.replace(new)
    return node


def _listed(query: exp.Query, *, distinct: bool) -> Question:
    partial = query.copy()
    shown: exp.Expr = exp.Star()
    order = query.args.get("order")
    items: list[exp.Expr] = []
    if order is not None:
        items, hidden = _places(query, order, distinct=distinct)
        if hidden:
            names = [f"ordered by {place}" for place in range(len(hidden))]
            for name, value in zip(names, hidden, strict=True):
                partial = partial.select(exp.alias_(value.copy(), name, quoted=True), copy=False)
            shown = exp.Star(except_=[exp.column(exp.to_identifier(n, quoted=True)) for n in names])
    final = exp.select(shown).from_(_parts())
    if items:
        final.set("order", exp.Order(expressions=items))
    limit, offset = query.args.get("limit"), query.args.get("offset")
    for name in ("limit", "offset"):
        if query.args.get(name) is not None:
            final.set(name, query.args[name].copy())
    if offset is not None:
        # Each piece gives the rows that are passed over too.
        partial.set("offset", None)
        if limit is not None:
            most = int(limit.expression.this) + int(offset.expression.this)
            partial.set("limit", exp.Limit(expression=exp.Literal.number(most)))
    combine = exp.select("*").distinct().from_(_parts()) if distinct else None
    return Question(
        partial.sql("duckdb"),
        None if combine is None else combine.sql("duckdb"),
        "*" if distinct else None,
        final.sql("duckdb"),
    )


def _ordered(
    final: exp.Select, query: exp.Select, seen: Callable[[exp.Expr], exp.Expr]
) -> exp.Select:
    order = query.args.get("order")
    names = {projection.output_name for projection in query.expressions}
    if order is not None:
        items = []
        for item in order.expressions:
            ordered = item.copy()
            original = item.this
            if not (
                isinstance(original, exp.Literal)
                or (isinstance(original, exp.Column) and original.name in names)
                or _is_all(original)
            ):
                ordered.set("this", _replaced(original, seen))
            items.append(ordered)
        final.set("order", exp.Order(expressions=items))
    if query.args.get("limit") is not None:
        final.set("limit", query.args["limit"].copy())
    return final


def _places(
    query: exp.Query, order: exp.Expr, *, distinct: bool
) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """Return an order by names and positions in the result, and what else it orders by."""
    selected = list(query.selects)
    plain = [p.this if isinstance(p, exp.Alias) else p for p in selected]
    items: list[exp.Expr] = []
    hidden: list[exp.Expr] = []
    for item in order.expressions:
        ordered = item.copy()
        value = item.this
        named = [place for place, p in enumerate(selected) if p.output_name == value.name]
        same = [place for place, p in enumerate(plain) if p == value]
        everything = any(isinstance(p, exp.Star) for p in plain)
        if isinstance(value, exp.Column) and not value.table and named:
            ordered.set("this", exp.Literal.number(named[0] + 1))
        elif same:
            ordered.set("this", exp.Literal.number(same[0] + 1))
        elif not (isinstance(value, exp.Literal) or everything or _is_all(value)):
            if distinct or not isinstance(query, exp.Select):
                raise NotInPiecesError(query.sql("duckdb"))
            name = exp.to_identifier(f"ordered by {len(hidden)}", quoted=True)
            ordered.set("this", exp.column(name))
            hidden.append(value)
        items.append(ordered)
    return items, hidden


def _is_all(value: exp.Expr) -> bool:
    return value.sql("duckdb").upper() == "ALL"


def _parts() -> exp.Table:
    return exp.to_table(exp.to_identifier(PARTS, quoted=True).sql("duckdb"), dialect="duckdb")
