"""The causes of moves, and which scheme's grades have an order to move along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.text import Text
from kefen.standards.model import Categories, CutOffs, RankOfAll, ShareOfTotal

if TYPE_CHECKING:
    from kefen.standards.model import Scheme

Cause: TypeAlias = Literal[
    "entered", "left", "override", "data", "behaviour", "calibration", "standard"
]

CAUSES: dict[Cause, Text] = {
    "entered": Text("coming into the base", "新进入客户群"),
    "left": Text("leaving the base", "退出客户群"),
    "data": Text("data that came or went", "数据有无的变化"),
    "behaviour": Text("own figures", "自身数据变化"),
    "calibration": Text("lines that moved with the others", "标定随整体变化"),
    "standard": Text("another standard", "标准变更"),
    "override": Text("a hold or an override", "保级规则或人工调级"),
}
"""Every cause with its name for people, in the order in which they are told."""

_TIERS = "SABCD"


def order_of(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of a scheme's grades from the best; empty where they have no order.

    Grades by score, share or rank have the order in which they stand. Classes by conditions have
    it only when their tiers say so, from S to D: those of a lifecycle stand in the order in which
    their conditions are asked, and a customer that goes from new to retained has not risen.
    """
    classes = scheme.classes
    if isinstance(scheme.decision, Categories) or not classes:
        return ()
    if not isinstance(scheme.decision, CutOffs | ShareOfTotal | RankOfAll):
        tiers = [_TIERS.find(grade.tone or "") if grade.tone else -1 for grade in classes]
        if -1 in tiers or tiers != sorted(tiers) or len(set(tiers)) < len(tiers):
            return ()
    return tuple(grade.id for grade in classes)
