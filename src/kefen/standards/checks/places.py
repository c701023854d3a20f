"""Where the parts of a standard stand in its document, and how they are written there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.standards.document import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from kefen.standards.document import Node
    from kefen.standards.model import Indicator, Place


@dataclass(frozen=True, slots=True)
class Written:
    """A part as it is written.

    Attributes:
        place: Where it stands.
        text: Its words; for a band what its value must meet, without the points.
    """

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Places:
    """The places in one document."""

    document: Mapping

    def of(self, *path: str) -> Place:
        """Return where the value under a path of names stands; of named values, their name.

        Where the path is not written, it is the nearest part around it that is.
        """
        place = self.document.place
        node: Node | None = self.document
        for key in path:
            if not isinstance(node, Mapping) or key not in node.entries:
                break
            child = node.entries[key]
            place = child.place if isinstance(child, Scalar) else node.key_places[key]
            node = child
        return place

    def node(self, *path: str) -> Node | None:
        """Return what is written under a path of names, or None."""
        node: Node | None = self.document
        for key in path:
            if not isinstance(node, Mapping):
                return None
            node = node.entries.get(key)
        return node

    def indicator(self, scheme: str, indicator: Indicator) -> tuple[str, ...]:
        """Return the path of an indicator."""
        if indicator.group is None:
            return ("schemes", scheme, "indicators", indicator.id)
        return ("schemes", scheme, "groups", indicator.group, "indicators", indicator.id)

    def bands(self, path: tuple[str, ...], table: str | None) -> tuple[Written, ...]:
        """Return how the bands of an indicator or metric are written, as they are read.

        Args:
            path: The path of the indicator or metric.
            table: Of several lists of bands, the name of the list; None: there is one.
        """
        node = self.node(*path)
        if isinstance(node, Mapping):
            node = node.entries.get("bands")
        if table is not None and isinstance(node, Mapping):
            node = node.entries.get(table)
        if isinstance(node, Scalar):
            return (_band(node),)
        if not isinstance(node, Sequence):
            return ()
        written = (_band(item) for item in node.items)
        # As they are read: `else` is last.
        return tuple(sorted(written, key=lambda band: band.text == "else"))

    def when(self, scheme: str, grade: str) -> Place:
        """Return where the condition of a grade stands."""
        return self.of("schemes", scheme, "grades", grade, "when")


def _band(node: Node) -> Written:
    if isinstance(node, Scalar):
        return Written(node.place, node.text.rpartition(":")[0].strip())
    if isinstance(node, Mapping) and node.entries:
        key = next(iter(node.entries))
        return Written(node.key_places[key], key)
    return Written(node.place, "")
