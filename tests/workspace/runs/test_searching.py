"""What is searched within: every part of every text is found, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kefen.workspace.runs.searching import SearchedTexts

texts = st.lists(st.text(alphabet="ab 甲乙é1\n", max_size=8), max_size=12)


@given(texts, st.text(alphabet="ab 甲乙é1", min_size=1, max_size=3), st.integers(1, 20))
def test_a_part_is_found_in_every_text_that_has_it_and_in_no_other(known, part, most):
    rows = [(f"C{place}é", text) for place, text in enumerate(known)]
    wanted = [number for number, text in rows if part in text.replace("\n", " ")]
    assert SearchedTexts(rows).find(part, most) == wanted[:most]


def test_nothing_is_found_across_two_texts_or_by_nothing():
    kept = SearchedTexts([("A", "one"), ("B", "two")])
    assert kept.find("onetwo", 5) == kept.find("e\nt", 5) == kept.find("", 5) == []
    assert SearchedTexts([]).find("one", 5) == []


def test_capital_letters_do_not_matter():
    assert SearchedTexts([("A", "otter gifts")]).find("OTTER", 5) == ["A"]
