"""Garbage is collected between requests, and not in the middle of one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished

from kefen.workspace.shell.garbage import SOME_EVERY, collect_between_requests

# Django's own listener looks at its connection when a request ends.
pytestmark = pytest.mark.django_db


class _Kept:
    """An object that holds itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    request_finished.disconnect(dispatch_uid="collect_between_requests")
    gc.set_threshold(*threshold)


def test_what_requests_left_is_collected_once_an_answer_is_sent() -> None:
    collect_between_requests()
    left = weakref.ref(_Kept())
    for _ in range(SOME_EVERY - 1):
        request_finished.send(sender=object)
    assert left() is not None
    request_finished.send(sender=object)
    assert left() is None


def test_a_request_of_ten_thousand_objects_is_not_interrupted() -> None:
    collect_between_requests()
    request_finished.send(sender=object)
    begun: list[str] = []
    gc.callbacks.append(lambda phase, _: begun.append(phase))
    try:
        held = [[number] for number in range(10_000)]
    finally:
        gc.callbacks.pop()
    assert len(held) == 10_000
    assert begun == []
