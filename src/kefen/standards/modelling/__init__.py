"""Models in standards: the methods there are, and reading what a standard says of them."""

from kefen.standards.modelling.catalogue import METHODS, method_of

__all__ = ["METHODS", "method_of"]
