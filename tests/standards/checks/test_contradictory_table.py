"""A published table that contradicts itself is refused, with each contradiction at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefen.standards.problems import Problem, StandardProblemsError
from kefen.standards.reader import examine_standard, read_standard

TABLE = Path(__file__).with_name("contradictory.yaml")
WRITTEN = TABLE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def problems() -> tuple[Problem, ...]:
    return examine_standard(WRITTEN, TABLE.name)[1]


def line_of(words: str) -> int:
    """Return the one line of the document that holds these words."""
    (line,) = [n for n, text in enumerate(WRITTEN.splitlines(), 1) if words in text]
    return line


CONTRADICTIONS = {
    "longer trading earns less": (
        "> 12 months: 1",
        "“months_trading”: higher is said to be better, but “< 12 months” gives 2 "
        "and the higher “> 12 months” gives 1",
    ),
    "a year exactly has no band": (
        "< 12 months: 2",
        "“months_trading”: no band has 12, between “< 12 months” and “> 12 months”",
    ),
    "50,000 exactly has no band": (
        "< 50 thousand: 1",
        "“traded”: no band has 50,000, between “< 50 thousand” and “> 50 thousand”",
    ),
    "arrears overlap": (
        "< 50 thousand: 2",
        "“arrears”: 40,000 falls in “[30 thousand, 50 thousand]” with 3 "
        "and in “< 50 thousand” with 2",
    ),
    "more arrears earn more": (
        "[30 thousand, 50 thousand]: 3",
        "“arrears”: lower is said to be better, but “< 50 thousand” gives 2 "
        "and the higher “[30 thousand, 50 thousand]” gives 3",
    ),
    "amounts and counts in one item": (
        ">= 2 times: 4",
        "“arrears” mixes units: its value is money, and “>= 2 times” is not",
    ),
    "the count stands where an amount is": (
        ">= 2 times: 4",
        "a plain number cannot be compared with money",
    ),
    "the items miss the full mark, judgement included": (
        "out_of: 90",
        "the stated total is 90, but the best possible points are 23: months_trading 2 + traded 2 "
        "+ arrears 4 + bounced 5 + impression 10; 10 of them are by judgement",
    ),
    "the best grade is out of reach": (
        'A: ">= 80"',
        "“A” is never reached: it begins at 80, and the score is 23 at most",
    ),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_each_contradiction_is_an_error_at_its_line(
    case: str, problems: tuple[Problem, ...]
) -> None:
    words, what = CONTRADICTIONS[case]
    (found,) = [problem for problem in problems if problem.what.en == what]
    assert (found.severity, found.place.line) == ("error", line_of(words))


def test_nothing_else_is_wrong_with_it(problems: tuple[Problem, ...]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    assert len(errors) == len(CONTRADICTIONS)
    assert not [problem for problem in problems if problem.severity == "warning"]


def test_it_is_refused_naming_every_contradiction() -> None:
    with pytest.raises(StandardProblemsError) as refused:
        read_standard(WRITTEN, TABLE.name)
    said = f"{refused.value.what.en}\n{refused.value.mend.en if refused.value.mend else ''}"
    for _, what in CONTRADICTIONS.values():
        assert what in said


def test_every_finding_is_said_in_both_languages(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        for text in (problem.what, problem.mend):
            assert text.en
            assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
