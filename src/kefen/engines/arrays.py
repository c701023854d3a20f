"""Columns of answers as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    import numpy.typing as npt


def as_array(column: pa.ChunkedArray) -> npt.NDArray[np.generic]:
    """Return a column without nulls as an array.

    Arrow's own conversion imports pandas wherever that is installed, which takes longer than
    fitting does; numbers are handed over without it.
    """
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        found: npt.NDArray[np.generic] = np.from_dlpack(column.combine_chunks())
        return found
    others: npt.NDArray[np.generic] = column.to_numpy()
    return others
