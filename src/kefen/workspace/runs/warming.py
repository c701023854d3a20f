"""What is needed first is made ready before somebody asks: when a copy begins to be read."""

from __future__ import annotations

import gc
import logging
import threading
import time
from typing import TYPE_CHECKING

from kefen.domain.errors import KefenError
from kefen.workspace.runs.columns import columns_of
from kefen.workspace.runs.published import first_order
from kefen.workspace.runs.queries import current_publication, grader_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.workspace.runs.models import Publication

log = logging.getLogger(__name__)
_LOOK_SECONDS = 5.0
# A thread that never pauses makes every request of the process wait for its turn.
_PAUSE_SECONDS = 0.004


def warm() -> None:
    """Make lists of the copy that is read now ready, and what grades one customer after it."""
    publication = current_publication()
    if publication is None:
        return
    _warm_lists(publication)
    try:
        grader_of(publication.run_id).make_ready(lambda: time.sleep(_PAUSE_SECONDS))
    except KefenError:
        log.exception("the run %s cannot be made ready", publication.run_id)


def _warm_lists(publication: Publication) -> None:
    """Read the texts, the owners and the classes of a copy."""
    columns = columns_of(publication)
    if columns is None:
        return
    columns.texts()
    columns.places([""])
    wanted = {first_order(publication.columns), "metric_revenue", "owner", "team", "region"}
    wanted |= {
        one["name"]
        for one in publication.columns
        if one["kind"] == "grade" and one["type"] == "rank"
    }
    for name in wanted:
        if columns.type_of(name) is not None:
            columns.numbers(name)


def keep_warm(over: Callable[[], bool]) -> None:
    """Warm whenever another copy begins to be read, until it is over.

    Args:
        over: Waits a while, and says whether to end.
    """
    from django.db import connection

    last: int | None = None
    while True:
        try:
            publication = current_publication()
            if publication is not None and publication.pk != last:
                warm()
                last = publication.pk
                _settle()
        except Exception:
            log.exception("reading ahead failed")
        finally:
            connection.close()
        if over():
            return


def _settle() -> None:
    """Let later collections of garbage pass over what is there now.

    Most of it stays until another copy is read. To look through all of it took a tenth of a
    second, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()


def start_warming() -> Callable[[], None]:
    """Keep warm in the background; return what ends it."""
    ended = threading.Event()
    thread = threading.Thread(
        target=keep_warm, args=(lambda: ended.wait(_LOOK_SECONDS),), daemon=True
    )
    thread.start()

    def end() -> None:
        ended.set()
        thread.join(timeout=10)

    return end
