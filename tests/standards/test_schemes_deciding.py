"""How the grade follows: lines of a score, ranks, shares, conditions, grids, and rules."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheme_documents import document_of, problems_of, read, scheme_of, told

from kefen.expressions.parser import parse
from kefen.standards.model import (
    Categories,
    Conditions,
    CutOffs,
    Grid,
    RankLine,
    RankOfAll,
    ShareOfTotal,
)

SCORE = "indicators: {orders: {points: value, at_least: 0}}\n"


def _by_score(grades: str, more: str = "") -> str:
    return f"{SCORE}{more}grade_by: score\ngrades: {grades}\n"


def _lines(grades: str, more: str = "") -> list[tuple[str, str]]:
    decision = scheme_of(_by_score(grades, more)).decision
    assert isinstance(decision, CutOffs)
    found = []
    for line in decision.lines:
        low = "" if line.low is None else f"{'>=' if line.low_included else '>'}{line.low}"
        high = "" if line.high is None else f"{'<=' if line.high_included else '<'}{line.high}"
        found.append((line.grade, low + high))
    return found


# --- lines of a score -------------------------------------------------------------------------


def test_falling_lines() -> None:
    assert _lines("{A: '>= 80', B: '> 60.5', C: else}") == [
        ("A", ">=80"),
        ("B", ">60.5000"),
        ("C", ""),
    ]
    assert _lines("{A: '> 80', B: '>= 80', C: else}") == [("A", ">80"), ("B", ">=80"), ("C", "")]


def test_rising_lines() -> None:
    assert _lines("{A: '<= 10', B: '< 60', C: else}") == [("A", "<=10"), ("B", "<60"), ("C", "")]


def test_intervals_that_cover_everything_need_no_else() -> None:
    assert _lines("{A: '>= 90', B: '[70, 90)', C: '< 70'}") == [
        ("A", ">=90"),
        ("B", ">=70<90"),
        ("C", "<70"),
    ]
    assert _lines("{A: '(60, 80]', B: '> 80', C: '<= 60'}") == [
        ("A", ">60<=80"),
        ("B", ">80"),
        ("C", "<=60"),
    ]


def test_limits_of_the_score_end_the_intervals() -> None:
    limits = "at_least: 0\nat_most: 100\n"
    assert len(_lines("{A: '[60, 100]', B: '[0, 60)'}", limits)) == 2
    # Scores have four decimals: between 59.9999 and 60 there is none.
    assert len(_lines("{A: '[60, 100]', B: '[0, 59.9999]'}", limits)) == 2


def test_lines_may_have_units_of_amount_and_signs() -> None:
    assert _lines("{A: '>= 1.5 wan', B: '> -10', C: else}") == [
        ("A", ">=15000.0000"),
        ("B", ">-10"),
        ("C", ""),
    ]


@pytest.mark.parametrize(
    ("grades", "says", "at", "mend"),
    [
        (
            "{A: '>= 5', B: '>= 5', C: else}",
            "“B” can never be reached",
            "'>= 5', C",
            "highest down",
        ),
        ("{A: '>= 5', B: '> 5', C: else}", "“B” can never be reached", "'> 5'", ""),
        ("{A: '<= 5', B: '< 5', C: else}", "not above 5", "'< 5'", "lowest up"),
        ("{A: '>= 5', B: '< 5'}", "counts the other way", "'< 5'", "“else”"),
        ("{A: '>= 5', B: '>= 3'}", "must be “when: else”", "{A", ""),
        ("{A: '>= 5', B: else, C: else}", "must be “when: else”", "{A", ""),
        ("{A: else, B: '>= 5'}", "never reached", "'>= 5'", "“else” last"),
        ("{A: '= 5', B: else}", "not a line of a score", "'= 5'", "[70, 80)"),
        ("{A: '>= orders', B: else}", "not a line of a score", "'>= orders'", ""),
        ("{A: '>= true', B: else}", "not a line of a score", "'>= true'", ""),
        ("{A: '[5, x)', B: else}", "not a line of a score", "'[5, x)'", ""),
        ("{A: '[9, 5]', B: else}", "no score is within", "'[9, 5]'", "smaller end"),
        ("{A: '(5, 5]', B: else}", "no score is within", "'(5, 5]'", ""),
        ("{A: [1, 2], B: else}", "needs a single value", "[1, 2]", ""),
        ("{A: {name: {en: A, zh: 甲}}, B: else}", "lacks “when”", "A:", "when"),
        ("{A: '[80, 90]', B: '[60, 80]', C: else}", "80 belongs to “A” and to “B”", "'[60", ""),
        ("{A: '>= 80', B: '[60, 100)', C: else}", "90 belongs to “A” and to “B”", "'[60", ""),
        ("{A: '>= 80', B: '[60, 79]', C: '< 60'}", "79.5 has no grade", "'>= 80'", "“[70, 80)”"),
        ("{A: '> 80', B: '[60, 80)', C: '< 60'}", "80 has no grade", "'> 80'", ""),
        ("{A: '[80, 100]', B: '< 80'}", "101 has no grade", "'[80, 100]'", "“else”"),
        ("{A: '[80, 100)', B: '< 80'}", "100 has no grade", "'[80, 100)'", ""),
        ("{A: '>= 80', B: '[60, 80)'}", "59 has no grade", "'[60, 80)'", ""),
        ("{A: '>= 80', B: '(60, 80)'}", "60 has no grade", "'(60, 80)'", ""),
    ],
)
def test_what_is_wrong_with_lines(grades: str, says: str, at: str, mend: str) -> None:
    assert told(_by_score(grades), says, at, mend).severity == "error"


def test_a_gap_that_falls_to_else_is_a_warning() -> None:
    body = _by_score("{A: '[80, 100]', B: '[60, 79]', C: else}")
    found = told(body, "79.5 is between two grades, and falls to “C”", "'[80")
    assert found.severity == "warning"


@given(
    edges=st.lists(st.integers(-50, 50), min_size=2, max_size=6, unique=True),
    closed=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_intervals_side_by_side_have_neither_gap_nor_overlap(
    edges: list[int], closed: list[bool]
) -> None:
    edges = sorted(edges)
    below = f"< {edges[0]}" if closed[0] else f"<= {edges[0]}"
    words = [below]
    for i, (low, high) in enumerate(pairwise(edges)):
        words.append(f"{'[' if closed[i] else '('}{low}, {high}{')' if closed[i + 1] else ']'}")
    words.append(f">{'=' if closed[len(edges) - 1] else ''} {edges[-1]}")
    grades = "{" + ", ".join(f"G{n}: '{word}'" for n, word in enumerate(words)) + "}"
    assert problems_of(_by_score(grades)) == ()
    # Without one of those inside there is exactly one gap, told by a score within it.
    lacking = "{" + ", ".join(f"G{n}: '{w}'" for n, w in enumerate(words) if n != 1) + "}"
    told_of = [p.what.en for p in problems_of(_by_score(lacking))]
    if len(words) > 3:
        (one,) = told_of
        example = Decimal(one.removeprefix("a score of ").split(" ")[0])
        assert edges[0] <= example <= edges[1]
        assert "has no grade" in one


# --- entries of grades ------------------------------------------------------------------------


def test_a_grade_may_be_what_decides_it_alone() -> None:
    short = scheme_of(_by_score("{A: '>= 5', B: else}"))
    long = scheme_of(_by_score("{A: {when: '>= 5'}, B: {when: else}}"))
    assert short.grades == long.grades
    assert short.decision == long.decision
    assert short.grades[0].name.zh == "A"
    assert short.grades[0].tone == "A"
    assert short.grades[0].place is not None
    assert short.grades[0].place.column == 17


def test_only_a_long_code_without_a_name_is_told() -> None:
    assert problems_of(_by_score("{one: '>= 5', two: else}")) == ()
    found = told(_by_score("{very_good: '>= 5', two: else}"), "has no name", "very_good", "{en:")
    assert found.severity == "warning"


@pytest.mark.parametrize(
    "body",
    [
        _by_score("{A: '>= 5', none: {when: else, reason: no_class}}"),
        "grade_by: conditions\ngrades: {A: orders > 5, none: {when: else, reason: no_class}}\n",
        "grade_by: rank of revenue\nties: up\n"
        "grades: {A: first 5, none: {when: else, reason: no_class}}\n",
        "grade_by: share of revenue\n"
        "grades: {A: first 50 %, none: {when: else, reason: no_class}}\n",
    ],
)
def test_an_entry_may_mean_no_grade(body: str) -> None:
    first, none = scheme_of(body).grades
    assert first.reason is None
    assert none.reason == "no_class"
    assert none.tone is None


@pytest.mark.parametrize(
    ("grades", "says", "at", "mend"),
    [
        (
            "{A: '> 5', n: {when: else, reason: no_clas}}",
            "no reason “no_clas”",
            "no_clas",
            "no_class",
        ),
        (
            "{A: '> 5', n: {when: else, reason: no_class, name: {en: N, zh: 无}}}",
            "has no “name”",
            "name: {en: N",
            "reasons",
        ),
        ("{A: '> 5', n: {when: else, reason: no_class, tone: D}}", "has no “tone”", "tone", ""),
        ("{A: '> 5', else: else}", "“else” cannot name a grade", "else:", ""),
        ("{name: '> 5', B: else}", "“name” cannot name a grade", "name: '", ""),
        ("{A: {when: '> 5', tones: A}, B: else}", "no “tones”", "tones", "“tone”"),
        ("{A: {when: '> 5', tone: E}, B: else}", "not possible for “tone”", "E}", "S, A, B"),
        ("{}", "lacks “grades”", "name: {en: S", ""),
    ],
)
def test_what_is_wrong_with_entries(grades: str, says: str, at: str, mend: str) -> None:
    if grades == "{}":
        assert any(says in p.what.en for p in problems_of(_by_score(grades)))
    else:
        told(_by_score(grades), says, at, mend)


def test_sixty_grades_are_the_most() -> None:
    lines = ", ".join(f"G{n}: '>= {-n}'" for n in range(60))
    told(_by_score("{" + lines + ", Z: else}"), "61 grades", "{G0")
    lines = ", ".join(f"G{n}: '>= {-n}'" for n in range(59))
    assert len(scheme_of(_by_score("{" + lines + ", Z: else}")).grades) == 60


# --- ranks and shares -------------------------------------------------------------------------


def test_shares_of_all_by_rank() -> None:
    scheme = scheme_of(
        SCORE + "grade_by: rank of score\nties: up\nrounding: half up\n"
        "grades: {A: first 10 %, B: first 32.5%, C: else}\n"
    )
    assert scheme.decision == RankOfAll(
        parse("score"),
        (
            RankLine("A", Fraction(1, 10), None),
            RankLine("B", Fraction(13, 40), None),
            RankLine("C", None, None),
        ),
        "up",
        "half up",
    )


def test_fixed_sizes_by_rank_need_no_rounding() -> None:
    scheme = scheme_of(
        "grade_by: rank of revenue / orders\nties: down\ngrades: {A: first 20, B: else}\n"
    )
    assert isinstance(scheme.decision, RankOfAll)
    assert scheme.decision.lines[0] == RankLine("A", None, 20)
    assert scheme.decision.ties == "down"
    assert not scheme.scored


def test_a_share_of_a_total() -> None:
    decision = scheme_of("grade_by: share of revenue\ngrades: {A: first 80 %, B: else}\n").decision
    assert decision == ShareOfTotal(parse("revenue"), (("A", Fraction(4, 5)), ("B", None)))


RANK = "grade_by: rank of revenue\n"


@pytest.mark.parametrize(
    ("body", "says", "at", "mend"),
    [
        (RANK + "grades: {A: first 5, B: else}", "needs “ties”", "grade_by", "ties: up"),
        (
            RANK + "ties: up\ngrades: {A: first 5 %, B: else}",
            "needs “rounding”",
            "grade_by",
            "half up",
        ),
        (
            RANK + "ties: up\nrounding: up\ngrades: {A: first 5, B: else}",
            "only a share of all is rounded",
            "rounding",
            "Remove",
        ),
        (RANK + "ties: both\ngrades: {A: first 5, B: else}", "not possible", "both", "up, down"),
        (
            RANK + "ties: up\nrounding: banker\ngrades: {A: first 5 %, B: else}",
            "not possible",
            "banker",
            "half up",
        ),
        (
            RANK + "ties: up\ngrades: {A: first 5, B: first 5, C: else}",
            "not reach further",
            "first 5, C",
            "first 20",
        ),
        (RANK + "ties: up\ngrades: {A: first 0, B: else}", "not reach further", "first 0", ""),
        (RANK + "ties: up\ngrades: {A: top 5, B: else}", "not reach further", "top 5", ""),
        (RANK + "ties: up\ngrades: {A: first 5}", "must be “when: else”", "{A", ""),
        (
            "grade_by: rank of country\nties: up\ngrades: {A: first 5, B: else}",
            "this gives text",
            "country",
            "",
        ),
        (
            "grade_by: share of country\ngrades: {A: first 5 %, B: else}",
            "this gives text",
            "country",
            "",
        ),
        ("grade_by: share of revenue\ngrades: {A: first 5, B: else}", "not a share", "first 5", ""),
        (
            "grade_by: share of revenue\nties: up\ngrades: {A: first 5 %, B: else}",
            "goes with “rank of”",
            "ties",
            "Remove",
        ),
        (
            "grade_by: rank of score\nties: up\ngrades: {A: first 5, B: else}",
            "“score” is not known",
            "score",
            "",
        ),
        ("grade_by: ranks of revenue\ngrades: {A: else}", "no way to grade", "ranks", "rank of X"),
    ],
)
def test_what_is_wrong_with_ranks(body: str, says: str, at: str, mend: str) -> None:
    told(body, says, at, mend)


# --- conditions, values, grids ----------------------------------------------------------------


def test_conditions_see_points_scores_and_learned_values() -> None:
    scheme = scheme_of(
        "learn: {best: {largest: revenue, name: {en: B, zh: 佳}}}\n"
        + SCORE
        + "score: points * 2\ngrade_by: conditions\n"
        "grades: {A: score > 5 and points.orders > 2 and revenue > best / 2, B: else}\n"
    )
    assert isinstance(scheme.decision, Conditions)
    told(
        SCORE + "grade_by: conditions\ngrades: {A: points.order > 5, B: else}\n",
        "“points.order” is not known",
        "points.order >",
        "“points.orders”",
    )


def test_a_text_of_points_leaves_no_score() -> None:
    body = SCORE + "score_text: points\ngrade_by: conditions\ngrades: {A: %s > 5, B: else}\n"
    assert not scheme_of(body % "points").scored
    told(body % "score", "“score” is not known", "score > 5")


def test_open_classes() -> None:
    assert scheme_of("grade_by: value of country\n").decision == Categories(parse("country"))
    told(
        "grade_by: value of country\ngrades: {A: else}\n",
        "there are no “grades”",
        "grades:",
        "Remove",
    )


GRID = """
indicators:
  P: {value: orders, bands: ["> 9: 9", "> 5: 5", "else: 1"], name: {en: P, zh: 潜}}
  F: {value: revenue, halves: higher is better}
grade_by: grid of P and F
"""


def test_a_grid_of_bands_and_ranks() -> None:
    decision = scheme_of(GRID + 'grades: {G: ["P 5-9, F 1-2"], H: "P 1, F 1-2"}\n').decision
    assert isinstance(decision, Grid)
    assert decision.cells == {
        (5, 1): "G",
        (5, 2): "G",
        (9, 1): "G",
        (9, 2): "G",
        (1, 1): "H",
        (1, 2): "H",
    }


@pytest.mark.parametrize(
    ("body", "says", "at", "mend"),
    [
        (GRID + "grades: {G: ['P 5-9, F 1-2'], H: 'P 1, F 1'}", "P 1, F 2 has no grade", "{G", ""),
        (
            GRID + "grades: {G: ['P 5-9, F 1-2'], H: ['P 1, F 1-2', 'P 4, F 1']}",
            "no cell P 4",
            "'P 4",
            "“P” has 1, 5, 9",
        ),
        (
            GRID + "grades: {G: ['P 5-9, F 1-2'], H: ['P 1, F 1-2', 'P 5, F 2']}",
            "belongs to “G” and to “H”",
            "'P 5, F 2'",
            "one of them",
        ),
        (
            GRID.replace("else: 1", "else: 1.5") + "grades: {G: 'P 1, F 1'}",
            "no indicator with whole points",
            "grid of",
            "F",
        ),
        (
            GRID.replace("else: 1", "else: -1") + "grades: {G: 'P 1, F 1'}",
            "no indicator with whole points",
            "grid of",
            "",
        ),
    ],
)
def test_what_is_wrong_with_grids(body: str, says: str, at: str, mend: str) -> None:
    told(body, says, at, mend)


def test_a_mistake_in_an_indicator_of_a_grid_is_told_once() -> None:
    broken = GRID.replace("> 5: 5", "> ordrs: 5")
    body = broken + 'grades: {G: ["P 5-9, F 1-2"], H: "P 1, F 1-2"}\n'
    assert [p.what.en for p in problems_of(body)] == ["“ordrs” is not known here"]


def test_what_an_unknown_value_earns_is_a_row_of_the_grid() -> None:
    grid = GRID.replace('"else: 1"]', '"else: 1"], if_unknown: zero')
    told(grid + 'grades: {G: ["P 5-9, F 1-2"], H: "P 1, F 1-2"}\n', "P 0, F 1 has no grade", "{G")
    assert scheme_of(grid + 'grades: {G: ["P 5-9, F 1-2"], H: "P 0-1, F 1-2"}\n')


# --- rules ------------------------------------------------------------------------------------

THREE = _by_score("{A: '>= 5', B: '>= 3', C: {when: '>= 0'}, n: {when: else, reason: no_class}}")


def test_each_effect_of_a_rule() -> None:
    scheme = scheme_of(
        THREE
        + """
rules:
  theft: {when: rate > 3, grade: C, name: {en: Theft, zh: 窃电}}
  debt: {when: revenue < 0, no_grade: not_active, name: {en: Debt, zh: 欠费}}
  cap: {when: silent > 30 and score > 1 and points.orders > 2, at_most: B, name: {en: C, zh: 限}}
  floor: {when: country = 'CN', at_least: B, name: {en: F, zh: 保}}
"""
    )
    assert [(r.id, r.grade, r.no_grade, r.at_most, r.at_least) for r in scheme.rules] == [
        ("theft", "C", None, None, None),
        ("debt", None, "not_active", None, None),
        ("cap", None, None, "B", None),
        ("floor", None, None, None, "B"),
    ]
    assert scheme.rules[0].when == parse("rate > 3")
    assert scheme.rules[0].place.line + 1 == scheme.rules[1].place.line


@pytest.mark.parametrize(
    ("rule", "says", "at", "mend"),
    [
        ("{when: rate > 3}", "exactly one of", "r:", "two rules"),
        ("{when: rate > 3, grade: A, at_most: B}", "exactly one of", "r:", ""),
        ("{grade: A}", "lacks “when”", "r:", ""),
        ("{when: rate, grade: A}", "not yes or no", "rate", ""),
        ("{when: rat > 3, grade: A}", "“rat” is not known", "rat >", "“rate”"),
        ("{when: rate > 3, grade: a}", "no grade “a”", "a}", "“A”"),
        ("{when: rate > 3, at_most: n}", "stands for no grade", "n}", "no_grade"),
        ("{when: rate > 3, no_grade: A}", "no reason “A”", "A}", "reasons"),
        ("{when: rate > 3, at_mst: B}", "no “at_mst”", "at_mst", "“at_most”"),
        ("5", "needs named values", "r:", ""),
    ],
)
def test_what_is_wrong_with_a_rule(rule: str, says: str, at: str, mend: str) -> None:
    told(f"{THREE}rules:\n  r: {rule}\n", says, at, mend)


def test_rules_of_open_classes_have_no_order() -> None:
    body = (
        "grade_by: value of country\nrules:\n  r: {when: orders = 0, %s, name: {en: R, zh: 则}}\n"
    )
    assert scheme_of(body % "grade: none").rules[0].grade == "none"
    told(body % "at_most: CN", "no order", "at_most", "“grade”")


def test_a_rule_without_a_name_is_told_and_works() -> None:
    body = f"{THREE}rules:\n  no_rise: {{when: rate > 3, at_most: B}}\n"
    found = told(body, "“no_rise” has no name", "no_rise")
    assert found.severity == "warning"
    standard, _ = read(document_of(body))
    assert standard.schemes["s"].rules[0].name.zh == "no rise"


def test_fifty_rules_are_the_most() -> None:
    rules = "".join(
        f"  r{n}: {{when: rate > {n}, at_most: B, name: {{en: R, zh: 则}}}}\n" for n in range(51)
    )
    told(f"{THREE}rules:\n{rules}", "51 rules", "r0")
