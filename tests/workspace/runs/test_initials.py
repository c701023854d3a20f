"""Pinyin initials: what people type to find a Chinese name."""

from __future__ import annotations

import pytest

from kefen.workspace.runs.initials import initials_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("衡川精工装备（苏州）有限公司", "hcjgzbszyxgs"),
        ("重庆长安汽车", "cqcaqc"),
        ("上海3M中国", "sh3mzg"),
        ("Lantern & Sons", ""),
        ("", ""),
    ],
)
def test_a_name_is_found_by_its_initials(name, initials):
    assert initials_of(name) == initials
