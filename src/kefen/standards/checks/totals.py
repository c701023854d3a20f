"""Totals: stated best points against what the parts add up to, and limits that never bite."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.checks.findings import plain, quoted
from kefen.standards.checks.possible import ZERO

if TYPE_CHECKING:
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Places
    from kefen.standards.checks.possible import Possible
    from kefen.standards.model import Place, Scheme

_MOST_ADDENDS = 12


def check_totals(
    findings: Findings, scheme: Scheme, possible: Possible, judged: frozenset[str], places: Places
) -> None:
    """Find totals and limits of a scheme that do not agree with its parts.

    Args:
        findings: Where findings are noted.
        scheme: The scheme.
        possible: The points it can give.
        judged: Its indicators whose points rest on a person's judgement.
        places: The places in the document.
    """
    if not scheme.indicators:
        return
    path = ("schemes", scheme.id)
    if scheme.out_of is not None:
        _stated_total(findings, scheme, scheme.out_of, possible, judged, places)
    for group in scheme.groups:
        most = possible.uncapped[group.id][1]
        _idle(findings, group.at_most, most, places.of(*path, "groups", group.id, "at_most"))
    _idle(findings, scheme.at_most, possible.summed[1], places.of(*path, "at_most"))


def _stated_total(
    findings: Findings,
    scheme: Scheme,
    stated: Decimal,
    possible: Possible,
    judged: frozenset[str],
    places: Places,
) -> None:
    place = places.of("schemes", scheme.id, "out_of")
    best = possible.stated[1]
    if best is None:
        endless = [name for name, (_, high) in possible.indicators.items() if high is None]
        findings.warning(
            place,
            Text(
                "the stated total is {s}, but {i} can give any number of points",
                "所写满分为 {s}，但{i}的分值没有上限",
            ).filled(s=plain(stated), i=quoted(endless)),
            Text("Give them “at_most: points”.", "请为其写“at_most: 分值”。"),
        )
    elif best != stated:
        sum_in_words = _addends(scheme, possible)
        by_judgement = sum((possible.indicators[name][1] or Decimal(0) for name in judged), ZERO)
        of_them = (
            Text("; {j} of them are by judgement", "；其中 {j} 分由人评定").filled(
                j=plain(by_judgement)
            )
            if by_judgement
            else Text("", "")
        )
        findings.error(
            place,
            Text(
                "the stated total is {s}, but the best possible points are {b}: {a}{j}",
                "所写满分为 {s}，但各项最高分合计为 {b}：{a}{j}",
            ).filled(s=plain(stated), b=plain(best), a=sum_in_words, j=of_them),
            Text(
                "Write “out_of: {b}”, or correct the points.", "请写“out_of: {b}”，或更正分值。"
            ).filled(b=plain(best)),
        )


def _addends(scheme: Scheme, possible: Possible) -> Text:
    parts = [(group.id, possible.groups[group.id][1]) for group in scheme.groups]
    parts += [(i.id, possible.indicators[i.id][1]) for i in scheme.indicators if i.group is None]
    words = [f"{name} {plain(high)}" for name, high in parts if high is not None]
    start = (
        [] if not scheme.start else [Text("start {n}", "起评 {n}").filled(n=plain(scheme.start))]
    )
    said = [*start, *(Text.same(word) for word in words)]
    more = Text(" + ...", " + ……") if len(said) > _MOST_ADDENDS else Text("", "")
    return Text(
        " + ".join(t.en for t in said[:_MOST_ADDENDS]) + more.en,
        " + ".join(t.zh for t in said[:_MOST_ADDENDS]) + more.zh,
    )


def _idle(findings: Findings, limit: Decimal | None, most: Decimal | None, place: Place) -> None:
    if limit is None or most is None or most > limit:
        return
    findings.note(
        place,
        Text(
            "the points never come above {m}: the limit of {l} changes nothing",
            "分值最高只有 {m}：上限 {l} 不起作用",
        ).filled(m=plain(most), l=plain(limit)),
        Text("Remove the limit, or correct the points.", "请删除上限，或更正分值。"),
    )
