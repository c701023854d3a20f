"""Portraits in the report: each class of the leading scheme, and one customer."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.grading.portraits.customer import customer_words, draw_customer, standing_note
from kefen.grading.portraits.portrait import compared, draw_portraits
from kefen.grading.portraits.traits import DIMENSIONS, Material, dimension_of
from kefen.grading.portraits.words import compared_words, lead_words, portrait_words
from kefen.grading.wording import metric_in_words
from kefen.methods.contrasts import NumberContrast
from kefen.reports.model import Portrait, ProfileRow, Prose, Section
from kefen.reports.tables import GradeMark
from kefen.standards.model import Categories, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from kefen.grading.portraits.customer import CustomerPortrait
    from kefen.grading.portraits.portrait import Portrait as Drawn
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme

_BARS = 9
_BARS_OF_SIDE = 3
_MOST_CLASSES = 8
_SIDES = list(DIMENSIONS)


def portrayed_schemes(people: Population, leading: Scheme | None) -> tuple[Scheme, ...]:
    """Return the schemes that a report portrays: the leading one, and those of clusters.

    Where neither is there, the first one of open classes.
    """
    found = [scheme for scheme in people.schemes if _of_model(people, scheme)]
    if leading is not None and leading not in found:
        found.insert(0, leading)
    open_classes = [one for one in people.schemes if isinstance(one.decision, Categories)]
    return tuple(found or open_classes[:1])


def _of_model(people: Population, scheme: Scheme) -> bool:
    decision = scheme.decision
    return isinstance(decision, Categories) and any(
        isinstance(people.run.standard.metrics[name].definition, ModelMetric)
        for name in names_in(decision.of)
        if name in people.run.standard.metrics
    )


def portraits_section(people: Population, schemes: Sequence[Scheme]) -> Section | None:
    """Return the portraits of the classes of some schemes; None when there is no scheme.

    Args:
        people: The population.
        schemes: The schemes whose classes are portrayed, each once.
    """
    if not schemes:
        return None
    material = Material.of_run(people.run, people.schemes)
    blocks: list[Block] = []
    for scheme in schemes:
        drawn = draw_portraits(material, scheme)
        shown = [one for one in drawn if one.not_drawn is None][:_MOST_CLASSES]
        bars = compared(shown, _BARS)
        if len(schemes) > 1:
            blocks.append(Prose((scheme.name,), "say"))
        blocks += [_class_portrait(material, one, bars) for one in shown]
        left_out = [one for one in drawn if one not in shown]
        if left_out:
            blocks.append(Prose(tuple(_left_out(one) for one in left_out), "warn"))
    return Section(
        "portraits",
        Text("Portraits", "客户画像"),
        Text("Portraits", "客户画像"),
        Text(
            "What sets each class of {s} apart from the other customers graded. Filled bars are"
            " told in words; outlined ones may be chance.",
            "{s}各类客户与其他已评级客户的不同之处。实心条在文字中提及，空心条可能出于偶然。",
        ).filled(
            s=Text(
                ", ".join(scheme.name.en for scheme in schemes),
                "、".join(scheme.name.zh for scheme in schemes),
            )
        ),
        tuple(blocks),
    )


def customer_portrait(people: Population, customer: str, heading: str) -> Portrait:
    """Return the portrait of one customer.

    Raises:
        CallError: The run has no such customer.
    """
    material = Material.of_run(people.run, people.schemes)
    drawn = draw_customer(material, customer)
    return Portrait(
        "portrait_customer",
        None,
        Text("Portrait of {n}", "{n} 的画像").filled(n=heading),
        drawn.not_drawn
        or Text(
            "Where its figures stand among the {n} other customers.",
            "其各项数据在其他 {n} 个客户中的位置。",
        ).filled(n=f"{drawn.others:,}"),
        customer_words(drawn, people.run.dataset.currency),
        _customer_bars(drawn, people.run.dataset.currency),
        standing_note(drawn),
        _sources(people),
    )


def _class_portrait(material: Material, drawn: Drawn, bars: Sequence[str]) -> Portrait:
    by_metric = {
        trait.id: trait for trait in drawn.traits if isinstance(trait.contrast, NumberContrast)
    }
    ordered = sorted(
        (by_metric[name] for name in bars if name in by_metric),
        key=lambda trait: (_SIDES.index(trait.dimension), bars.index(trait.id)),
    )
    rows = []
    for trait in ordered:
        contrast = trait.contrast
        assert isinstance(contrast, NumberContrast)  # noqa: S101  chosen above
        rows.append(
            ProfileRow(
                trait.name,
                _decimal(contrast.difference),
                trait.differs,
                metric_in_words(contrast.middle, trait.unit, None),
                metric_in_words(contrast.other_middle, trait.unit, None),
            )
        )
    return Portrait(
        f"portrait_{drawn.scheme.id}",
        GradeMark(drawn.grade, drawn.name, drawn.tone),
        Text("{s}: {g}", "{s}：{g}").filled(s=drawn.scheme.name, g=drawn.name),
        lead_words(drawn),
        portrait_words(drawn, material.standard.schemes, material.currency),
        tuple(rows),
        compared_words(drawn),
        frozenset(
            column
            for trait in drawn.told
            if (metric := material.standard.metrics.get(trait.id)) is not None
            for column in (metric.columns or metric.tables)
        ),
    )


def _customer_bars(drawn: CustomerPortrait, currency: str | None) -> tuple[ProfileRow, ...]:
    if drawn.not_drawn is not None:
        return ()
    shown = [
        one
        for side in _SIDES
        for one in [
            standing for standing in drawn.standings if dimension_of(standing.metric) == side
        ][:_BARS_OF_SIDE]
    ]
    return tuple(
        ProfileRow(
            one.metric.name,
            _decimal(one.difference),
            abs(one.difference) >= Decimal("0.8"),
            metric_in_words(one.value, one.metric.unit, currency),
            None,
        )
        for one in shown
    )


def _left_out(drawn: Drawn) -> Text:
    why = drawn.not_drawn or Text(
        "no portrait here: only the {n} classes first in order are shown",
        "此处不作画像：仅展示排在前面的 {n} 类",
    ).filled(n=_MOST_CLASSES)
    return Text("{g}: {w}.", "{g}：{w}。").filled(g=drawn.name, w=why)


def _sources(people: Population) -> frozenset[str]:
    return frozenset(
        column
        for metric in people.run.standard.metrics.values()
        for column in (metric.columns or metric.tables)
    )


def _decimal(share: Fraction) -> Decimal:
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
