"""A cap on the memory of a process and all it starts, set by the system where it lets us.

Linux counts what a control group holds: pages in use, not addresses that an allocator keeps after
giving their pages back (a limit on those, as `prlimit --data` sets it, stopped a run that held
1.5 GB of its 4).
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GROUPS = Path("/sys/fs/cgroup")
_KINDS = (("memory", "memory.limit_in_bytes"), (".", "memory.max"))
"""Where the controller of memory is, in the first and the second version, and its limit."""
_JOINING = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"'


@contextmanager
def capped(command: Sequence[str], limit_bytes: int) -> Iterator[tuple[list[str], bool]]:
    """Give a command that works under a cap, and whether the system sets one.

    The group is there within the block. Where none can be made, the command is as it was.
    """
    group = _new_group(limit_bytes)
    if group is None:
        yield [*command], False
        return
    try:
        yield ["sh", "-c", _JOINING, "sh", str(group), *command], True
    finally:
        # What was killed may still be leaving it: an empty group costs nothing.
        with suppress(OSError):
            group.rmdir()


def _new_group(limit_bytes: int) -> Path | None:
    for controller, limit in _KINDS:
        group = _GROUPS / controller / f"kefen-benchmark-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(limit_bytes))
        except OSError:
            group.rmdir()
            continue
        return group
    return None
