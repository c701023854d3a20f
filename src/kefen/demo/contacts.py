"""What people did with customers: visits, calls, messages, and how colleagues judge them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.demo.original import FIRST_DAY, LAST_DAY
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kefen.demo.clients import Client
    from kefen.demo.dice import Dice
    from kefen.domain.text import Language

_KINDS = (("call", 34), ("email", 30), ("message", 16), ("visit", 13), ("meeting", 7))
_OUT, _IN = Text("outgoing", "主动联系"), Text("incoming", "客户来访")
_PURPOSES = tuple(
    Text(en, zh)
    for en, zh in (
        ("Present the new season", "介绍当季新品"),
        ("Agree the next order", "商定下一次订货"),
        ("Ask about the last delivery", "回访上次到货情况"),
        ("Offer a bundle", "推荐组合方案"),
        ("Settle an open invoice", "沟通未结发票"),
        ("Plan the Christmas stock", "规划圣诞备货"),
        ("Yearly review", "年度回顾"),
    )
)
_FIRST_STEPS = tuple(
    Text(en, zh)
    for en, zh in (
        ("Introduce ourselves", "首次介绍"),
        ("Learn the need", "了解需求"),
        ("Send samples", "寄送样品"),
        ("Quote", "报价"),
        ("Ask for the decision", "跟进决策"),
    )
)
_GOOD = tuple(
    Text(en, zh)
    for en, zh in (
        ("Order agreed", "已商定订单"),
        ("Interested, send a quote", "有兴趣，待报价"),
        ("Content, nothing open", "满意，无待办"),
        ("Wants to see samples", "希望看样品"),
    )
)
_POOR = tuple(
    Text(en, zh)
    for en, zh in (
        ("Not reached", "未联系上"),
        ("Asked to call later", "请稍后再联系"),
        ("Buys elsewhere at present", "目前向他处采购"),
        ("Unhappy with the last delivery", "对上次到货不满"),
    )
)
_STYLES = ("driver", "expressive", "amiable", "analytical")
_SALES, _CREDIT = "sales", "credit"


def interaction_rows(clients: Sequence[Client], language: Language) -> list[Mapping[str, object]]:
    """Return the interactions of a year and of the days after it, by client and time.

    Key customers are seen about twice a month, small ones hardly ever, prospects a few times.
    """
    return [row for client in clients for row in _interactions(client, language)]


def assessment_rows(clients: Sequence[Client]) -> list[Mapping[str, object]]:
    """Return judgements of larger customers and of prospects.

    Items are codes, since standards name them: `cooperation`, `outlook` and `payment_attitude`
    from 0 to 10, `intent` of prospects from 0 to 10, `style`.
    """
    return [row for client in clients for row in _assessments(client)]


def _interactions(client: Client, language: Language) -> Iterator[Mapping[str, object]]:
    dice = client.dice("interactions")
    first = max(client.since, FIRST_DAY)
    days = (LAST_DAY - first).days
    for moment in sorted(_moment(first, days, dice) for _ in range(_how_often(client, dice))):
        kind = dice.weighted(_KINDS)
        # What is a message elsewhere is WeCom in a Chinese company.
        code = "wecom" if kind == "message" and language == "zh" else kind
        good = dice.happens(25 + client.mood // 2)
        purpose = dice.one_of(_FIRST_STEPS if client.is_prospect else _PURPOSES)
        next_in = dice.between(5, 60)
        yield {
            "customer_id": client.customer_id,
            "at": moment,
            "kind": code,
            "direction": (_IN if dice.happens(22) else _OUT).in_language(language),
            "contact": client.contact,
            "purpose": purpose.in_language(language),
            "result": dice.one_of(_GOOD if good else _POOR).in_language(language),
            "next_on": moment.date() + timedelta(days=next_in) if dice.happens(45) else None,
            "planned": dice.happens(80 if kind in ("visit", "meeting") else 35),
            "employee": client.owner,
        }


def _moment(first: date, days: int, dice: Dice) -> datetime:
    day = first + timedelta(days=dice.below(days + 1))
    # Nobody visits on a Sunday, nor on a Saturday.
    day -= timedelta(days=max(0, day.weekday() - 4))
    return datetime.combine(max(day, first), time(dice.between(8, 17), 5 * dice.below(12)))


def _how_often(client: Client, dice: Dice) -> int:
    if client.is_prospect:
        return dice.between(1, 5)
    revenue = client.trade.revenue if client.trade else Decimal(0)
    if revenue >= 10_000:
        return dice.between(10, 24)
    if revenue >= 2_500:
        return dice.between(3, 9)
    if client.industry is None or client.trade is None:
        return 1 if dice.happens(20) else 0
    return dice.between(0, 3)


def _assessments(client: Client) -> Iterator[Mapping[str, object]]:
    dice = client.dice("assessments")
    judged = client.trade is not None and client.trade.revenue >= 2_500
    if not (judged or client.is_prospect) or client.industry is None:
        return
    if client.is_prospect:
        marks = [("intent", dice.between(0, 10), _SALES)]
        on = min(LAST_DAY, client.since + timedelta(days=dice.between(3, 60)))
    else:
        marks = [
            ("cooperation", _mark(client.mood, dice), _SALES),
            ("outlook", dice.between(2, 10), _SALES),
            ("payment_attitude", _mark(client.reliability, dice), _CREDIT),
        ]
        on = max(client.since, date(2011, 10, 1) + timedelta(days=dice.below(55)))
    for item, mark, role in marks:
        assessor = client.owner if role == _SALES else None
        yield _judgement(client, item, str(mark), on, assessor, role)
    if dice.happens(60):
        yield _judgement(client, "style", dice.one_of(_STYLES), on, client.owner, _SALES)


def _judgement(
    client: Client, item: str, value: str, on: date, assessor: str | None, role: str
) -> Mapping[str, object]:
    return {
        "customer_id": client.customer_id,
        "item": item,
        "value": value,
        "assessed_on": on,
        "assessor": assessor,
        "role": role,
    }


def _mark(character: int, dice: Dice) -> int:
    """Return 0 to 10 that follows a character of 0 to 99."""
    return max(0, min(10, character // 10 + dice.between(-1, 2)))
