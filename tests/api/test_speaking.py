"""Errors tell a caller in Python its arguments, and nobody else."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import kefen
from kefen.api.speaking import in_python
from kefen.domain.errors import KefenError
from kefen.domain.text import Text

LINE = {"order_id": "1", "customer_id": "7", "ordered_at": "2026-01-05", "amount": 5}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Give it with --as-of 2026-10-31.", 'Give it with as_of="2026-10-31".'),
        ("请改用 --engine duckdb，结果相同。", '请改用 engine="duckdb"，结果相同。'),
        ("Allow more with --max-rejected.", "Allow more with max_rejected."),
        ("Add --overwrite.", "Add overwrite=True."),
        ("`kefen doctor --fix` removes it.", "`kefen doctor --fix` removes it."),
        (
            "Give the directory that kefen grade --out wrote.",
            "Give the directory that kefen grade --out wrote.",
        ),
        ("Leave --timeout (in Python: timeout).", "Leave --timeout (in Python: timeout)."),
    ],
)
def test_options_become_arguments_and_commands_stay(said: str, told: str) -> None:
    assert in_python(Text.same(said)).en == told


def test_a_folder_is_called_so_in_both_languages() -> None:
    text = in_python(Text("Choose another --out.", "请换一个 --out。"))
    assert (text.en, text.zh) == ("Choose another folder.", "请换一个 目录。")


def test_what_a_call_is_told_names_arguments_that_it_has(tmp_path: Path) -> None:
    with kefen.grade(orders=[LINE], as_of="2026-01-31") as result:
        result.write(tmp_path / "run")
        calls = {
            kefen.grade: lambda: kefen.grade(customers=[{"customer_id": "7"}]),
            result.write: lambda: result.write(tmp_path / "run"),
        }
        for function, call in calls.items():
            with pytest.raises(KefenError) as refused:
                call()
            for language in ("en", "zh"):
                assert "--" not in refused.value.in_language(language)
            arguments = re.findall(r"[a-z_]+(?==)", str(refused.value))
            assert arguments
            assert set(arguments) <= set(inspect.signature(function).parameters)
