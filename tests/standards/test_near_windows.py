"""Words that name no window are mended to the nearest that do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.calendar import parse_window
from kefen.standards.near_windows import mend_of_window, near_window
from kefen.standards.reader import examine_standard


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("last 6 full months", "last 6 whole months"),
        ("the past twelve months", "last 12 months"),
        ("previous 2 financial years", "last 2 whole years from 1 April"),
        ("this fiscal year", "this year from 1 April"),
        ("last fiscal year", "last 1 whole year from 1 April"),
        ("current quarter", "this quarter"),
        ("this half year", "this half-year"),
        ("last 2 half years", "last 2 half-years"),
        ("last month", "last 1 whole month"),
        ("12 months", "last 12 months"),
        ("Last 12 Months", "last 12 months"),
        ("year to date", "this year"),
        ("YTD", "this year"),
        ("last 12 weeks", "last 84 days"),
        ("last 12 months from 1 April", "last 12 whole months from 1 April"),
        ("this year from April", "this year from 1 April"),
        ("last 1 whole year starting apr 1st", "last 1 whole year from 1 April"),
        ("this yeer and 2 before", "this year and the 2 before"),
        ("last 3 complete quarters ended 2 months before now",
         "last 3 whole quarters ending 2 months ago"),
        ("all", "all time"),
    ],
)  # fmt: skip
def test_what_people_say_is_understood(words: str, near: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_window(words)
    assert near_window(words) == near
    assert parse_window(near)


@pytest.mark.parametrize(
    "words", ["", "nonsense", "this week", "last 0 days", "last 9999 years", "12个月"]
)
def test_what_cannot_be_understood_gets_the_forms(words: str) -> None:
    assert near_window(words) is None
    mend = mend_of_window(words)
    for wording in (mend.en, mend.zh):
        forms = re.findall("“([^”]+)”", wording)
        assert len(forms) == 6
        for form in forms:
            assert parse_window(f"all time {form}" if form.startswith("ending") else form)


def test_the_mend_says_it_at_the_place() -> None:
    text = """\
standard: x
version: 1
name: {en: X, zh: X}
metrics:
  revenue: {sum: orders.amount, over: last 6 full months}
  year: {sum: orders.amount, over: this fiscal year}
schemes:
  s: {grade_by: conditions, grades: {A: revenue > year, B: else}}
"""
    _, problems = examine_standard(text, "x.yaml")
    told = {p.place.line: p.mend for p in problems if "window of time" in p.what.en}
    assert told[5].en == "Did you mean “last 6 whole months”?"
    assert told[5].zh == "是否应为“last 6 whole months”？"
    assert told[6].en.startswith("Write “this year from 1 April”, with the day")
    assert "年度的起始日" in told[6].zh


WORDS = ("last", "this", "whole", "full", "12", "0", "9999", "weeks", "fiscal", "years", "from",
         "31", "feb", "ending", "ago", "all", "\\", "(", "周")  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_whatever_is_said_the_answer_is_a_window_or_none(words: str) -> None:
    near = near_window(words)
    assert near is None or parse_window(near)
    assert mend_of_window(words).en
