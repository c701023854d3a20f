"""Public codes: complete, named in both languages, and the same as the reference data."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kefen.domain.code_tables import (
    industries,
    industry_division,
    industry_section,
    place,
    province,
    provinces,
)
from kefen.domain.text import Text


def test_sections_and_divisions_are_complete_and_named_in_both_languages() -> None:
    found = industries()
    assert sum(len(code) == 1 for code in found) == 20
    assert [code[1:] for code in found if len(code) == 3] == [f"{n:02}" for n in range(1, 98)]
    assert len(provinces()) == 34
    for text in (*found.values(), *provinces().values()):
        assert text.en.isascii()
        assert text.en
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)


@pytest.mark.parametrize(
    ("code", "section", "division"),
    [
        ("C2614", "制造业", "化学原料和化学制品制造业"),
        ("C26", "制造业", "化学原料和化学制品制造业"),
        ("C", "制造业", None),
        ("C01", None, None),  # division 01 belongs to section A
        ("C98", None, None),
        ("Retail", None, None),
        ("", None, None),
        ("C261499", None, None),
    ],
)
def test_a_code_is_named_by_its_section_and_division(
    code: str, section: str | None, division: str | None
) -> None:
    named = (industry_section(code), industry_division(code))
    assert tuple(text and text.zh for text in named) == (section, division)


def test_a_region_is_named_by_its_province() -> None:
    found = province("440305")
    assert found is not None
    assert (found.en, found.zh) == ("Guangdong", "广东省")
    assert (province("990000"), province("44"), province("广东")) == (None, None, None)


@pytest.mark.reference
def test_names_are_those_of_the_standards(reference_data: Path) -> None:
    path = reference_data / "gbt4754/gbt4754_2017_industry_codes.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    named = {row["code"]: row["name"] for row in rows if row["level"] in ("门类", "大类")}
    assert {code: text.zh for code, text in industries().items()} == named
    assert all(
        industry_division(row["code"]) for row in rows if row["level"] in ("大类", "中类", "小类")
    )
    table = pq.read_table(reference_data / "china_division/provinces.parquet").to_pylist()
    assert {row["code"]: row["name"] for row in table}.items() <= {
        code: text.zh for code, text in provinces().items()
    }.items()


def test_a_region_is_named_down_to_its_county() -> None:
    found = place("330106")
    assert found == Text("Xihu District, Hangzhou, Zhejiang", "浙江省杭州市西湖区")
    assert place("330100") == Text("Hangzhou, Zhejiang", "浙江省杭州市")
    assert place("330000") == Text("Zhejiang", "浙江省")
    assert place("150100") == Text("Hohhot, Inner Mongolia", "内蒙古自治区呼和浩特市")
    # A county that is not known is named by its city.
    assert place("330199") == place("330100")
    assert (place("990000"), place("44"), place("广东")) == (None, None, None)


@pytest.mark.reference
def test_places_are_those_of_the_reference(reference_data: Path) -> None:
    folder = reference_data / "china_division"
    named = {
        row["code"]: row["name"]
        for name in ("cities", "areas")
        for row in pq.read_table(folder / f"{name}.parquet").to_pylist()
    }
    counties = [code for code in named if len(code) == 6 and named[code] != "市辖区"]
    known = [code for code in counties if (own := place(code)) and own.zh.endswith(named[code])]
    # Development zones, which GB/T 2260 has not, are left out.
    assert len(known) / len(counties) > 0.94
    for text in map(place, known):
        assert text is not None
        assert text.en.isascii() or "ü" in text.en
