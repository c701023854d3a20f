"""How grading uses a method: fit to different rows, apply to rows; and the methods there are."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    import numpy as np
    import numpy.typing as npt

    from kefen.domain.text import Text
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.model_calibration import Parameter

    Floats: TypeAlias = npt.NDArray[np.float64]
    Columns: TypeAlias = Mapping[str, npt.NDArray[np.generic]]
    Parameters: TypeAlias = Mapping[str, Parameter]

_FAMILIES = {"bg_nbd": "kefen.grading.modelled.lifetime"}
"""The module whose `METHODS` holds a method, by the method's id; imported when first used."""


class FittedMethod(Protocol):
    """A method as grading uses it.

    Inputs come as arrays of equal length by the input's id: float64 for numbers, objects for
    texts, nothing unknown. Results are rounded by the caller; NaN stands for an unknown one.
    Every value of a result depends on its own row alone, to the last bit: one row gives what
    it gives among a million.
    """

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:
        """Return which rows can be fitted to and applied to."""

    def fit(
        self, model: Model, inputs: Columns, counts: Floats
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return parameters and figures of the fit to different rows with counts, in their order.

        Raises:
            NotEstimableError: The rows do not tell the parameters.
        """

    def apply(
        self, metric: ModelMetric, parameters: Parameters, inputs: Columns
    ) -> npt.NDArray[np.generic]:
        """Return a result for each row: float64 for a number, objects for a text."""

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:
        """Return the parameters in a phrase, for explanations."""


def fitted_method(method: str) -> FittedMethod:
    """Return a method by its id."""
    found: FittedMethod = import_module(_FAMILIES[method]).METHODS[method]
    return found
