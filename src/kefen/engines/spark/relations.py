"""Relations of the Spark engine: what makes each, and where its rows are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kefen.engines.spark.placement import EVERYWHERE, Placement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa
    from pyspark.sql import DataFrame


@dataclass(eq=False)
class Relation:
    """One relation.

    Attributes:
        name: Its name in SQL, which no other relation of the engine ever has.
        placement: Where its rows lie.
        needs: The relations that its statements name.
        statements: What makes it, in order; none for one whose rows are somewhere.
        scan: SQL that gives no rows of it, for one that tasks read where it is stored.
        of: For one with the rows of another, brought together: that other.
        by: The column along which they are.
        kept: Whether its rows are kept between questions.
        function: For one that a function computes from the rows of the one it needs: that function.
        pieces: Spark's table of its pieces, once there is one.
    """

    name: str
    placement: Placement
    needs: list[Relation] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    scan: str | None = None
    of: Relation | None = None
    by: str | None = None
    kept: bool = False
    function: Callable[[pa.Table], pa.Table] | None = None
    pieces: DataFrame | None = None

    @property
    def is_everywhere(self) -> bool:
        """Return whether the driver has all of its rows, and every task gets them."""
        return self.placement is EVERYWHERE or self.placement.everywhere

    @property
    def is_leaf(self) -> bool:
        """Return whether its rows reach a task as they are."""
        return self.pieces is not None or self.is_everywhere or self.scan is not None

    @property
    def waits(self) -> bool:
        """Return whether its rows have to be brought together, or computed to be kept, first."""
        return self.pieces is None and (self.of is not None or self.kept)


def closure(roots: Iterable[Relation]) -> list[Relation]:
    """Return relations and all they need, each after what it needs; beyond leaves nothing."""
    found: dict[int, Relation] = {}

    def visit(relation: Relation) -> None:
        if id(relation) in found:
            return
        if not relation.is_leaf:
            for needed in [*relation.needs, *([relation.of] if relation.of else [])]:
                visit(needed)
        found[id(relation)] = relation

    for root in roots:
        visit(root)
    return list(found.values())
