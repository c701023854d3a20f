"""Weights written into a standard: only they change, and where they come from is added."""

from __future__ import annotations

import dataclasses
import difflib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.errors import StandardError
from kefen.methods.weights import in_points
from kefen.standards.difference import differences
from kefen.standards.model import WeightSource
from kefen.standards.problems import StandardProblemsError
from kefen.standards.reader import bundled_names, bundled_standard, bundled_text, read_standard
from kefen.standards.words import standard_in_words
from kefen.standards.written_weights import indicators_to_weigh, with_weights

SOURCE = WeightSource(
    "ahp", "pairs.csv", "ab" * 32, date(2026, 10, 31), consistency_ratio=Decimal("0.0439")
)
DOCUMENT = """\
# Ours. Do not lose this comment.
standard: ours
version: 3
name: {en: Ours, zh: 我方标准}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, unit: money}
  orders:  {name: {en: Purchases, zh: 购买次数}, count: purchases}
  lines:   {name: {en: Lines, zh: 行数}, count: orders}
schemes:
  worth:   # the one that counts
    name: {en: Worth, zh: 价值}
    indicators:
      revenue: {weight:   60, fifths: higher is better}   # most
      orders:
        # a comment of its own
        weight: "40"
        fifths: higher is better
    grade_by: score
    grades: {A: ">= 80", B: else}
  halves:
    name: {en: Halves, zh: 两部分}
    groups:
      now:
        name: {en: Now, zh: 现在}
        weight: 80
        indicators:
          {revenue: {fifths: higher is better, weight: 50},
           orders: {weight: 30, fifths: higher is better}}
      later:
        {name: {en: Later, zh: 将来}, weight: 20,
         indicators: {lines: {weight: 20, fifths: higher is better}}}
    grade_by: score
    grades: {A: ">= 80", B: else}
"""


def written(text: str, scheme: str, group: str | None, **weights: str) -> str:
    return with_weights(
        text,
        "ours.yaml",
        scheme=scheme,
        group=group,
        weights={name: Decimal(weight) for name, weight in weights.items()},
        weights_from=SOURCE,
    )


def changed_lines(before: str, after: str) -> list[str]:
    return [
        line
        for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line[:2] in ("- ", "+ ")
    ]


def test_only_the_weights_change_and_the_source_is_added() -> None:
    after = written(DOCUMENT, "worth", None, revenue="66.6667", orders="33.3333")
    assert changed_lines(DOCUMENT, after) == [
        "+     weights_from:",
        "+       method: ahp",
        '+       source: "pairs.csv"',
        f'+       sha256: "{"ab" * 32}"',
        "+       on: 2026-10-31",
        "+       consistency_ratio: 0.0439",
        "-       revenue: {weight:   60, fifths: higher is better}   # most",
        "+       revenue: {weight:   66.6667, fifths: higher is better}   # most",
        '-         weight: "40"',
        "+         weight: 33.3333",
    ]
    assert read_standard(after, "ours.yaml").schemes["worth"].weights_from == SOURCE


def test_a_group_keeps_its_total_and_says_where_its_weights_come_from() -> None:
    after = written(DOCUMENT, "halves", "now", revenue="20.5", orders="59.5")
    groups = {group.id: group for group in read_standard(after, "x").schemes["halves"].groups}
    assert groups["now"].weight == 800_000
    assert groups["now"].weights_from == SOURCE
    assert groups["later"].weights_from is None


def test_the_whole_scheme_sets_the_totals_of_its_groups() -> None:
    after = written(DOCUMENT, "halves", None, revenue="20", orders="30", lines="50")
    scheme = read_standard(after, "x").schemes["halves"]
    assert [group.weight for group in scheme.groups] == [500_000, 500_000]
    assert scheme.weights_from == SOURCE


def test_writing_again_takes_the_place_of_the_first_source() -> None:
    once = written(DOCUMENT, "halves", "later", lines="20")
    twice = written(once, "halves", None, revenue="20", orders="30", lines="50")
    scheme = read_standard(twice, "x").schemes["halves"]
    assert {group.weights_from for group in scheme.groups} == {None, SOURCE}
    assert twice.count("weights_from") == 2
    again = with_weights(
        written(DOCUMENT, "worth", None, revenue="60", orders="40"),
        "x",
        scheme="worth",
        group=None,
        weights={"revenue": Decimal(50), "orders": Decimal(50)},
        weights_from=WeightSource("expert", "议定", None, date(2026, 11, 1), cases=3),
    )
    assert again.count("weights_from") == 1
    assert 'source: "议定"\n      on: 2026-11-01\n      cases: 3\n    indicators:' in again


def test_an_indicator_without_weight_gets_one() -> None:
    bare = (
        DOCUMENT.replace("{weight:   60, fifths", "{fifths")
        .replace('        weight: "40"\n', "")
        .replace(">= 80", ">= 8", 1)
    )
    after = written(bare, "worth", None, revenue="60", orders="40")
    assert [one.weight for one in read_standard(after, "x").schemes["worth"].indicators] == [
        600_000,
        400_000,
    ]
    assert "        # a comment of its own\n        weight: 40\n" in after


def test_a_list_of_bands_cannot_hold_a_weight() -> None:
    bands = DOCUMENT.replace(
        "revenue: {weight:   60, fifths: higher is better}", 'revenue: ["> 0: 1", "else: 0"]'
    ).replace(">= 80", ">= 8", 1)
    with pytest.raises(StandardError, match=r"ours.yaml:13:16: “revenue” is a list of bands only"):
        written(bands, "worth", None, revenue="60", orders="40")


def test_weights_under_an_alias_are_refused() -> None:
    shared = DOCUMENT.replace(
        "revenue: {weight:   60, fifths: higher is better}",
        "revenue: &one {weight: 60, fifths: higher is better}",
    ).replace("lines: {weight: 20, fifths: higher is better}", "lines: {<<: *one}")
    with pytest.raises(StandardProblemsError):
        read_standard(shared, "x")  # no merging in standards: nothing to be shared by it
    aliased = (
        DOCUMENT.replace(
            "{fifths: higher is better, weight: 50}", "&r {weight: 50, fifths: higher is better}"
        )
        .replace("lines: {weight: 20, fifths: higher is better}", "revenue2: *r")
        .replace("revenue2", "lines")
        .replace("weight: 20,", "weight: 50,")
    )
    with pytest.raises(StandardError, match="alias"):
        written(aliased, "halves", "later", lines="50")
    with pytest.raises((StandardError, StandardProblemsError)):
        written(aliased, "halves", "now", revenue="40", orders="40")


def test_the_source_changes_no_grade_and_is_told() -> None:
    plain = read_standard(DOCUMENT, "x")
    after = read_standard(written(DOCUMENT, "worth", None, revenue="60", orders="40"), "x")
    assert after.fingerprint == plain.fingerprint
    words = standard_in_words(after).schemes[0].points[-1]
    assert (
        "pairwise comparison (AHP) from pairs.csv (2026-10-31, consistency ratio 0.0439" in words.en
    )
    assert "层次分析法（AHP）（pairs.csv；2026-10-31，一致性比率 0.0439" in words.zh
    (change,) = differences(plain, after)
    assert change.kind == "worded"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("weights_from: {method: guess, source: x, on: 2026-01-01}", "guess"),
        ("weights_from: {method: ahp, source: x}", "lacks “on”"),
        ("weights_from: {method: ahp, source: x, on: 2026-02-30}", "is not a day"),
        ("weights_from: {method: ahp, source: x, on: 2026-01-01, sha256: 12}", "SHA-256"),
        ("weights_from: {method: ahp, source: x, on: 2026-01-01, ratio: 1}", "has no “ratio”"),
    ],
)
def test_a_source_that_says_nothing_is_refused(line: str, says: str) -> None:
    text = DOCUMENT.replace("    indicators:\n", f"    {line}\n    indicators:\n", 1)
    with pytest.raises(StandardProblemsError) as refused:
        read_standard(text, "ours.yaml")
    assert any(says in problem.what.en for problem in refused.value.problems)


@pytest.mark.parametrize("name", bundled_names())
def test_every_ready_standard_with_weights_takes_others(name: str) -> None:
    standard = bundled_standard(name)
    for scheme in standard.schemes.values():
        chosen = indicators_to_weigh(scheme, None)
        if not chosen or any(one.weight is None for one in chosen):
            continue
        total = sum(one.weight or 0 for one in chosen)
        points = in_points(range(1, len(chosen) + 1), Decimal(total) / 10_000)
        weights = {one.id: weight for one, weight in zip(chosen, points, strict=True)}
        try:
            after = with_weights(
                bundled_text(name),
                name,
                scheme=scheme.id,
                group=None,
                weights=weights,
                weights_from=SOURCE,
            )
        except StandardProblemsError as refused:
            # A checker may rightly say that grades are out of reach under other weights.
            assert all("weight" not in p.what.en for p in refused.problems), refused
            continue
        lines = changed_lines(bundled_text(name), after)
        kinds = ("weight", "method", "source", "sha256", "on:", "consistency_ratio")
        assert all(any(kind in line for kind in kinds) for line in lines)


@given(st.lists(st.integers(min_value=1, max_value=10_000), min_size=2, max_size=2))
def test_any_weights_come_back_exactly(raw: list[int]) -> None:
    first, second = in_points(raw, Decimal(100))
    if min(first, second) == 0:
        return
    after = written(DOCUMENT, "worth", None, revenue=str(first), orders=str(second))
    found = read_standard(after, "x").schemes["worth"]
    assert sum(one.weight or 0 for one in found.indicators) == 1_000_000
    assert dataclasses.asdict(found)["weights_from"] == dataclasses.asdict(SOURCE)
