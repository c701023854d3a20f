"""How an expression that does not fit is mended: what its values are, which names there are."""

from __future__ import annotations

import pytest
from scheme_documents import problems_of

from kefen.domain.contract import TABLES
from kefen.standards.problems import Problem
from kefen.standards.reader import examine_standard

BODY = """
grade_by: conditions
grades:
  A: {when: "%s", name: {en: A, zh: 甲}}
  B: {when: else, name: {en: B, zh: 乙}}
"""


def found_in(condition: str) -> Problem:
    (problem,) = problems_of(BODY % condition)
    return problem


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        (
            "country > as_of",
            "“a > b” needs values of one type, but country is a text, as_of is a date",
            "“a > b”需要同一类型的值，而 country 是文本，as_of 是日期",
        ),
        (
            "revenue + country > 1",
            "“a + b” needs numbers, but revenue is a number, country is a text",
            "“a + b”需要数值，而 revenue 是数值，country 是文本",
        ),
        (
            "contains(country)",
            "“contains(text, part)” needs text, text, but country is a text",
            "“contains(text, part)”需要文本、文本，而 country 是文本",
        ),
        (
            "choose(country, 'a', 1, 'b', 2, 'c') > 0",
            "but country is a text, “a” is a text, 1 is a whole number, 3 more are given",
            "而 country 是文本，“a” 是文本，1 是整数，另有 3 个值",
        ),
    ],
)
def test_a_wrong_type_names_what_each_value_is(condition: str, english: str, chinese: str) -> None:
    problem = found_in(condition)
    assert english in problem.what.en
    assert chinese in problem.what.zh
    assert problem.mend.en.startswith("Give it values that fit")


def test_a_long_value_is_cut_short() -> None:
    problem = found_in("country > " + " + ".join(["revenue"] * 40))
    assert "…" in problem.what.en
    assert len(problem.what.en) < 200


def test_a_column_of_customers_in_a_scheme_becomes_a_metric() -> None:
    problem = found_in("customers.standing = 'good'")
    assert problem.what.en == "“customers.standing” is not known here"
    assert "`standing: {value: customers.standing}`" in problem.mend.en
    assert "`standing: {value: customers.standing}`" in problem.mend.zh


def test_names_that_are_not_listed_are_counted() -> None:
    text = """\
standard: small
version: 1
metrics:
  count_all: {count: orders, where: zzzzzzzz > 1}
schemes:
  s: {grade_by: value of count_all}
"""
    _, problems = examine_standard(text, "small.yaml")
    (problem,) = [p for p in problems if "zzzzzzzz" in p.what.en]
    listed, _, more = problem.mend.en.rpartition(", and ")
    assert len(listed.split(": ")[1].split(", ")) == 40
    assert int(more.split()[0]) > len(TABLES["customers"].columns) - 40
    assert problem.mend.zh.endswith("个。")
