"""The people behind the numbers: who each customer is, and the character that its facts follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kefen.demo.dice import Dice
from kefen.demo.names import company_name, person_name
from kefen.demo.original import FIRST_DAY, LAST_DAY
from kefen.demo.places import COUNTRIES, HOME, Country, Place, place_in
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.demo.trade import CustomerTrade
    from kefen.domain.text import Language

FORMER_CUSTOMERS = 320
PROSPECTS = 360


@dataclass(frozen=True, slots=True)
class Industry:
    """One trade.

    Attributes:
        name: The industry of the customer.
        trades: What stands in the names of its shops and of its companies.
        weight: How likely a company belongs to it.
        chains: Whether it has companies of a thousand people.
    """

    name: Text
    trades: tuple[tuple[Text, Text], ...]
    weight: int
    chains: bool = False


INDUSTRIES: tuple[Industry, ...] = (
    Industry(
        Text("Gift retail", "礼品零售"),
        (
            (Text("Gifts", "礼品店"), Text("Gifts", "礼品")),
            (Text("Presents", "好礼店"), Text("Presents", "好礼")),
            (Text("Keepsakes", "纪念品店"), Text("Keepsakes", "纪念品")),
        ),
        26,
    ),
    Industry(
        Text("Homeware retail", "家居零售"),
        (
            (Text("Home", "家居店"), Text("Home", "家居")),
            (Text("Interiors", "家居馆"), Text("Interiors", "家居用品")),
            (Text("Living", "生活馆"), Text("Living", "生活用品")),
        ),
        18,
        chains=True,
    ),
    Industry(
        Text("Online retail", "网络零售"),
        (
            (Text("Online", "网店"), Text("Online", "电子商务")),
            (Text("Direct", "优选网店"), Text("Direct", "优选")),
        ),
        12,
        chains=True,
    ),
    Industry(
        Text("Wholesale", "批发贸易"),
        (
            (Text("Trading", "贸易行"), Text("Trading", "贸易")),
            (Text("Wholesale", "批发部"), Text("Wholesale", "批发")),
            (Text("Supplies", "供应社"), Text("Supplies", "供应链")),
        ),
        10,
        chains=True,
    ),
    Industry(
        Text("Department stores", "百货零售"),
        (
            (Text("Stores", "百货店"), Text("Stores", "百货")),
            (Text("Emporium", "商店"), Text("Emporium", "商业")),
        ),
        5,
        chains=True,
    ),
    Industry(
        Text("Florists and garden centres", "花艺园艺"),
        ((Text("Flowers", "花店"), Text("Garden Centres", "园艺")),),
        7,
    ),
    Industry(
        Text("Cafés and catering", "餐饮"),
        (
            (Text("Café", "咖啡馆"), Text("Cafés", "咖啡")),
            (Text("Kitchen", "小厨"), Text("Kitchens", "餐饮")),
        ),
        7,
    ),
    Industry(
        Text("Hotels", "酒店住宿"),
        (
            (Text("Hotel", "旅馆"), Text("Hotels", "酒店")),
            (Text("Inn", "客栈"), Text("Inns", "酒店管理")),
        ),
        5,
        chains=True,
    ),
    Industry(
        Text("Toys and books", "玩具图书"),
        (
            (Text("Toys", "玩具店"), Text("Toys", "玩具")),
            (Text("Books", "书店"), Text("Books", "图书")),
        ),
        5,
    ),
    Industry(
        Text("Events and weddings", "会展婚庆"),
        (
            (Text("Events", "活动工坊"), Text("Events", "会展")),
            (Text("Weddings", "婚庆店"), Text("Weddings", "婚庆")),
        ),
        3,
    ),
    Industry(
        Text("Museum shops", "文博文创"),
        ((Text("Museum Shop", "文创店"), Text("Museum Shops", "文创")),),
        2,
    ),
)


@dataclass(frozen=True, slots=True)
class Team:
    """A sales team and its people, by the seed of their names."""

    name: Text
    members: tuple[str, ...]


_NORTH = Team(Text("Home North", "国内北区"), ("north 1", "north 2", "north 3"))
_SOUTH = Team(Text("Home South", "国内南区"), ("south 1", "south 2", "south 3", "south 4"))
_ABROAD = Team(Text("International", "国际部"), ("abroad 1", "abroad 2", "abroad 3"))
_KEY = Team(Text("Key accounts", "大客户部"), ("key 1", "key 2"))
_NORTHERN = frozenset(
    ("North West", "North East and Yorkshire", "Scotland", "Northern Ireland", "Midlands")
)
_KEY_REVENUE = 15_000


@dataclass(frozen=True, slots=True)
class Client:
    """One customer or prospect of the demonstration.

    Attributes:
        customer_id: The original's number; `H...` for former customers, `P...` for prospects.
        kind: `company` or `person`.
        is_prospect: Whether it has never bought.
        name: Its name.
        contact: The person one speaks to.
        domain: The domain of its mail.
        country: Its country.
        place: Its city; None where the country has none.
        industry: Its trade; None for people.
        size: 0 small, 1 medium, 2 large.
        employees: How many work there; None for people.
        team: The team that looks after it.
        owner: The person who looks after it.
        terms: Days until an invoice is due; None when it pays at once.
        reliability: 0 to 99: how surely it pays on time.
        mood: 0 to 99: how happy it is with the shop.
        since: The day it was entered.
        trade: What it did in the original; None for former customers and prospects.
    """

    customer_id: str
    kind: str
    is_prospect: bool
    name: str
    contact: str
    domain: str
    country: Country
    place: Place | None
    industry: Industry | None
    size: int
    employees: int | None
    team: Text
    owner: str
    terms: int | None
    reliability: int
    mood: int
    since: date
    trade: CustomerTrade | None

    def dice(self, topic: str) -> Dice:
        """Return the dice for one topic of this client."""
        return Dice(topic, self.customer_id)


def make_clients(
    customers: Sequence[CustomerTrade], first_orders: dict[str, date], language: Language
) -> list[Client]:
    """Return every customer of the original, then former customers, then prospects.

    Args:
        customers: The customers of the original.
        first_orders: The day of the first generated earlier order, by customer.
        language: The language of names.
    """
    makers = _Maker(language)
    bought = [
        makers.client(
            trade.customer_id,
            min(first_orders.get(trade.customer_id, trade.first_on), trade.first_on),
            trade,
        )
        for trade in customers
    ]
    former = [makers.client(each, first_orders[each], None) for each in former_customer_ids()]
    prospects = [makers.client(f"P{n:04d}", None, None) for n in range(1, PROSPECTS + 1)]
    return [*bought, *former, *prospects]


def former_customer_ids() -> list[str]:
    """Return the ids of the generated customers that bought before the original's year only."""
    return [f"H{number:04d}" for number in range(1, FORMER_CUSTOMERS + 1)]


class _Maker:
    """Makes clients whose names are all different."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._taken: set[str] = set()

    def client(
        self, customer_id: str, first_order: date | None, trade: CustomerTrade | None
    ) -> Client:
        dice = Dice("client", customer_id)
        # A prospect and a former customer have no country in the original; most live at home.
        country = COUNTRIES[trade.country if trade else _drawn_country(dice)]
        place = place_in(country, dice)
        kind = _kind(trade, dice)
        industry = _industry(dice) if kind == "company" else None
        size = _size(trade, industry, dice)
        contact = person_name(Dice("contact", customer_id), self._language)
        name, domain = contact, "post.example"
        if industry is not None:
            name, domain = self._company(customer_id, industry, country, place, size)
        team, member = _team(country, place, trade, dice)
        reliability, mood = _character(trade, dice)
        return Client(
            customer_id=customer_id,
            kind=kind,
            is_prospect=first_order is None,
            name=name,
            contact=contact,
            domain=domain,
            country=country,
            place=place,
            industry=industry,
            size=size,
            employees=_employees(size, dice) if industry is not None else None,
            team=team,
            owner=person_name(Dice("owner", member), self._language),
            terms=_terms(industry, size, dice),
            reliability=reliability,
            mood=mood,
            since=_since(first_order, dice),
            trade=trade,
        )

    def _company(
        self, customer_id: str, industry: Industry, country: Country, place: Place | None, size: int
    ) -> tuple[str, str]:
        dice = Dice("name", customer_id)
        # A shop, a company, a group; some small ones are companies too.
        form = min(2, size + (1 if dice.happens(35) else 0)) if size < 2 else 2
        shop, company = dice.one_of(industry.trades)
        trade = shop if form == 0 else company
        while True:
            made = company_name(dice, self._language, trade, country.company, form)
            name = made.name
            if name in self._taken and place is not None:
                name = _branch(name, place, self._language)
            if name not in self._taken:
                self._taken.add(name)
                return name, made.domain


def _branch(name: str, place: Place, language: Language) -> str:
    city = place.city.in_language(language)
    return f"{name}（{city}）" if language == "zh" else f"{name}, {city}"


def _drawn_country(dice: Dice) -> str:
    return dice.weighted(
        [(HOME, 78), ("Germany", 6), ("France", 6), ("Netherlands", 3), ("Spain", 4), ("EIRE", 3)]
    )


def _kind(trade: CustomerTrade | None, dice: Dice) -> str:
    """Return `person` for most who buy little and by the piece."""
    buys_by_the_piece = trade is not None and trade.pieces_a_line < 8 and trade.revenue < 700
    return "person" if dice.happens(88 if buys_by_the_piece else 3) else "company"


def _industry(dice: Dice) -> Industry:
    return dice.weighted([(industry, industry.weight) for industry in INDUSTRIES])


def _size(trade: CustomerTrade | None, industry: Industry | None, dice: Dice) -> int:
    drawn = dice.below(100)
    if industry is None:
        return 0
    revenue = trade.revenue if trade else 2_500
    large, medium = (22, 33) if revenue >= 10_000 else (6, 18) if revenue >= 2_500 else (1, 7)
    if not industry.chains:
        large = 0
    return 2 if drawn < large else 1 if drawn < large + medium else 0


def _employees(size: int, dice: Dice) -> int:
    if size == 2:
        return dice.between(100, 900) * 10
    if size == 1:
        return dice.between(30, 98) * 10
    return dice.between(*dice.weighted([((1, 9), 64), ((10, 49), 26), ((50, 260), 10)]))


def _team(
    country: Country, place: Place | None, trade: CustomerTrade | None, dice: Dice
) -> tuple[Text, str]:
    if trade is not None and trade.revenue >= _KEY_REVENUE:
        team = _KEY
    elif country is not COUNTRIES[HOME]:
        team = _ABROAD
    else:
        team = _NORTH if place is not None and place.region.en in _NORTHERN else _SOUTH
    return team.name, dice.one_of(team.members)


def _terms(industry: Industry | None, size: int, dice: Dice) -> int | None:
    """Return 14, 30 or 60 days; people and some small shops pay at once."""
    if industry is None or (size == 0 and dice.happens(18)):
        return None
    return dice.weighted([(14, 20), (30, 60), (60, 10 + 15 * size)])


def _character(trade: CustomerTrade | None, dice: Dice) -> tuple[int, int]:
    """Return reliability and mood: those who fell silent or send much back tend to have less."""
    reliability, mood = dice.below(100), dice.below(100)
    if trade is None:
        return reliability, mood
    quiet = min(30, (LAST_DAY - trade.last_bought_on).days // 10)
    sends_back = min(20, 100 * trade.returns // (5 * max(1, trade.orders)))
    loyal = min(20, 2 * trade.orders)
    return (
        max(0, min(99, reliability - quiet // 2 + loyal // 2)),
        max(0, min(99, mood - quiet - sends_back + loyal)),
    )


def _since(first_order: date | None, dice: Dice) -> date:
    """Return the day of entry: up to six weeks before the first order; for prospects, of late."""
    if first_order is None:
        return FIRST_DAY + timedelta(days=dice.between(20, 360))
    return first_order - timedelta(days=dice.weighted([(0, 4), (dice.between(1, 45), 6)]))
