"""`kefen what-if` says which figures it left as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

STANDARD = """\
standard: held
version: 1
name: {en: Held, zh: 维持}
metrics:
  usual: {name: {en: Usual order, zh: 通常订单}, mean: orders.amount, over: all time, unit: money}
  large:
    name: {en: Large orders, zh: 大单数}
    count: orders
    where: orders.amount > usual
    over: all time
  band: {name: {en: Band, zh: 档}, value: usual, bands: [">= 500: 'high'", "else: 'low'"]}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    indicators:
      band: {name: {en: Band, zh: 档}, bands: ["= 'high': 5", "else: 0"]}
      large: {name: {en: Large orders, zh: 大单}, points: value}
    grade_by: score
    grades:
      A: {when: ">= 5", name: {en: Good, zh: 好}}
      B: {when: else, name: {en: Fair, zh: 中}}
"""


@pytest.fixture
def results(call, company, tmp_path: Path) -> Path:
    standard = tmp_path / "held.yaml"
    standard.write_text(STANDARD, encoding="utf-8")
    out = tmp_path / "results"
    answer = call(
        *("grade", *company.options, "--standard", standard, "--as-of", "2025-12-31"),
        *("--no-report", "--out", out),
    )
    assert answer.code == 0, answer.err
    return out


@pytest.mark.parametrize(
    ("language", "anew", "held"),
    [
        ("en", "Computed anew: Band.", "Left as they are, for they rest on single records too:"),
        ("zh", "随之重新计算：档。", "维持不变（还取决于逐笔记录）：大单数。"),
    ],
)
def test_what_is_computed_anew_and_what_stays_is_said(
    call, results: Path, language: str, anew: str, held: str
) -> None:
    said = call("what-if", "0042", "usual=900", "--run", results, "--lang", language).out
    assert anew in said
    assert held in said


def test_the_same_for_machines(call, results: Path) -> None:
    told = call("what-if", "0042", "usual=900", "--run", results, "--json").json
    assert told["recomputed"] == {"band": "high"}
    assert told["held"] == ["large"]
    assert [(s["grade_before"], s["grade_after"]) for s in told["schemes"]] == [("B", "A")]
    nothing = call("what-if", "0042", "large=5", "--run", results, "--json").json
    assert (nothing["recomputed"], nothing["held"]) == ({}, [])


@pytest.mark.parametrize(
    ("language", "held"), [("en", "(Large orders left as it is)"), ("zh", "（大单数维持不变）")]
)
def test_the_way_to_a_grade_says_what_it_takes_as_it_is(
    call, results: Path, language: str, held: str
) -> None:
    answer = call("what-if", "0042", "--to", "A", "--run", results, "--lang", language)
    assert held in answer.out.replace("\n  ", " ").replace("\n", "")


LIMITED = STANDARD.replace(
    "    grades:\n      A:",
    "    rules:\n      late: {name: {en: Late, zh: 逾期}, when: usual > 0, at_most: B}\n"
    "    grades:\n      A:",
)


@pytest.mark.parametrize(
    ("language", "limit"),
    [("en", "“Late” allows at most Fair while it holds."), ("zh", "“逾期”成立期间最高为中。")],
)
def test_a_rule_that_allows_no_better_grade_is_named(
    call, company, tmp_path: Path, language: str, limit: str
) -> None:
    standard = tmp_path / "limited.yaml"
    standard.write_text(LIMITED, encoding="utf-8")
    out = tmp_path / "limited"
    graded = call(
        *("grade", *company.options, "--standard", standard, "--as-of", "2025-12-31"),
        *("--no-report", "--out", out),
    )
    assert graded.code == 0, graded.err
    asked = ("--run", out, "--lang", language)
    # The score rises beyond the line of the better grade, and the grade stays.
    assert limit in call("what-if", "0042", "usual=900", *asked).out
    assert limit in call("what-if", "0042", "--to", "A", *asked).out
    assert limit in call("explain", "0042", *asked).out.replace("\n  ", " ")


@pytest.mark.parametrize(
    ("rule", "wanted", "limits"),
    [
        # The customer is B without it: it changes nothing, and yet keeps from A.
        ("at_most: B", "A", ("“Late” allows at most Fair while", "“逾期”成立期间最高为中。")),
        ("at_least: A", "B", ("“Late” gives at least Good while", "“逾期”成立期间最低为好。")),
        ("grade: B", "A", ("“Late” gives Fair while", "“逾期”成立期间直接定为中。")),
        ("no_grade: value_unknown", "A", ("“Late” gives no grade while", "成立期间不评级。")),
    ],
)
def test_a_rule_that_does_not_allow_the_grade_wanted_is_named(
    call, company, tmp_path: Path, rule: str, wanted: str, limits: tuple[str, str]
) -> None:
    standard = tmp_path / "limited.yaml"
    # A rule below takes the grade further down, so that the first is not what decides it.
    below = "      low: {name: {en: Low, zh: 低}, when: large < 100, at_most: C}\n"
    text = LIMITED.replace("at_most: B}\n", f"{rule}}}\n{below}")
    worst = "      C: {when: else, name: {en: Poor, zh: 差}}\n"
    standard.write_text(text.replace("when: else", "when: '>= 1'") + worst, encoding="utf-8")
    out = tmp_path / "limited"
    graded = call(
        *("grade", *company.options, "--standard", standard, "--as-of", "2025-12-31"),
        *("--no-report", "--out", out),
    )
    assert graded.code == 0, graded.err
    for language, limit in zip(("en", "zh"), limits, strict=True):
        asked = ("--run", out, "--lang", language, "--to", wanted)
        assert limit in call("what-if", "0042", *asked).out.replace("\n  ", " ")
