"""What is searched within: every part of every text is found, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kefen.workspace.runs.searching import SearchedTexts

texts = st.lists(st.text(alphabet="ab 甲乙é1.*", max_size=8), max_size=12)


def kept(known):
    return SearchedTexts("".join(f"{one}\n" for one in known).encode())


@given(texts, st.text(alphabet="ab 甲乙é1.*", min_size=1, max_size=3))
def test_a_part_is_found_in_every_text_that_has_it_and_in_no_other(known, part):
    searched = kept(known)
    wanted = [place for place, text in enumerate(known) if part in text]
    assert searched.find(part).tolist() == wanted
    assert searched.find(part).tolist() == wanted, "and so it is when it is remembered"
    some = np.arange(0, len(known), 2)
    assert searched.find(part, some).tolist() == [one for one in wanted if one % 2 == 0]


def test_nothing_is_found_across_two_texts_or_by_nothing():
    searched = kept(["one", "two"])
    for part in ("onetwo", "e\nt", ""):
        assert searched.find(part).tolist() == []
    assert kept([]).find("one").tolist() == []


def test_capital_letters_do_not_matter():
    assert kept(["otter gifts"]).find("OTTER").tolist() == [0]
