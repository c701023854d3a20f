"""What each grade is entitled to: read, refused with its place, and told in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheme_documents import problems_of, scheme_of, told

from kefen.domain.cadences import Cadence, Promise, parse_cadence, parse_promise
from kefen.domain.text import Text
from kefen.standards.reader import bundled_standard, read_standard
from kefen.standards.words import outcomes_in_words

GRADED = """
indicators: {orders: {points: value}}
grade_by: score
grades: {A: '>= 5', B: '>= 3', n: {when: else, reason: no_class}}
"""


def test_a_grade_s_service_is_read() -> None:
    scheme = scheme_of(
        f"""{GRADED}
service:
  A:
    by: team
    visit: every month
    contact: every 2 weeks
    answer_within: 4 hours
    price: {{en: agreed, zh: 协议价}}
    rebate: 2.5 %
    supply: 1
    credit: {{en: 60 days, zh: 60 天}}
    benefits: [{{en: samples, zh: 样品}}, {{en: training, zh: 培训}}]
  else: {{contact: every half-year}}
"""
    )
    first = scheme.service["A"]
    assert (first.visit, first.contact) == (Cadence(1, "month"), Cadence(2, "week"))
    assert (first.answer_within, first.by) == (Promise(4, "hour"), "team")
    assert (first.rebate, first.supply) == (Decimal("0.025"), 1)
    assert first.benefits == (Text("samples", "样品"), Text("training", "培训"))
    assert scheme.service[None].by == "owner"
    words = dict(outcomes_in_words(scheme, "A", {}))
    assert words["service.visit"] == Text("visited every month", "每月拜访")
    assert words["service.rebate"] == Text("rebate: 2.5 %", "返利：2.5 %")
    assert words["service.benefits"] == Text("samples; training", "样品；培训")
    assert dict(outcomes_in_words(scheme, "B", {}))["service.contact"].zh == "每半年联系"


@pytest.mark.parametrize(
    ("service", "says", "at", "mend"),
    [
        ("5", "needs named values", "5\n", ""),
        ("{A: 5}", "needs named values", "5}", ""),
        ("{C: {visit: every month}}", "no grade “C”", "C:", "There are: A, B"),
        ("{n: {visit: every month}}", "stands for no grade", "n: {visit", ""),
        ("{A: {visits: every month}}", "no “visits”", "visits", "“visit”"),
        ("{A: {visit: monthly}}", "not how often", "monthly", "every month"),
        ("{A: {visit: every 0 weeks}}", "not how often", "every 0", ""),
        ("{A: {contact: [every month]}}", "single value", "[", ""),
        ("{A: {answer_within: soon}}", "not a time to answer", "soon", "4 hours"),
        ("{A: {by: boss}}", "not possible", "boss", "owner"),
        ("{A: {rebate: 3}}", "not a share", "3}", "3 %"),
        ("{A: {rebate: 101 %}}", "not a share", "101", ""),
        ("{A: {supply: first}}", "not a place", "first", "Write 1"),
        ("{A: {supply: 0}}", "not a place", "0}", ""),
        ("{A: {price: cheap}}", "both languages", "cheap", "{en: ..., zh: ...}"),
        ("{A: {benefits: [{en: a}]}}", "both languages", "{en: a}", ""),
    ],
)
def test_what_is_wrong_with_service(service: str, says: str, at: str, mend: str) -> None:
    told(f"{GRADED}service: {service}\n", says, at, mend)


def test_contacts_that_never_fall_due_are_told() -> None:
    found = problems_of(f"{GRADED}service: {{A: {{visit: every month, contact: every quarter}}}}\n")
    assert [p.severity for p in found if "visit is a contact" in p.what.en] == ["warning"]


def test_the_fingerprint_is_that_of_the_grades_alone() -> None:
    standard = bundled_standard()
    other = standard.text.replace("visit: every month", "visit: every week")
    assert other != standard.text
    assert read_standard(other, "other.yaml").fingerprint == standard.fingerprint


def test_the_default_tier_serves_every_grade() -> None:
    tier = bundled_standard().schemes["tier"]
    assert set(tier.service) == {"core", "important", "general"}


_UNITS = ("day", "week", "month", "quarter", "half-year", "year")


@given(st.integers(1, 999), st.sampled_from(_UNITS))
def test_a_cadence_reads_as_it_is_written(count: int, unit: str) -> None:
    cadence = Cadence(count, unit)
    assert parse_cadence(cadence.in_words.en) == cadence


@given(st.integers(1, 30), st.sampled_from(_UNITS), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_next_time_lies_ahead(count: int, unit: str, day: date) -> None:
    assert Cadence(count, unit).after(day) > day


def test_from_a_month_s_end_on_it_stays_at_month_s_ends() -> None:
    assert Cadence(1, "month").after(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Cadence(1, "quarter").after(date(2026, 11, 30)) == date(2027, 2, 28)
    assert Cadence(2, "week").after(date(2026, 12, 24)) == date(2027, 1, 7)


@given(st.integers(1, 999), st.sampled_from(("minute", "hour", "day", "working day")))
def test_a_promise_reads_as_it_is_written(count: int, unit: str) -> None:
    promise = Promise(count, unit)
    assert parse_promise(promise.in_words.en) == promise
