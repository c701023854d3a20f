"""The book that this process serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings

if TYPE_CHECKING:
    from kefen.lake.book import Book


def served_book() -> Book:
    """Return the book."""
    return cast("Book", getattr(settings, "BOOK"))  # noqa: B009  common settings have none
