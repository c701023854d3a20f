"""How grading uses a method: fit to different rows, apply to rows; and the methods there are."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    import numpy as np
    import numpy.typing as npt

    from kefen.domain.text import Text
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.model_calibration import Parameter

    Floats: TypeAlias = npt.NDArray[np.float64]
    Columns: TypeAlias = Mapping[str, npt.NDArray[np.generic]]
    Parameters: TypeAlias = Mapping[str, Parameter]

_LIFETIME = ("bg_nbd", "mbg_nbd", "pareto_nbd", "bg_bb", "gamma_gamma")
_CLUSTERS = ("k_means", "ward", "hdbscan")
_FAMILIES = (
    dict.fromkeys(_LIFETIME, "kefen.grading.modelled.lifetime")
    | dict.fromkeys(_CLUSTERS, "kefen.grading.modelled.clusters")
    | {"loss_probability": "kefen.grading.modelled.loss"}
)
"""The module whose `METHODS` holds a method, by the method's id; imported when first used."""

_FITTED_WITH = dict.fromkeys(_LIFETIME, "scipy.special") | dict.fromkeys(
    _CLUSTERS, "sklearn.cluster"
)
"""The library that a method fits with, where it takes a while to import."""


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

        A method that learns who is lost finds that in the column `LOST` of `inputs`, as booleans.

        Raises:
            NotEstimableError: The rows do not tell the parameters.
        """

    def apply(
        self, metric: ModelMetric, parameters: Parameters, inputs: Columns
    ) -> npt.NDArray[np.generic]:
        """Return a result for each row: float64 for a number, objects for a text."""

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:
        """Return the parameters in a phrase, for explanations."""


@runtime_checkable
class Doubtful(Protocol):
    """A method whose results may not be relied on, and say so."""

    def doubt(self, model: Model, parameters: Parameters) -> Text | None:
        """Return why what was fitted is in doubt; None when it is not."""


@runtime_checkable
class Continuing(Protocol):
    """A method whose results go by names that should stay from one calibration to the next."""

    def continued(self, model: Model, parameters: Parameters, previous: Parameters) -> Parameters:
        """Return the parameters with the names of the former ones that they continue."""


@runtime_checkable
class Telling(Protocol):
    """A method that can say of one customer why it gives what it gives."""

    def customer_in_words(
        self, model: Model, parameters: Parameters, inputs: Columns, names: Mapping[str, Text]
    ) -> Text | None:
        """Return why, in a phrase; None where there is nothing to say.

        Args:
            model: The model.
            parameters: What it learned.
            inputs: The customer's inputs, arrays of one element.
            names: What the inputs are called, by id.
        """


def fitted_method(method: str) -> FittedMethod:
    """Return a method by its id."""
    found: FittedMethod = import_module(_FAMILIES[method]).METHODS[method]
    return found


def import_ahead(methods: Iterable[str]) -> None:
    """Begin to import what methods fit with, while an engine is at work for something else.

    Args:
        methods: The methods' ids.
    """
    libraries = {_FITTED_WITH[method] for method in methods if method in _FITTED_WITH}

    def imported() -> None:
        for library in sorted(libraries):
            with suppress(ImportError):  # whoever needs it says so
                import_module(library)

    if libraries:
        # No daemon: an interpreter that ends in the middle of an import of C code may crash.
        Thread(target=imported).start()
