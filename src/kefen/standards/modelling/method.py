"""What a standard has to know of a method: its inputs, results and settings, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.expressions.types import ValueType
from kefen.expressions.units import BARE

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.domain.text import Text
    from kefen.expressions.tree import Value
    from kefen.expressions.units import Unit

NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)


@dataclass(frozen=True, slots=True)
class MethodInput:
    """An input of a method.

    Attributes:
        id: Its name below `inputs`.
        name: Its name for people.
        unit: The unit it has to have.
        types: The types it may have.
    """

    id: str
    name: Text
    unit: Unit = BARE
    types: tuple[ValueType, ...] = NUMBERS


@dataclass(frozen=True, slots=True)
class MethodOption:
    """A setting of a method, or what a metric has to say of one of its results.

    Attributes:
        id: Its name.
        description: What it does.
        default: What it is when nothing is said; None: it has to be said.
        one_of: The words it may be; empty: a number.
        lowest: The least number.
        highest: The largest number.
        whole: Whether only whole numbers will do.
        of_inputs: Whether it names inputs of the model, separated by blanks.
    """

    id: str
    description: Text
    default: Value
    one_of: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    whole: bool = False
    of_inputs: bool = False


@dataclass(frozen=True, slots=True)
class MethodOutput:
    """A result of a method.

    Attributes:
        id: Its name after `gives`.
        name: Its name for people; `{h}` stands for the horizon.
        unit: How it is shown; None: as the input `unit_of`.
        unit_of: See `unit`.
        type: The type of its values.
        looks_ahead: Whether it needs a horizon (`over: next 12 months`).
        options: What else a metric may say of it.
        lowest: The least value it can have.
        highest: The largest.
    """

    id: str
    name: Text
    unit: str | None
    unit_of: str | None = None
    type: ValueType = ValueType.DECIMAL
    looks_ahead: bool = False
    options: tuple[MethodOption, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A method that models of standards can use.

    Attributes:
        id: Its name after `method`.
        name: Its name for people.
        description: What it does, in a sentence.
        inputs: Its inputs in order; empty: any, each by a name of its own.
        outputs: Its results.
        settings: What a standard may set.
        smallest_population: How many customers it needs when the standard says nothing.
        learns_lost: Whether it learns from customers of whom it is known who was lost.
    """

    id: str
    name: Text
    description: Text
    inputs: tuple[MethodInput, ...]
    outputs: tuple[MethodOutput, ...]
    settings: tuple[MethodOption, ...]
    smallest_population: int
    learns_lost: bool = False

    def output(self, identifier: str) -> MethodOutput:
        """Return one of its results.

        Raises:
            KeyError: It has no such result.
        """
        for one in self.outputs:
            if one.id == identifier:
                return one
        raise KeyError(identifier)
