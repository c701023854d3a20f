"""When runs learn their lines anew: how a standard says it, and for which dates lines hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.standards.calibration_policy import policy_in_words
from kefen.standards.difference import differences
from kefen.standards.model import CalibrationPolicy
from kefen.standards.reader import bundled_text, examine_standard, read_standard

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
POLICIES = st.one_of(
    st.just(CalibrationPolicy()),
    DAYS.map(lambda day: CalibrationPolicy(frozen_until=day)),
    st.integers(1, 36).map(lambda months: CalibrationPolicy(months=months)),
)


def text_with(words: str) -> str:
    return bundled_text("default").replace("version:", f"{words}\nversion:", 1)


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("", CalibrationPolicy()),
        ("calibration: each run", CalibrationPolicy()),
        ("calibration: every  month", CalibrationPolicy(months=1)),
        ("calibration: every 12 months", CalibrationPolicy(months=12)),
        (
            "calibration: frozen until 2026-12-31",
            CalibrationPolicy(frozen_until=date(2026, 12, 31)),
        ),
    ],
)
def test_a_standard_says_when_lines_are_learned(words: str, policy: CalibrationPolicy) -> None:
    assert read_standard(text_with(words), "default.yaml").calibration == policy


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("calibration: sometimes", "does not say when to calibrate"),
        ("calibration: every 0 months", "does not say when to calibrate"),
        ("calibration: every 121 months", "does not say when to calibrate"),
        ("calibration: frozen until 2026-02-30", "does not say when to calibrate"),
        ("calibration: {frozen: yes}", "single value"),
        (
            "calibration: frozen until 2025-01-01\nvalid_from: 2025-01-02",
            "before this edition begins",
        ),
    ],
)
def test_what_says_nothing_is_told_with_its_place(words: str, says: str) -> None:
    standard, problems = examine_standard(text_with(words), "default.yaml")
    (problem,) = [one for one in problems if one.severity == "error"]
    assert standard is None
    assert says in problem.what.en
    assert problem.place.column == len("calibration: ") + 1
    assert problem.mend.en
    assert problem.mend.zh


def test_the_policy_is_no_part_of_the_meaning_and_told_by_a_comparison() -> None:
    old = read_standard(text_with(""), "default.yaml")
    new = read_standard(text_with("calibration: every 6 months"), "default.yaml")
    assert old.fingerprint == new.fingerprint
    (change,) = differences(old, new)
    assert change.sentence.en == "Calibrated: from anew with each run to anew every 6 months."
    assert change.sentence.zh == "标定方式：由每次评级重新标定改为每 6 个月重新标定。"
    assert policy_in_words(CalibrationPolicy(months=1)).en == "anew every 1 month"


@given(policy=POLICIES, learned=DAYS, as_of=DAYS)
def test_lines_never_hold_before_they_were_learned(
    policy: CalibrationPolicy, learned: date, as_of: date
) -> None:
    if learned > as_of or policy.is_each_run:
        assert not policy.holds(learned, as_of)


def test_lines_hold_until_the_day_or_for_the_months() -> None:
    frozen = CalibrationPolicy(frozen_until=date(2026, 6, 30))
    assert frozen.holds(date(2025, 1, 31), date(2026, 6, 30))
    assert not frozen.holds(date(2025, 1, 31), date(2026, 7, 31))
    rolling = CalibrationPolicy(months=3)
    learned = date(2026, 1, 31)
    assert [
        rolling.holds(learned, day)
        for day in (learned, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
    ] == [True, True, True, False]
