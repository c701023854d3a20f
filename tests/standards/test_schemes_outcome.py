"""What comes with a grade: tags, terms, review and approval."""

from __future__ import annotations

import pytest
from scheme_documents import problems_of, scheme_of, told

from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.standards.model import Control

GRADED = """
indicators: {orders: {points: value}}
grade_by: score
grades: {A: '>= 5', B: '>= 3', n: {when: else, reason: no_class}}
"""
OPEN = "grade_by: value of country\n"
NAMED = "name: {en: T, zh: 标}"


def test_tags_beside_the_grade() -> None:
    scheme = scheme_of(
        f"{GRADED}tags:\n"
        f"  key_account: {{when: revenue > 100 wan, {NAMED}}}\n"
        f"  rising: {{when: score > points.orders, {NAMED}}}\n"
    )
    assert [tag.id for tag in scheme.tags] == ["key_account", "rising"]
    assert scheme.tags[1].when == parse("score > points.orders")


@pytest.mark.parametrize(
    ("tag", "says", "at", "mend"),
    [
        (f"{{{NAMED}}}", "lacks “when”", "t:", ""),
        ("{when: rate}", "not yes or no", "rate", ""),
        ("{when: rate > 1, grade: A}", "no “grade”", "grade: A", ""),
        ("{when: rate > 1, name: {en: T}}", "both languages", "{en: T}", ""),
        ("[rate > 1]", "needs named values", "t:", ""),
    ],
)
def test_what_is_wrong_with_a_tag(tag: str, says: str, at: str, mend: str) -> None:
    told(f"{GRADED}tags:\n  t: {tag}\n", says, at, mend)


def test_terms_in_amounts_and_in_words() -> None:
    scheme = scheme_of(
        f"""{GRADED}
terms:
  limit: {{{NAMED}, unit: money, A: revenue * 10 %, else: 0}}
  days: {{{NAMED}, unit: days, A: 60 days, B: 30}}
  visits: {{{NAMED}, unit: count, A: score / 2, B: points.orders}}
  supply: {{{NAMED}, unit: text, A: {{en: first, zh: 优先}}, else: {{en: in turn, zh: 依次}}}}
"""
    )
    limit, days, visits, supply = scheme.terms
    assert limit.values == {"A": parse("revenue * 10 %"), None: parse("0")}
    assert (days.unit, set(days.values)) == ("days", {"A", "B"})
    assert visits.values["A"] == parse("score / 2")
    assert supply.values == {"A": Text("first", "优先"), None: Text("in turn", "依次")}


@pytest.mark.parametrize(
    ("term", "says", "at", "mend"),
    [
        ("{A: 5, else: 1}", "lacks “unit”", "t:", "unit"),
        ("{unit: euros, A: 5, else: 1}", "not possible", "euros", "money"),
        ("{unit: date, A: 5, else: 1}", "not possible", "date", ""),
        ("{unit: days, A: 5}", "says nothing for B", "t:", "else"),
        ("{unit: days, A: 5, else: 1, C: 3}", "no grade “C”", "C: 3", "There are: A, B"),
        ("{unit: days, A: 5, else: 1, n: 3}", "stands for no grade", "n: 3", ""),
        ("{unit: days, A: {en: a, zh: 甲}, else: 1}", "is an amount", "{en: a", "unit: text"),
        (
            "{name: {en: T, zh: 待}, unit: text, A: 7, else: {en: a, zh: 甲}}",
            "both languages",
            "7,",
            "{en: ..., zh: ...}",
        ),
        ("{unit: days, A: country, else: 1}", "this gives text", "country", ""),
        ("{unit: days, A: revenu, else: 1}", "“revenu” is not known", "revenu,", "“revenue”"),
        ("{unit: days, A: revenue, else: 1}", "in money, and the term in days", "revenue,", "unit"),
        ("5", "needs named values", "t:", ""),
    ],
)
def test_what_is_wrong_with_a_term(term: str, says: str, at: str, mend: str) -> None:
    told(f"{GRADED}terms:\n  t: {term}\n", says, at, mend)


def test_terms_of_open_classes_need_else() -> None:
    body = f"{OPEN}terms:\n  t: {{{NAMED}, unit: days, CN: 5%s}}\n"
    assert scheme_of(body % ", else: 3").terms[0].values == {"CN": parse("5"), None: parse("3")}
    told(body % "", "says nothing for the other classes", "t:")


def test_review_and_approval() -> None:
    scheme = scheme_of(
        f"""{GRADED}
review: {{A: 6 months, B: 2 quarters, else: 1 year}}
approval: {{A: [sales director, board], else: sales manager}}
"""
    )
    assert scheme.control == Control(
        {"A": 6, "B": 6, None: 12},
        {"A": ("sales director", "board"), None: ("sales manager",)},
    )
    assert scheme_of(GRADED).control is None
    assert scheme_of(f"{GRADED}review: {{A: 1 month}}\n").control == Control({"A": 1}, {})


@pytest.mark.parametrize(
    ("words", "says", "at", "mend"),
    [
        ("review: 6 months", "needs named values", "6 months", ""),
        ("review: {A: 6}", "not a time until", "6}", "6 months"),
        ("review: {A: 0 months}", "not a time until", "0 months", ""),
        ("review: {A: [6]}", "not a time until", "[6]", ""),
        ("review: {C: 6 months}", "no grade “C”", "C:", "There are: A, B"),
        ("review: {n: 6 months}", "stands for no grade", "n: 6", ""),
        ("approval: {D: [boss]}", "no grade “D”", "D:", ""),
        ("approval: {A: []}", "names its roles", "[]", "board"),
        ("approval: {A: [boss, boss]}", "names its roles", "[boss", ""),
        ("approval: {A: [boss, '']}", "names its roles", "[boss", ""),
        ("approval: {A: [[boss]]}", "list of single values", "[[", ""),
        ("approval: [boss]", "needs named values", "[boss]", ""),
    ],
)
def test_what_is_wrong_with_review_and_approval(words: str, says: str, at: str, mend: str) -> None:
    # A list that is no list of roles names none: both are told.
    problems = problems_of(f"{GRADED}{words}\n")
    assert problems
    told(f"{GRADED}{words}\n", says, at, mend)


def test_fifty_tags_and_fifty_terms_are_the_most() -> None:
    tags = "".join(f"  t{n}: {{when: rate > {n}, {NAMED}}}\n" for n in range(51))
    told(f"{GRADED}tags:\n{tags}", "51 tags", "t0")
    terms = "".join(f"  t{n}: {{{NAMED}, unit: days, else: {n}}}\n" for n in range(51))
    told(f"{GRADED}terms:\n{terms}", "51 terms", "t0")
