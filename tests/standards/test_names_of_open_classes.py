"""Open classes are called as the data call them; codes of industries with their names."""

from __future__ import annotations

import pytest

from kefen.domain.text import Text
from kefen.standards.decision_words import grade_name
from kefen.standards.reader import bundled_standard


@pytest.mark.parametrize(
    ("scheme", "value", "name"),
    [
        (
            "industry",
            "C26",
            Text(
                "C26 Chemical raw materials and chemical products",
                "C26 化学原料和化学制品制造业",
            ),
        ),
        ("industry", "C", Text("C Manufacturing", "C 制造业")),
        ("industry", "Retail", Text("Retail", "Retail")),
        ("industry", "C99", Text("C99", "C99")),
        ("product", "C26", Text("C26", "C26")),  # a category of products is no industry
        ("abc", "A", Text("A key", "A 关键客户")),  # a grade is no section of industries
    ],
)
def test_the_name_of_a_class(scheme: str, value: str, name: Text) -> None:
    assert grade_name(bundled_standard().schemes[scheme], value) == name
