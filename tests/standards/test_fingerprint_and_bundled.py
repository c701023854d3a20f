"""The fingerprint is of the meaning; the bundled standard is whole."""

from __future__ import annotations

import re

import pytest

from kefen.standards.reader import bundled_standard, bundled_text, examine_standard, read_standard

DEFAULT = bundled_text("default")

SAME = [
    ("# A purchase is", "# Something else is"),
    ("en: Kefen default standard", "en: Another name"),
    ("zh: 近半年占比", "zh: 别的说法"),
    ("strategy: keep", "strategy: develop"),
    ('question: {en: "Whom do we serve at home and whom abroad?"', 'question: {en: "Where?"'),
    ("    among: orders > 0\n", "    among:   orders   >  0   # a comment\n"),
    ("zh: 期内没有购买", "zh: 没有购买"),
]
OTHER = [
    ("version: 1", "version: 2"),
    ("over: last 12 months\n", "over: last 11 months\n"),
    ("when: first 80 %", "when: first 81 %"),
    ('when: ">= 80"', 'when: ">= 81"'),
    ("            weight: 40", "            weight: 41"),
    ("small_population: 50", "small_population: 51"),
    ("coverage: 50 %", "coverage: 51 %"),
    ("fifths: lower is better", "fifths: higher is better"),
    ("most_common: country", "smallest: country"),
    ("cases.kind in ('request', 'suggestion')", "cases.kind in ('request')"),
    ("among: orders > 0", "among: orders > 1"),
    ("unit: money", "unit: count"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_wording_and_comments_leave_the_fingerprint(old: str, new: str) -> None:
    assert old in DEFAULT
    changed, _ = examine_standard(DEFAULT.replace(old, new, 1), "default.yaml")
    assert changed is not None
    assert changed.fingerprint == bundled_standard().fingerprint


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_a_change_of_meaning_changes_the_fingerprint(old: str, new: str) -> None:
    assert old in DEFAULT
    from kefen.standards.document import load_document
    from kefen.standards.reader import _fingerprint

    changed = load_document(DEFAULT.replace(old, new, 1), "default.yaml")
    assert _fingerprint(changed) != bundled_standard().fingerprint


def _small(metric: str, condition: str, blanks: str = " ") -> str:
    return f"""\
standard: small
version: 1
name: {{en: S, zh: 小}}
metrics:
  {metric}: {{sum: orders.amount, where: "orders.channel = 'a{blanks}b'", name: {{en: R, zh: 额}}}}
schemes:
  s:
    name: {{en: S, zh: 方}}
    grade_by: conditions
    grades:
      advice: {{when: {metric} > {condition}, name: {{en: A, zh: 甲}}}}
      B: {{when: else, name: {{en: B, zh: 乙}}}}
"""


def test_names_that_look_like_wording_still_count() -> None:
    one = read_standard(_small("advice", "1"), "a.yaml").fingerprint
    assert read_standard(_small("advice", "2"), "a.yaml").fingerprint != one
    assert read_standard(_small("tone", "1"), "a.yaml").fingerprint != one


def test_blanks_inside_quotes_count() -> None:
    one = read_standard(_small("x", "1"), "a.yaml").fingerprint
    assert read_standard(_small("x", "1", blanks="  "), "a.yaml").fingerprint != one


def test_the_bundled_standard_is_whole_in_both_languages() -> None:
    standard, problems = examine_standard(DEFAULT, "default.yaml")
    assert not [problem for problem in problems if problem.severity != "note"]
    assert standard is not None
    texts = [standard.name, standard.description, *standard.reasons.values()]
    for metric in standard.metrics.values():
        texts += [metric.name, metric.description]
    for scheme in standard.schemes.values():
        texts += [scheme.name, scheme.question, scheme.rationale]
        texts += [indicator.name for indicator in scheme.indicators]
        texts += [group.name for group in scheme.groups]
        texts += [grade.name for grade in scheme.grades]
        texts += [grade.advice for grade in scheme.grades]
        if not scheme.grades:
            assert scheme.advice is not None
            texts.append(scheme.advice)
    for text in texts:
        assert text.en.strip()
        assert text.zh.strip()
        assert text.en != text.zh or re.fullmatch("[A-D]{1,3}", text.en)  # grades of credit


def test_the_schemes_of_the_design_are_there() -> None:
    assert set(bundled_standard().schemes) == {
        *("abc", "rfm", "value_index", "purchasing_power", "frequency", "region", "industry"),
        *("size", "satisfaction", "loyalty", "product", "need", "lifecycle", "tier"),
        "credit",
    }
