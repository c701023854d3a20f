"""Addresses of static files, with a mark of their content so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class PackagedFiles(StaticFilesStorage):
    """Static files as they lie in the package; `?v=` changes when a file does."""

    def url(self, name: str | None) -> str:
        """Return the address of a file."""
        address = super().url(name)
        return f"{address}?v={_mark(name)}" if name else address


@cache
def _mark(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        return "0"
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]
