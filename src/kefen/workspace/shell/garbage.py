"""Garbage is collected between requests, when nobody waits, and not in the middle of one."""

from __future__ import annotations

import gc
from itertools import count

from django.core.signals import request_finished

# An explanation holds some ten thousand objects until it is sent: Python's own threshold, 700,
# looked through them a dozen times and found nothing.
_NEW_OBJECTS = 50_000
SOME_EVERY = 10
"""After how many requests what they left is collected: of so few it takes no time that is seen."""
_ALL_EVERY = 20_000


def collect_between_requests() -> None:
    """Have the garbage of requests collected once the answer to one has been sent.

    A request refers to itself, so that each leaves something, though little. Everything is looked
    through very seldom; a request that makes a great many objects is still interrupted by Python
    itself.
    """
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    requests = count(1)

    def collect(**_: object) -> None:
        done = next(requests)
        if done % SOME_EVERY == 0:
            gc.collect(2 if done % _ALL_EVERY == 0 else 1)

    request_finished.connect(collect, weak=False, dispatch_uid="collect_between_requests")
