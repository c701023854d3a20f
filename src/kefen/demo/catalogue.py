"""The products: category and tier by rules from the description, cost below the usual price."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.demo.dice import Dice
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.demo.trade import ProductTrade

CHARGES = Text("Postage and charges", "邮费与杂项")
_OTHER = Text("Ornaments", "家居摆件")

# The first rule with a word that the description contains decides; a word may carry an ending
# (candle, candles). Seasons come first, since a Christmas candle sells as a Christmas article.
_RULES: tuple[tuple[Text, str], ...] = (
    (
        Text("Seasonal", "节庆用品"),
        """
        christmas xmas advent easter halloween valentine santa reindeer
        """,
    ),
    (
        Text("Bags and purses", "箱包"),
        """
        bag shopper tote purse wallet handbag suitcase satchel rucksack backpack
        """,
    ),
    (
        Text("Craft and sewing", "手工与缝纫"),
        """
        knitting sewing feltcraft craft crochet button crewel embroid pincushion
        """,
    ),
    (
        Text("Toys and children", "玩具与儿童用品"),
        """
        child children kids toy doll dolly game puzzle babushka spaceboy circus
        teddy jigsaw domino skipping marble playhouse nursery baby rattle yoyo ludo
        soldier plasters gliders spinning colouring crayon modelling paint snakes
        bingo naughts dinosaur
        """,
    ),
    (
        Text("Party", "派对用品"),
        """
        bunting party balloon birthday garland confetti banner piñata pinata
        streamer
        """,
    ),
    (
        Text("Stationery and gift wrap", "文具与礼品包装"),
        """
        card wrap paper pencil pen notebook ribbon tissue sticker ruler eraser
        rubber book postcard calendar tape envelope journal chalk folder stamp doily
        doilies sketchbook stationery writing notepad tag
        """,
    ),
    (
        Text("Candles and lighting", "蜡烛与灯饰"),
        """
        candle candleholder t-light tlight lantern light lamp chandelier incense
        candelabra candlestick
        """,
    ),
    (
        Text("Jewellery and accessories", "首饰与配饰"),
        """
        necklace earring bracelet ring brooch hair hairclip scarf charm bead bangle
        umbrella keyring glove hairband pendant jewel jewellery sunglasses watch
        slipper poncho fob gloss
        """,
    ),
    (
        Text("Garden and outdoors", "园艺与户外"),
        """
        garden plant planter watering bird birdhouse parasol picnic seed herb
        trellis flowerpot gardening hose windmill thermometer trowel
        """,
    ),
    (
        Text("Textiles", "家纺"),
        """
        cushion quilt throw doormat towel rug blanket curtain bottle warmer fabric
        pillow bedspread tablecloth gown hottie mat
        """,
    ),
    (
        Text("Tableware", "餐具茶具"),
        """
        mug cup saucer plate bowl teapot teacup jug tumbler tray napkin coaster
        cutlery placemat beaker spoon glass goblet decanter cruet straw teaspoon tea
        coffee
        """,
    ),
    (
        Text("Kitchen and baking", "厨房与烘焙"),
        """
        cake cakestand baking jam recipe oven kitchen pantry apron jelly cookie
        measuring whisk lunch sandwich snack tin scale colander chopping rolling
        mould cutter bread egg popcorn bakeware toast pan container butter sugar
        """,
    ),
    (
        Text("Wall decoration and clocks", "墙饰与钟表"),
        """
        frame clock sign mirror picture wall plaque chalkboard blackboard magnet
        poster noticeboard photo canvas memo board
        """,
    ),
    (
        Text("Storage and fittings", "收纳与五金"),
        """
        box drawer cabinet storage basket hook hanger rack knob shelf jar bathroom
        case tidy bin trunk crate chest stand letter table chair stool pot holder
        doorstop drawerknob peg
        """,
    ),
)
_PATTERNS = tuple(
    (category, re.compile(rf"\b(?:{'|'.join(map(re.escape, words.split()))})(?:e?s)?\b"))
    for category, words in _RULES
)
_GOODS_CODE = re.compile(r"\d{5}|DCGS|gift_", re.IGNORECASE)

CATEGORIES: tuple[Text, ...] = (*(category for category, _ in _RULES), _OTHER, CHARGES)
"""Every category of the catalogue."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the demonstration.

    Attributes:
        product_id: The original's stock code.
        name: Its description in the original; None where the original has none.
        category: Its category.
        price: The usual price in pounds; 0 where it was never sold.
        unit_cost: What one piece costs, below the usual price; 0 for charges and corrections.
        lines: How often it stands on a line of the original.
    """

    product_id: str
    name: str | None
    category: Text
    price: Decimal
    unit_cost: Decimal
    lines: int

    @property
    def is_goods(self) -> bool:
        """Return whether it is something on a shelf, not a charge or a correction."""
        return self.category is not CHARGES

    @property
    def tier(self) -> str:
        """Return the code of its price tier: `high` from 8 pounds, `middle` from 2."""
        return "high" if self.price >= 8 else "middle" if self.price >= 2 else "low"


def category_of(product_id: str, name: str | None) -> Text:
    """Return the category of a product by the words of its description."""
    if _GOODS_CODE.match(product_id) is None:
        return CHARGES
    words = (name or "").lower()
    return next((category for category, rule in _PATTERNS if rule.search(words)), _OTHER)


def make_catalogue(products: Sequence[ProductTrade]) -> Mapping[str, Product]:
    """Return the products by id, in the order given."""
    return {each.product_id: _product(each) for each in products}


def _product(trade: ProductTrade) -> Product:
    category = category_of(trade.product_id, trade.name)
    return Product(
        product_id=trade.product_id,
        name=" ".join(trade.name.split()) if trade.name is not None else None,
        category=category,
        price=trade.price,
        unit_cost=_unit_cost(trade) if category is not CHARGES else Decimal(0),
        lines=trade.lines,
    )


def _unit_cost(trade: ProductTrade) -> Decimal:
    """Return 38 to 62 % of the usual price, in tenths of a penny, rounded down."""
    percent = Dice("cost", trade.product_id).between(38, 62)
    tenths = int(trade.price * 1000)
    return Decimal(tenths * percent // 100).scaleb(-3)
