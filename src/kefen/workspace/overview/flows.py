"""The moves between classes, drawn as bands: movers only, every band a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.workspace.customers.sight import ShownGrade

_GAP = 3.0
_NEW, _LEFT = Text("Newly graded", "新评级"), Text("Not graded", "无等级")


@dataclass(frozen=True, slots=True)
class Band:
    """The customers that went from one class to another.

    Attributes:
        path: Its outline, in a square of 100.
        address: The list of them.
        words: What it says.
        tone: `up`, `down`, or empty where one side has no class.
    """

    path: str
    address: str
    words: Text
    tone: str


@dataclass(frozen=True, slots=True)
class Node:
    """A class on one side.

    Attributes:
        name: Its name.
        customers: How many of its customers moved.
        tone: Its colour.
        top: Where it begins, in percent.
        height: How high it is.
        middle: Where its name stands, in percent.
    """

    name: Text
    customers: int
    tone: str
    top: str
    height: str
    middle: str


@dataclass(frozen=True, slots=True)
class Flows:
    """The drawing: classes before on the left, now on the right, and bands between them."""

    left: list[Node]
    right: list[Node]
    bands: list[Band]


def flows_of(
    moves: Mapping[tuple[int | None, int | None], tuple[int, str]],
    grades: Sequence[ShownGrade],
) -> Flows | None:
    """Return the drawing of moves; None where nobody moved.

    Args:
        moves: For each pair of class before and now (places, best 0; None without one) how many
            went, and the address of the list of them. Who stayed is left out.
        grades: The classes, best first.
    """
    moved = {pair: found for pair, found in moves.items() if pair[0] != pair[1] and found[0]}
    total = sum(number for number, _ in moved.values())
    if not total:
        return None
    order: list[int | None] = [*range(len(grades)), None]
    left = {one: sum(n for (was, _), (n, _) in moved.items() if was == one) for one in order}
    right = {one: sum(n for (_, now), (n, _) in moved.items() if now == one) for one in order}
    most = max(sum(1 for n in side.values() if n) for side in (left, right))
    scale = (100 - _GAP * (most - 1)) / total
    starts, ends = _tops(left, scale), _tops(right, scale)
    bands = []
    offset_left, offset_right = dict(starts), dict(ends)
    for was in order:
        for now in order:
            if (was, now) not in moved:
                continue
            number, address = moved[was, now]
            high = number * scale
            y, z = offset_left[was], offset_right[now]
            offset_left[was], offset_right[now] = y + high, z + high
            path = (
                f"M0 {y:.2f}C50 {y:.2f} 50 {z:.2f} 100 {z:.2f}V{z + high:.2f}"
                f"C50 {z + high:.2f} 50 {y + high:.2f} 0 {y + high:.2f}Z"
            )
            words = Text("{a} → {b}: {n}", "{a} → {b}：{n} 位").filled(
                a=_name(was, grades, _NEW), b=_name(now, grades, _LEFT), n=f"{number:,}"
            )
            tone = "" if was is None or now is None else "up" if now < was else "down"
            bands.append(Band(path, address, words, tone))
    return Flows(
        _nodes(left, starts, scale, grades, _NEW), _nodes(right, ends, scale, grades, _LEFT), bands
    )


def _tops(side: Mapping[int | None, int], scale: float) -> dict[int | None, float]:
    shown = [one for one, number in side.items() if number]
    used = sum(side.values()) * scale + _GAP * (len(shown) - 1)
    top = (100 - used) / 2
    found = {}
    for one in shown:
        found[one] = top
        top += side[one] * scale + _GAP
    return found


def _nodes(
    side: Mapping[int | None, int],
    tops: Mapping[int | None, float],
    scale: float,
    grades: Sequence[ShownGrade],
    none: Text,
) -> list[Node]:
    return [
        Node(
            _name(one, grades, none),
            side[one],
            "n" if one is None else grades[one].tone,
            f"{top:.2f}%",
            f"{max(side[one] * scale, 0.4):.2f}%",
            f"{top + side[one] * scale / 2:.2f}%",
        )
        for one, top in tops.items()
    ]


def _name(place: int | None, grades: Sequence[ShownGrade], none: Text) -> Text:
    return none if place is None else grades[place].name
