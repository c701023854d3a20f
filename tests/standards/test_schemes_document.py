"""Schemes in their document: order, reserved names, editions, movement, and the fingerprint."""

from __future__ import annotations

from datetime import date

import pytest
from scheme_documents import HEAD, document_of, read, told

from kefen.standards.document import load_document
from kefen.standards.reader import _fingerprint

SIMPLE = "grade_by: conditions\ngrades: {A: orders > 5, B: else}\n"


def _fingerprint_of(text: str) -> str:
    return _fingerprint(load_document(text, "small.yaml"))


# --- order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reads",
    [
        "    grade_by: rank of late.score\n    ties: up\n    grades: {A: first 3, B: else}\n",
        "    grade_by: share of late.score\n    grades: {A: first 3 %, B: else}\n",
        "    grade_by: value of late\n",
        "    within: late\n    grade_by: value of country\n",
        "    grade_by: value of country\n"
        "    rules: {r: {when: late = 'A', grade: X, name: {en: R, zh: 则}}}\n",
        "    grade_by: value of country\n"
        "    tags: {t: {when: late = 'A', name: {en: R, zh: 则}}}\n",
        "    grade_by: value of country\n"
        "    terms: {t: {unit: count, else: late.score, name: {en: R, zh: 则}}}\n",
        "    indicators: {orders: ['>= late.score: 1', else: 0]}\n"
        "    grade_by: score\n    grades: {A: '>= 1', B: else}\n",
        "    indicators: {orders: [in (late.score): 1, else: 0]}\n"
        "    grade_by: score\n    grades: {A: '>= 1', B: else}\n",
        "    grade_by: conditions\n    grades: {A: late = 'A', B: else}\n",
    ],
)
def test_a_scheme_is_read_after_those_it_reads(reads: str) -> None:
    late = (
        "  late:\n    name: {en: L, zh: 后}\n    score: orders\n    grade_by: score\n"
        "    grades: {A: '>= 5', B: else}\n"
    )
    first = f"  first:\n    name: {{en: F, zh: 先}}\n{reads}"
    standard, problems = read(HEAD + first + late)
    assert problems == ()
    assert list(standard.schemes) == ["late", "first"]


def test_words_that_are_no_names_make_no_circle() -> None:
    document = HEAD + (
        "  share:\n    name: {en: S, zh: 份}\n    grade_by: share of revenue\n"
        "    grades: {rank: {when: first 50 %, name: {en: R, zh: 名}}, B: else}\n"
        "    rules: {r: {when: rank = 'A', at_most: B, name: {en: R, zh: 则}}}\n"
        "  rank:\n    name: {en: R, zh: 名}\n    grade_by: rank of revenue\n    ties: up\n"
        "    grades: {A: first 5, B: else}\n"
        "    tags: {t: {when: country = 'share', name: {en: share, zh: 份}}}\n"
        "    terms: {t: {unit: text, else: {en: share, zh: 份}, name: {en: T, zh: 待}}}\n"
    )
    standard, problems = read(document)
    assert problems == ()
    assert list(standard.schemes) == ["rank", "share"]


def test_a_circle_is_told() -> None:
    document = HEAD + "".join(
        f"  {one}:\n    name: {{en: F, zh: 先}}\n    grade_by: value of {other}\n"
        for one, other in (("one", "two"), ("two", "one"))
    )
    _, problems = read(document)
    assert ["need each other" in p.what.en for p in problems] == [True]


# --- names ------------------------------------------------------------------------------------


def test_a_scheme_goes_by_its_id_without_a_name() -> None:
    text = document_of(SIMPLE).replace("  s:\n    name: {en: S, zh: 方}\n", "  trade_credit:\n")
    standard, problems = read(text)
    assert [(p.severity, p.place.line, p.place.column) for p in problems] == [("warning", 15, 3)]
    assert standard.schemes["trade_credit"].name.zh == "trade credit"


def test_a_name_in_one_language_is_an_error() -> None:
    _, problems = read(document_of(SIMPLE).replace("name: {en: S, zh: 方}", "name: {en: S}"))
    assert [p.severity for p in problems] == ["error"]


@pytest.mark.parametrize("name", ["points", "score", "value", "as_of", "known", "a b", "1st"])
def test_names_that_no_scheme_can_have(name: str) -> None:
    _, problems = read(document_of(SIMPLE).replace("  s:\n", f"  {name}:\n"))
    assert ["cannot name a scheme" in p.what.en for p in problems] == [True]


@pytest.mark.parametrize("name", ["points", "score", "value"])
def test_names_that_no_metric_can_have(name: str) -> None:
    _, problems = read(document_of(SIMPLE).replace("  silent:", f"  {name}:"))
    assert ["cannot name a metric" in p.what.en for p in problems] == [True]


# --- keys -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("indicator", "indicators"),
        ("term", "terms"),
        ("reviewed", "review"),
        ("rule", "rules"),
        ("valid_until", ""),
        ("may_lack", ""),
    ],
)
def test_unknown_keys_of_a_scheme(key: str, near: str) -> None:
    told(f"{SIMPLE}{key}: {{}}\n", f"no “{key}”", f"{key}:", near)


# --- editions ---------------------------------------------------------------------------------


def _edition(words: str) -> str:
    return document_of(SIMPLE).replace("version: 1\n", f"version: 1\n{words}\n")


def test_an_edition_has_a_span() -> None:
    standard, problems = read(_edition("valid_from: 2025-01-01\nvalid_until: 2025-12-31"))
    assert problems == ()
    assert (standard.valid_from, standard.valid_until) == (date(2025, 1, 1), date(2025, 12, 31))
    assert standard.is_in_force(date(2025, 1, 1))
    assert standard.is_in_force(date(2025, 12, 31))
    assert not standard.is_in_force(date(2026, 1, 1))
    assert not standard.is_in_force(date(2024, 12, 31))
    always, _ = read(document_of(SIMPLE))
    assert always.is_in_force(date(1900, 1, 1))
    assert read(_edition("valid_from: 2025-01-01"))[0].is_in_force(date(2999, 1, 1))


@pytest.mark.parametrize(
    ("words", "says", "line", "column"),
    [
        ("valid_from: 2025-02-30", "is not a day", 3, 13),
        ("valid_from: soon", "is not a day", 3, 13),
        ("valid_from: 20250201", "is not a day", 3, 13),
        ("valid_from: [2025-01-01]", "single value", 3, 13),
        ("valid_from: 2025-01-02\nvalid_until: 2025-01-01", "ends before it begins", 4, 14),
        ("valid_form: 2025-01-02", "has no “valid_form”", 3, 1),
    ],
)
def test_what_is_wrong_with_a_span(words: str, says: str, line: int, column: int) -> None:
    _, problems = read(_edition(words))
    assert [(p.place.line, p.place.column) for p in problems] == [(line, column)]
    assert says in problems[0].what.en
    assert problems[0].what.zh != problems[0].what.en


# --- fingerprint ------------------------------------------------------------------------------

WHOLE = document_of(
    """
indicators:
  orders: {value: orders, by: industry, bands: {name: ["else: 1"], else: ["else: 0"]}}
grade_by: score
grades: {advice: {when: '>= 5', name: {en: A, zh: 甲}}, B: else}
rules: {name: {when: rate > 3, at_most: B, name: {en: Rule, zh: 则}}}
tags: {tone: {when: rate > 4, name: {en: Tag, zh: 标}}}
terms:
  name: {unit: text, name: {en: Term, zh: 待}, advice: {en: wording, zh: 文}, else: {en: o, zh: 他}}
  days: {unit: days, name: {en: Days, zh: 天}, advice: 60, else: 30}
review: {advice: 6 months}
approval: {advice: [director]}
"""
)


def test_the_document_of_the_fingerprints_is_whole() -> None:
    assert read(WHOLE)[1] == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("en: Rule", "en: Veto"),
        ("en: Tag", "en: Mark"),
        ("en: Term", "en: Right"),
        ("en: wording", "en: other wording"),
        ("zh: 天", "zh: 日"),
    ],
)
def test_names_and_texts_leave_the_fingerprint(old: str, new: str) -> None:
    assert old in WHOLE
    assert _fingerprint_of(WHOLE.replace(old, new, 1)) == _fingerprint_of(WHOLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name: ["else: 1"]', 'name: ["else: 2"]'),
        ("'>= 5'", "'>= 6'"),
        ("rate > 3", "rate > 2"),
        ("at_most: B", "at_least: B"),
        ("rate > 4", "rate > 5"),
        ("advice: 60", "advice: 61"),
        ("else: 30", "else: 31"),
        ("unit: days", "unit: count"),
        ("6 months", "7 months"),
        ("[director]", "[board]"),
        ("{name: {when", "{other: {when"),
        ("tone: {when", "other: {when"),
        ("version: 1", "version: 1\nvalid_from: 2025-01-01"),
    ],
)
def test_a_change_of_meaning_changes_the_fingerprint(old: str, new: str) -> None:
    assert old in WHOLE
    assert _fingerprint_of(WHOLE.replace(old, new, 1)) != _fingerprint_of(WHOLE)
