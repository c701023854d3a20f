"""What a standard says of models: methods fitted to metrics, whose results are metrics again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.expressions.tree import names_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.horizons import Horizon
    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression, Value
    from kefen.expressions.types import ValueType
    from kefen.standards.model.metrics import Place


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One input of a model: an expression over metrics, and its type."""

    id: str
    value: Expression
    type: ValueType


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        id: Its name in the standard.
        name: Its name for people.
        description: What it is for, in words.
        method: The method, an id of `kefen.standards.modelling.METHODS`.
        inputs: What it is fitted to and applied to, in the method's order. A customer with an
            unknown input is left out, and what the model gives is unknown for it.
        among: Whom it is about: it is fitted on them and applied to them; None: everybody.
        smallest_population: With fewer customers it is not fitted.
        settings: The method's settings, all of them.
        place: Where it stands in the file.
        lost: Who counts as lost, as known on the as-of date, where the method learns from that;
            else None.
        months_back: How many months before the as-of date the inputs were measured that it
            learns from; 0: on that date itself.
    """

    id: str
    name: Text
    description: Text
    method: str
    inputs: tuple[ModelInput, ...]
    among: Expression | None
    smallest_population: int
    settings: Mapping[str, Value]
    place: Place
    lost: Expression | None = None
    months_back: int = 0

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Return the expressions over metrics that it is applied to."""
        inputs = tuple(one.value for one in self.inputs)
        return inputs if self.among is None else (*inputs, self.among)

    @property
    def all_expressions(self) -> tuple[Expression, ...]:
        """Return the expressions that it is applied to, and the one that it learns from."""
        return self.expressions if self.lost is None else (*self.expressions, self.lost)

    @property
    def names(self) -> frozenset[str]:
        """Return the metrics that it rests on."""
        return frozenset(n for tree in self.all_expressions for n in names_in(tree)) - {"as_of"}


@dataclass(frozen=True, slots=True)
class ModelMetric:
    """A metric that a model gives.

    Attributes:
        model: The model.
        gives: Which of its results, an id of the method's outputs.
        over: How far ahead the result looks; None where it does not.
        options: What else the metric says of the result, by name.
    """

    model: Model
    gives: str
    over: Horizon | None
    options: Mapping[str, Value]

    @property
    def names(self) -> frozenset[str]:
        """Return the metrics that it rests on."""
        return self.model.names
