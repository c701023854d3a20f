"""What errors of the operating system are called to people."""

from __future__ import annotations

import errno

from kefen.cli.errors import of_system
from kefen.domain.errors import EngineError


def test_a_copy_without_room_names_the_disk_that_is_full() -> None:
    # As `shutil.copyfile` raises it: the file read, then the file written.
    full = OSError(errno.ENOSPC, "No space left on device", "/made/here", None, "/book/made")
    told = of_system(full)
    assert isinstance(told, EngineError)
    assert told.where == "/book/made"
    alone = OSError(errno.ENOSPC, "No space left on device", "/book/made")
    assert of_system(alone).where == "/book/made"
