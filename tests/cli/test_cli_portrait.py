"""`kefen portrait` on a company too small for one, and on calls that make no sense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def results(call, company, tmp_path: Path) -> Path:
    out = tmp_path / "results"
    answer = call(
        *("grade", *company.options, "--as-of", "2025-12-31", "--no-report", "--out", out)
    )
    assert answer.code == 0, answer.err
    return out


def test_small_classes_say_that_they_have_no_portrait(call, results: Path) -> None:
    answer = call("portrait", "--run", results)
    assert answer.code == 0
    assert "fewer than 20" in answer.out
    told = json.loads(call("portrait", "--run", results, "--scheme", "abc", "--json").out)
    assert {one["grade"] for one in told["classes"]} == {"A", "B", "C"}
    assert all(one["not_drawn"] and not one["traits"] for one in told["classes"])
    assert "不作画像" in call("portrait", "--run", results, "--lang", "zh").out


def test_one_customer_among_few(call, results: Path) -> None:
    answer = call("portrait", "007", "--run", results)
    assert answer.code == 0
    assert "only 3 other customers to compare with" in answer.out
    told = json.loads(call("portrait", "007", "--run", results, "--json").out)
    assert (told["customer_id"], told["others"], told["text"]) == ("007", 3, [])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["7"], 2, "no customer"),
        (["007", "--scheme", "abc"], 2, "of a customer or of classes"),
        (["--scheme", "nothing"], 2, "nothing"),
        (["--scheme", "abc", "--grade", "Z"], 2, "no grade “Z”"),
        (["--scheme", "rfm", "--grade", "at_risk"], 2, "No customer is “at_risk”"),
        (["--scheme", "satisfaction"], 2, "was not run"),
    ],
)
def test_calls_that_make_no_sense(
    call, results: Path, words: list[str], code: int, said: str
) -> None:
    answer = call("portrait", *words, "--run", results)
    assert answer.code == code
    assert said in answer.err
