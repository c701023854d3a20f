"""The operator catalogue: each operator's type rule, Python meaning and DuckDB SQL, side by side.

Rules that hold for all: an unknown argument makes the result unknown, unless the operator says
otherwise; numbers are whole numbers or decimals of four places; nothing is ever a double.
"""

from kefen.expressions.operators import (
    arithmetic,
    calibrated,
    conditions,
    dates,
    rounding,
    tables,
    texts,
)
from kefen.expressions.operators.operator import CATALOGUE, Operator, OutOfRangeError

__all__ = [
    "CATALOGUE",
    "Operator",
    "OutOfRangeError",
    "arithmetic",
    "calibrated",
    "conditions",
    "dates",
    "rounding",
    "tables",
    "texts",
]
