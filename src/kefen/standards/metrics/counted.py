"""Reading metrics counted from facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Name, names_in
from kefen.expressions.types import ValueType, type_of_kind
from kefen.expressions.units import PLAIN, unit_of
from kefen.standards.facts import fact_types, source_table
from kefen.standards.metric_units import aggregated, fact_units
from kefen.standards.metrics.grouping import read_levels
from kefen.standards.metrics.needs import needed_columns
from kefen.standards.metrics.scope import DATES, FACTS, METRIC, NUMBERS, MetricsReading
from kefen.standards.metrics.shared import COMMON, metric
from kefen.standards.model import AGGREGATES, FactMetric
from kefen.standards.reading import IDENTIFIER

if TYPE_CHECKING:
    from kefen.domain.calendar import Window
    from kefen.expressions.tree import Expression
    from kefen.expressions.units import Unit
    from kefen.standards.document import Mapping, Scalar
    from kefen.standards.model import Aggregate, Metric
    from kefen.standards.reading import Reading

VERBS = (*AGGREGATES, "judged", "from_model", "value")
"""What a metric can be: exactly one of these."""
_WANTED = {
    "sum": NUMBERS,
    "mean": NUMBERS,
    "daily_average": NUMBERS,
    "highest_balance": NUMBERS,
    "earliest": DATES,
    "latest": DATES,
    "leading": (ValueType.TEXT,),
}
_KEYS = {*AGGREGATES, "where", "over", "dated", "per", "each", "take", "by", "across", *COMMON}


def counted_metric(every: MetricsReading, identifier: str, node: Mapping) -> Metric | None:
    """Return the metric counted from facts, or None after noting why there is none."""
    reading = every.reading
    reading.only_known(node, _KEYS | {"value", "judged", "from_model"}, METRIC)
    verbs = [verb for verb in AGGREGATES if verb in node.entries]
    if len(verbs) != 1:
        reading.problem(
            node.place,
            Text("a metric has exactly one of {v}", "指标须且只能有一种算法：{v}").filled(
                v=", ".join(VERBS)
            ),
            Text("Add or remove one.", "请增减至一种。"),
        )
        return None
    verb = verbs[0]
    operand = reading.scalar(node, verb, METRIC)
    if operand is None:
        return None
    fact = _fact_named(reading, verb, operand)
    if fact is None:
        return None
    of, of_type = None, ValueType.INTEGER
    if verb != "count":
        read = every.on_facts(operand, fact, _WANTED.get(verb))
        if read is None:
            return None
        of, of_type = read
    where = every.optional(node, "where", fact, (ValueType.BOOLEAN,))
    leads_by = every.optional(node, "by", fact, NUMBERS)
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
    over_node = reading.scalar(node, "over", METRIC)
    over = reading.window(over_node) if over_node is not None else every.window
    if verb == "daily_average" and not over.has_start:
        reading.problem(
            over_node.place if over_node is not None else node.place,
            Text("a daily average needs a window that begins", "日均值需要有起点的窗口"),
            Text("Write “over: last 6 whole months”.", "请写“over: last 6 whole months”。"),
        )
        return None
    grouped = read_levels(every, node, fact, verb, _group_type(verb, of, of_type), over)
    if grouped is None:
        return None
    levels, value_type = grouped
    per = reading.scalar(node, "per", METRIC)
    if per is not None:
        if reading.choice(per, ("month",), Text("“per”", "“per”")) is None or not _divisible(
            reading, per, verb, over
        ):
            return None
        value_type = ValueType.DECIMAL
    definition = FactMetric(
        aggregate=verb,
        table=fact,
        of=of,
        where=where,
        over=over,
        dated=_dated(reading, node, fact),
        per="month" if per is not None else None,
        levels=levels,
        leads_by=leads_by,
        across=_across(reading, node),
    )
    return fact_metric(every, identifier, node, definition, value_type)


def fact_metric(
    every: MetricsReading,
    identifier: str,
    node: Mapping,
    definition: FactMetric,
    value_type: ValueType,
) -> Metric:
    """Return the metric of a definition on facts, with the tables and columns it needs."""
    fact = definition.table
    own = fact_types(fact)
    return metric(
        every,
        identifier,
        node,
        definition,
        value_type,
        _unit_given(every, definition),
        tables=frozenset({source_table(fact)}),
        columns=needed_columns(definition),
        names=definition.names & every.named - set(own),
        usual="count" if definition.judgement is None else "points",
    )


def _unit_given(every: MetricsReading, definition: FactMetric) -> Unit:
    """Return the unit of what a definition gives: that of its operand, or none of a number."""
    counts = any(level.take.condition is not None for level in definition.levels)
    if counts or definition.of is None:
        return PLAIN
    units = {**every.reading.units, **fact_units(definition.table)}
    return aggregated(definition.aggregate, unit_of(definition.of, units))


def _group_type(verb: Aggregate, of: Expression | None, of_type: ValueType) -> ValueType:
    """Return the type of what a verb gives of some rows."""
    if verb in ("mean", "daily_average"):
        return ValueType.DECIMAL
    if verb in ("count", "distinct"):
        return ValueType.INTEGER
    if verb in ("earliest", "latest"):
        return ValueType.DATE
    # A moment on its own counts as its day.
    day = verb in ("first", "last") and isinstance(of, Name) and of_type is ValueType.MOMENT
    return ValueType.DATE if day else of_type


def _divisible(reading: Reading, per: Scalar, verb: str, over: Window) -> bool:
    if verb in ("sum", "count", "distinct") and over.months:
        return True
    reading.problem(
        per.place,
        Text(
            "“per: month” needs a sum or count over a number of months",
            "“per: month”须用于按月数窗口的 sum 或 count",
        ),
        Text(
            "Write “over: last 6 months” or “over: last 6 whole months”, for example.",
            "例如写“over: last 6 months”或“over: last 6 whole months”。",
        ),
    )
    return False


def _fact_named(reading: Reading, verb: str, operand: Scalar) -> str | None:
    if verb == "count":
        return reading.choice(operand, FACTS, Text("“count”", "“count”"))
    try:
        names = names_in(parse(operand.text))
    except ExpressionError as error:
        reading.problem(operand.place, error.what, error.mend)
        return None
    tables = sorted({name.split(".")[0] for name in names if "." in name} - {"customers"})
    if len(tables) != 1 or tables[0] not in FACTS:
        reading.problem(
            operand.place,
            Text(
                "this must name columns of one fact table, as “orders.amount”",
                "应写出同一张事实表的列，如“orders.amount”",
            ),
            Text("Tables: {t}.", "可用的表：{t}。").filled(t=", ".join(FACTS)),
        )
        return None
    return tables[0]


def _dated(reading: Reading, node: Mapping, fact: str) -> str | None:
    child = reading.scalar(node, "dated", METRIC)
    if child is None:
        return None
    dates = [name for name, value_type in fact_types(fact).items() if value_type in DATES]
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


def _across(reading: Reading, node: Mapping) -> str | None:
    """Return the column of customers whose sharers count together; notes what is none."""
    child = reading.scalar(node, "across", METRIC)
    if child is None:
        return None
    name = child.text.removeprefix("customers.")
    kinds = {column.name: column.kind for column in TABLES["customers"].columns}
    texts = [
        column
        for column, kind in kinds.items()
        if type_of_kind(kind) is ValueType.TEXT and column != "customer_id"
    ]
    if name in texts or (name not in kinds and IDENTIFIER.fullmatch(name)):
        return name
    reading.problem(
        child.place,
        Text("customers cannot be linked by “{n}”", "不能用“{n}”关联客户").filled(n=child.text),
        Text(
            "Write a text column of customers: parent_id, household, or one of your own.",
            "请写 customers 的文本列：parent_id、household，或自有的列。",
        ),
    )
    return None
