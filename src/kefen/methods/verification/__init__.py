"""Published figures reproduced: a registry by family of methods, run by command and by tests."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefen.methods.verification.figure import Family

_MODULES = ("grouping", "lifetime", "migrating", "scorecards", "weighing")
"""The modules beside this one that hold `FAMILIES`."""


def families() -> tuple[Family, ...]:
    """Return every family of figures."""
    found: list[Family] = []
    for name in _MODULES:
        found += import_module(f"kefen.methods.verification.{name}").FAMILIES
    return tuple(found)
