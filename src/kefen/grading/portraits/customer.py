"""The portrait of one customer: where its figures stand among all others of the run."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.portraits.portrait import SMALLEST_GROUP
from kefen.grading.portraits.traits import DIMENSIONS, NUMBERS, dimension_of
from kefen.grading.portraits.words import sentence, share_words
from kefen.grading.wording import lowered, metric_in_words
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.grading.portraits.traits import Dimension, Material
    from kefen.standards.model import Grade, Metric, Scheme

_TOLD_FROM = Fraction(4, 5)  # of -1 to 1: above or below 90 % of the others
_RARE_UP_TO = Fraction(1, 10)
_MOST = 3
_ADVISED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a number of one customer stands.

    Attributes:
        metric: The metric.
        value: The customer's value.
        below: How many other customers have less.
        equal: How many have as much.
        others: How many others have the metric.
    """

    metric: Metric
    value: Decimal | int
    below: int
    equal: int
    others: int

    @property
    def difference(self) -> Fraction:
        """Return -1 (everybody has more) to 1 (everybody has less)."""
        return Fraction(2 * self.below + self.equal, self.others) - 1


@dataclass(frozen=True, slots=True)
class Belonging:
    """A class of one customer, and how many others belong to it."""

    metric: Metric
    value: str
    others_with_it: int
    others: int


@dataclass(frozen=True, slots=True)
class CustomerPortrait:
    """One customer among all others.

    Attributes:
        customer: Its id.
        others: How many other customers the run has.
        standings: Its numbers, the most unusual first.
        belongings: Its classes, the rarest first.
        grades: The grade of each scheme that gave one.
        not_drawn: Why there is nothing to compare, or None.
    """

    customer: str
    others: int
    standings: tuple[Standing, ...]
    belongings: tuple[Belonging, ...]
    grades: tuple[tuple[Scheme, Grade], ...]
    not_drawn: Text | None

    def as_dict(self, currency: str | None) -> dict[str, Any]:
        """Return the figures and the words for JSON."""
        return {
            "customer_id": self.customer,
            "others": self.others,
            "not_drawn": None if self.not_drawn is None else self.not_drawn.as_dict(),
            "numbers": [
                {
                    "metric": one.metric.id,
                    "value": str(one.value),
                    "below": one.below,
                    "equal": one.equal,
                    "others": one.others,
                }
                for one in self.standings
            ],
            "classes": [
                {
                    "metric": one.metric.id,
                    "value": one.value,
                    "others_with_it": one.others_with_it,
                    "others": one.others,
                }
                for one in self.belongings
            ],
            "text": [
                {"side": side.as_dict(), "text": words.as_dict()}
                for side, words in customer_words(self, currency)
            ],
        }


def draw_customer(material: Material, customer: str) -> CustomerPortrait:
    """Return where one customer stands among all others of a run.

    Raises:
        CallError: The run has no such customer.
    """
    numbers = material.metrics_of(NUMBERS)
    classes = material.metrics_of((ValueType.TEXT,))
    found = material.engine.rows(
        _values([metric.id for metric in (*numbers, *classes)], material.metrics), [customer]
    )
    if not found:
        raise CallError(
            Text("the run has no customer “{c}”", "评级结果中没有客户“{c}”").filled(c=customer),
            mend=Text(
                "Give a customer_id as it stands in grades.parquet, with its leading zeros.",
                "请给出 grades.parquet 中的 customer_id，包括前导零。",
            ),
        )
    own = dict(zip((m.id for m in (*numbers, *classes)), found[0][1:], strict=True))
    ((whole,),) = material.engine.rows(
        f"SELECT count(*) FROM {_quoted(material.metrics)}"  # noqa: S608
    )
    standings = []
    belongings = []
    for metric in numbers:
        if own[metric.id] is None:
            continue
        below, equal, others = _counts(material, metric.id, own[metric.id])
        if others >= SMALLEST_GROUP:
            standings.append(Standing(metric, own[metric.id], below, equal, others))
    for metric in classes:
        if own[metric.id] is not None:
            _, equal, others = _counts(material, metric.id, own[metric.id])
            if others >= SMALLEST_GROUP:
                belongings.append(Belonging(metric, own[metric.id], equal, others))
    return CustomerPortrait(
        customer,
        whole - 1,
        tuple(sorted(standings, key=lambda one: -abs(one.difference))),
        tuple(sorted(belongings, key=lambda one: one.others_with_it)),
        _grades_of(material, customer),
        None
        if whole > SMALLEST_GROUP
        else Text(
            "no portrait: only {n} {n:other customer|other customers} to compare with",
            "不作画像：可供对比的其他客户只有 {n} 个",
        ).filled(n=whole - 1),
    )


def customer_words(
    portrait: CustomerPortrait, currency: str | None
) -> tuple[tuple[Text, Text], ...]:
    """Return what is unusual about a customer, side by side, and what works."""
    if portrait.not_drawn is not None:
        return ()
    said = []
    for dimension, name in DIMENSIONS.items():
        parts = _told(portrait, dimension, currency)
        if parts:
            said.append((name, sentence(parts)))
    if not said:
        said.append(
            (
                Text("An ordinary customer", "普通客户"),
                Text(
                    "Every figure lies between those of the lowest and the highest tenth.",
                    "各项数据均不在最高或最低的一成之内。",
                ),
            )
        )
    advised = [
        Text("{g} ({s}): {a}", "{g}（{s}）：{a}").filled(
            g=grade.name, s=scheme.name, a=grade.advice
        )
        for scheme, grade in portrait.grades
        if grade.advice.en
    ]
    if advised:
        said.append((Text("What works", "如何经营"), joined(advised[:_ADVISED], " ", "")))
    return tuple(said)


def standing_note(portrait: CustomerPortrait) -> Text:
    """Return what the positions are among, and what they are not."""
    return Text(
        "Among the {n} other customers of the run. One customer is no sample: these are positions,"
        " not findings.",
        "对照本次评级的其他 {n} 个客户。单个客户不构成样本：以上是位置，不是结论。",
    ).filled(n=f"{portrait.others:,}")


def _told(portrait: CustomerPortrait, dimension: Dimension, currency: str | None) -> list[Text]:
    parts: list[Text] = []
    seen: list[tuple[str, Fraction]] = []
    for one in portrait.standings:
        told = abs(one.difference) >= _TOLD_FROM and dimension_of(one.metric) == dimension
        mark = (one.metric.unit, one.difference)
        alike = any(
            unit == mark[0] and abs(difference - mark[1]) < Fraction(1, 100)
            for unit, difference in seen
        )
        if told and not alike and len(parts) < _MOST:
            seen.append(mark)
            parts.append(_standing(one, currency))
    for belonging in portrait.belongings:
        share = Fraction(belonging.others_with_it, belonging.others)
        if dimension_of(belonging.metric) == dimension and share <= _RARE_UP_TO:
            text = Text(
                "{name} {v}, as {n} of the {o} others",
                "{name}为「{v}」，其他 {o} 个客户中有 {n} 个相同",
            )
            parts.append(
                text.filled(
                    name=lowered(belonging.metric.name),
                    v=belonging.value,
                    n=f"{belonging.others_with_it:,}",
                    o=f"{belonging.others:,}",
                )
            )
    return parts


def _standing(one: Standing, currency: str | None) -> Text:
    more = one.difference > 0
    beyond = one.below if more else one.others - one.below - one.equal
    if beyond == one.others:
        text = (
            Text("{name} {v}, more than anybody else", "{name} {v}，为最高")
            if more
            else Text("{name} {v}, less than anybody else", "{name} {v}，为最低")
        )
    else:
        text = (
            Text("{name} {v}, more than {p} of the others", "{name} {v}，高于 {p} 的其他客户")
            if more
            else Text("{name} {v}, less than {p} of the others", "{name} {v}，低于 {p} 的其他客户")
        )
    return text.filled(
        name=lowered(one.metric.name),
        v=metric_in_words(one.value, one.metric.unit, currency),
        **({} if beyond == one.others else {"p": share_words(Fraction(beyond, one.others))}),
    )


def _grades_of(material: Material, customer: str) -> tuple[tuple[Scheme, Grade], ...]:
    given = dict(
        material.engine.rows(
            f"SELECT scheme, grade FROM {_quoted(material.grades)}"  # noqa: S608
            " WHERE customer_id = ? AND grade IS NOT NULL",
            [customer],
        )
    )
    found = []
    for name in material.running:
        scheme = material.standard.schemes[name]
        grade = scheme.grade(given[name]) if name in given else None
        if grade is not None:
            found.append((scheme, grade))
    return tuple(found)


def _counts(material: Material, metric: str, value: object) -> tuple[int, int, int]:
    """Return how many others have less, as much, and any value at all."""
    column = exp.column(metric, quoted=True).sql("duckdb")
    ((below, equal, known),) = material.engine.rows(
        f"SELECT count(*) FILTER ({column} < ?), count(*) FILTER ({column} = ?), count({column})"  # noqa: S608
        f" FROM {_quoted(material.metrics)}",
        [value, value],
    )
    return below, equal - 1, known - 1


def _values(metrics: list[str], relation: str) -> str:
    columns = [exp.column(name, quoted=True) for name in ("customer_id", *metrics)]
    return (
        exp.select(*columns)
        .from_(exp.to_identifier(relation, quoted=True))
        .where(exp.EQ(this=columns[0], expression=exp.Placeholder()))
        .sql("duckdb")
    )


def _quoted(relation: str) -> str:
    return exp.to_identifier(relation, quoted=True).sql("duckdb")
