"""What customers said: cases and surveys."""

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

_UNHAPPY = (("complaint", 44), ("fault", 34), ("request", 16), ("suggestion", 6))
_HAPPY = (("complaint", 10), ("fault", 20), ("request", 46), ("suggestion", 24))
_SEVERITIES = ((Text("low", "低"), 50), (Text("middle", "中"), 36), (Text("high", "高"), 14))
_CHANNELS = (
    (Text("email", "邮件"), 46),
    (Text("phone", "电话"), 38),
    (Text("web shop", "网店"), 16),
)
_RESOLUTIONS: Mapping[str, tuple[Text, ...]] = {
    "complaint": (
        Text("Apologised and credited part of the price", "致歉并补偿部分货款"),
        Text("Delivered again at once", "立即补发"),
        Text("Explained the delay", "说明延误原因"),
    ),
    "fault": (
        Text("Exchanged", "已换货"),
        Text("Credited", "已退款"),
        Text("Spare part sent", "已寄配件"),
    ),
    "request": (
        Text("Quoted a special edition", "已报定制方案"),
        Text("Delivery date changed", "已调整交期"),
        Text("Catalogue sent", "已寄产品目录"),
    ),
    "suggestion": (
        Text("Passed to buying", "已转采购部"),
        Text("Taken up for next season", "下季采纳"),
    ),
}
_NOON = datetime.combine(LAST_DAY, time(12, 0))


def case_rows(clients: Sequence[Client], language: Language) -> list[Mapping[str, object]]:
    """Return cases by client and time: the unhappy complain, the content ask and suggest."""
    return [row for client in clients for row in _cases(client, language)]


def survey_rows(clients: Sequence[Client]) -> list[Mapping[str, object]]:
    """Return survey answers by client and time: csat from 1 to 5, nps from 0 to 10."""
    return [row for client in clients for row in _surveys(client)]


def _cases(client: Client, language: Language) -> Iterator[Mapping[str, object]]:
    trade = client.trade
    if trade is None or trade.orders == 0:
        return
    dice = client.dice("cases")
    chance = 12 + 3 * min(8, trade.orders) + 8 * min(3, trade.returns) + (50 - client.mood) // 4
    count = sum(dice.happens(chance) for _ in range(1 + min(3, trade.orders // 6)))
    days = sorted(_day(trade.first_on, trade.last_bought_on, 25, dice) for _ in range(count))
    for number, day in enumerate(days, start=1):
        kind = dice.weighted(_HAPPY if client.mood >= 50 else _UNHAPPY)
        opened_at = datetime.combine(day, time(dice.between(8, 18), dice.below(60)))
        answered_at = _answered(opened_at, client, dice)
        closed_at = _closed(answered_at, dice)
        about_goods = kind in ("fault", "complaint") and len(trade.favourites) > 0
        resolution = dice.one_of(_RESOLUTIONS[kind])
        yield {
            "case_id": f"K-{client.customer_id}-{number}",
            "customer_id": client.customer_id,
            "opened_at": opened_at,
            "kind": kind,
            "product_id": dice.one_of(trade.favourites) if about_goods else None,
            "severity": dice.weighted(_SEVERITIES).in_language(language),
            "channel": dice.weighted(_CHANNELS).in_language(language),
            "first_response_at": answered_at,
            "closed_at": closed_at,
            "resolution": resolution.in_language(language) if closed_at else None,
        }


def _surveys(client: Client) -> Iterator[Mapping[str, object]]:
    trade = client.trade
    if trade is None or trade.orders == 0:
        return
    dice = client.dice("surveys")
    answers = dice.between(1, 1 + min(3, trade.orders // 4)) if dice.happens(34) else 0
    days = sorted(_day(trade.first_on, trade.last_bought_on, 20, dice) for _ in range(answers))
    for day in days:
        yield _answer(client, day, _csat(client.mood + dice.between(-14, 14)), "csat", 5)
    if dice.happens(14):
        day = max(trade.first_on, date(2011, 10, 3) + timedelta(days=dice.below(40)))
        score = max(0, min(10, client.mood // 10 + dice.between(-1, 3)))
        yield _answer(client, day, score, "nps", 10)


def _answer(
    client: Client, day: date, score: int, instrument: str, highest: int
) -> Mapping[str, object]:
    return {
        "customer_id": client.customer_id,
        "answered_on": min(day, LAST_DAY),
        "score": Decimal(score),
        "instrument": instrument,
        "scale_max": Decimal(highest),
    }


def _csat(mood: int) -> int:
    """Return 1 to 5: most customers are content, as in most surveys."""
    return 1 + sum(mood >= line for line in (4, 12, 26, 58))


def _day(first: date, last: date, after: int, dice: Dice) -> date:
    """Return a day from the first purchase to some days after the last, within the data."""
    day = first + timedelta(days=dice.below((last - first).days + after))
    return max(FIRST_DAY, min(day, LAST_DAY))


def _answered(opened_at: datetime, client: Client, dice: Dice) -> datetime | None:
    """Return the first answer: within a day for the larger half of customers, else slower."""
    hours = dice.between(1, 20) if client.size or client.mood >= 50 else dice.between(6, 96)
    answered_at = opened_at + timedelta(hours=hours, minutes=dice.below(60))
    return answered_at if answered_at <= _NOON else None


def _closed(answered_at: datetime | None, dice: Dice) -> datetime | None:
    """Return the end of the case; some stay open."""
    if answered_at is None or dice.happens(4):
        return None
    closed_at = answered_at + timedelta(hours=dice.between(1, 240))
    return closed_at if closed_at <= _NOON else None
