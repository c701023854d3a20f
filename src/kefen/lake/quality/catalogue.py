"""Every kind of finding that the quality report can make, by code."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kefen.lake.quality import amounts, comparable, continuous, matched, scientific, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.lake.quality.kinds import FindingKind

FINDING_KINDS: Mapping[str, FindingKind] = MappingProxyType(
    {
        kind.code: kind
        for module in (whole, matched, scientific, amounts, comparable, continuous)
        for kind in module.KINDS
    }
)
"""Documented one by one in docs/explanation/quality.md."""
