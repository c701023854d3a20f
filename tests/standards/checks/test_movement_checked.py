"""Movement that contradicts itself is refused at its place; what does nothing is warned about."""

from __future__ import annotations

import pytest

from kefen.standards.problems import Problem
from kefen.standards.reader import examine_standard

HEAD = """\
standard: moving
version: 1
name: {en: Moving, zh: 升降}
metrics:
  nights: {sum: orders.quantity, over: last 12 months, unit: count}
  total: {sum: orders.quantity, over: all time, unit: count}
  industry: {value: customers.industry}
schemes:
  level:
    name: {en: Level, zh: 级别}
    score: nights
    grade_by: score
    grades: {A: ">= 80", B: ">= 60", C: else}
"""
NAMED = "name: {en: Rule, zh: 规则}"


def found(movement: str) -> list[Problem]:
    """What is found in the lines of a movement, advice and unused metrics aside."""
    lines = "".join(f"      {line}\n" for line in movement.strip().splitlines())
    _, problems = examine_standard(f"{HEAD}    movement:\n{lines}", "moving.yaml")
    return [p for p in problems if p.place.line > HEAD.count("\n") and p.severity != "note"]


@pytest.mark.parametrize(
    ("movement", "words", "line"),
    [
        ("to_stay: {A: score >= 85}", "more than the 80 that give it", 1),
        ("to_stay: {A: nights >= 30, B: nights >= 40}", "more than the 30 of the higher", 1),
        ("to_stay: {C: nights >= 1}", "each grade above the lowest", 1),
        ("every: week", "not possible", 1),
        ("on: 20", "recurs", 1),
        ("every: year\non: 20", "no day of every year", 2),
        ("every: month\non: 31 February", "no day of every month", 2),
        ("keeps: until May", "no span of time", 1),
        ("keeps: {raise: 1 year}", "has no “raise”", 1),
        ("keeps: ever", "no span of time", 1),
        ("fall: {steps: 0}", "no step is none", 1),
        ("fall: {by: hand}", "has no “by”", 1),
        ("fall: {after: until 31 January}", "how long to wait", 1),
        ("rise: {once_in: until 31 January}", "between two moves", 1),
        ("takes_effect: tomorrow", "not possible", 1),
        ("up: monthly", "has no “up”", 1),
        ("at_once: nights", "not yes or no", 1),
        ("every: month\nat_once: level = 'A'", "not known here", 2),
        ("to_stay: {A: previous >= 'Z'}", "has no grade “Z”", 1),
        (
            f"rules:\n  a: {{when: nights > 5, at_least: A, {NAMED}}}\n"
            f"  b: {{when: nights > 5, at_most: B, {NAMED}}}",
            "contradict each other",
            3,
        ),
        (
            f"rules:\n  a: {{when: nights > 5, at_least: A, at_most: B, {NAMED}}}",
            "exactly one of",
            2,
        ),
        (f"rules:\n  a: {{when: nights > 5, at_least: Z, {NAMED}}}", "no grade “Z”", 2),
        (f"rules:\n  a: {{when: nights > 5, no_grade: x, {NAMED}}}", "has no “no_grade”", 2),
        (f"rules:\n  a: {{at_least: A, {NAMED}}}", "lacks “when”", 2),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [stay], {NAMED}}}",
            "no term is renewed",
            3,
        ),
        (
            f"to_stay: {{A: seen > 3}}\ncounters:\n  seen: {{counts: total, {NAMED}}}",
            "lacks “afresh”",
            3,
        ),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: industry, afresh: [rise], {NAMED}}}",
            "not whole number",
            3,
        ),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [promotion], {NAMED}}}",
            "no event",
            3,
        ),
        # A day of the year stands alone: as an end of a term it would never begin afresh.
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [every until 31 January], {NAMED}}}",
            "no event",
            3,
        ),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [every 1 May, every 9 months], {NAMED}}}",
            "one “every”",
            3,
        ),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [rise], carries_above: {{A: -5}}, {NAMED}}}",
            "a number from 0 on",
            3,
        ),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [rise], carries_above: nights, {NAMED}}}",
            "a number from 0 on",
            3,
        ),
        (
            "to_stay: {A: seen > 3}\ncounters:\n"
            f"  seen: {{counts: total, afresh: [rise], carries_above: {{Z: 5}}, {NAMED}}}",
            "no grade “Z”",
            3,
        ),
    ],
)
def test_what_is_refused(movement: str, words: str, line: int) -> None:
    errors = [p for p in found(movement) if p.severity == "error"]
    assert any(words in p.what.en for p in errors), [p.what.en for p in errors]
    told = next(p for p in errors if words in p.what.en)
    assert told.place.line == HEAD.count("\n") + 1 + line
    assert told.place.column > 1
    assert told.mend.en
    assert told.what.zh != told.what.en


@pytest.mark.parametrize(
    ("movement", "words"),
    [
        ("at_once: nights > 5", "nothing keeps grades from moving"),
        ("fall: {steps: 2}", "reach any of 3 grades"),
        ("every: year\nkeeps: 6 months", "changes nothing: grades move only every year"),
        ("every: quarter\nrise: {once_in: 3 months}", "“once_in” of 3 months changes nothing"),
        ("to_rise: {A: total > 90}", "reached by a line of its own"),
        (f"rules:\n  a: {{when: nights > 5, at_most: A, {NAMED}}}", "“A” is no limit"),
        (
            f"counters:\n  seen: {{counts: total, afresh: [rise], {NAMED}}}",
            "nothing asks for the counter",
        ),
    ],
)
def test_what_does_nothing_is_warned_about(movement: str, words: str) -> None:
    warnings = [p for p in found(movement) if p.severity == "warning"]
    assert any(words in p.what.en for p in warnings), [p.what.en for p in found(movement)]
    assert not [p for p in found(movement) if p.severity == "error"]


@pytest.mark.parametrize(
    ("movement", "noted"),
    [
        ("keeps: {rise: 1 year, stay: 1 year}", True),
        ("keeps: {rise: 1 year, stay: 1 year}\nfall: {steps: 1}", True),
        ("keeps: {rise: 1 year, fall: 1 year, stay: 1 year}", False),
        ("keeps: {rise: 1 year, stay: 1 year}\nfall: {after: 2 months}", False),
        ("keeps: {rise: 1 year}", False),
        ("keeps: 1 year", False),
    ],
)
def test_terms_without_one_after_a_fall_are_noted(movement: str, noted: bool) -> None:
    lines = "".join(f"      {line}\n" for line in movement.splitlines())
    _, problems = examine_standard(f"{HEAD}    movement:\n{lines}", "moving.yaml")
    told = [p for p in problems if "says nothing of “fall”" in p.what.en]
    assert [p.severity for p in told] == ["note"] * noted
    assert all(p.place.line == HEAD.count("\n") + 2 and "fall: 1 year" in p.mend.en for p in told)


@pytest.mark.parametrize(
    ("day", "noted"),
    [
        ("1 April", "04-30"),
        ("15 March", "03-31"),
        ("28 February", "02-28"),
        ("last Friday of June", "06-30"),
        ("31 March", None),
        ("30 June", None),
        ("last day of February", None),
        ("365 days", None),
    ],
)
def test_a_day_on_which_no_run_of_months_falls_is_noted(day: str, noted: str | None) -> None:
    lines = (
        "counters: {c: {name: {en: C, zh: C}, counts: total, afresh: [every " + day + "]}}",
        "to_rise: {A: c >= 5}",
        "to_stay: {A: c >= 1}",
    )
    text = "".join(f"      {line}\n" for line in lines)
    _, problems = examine_standard(f"{HEAD}    movement:\n{text}", "moving.yaml")
    told = [p for p in problems if "no month's end" in p.what.en]
    assert [p.severity for p in told] == ([] if noted is None else ["note"])
    assert all(f"on {noted} only" in p.what.en and f"{noted} " in p.what.zh for p in told)


def test_classes_without_an_order_do_not_move() -> None:
    text = HEAD.replace("grade_by: score", "grade_by: value of industry")
    text = text.replace("    score: nights\n", "")
    text = text.replace('    grades: {A: ">= 80", B: ">= 60", C: else}\n', "")
    _, problems = examine_standard(f"{text}    movement: {{every: month}}\n", "moving.yaml")
    assert any("have no order" in p.what.en for p in problems)


def test_a_metric_that_is_called_like_a_state_is_refused() -> None:
    text = HEAD.replace("  industry:", "  previous:")
    _, problems = examine_standard(f"{text}    movement: {{every: month}}\n", "moving.yaml")
    assert any("means something else in a movement" in p.what.en for p in problems)


def test_a_movement_of_every_part_has_nothing_wrong() -> None:
    movement = f"""\
every: month
on: 20
at_once: nights < 0
takes_effect: next month
to_rise: {{A: seen > 100 and year > 50 and previous = 'B'}}
to_stay: {{A: nights >= 30, B: nights >= 20}}
keeps: {{first: 3 months, rise: {{A: 2 years, else: 1 year}}, fall: 6 months, stay: 1 year}}
rise: {{steps: 1, once_in: 6 months, when: nights > 3}}
fall: {{steps: 1, after: {{A: 3 months, else: 2 times running}}}}
counters:
  seen: {{counts: total, afresh: [rise, stay, every 2 years], {NAMED}}}
  year:
    {NAMED}
    counts: total
    afresh: [every 31 December]
    carries_above: {{A: 1 wan, else: 0}}
rules:
  life: {{when: days_at.A > 3650 days, at_least: A, for: ever, {NAMED}}}
  back:
    name: {{en: Back, zh: 恢复}}
    when: months_since_fall < 6 and fell_from = 'A'
    at_least: one above previous
    for: 1 year
"""
    assert found(movement) == []
