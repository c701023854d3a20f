"""What `kefen explain` and `kefen what-if --to` print: marks, names once, what was not run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

STANDARD = """\
standard: small
version: 1
name: {en: Small, zh: 小}
window: last 12 months
reasons:
  none: {en: nothing bought, zh: 未购买}
metrics:
  revenue: {sum: orders.amount, name: {en: Revenue, zh: 销售额}, unit: money}
  orders: {count: purchases, name: {en: Orders, zh: 订单数}}
  calls: {count: interactions, name: {en: Calls, zh: 通话}}
schemes:
  superhost:
    name: {en: Superhost, zh: 超赞房东}
    grade_by: conditions
    grades:
      superhost:
        when: orders >= 1 and (revenue >= 5 wan or orders >= 20)
        name: {en: Superhost, zh: 超赞房东}
      A: {when: orders >= 1}
      host: {when: else, name: {en: Host, zh: 房东}}
"""
CALLED = """\
  called:
    name: {en: Called, zh: 联系}
    grade_by: conditions
    grades: {often: {when: calls > 3}, rarely: {when: else}}
"""


@pytest.fixture
def graded(call: Callable[..., object], company, tmp_path: Path) -> Callable[[str], Path]:
    """Grade the company under a standard; return the folder of results."""

    def made(text: str) -> Path:
        standard = tmp_path / "small.yaml"
        standard.write_text(text, encoding="utf-8")
        out = tmp_path / "out"
        answer = call(
            *("grade", *company.options, "--standard", standard),
            *("--out", out, "--overwrite", "--no-report"),
        )
        assert answer.code == 0, answer.err
        low = "Low confidence: 4 customers were graded together, fewer than 50; orders in 5 of 12"
        assert low in " ".join(answer.out.split())
        return out

    return made


def test_a_condition_is_shown_with_a_mark_for_each_part(call, graded) -> None:
    run = graded(STANDARD)
    shown = call("explain", "007", "--run", run, "--scheme", "superhost").out
    for mark, part in (
        ("holds", "Orders ≥ 1"),
        ("fails", "one of these holds"),
        ("fails", "Revenue ≥ 50,000"),
        ("fails", "Orders ≥ 20"),
    ):
        assert re.search(rf"{mark} +{part}", shown), shown
    chinese = call("explain", "007", "--run", run, "--scheme", "superhost", "--lang", "zh").out
    for mark, part in (("成立", "订单数 ≥ 1"), ("不成立", "以下有一项成立")):
        assert re.search(rf"{mark} +{part}", chinese), chinese


def test_a_name_that_is_the_id_is_printed_once(call, graded) -> None:
    shown = call("explain", "007", "--run", graded(STANDARD), "--scheme", "superhost").out
    assert "A A" not in shown
    assert not re.search(r"superhost +superhost", shown, re.IGNORECASE)
    told = call("standard", "explain", graded(STANDARD).parent / "small.yaml").out
    assert not re.search(r"superhost +superhost", told, re.IGNORECASE)


def test_schemes_that_were_not_run_say_why(call, graded) -> None:
    run = graded(STANDARD + CALLED)
    shown = call("explain", "007", "--run", run).out
    assert "Not run" in shown
    assert re.search(r"Called +.*interactions", shown, re.IGNORECASE), shown
    chinese = call("explain", "007", "--run", run, "--lang", "zh").out
    assert "未运行的方案" in chinese
    assert re.search("联系 +", chinese)
    assert "Not run" not in call("explain", "007", "--run", graded(STANDARD)).out


def test_a_run_without_any_scheme_still_says_why(call, company, tmp_path: Path) -> None:
    standard = tmp_path / "only.yaml"
    head, _, _ = STANDARD.partition("  superhost:\n")
    standard.write_text(head + CALLED, encoding="utf-8")
    out = tmp_path / "only"
    call("grade", *company.options, "--standard", standard, "--out", out, "--no-report")
    shown = call("explain", "007", "--run", out).out
    assert "Called" in shown
    assert "what-if" not in shown
    refused = call("what-if", "007", "--to", "often", "--run", out)
    assert refused.code == 2
    assert "was not run" in refused.err


def test_what_if_tells_the_ways_and_the_rest_in_a_sentence(call, graded) -> None:
    run = graded(STANDARD)
    shown = " ".join(call("what-if", "007", "--to", "SUPERHOST", "--run", run).out.split())
    assert "What alone would make 007 Superhost under Superhost:" in shown
    assert "Revenue of 50,000" in shown
    assert "Orders of 20 reaches it" in shown
    assert "No change of" not in shown
    shown = " ".join(call("what-if", "C4", "--to", "a", "--run", run).out.split())
    assert (
        "Orders of 1 reaches it; now 0. No change of another figure alone does (1 tried)." in shown
    )
    chinese = call("what-if", "C4", "--to", "超赞房东", "--run", run, "--lang", "zh").out
    assert "任何单项数据的改变均无法达到" not in chinese
    answer = call("what-if", "C4", "--to", "a", "--run", run, "--json").json
    assert answer["grade"] == "A"
    assert {one["metric"]: one["found"] for one in answer["changes"]} == {
        "revenue": "not reached",
        "orders": "reached",
    }


def test_what_if_says_that_nothing_alone_does_once(call, graded) -> None:
    text = STANDARD.replace("orders >= 1 and (revenue", "orders >= 9 and (revenue")
    text = text.replace("or orders >= 20)", "and revenue < 6 wan)")
    shown = call("what-if", "C4", "--to", "Superhost", "--run", graded(text)).out
    assert "No change of a single figure does (2 tried); try several" in shown
    already = call("what-if", "007", "--to", "A", "--run", graded(text)).out
    assert "007 is A under Superhost already." in already
