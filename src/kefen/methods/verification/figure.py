"""A published figure beside ours, and how many digits they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kefen.domain.text import Text


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        method: The method, for people: `BG/NBD`.
        name: What the figure is.
        published: The published figure, as it was printed.
        ours: What our implementation gives.
        digits: How many significant digits have to agree; no more than were printed.
    """

    method: str
    name: str
    published: str
    ours: float
    digits: int = 4

    @property
    def wanted(self) -> int:
        """Return how many digits have to agree."""
        return min(self.digits, printed_digits(self.published))

    @property
    def agreeing(self) -> int:
        """Return in how many significant digits both agree, of those that were printed.

        They agree in n digits when they are less than half a unit of the n-th one apart; the last
        digit printed may be one off, because it was rounded.
        """
        published = Decimal(self.published)
        apart = abs(Decimal(repr(float(self.ours))) - published)
        most = printed_digits(self.published)
        size = published.adjusted() if published else 0
        for n in range(most, 0, -1):
            unit = Decimal(1).scaleb(size - n + 1)
            if apart <= (unit if n == most else unit / 2):
                return n
        return 0

    @property
    def holds(self) -> bool:
        """Return whether enough digits agree."""
        return self.agreeing >= self.wanted


def printed_digits(published: str) -> int:
    """Return how many significant digits a printed number has."""
    return max(1, len(Decimal(published).as_tuple().digits))


@dataclass(frozen=True, slots=True)
class Family:
    """The figures of some methods on one set of data.

    Attributes:
        id: Its name on the command line.
        name: Its name for people.
        source: Where the figures were published.
        needs: The files it reads, below the directory of the reference data.
        figures: Computes the figures, given that directory.
        extra: The extra of Kefen that its packages come with; empty for none.
        packages: The packages it needs that are not Kefen's own.
    """

    id: str
    name: Text
    source: str
    needs: tuple[str, ...]
    figures: Callable[[Path], list[Figure]]
    extra: str = ""
    packages: tuple[str, ...] = ()

    def missing(self, data: Path | None) -> tuple[str, ...]:
        """Return the files that are not there."""
        return tuple(one for one in self.needs if data is None or not (data / one).is_file())

    def not_installed(self) -> tuple[str, ...]:
        """Return the packages that are not there."""
        return tuple(one for one in self.packages if find_spec(one) is None)
