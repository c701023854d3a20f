"""What the expressions of metrics may name, and reading them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Name, names_in, replace_names
from kefen.expressions.types import ValueType, type_of_kind
from kefen.standards.document import Mapping, Scalar, Sequence
from kefen.standards.facts import FACT_TABLES, fact_types
from kefen.standards.metric_units import fact_units
from kefen.standards.model import ACCOUNT, AGGREGATES, CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from kefen.domain.calendar import Window
    from kefen.expressions.tree import Expression
    from kefen.standards.document import Node
    from kefen.standards.model import Metric, Model, Place
    from kefen.standards.reading import Reading

FACTS = (*FACT_TABLES, PURCHASES, CANCELLATIONS, ACCOUNT)
NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)
DATES = (ValueType.DATE, ValueType.MOMENT)
METRIC = Text("a metric", "指标")
_TEXTS = re.compile(r"'(?:[^']|'')*'")
_WORDS = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(slots=True)
class MetricsReading:
    """One reading of the metrics of one standard.

    Attributes:
        reading: Where problems are noted.
        window: The window of metrics that say none.
        places: Where each metric that the document defines stands.
        metrics: Those read so far.
        models_node: The models that the document defines, if any.
        models: Those read so far; None for one with problems.
    """

    reading: Reading
    window: Window
    places: MappingType[str, Place]
    metrics: dict[str, Metric] = field(default_factory=dict)
    models_node: Mapping | None = None
    models: dict[str, Model | None] = field(default_factory=dict)

    @property
    def named(self) -> frozenset[str]:
        """Return every metric that the document defines."""
        return frozenset(self.places)

    def types_of_customers(self, formula: str) -> dict[str, ValueType]:
        """Return the types of what a formula may name: metrics, `as_of`, customers' columns."""
        types = {name: metric.type for name, metric in self.metrics.items()}
        types["as_of"] = ValueType.DATE
        return types | customer_types(formula)

    def on_facts(
        self, node: Scalar, fact: str, wanted: tuple[ValueType, ...] | None = None
    ) -> tuple[Expression, ValueType] | None:
        """Return an expression on a fact's rows, its own columns by their bare names.

        It may also name metrics and customers' columns, of the customer whose row it is. Notes
        what cannot be read, and bare names that are a column and a metric alike.
        """
        own = fact_types(fact)
        of_customers = self.types_of_customers(node.text)
        types = of_customers | own | {f"{fact}.{name}": t for name, t in own.items()}
        read = self.reading.expression(node, types, wanted, fact_units(fact))
        if read is None:
            return None
        doubtful = [name for name in names_in(read[0]) if name in own and name in self.named]
        for name in doubtful:
            self.reading.problem(
                node.place,
                Text(
                    "“{n}” is a column of {f} and also a metric",
                    "“{n}”既是 {f} 的列，又是指标",
                ).filled(n=name, f=fact),
                Text(
                    "Write “{f}.{n}” for the column, or rename the metric.",
                    "列请写“{f}.{n}”；指标请改名。",
                ).filled(n=name, f=fact),
            )
        if doubtful:
            return None
        columns = {f"{fact}.{name}": Name(name) for name in own}
        return replace_names(read[0], columns), read[1]

    def optional(
        self, node: Mapping, key: str, fact: str, wanted: tuple[ValueType, ...]
    ) -> Expression | None:
        """Return the expression under `key`, if there is one."""
        child = self.reading.scalar(node, key, METRIC)
        read = self.on_facts(child, fact, wanted) if child is not None else None
        return read[0] if read is not None else None


def customer_types(formula: str) -> dict[str, ValueType]:
    """Return the types of the customers' columns that a formula names; others are attributes."""
    types = {f"customers.{c.name}": type_of_kind(c.kind) for c in TABLES["customers"].columns}
    for name in words_in(formula):
        if name.startswith("customers."):
            types.setdefault(name, ValueType.TEXT)
    return types


def words_in(text: str) -> tuple[str, ...]:
    """Return the names in the text of an expression, or the words of what is none."""
    try:
        return names_in(parse(text))
    except ExpressionError:
        return tuple(_WORDS.findall(_TEXTS.sub("", text)))


def metrics_named(node: Mapping, named: frozenset[str]) -> set[str]:
    """Return the metrics that a metric's document names anywhere in its expressions."""
    texts = [
        text
        for key in _EXPRESSIONS
        if key in node.entries
        for text in _texts(node.entries[key], keys=key == "bands")
    ]
    words = {word for text in texts for word in words_in(text)}
    facts = {word.split(".")[0] for word in words if "." in word} & set(FACTS)
    # A bare column hides a metric of that name, and is refused where it is read.
    columns = {column for fact in facts for column in fact_types(fact)}
    return {word for word in words if word in named} - columns


_EXPRESSIONS = (
    *("value", "by", "bands", "where", "each"),
    *(one for one in AGGREGATES if one != "count"),  # what is counted is a fact's name
)


def _texts(node: Node, *, keys: bool) -> list[str]:
    if isinstance(node, Scalar):
        # Of a band `condition: result`, a result is a number or a quoted text.
        return [node.text.rpartition(":")[0] if keys else node.text]
    children = node.items if isinstance(node, Sequence) else node.entries.values()
    return [text for child in children for text in _texts(child, keys=keys)]
