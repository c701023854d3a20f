"""What a standard warns of, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.expressions.tree import Call

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.standards.model.metrics import Place

Severity: TypeAlias = Literal["high", "medium", "low", "chance"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "chance")
"""From the most pressing; `chance` is no danger but an opportunity."""
BEFORE = "before."
"""In an alert's condition: the same name, as the run before had it."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to be warned of.

    Attributes:
        id: Its name within the standard.
        name: Its name for people.
        among: Who can be warned at all, and with whom those warned of are compared; may name
            metrics, grades and scores of the run; None: everybody.
        when: For whom of them it holds; may name metrics, grades, scores, and those of the run
            before.
        severity: How pressing it is.
        advice: What to do.
        foretells: What is to be expected if nothing is done, as a condition on a later run; None
            when nothing is foretold.
        within: How many months later that is looked at.
        counts_already: Whether customers of whom it is true already are judged too: what is
            foretold is of the months to come alone.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    among: Expression | None
    when: Expression
    severity: Severity
    advice: Text
    foretells: Expression | None
    within: int | None
    counts_already: bool
    place: Place = field(compare=False)

    @property
    def holds(self) -> Expression:
        """Return the whole condition: who can be warned, and for whom of them it holds."""
        return self.when if self.among is None else Call("and", (self.among, self.when))
