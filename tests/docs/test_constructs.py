"""The language stays small: without any construct some ready standard or example cannot be read."""

from __future__ import annotations

import runpy
import sys

from documentation_pages import DOCS

sys.path.append(str(DOCS))

import constructs

from kefen.expressions import CATALOGUE
from kefen.standards import indicators, learning, rules, schemes

WORDING = {"name", "question", "rationale", "advice", "grade_by", "grades", "otherwise", "when"}
WORDING |= {"weights_from"}


def test_every_construct_is_needed_and_the_page_says_by_whom() -> None:
    # One test, because taking each away in turn is work for a minute.
    found = constructs.rows()
    assert not [name for name, standards, pages in found if not standards and not pages]
    single = [name for name, standards, pages in found if len(standards) + len(pages) < 2]
    assert len(single) < len(found) / 3, "a construct should serve more than one rule"
    for language, page in constructs.PAGES.items():
        told = page.read_text(encoding="utf-8")
        assert constructs.table(found, language) in told, "run: python docs/constructs.py"


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
