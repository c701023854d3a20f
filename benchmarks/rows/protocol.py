"""What a row of the benchmark is, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench import Asked, Job, Workbench


@dataclass(frozen=True)
class Verdict:
    """Whether one bar is met.

    Attributes:
        bar: What must hold.
        measured: What was found.
        is_met: Whether it holds; None when it was not measured or cannot be told, which `measured`
            explains.
    """

    bar: str
    measured: str
    is_met: bool | None

    @property
    def word(self) -> str:
        """Return the verdict in words."""
        return "not known" if self.is_met is None else "met" if self.is_met else "MISSED"


@dataclass(frozen=True)
class Outcome:
    """What a row found.

    Attributes:
        verdicts: One for each of its bars.
        paragraphs: Tables and remarks for people, as Markdown.
        figures: Every figure behind them, for machines.
    """

    verdicts: tuple[Verdict, ...]
    paragraphs: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


def _no_jobs(_: Asked) -> Sequence[Job]:
    return ()


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        number: Its place among the rows.
        name: Its name on the command line.
        title: What is measured.
        judge: Measures what is left to measure, and judges.
        jobs: The runs of the main job that it needs. Those of all rows are done by turns, before
            any row judges, so that a busy machine is equally busy for all.
        is_usual: Whether it is measured when no rows are named; not what needs hours or much disk.
    """

    number: int
    name: str
    title: str
    judge: Callable[[Workbench], Outcome]
    jobs: Callable[[Asked], Sequence[Job]] = _no_jobs
    is_usual: bool = True
