"""Names compared: order, spelling, scripts, legal forms; and what the score says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.methods.screening import NameIndex, name_form

LISTED = (
    "BIN LADIN, Usama",
    "AL QAIDA",
    "DERIPASKA, Oleg Vladimirovich",
    "فيصل صديقي",
    "BANCO NACIONAL DE CUBA",
    "WANG, Jie",
    "SMITH, Robert",
    "ANGLO-CARIBBEAN CO., LTD.",
    "O'NEIL TRADING S.A.L.",
)


def found(name: str, threshold: float = 85) -> list[str]:
    index = NameIndex(threshold).fit(LISTED)
    return [LISTED[c.listed] for c in index.candidates([name])]


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Usama bin Ladin", "BIN LADIN, Usama"),
        ("Osama Bin Laden", "BIN LADIN, Usama"),
        ("alqaida", "AL QAIDA"),
        ("Al-Qa'ida", "AL QAIDA"),
        ("Олег Дерипаска", "DERIPASKA, Oleg Vladimirovich"),
        ("Faisal Siddiqi", "فيصل صديقي"),
        ("Banco Nacionel de Cuba", "BANCO NACIONAL DE CUBA"),
        ("王杰", "WANG, Jie"),
        ("Bob Smith", "SMITH, Robert"),
        ("Anglo Caribbean Limited", "ANGLO-CARIBBEAN CO., LTD."),
        ("ONEIL TRADING", "O'NEIL TRADING S.A.L."),
    ],
)
def test_names_are_found_turned_round_misspelt_and_in_other_scripts(name: str, listed: str) -> None:
    assert listed in found(name)


@pytest.mark.parametrize(
    "name", ["Acme Tools Ltd", "Marie Dubois", "李娜", "株式会社", "", "…", "&"]
)
def test_other_names_are_not(name: str) -> None:
    assert found(name) == []


def test_what_differed_is_said() -> None:
    index = NameIndex(80).fit(LISTED)
    (candidate,) = index.candidates(["Oleg Deripasko"])
    comparison = candidate.comparison
    assert comparison.only_listed == ("vladimirovich",)
    assert comparison.only_ours == ()
    assert {(p.ours, p.listed) for p in comparison.pairs} == {
        ("oleg", "oleg"),
        ("deripasko", "deripaska"),
    }
    assert comparison.score == max(
        comparison.by_tokens, comparison.by_letters, comparison.by_consonants
    )


def test_chinese_names_are_surname_and_given_name_and_compound_surnames_stay_whole() -> None:
    assert name_form("欧阳娜娜").tokens == ("ouyang", "nana")
    assert name_form("李小龙").tokens == ("li", "xiaolong")
    assert "you" not in name_form("华为技术有限公司").tokens


def test_legal_forms_and_titles_are_left_out_unless_nothing_else_is_there() -> None:
    assert name_form("Mr. Smith & Co. Ltd.").tokens == ("smith",)
    assert name_form("The Company").tokens == ("the", "company")


def test_a_threshold_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="70 to 100"):
        NameIndex(50)


@given(name=st.text(max_size=30))
def test_any_text_has_a_form_and_is_like_itself(name: str) -> None:
    form = name_form(name)
    assert "".join(form.tokens) == form.compact
    if form.tokens:
        index = NameIndex(85).fit([name, *LISTED])
        best = max(c.comparison.score for c in index.candidates([name]))
        assert best >= 99.9


@given(names=st.lists(st.sampled_from([*LISTED, "Oleg Deripaska", "Smith"]), max_size=6))
def test_each_name_is_found_alike_whatever_is_asked_beside_it(names: list[str]) -> None:
    index = NameIndex(85).fit(LISTED)
    together = [(names[c.ours], c.listed, c.comparison.score) for c in index.candidates(names)]
    alone = [
        (name, c.listed, c.comparison.score) for name in names for c in index.candidates([name])
    ]
    assert together == alone
