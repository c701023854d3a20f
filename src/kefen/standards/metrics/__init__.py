"""Reading the metrics of a standard."""

from kefen.standards.metrics.needs import (
    named_columns,
    needed_by,
    needed_columns,
    needed_names,
)
from kefen.standards.metrics.read import RESERVED, read_metrics
from kefen.standards.model.metrics import UNITS

__all__ = [
    "RESERVED",
    "UNITS",
    "named_columns",
    "needed_by",
    "needed_columns",
    "needed_names",
    "read_metrics",
]
