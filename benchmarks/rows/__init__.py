"""The rows of the benchmark: each a module that says its bar, measures, and judges.

A capability adds a row by adding a module here that has a `ROW`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from rows.protocol import Row

if TYPE_CHECKING:
    from collections.abc import Mapping


def all_rows() -> Mapping[str, Row]:
    """Return every row by its name, in the order of their numbers."""
    modules = (import_module(f"rows.{module.name}") for module in iter_modules(__path__))
    found = [row for module in modules if isinstance(row := getattr(module, "ROW", None), Row)]
    return {row.name: row for row in sorted(found, key=lambda row: row.number)}
