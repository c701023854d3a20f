"""Accuracy: the grades of a run against what its customers did next, beside naive orders.

An order is naive when it needs no standard: by what was bought in the period before, in the year
before, or how recently. A grade of a few classes is judged beside them at the same number of
customers; that a fine order can tell more than a few classes is part of the judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kefen.domain.text import Text
from kefen.grading.evaluation.figures import (
    Followed,
    between,
    estimate_as_dict,
    followed,
    share_words,
    short,
)
from kefen.methods.intervals import Estimate, Resampling, mean, share
from kefen.methods.neighbours import (
    ClassSums,
    Neighbours,
    neighbours_in_means,
    neighbours_in_shares,
)
from kefen.methods.ranking import Judged, Places, capture_curve, kendall, places, spearman

if TYPE_CHECKING:
    from kefen.engines.engine import Engine
    from kefen.grading.evaluation.following import Period
    from kefen.standards.model import Scheme

FEWEST = 30
"""Fewer customers in all are not judged: no figure of them would mean anything."""
_WANTED_SHARE = 0.2
_MOST_ORDERS_POINTS = 100
Verdict = Literal["better", "alike", "worse"]


@dataclass(frozen=True, slots=True)
class ClassResult:
    """What the customers of one class did in the following period.

    Attributes:
        grade: Its code.
        name: Its name.
        tone: Its colour.
        customers: How many they are.
        share: Their share of the customers that the scheme graded.
        value: What they bought.
        value_share: Their share of what all bought; None when all together bought for nothing.
        average: What one of them bought on average.
        bought: The share that bought; the others were lost to this period.
        lift: That share over the share of all; None when nobody bought.
    """

    grade: str
    name: Text
    tone: str | None
    customers: int
    share: float
    value: float
    value_share: float | None
    average: Estimate | None
    bought: Estimate
    lift: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "grade": self.grade,
            "name": self.name.as_dict(),
            "customers": self.customers,
            "share": short(self.share),
            "value": round(self.value, 2),
            "value_share": None if self.value_share is None else short(self.value_share),
            "average": estimate_as_dict(self.average),
            "bought": estimate_as_dict(self.bought),
            "lost": short(1 - self.bought.value),
            "lift": None if self.lift is None else short(self.lift),
        }


@dataclass(frozen=True, slots=True)
class OrderResult:
    """An order of customers, held against what they did.

    Attributes:
        id: `grade`, `score`, `value_before`, `value_year`, `recency` or `random`.
        name: Its name.
        captured: The share of value that its best customers have, as many as have the best grades.
        ahead: What the grades captured less what it did, in the same draws; None for the grades.
        area: The chance that one who bought stands before one who did not (AUC); None when all
            bought, or nobody.
        area_ahead: The grades' chance less its own, in the same draws.
        ratio: Its Gini coefficient of value over that of the perfect order.
        curve: The points (share of customers, share of value).
    """

    id: str
    name: Text
    captured: Estimate
    ahead: Estimate | None
    area: Estimate | None
    area_ahead: Estimate | None
    ratio: Estimate | None
    curve: tuple[tuple[float, float], ...]

    @property
    def verdict(self) -> Verdict | None:
        """Return how the grades did beside it, by value captured; None for the grades."""
        return None if self.ahead is None else _verdict(self.ahead)

    @property
    def area_verdict(self) -> Verdict | None:
        """Return how the grades did beside it, by who bought; None where that is not known."""
        return None if self.area_ahead is None else _verdict(self.area_ahead)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "order": self.id,
            "name": self.name.as_dict(),
            "captured": estimate_as_dict(self.captured),
            "grades_ahead": estimate_as_dict(self.ahead),
            "grades_are": self.verdict,
            "auc": estimate_as_dict(self.area),
            "grades_ahead_in_auc": estimate_as_dict(self.area_ahead),
            "gini": None if self.area is None else short(2 * self.area.value - 1),
            "gini_of_value": estimate_as_dict(self.ratio),
        }


@dataclass(frozen=True, slots=True)
class SchemeAccuracy:
    """How well the grades of one scheme told what came.

    Attributes:
        scheme: The scheme.
        customers: How many it graded.
        classes: Its classes with customers, best first.
        best: The codes of the best classes that are taken together as “the best”: the number of
            classes that is nearest to a fifth of the customers.
        best_share: Their share of the customers.
        orders: The grades first, then the score behind them, naive orders and chance.
        distance: The Kolmogorov-Smirnov distance of buyers and others; None where all are alike.
        spearman: The rank correlation of grade and value.
        kendall: The same by pairs.
        in_value: Each class against the next one, by average value.
        in_buying: Each class against the next one, by the share that bought.
        judgement: What it comes to, in a sentence.
    """

    scheme: Scheme
    customers: int
    classes: tuple[ClassResult, ...]
    best: tuple[str, ...]
    best_share: float
    orders: tuple[OrderResult, ...]
    distance: Estimate | None
    spearman: Estimate | None
    kendall: Estimate | None
    in_value: tuple[Neighbours, ...]
    in_buying: tuple[Neighbours, ...]
    judgement: Text

    @property
    def grades(self) -> OrderResult:
        """Return how the grades did."""
        return self.orders[0]

    @property
    def violations(self) -> tuple[Neighbours, ...]:
        """Return the neighbouring classes of which the worse one has more, surely or not."""
        return tuple(one for one in (*self.in_value, *self.in_buying) if one.reversed)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scheme": self.scheme.id,
            "name": self.scheme.name.as_dict(),
            "customers": self.customers,
            "best": list(self.best),
            "best_share": short(self.best_share),
            "classes": [one.as_dict() for one in self.classes],
            "orders": [one.as_dict() for one in self.orders],
            "ks": estimate_as_dict(self.distance),
            "spearman": estimate_as_dict(self.spearman),
            "kendall": estimate_as_dict(self.kendall),
            "neighbours_in_value": [_neighbours_as_dict(one) for one in self.in_value],
            "neighbours_in_buying": [_neighbours_as_dict(one) for one in self.in_buying],
            "judgement": self.judgement.as_dict(),
        }


def judge_scheme(engine: Engine, scheme: Scheme, period: Period) -> SchemeAccuracy | Text:
    """Return how well a scheme's grades told what came, or why that cannot be judged."""
    if not scheme.classes:
        return Text("its classes have no order", "其类别没有高低之分")
    rows = followed(engine, scheme, period.as_of)
    customers = len(rows.place)
    if customers < FEWEST:
        return Text(
            "it graded {n} customers, and it takes {f}", "只评了 {n} 个客户，至少需要 {f} 个"
        ).filled(n=customers, f=FEWEST)
    if len(np.unique(rows.place)) < 2:
        return Text("all its customers have one grade", "所有客户等级相同")
    if not rows.value.sum() > 0:
        return Text("its customers bought nothing in the period", "其客户在该期间没有购买")
    return _judged(scheme, rows)


def _judged(scheme: Scheme, rows: Followed) -> SchemeAccuracy:
    customers = len(rows.place)
    order = Places(rows.place, len(scheme.classes))
    counts = order.sums()
    sums = _class_sums(scheme, order, rows)
    classes = _classes(scheme, sums, rows)
    upto = np.cumsum(counts) / customers
    inside = np.flatnonzero((counts > 0) & (upto < 1))
    last = int(inside[np.abs(upto[inside] - _WANTED_SHARE).argmin()])
    best = tuple(
        grade.id for grade, count in zip(scheme.classes[: last + 1], counts, strict=False) if count
    )
    depth = float(upto[last])
    orders = _orders(rows, order, depth)
    bought = rows.bought
    judged = Judged(order, Resampling(customers))
    known = bought.any() and not bought.all()
    standing = -rows.place.astype(np.float64)
    in_value, in_buying = neighbours_in_means(sums), neighbours_in_shares(sums)
    return SchemeAccuracy(
        scheme,
        customers,
        classes,
        best,
        depth,
        orders,
        judged.distance(bought) if known else None,
        spearman(standing, rows.value),
        kendall(standing, rows.value),
        in_value,
        in_buying,
        _judgement(scheme, orders, best, depth, (*in_value, *in_buying), customers),
    )


def _class_sums(scheme: Scheme, order: Places, rows: Followed) -> list[ClassSums]:
    table = zip(
        scheme.classes,
        order.sums(),
        order.sums(rows.value),
        order.sums(rows.value**2),
        order.sums(rows.bought.astype(np.float64)),
        strict=True,
    )
    return [
        ClassSums(grade.id, int(count), float(total), float(squares), int(hits))
        for grade, count, total, squares, hits in table
        if count
    ]


def _classes(scheme: Scheme, sums: list[ClassSums], rows: Followed) -> tuple[ClassResult, ...]:
    customers, value = len(rows.place), float(rows.value.sum())
    rate = float(rows.bought.mean())
    found = []
    for one in sums:
        grade = scheme.grade(one.name)
        bought = share(one.hits, one.customers)
        found.append(
            ClassResult(
                one.name,
                Text.same(one.name) if grade is None else grade.name,
                None if grade is None else grade.tone,
                one.customers,
                one.customers / customers,
                one.total,
                one.total / value if value > 0 else None,
                mean(one.customers, one.total, one.squares),
                bought,
                bought.value / rate if rate else None,
            )
        )
    return tuple(found)


def _orders(rows: Followed, order: Places, depth: float) -> tuple[OrderResult, ...]:
    named: list[tuple[str, Text, Places]] = [("grade", Text("The grades", "等级"), order)]
    if rows.score is not None:
        sign = _direction(rows)
        named.append(
            ("score", Text("The score behind them", "等级所依据的得分"), places(sign * rows.score))
        )
    named += [
        (
            "value_before",
            Text("What was bought in the period before", "上一等长期间的购买额"),
            places(rows.value_before),
        ),
        (
            "value_year",
            Text("What was bought in the 12 months before", "前 12 个月的购买额"),
            places(rows.value_year),
        ),
        ("recency", Text("How recently was bought", "最近一次购买的远近"), places(-rows.last)),
        (
            "random",
            Text("Chance", "随机排序"),
            Places(np.zeros(len(rows.place), dtype=np.int64), 1),
        ),
    ]
    drawn = Resampling(len(rows.place))
    bought = rows.bought
    known = bool(bought.any() and not bought.all())
    found: list[OrderResult] = []
    grades_captured = grades_area = np.empty(0)
    for identifier, name, standing in named:
        judged = Judged(standing, drawn)
        captured, draws = judged.captured(rows.value, depth)
        area, area_draws = judged.area(bought) if known else (None, np.empty(0))
        ahead = area_ahead = None
        if identifier == "grade":
            grades_captured, grades_area = draws, area_draws
        else:
            difference = found[0].captured.value - captured.value
            ahead = drawn.estimate(difference, grades_captured - draws)
            if area is not None and found[0].area is not None:
                area_ahead = drawn.estimate(
                    found[0].area.value - area.value, grades_area - area_draws
                )
        thinned = standing.merged(_MOST_ORDERS_POINTS)
        found.append(
            OrderResult(
                identifier,
                name,
                captured,
                ahead,
                area,
                area_ahead,
                judged.accuracy_ratio(rows.value) if identifier != "random" else None,
                tuple(capture_curve(thinned.sums(), thinned.sums(rows.value))),
            )
        )
    return tuple(found)


def _direction(rows: Followed) -> int:
    """Return 1 where a higher score is a better grade, -1 where it is a worse one."""
    assert rows.score is not None  # noqa: S101  asked only where there are scores
    centred = rows.score - rows.score.mean()
    return 1 if float((centred * rows.place).sum()) <= 0 else -1


def _verdict(ahead: Estimate) -> Verdict:
    return "better" if ahead.low > 0 else "worse" if ahead.high < 0 else "alike"


def _judgement(
    scheme: Scheme,
    orders: tuple[OrderResult, ...],
    best: tuple[str, ...],
    depth: float,
    neighbours: tuple[Neighbours, ...],
    customers: int,
) -> Text:
    grades = orders[0]
    naive = [one for one in orders if one.id in ("value_before", "value_year", "recency")]
    chance = next(one for one in orders if one.id == "random")
    said = Text(
        "{s}: the best {d} of {n} customers ({b}) brought {c} of what was bought next (95 %: {i}), "
        "{r}; {m}{v}.",
        "{s}：最好的 {d} 客户（{b}，共评 {n} 个）占其后购买额的 {c}（95 % 区间 {i}），"
        "{r}；{m}{v}。",
    )
    return said.filled(
        s=scheme.name,
        d=share_words(depth),
        n=f"{customers:,}",
        b="+".join(best),
        c=share_words(grades.captured.value),
        i=between(grades.captured),
        r=_beside_chance(chance),
        m=_beside_naive(naive),
        v=_in_order(neighbours),
    )


def _beside_chance(chance: OrderResult) -> Text:
    if chance.verdict == "better":
        return Text("more than chance would", "优于随机")
    if chance.verdict == "worse":
        return Text("less than chance would", "不如随机")
    return Text("which may be chance", "可能只是偶然")


def _beside_naive(naive: list[OrderResult]) -> Text:
    strongest = max(naive, key=lambda one: one.captured.value)
    if all(one.verdict == "better" for one in naive):
        return Text("every naive order brings less", "优于所有朴素排序")
    words = {
        "worse": Text(
            "a naive order does better: {o} brings {c}",
            "朴素排序更好：按「{o}」可得 {c}",
        ),
        "alike": Text(
            "it does not do better than {o}, which brings {c}",
            "并不优于「{o}」（{c}）",
        ),
        "better": Text(
            "it does better than {o}, which brings {c}, yet not than every naive order",
            "优于「{o}」（{c}），但并非优于所有朴素排序",
        ),
    }
    verdict = strongest.verdict or "alike"
    lowered = Text(strongest.name.en[0].lower() + strongest.name.en[1:], strongest.name.zh)
    return words[verdict].filled(o=lowered, c=share_words(strongest.captured.value))


def _in_order(neighbours: tuple[Neighbours, ...]) -> Text:
    reversed_surely = [one for one in neighbours if one.reversed and one.sure]
    if reversed_surely:
        pairs = "、".join(dict.fromkeys(f"{o.better} < {o.worse}" for o in reversed_surely))
        return Text(
            "; and neighbouring grades stand in the wrong order: {p}", "；相邻等级次序颠倒：{p}"
        ).filled(p=Text(pairs.replace("、", ", "), pairs))
    if any(one.reversed for one in neighbours):
        return Text(
            "; some neighbouring grades are the wrong way round, which may be chance",
            "；个别相邻等级次序相反，可能出于偶然",
        )
    return Text("; every grade did better than the next one", "；每一等级都优于下一等级")


def _neighbours_as_dict(one: Neighbours) -> dict[str, Any]:
    return {
        "better": one.better,
        "worse": one.worse,
        "difference": estimate_as_dict(one.difference),
        "chance": short(one.chance),
        "reversed": one.reversed,
        "sure": one.sure,
    }
