"""What a model learned from a population: its parameters, as they are stored and applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Parameter: TypeAlias = "Decimal | int | str | tuple[Parameter, ...]"
"""A parameter: a number, a word, or a list of parameters."""
SIGNIFICANT_DIGITS = 8
"""To how many digits a fitted parameter is rounded before it is applied.

Fewer than a search for the best parameters reproduces, whatever machine it runs on; more than
the data ever tells.
"""


@dataclass(frozen=True, slots=True)
class ModelCalibration:
    """What one model learned.

    Attributes:
        population: How many customers there were to learn from.
        fitted_on: How many it learned from: all of them, or a sample.
        one_in: 1, or of how many customers one was taken (by a hash of the id).
        rows: How many different rows of inputs they have.
        unusable: How many were left out, because their inputs cannot be.
        parameters: What is applied; empty when the model could not be fitted.
        figures: What is told of the fit: log-likelihood, standard errors.
        reason: Why it could not be fitted; None when it was.
    """

    population: int
    fitted_on: int = 0
    one_in: int = 1
    rows: int = 0
    unusable: int = 0
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    reason: Text | None = None

    @property
    def is_fitted(self) -> bool:
        """Return whether there is something to apply."""
        return self.reason is None


def significant(value: float, digits: int = SIGNIFICANT_DIGITS) -> Decimal:
    """Return a number rounded to so many significant digits, half away from zero of its decimals.

    Raises:
        ValueError: It is not finite.
    """
    rounded = Decimal(f"{value:.{digits - 1}e}")
    if not rounded.is_finite():
        raise ValueError(f"{value} is not finite")
    return rounded


def model_as_dict(model: ModelCalibration) -> dict[str, Any]:
    """Return what is stored of a model; decimals as strings."""
    content: dict[str, Any] = {"population": model.population}
    if model.reason is not None:
        return content | {"reason": model.reason.as_dict()}
    content |= {
        "fitted_on": model.fitted_on,
        "one_in": model.one_in,
        "rows": model.rows,
        "unusable": model.unusable,
        "parameters": {name: _encoded(value) for name, value in model.parameters.items()},
        "figures": {name: format(value, "f") for name, value in model.figures.items()},
    }
    return content


def model_from_dict(content: Mapping[str, Any]) -> ModelCalibration:
    """Return what `model_as_dict` stored.

    Raises:
        KeyError, TypeError, ValueError, ArithmeticError, AttributeError: It is nothing of the sort.
    """
    reason = content.get("reason")
    if reason is not None:
        return ModelCalibration(int(content["population"]), reason=Text.from_dict(reason))
    return ModelCalibration(
        population=int(content["population"]),
        fitted_on=int(content["fitted_on"]),
        one_in=int(content["one_in"]),
        rows=int(content["rows"]),
        unusable=int(content["unusable"]),
        parameters={name: _decoded(value) for name, value in content["parameters"].items()},
        figures={name: _number(value) for name, value in content["figures"].items()},
    )


def _encoded(value: Parameter) -> object:
    """Return a parameter for JSON; words are wrapped so that decimals alone are bare strings."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    return value


def _decoded(content: object) -> Parameter:
    if isinstance(content, str):
        return _number(content)
    if isinstance(content, dict):
        return str(content["text"])
    if isinstance(content, list):
        return tuple(_decoded(one) for one in content)
    if isinstance(content, int) and not isinstance(content, bool):
        return content
    raise TypeError(content)


def _number(content: str) -> Decimal:
    number = Decimal(content)
    if not number.is_finite():
        raise ValueError(content)
    return number
