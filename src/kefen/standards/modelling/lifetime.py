"""The methods of lifetime value as standards know them."""

from __future__ import annotations

from decimal import Decimal

from kefen.domain.text import Text
from kefen.expressions.units import DAYS, PLAIN
from kefen.standards.modelling.method import Method, MethodInput, MethodOption, MethodOutput

_REPEATS = MethodInput("repeats", Text("purchases after the first", "首购之后的购买次数"), PLAIN)
_LAST = MethodInput(
    "last", Text("time from the first purchase to the last", "首购到末购的时长"), DAYS
)
_AGE = MethodInput("age", Text("time since the first purchase", "首购至今的时长"), DAYS)
_UNIT = MethodOption(
    "time_unit",
    Text(
        "The unit of time in which parameters are told; results do not depend on it.",
        "参数所用的时间单位；不影响结果。",
    ),
    default="week",
    one_of=("day", "week", "month"),
)
_ALIVE = MethodOutput(
    "probability_alive",
    Text("probability of still being a customer", "仍是客户的概率"),
    "share",
    lowest=Decimal(0),
    highest=Decimal(1),
)
_EXPECTED = MethodOutput(
    "expected_purchases",
    Text("purchases expected in the {h}", "{h}预期购买次数"),
    "count",
    looks_ahead=True,
    lowest=Decimal(0),
)

BG_NBD = Method(
    id="bg_nbd",
    name=Text("BG/NBD", "BG/NBD 模型"),
    description=Text(
        "Purchases at random, each customer at a rate of its own, until one of them is the last "
        "(Fader, Hardie and Lee 2005).",
        "客户各按自己的频率随机购买，每次购买后都可能不再回来（Fader、Hardie、Lee，2005）。",
    ),
    inputs=(_REPEATS, _LAST, _AGE),
    outputs=(_EXPECTED, _ALIVE),
    settings=(_UNIT,),
    smallest_population=100,
)
LIFETIME_METHODS = (BG_NBD,)
