"""Explanations of every way to score and decide: lines, starts, caps, rules, tags, terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from every_way import (
    CAPPED,
    METRICS,
    RANKED,
    RETAILER,
    RISK,
    WEIGHTED,
    money,
    run_by_hand,
    with_computed,
)
from stored_runs import stored_run

from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.tree import Value
from kefen.grading.explain import explain
from kefen.grading.explanation import Explanation, SchemeExplanation
from kefen.grading.explanation_parts import Adjustment, Line
from kefen.grading.stored import StoredRun
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.reader import read_standard

USUAL: dict[str, Value] = RETAILER | {
    "revenue": money(20_000),
    "orders": 4,
    "contacts": 3,
    "mood": money(4),
}


@pytest.fixture(scope="module")
def capped() -> StoredRun:
    return run_by_hand(METRICS + CAPPED)


@pytest.fixture(scope="module")
def risk() -> StoredRun:
    return run_by_hand(METRICS + RISK)


@pytest.fixture(scope="module")
def weighted() -> StoredRun:
    cuts = tuple(range(1, 100))
    learned = SchemeCalibration(200, cuts={"revenue": (money(80_000),), "contacts": cuts})
    return run_by_hand(METRICS + WEIGHTED, {"weighted": learned})


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredRun]:
    standard = read_standard(METRICS + CAPPED + WEIGHTED + RISK + RANKED, "every-way.yaml")
    with DuckDBEngine() as engine:
        yield stored_run(tmp_path_factory.mktemp("every_way"), engine, standard=standard)


@pytest.fixture(scope="module")
def explanations(graded: StoredRun) -> list[Explanation]:
    return [explain(graded, customer) for customer in graded.customers(1_000)]


def told(run: StoredRun, **changes: Value) -> SchemeExplanation:
    """Explain the usual customer with some metrics changed."""
    metrics = with_computed(run, USUAL | changes)
    return explain(run, "Acme", metrics=metrics).schemes[0]


def line_of(scheme: SchemeExplanation, indicator: str) -> Line:
    return next(line for line in scheme.lines if line.indicator == indicator)


def added_up(scheme: SchemeExplanation) -> Decimal:
    return sum((entry.points or Decimal(0) for entry in scheme.entries), Decimal(0))


# --- points ---------------------------------------------------------------------------------


def test_lines_starts_and_caps_add_up_to_every_graded_score(
    explanations: list[Explanation],
) -> None:
    scored = [s for e in explanations for s in e.schemes if s.additive and s.score is not None]
    assert {s.scheme for s in scored} == {"capped", "weighted", "risk"}
    assert any(s.adjustments for s in scored)
    for scheme in scored:
        assert added_up(scheme) == scheme.total == scheme.score


def test_a_capped_group_has_a_line_of_its_own_after_its_indicators(capped: StoredRun) -> None:
    scheme = told(capped, revenue=money(60_000), employees=900)
    shown = [
        entry.name.en if isinstance(entry, Adjustment) else entry.indicator
        for entry in scheme.entries
    ]
    assert shown == [
        "Starts at",
        "Fit starts at",
        "size",
        "trade",
        "Capped: Fit gives at most 50",
        "visits",
        "silence",
        "bulk",
    ]
    cap = next(a for a in scheme.adjustments if a.kind == "cap")
    assert cap.points == money(-15)
    assert cap.group == "fit"
    assert line_of(scheme, "trade").note is not None
    assert line_of(scheme, "trade").note.en == "capped at 45"  # type: ignore[union-attr]
    assert added_up(scheme) == scheme.score == money("85.0000")


def test_the_whole_is_capped_and_floored_by_lines_at_the_end(capped: StoredRun) -> None:
    high = told(capped, revenue=money(60_000), employees=900, contacts=40)
    assert high.score == money(100)
    assert high.entries[-1].name.en == "Capped: the whole gives at most 100"
    assert added_up(high) == money(100)
    low = told(capped, revenue=money(-90_000), last_on=date(2020, 1, 1), orders=1, employees=1)
    kinds = [(a.kind, a.group) for a in low.adjustments]
    assert ("floor", "behaviour") in kinds
    assert added_up(low) == low.score


def test_what_does_not_apply_is_said_and_gives_nothing(capped: StoredRun) -> None:
    scheme = told(capped, orders=2)
    bulk = line_of(scheme, "bulk")
    assert (bulk.state, bulk.points) == ("does not apply", money(0))
    assert bulk.note is not None
    assert (bulk.note.en, bulk.note.zh) == ("does not apply: 0", "不适用：0 分")
    assert scheme.missing == ()


def test_an_unknown_value_says_what_it_did(risk: StoredRun, weighted: StoredRun) -> None:
    unknown = told(risk, open_bills=None, complaints=None)
    assert [text.en for text in unknown.missing] == [
        "Unpaid bills: not known for this customer; counts as 20",
        "Complaints: not known for this customer; counts as 0",
    ]
    assert added_up(unknown) == unknown.score == money(30)
    scheme = told(weighted, mood=None, contacts=None, employees=None)
    assert [text.en for text in scheme.missing] == [
        "Mood: not known for this customer; its weight went to the others",
        "Contacts: not known for this customer; counts as 0",
        "Size: not known for this customer; counts as the worst: 8",
    ]
    assert sum(line.weight or Decimal(0) for line in scheme.lines) == 100
    assert added_up(scheme) == scheme.score


def test_an_unknown_value_that_nothing_is_said_of_leaves_no_score(capped: StoredRun) -> None:
    scheme = told(capped, contacts=None)
    assert (scheme.grade, scheme.total) == (None, None)
    assert "without it the points do not add up" in scheme.missing[0].en


def test_a_weight_that_does_not_apply_is_handed_on(weighted: StoredRun) -> None:
    scheme = told(weighted, industry=None)
    size = line_of(scheme, "size")
    assert (size.state, size.points) == ("does not apply", None)
    assert size.note is not None
    assert "its weight went to the others" in size.note.en
    assert sum(line.weight or Decimal(0) for line in scheme.lines) == 100


def test_a_part_of_the_best_and_a_cap_below_the_weight(weighted: StoredRun) -> None:
    scheme = told(weighted, revenue=money(20_000), mood=money(5))
    assert line_of(scheme, "revenue").points == money(10)
    mood = line_of(scheme, "mood")
    assert (mood.points, mood.at_best, mood.earned) == (money(12), money(12), money(5))
    assert mood.note is not None
    assert mood.note.zh == "封顶 12"


# --- the next better value ------------------------------------------------------------------


def test_the_next_band_is_named_with_what_it_gives(capped: StoredRun, weighted: StoredRun) -> None:
    size = line_of(told(capped, employees=300), "size")
    assert size.next is not None
    assert (size.next.value, size.next.points) == (501, money(15))
    assert size.next.words.en == "above 500 it would be 15"
    assert size.next.words.zh == "超过 500 则为 15"
    orders = line_of(told(weighted, orders=3), "orders")
    assert orders.next is not None
    assert orders.next.words.en == "from 5 it would be 20"


def test_at_best_there_is_no_next_band(capped: StoredRun) -> None:
    assert line_of(told(capped, employees=900), "size").next is None


def test_the_next_band_may_lie_below(risk: StoredRun) -> None:
    text = METRICS + RISK.replace(
        'bands: ["= 0: 0", "= 1: 5", "else: 15"]', 'bands: ["<= 1: 9", "< 4: 5", "else: 0"]'
    )
    run = run_by_hand(text)
    many = line_of(told(run, complaints=7), "complaints")
    assert many.next is not None
    assert (many.next.value, many.next.words.en) == (3, "below 4 it would be 5")
    few = line_of(told(run, complaints=3), "complaints")
    assert few.next is not None
    assert few.next.words.en == "down to 1 it would be 9"


# --- thresholds -----------------------------------------------------------------------------


def test_the_first_threshold_met_is_the_grade_before_rules(
    explanations: list[Explanation],
) -> None:
    seen = set()
    for explanation in explanations:
        for scheme in explanation.schemes:
            if scheme.decided is None:
                continue
            seen.add(scheme.scheme)
            assert next(t for t in scheme.thresholds if t.met).grade == scheme.decided
    assert seen == {"capped", "weighted", "risk", "ranked", "by_country", "listed"}


def test_a_rank_says_how_many_it_takes_and_the_smallest_inside(
    graded: StoredRun, explanations: list[Explanation]
) -> None:
    ranked = [e.schemes[graded.running.index("ranked")] for e in explanations]
    among = [s for s in ranked if s.grade is not None]
    tenth = -(-len(among) // 10)
    first = among[0].thresholds[0]
    assert f"the first 10 %, {tenth} of {len(among)} customers" in first.rule.en
    assert f"{len(among)} 户中的 {tenth} 户" in first.rule.zh
    inside = [s for s in among if s.grade == "first"]
    assert len(inside) == tenth
    assert min(s.data[0].value for s in inside) == first.line  # type: ignore[type-var]


def test_ranks_within_a_group_are_those_of_the_group(
    graded: StoredRun, explanations: list[Explanation]
) -> None:
    within = [e.schemes[graded.running.index("by_country")] for e in explanations]
    groups = {s.within.en for s in within if s.within is not None and s.grade is not None}
    assert groups == {"China", "Germany"}
    for scheme in within:
        if scheme.grade is not None:
            members = [s for s in within if s.within == scheme.within and s.grade is not None]
            assert scheme.population == len(members)
    nowhere = [s for s in within if s.within is not None and s.within.en == "unknown"]
    assert all(s.grade is None for s in nowhere)


def test_intervals_and_falling_lines_in_words(capped: StoredRun, risk: StoredRun) -> None:
    assert [t.rule.en for t in told(capped).thresholds] == [
        "a score of at least 60",
        "a score of at least 30 and less than 60",
        "a score of less than 30",
    ]
    falling = told(risk, open_bills=1)
    assert [t.met for t in falling.thresholds] == [False, True, True]
    assert falling.sentence.en.startswith(
        "Acme is Middle risk: 18.0000 points, 3 more than Low risk allows at 15."
    )
    assert "costs" not in falling.sentence.en


def test_an_entry_that_stands_for_a_reason_is_no_grade(explanations: list[Explanation]) -> None:
    without = [s for e in explanations for s in e.schemes if s.decided == "none"]
    assert without
    for scheme in without:
        assert (scheme.grade, scheme.reason_code) == (None, "too_little")
        assert scheme.thresholds[0].name.en == "no grade: too little to say"
        assert "too little to say" in scheme.sentence.en


# --- rules, tags, terms, review, approval ---------------------------------------------------


def test_a_rule_that_holds_the_grade_down_is_in_the_sentence(capped: StoredRun) -> None:
    scheme = told(capped, revenue=money(60_000), employees=900, open_bills=2)
    assert (scheme.decided, scheme.grade) == ("A", "B")
    bills, block, friend = scheme.rules
    assert (bills.held, bills.before, bills.after) == (True, "A", "B")
    assert bills.words.en == "holds: B middle instead of A top"
    assert "Unpaid bills: 2" in bills.condition.en
    assert (block.held, friend.held) == (False, False)
    assert scheme.sentence.en.startswith(
        "Acme is B middle: “Open bills” allows at most B middle. "
        "Without that it would be A top: 85.0000 points, 25 above the line of 60."
    )
    assert "否则为 A 级：85.0000 分" in scheme.sentence.zh


def test_a_rule_takes_the_grade_away_and_those_after_it_are_passed_over(
    capped: StoredRun,
) -> None:
    text = METRICS + CAPPED.replace("when: orders >= 9, at_least: B", "when: orders >= 0, grade: B")
    scheme = told(run_by_hand(text), industry="Metal", orders=1)
    assert (scheme.grade, scheme.reason_code) == (None, "blocked")
    assert scheme.rules[2].passed_over
    assert scheme.rules[2].words.en == "holds, but an earlier rule decided"
    assert scheme.sentence.en == (
        "Acme has no grade under Capped: on the block list, by the rule “Block list”; "
        "otherwise it would be B middle."
    )
    assert (scheme.terms, scheme.review, scheme.approval) == ((), None, ())


def test_a_rule_gives_a_grade_even_without_a_score() -> None:
    run = run_by_hand(METRICS + RISK.replace("        if_unknown: 20\n", ""))
    scheme = told(run, industry="Metal", open_bills=None)
    assert (scheme.decided, scheme.grade, scheme.score) == (None, "high", None)
    assert scheme.sentence.en == (
        "Acme is High risk: “Thief” gives High risk. Without that there would be no grade."
    )


def test_tags_hold_beside_the_grade(capped: StoredRun) -> None:
    scheme = told(capped, revenue=money(40_000))
    assert {tag.tag: tag.holds for tag in scheme.tags} == {"quiet": False, "large": True}
    assert "Revenue: 40,000" in scheme.tags[1].condition.en


def test_terms_come_with_the_grade_in_its_unit(capped: StoredRun) -> None:
    best = told(capped, revenue=money(60_000), employees=900)
    assert [(t.term, t.value, t.words.en) for t in best.terms] == [
        ("limit", money(30_000), "30,000"),
        ("visit", None, "every month"),
    ]
    middle = told(capped, revenue=money(60_000), employees=900, open_bills=1)
    assert [(t.term, t.value, t.words.zh) for t in middle.terms] == [
        ("limit", money(15_000), "15,000"),
        ("visit", None, "按需"),
    ]


def test_review_and_approval_follow_the_grade(capped: StoredRun) -> None:
    best = told(capped, revenue=money(60_000), employees=900)
    assert best.review is not None
    assert (best.review.months, best.review.due) == (6, date(2027, 4, 30))
    assert best.approval == ("sales director", "board")
    other = told(capped, open_bills=1)
    assert other.review is not None
    assert (other.review.due, other.approval) == (date(2027, 10, 31), ("sales manager",))


# --- whole ----------------------------------------------------------------------------------


def test_sentences_are_whole_in_both_languages(explanations: list[Explanation]) -> None:
    for explanation in explanations:
        for scheme in explanation.schemes:
            assert explanation.customer in scheme.sentence.en
            assert explanation.customer in scheme.sentence.zh
            assert scheme.sentence.en.endswith(".")
            assert scheme.sentence.zh.endswith("。")
            assert "{" not in scheme.sentence.en + scheme.sentence.zh


def test_json_says_adjustments_rules_and_outcome(capped: StoredRun) -> None:
    scheme = told(capped, revenue=money(60_000), employees=900, open_bills=1)
    content = json.loads(json.dumps(scheme.as_dict(), ensure_ascii=False))
    assert content["decided"] == "A"
    assert content["grade"] == "B"
    assert [a["points"] for a in content["adjustments"]] == ["10.0000", "5.0000", "-15.0000"]
    assert content["rules"][0]["changed"] is True
    assert content["tags"][1] == {
        "tag": "large",
        "name": {"en": "Large", "zh": "大户"},
        "holds": True,
        "condition": {
            "en": "Revenue > 30,000 (Revenue: 60,000)",
            "zh": "销售额 > 30,000（销售额：60,000）",
        },
    }
    assert content["terms"][0]["value"] == "15000.0000"
    assert content["review"] == {"months": 12, "due": "2027-10-31"}
    assert content["approval"] == ["sales manager"]
