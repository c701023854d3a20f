"""The methods that models of standards can use, each declared in its family's module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.standards.modelling.clusters import CLUSTER_METHODS
from kefen.standards.modelling.lifetime import LIFETIME_METHODS
from kefen.standards.modelling.loss import LOSS_METHODS

if TYPE_CHECKING:
    from kefen.standards.model import Model
    from kefen.standards.modelling.method import Method

METHODS: dict[str, Method] = {
    method.id: method for method in (*LIFETIME_METHODS, *CLUSTER_METHODS, *LOSS_METHODS)
}
"""Every method by id."""


def method_of(model: Model) -> Method:
    """Return the method of a model."""
    return METHODS[model.method]
