"""Products get their category from the words of their description, and a cost below their price."""

from decimal import Decimal

import pytest

from kefen.demo.catalogue import CATEGORIES, CHARGES, category_of, make_catalogue
from kefen.demo.trade import ProductTrade


@pytest.mark.parametrize(
    ("code", "name", "category"),
    [
        ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "Candles and lighting"),
        ("22423", "REGENCY CAKESTAND 3 TIER", "Kitchen and baking"),
        ("85099B", "JUMBO BAG RED RETROSPOT", "Bags and purses"),
        ("47566", "PARTY BUNTING", "Party"),
        ("22086", "PAPER CHAIN KIT 50'S CHRISTMAS", "Seasonal"),
        ("84879", "ASSORTED COLOUR BIRD ORNAMENT", "Garden and outdoors"),
        ("22138", "BAKING SET 9 PIECE RETROSPOT", "Kitchen and baking"),
        ("22726", "ALARM CLOCK BAKELIKE GREEN", "Wall decoration and clocks"),
        ("20000", "SOMETHING WITHOUT A KNOWN WORD", "Ornaments"),
        ("20001", None, "Ornaments"),
        ("POST", "POSTAGE", "Postage and charges"),
        ("gift_0001_20", "Dotcomgiftshop Gift Voucher £20.00", "Ornaments"),
        ("DCGS0003", "BOXED GLASS ASHTRAY", "Tableware"),
    ],
)
def test_category_follows_the_words(code: str, name: str | None, category: str) -> None:
    assert category_of(code, name).en == category


def test_categories_have_names_of_their_own_in_both_languages() -> None:
    assert len({category.en for category in CATEGORIES}) == len(CATEGORIES) == 16
    assert len({category.zh for category in CATEGORIES}) == len(CATEGORIES)


def product(code: str, price: str) -> ProductTrade:
    return ProductTrade(code, " TEA  CUP ", Decimal(price), 3, Decimal(0))


def test_cost_lies_below_the_price_and_charges_cost_nothing() -> None:
    codes = [f"{number:05d}" for number in range(200)]
    catalogue = make_catalogue([*(product(code, "2.55") for code in codes), product("M", "9")])
    costs = [catalogue[code].unit_cost for code in codes]
    assert all(Decimal("0.96") < cost < Decimal("1.59") for cost in costs)
    assert len(set(costs)) > 10
    assert catalogue["M"].unit_cost == 0
    assert catalogue["M"].category is CHARGES


def test_tier_follows_the_price_and_names_are_tidy() -> None:
    catalogue = make_catalogue(
        [
            product("10000", "1.99"),
            product("1000A", "2"),
            product("10001", "2"),
            product("10002", "8"),
        ]
    )
    assert [catalogue[code].tier for code in ("10000", "10001", "10002")] == [
        "low",
        "middle",
        "high",
    ]
    assert catalogue["10000"].name == "TEA CUP"
