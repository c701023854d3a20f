"""The rows of the customers table."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.demo.places import phone_at
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.demo.clients import Client
    from kefen.demo.dice import Dice
    from kefen.demo.places import Country
    from kefen.domain.text import Language

ATTRIBUTE = "generated"
"""The attribute that marks a customer whose details are generated; its value is `yes`."""

_AT_ONCE = Text("prepaid", "预付")
_TERMS = Text("net {days}", "开票后{days}天")
_SOURCES = (
    (Text("Trade fair", "展会"), 22),
    (Text("Website", "官网"), 30),
    (Text("Catalogue", "产品目录"), 16),
    (Text("Referral", "老客户介绍"), 18),
    (Text("Cold call", "电话开发"), 14),
)
_REFERRAL = _SOURCES[3][0]
_OWNERSHIP = (
    (Text("Sole trader", "个体经营"), 42),
    (Text("Private company", "民营企业"), 34),
    (Text("Family business", "家族企业"), 18),
    (Text("Cooperative", "合作社"), 6),
)
_LARGE_OWNERSHIP = (
    (Text("Listed company", "上市公司"), 40),
    (Text("Private company", "民营企业"), 45),
    (Text("Family business", "家族企业"), 15),
)
_OCCUPATIONS = tuple(
    Text(en, zh)
    for en, zh in (
        ("Teacher", "教师"),
        ("Nurse", "护士"),
        ("Engineer", "工程师"),
        ("Designer", "设计师"),
        ("Office worker", "职员"),
        ("Shop owner", "店主"),
        ("Gardener", "园艺师"),
        ("Retired", "退休"),
        ("Baker", "烘焙师"),
        ("Student", "学生"),
    )
)
_INCOMES = (
    (Text("under 20,000", "2 万以下"), 20),
    (Text("20,000 to 40,000", "2–4 万"), 50),
    (Text("40,000 to 70,000", "4–7 万"), 22),
    (Text("over 70,000", "7 万以上"), 8),
)
_INTERESTS = tuple(
    Text(en, zh)
    for en, zh in (
        ("baking", "烘焙"),
        ("gardening", "园艺"),
        ("handicraft", "手工"),
        ("tea", "品茶"),
        ("home decoration", "家居布置"),
        ("reading", "阅读"),
        ("walking", "徒步"),
        ("collecting", "收藏"),
    )
)
_HOUSEHOLDS = (
    (Text("one adult", "单身独居"), 26),
    (Text("two adults", "两人家庭"), 34),
    (Text("family with children", "有孩家庭"), 32),
    (Text("three generations", "三代同堂"), 8),
)
_WOMAN, _MAN = Text("female", "女"), Text("male", "男")
_STREETS = tuple(
    Text(en, zh)
    for en, zh in (
        ("Lantern Lane", "灯笼巷"),
        ("Teapot Row", "茶壶街"),
        ("Acorn Street", "橡果街"),
        ("Button Yard", "纽扣院"),
        ("Ribbon Road", "丝带路"),
        ("Windmill Walk", "风车道"),
        ("Pebble Square", "卵石广场"),
        ("Feather Hill", "羽毛山路"),
    )
)
_ADDRESS = Text("{number} {street}", "{street} {number} 号")


def customer_rows(clients: Sequence[Client], language: Language) -> list[Mapping[str, object]]:
    """Return one row a client, in the columns of the contract and the attribute `generated`."""
    parents = _parents(clients)
    companies = [client.name for client in clients if client.industry is not None]
    return [_row(client, parents, companies, language) for client in clients]


def terms_in_words(days: int | None) -> Text:
    """Return payment terms as they are written in a customer file."""
    if days is None:
        return _AT_ONCE
    # As files have them, and not as sentences: no blank beside the number.
    return Text(_TERMS.en.format(days=days), _TERMS.zh.format(days=days))


def _row(
    client: Client, parents: Mapping[str, str], companies: Sequence[str], language: Language
) -> Mapping[str, object]:
    dice = client.dice("customer row")
    source = dice.weighted(_SOURCES)
    place, country = client.place, client.country.name
    row: dict[str, object] = {
        "customer_id": client.customer_id,
        "name": client.name,
        "kind": client.kind,
        "status": "prospect" if client.is_prospect else "customer",
        "created_on": client.since,
        "country": country.in_language(language) if country else None,
        "region": place.region.in_language(language) if place else None,
        "city": place.city.in_language(language) if place else None,
        "address": _address(dice).in_language(language),
        "credit_limit": _credit_limit(client),
        "payment_terms": terms_in_words(client.terms).in_language(language),
        "owner": client.owner,
        "team": client.team.in_language(language),
        "parent_id": parents.get(client.customer_id),
        "referred_by": dice.one_of(companies) if source is _REFERRAL else None,
        "source": source.in_language(language),
        "email": _email(client),
        "phone": phone_at(place, dice) if place else None,
        "expected_demand": _expected_demand(client, dice) if client.is_prospect else None,
        ATTRIBUTE: "yes",
    }
    further = _company(client, dice) if client.industry is not None else _person(client, dice)
    for column, value in further.items():
        row[column] = value.in_language(language) if isinstance(value, Text) else value
    return row


def _company(client: Client, dice: Dice) -> dict[str, object]:
    employees = client.employees or 1
    revenue = employees * dice.between(35, 110) * 1000
    return {
        "industry": client.industry.name if client.industry else None,
        "ownership_type": dice.weighted(_LARGE_OWNERSHIP if client.size == 2 else _OWNERSHIP),
        "founded_on": _some_day(client.since, dice.between(1, 12 + 25 * client.size), dice),
        "registered_capital": Decimal(dice.weighted([(1, 5), (10, 4), (50, 2), (100, 1)]) * 1000),
        "employees": employees,
        "annual_revenue": Decimal(revenue),
        "annual_growth": Decimal(dice.between(-12, 28)).scaleb(-2),
        "total_assets": Decimal(revenue * dice.between(30, 90) // 100),
    }


def _person(client: Client, dice: Dice) -> dict[str, object]:
    first, second = dice.one_of(_INTERESTS), dice.one_of(_INTERESTS)
    both = Text("{first}, {second}", "{first}、{second}").filled(first=first, second=second)
    return {
        "birth_date": _some_day(client.since, dice.between(21, 74), dice),
        "gender": _WOMAN if dice.happens(56) else _MAN,
        "household": dice.weighted(_HOUSEHOLDS),
        "occupation": dice.one_of(_OCCUPATIONS),
        "income_band": dice.weighted(_INCOMES),
        "interests": first if first is second else both,
    }


def _some_day(before: date, years: int, dice: Dice) -> date:
    return before - timedelta(days=years * 365 + dice.below(365))


def _address(dice: Dice) -> Text:
    return _ADDRESS.filled(number=dice.between(1, 180), street=dice.one_of(_STREETS))


def _email(client: Client) -> str:
    return f"{'buying' if client.industry else 'c'}.{client.customer_id.lower()}@{client.domain}"


def _credit_limit(client: Client) -> Decimal | None:
    """Return two to three months' trade in hundreds of pounds; none for who pays at once."""
    if client.terms is None or client.is_prospect:
        return None
    yearly = client.trade.revenue if client.trade else Decimal(1500)
    trust = 15 + client.reliability // 5
    return Decimal(max(3, int(yearly * trust / 10_000))) * 100


def _expected_demand(client: Client, dice: Dice) -> Decimal:
    """Return what a prospect may buy in a year."""
    return Decimal(dice.between(3, 60) * (1, 4, 15)[client.size] * 100)


def _parents(clients: Sequence[Client]) -> dict[str, str]:
    """Return the head company of some companies: a group of the same country and industry."""
    heads: dict[tuple[Country, Text], list[Client]] = {}
    for client in clients:
        if client.industry is not None and client.size == 2 and not client.is_prospect:
            heads.setdefault((client.country, client.industry.name), []).append(client)
    parents: dict[str, str] = {}
    for client in clients:
        if client.industry is None or client.size == 2:
            continue
        dice = client.dice("parent")
        groups = heads.get((client.country, client.industry.name))
        if groups and dice.happens(3):
            parents[client.customer_id] = dice.one_of(groups).customer_id
    return parents
