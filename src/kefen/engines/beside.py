"""Work done beside other work, in a thread of its own that never outlives the block it serves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Found = TypeVar("Found")


@contextmanager
def beside(
    work: Callable[[], Found], *, stop: Callable[[], object] | None = None
) -> Iterator[Callable[[], Found]]:
    """Do work in a thread of its own while the block does other work.

    The block gets a function that waits for the work and returns what it found. When the block
    has ended, well or not, so has the work: nothing goes on behind the caller's back. The thread
    is no daemon, which an interpreter that ends would break off within C code.

    Args:
        work: The work; it shares with the block only what neither of them changes.
        stop: Called when the block fails, or Ctrl-C comes, to end the work early. What the work
            says then is not heard: the block's own error tells what happened.

    Raises:
        Exception: Whatever the work raises; where it is asked for, or when the block ends.
    """
    with ThreadPoolExecutor(max_workers=1) as place:
        begun = place.submit(copy_context().run, work)
        try:
            yield begun.result
            begun.result()
        except BaseException:
            if stop is not None:
                stop()
            raise
