"""Findings beyond bands: totals, grades, conditions, rules, tables and what is never used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kefen.standards.reader import bundled_text, examine_standard

if TYPE_CHECKING:
    from kefen.standards.problems import Problem

HEAD = """\
standard: small
version: 1
name: {en: Small, zh: 小}
metrics:
  revenue: {name: {en: Revenue, zh: 额}, sum: orders.amount, unit: money}
  orders: {name: {en: Orders, zh: 次}, count: purchases}
  kind: {name: {en: Kind, zh: 性质}, value: customers.kind}
  trade: {name: {en: Trade, zh: 行业}, value: customers.industry}
  tidy: {name: {en: Tidy, zh: 整洁}, judged: tidy, from: 1, to: 5, whole: true}
schemes:
  first:
    name: {en: First, zh: 甲}
    question: {en: Which, zh: 哪些}
"""


def found(scheme: str, severity: str | None = None) -> list[Problem]:
    """Return what is found in a standard with this scheme, unused metrics and advice aside."""
    text = HEAD + "\n".join(f"    {line}" for line in scheme.strip("\n").split("\n")) + "\n"
    _, problems = examine_standard(text, "small.yaml")
    aside = ("no scheme rests on it", "no advice is written", "has no name")
    return [
        problem
        for problem in problems
        if not any(words in problem.what.en for words in aside)
        and severity in (None, problem.severity)
    ]


def one(scheme: str, words: str) -> tuple[str, str]:
    """Return the severity of the one finding that holds these words, and the text it stands at."""
    (problem,) = [p for p in found(scheme) if words in p.what.en]
    line = ("" if problem.place.line <= HEAD.count("\n") else scheme.strip("\n").split("\n"))[
        problem.place.line - HEAD.count("\n") - 1
    ]
    return problem.severity, line[problem.place.column - 5 :]


BY_SCORE = """
indicators:
  orders: [">= 5: 10", ">= 1: 5", "else: 0"]
  tidy: {points: value * 2}
grade_by: score
grades: {A: ">= 15", B: ">= 5", C: else}
"""


def test_a_sound_scheme_has_no_findings() -> None:
    assert found(BY_SCORE + "out_of: 20") == []


# --- totals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "best"),
    [
        ("out_of: 25", "20: orders 10 + tidy 10; 10 of them are by judgement"),
        ("start: 3\nout_of: 20", "23: start 3 + orders 10 + tidy 10; 10 of them"),
        ("at_most: 18\nout_of: 20", "18: orders 10 + tidy 10"),
    ],
)
def test_a_stated_total_that_the_items_miss_is_an_error(keys: str, best: str) -> None:
    severity, at = one(BY_SCORE + keys, f"the best possible points are {best}")
    assert severity == "error"
    assert at == keys.split("out_of: ")[1]


def test_a_stated_total_beside_points_without_end_is_warned_of() -> None:
    scheme = BY_SCORE.replace("value * 2", "value * orders") + "out_of: 20"
    assert one(scheme, "“tidy” can give any number of points") == ("warning", "20")


GROUPED = """
groups:
  care:
    name: {en: Care, zh: 维护}
    at_most: 12
    indicators:
      orders: [">= 5: 10", "else: 0"]
      tidy: {points: value}
grade_by: score
grades: {A: ">= 12", B: else}
"""


def test_a_limit_of_a_group_counts_for_its_total() -> None:
    assert found(GROUPED + "out_of: 12") == []
    assert one(GROUPED + "out_of: 15", "are 12: care 12")[0] == "error"


def test_a_limit_above_all_there_is_is_noted() -> None:
    scheme = GROUPED.replace("at_most: 12", "at_most: 20")
    assert one(scheme, "never come above 15: the limit of 20") == ("note", "20")


def test_weights_are_the_points_at_best() -> None:
    scheme = """
indicators:
  orders: {weight: 70, position: higher is better}
  tidy: {weight: 30, points: value, out_of: 5}
out_of: 100
grade_by: score
grades: {A: ">= 100", B: "> 0", C: else}
"""
    assert found(scheme) == []
    assert one(scheme.replace("70", "60"), "best possible points are 90")[0] == "error"


# --- grades -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "words", "at"),
    [
        ('{A: ">= 21", B: else}', "“A” is never reached: it begins at 21, and the score is 20", 4),
        ('{A: "> 20", B: else}', "“A” is never reached: it begins at 20, and the score is 20", 4),
        ('{A: "< 2", B: else}', "“A” is never reached: it ends at 2, and the score is 2 at", 4),
        ('{A: ">= 2", B: ">= 1", C: else}', "every score there can be, 2 to 20, has a grade", 15),
    ],
)
def test_a_line_that_no_score_meets_is_an_error(lines: str, words: str, at: int) -> None:
    scheme = BY_SCORE.replace('{A: ">= 15", B: ">= 5", C: else}', lines)
    severity, text = one(scheme, words)
    assert severity == "error"
    assert text == lines[at:]


def test_a_grade_that_a_rule_gives_is_reached() -> None:
    scheme = BY_SCORE.replace(">= 15", ">= 90")
    rules = "rules: {big: {name: {en: Big, zh: 大}, when: revenue > 5 wan, grade: A}}"
    assert found(scheme + rules) == []


def test_an_else_without_anybody_is_only_noted() -> None:
    scheme = BY_SCORE.replace('B: ">= 5"', 'B: ">= 2"')
    assert one(scheme, "“C” stays empty") == ("note", "else}")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("orders < 0", "“orders < 0”, but orders can only be 0 or more"),
        ("kind = 'firm'", "kind can only be 'company', 'person'"),
        ("tidy > 5 and revenue > 0", "tidy can only be 1 to 5"),
        ("orders > 3 and orders < 4", "no values meet"),
        ("orders > 20 and revenue > 0", "whoever meets its condition meets one of a grade before"),
    ],
)
def test_a_condition_of_a_grade_that_never_holds_is_an_error(condition: str, words: str) -> None:
    scheme = f"""
grade_by: conditions
grades:
  A: orders > 10
  B: {condition}
  C: else
"""
    assert one(scheme, "“B” is never reached: ") == ("error", condition)
    assert words in found(scheme, "error")[0].what.en


def test_what_everybody_graded_meets_is_taken_into_account() -> None:
    scheme = """
among: orders > 0
otherwise: value_unknown
grade_by: conditions
grades:
  A: orders = 0
  B: else
"""
    assert one(scheme, "those it is asked of all meet “orders > 0”") == ("error", "orders = 0")


def test_cells_that_no_points_lead_to_leave_a_grade_empty() -> None:
    scheme = """
indicators:
  R: {name: {en: R, zh: 近}, value: revenue, halves: higher is better}
  F: {name: {en: F, zh: 频}, value: orders, bands: [">= 5: 2", ">= 0: 1", "else: 0"]}
grade_by: grid of R and F
grades:
  good: {name: {en: Good, zh: 好}, when: ["R 1-2, F 2"]}
  fair: {name: {en: Fair, zh: 中}, when: ["R 1-2, F 1"]}
  poor: {name: {en: Poor, zh: 差}, when: ["R 1-2, F 0"]}
"""
    assert one(scheme, "“poor” is never reached: no value gives the points")[0] == "error"


# --- conditions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words", "at"),
    [
        (
            "among: orders < 0\notherwise: value_unknown",
            "“among” of “first” can never",
            "orders < 0",
        ),
        (
            "among: orders >= 0\notherwise: value_unknown",
            "“among” of “first” always holds",
            "orders >= 0",
        ),
        (
            "tags: {t: {name: {en: T, zh: 标}, when: points > 20}}",
            "“when” of “t” can never hold: “points > 20”, but points can only be 2 to 20",
            "points > 20}}",
        ),
        (
            "tags: {t: {name: {en: T, zh: 标}, when: orders >= 0 and orders < 5}}",
            "the part “orders ≥ 0” of “when” of “t” decides nothing",
            "orders >= 0 and orders < 5}}",
        ),
        (
            "tags: {t: {name: {en: T, zh: 标}, when: orders < 0 or points > 5}}",
            "the part “orders < 0” of “when” of “t” decides nothing",
            "orders < 0 or points > 5}}",
        ),
        (
            "rules: {r: {name: {en: R, zh: 规}, when: score < 2, no_grade: value_unknown}}",
            "“when” of “r” can never hold",
            "score < 2, no_grade: value_unknown}}",
        ),
    ],
)
def test_a_condition_that_is_the_same_for_everybody_is_warned_of(
    keys: str, words: str, at: str
) -> None:
    assert one(BY_SCORE + keys, words) == ("warning", at)


def test_a_condition_on_rows_that_never_holds_is_warned_of() -> None:
    text = HEAD.replace("count: purchases", "count: cases, where: cases.kind = 'complain'")
    scheme = "\n".join(f"    {line}" for line in BY_SCORE.strip().split("\n"))
    _, problems = examine_standard(f"{text}{scheme}\n", "small.yaml")
    (problem,) = [p for p in problems if "“where” of “orders” can never hold" in p.what.en]
    assert (problem.severity, problem.place.line) == ("warning", 6)
    assert "'complaint'" in problem.what.en


def test_grades_of_another_scheme_are_known() -> None:
    text = HEAD + "\n".join(f"    {line}" for line in BY_SCORE.strip().split("\n"))
    text += """
  second:
    name: {en: Second, zh: 乙}
    grade_by: conditions
    grades:
      X: first = 'A' and first = 'B'
      Y: first.score > 20
      W: first in ('A', 'B')
      V: else
"""
    _, problems = examine_standard(text, "small.yaml")
    errors = [p.what.en for p in problems if p.severity == "error"]
    assert errors == [
        "“X” is never reached: no values meet “first = “A” and first = “B”” as a whole",
        "“Y” is never reached: “first.score > 20”, but first.score can only be 2 to 20",
    ]


# --- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "words", "at"),
    [
        ("{r: {when: orders > 9, at_most: A}}", "no grade is above “A”", "A}}"),
        ("{r: {when: orders > 9, at_least: C}}", "no grade is below “C”", "C}}"),
        (
            '{r: {when: "true", grade: B}, s: {when: orders > 9, grade: A}}',
            "“s” changes nothing: “r” before it ends the rules",
            "s: {when: orders > 9, grade: A}}",
        ),
    ],
)
def test_a_rule_that_changes_nothing_is_warned_of(rules: str, words: str, at: str) -> None:
    assert one(f"{BY_SCORE}rules: {rules}", words) == ("warning", at)


# --- tables -----------------------------------------------------------------------------------

TABLES = """
indicators:
  orders:
    by: kind
    bands:
      company: [">= 5: 10", "else: 0"]
      person: [">= 2: 10", "else: 0"]
grade_by: score
grades: {A: ">= 10", B: else}
"""


def test_tables_that_cover_every_value_are_sound() -> None:
    assert found(TABLES) == []


def test_a_table_that_lacks_is_told_by_its_value() -> None:
    scheme = TABLES.replace('      person: [">= 2: 10", "else: 0"]\n', "")
    assert one(scheme, "“orders”: 'person' has no table of bands")[0] == "error"


def test_a_table_that_is_never_chosen_is_warned_of() -> None:
    scheme = TABLES.replace("person", "else").replace("company", "firm")
    assert one(scheme, "“firm” is never used")[0] == "warning"


def test_values_without_a_table_are_noted_where_any_text_may_come() -> None:
    scheme = TABLES.replace("by: kind", "by: trade")
    assert one(scheme, "whose value has no table, such as 'other', counts as")[0] == "note"


def test_tables_with_different_best_points_are_noted() -> None:
    scheme = TABLES.replace(">= 2: 10", ">= 2: 8")
    assert one(scheme, "different best points: “company” 10, “person” 8")[0] == "note"


def test_each_table_is_checked_by_itself() -> None:
    scheme = TABLES.replace('[">= 2: 10", "else: 0"]', '["[2, 4]: 10", "> 5: 5", "< 2: 0"]')
    severity, at = one(scheme, "“orders”, table “person”: no band has 5, between")
    assert severity == "error"
    assert at.startswith('"[2, 4]: 10"')


# --- metrics ----------------------------------------------------------------------------------


def test_bands_of_a_metric_are_checked() -> None:
    size = (
        "{name: {en: Size, zh: 规模}, value: orders, bands: [\"[5, 9]: 'big'\", \"< 3: 'small'\"]}"
    )
    text = HEAD.replace("schemes:\n", f"  size: {size}\nschemes:\n")
    scheme = "\n".join(f"    {line}" for line in BY_SCORE.strip().split("\n"))
    _, problems = examine_standard(f"{text}{scheme}\n", "small.yaml")
    told = [p.what.en for p in problems if p.severity == "error"]
    assert "“size”: no band has 4, between “< 3” and “[5, 9]”" in told
    assert "“size”: no band has 10, above “[5, 9]”" in told
    (unused,) = [p for p in problems if "“size” is measured" in p.what.en]
    assert (unused.severity, unused.place.line) == ("note", 10)


def test_the_default_standard_has_neither_errors_nor_warnings() -> None:
    _, problems = examine_standard(bundled_text("default"), "default.yaml")
    assert {problem.severity for problem in problems} <= {"note"}
