"""One mistake is told once: what only fails because of it is not."""

from __future__ import annotations

import pytest

from kefen.standards.reader import bundled_text, examine_standard


@pytest.mark.parametrize(
    ("right", "wrong", "line_of"),
    [
        ("    sum: orders.amount\n    over: last 12 months\n    unit: money\n  revenue_before:",
         "    sum: orders.amuont\n    over: last 12 months\n    unit: money\n  revenue_before:",
         "orders.amuont"),
        ("value: months_between(first_purchase_on, as_of)",
         "value: months_betwixt(first_purchase_on, as_of)",
         "months_betwixt"),
        ("        when: first 95 %", "        when: first 75 %", "first 75 %"),
    ],
)  # fmt: skip
def test_a_mistake_that_much_rests_on_is_one_problem(right: str, wrong: str, line_of: str) -> None:
    text = bundled_text("default")
    assert text.count(right) == 1
    document = text.replace(right, wrong)
    standard, problems = examine_standard(document, "mine.yaml")
    assert standard is None
    assert [p.place.line for p in problems] == [document[: document.index(line_of)].count("\n") + 1]
