"""Reading the metrics of a standard."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, cast

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.parser import WORDS, ExpressionError, parse
from kefen.expressions.tree import Call, Name, names_in, replace_names
from kefen.expressions.types import ValueType, type_of_kind
from kefen.expressions.units import PLAIN, Unit, unit_of
from kefen.standards.document import Mapping, Scalar
from kefen.standards.facts import (
    FACT_TABLES,
    date_column,
    fact_types,
    source_columns,
    source_table,
)
from kefen.standards.metric_units import aggregated, fact_units, metric_unit
from kefen.standards.model import PURCHASES, ComputedMetric, FactMetric, Metric
from kefen.standards.reading import IDENTIFIER, Reading

if TYPE_CHECKING:
    from kefen.domain.calendar import Window
    from kefen.expressions.tree import Expression
    from kefen.standards.model import Aggregate, Take

AGGREGATES = (
    "sum",
    "count",
    "distinct",
    "smallest",
    "largest",
    "mean",
    "earliest",
    "latest",
    "leading",
)
UNITS = (
    "money",
    "count",
    "days",
    "months",
    "years",
    "hours",
    "share",
    "date",
    "text",
    "points",
    "yes_no",
    "per_month",
    "per_year",
)
TAKES = ("largest", "smallest", "mean", "sum")
_COMMON = {"name", "description", "unit"}
_FACT = {*AGGREGATES, "where", "over", "dated", "per", "each", "take", "by", *_COMMON}
_METRIC = Text("a metric", "指标")
RESERVED = frozenset({"as_of", "customer_id", "points", "score", "value"}) | WORDS
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)
_DATES = (ValueType.DATE, ValueType.MOMENT)


def read_metrics(reading: Reading, node: Mapping, window: Window) -> dict[str, Metric]:
    """Return the metrics of a standard in an order in which they can be computed.

    Problems are noted in `reading`; a metric with problems is left out.
    """
    facts: dict[str, Metric] = {}
    formulas: dict[str, tuple[Mapping, Scalar]] = {}
    seen: list[str] = []
    for identifier, child in node:
        place = node.key_places[identifier]
        if not IDENTIFIER.fullmatch(identifier) or identifier in RESERVED:
            reading.problem(
                place,
                Text("“{n}” cannot name a metric", "“{n}”不能作为指标名").filled(n=identifier),
                Text(
                    "Use letters, digits and _, starting with a letter.",
                    "请用字母、数字和下划线，以字母开头。",
                ),
            )
            continue
        if not reading.unlike(identifier, place, seen):
            continue
        seen.append(identifier)
        if not isinstance(child, Mapping):
            reading.problem(
                place,
                Text("the metric needs named values", "指标应由若干命名的项组成"),
                Text(
                    "Write name, description, and one of sum, count, ..., value.",
                    "请写 name、description，以及 sum、count、…、value 之一。",
                ),
            )
            continue
        if "value" in child.entries:
            reading.only_known(child, {"value", *_COMMON}, _METRIC)
            formula = reading.scalar(child, "value", _METRIC)
            if formula is not None:
                formulas[identifier] = (child, formula)
            continue
        metric = _fact_metric(reading, identifier, child, window)
        if metric is not None:
            facts[identifier] = metric
    reading.broken |= set(node.entries) - set(facts) - set(formulas)
    return _with_computed(reading, node, facts, formulas)


def _with_computed(
    reading: Reading,
    node: Mapping,
    facts: dict[str, Metric],
    formulas: dict[str, tuple[Mapping, Scalar]],
) -> dict[str, Metric]:
    metrics = dict(facts)
    for identifier in _computing_order(reading, formulas):
        child, formula = formulas[identifier]
        types = {name: metric.type for name, metric in metrics.items()}
        types["as_of"] = ValueType.DATE
        types |= _customer_types(formula.text)
        read = reading.expression(formula, types)
        if read is None:
            reading.broken.add(identifier)
            continue
        tree, value_type = read
        names = names_in(tree)
        used = [metrics[name] for name in names if name in metrics]
        attributes = {name for name in names if name.startswith("customers.")}
        metrics[identifier] = Metric(
            id=identifier,
            name=reading.text(child, "name", _METRIC),
            description=reading.text(child, "description", _METRIC, default=Text("", "")),
            definition=ComputedMetric(tree),
            type=ValueType.TEXT if value_type is ValueType.UNKNOWN else value_type,
            unit=_unit(reading, identifier, child, value_type, unit_of(tree, reading.units)),
            tables=frozenset().union(*(metric.tables for metric in used)),
            columns=frozenset(attributes).union(*(metric.columns for metric in used)),
            place=node.key_places[identifier],
        )
    return {name: metrics[name] for name in [*facts, *(n for n in metrics if n not in facts)]}


def _customer_types(formula: str) -> dict[str, ValueType]:
    """Return the types of the customers' columns that a formula names; others are attributes."""
    types = {f"customers.{c.name}": type_of_kind(c.kind) for c in TABLES["customers"].columns}
    try:
        names = names_in(parse(formula))
    except ExpressionError:
        return types
    for name in names:
        if name.startswith("customers."):
            types.setdefault(name, ValueType.TEXT)
    return types


def _computing_order(reading: Reading, formulas: dict[str, tuple[Mapping, Scalar]]) -> list[str]:
    needs: dict[str, set[str]] = {}
    for identifier, (_, formula) in formulas.items():
        try:
            names = names_in(parse(formula.text))
        except ExpressionError:
            names = ()
        needs[identifier] = {name for name in names if name in formulas}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        cycle = cast("list[str]", error.args[1])
        reading.broken |= set(cycle)
        reading.problem(
            formulas[cycle[0]][1].place,
            Text("these metrics need each other: {c}", "这些指标互相依赖：{c}").filled(
                c=" → ".join(cycle)
            ),
            Text("Define one of them without the others.", "请让其中一个不依赖其他指标。"),
        )
        return [identifier for identifier in formulas if identifier not in cycle]


def _fact_metric(reading: Reading, identifier: str, node: Mapping, window: Window) -> Metric | None:
    reading.only_known(node, _FACT, _METRIC)
    verbs = [verb for verb in AGGREGATES if verb in node.entries]
    if len(verbs) != 1:
        reading.problem(
            node.place,
            Text("a metric has exactly one of {v}", "指标须且只能有一种算法：{v}").filled(
                v=", ".join([*AGGREGATES, "value"])
            ),
            Text("Add or remove one.", "请增减至一种。"),
        )
        return None
    verb = cast("Aggregate", verbs[0])
    operand = reading.scalar(node, verb, _METRIC)
    if operand is None:
        return None
    fact = _fact_named(reading, verb, operand)
    if fact is None:
        return None
    types, units = _scope(fact), fact_units(fact)
    of, of_type = None, ValueType.INTEGER
    unit = PLAIN
    if verb != "count":
        wanted = {
            "sum": _NUMBERS,
            "mean": _NUMBERS,
            "earliest": _DATES,
            "latest": _DATES,
            "leading": (ValueType.TEXT,),
        }.get(verb)
        read = reading.expression(operand, types, wanted, units)
        if read is None:
            return None
        of, of_type = _local(read[0], fact), read[1]
        unit = aggregated(verb, unit_of(read[0], reading.units | units))
    parts = [of]
    where = _optional(reading, node, "where", fact, (ValueType.BOOLEAN,))
    leads_by = _optional(reading, node, "by", fact, _NUMBERS)
    if (verb == "leading") != (leads_by is not None):
        reading.problem(
            node.place,
            Text("“leading” and “by” belong together", "“leading”与“by”须同时出现"),
            Text(
                "Write “leading: orders.category” and “by: orders.amount”.",
                "请写“leading: orders.category”和“by: orders.amount”。",
            ),
        )
        return None
    each, take = _grouping(reading, node, fact, verb)
    parts += [where, leads_by, each]
    over_node = reading.scalar(node, "over", _METRIC)
    over = reading.window(over_node) if over_node is not None else window
    dated = _dated(reading, node, fact)
    per = reading.scalar(node, "per", _METRIC)
    if per is not None and (
        reading.choice(per, ("month",), Text("“per”", "“per”")) is None
        or not _divisible(reading, per, verb, over)
    ):
        return None
    columns: frozenset[str] = frozenset().union(
        *(
            source_columns(fact, name)
            for part in parts
            if part is not None
            for name in needed_names(part)
            if name != "as_of"
        )
    )
    columns |= source_columns(fact, dated or date_column(fact))
    value_type = _result_type(verb, of_type, divided=per is not None or take == "mean")
    return Metric(
        id=identifier,
        name=reading.text(node, "name", _METRIC),
        description=reading.text(node, "description", _METRIC, default=Text("", "")),
        definition=FactMetric(
            aggregate=verb,
            table=fact,
            of=of,
            where=where,
            over=over,
            dated=dated,
            per="month" if per is not None else None,
            by=each,
            take=take,
            leads_by=leads_by,
        ),
        type=value_type,
        unit=_unit(reading, identifier, node, value_type, unit),
        tables=frozenset({source_table(fact)}),
        columns=columns,
        place=node.place,
    )


def _divisible(reading: Reading, per: Scalar, verb: str, over: Window) -> bool:
    if verb in ("sum", "count", "distinct") and over.months:
        return True
    reading.problem(
        per.place,
        Text(
            "“per: month” needs a sum or count over a number of months",
            "“per: month”须用于按月数窗口的 sum 或 count",
        ),
        Text("Write “over: last 6 months”, for example.", "例如写“over: last 6 months”。"),
    )
    return False


def _grouping(
    reading: Reading, node: Mapping, fact: str, verb: str
) -> tuple[Expression | None, Take | None]:
    each_node = reading.scalar(node, "each", _METRIC)
    take_node = reading.scalar(node, "take", _METRIC)
    if (each_node is None) != (take_node is None):
        reading.problem(
            node.place,
            Text("“each” and “take” belong together", "“each”与“take”须同时出现"),
            Text(
                "Write “each: month” and “take: largest”.", "例如写“each: month”和“take: largest”。"
            ),
        )
    if each_node is None or take_node is None:
        return None, None
    take = cast("Take | None", reading.choice(take_node, TAKES, Text("“take”", "“take”")))
    if verb not in ("sum", "count"):
        reading.problem(
            each_node.place,
            Text("“each” goes with sum and count", "“each”只与 sum、count 同用"),
            Text("Remove it.", "请删除。"),
        )
        return None, None
    if each_node.text == "month":
        day = Name(date_column(fact))
        group: Expression = Call(
            "add",
            (
                Call("multiply", (Call("year_of", (day,)), _literal(12))),
                Call("month_of", (day,)),
            ),
        )
        return group, take
    read = reading.expression(each_node, _scope(fact), units=fact_units(fact))
    return (_local(read[0], fact), take) if read is not None else (None, None)


def needed_names(tree: Expression) -> tuple[str, ...]:
    """Return the names that must have data: those outside `first_known`, which has a way out."""
    if isinstance(tree, Name):
        return (tree.name,)
    if isinstance(tree, Call) and tree.operator != "first_known":
        return tuple(name for argument in tree.arguments for name in needed_names(argument))
    return ()


def _literal(value: int) -> Expression:
    from kefen.expressions.tree import Literal

    return Literal(value)


def _fact_named(reading: Reading, verb: str, operand: Scalar) -> str | None:
    facts = [*FACT_TABLES, PURCHASES]
    if verb == "count":
        return reading.choice(operand, facts, Text("“count”", "“count”"))
    try:
        names = names_in(parse(operand.text))
    except ExpressionError as error:
        reading.problem(operand.place, error.what, error.mend)
        return None
    tables = sorted({name.split(".")[0] for name in names if "." in name})
    if len(tables) != 1 or tables[0] not in facts:
        reading.problem(
            operand.place,
            Text(
                "this must name columns of one fact table, as “orders.amount”",
                "应写出同一张事实表的列，如“orders.amount”",
            ),
            Text("Tables: {t}.", "可用的表：{t}。").filled(t=", ".join(facts)),
        )
        return None
    return tables[0]


def _scope(fact: str) -> dict[str, ValueType]:
    own = fact_types(fact)
    return own | {f"{fact}.{name}": t for name, t in own.items()} | {"as_of": ValueType.DATE}


def _local(tree: Expression, fact: str) -> Expression:
    """Return the tree with `orders.amount` written as `amount`."""
    return replace_names(tree, {f"{fact}.{name}": Name(name) for name in fact_types(fact)})


def _optional(
    reading: Reading, node: Mapping, key: str, fact: str, wanted: tuple[ValueType, ...]
) -> Expression | None:
    child = reading.scalar(node, key, _METRIC)
    if child is None:
        return None
    read = reading.expression(child, _scope(fact), wanted, fact_units(fact))
    return _local(read[0], fact) if read is not None else None


def _dated(reading: Reading, node: Mapping, fact: str) -> str | None:
    child = reading.scalar(node, "dated", _METRIC)
    if child is None:
        return None
    dates = [name for name, value_type in fact_types(fact).items() if value_type in _DATES]
    name = child.text.removeprefix(f"{fact}.")
    if name not in dates:
        reading.problem(
            child.place,
            Text("“{n}” is not a date of {f}", "“{n}”不是 {f} 的日期列").filled(
                n=child.text, f=fact
            ),
            Text("Use one of: {d}.", "可用：{d}。").filled(d=", ".join(dates)),
        )
        return None
    return name


def _result_type(verb: str, of_type: ValueType, *, divided: bool) -> ValueType:
    if divided or verb == "mean":
        return ValueType.DECIMAL
    if verb in ("count", "distinct"):
        return ValueType.INTEGER
    if verb in ("earliest", "latest"):
        return ValueType.DATE
    return of_type


def _unit(
    reading: Reading, identifier: str, node: Mapping, value_type: ValueType, inferred: Unit
) -> str:
    child = reading.scalar(node, "unit", _METRIC)
    if child is not None and reading.choice(child, UNITS, Text("“unit”", "“unit”")) is None:
        child = None
    return metric_unit(reading, identifier, child, inferred, value_type)
