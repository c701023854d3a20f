"""Upkeep of a grading: how many of its own days a standard is behind."""

from __future__ import annotations

from datetime import date

import pytest

from kefen.domain.spans import Cadence
from kefen.grading.evaluation.upkeep import _due_since

AS_OF = date(2024, 12, 31)


@pytest.mark.parametrize(
    ("every", "today", "behind"),
    [
        (Cadence(6), date(2025, 6, 29), 0),
        (Cadence(6), date(2025, 6, 30), 1),
        (Cadence(6), date(2026, 1, 1), 2),
        (None, date(2025, 3, 31), 3),
    ],
)
def test_a_standard_is_behind_by_its_own_days(
    every: Cadence | None, today: date, behind: int
) -> None:
    assert _due_since(every, AS_OF, today) == behind
