"""What a customer is entitled to by its grades, and what work that causes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.service import service_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.cadences import Cadence, Promise
    from kefen.grading.stored import StoredRun

ABOUT_MONEY = frozenset({"price", "rebate", "credit"})
"""The parts that tell amounts, which not everybody sees."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one grade of one scheme is entitled to.

    Attributes:
        scheme: The scheme.
        scheme_name: Its name.
        grade: The grade.
        grade_name: Its name.
        visit: How often the customer is visited, or None.
        contact: How often somebody speaks with it, or None.
        by: Who acts: `owner`, `team` or `service_desk`.
        words: All that is promised: each key with its words.
        answer_within: In what time it gets an answer, or None.
    """

    scheme: str
    scheme_name: Text
    grade: str
    grade_name: Text
    visit: Cadence | None
    contact: Cadence | None
    by: str
    words: tuple[tuple[str, Text], ...]
    answer_within: Promise | None = None


def entitlements(run: StoredRun) -> Mapping[str, Mapping[str, Entitlement]]:
    """Return what the grades of a run's standard are entitled to, by scheme and grade.

    Schemes that were not run, and grades of which nothing is said, are not there. A scheme whose
    classes are values of the data has those that its document names.
    """
    found: dict[str, dict[str, Entitlement]] = {}
    for identifier in run.running:
        scheme = run.standard.schemes[identifier]
        names = {grade.id: grade.name for grade in scheme.classes}
        named = names or {code: Text.same(code) for code in scheme.service if code is not None}
        for grade, name in named.items():
            service = scheme.service.get(grade, scheme.service.get(None))
            if service is not None:
                found.setdefault(identifier, {})[grade] = Entitlement(
                    identifier,
                    scheme.name,
                    grade,
                    name,
                    service.visit,
                    service.contact,
                    service.by,
                    service_in_words(service),
                    service.answer_within,
                )
    return found
