"""Reading metrics computed from others: a formula, or the band that a value is in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.parser import MAX_SIZE, parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Call, Literal, names_in
from kefen.expressions.types import ValueType, common_type, type_of_value
from kefen.expressions.units import BARE, unit_of
from kefen.standards.clauses import UNKNOWN, read_clause
from kefen.standards.document import Mapping, Scalar
from kefen.standards.metrics.scope import METRIC
from kefen.standards.metrics.shared import COMMON, metric
from kefen.standards.model import ComputedMetric
from kefen.standards.model.metrics import BandedResult

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression, Value
    from kefen.standards.document import Node
    from kefen.standards.metrics.scope import MetricsReading
    from kefen.standards.model import Metric
    from kefen.standards.model.metrics import Place

    Band = tuple[Expression | None, Value]

MOST_BANDS = 30
# The result stands after the last colon outside quotes.
_BAND = re.compile(r"(.*):\s*('(?:[^']|'')*'|[^:']*)", re.DOTALL)
_BY = (
    ValueType.TEXT,
    ValueType.INTEGER,
    ValueType.DECIMAL,
    ValueType.BOOLEAN,
)


def computed_metric(every: MetricsReading, identifier: str, node: Mapping) -> Metric | None:
    """Return the metric that a formula gives, or None after noting why there is none."""
    reading = every.reading
    reading.only_known(node, {"value", "bands", "by", *COMMON}, METRIC)
    formula = reading.scalar(node, "value", METRIC)
    if formula is None:
        return None
    types = every.types_of_customers(formula.text)
    read = reading.expression(formula, types)
    if read is None:
        return None
    definition = ComputedMetric(read[0])
    value_type = read[1]
    if "bands" in node.entries:
        banded = _banded(every, node, read)
        if banded is None:
            return None
        definition, value_type = banded
    elif "by" in node.entries:
        reading.problem(
            node.key_places["by"],
            Text("“by” chooses a table of “bands”", "“by”用于选择“bands”的分档表"),
            Text("Add “bands”, or remove “by”.", "请补上“bands”，或删除“by”。"),
        )
        return None
    names = names_in(definition.formula)
    return metric(
        every,
        identifier,
        node,
        definition,
        value_type,
        unit_of(read[0], reading.units) if definition.bands is None else BARE,
        columns=frozenset(name for name in names if name.startswith("customers.")),
        names=frozenset(names),
    )


def _banded(
    every: MetricsReading, node: Mapping, value: tuple[Expression, ValueType]
) -> tuple[ComputedMetric, ValueType] | None:
    """Return the metric that is the result of the band its value is in, and its type."""
    reading = every.reading
    bands_node = node.entries["bands"]
    by_node = reading.scalar(node, "by", METRIC)
    if isinstance(bands_node, Mapping) != (by_node is not None):
        reading.problem(
            bands_node.place,
            Text(
                "bands by a value of “by” are named lists, others one list",
                "有“by”时分档为按取值命名的列表，无“by”时为一个列表",
            ),
            Text(
                "Write “by: customers.industry” and below “bands” “retail: [...]”, or one list.",
                "请写“by: customers.industry”并在“bands”下写“retail: [...]”，或只写一个列表。",
            ),
        )
        return None
    by: tuple[Expression, ValueType] | None = None
    nodes: list[tuple[Value, Node]] = [(None, bands_node)]
    if by_node is not None and isinstance(bands_node, Mapping):
        by = reading.expression(by_node, every.types_of_customers(by_node.text), _BY)
        if by is None:
            return None
        keys = [(_key(every, bands_node, key, by[1]), child) for key, child in bands_node]
        if any(found is None for found, _ in keys):
            return None
        nodes = [(found[0], child) for found, child in keys if found is not None]
        # `else` is for what the others leave, wherever it stands.
        nodes.sort(key=lambda pair: pair[0] is None)
    formula_node = node.entries["value"]
    subject = formula_node.text if isinstance(formula_node, Scalar) else ""
    unit = node.entries.get("unit")
    share = isinstance(unit, Scalar) and unit.text == "share"
    tables = [(key, _table(every, child, subject, share=share)) for key, child in nodes]
    place = node.key_places["bands"]
    reading.at_most(len(tables), MOST_BANDS, place, Text("tables of bands", "分档表"))
    if any(bands is None for _, bands in tables):
        return None
    known = tuple((key, bands) for key, bands in tables if bands is not None)
    result_type = common_type([type_of_value(result) for _, bands in known for _, result in bands])
    if result_type is None:
        reading.problem(
            place,
            Text("results are numbers or texts, not both", "分档结果应全为数值或全为文本"),
            Text("Quote all of them: “>= 80: '1'”.", "请全部加引号：“>= 80: '1'”。"),
        )
        return None
    formula = _formula(value[0], by[0] if by is not None else None, known)
    if _too_large(every, formula, place):
        return None
    banded = BandedResult(value[0], by[0] if by is not None else None, known)
    return ComputedMetric(formula, banded), result_type


def _key(every: MetricsReading, node: Mapping, key: str, by_type: ValueType) -> tuple[Value] | None:
    """Return the value of `by` that a table is for, in brackets; None in them for `else`."""
    if key == "else":
        return (None,)
    if by_type in (ValueType.TEXT, ValueType.UNKNOWN):
        return (key,)
    try:
        tree = parse({"yes": "true", "no": "false"}.get(key, key))
    except ExpressionError:
        tree = None
    if isinstance(tree, Literal) and common_type([type_of_value(tree.value), by_type]):
        return (tree.value,)
    every.reading.problem(
        node.key_places[key],
        Text("“{k}” is not a value of “by”: {t}", "“{k}”不是“by”的取值（{t}）").filled(
            k=key, t=by_type.label
        ),
        Text("Write a value it can have, or “else”.", "请写它可能的取值，或“else”。"),
    )
    return None


def _table(
    every: MetricsReading, node: Node, subject: str, *, share: bool
) -> tuple[Band, ...] | None:
    reading = every.reading
    bands: list[Band] = []
    broken = False
    items = reading.items(node)
    reading.at_most(len(items), MOST_BANDS, node.place, Text("bands", "分档"))
    for item in items:
        split = _BAND.fullmatch(item.text)
        condition, result = (split[1], split[2]) if split else (item.text, "")
        ended = any(taken is None for taken, _ in bands)
        if ended and condition.strip() != UNKNOWN:
            reading.problem(
                item.place,
                Text("bands after “else” are never reached", "“else”之后的分档永远达不到"),
                Text("Put “else” last.", "请把“else”放在最后。"),
            )
            broken = True
        found = _result(every, item, result.strip(), share=share)
        types = every.types_of_customers(f"{subject} {condition}")
        where = Scalar(condition.strip(), item.place, item.quoted)
        clause = read_clause(reading, where, subject, types)
        if clause is None or found is None:
            broken = True
            continue
        bands.append((clause.condition, found))
    # `else` is everything known, so what is unknown may stand after it.
    bands.sort(key=lambda band: band[0] is None)
    return None if broken or not bands else tuple(bands)


def _result(every: MetricsReading, item: Scalar, text: str, *, share: bool) -> Value:
    try:
        tree = parse(text) if text else None
    except ExpressionError:
        tree = None
    if isinstance(tree, Literal) and type_of_value(tree.value) in _BY[:3]:
        if share:
            every.reading.plausible_share(tree, item.place)
        return tree.value
    every.reading.problem(
        item.place,
        Text("a band ends with its result", "每一档以结果结尾"),
        Text(
            "Write “>= 1000: 'large'” or “>= 1000: 1.2”.",
            "请写“>= 1000: 'large'”或“>= 1000: 1.2”。",
        ),
    )
    return None


def _formula(
    value: Expression,
    by: Expression | None,
    tables: tuple[tuple[Value, tuple[Band, ...]], ...],
) -> Expression:
    """Return the choice among bands as one expression; what is unknown falls in no `else`."""
    formula: Expression = Literal(None)
    for key, bands in reversed(tables):
        result: Expression = Literal(None)
        for condition, found in reversed(bands):
            holds = condition if condition is not None else Call("is_known", (value,))
            result = Call("if", (holds, Literal(found), result))
        if by is None:
            return result
        chosen: Expression = Call("is_known", (by,))
        if key is not None:
            chosen = Call("equals", (by, Literal(key)))
        formula = Call("if", (chosen, result, formula))
    return formula


def _too_large(every: MetricsReading, formula: Expression, place: Place) -> bool:
    if _size(formula) <= MAX_SIZE:
        return False
    every.reading.problem(
        place,
        Text("the value is too involved for so many bands", "取值表达式过于复杂，分档过多"),
        Text(
            "Give the value a name: make it a metric of its own.",
            "请把该取值定义为单独的指标。",
        ),
    )
    return True


def _size(tree: Expression) -> int:
    arguments = tree.arguments if isinstance(tree, Call) else ()
    return 1 + sum(_size(argument) for argument in arguments)
