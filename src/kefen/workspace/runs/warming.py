"""What lists need first is read before somebody asks: when a served copy begins to be read."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from kefen.workspace.runs.columns import columns_of
from kefen.workspace.runs.published import first_order
from kefen.workspace.runs.queries import current_publication

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
_LOOK_SECONDS = 5.0


def warm() -> None:
    """Read the texts, the owners and the classes of the copy that is read now."""
    publication = current_publication()
    columns = columns_of(publication) if publication is not None else None
    if publication is None or columns is None:
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
        except Exception:
            log.exception("reading ahead failed")
        finally:
            connection.close()
        if over():
            return


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
