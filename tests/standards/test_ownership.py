"""Whose customers may be: how a standard says it, what is refused, and when one returns."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kefen.grading.ownership import OwnedCustomer, returns_on, told_on
from kefen.standards.difference import differences
from kefen.standards.json_schema import standard_schema
from kefen.standards.reader import bundled_standard, bundled_text, examine_standard, read_standard

TODAY = date(2026, 10, 31)
RULES = bundled_standard().ownership


def text_with(section: str) -> str:
    plain = re.sub(r"\nownership:\n(?:  .*\n?)*", "\n", bundled_text("default"))
    return f"{plain}\nownership:\n{section}\n" if section else plain


def problems_of(section: str) -> list[str]:
    _, problems = examine_standard(text_with(section), "default.yaml")
    return [one.what.en for one in problems if one.severity == "error"]


def test_a_number_for_all_and_numbers_by_grade_are_read() -> None:
    section = "  by: tier\n  at_most: 7\n  returns: {core: never, else: 90 days}"
    rules = read_standard(text_with(section), "default.yaml").ownership
    assert rules is not None
    assert rules.of(rules.at_most, "core") == rules.of(rules.at_most, None) == 7
    assert not rules.limits_each_grade
    assert rules.of(rules.returns, "core") is None
    assert rules.of(rules.returns, "general") == rules.of(rules.returns, None) == 90
    assert read_standard(text_with(""), "default.yaml").ownership is None


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("  by: nothing", "no scheme with grades"),
        ("  by: tier\n  returns: soon", "no number of days"),
        ("  by: tier\n  returns: 0 days", "no number of days"),
        ("  by: tier\n  at_most: none", "no number of customers"),
        ("  by: tier\n  returns: {core: 9 days}", "says nothing of important, general"),
        ("  by: tier\n  returns: {gold: 9 days, else: 9 days}", "none of the grades"),
        ("  by: tier\n  remind: 9 days", "nothing returns"),
        ("  by: tier\n  returns: 9 days\n  remind: 9 days", "reminder comes 9 days"),
        ("  by: tier\n  limit: 9", "limit"),
        ("  at_most: 9", "by"),
    ],
)
def test_what_cannot_hold_is_refused_with_its_place(section: str, says: str) -> None:
    assert any(says in one for one in problems_of(section)), problems_of(section)


def test_rules_of_ownership_change_no_fingerprint_and_are_told_as_a_difference() -> None:
    new = read_standard(text_with("  by: tier\n  at_most: 7"), "default.yaml")
    old = bundled_standard()
    assert new.fingerprint == old.fingerprint
    told = [one.sentence.en for one in differences(old, new)]
    assert any("at most 7 customers a person" in one for one in told), told


def test_the_schema_for_editors_takes_what_the_reader_takes() -> None:
    schema = json.loads(json.dumps(standard_schema()))
    document = yaml.safe_load(bundled_text("default"))
    jsonschema.validate(document, schema)
    document["ownership"]["returns"] = "soon"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_a_customer_returns_after_its_days_and_not_before_its_protection_ends() -> None:
    assert RULES is not None
    old = TODAY - timedelta(days=400)
    assert returns_on(RULES, OwnedCustomer("core", old, old)) is None
    assert returns_on(RULES, OwnedCustomer(None, None, None)) is None
    assert returns_on(RULES, OwnedCustomer("general", TODAY, None)) == TODAY + timedelta(days=90)
    # Given to somebody yesterday, it counts as looked after yesterday.
    since = TODAY - timedelta(days=1)
    assert returns_on(RULES, OwnedCustomer("general", old, since)) == since + timedelta(days=90)
    assert told_on(RULES, OwnedCustomer("general", TODAY, None)) == TODAY + timedelta(days=76)


@given(
    grade=st.sampled_from(["core", "important", "general", None]),
    touched=st.one_of(st.none(), st.dates(date(2020, 1, 1), TODAY)),
    since=st.one_of(st.none(), st.dates(date(2020, 1, 1), TODAY)),
    later=st.integers(0, 500),
)
def test_a_later_contact_never_brings_the_return_forward(
    grade: str | None, touched: date | None, since: date | None, later: int
) -> None:
    assert RULES is not None
    before = returns_on(RULES, OwnedCustomer(grade, touched, since))
    moved = touched + timedelta(days=later) if touched is not None else None
    after = returns_on(RULES, OwnedCustomer(grade, moved, since))
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after >= before
        told = told_on(RULES, OwnedCustomer(grade, touched, since))
        assert told is not None
        assert told < before
