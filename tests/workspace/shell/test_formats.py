"""Numbers and dates as each language writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kefen.workspace.shell import formats


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (Decimal("31260000"), "£31.3m", "£3,126.0 万"),
        (Decimal("1842000000"), "£1.8bn", "£18.4 亿"),
        (Decimal("-10400"), "−£10.4k", "−£1.0 万"),
        (Decimal("999.5"), "£999.50", "£999.50"),
        (Decimal("999"), "£999", "£999"),
        (None, "–", "–"),
    ],
)
def test_money_is_short(value, english, chinese):
    assert formats.money(value, "GBP", "en") == english
    assert formats.money(value, "GBP", "zh") == chinese


def test_exact_numbers_stay_exact():
    assert formats.number_in_words(Decimal("99999999999999.9999")) == "99,999,999,999,999.9999"
    assert formats.number_in_words(Decimal("-5.0000")) == "−5"
    assert formats.share_in_words(1, 3) == "33.3 %"
    assert formats.share_in_words(1, 0) == "–"


def test_days():
    assert formats.date_in_words(date(2026, 10, 31), "zh") == "2026年10月31日"
    assert formats.date_in_words(date(2026, 10, 31), "en") == "31 Oct 2026"


def test_public_codes_stand_after_their_names():
    written = {
        ("country", "DE"): ("Germany (DE)", "德国（DE）"),
        ("region", "330000"): ("Zhejiang (330000)", "浙江省（330000）"),
        ("industry", "C13"): (
            "Processing of food from farm products (C13)",
            "农副食品加工业（C13）",
        ),
        ("region", "East"): ("East", "East"),
        ("source", "DE"): ("DE", "DE"),
        ("industry", None): ("–", "–"),
    }
    for (column, value), words in written.items():
        assert formats.coded_in_words(value, column, "en"), value
        found = tuple(formats.coded_in_words(value, column, one) for one in ("en", "zh"))
        assert found == words
