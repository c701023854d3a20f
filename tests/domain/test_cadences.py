"""Within what time an answer is promised: when that is over."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.cadences import Promise, parse_promise

FRIDAY = datetime(2026, 11, 27, 16, 30)


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("30 minutes", datetime(2026, 11, 27, 17, 0)),
        ("4 hours", datetime(2026, 11, 27, 20, 30)),
        ("2 days", datetime(2026, 11, 29, 23, 59)),
        ("1 working day", datetime(2026, 11, 30, 23, 59)),  # over the weekend
        ("2 working days", datetime(2026, 12, 1, 23, 59)),
    ],
)
def test_hours_run_by_the_clock_and_days_end_with_the_day(words, until):
    assert parse_promise(words).until(FRIDAY) == until


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1)),
    st.sampled_from(["minute", "hour", "day", "working day"]),
    st.integers(1, 30),
)
def test_more_is_never_sooner(asked_at, unit, count):
    assert (
        asked_at < Promise(count, unit).until(asked_at) <= Promise(count + 1, unit).until(asked_at)
    )
