"""Whether the system has a file in memory."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PLACES = 8
"""In how many places of a file it is looked."""

if sys.platform == "linux":

    def is_in_memory(path: Path) -> bool:
        """Return whether a file can be read without waiting for the disk, as far as a look tells.

        Some places from its beginning to its end are looked at; nothing is read from the disk.
        """
        try:
            with path.open("rb", buffering=0) as file:
                last = max(os.fstat(file.fileno()).st_size - 1, 0)
                place = bytearray(1)
                for number in range(_PLACES):
                    at = last * number // (_PLACES - 1)
                    os.preadv(file.fileno(), [place], at, os.RWF_NOWAIT)
        except OSError:  # it would have to wait, or the file system cannot tell
            return False
        return True

else:

    def is_in_memory(path: Path) -> bool:
        """Return False: the system does not say."""
        del path
        return False
