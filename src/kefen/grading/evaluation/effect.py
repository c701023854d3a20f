"""Effect: what each grade contributes, what it costs, and what a dated change in service did.

What happens before and after beside each other shows no cause: only where some customers of the
same grades were left as they were does a comparison tell what the change did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.grading.evaluation.change import Change, judge_change
from kefen.grading.evaluation.contribution import Contribution, contributions, sales_of_newcomers
from kefen.grading.evaluation.figures import short
from kefen.grading.evaluation.market_share import market_share
from kefen.grading.evaluation.winning import WinAndKeep, win_and_keep

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from decimal import Decimal

    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme


@dataclass(frozen=True, slots=True)
class Effect:
    """What the grading did for the business, as far as that can be seen.

    Attributes:
        scheme: The scheme whose classes are told apart.
        classes: What each class contributed.
        newcomers: Sales in the following period of customers that were not there at the date.
        market: The company's sales over the market's, before and after; None without `markets`.
        costs: Cost to win against cost to keep; None without `costs`.
        change: What a dated change did; None where none was named.
        unjudged: What cannot be told, and why.
        judgement: What it comes to, in a sentence.
    """

    scheme: Scheme
    classes: tuple[Contribution, ...]
    newcomers: Decimal
    market: tuple[float | None, float | None] | None
    costs: WinAndKeep | None
    change: Change | None
    unjudged: tuple[Text, ...]
    judgement: Text

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scheme": self.scheme.id,
            "classes": [one.as_dict() for one in self.classes],
            "sales_of_newcomers": str(self.newcomers),
            "market_share": None
            if self.market is None
            else [None if one is None else short(one) for one in self.market],
            "winning_and_keeping": None if self.costs is None else self.costs.as_dict(),
            "change": None if self.change is None else self.change.as_dict(),
            "unjudged": [one.as_dict() for one in self.unjudged],
            "judgement": self.judgement.as_dict(),
        }


def judge_effect(
    dataset: Dataset,
    scheme: Scheme,
    period: Period,
    changed: tuple[date, Collection[str]] | None,
    known_until: date,
) -> Effect:
    """Return what the grading did.

    Args:
        dataset: The later data.
        scheme: The scheme whose classes are told apart.
        period: The period that followed.
        changed: The first day of a change in service, and whom it was made for; None: no change.
        known_until: The day up to which what happened is known.
    """
    classes = contributions(dataset, scheme, period)
    unjudged = []
    if all(one.profit is None for one in classes):
        unjudged.append(
            Text(
                "Profit: no order line in either period has a cost.",
                "利润：两个期间的订单行均无成本。",
            )
        )
    if all(one.cost is None for one in classes):
        unjudged.append(
            Text(
                "Cost to serve by grade: no cost of the period names a customer (table costs).",
                "各等级服务成本：该期间的费用（costs 表）未注明客户。",
            )
        )
    market = market_share(dataset, period)
    if market is None:
        unjudged.append(
            Text(
                "Market share: no figures of the market that fill either period (table markets).",
                "市场份额：没有与两个期间相符的市场总量数据（markets 表）。",
            )
        )
    costs = win_and_keep(dataset, period)
    if costs is None:
        unjudged.append(
            Text(
                "Cost to win against cost to keep: no costs (table costs).",
                "获客成本与留存成本：没有费用数据（costs 表）。",
            )
        )
    change = None
    if changed is None:
        unjudged.append(
            Text(
                "What a change in service did: none was named (--change and --changed).",
                "服务调整的效果：未指明任何调整（--change 与 --changed）。",
            )
        )
    else:
        change = judge_change(dataset, scheme, period, changed, known_until)
        told = _not_judged(scheme, change)
        if told is not None:
            unjudged.append(told)
    sales = [sum(one.sales[side] for one in classes) for side in (0, 1)]
    known = sales_of_newcomers(dataset)
    return Effect(
        scheme,
        classes,
        known,
        market,
        costs,
        change,
        tuple(unjudged),
        _judgement(scheme, classes, sales, change),
    )


def _not_judged(scheme: Scheme, change: Change) -> Text | None:
    """Return why a change is not judged, or of how many of its customers it is not."""
    if change.why_not is not None:
        return Text("What the change of {d} did: {w}.", "{d} 调整的效果：{w}。").filled(
            d=change.on.isoformat(), w=change.why_not
        )
    if not change.left_out:
        return None
    return Text(
        "What the change of {d} did for {n} of those named: they have no grade of {s}, fewer than "
        "two of their grade can be compared on either side, or no such id is known.",
        "{d} 的调整对所列客户中 {n} 位的效果：这些客户无{s}等级，同等级中两侧可对照的客户不足两位，"
        "或没有该编号。",
    ).filled(d=change.on.isoformat(), n=f"{change.left_out:,}", s=scheme.name)


def _judgement(
    scheme: Scheme,
    classes: Sequence[Contribution],
    sales: Sequence[Any],
    change: Change | None,
) -> Text:
    if change is not None and change.found is not None:
        found = change.found
        words = (
            Text("it raised", "提高了")
            if found.effect.low > 0
            else Text("it lowered", "降低了")
            if found.effect.high < 0
            else Text("it cannot be told from chance: it changed", "与偶然无法区分：变动了")
        )
        doubt = Text("", "")
        if change.parallel is not None and change.parallel.chance <= 0.05:
            doubt = Text(
                ", but both sides went different ways before it already, so do not rely on it",
                "，但两组在此之前走势已不同，不宜采信",
            )
        return Text(
            "The change of {d}, {n} customers against {m}: {w} sales of a customer by {e} "
            "(95 %: {a} to {b}){q}.",
            "{d} 的调整（{n} 个客户，对照 {m} 个）：{w}每个客户的销售额 {e}"
            "（95 % 区间 {a} 至 {b}）{q}。",
        ).filled(
            d=change.on.isoformat(),
            n=f"{found.changed:,}",
            m=f"{found.others:,}",
            w=words,
            e=f"{found.effect.value:,.2f}",
            a=f"{found.effect.low:,.2f}",
            b=f"{found.effect.high:,.2f}",
            q=doubt,
        )
    first = classes[0] if classes else None
    part = f"{float(first.sales[1]) / float(sales[1]) * 100:.1f} %" if first and sales[1] else "–"
    growth = f"{(float(sales[1]) / float(sales[0]) - 1) * 100:+.1f} %" if sales[0] else "–"
    return Text(
        "{s}: {g} gave {p} of the sales of graded customers in the period; they together sold "
        "{c} against the period before, which shows no effect of the grading, for nobody was left "
        "ungraded to compare with.",
        "{s}：{g} 占已评级客户该期销售额的 {p}；全体较上一期间 {c}，"
        "但这不能说明评级的效果，因为没有未评级的客户可作对照。",
    ).filled(s=scheme.name, g="–" if first is None else first.name, p=part, c=growth)
