"""Numbers written with commas, currencies, other units or without %: told, never read otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from scheme_documents import document_of, scheme_of

from kefen.domain.errors import StandardError
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Literal
from kefen.standards.document import load_document
from kefen.standards.model import Bands
from kefen.standards.problems import Problem
from kefen.standards.reader import examine_standard
from kefen.standards.words import standard_in_words


def found(body: str) -> tuple[Problem, ...]:
    return examine_standard(document_of(body), "small.yaml")[1]


@pytest.mark.parametrize(
    ("source", "at", "what", "mend"),
    [
        ("revenue >= 23,000", 11, "a number has no comma: “23,000”", "write 23000."),
        ("revenue >= 1,234,567", 11, "a number has no comma: “1,234,567”", "write 1234567."),
        ("smallest(revenue, 23,000)", 18, "a number has no comma: “23,000”", "write 23000."),
        ("(23,456 + revenue)", 1, "a number has no comma: “23,456”", "write 23456."),
        ("revenue >= $23000", 11, "“$” cannot be read here", "without a currency"),
        ("revenue >= ￥5", 11, "“￥” cannot be read here", "without a currency"),
        ("100 nights", 4, "“nights” is no unit word", "days, months, years, hours, times"),
        ("orders >= 10 y", 13, "“y” is no unit word", "days, months, years, hours, times"),
        ("(3 pieces)", 3, "“pieces” is no unit word", "write the number alone"),
    ],
)
def test_what_cannot_stand_after_a_number_is_told(
    source: str, at: int, what: str, mend: str
) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(source)
    assert (raised.value.at, raised.value.what.en) == (at, what)
    assert mend in raised.value.mend.en


@pytest.mark.parametrize(
    "source", ["choose(n, 100,200, 300,400, 0)", "n in (1,0, 200)", "smallest(1,0.025)"]
)
def test_lists_without_blanks_are_lists(source: str) -> None:
    parse(source)


@pytest.mark.parametrize(
    "line",
    [
        "A: {when: nights >= 100 and spend >= 23,000, name: A}",
        "A: {amount: 1,234,567}",
        "A: {when: spend >= 23,456}",
    ],
)
def test_a_comma_that_splits_a_number_in_braces_is_told(line: str) -> None:
    with pytest.raises(StandardError) as raised:
        load_document(line, "small.yaml")
    assert "ends the value" in raised.value.what.en
    assert "Quote it and write " in (raised.value.mend or raised.value.what).en


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("a: {points: largest(0, 10 - value)}", "largest(0, 10 - value)"),
        ("a: {value: round(number(b), 2), unit: money}", "round(number(b), 2)"),
    ],
)
def test_a_comma_that_splits_a_call_in_braces_is_told(line: str, whole: str) -> None:
    with pytest.raises(StandardError) as raised:
        load_document(line, "small.yaml")
    assert f"the comma in “{whole}” ends the value" in str(raised.value)
    assert f'"{whole}"' in (raised.value.mend or raised.value.what).en
    load_document(line.replace(whole, f'"{whole}"'), "small.yaml")


@pytest.mark.parametrize("line", ["A: {100: 5, 200: }", "A: {b: 'x9', 123: }", "A: {b: 9, 12: }"])
def test_names_of_digits_are_names(line: str) -> None:
    load_document(line, "small.yaml")


@pytest.mark.parametrize(
    ("when", "what", "column"),
    [
        (">= 23,000", "a number has no comma: “23,000”", 3),
        ("[1,000, 2000)", "a number has no comma: “1,000”", 1),
        (">= 10 nights", "“nights” is no unit word", 6),
    ],
)
def test_lines_of_a_score_say_what_is_wrong_with_a_number(
    when: str, what: str, column: int
) -> None:
    body = f"""
    score: revenue
    grade_by: score
    grades:
      A: "{when}"
      B: else
    """
    [problem] = [p for p in found(body) if p.severity == "error"]
    assert problem.what.en == what
    assert problem.place.column == len('      A: "') + 1 + column


TERMS = """
score: revenue
grade_by: score
grades: {{A: ">= 80", B: else}}
terms:
  bonus: {{name: {{en: Bonus, zh: 奖励}}, unit: share, A: {a}, else: 0}}
"""


@pytest.mark.parametrize(
    ("amount", "mend"), [("75", "Did you mean 75 %?"), ("1.5", "Did you mean 1.5 %?")]
)
def test_a_share_above_one_without_a_percent_sign_is_asked_about(amount: str, mend: str) -> None:
    warnings = [p for p in found(TERMS.format(a=amount)) if "as a share" in p.what.en]
    assert [(p.severity, mend in p.mend.en) for p in warnings] == [("warning", True)]


@pytest.mark.parametrize("amount", ["75 %", "150 %", "0.75", "1", "rate * 2"])
def test_shares_that_are_meant_are_not(amount: str) -> None:
    assert not [p for p in found(TERMS.format(a=amount)) if "as a share" in p.what.en]


def test_shares_of_bands_are_asked_about_and_said_with_a_percent_sign() -> None:
    text = document_of("score: bonus\ngrade_by: score\ngrades: {A: '>= 80', B: else}").replace(
        "schemes:\n",
        "  bonus: {value: orders, unit: share, name: {en: Bonus, zh: 奖},"
        ' bands: [">= 5: 75", ">= 2: 0.5", "else: 0"]}\nschemes:\n',
        1,
    )
    standard, problems = examine_standard(text, "small.yaml")
    assert [p.mend.en for p in problems if "as a share" in p.what.en] == [
        "Did you mean 75 %? A share outside 0 to 1 is written with %."
    ]
    assert standard is not None
    said = next(m for m in standard_in_words(standard).metrics if m.id == "bonus")
    assert "50 % from 2" in said.formula.en


def test_a_term_in_shares_is_kept_as_one() -> None:
    [term] = scheme_of(TERMS.format(a="0.75")).terms
    amount = term.values["A"]
    assert isinstance(amount, Literal)
    assert (amount.value, amount.unit) == (Decimal("0.75"), "share")


BANDS = """
indicators:
  rate: {{bands: {bands}, name: {{en: R, zh: 比}}}}
grade_by: score
grades: {{A: ">= 3", B: else}}
"""


def test_what_is_unknown_may_stand_after_the_rest() -> None:
    after = scheme_of(BANDS.format(bands='[">= 0.5: 5", "else: 1", "unknown: 2"]'))
    before = scheme_of(BANDS.format(bands='[">= 0.5: 5", "unknown: 2", "else: 1"]'))
    first, second = (scheme.indicators[0].scoring for scheme in (after, before))
    assert isinstance(first, Bands)
    assert isinstance(second, Bands)
    assert [(b.condition, b.points) for b in first.bands] == [
        (b.condition, b.points) for b in second.bands
    ]
    assert not [
        p
        for p in found(BANDS.format(bands='[">= 0.5: 5", "else: 1", "unknown: 2"]'))
        if p.severity == "error"
    ]


def test_other_bands_after_the_rest_are_never_reached() -> None:
    problems = found(BANDS.format(bands='["else: 1", "unknown: 2", ">= 0.5: 5"]'))
    errors = [p.what.en for p in problems if p.severity == "error"]
    assert errors[0] == "bands after “else” are never reached"


def test_an_interval_with_commas_in_its_ends_is_told() -> None:
    problems = found(BANDS.format(bands='["[1,234, 2000): 1", "else: 0"]'))
    errors = [(p.what.en, p.mend.en) for p in problems if p.severity == "error"]
    assert errors[0] == ("a number has no comma: “1,234”", "Quote it and write 1234.")
