"""How long something lasts, and the days on which something is due."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.spans import CADENCES, EVER, Cadence, parse_cadence, parse_span

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("6 months", date(2025, 8, 31), date(2026, 2, 28)),
        ("1 year", date(2024, 2, 29), date(2025, 2, 28)),
        ("2 half-years", date(2025, 1, 15), date(2026, 1, 15)),
        ("400 days", date(2025, 1, 1), date(2026, 2, 5)),
        ("until 31 January", date(2025, 5, 1), date(2026, 1, 31)),
        ("until 31 January", date(2025, 1, 30), date(2025, 1, 31)),
        ("until 31 January", date(2025, 1, 31), date(2026, 1, 31)),
        ("until end of February of the third year", date(2022, 5, 1), date(2024, 2, 29)),
        ("until 1 April of the second year", date(2025, 12, 31), date(2026, 4, 1)),
        ("ever", date(2025, 1, 1), EVER),
    ],
)
def test_the_end_of_a_span(words: str, start: date, end: date) -> None:
    span = parse_span(words)
    assert span.end(start) == end
    assert parse_span(str(span)) == span


@pytest.mark.parametrize(
    "words", ["", "0 months", "6 weeks", "until 31 February", "until May", "1201 months", "months"]
)
def test_what_is_no_span(words: str) -> None:
    with pytest.raises(ValueError, match=words or ".*"):
        parse_span(words)


@pytest.mark.parametrize(
    ("every", "on", "after", "found"),
    [
        ("month", "20", date(2025, 1, 20), date(2025, 2, 20)),
        ("month", "31", date(2025, 1, 31), date(2025, 2, 28)),
        ("month", None, date(2025, 1, 30), date(2025, 1, 31)),
        ("month", "last Friday", date(2025, 1, 1), date(2025, 1, 31)),
        ("month", "last Friday", date(2025, 1, 31), date(2025, 2, 28)),
        ("quarter", None, date(2025, 1, 1), date(2025, 3, 31)),
        ("half-year", "1 April", date(2025, 4, 1), date(2025, 10, 1)),
        ("year", "1 February", date(2025, 1, 31), date(2025, 2, 1)),
        ("year", "last day of June", date(2025, 6, 30), date(2026, 6, 30)),
        ("year", None, date(2025, 6, 30), date(2025, 12, 31)),
    ],
)
def test_the_next_day_on_which_something_is_due(
    every: str, on: str | None, after: date, found: date
) -> None:
    assert parse_cadence(every, on).next_after(after) == found


@pytest.mark.parametrize(
    ("every", "on"),
    [("month", "1 April"), ("year", "20"), ("month", "32"), ("year", "30 February"), ("year", "x")],
)
def test_days_that_do_not_go_with_the_period(every: str, on: str) -> None:
    with pytest.raises(ValueError, match=on):
        parse_cadence(every, on)


@given(
    every=st.sampled_from(sorted(CADENCES)),
    month=st.integers(1, 12),
    day=st.none() | st.integers(1, 31),
    weekday=st.none() | st.integers(0, 6),
    start=DAYS,
)
def test_there_are_as_many_days_as_periods_and_none_is_passed_over(
    every: str, month: int, day: int | None, weekday: int | None, start: date
) -> None:
    cadence = Cadence(CADENCES[every], month, day, weekday)
    following = cadence.next_after(start)
    assert following > start
    assert cadence.next_after(following - timedelta(days=1)) == following
    assert cadence.falls_within(following - timedelta(days=1), following)
    assert not cadence.falls_within(start, following - timedelta(days=1))
    found = [following]
    for _ in range(12 // CADENCES[every]):
        found.append(cadence.next_after(found[-1]))
    months = [day.year * 12 + day.month for day in found]
    assert {b - a for a, b in pairwise(months)} == {CADENCES[every]}
