"""The library is found from its files; of several editions the one in force is taken."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.errors import StandardError
from kefen.domain.text import Text
from kefen.standards.editions import Editions
from kefen.standards.library import Outline, bundled_outlines, outline, outlines_in
from kefen.standards.reader import bundled_names, bundled_text

DAYS = st.dates(date(2000, 1, 1), date(2002, 12, 31))


def edition(version: int, first: date | None, last: date | None) -> Outline:
    return Outline(
        id="ours",
        version=version,
        name=Text.same("Ours"),
        description=Text("", ""),
        valid_from=first,
        valid_until=last,
        trade=None,
        origin="",
        source=f"ours-{version}.yaml",
        path=None,
    )


def test_the_library_is_its_files_the_default_first() -> None:
    import kefen.standards.reader

    folder = Path(str(kefen.standards.reader.__file__)).parent / "bundled"
    assert set(bundled_names()) == {path.stem for path in folder.glob("*.yaml")}
    assert bundled_names()[0] == "default"


@pytest.mark.parametrize("one", bundled_outlines(), ids=lambda one: one.source)
def test_every_standard_of_the_library_says_what_it_is(one: Outline) -> None:
    assert one.readable
    assert f"{one.id}.yaml" == one.source
    assert one.version
    assert re.search("[\u4e00-\u9fff]", one.name.zh)
    assert one.origin, "its first comment says where it comes from"
    if one.id != "default":
        assert one.trade is not None, "write “# Trade: English / 中文” into the first comment"
        assert re.search("[\u4e00-\u9fff]", one.trade.zh)
        assert not re.search("[\u4e00-\u9fff]", one.trade.en)


def test_codes_of_the_library_are_unlike() -> None:
    codes = [one.id for one in bundled_outlines()]
    assert len(set(codes)) == len(codes)


def test_an_outline_says_what_stands_before_the_metrics(tmp_path: Path) -> None:
    text = (
        "# yaml-language-server: $schema=x.json\n# Trade: shops / 商店\n# From the paper.\n"
        "standard: ours\nversion: 3\nname: {en: Ours, zh: 我们的}\nvalid_from: 2026-01-01\n"
    )
    one = outline(text, "ours.yaml")
    assert (one.id, one.version, one.name.zh) == ("ours", 3, "我们的")
    assert one.trade == Text("shops", "商店")
    assert one.origin == "From the paper."
    assert (one.valid_from, one.valid_until) == (date(2026, 1, 1), None)
    (tmp_path / "gb.yaml").write_bytes(text.encode("gb18030"))
    (tmp_path / "bad.yaml").write_text("standard: bad\nname: [\n")
    (tmp_path / ".hidden.yaml").write_text("standard: hidden\n")
    found = {one.source: one for one in outlines_in(tmp_path)}
    assert set(found) == {"gb.yaml", "bad.yaml"}
    assert found["gb.yaml"].id == "ours"
    assert found["bad.yaml"].id == "bad"
    assert not found["bad.yaml"].readable
    assert outlines_in(tmp_path / "nowhere") == ()


@given(st.lists(DAYS, min_size=1, max_size=5, unique=True), DAYS)
def test_editions_that_follow_each_other_hold_one_a_day(starts: list[date], day: date) -> None:
    ordered = sorted(starts)
    ends = [start - timedelta(days=1) for start in ordered[1:]]
    outlines = tuple(
        edition(version, start, end)
        for version, (start, end) in enumerate(zip(ordered, [*ends, None], strict=True), 1)
    )
    found = Editions.of_code("ours", outlines)
    in_force = [one for one in found.outlines if one.is_in_force(day)]
    assert len(in_force) == (day >= ordered[0])
    assert found.newest.valid_from == ordered[-1]
    if not in_force:
        with pytest.raises(StandardError, match="No edition"):
            found.on(day)


@given(DAYS, DAYS, DAYS, DAYS)
def test_two_editions_share_no_day_or_are_refused(a: date, b: date, c: date, d: date) -> None:
    one, other = edition(1, *sorted((a, b))), edition(2, *sorted((c, d)))
    shared = any(
        one.is_in_force(day) and other.is_in_force(day) for day in (a, b, c, d)
    )  # of two spans that meet, one begins within the other
    if not shared:
        assert len(Editions.of_code("ours", (one, other)).outlines) == 2
        return
    with pytest.raises(StandardError) as refused:
        Editions.of_code("ours", (other, one))
    assert "ours-1.yaml" in refused.value.what.en
    assert "ours-2.yaml" in refused.value.what.zh


def test_texts_of_the_library_are_found_by_name() -> None:
    for name in bundled_names():
        assert re.search(r"^standard: ", bundled_text(name), re.MULTILINE)
