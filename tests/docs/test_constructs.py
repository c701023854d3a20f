"""The language stays small: without any construct some ready standard or example cannot be read."""

from __future__ import annotations

import runpy
import sys

import pytest
from documentation_pages import DOCS

sys.path.insert(0, str(DOCS))

import constructs

from kefen.expressions import CATALOGUE
from kefen.standards import indicators, learning, rules, schemes

WORDING = {"name", "question", "rationale", "advice", "grade_by", "grades", "otherwise", "when"}


@pytest.fixture(scope="module")
def found() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return constructs.rows()


def test_every_construct_is_needed_by_a_standard_or_an_example(
    found: list[tuple[str, tuple[str, ...], tuple[str, ...]]],
) -> None:
    assert not [name for name, standards, pages in found if not standards and not pages]


def test_most_constructs_of_published_rules_serve_more_than_one_of_them(
    found: list[tuple[str, tuple[str, ...], tuple[str, ...]]],
) -> None:
    single = [name for name, standards, pages in found if len(standards) + len(pages) < 2]
    assert len(single) < len(found) / 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_who_needs_each(
    found: list[tuple[str, tuple[str, ...], tuple[str, ...]]], language: str
) -> None:
    page = constructs._PAGES[language].read_text(encoding="utf-8")
    assert constructs.table(found, language) in page, "run: python docs/constructs.py"


def test_no_key_of_a_scheme_is_left_out_of_the_list() -> None:
    listed = {construct.id for construct in constructs.constructs()}
    for section, keys in (
        ("scheme", schemes.SCHEME_KEYS),
        ("indicator", indicators.INDICATOR_KEYS),
        ("learned value", learning.LEARN_KEYS),
        ("rule", rules.RULE_KEYS),
    ):
        missing = {k for k in keys if f"{section}: {k}" not in listed} - WORDING - {"at"}
        assert not missing, section
    written = {operator.usage for operator in CATALOGUE.values() if operator.callable}
    assert {f"operator: {usage}" for usage in written} <= listed


def test_a_construct_taken_away_is_given_back() -> None:
    construct = constructs.constructs()[0]
    before = constructs.standards_that_need(construct)
    assert constructs.standards_that_need(construct) == before
    assert runpy.run_path(str(DOCS / "generate.py"))["REGIONS"]
