"""The reference of the Python API holds every name, in both languages."""

from __future__ import annotations

import runpy
from itertools import pairwise

from documentation_pages import DOCS

MODULE = runpy.run_path(str(DOCS / "python_api.py"))


def test_every_name_is_told_in_chinese_and_no_other() -> None:
    assert set(MODULE["CHINESE"]) == set(MODULE["public_names"]())


def test_every_argument_result_and_error_is_told_in_chinese_and_no_other() -> None:
    told = {
        words
        for name in MODULE["public_names"]()
        for _, _, words in MODULE["sections"](MODULE["docstring_of"](name))
    }
    assert told == set(MODULE["WORDS"])


def test_every_name_has_a_docstring() -> None:
    lines = list(MODULE["reference"]("en"))
    for name in MODULE["public_names"]():
        assert f"### `{name}`" in lines
    assert not any(first == "```text" and second == "" for first, second in pairwise(lines))
