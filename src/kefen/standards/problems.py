"""What is wrong with a standard: findings with place and mend, and the error that carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.errors import StandardError
from kefen.domain.text import Text
from kefen.standards.document import located

if TYPE_CHECKING:
    from kefen.standards.model import Place

Severity: TypeAlias = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of the checker.

    Attributes:
        severity: `error` stops the standard from being used.
        what: What is wrong.
        mend: What to do about it.
        place: Where it stands.
        readable: Whether the part it is about could be read all the same, so that more can be
            found out about it.
    """

    severity: Severity
    what: Text
    mend: Text
    place: Place
    readable: bool = False


class StandardProblemsError(StandardError):
    """A standard with errors; `problems` holds every finding."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.source = source
        errors = [problem for problem in problems if problem.severity == "error"]
        first = errors[0]
        more = [
            Text("{w}: {t}\n{m}", "{w}：{t}\n{m}").filled(
                w=located(source, problem.place), t=problem.what, m=problem.mend
            )
            for problem in errors[1:]
        ]
        mend = first.mend
        if more:
            mend = Text(
                "\n".join([first.mend.en, *(text.en for text in more)]),
                "\n".join([first.mend.zh, *(text.zh for text in more)]),
            )
        super().__init__(first.what, where=located(source, first.place), mend=mend)
