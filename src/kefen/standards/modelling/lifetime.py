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
_SHORTEST = MethodOption(
    "shortest_history",
    Text(
        "How many days the longest history needs; with less the model is not fitted.",
        "最长的历史至少要有的天数；不足时不拟合。",
    ),
    default=0,
    lowest=Decimal(0),
    highest=Decimal(18_263),
    whole=True,
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

_DISCOUNTED = MethodOutput(
    "discounted_purchases",
    Text("purchases expected in the {h}, discounted to now", "{h}预期购买次数（折现）"),
    "count",
    looks_ahead=True,
    options=(
        MethodOption(
            "discount",
            Text("The yearly rate of discount, as 10 %.", "年折现率，如 10 %。"),
            default=Decimal("0.1"),
            lowest=Decimal(0),
            highest=Decimal(1),
        ),
    ),
    lowest=Decimal(0),
)


def _of_histories(identifier: str, name: Text, description: Text) -> Method:
    """Return a method that is fitted to purchase histories."""
    return Method(
        id=identifier,
        name=name,
        description=description,
        inputs=(_REPEATS, _LAST, _AGE),
        outputs=(_EXPECTED, _ALIVE, _DISCOUNTED),
        settings=(_UNIT, _SHORTEST),
        smallest_population=100,
    )


BG_NBD = _of_histories(
    "bg_nbd",
    Text("BG/NBD", "BG/NBD 模型"),
    Text(
        "Purchases at random, each customer at a rate of its own, until one of them is the last "
        "(Fader, Hardie and Lee 2005).",
        "客户各按自己的频率随机购买，某次购买后不再回来（Fader、Hardie、Lee，2005）。",
    ),
)
MBG_NBD = _of_histories(
    "mbg_nbd",
    Text("MBG/NBD", "MBG/NBD 模型"),
    Text(
        "As BG/NBD, but the first purchase may be the last one too (Batislam, Denizel and "
        "Filiztekin 2007).",
        "同 BG/NBD，但首购也可能就是末购（Batislam、Denizel、Filiztekin，2007）。",
    ),
)
PARETO_NBD = _of_histories(
    "pareto_nbd",
    Text("Pareto/NBD", "Pareto/NBD 模型"),
    Text(
        "Purchases at random, each customer at a rate of its own, until it stops at a random time "
        "(Schmittlein, Morrison and Colombo 1987).",
        "客户各按自己的频率随机购买，在随机的时刻停止（Schmittlein、Morrison、Colombo，1987）。",
    ),
)
BG_BB = Method(
    id="bg_bb",
    name=Text("BG/BB", "BG/BB 模型"),
    description=Text(
        "A chance to buy in each period, until the customer stops (Fader, Hardie and Shang 2010).",
        "每期一次购买机会，直至客户停止（Fader、Hardie、Shang，2010）。",
    ),
    inputs=(
        MethodInput("repeats", Text("periods with a purchase", "有购买的期数"), PLAIN),
        MethodInput("last", Text("the last period with a purchase", "最近有购买的期"), PLAIN),
        MethodInput("periods", Text("periods since the first purchase", "首购以来的期数"), PLAIN),
    ),
    outputs=(
        MethodOutput(
            "expected_purchases",
            Text("periods with a purchase expected in the {h}", "{h}预期有购买的期数"),
            "count",
            looks_ahead=True,
            lowest=Decimal(0),
        ),
        _ALIVE,
    ),
    settings=(
        MethodOption(
            "period",
            Text("How long a period is.", "每期的长度。"),
            default="month",
            one_of=("day", "week", "month", "quarter", "year"),
        ),
    ),
    smallest_population=100,
)
GAMMA_GAMMA = Method(
    id="gamma_gamma",
    name=Text("Gamma-Gamma", "Gamma-Gamma 模型"),
    description=Text(
        "What a purchase is worth: the customer's own mean, drawn towards everybody's where few "
        "purchases were seen (Fader, Hardie and Lee 2005).",
        "每次购买值多少：客户自身的平均，购买次数少者向总体靠拢（Fader、Hardie、Lee，2005）。",
    ),
    inputs=(
        MethodInput("purchases", Text("purchases seen", "已有购买次数"), PLAIN),
        MethodInput("mean_value", Text("their mean value", "每次购买的平均值")),
    ),
    outputs=(
        MethodOutput(
            "expected_value",
            Text("expected value of a purchase", "每次购买的预期值"),
            None,
            unit_of="mean_value",
            lowest=Decimal(0),
        ),
    ),
    settings=(),
    smallest_population=100,
)
LIFETIME_METHODS = (BG_NBD, MBG_NBD, PARETO_NBD, BG_BB, GAMMA_GAMMA)
