"""Findings of reading in words."""

from __future__ import annotations

import pytest

from kefen.domain.contract import TABLES
from kefen.lake.reading import messages


@pytest.mark.parametrize("language", ["en", "zh"])
def test_thousands_are_parted_and_one_is_one(language: str) -> None:
    many = messages.rows_unattributed(TABLES["orders"], 135_080, "-1447682.1200")
    wording = getattr(many.message, language)
    assert "135,080" in wording
    assert "-1,447,682.1200" in wording
    assert many.count == 135_080
    assert many.details == {"amount": "-1447682.1200"}
    one = messages.rows_rejected(TABLES["orders"], 1)
    assert one.message.en.startswith("1 row of Orders was rejected")
