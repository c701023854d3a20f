"""Portraits in words: sentences made from the figures by rules, in both languages."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.portraits.portrait import distinct_told
from kefen.grading.portraits.traits import DIMENSIONS
from kefen.grading.wording import lowered, metric_in_words
from kefen.methods.contrasts import ClassContrast, NumberContrast
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.grading.portraits.portrait import Portrait, Trait
    from kefen.grading.portraits.traits import Dimension
    from kefen.standards.model import Scheme

_MOST: dict[Dimension, int] = {
    "value": 2,
    "behaviour": 3,
    "needs": 3,
    "service": 2,
    "who": 3,
    "grades": 3,
}
_ADVISED = 2


def lead_words(portrait: Portrait) -> Text:
    """Return how large a class is, and what part of the money it has."""
    whole = portrait.members + portrait.others
    text = Text("{m} of {w} customers ({s})", "{w} 个客户中有 {m} 个（{s}）").filled(
        m=f"{portrait.members:,}",
        w=f"{whole:,}",
        s=share_words(Fraction(portrait.members, whole)),
    )
    if portrait.share is None or portrait.amount is None:
        return Text("{t}.", "{t}。").filled(t=text)
    return Text("{t}, with {p} of {a}.", "{t}，占{a}的 {p}。").filled(
        t=text, p=share_words(portrait.share), a=lowered(portrait.amount.name)
    )


def portrait_words(
    portrait: Portrait, schemes: Mapping[str, Scheme], currency: str | None
) -> tuple[tuple[Text, Text], ...]:
    """Return what sets a class apart: the side and its sentence, then what works.

    Args:
        portrait: The portrait.
        schemes: The schemes of the standard, whose grades' advice is given on.
        currency: The unit of money, or None.
    """
    said: list[tuple[Text, Text]] = []
    if portrait.not_drawn is not None:
        return ()
    for dimension, name in DIMENSIONS.items():
        told = distinct_told(portrait, dimension, _MOST[dimension])
        if dimension == "grades":
            told = tuple(trait for trait in told if trait.contrast.difference > 0)
        if told:
            parts = [trait_words(trait, currency) for trait in told]
            said.append((name, sentence(parts)))
    if not said:
        said.append(
            (
                Text("Nothing sets them apart", "无明显差异"),
                Text(
                    "No number or class differs by more than chance may.",
                    "没有任何数值或类别的差异超出偶然范围。",
                ),
            )
        )
    works = _what_works(portrait, schemes)
    if works is not None:
        said.append((Text("What works", "如何经营"), works))
    return tuple(said)


def trait_words(trait: Trait, currency: str | None) -> Text:
    """Return one difference as a clause."""
    clause = _clause(trait, currency)
    if not trait.decides:
        return clause
    return Text("{c}, by definition", "{c}，属分级依据").filled(c=clause)


def _clause(trait: Trait, currency: str | None) -> Text:
    found = trait.contrast
    if isinstance(found, NumberContrast):
        more = found.difference > 0
        text = (
            Text("{name} above {p} of the others{m}", "{name}高于 {p} 的其他客户{m}")
            if more
            else Text("{name} below {p} of the others{m}", "{name}低于 {p} 的其他客户{m}")
        )
        middles = Text(" (median {a} against {b})", "（中位数 {a}，其他客户 {b}）")
        equal = found.middle == found.other_middle
        return text.filled(
            name=lowered(trait.name),
            p=share_words(found.above if more else 1 - found.above),
            m=Text.same("")
            if equal
            else middles.filled(
                a=metric_in_words(found.middle, trait.unit, currency),
                b=metric_in_words(found.other_middle, trait.unit, currency),
            ),
        )
    return _class_clause(trait, found)


def _class_clause(trait: Trait, found: ClassContrast) -> Text:
    ratio = found.ratio
    counts = Text("{s} ({a} of {n})", "{s}（{n} 个中 {a} 个）").filled(
        s=share_words(found.share), a=f"{found.with_it:,}", n=f"{found.members:,}"
    )
    if ratio is None:
        text = Text(
            "{name} {v}: {c}, and none of the others", "{name}为「{v}」：{c}，其他客户中没有"
        )
        return text.filled(name=lowered(trait.name), v=trait.value_name, c=counts)
    if ratio >= 1:
        text = Text(
            "{name} {v}: {c}, {ratio} times the others' {o}",
            "{name}为「{v}」：{c}，是其他客户（{o}）的 {ratio} 倍",
        )
    else:
        text = Text(
            "{name} {v}: only {c}, against {o} of the others",
            "{name}为「{v}」：仅 {c}，其他客户为 {o}",
        )
    return text.filled(
        name=lowered(trait.name),
        v=trait.value_name,
        c=counts,
        ratio=_tenths(ratio),
        o=share_words(found.other_share),
    )


def _what_works(portrait: Portrait, schemes: Mapping[str, Scheme]) -> Text | None:
    parts: list[Text] = []
    if portrait.advice is not None and portrait.advice.en:
        parts.append(portrait.advice)
    if portrait.advice is None or not portrait.advice.en or len(parts) < 1 + _ADVISED:
        advised = [
            (trait, grade)
            for trait in portrait.told
            if trait.kind == "grade"
            and trait.contrast.difference > 0
            and (grade := schemes[trait.id].grade(trait.value)) is not None
            and grade.advice.en
        ]
        for trait, grade in advised[:_ADVISED]:
            text = Text("{p} are {g} under {s}: {a}", "其中 {p} 在{s}中为「{g}」：{a}")
            contrast = trait.contrast
            assert isinstance(contrast, ClassContrast)  # noqa: S101  of a grade
            parts.append(
                text.filled(
                    p=share_words(contrast.share), g=grade.name, s=trait.name, a=grade.advice
                )
            )
    return joined(parts, " ", "") if parts else None


def compared_words(portrait: Portrait) -> Text:
    """Return how many traits were asked, how to read them, and how sure what is told is."""
    return Text(
        "{n} traits were compared with the {o} others. “Above 80 % of the others” is the mean over"
        " the members. Where nothing differs, 19 of 20 such portraits would tell nothing.",
        "与其他 {o} 个客户比较了 {n} 项特征。“高于 80 % 的其他客户”为本类客户的平均。"
        "若实际并无差异，20 幅这样的画像中约有 19 幅不会提及任何一项。",
    ).filled(n=len(portrait.traits), o=f"{portrait.others:,}")


def share_words(share: Fraction) -> Text:
    """Return a share in percent with one decimal, never rounded to all or nothing."""
    percent = Decimal(share.numerator * 100) / Decimal(share.denominator)
    shown = percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    if shown == 100 and share != 1:
        return Text("over 99.9 %", "99.9 % 以上")
    if shown == 0 and share:
        return Text("under 0.1 %", "不足 0.1 %")
    return Text.same(f"{shown.normalize():f} %")


def sentence(clauses: list[Text]) -> Text:
    """Return clauses as one sentence."""
    whole = joined(clauses, "; ", "；")
    return Text(f"{whole.en[:1].upper()}{whole.en[1:]}.", f"{whole.zh}。")


def _tenths(value: Fraction) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal('0.1'), rounding=ROUND_HALF_UP):,f}"
