"""A grade is compared by the order of its scheme's grades, never as a text."""

from __future__ import annotations

import pytest

from kefen.expressions.evaluator import evaluate
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.standards.grade_order import compared_by_rank
from kefen.standards.reader import examine_standard

GRADES = {"member": ("platinum", "gold", "silver"), "trade": ()}
DOCUMENT = """\
standard: order
version: 1
name: {{en: Order, zh: 次序}}
metrics:
  nights: {{name: {{en: Nights, zh: 晚}}, count: purchases, over: all time}}
schemes:
  member:
    name: {{en: Member, zh: 会员}}
    score: nights
    grade_by: score
    grades: {{platinum: ">= 50", gold: ">= 25", silver: else}}
  lounge:
    name: {{en: Lounge, zh: 休息室}}
    grade_by: conditions
    grades: {{in: "{condition}", out: else}}
"""


@pytest.mark.parametrize(
    ("words", "holding"),
    [
        ("member >= 'gold'", {"platinum", "gold"}),
        ("member > 'gold'", {"platinum"}),
        ("member < 'gold'", {"silver"}),
        ("member <= 'gold'", {"gold", "silver"}),
        ("'gold' <= member", {"platinum", "gold"}),
        ("'gold' > member", {"silver"}),
        ("member > 'platinum'", set()),
        ("not (member < 'silver')", {"platinum", "gold", "silver"}),
    ],
)
def test_higher_follows_the_order_of_the_grades(words: str, holding: set[str]) -> None:
    tree = compared_by_rank(parse(words), GRADES)
    assert {g for g in GRADES["member"] if evaluate(tree, {"member": g}) is True} == holding
    assert evaluate(tree, {"member": None}) is not True or words.startswith("not")


@pytest.mark.parametrize(
    ("words", "what", "mend"),
    [
        ("member >= 'gld'", "“member” has no grade “gld”", "Did you mean “gold”?"),
        ("member = 'gld'", "“member” has no grade “gld”", "Did you mean “gold”?"),
        ("member in ('gold', 'god')", "“member” has no grade “god”", "Did you mean “gold”?"),
        ("trade >= 'x'", "the classes of “trade” have no order", "Its grades: -."),
        (
            "member >= trade",
            "a grade of “member” can be higher or lower than one of its own grades only",
            "Write a grade in quotes, such as “member >= 'platinum'”.",
        ),
    ],
)
def test_what_has_no_order_is_refused(words: str, what: str, mend: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compared_by_rank(parse(words), GRADES)
    assert refused.value.what.en == what
    assert refused.value.mend.en == mend
    assert words[refused.value.at :].strip("')").startswith(words.split()[-1].strip("')"))


def test_a_standard_may_ask_for_a_grade_or_higher() -> None:
    standard, problems = examine_standard(DOCUMENT.format(condition="member >= 'gold'"), "x.yaml")
    assert standard is not None, problems
    _, problems = examine_standard(DOCUMENT.format(condition="member >= 'gld'"), "x.yaml")
    assert [(p.place.line, p.what.en) for p in problems if p.severity == "error"] == [
        (15, "“member” has no grade “gld”")
    ]
