"""Communication style: from the checklist to a style, its confidence and its notice."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

ASSERTIVE = (
    *("voice", "pace", "share of talk", "opinions", "decisions", "disagreement"),
    *("posture", "risk"),
)


def filled(form: Path, answers: dict[str, dict[str, tuple[int, int, int]]]) -> Path:
    """Fill a form: for each observer and customer (assertive, responsive, items left out)."""
    with form.open(encoding="utf-8-sig") as file:
        heading, *lines = csv.reader(file)
    rows = [heading]
    for observer, customers in answers.items():
        for customer, (tells, shows, left_out) in customers.items():
            skipped = 0
            for line in lines:
                if line[0] != customer:
                    continue
                skipped += 1
                if skipped > left_out:
                    value = tells if line[1] in ASSERTIVE else shows
                    rows.append([*line[:4], str(value), "2025-10-01", observer, line[7]])
    target = form.with_name("filled.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_checklist_to_the_style(call, company, tmp_path: Path, language: str) -> None:
    form = tmp_path / "form.csv"
    wanted = [part for name in ("007", "0042", "42", "C4") for part in ("--customer", name)]
    asked = call(
        *("standard", "checklist", "communication-style", *wanted, "--out", form),
        *("--lang", language),
    )
    assert asked.code == 0, asked.err
    judged = filled(
        form,
        {
            "Wang": {"007": (5, 1, 0), "0042": (2, 4, 0), "42": (3, 3, 0), "C4": (5, 5, 6)},
            "Li": {"007": (4, 2, 0), "0042": (1, 5, 10)},
            "Zhao": {"007": (4, 1, 0)},
        },
    )
    out = tmp_path / "results"
    graded = call(
        *("grade", "--customers", company.customers, "--assessments", judged),
        *("--standard", "communication-style", "--as-of", "2025-12-31", "--out", out),
        *("--lang", language),
    )
    assert graded.code == 0, graded.err
    notice = "never a fact about a" if language == "en" else "不是关于其个人的事实"
    assert notice in graded.out
    assert notice in (out / "report.html").read_text(encoding="utf-8")
    styles = {}
    for customer in ("007", "0042", "42", "C4"):
        told = json.loads(call("explain", customer, "--run", out, "--json").out)
        style, confidence = told["schemes"]
        assert "never a fact" in told["notice"]["en"]
        styles[customer] = (style["grade"], style["reason"], confidence["grade"])
    assert styles == {
        "007": ("driver", None, "high"),
        "0042": ("amiable", None, "medium"),
        "42": (None, "between_styles", "low"),
        "C4": (None, "too_few_observed", "low"),
    }
    for words in (["explain", "007"], ["what-if", "007", "voice=1"], ["portrait", "007"]):
        assert notice in call(*words, "--run", out, "--lang", language).out
    told = json.loads(call("what-if", "007", "voice=1", "--run", out, "--json").out)
    assert "不是关于其个人的事实" in told["notice"]["zh"]


def test_a_form_is_not_replaced_unasked_and_a_standard_without_judgements_has_none(
    call, tmp_path: Path
) -> None:
    form = tmp_path / "form.csv"
    words = ("standard", "checklist", "communication-style", "--out", form)
    assert call(*words).code == 0
    assert call(*words).code == 2
    assert json.loads(call(*words, "--overwrite", "--json").out) == {"out": str(form), "rows": 16}
    nothing = call("standard", "checklist", "default", "--out", tmp_path / "none.csv")
    assert (nothing.code, (tmp_path / "none.csv").exists()) == (2, False)
