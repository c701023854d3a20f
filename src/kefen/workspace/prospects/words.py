"""The stages of a prospect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

STAGES: Mapping[str, Text] = {
    "new": Text("New", "新线索"),
    "contacted": Text("Contacted", "已接触"),
    "need": Text("Need known", "需求已明确"),
    "offer": Text("Offer made", "已报价"),
    "deal": Text("Negotiating", "商务谈判"),
}
"""From the first stage to the last, before a prospect is converted or given up."""
ENDS: Mapping[str, Text] = {
    "won": Text("Converted", "已转化"),
    "lost": Text("Given up", "已放弃"),
}
FIRST = "new"
"""The stage of prospects that nobody has moved yet."""
