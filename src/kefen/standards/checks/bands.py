"""Bands: gaps, overlaps, bands that are never reached, and points that run the wrong way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.units import ExpressionUnitError, unit_of
from kefen.standards.checks import ranges
from kefen.standards.checks.conditions import values_where
from kefen.standards.checks.findings import plain, quoted, reaching, said
from kefen.standards.checks.ranges import Scale, Values, example_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression
    from kefen.expressions.units import Unit
    from kefen.standards.checks.domains import Domains
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Written
    from kefen.standards.model import Better, Place

_GRAINS = (10_000, 1_000, 100, 10, 1)
"""In steps of a number: one, a tenth, and so on."""
_ORDERED = (Scale.WHOLE, Scale.NUMBER, Scale.DAY)


@dataclass(frozen=True, slots=True)
class Line:
    """One band.

    Attributes:
        condition: What the value must meet; None for `else`.
        gives: Its points, or the text it stands for.
        written: How it is written, and where.
    """

    condition: Expression | None
    gives: Decimal | str
    written: Written

    @property
    def said(self) -> str:
        """Return the band as it is written."""
        return "else" if self.condition is None else self.written.text

    @property
    def given(self) -> str:
        """Return what it gives, in words."""
        return plain(self.gives) if isinstance(self.gives, Decimal) else f"'{self.gives}'"


@dataclass(frozen=True, slots=True)
class BandList:
    """One list of bands.

    Attributes:
        item: What it belongs to, for people.
        value: The expression that is looked up.
        lines: The bands, in order.
        better: Which direction is said to earn more, or None.
        place: Where the list stands.
        units: The units of the names in it.
    """

    item: Text
    value: Expression
    lines: tuple[Line, ...]
    better: Better | None
    place: Place
    units: Mapping[str, Unit]


@dataclass(frozen=True, slots=True)
class _Met:
    """The values of one band.

    Attributes:
        line: The band.
        meant: The values it names.
        got: The values that reach it, because no band before has them.
    """

    line: Line
    meant: Values
    got: Values


def check_bands(findings: Findings, bands: BandList, domains: Domains) -> None:
    """Find what is wrong with one list of bands.

    A band that compares with another name (`>= mean_revenue`) leaves open which values it has:
    nothing is said of such a list. A band in another unit than the value is told, and left out of
    the rest.
    """
    whole = domains(bands.value).known()
    lines = tuple(line for line in bands.lines if _fits(findings, bands, line))
    left = whole
    met: list[_Met] = []
    for line in lines:
        values = _meant(line, bands.value, whole.scale)
        if values is None:
            return
        met.append(_Met(line, values, left.both(values)))
        left = left.without(values)
    overlapping = _overlaps(findings, bands, met, whole)
    _unreached(findings, bands, met, whole, overlapping)
    if lines == bands.lines:
        _gaps(findings, bands, met, left)
        _slips(findings, bands, met)
    if whole.scale in _ORDERED:
        _directions(findings, bands, met)


def _fits(findings: Findings, bands: BandList, line: Line) -> bool:
    """Return whether a band is in the unit of the value; tells where it is not."""
    if line.condition is None:
        return True
    try:
        unit_of(line.condition, bands.units)
    except ExpressionUnitError:
        findings.error(
            line.written.place,
            Text(
                "{i} mixes units: its value is {u}, and “{b}” is not",
                "{i}混用了单位：其值为{u}，而“{b}”不是",
            ).filled(i=bands.item, u=unit_of(bands.value, bands.units).label, b=line.said),
            Text(
                "Make two items of it, each with a metric of its own.",
                "请拆成两项，各用一个指标。",
            ),
        )
        return False
    return True


def _meant(line: Line, value: Expression, scale: Scale) -> Values | None:
    everything = ranges.everything(scale)
    if line.condition is None:
        return everything.known()
    return values_where(line.condition, value, lambda _: everything)


# --- overlaps ---------------------------------------------------------------------------------


def _overlaps(findings: Findings, bands: BandList, met: list[_Met], whole: Values) -> set[int]:
    found: set[int] = set()
    for later, second in enumerate(met):
        if second.got == second.meant.both(whole).known():
            continue  # no band before has any of it
        for first in reversed(met[:later]):
            shared = first.meant.both(second.meant).both(whole)
            if shared.is_empty or not _conflict(first, second):
                continue
            found.add(later)
            findings.error(
                second.line.written.place,
                Text(
                    "{i}: {e} falls in “{a}” with {p} and in “{b}” with {q}",
                    "{i}：{e} 既属“{a}”（{p}），又属“{b}”（{q}）",
                ).filled(
                    i=bands.item,
                    e=said(example_of(shared)),
                    a=first.line.said,
                    p=first.line.given,
                    b=second.line.said,
                    q=second.line.given,
                ),
                Text(
                    "Let only one of them have it: a round bracket leaves an end out, as in "
                    "“[60, 80)”.",
                    "请只归入其中一档：圆括号不含端点，如“[60, 80)”。",
                ),
            )
            break
    return found


def _conflict(first: _Met, second: _Met) -> bool:
    """Return whether two bands that share values contradict each other.

    Comparisons one below the other (`>= 80`, `>= 60`) are meant to be read from the top, and so
    is a single value picked out first (`= 0`, then `< 30`).
    """
    if None in (first.line.condition, second.line.condition):
        return False
    if first.line.gives == second.line.gives:
        return False
    one, other = first.meant.known(), second.meant.known()
    if one.is_closed and other.is_closed:
        return True
    if one.is_closed and one.is_listed:
        return False
    if one.is_closed or other.is_closed:
        # What only the first has nothing of is never reached, and told as such.
        return not other.without(one).has_no_value
    if one.scale not in _ORDERED or len(one.spans) != 1 or len(other.spans) != 1:
        return False
    return (one.spans[0][0] is None) != (other.spans[0][0] is None)


# --- bands that are never reached -------------------------------------------------------------


def _unreached(
    findings: Findings, bands: BandList, met: list[_Met], whole: Values, overlapping: set[int]
) -> None:
    for index, band in enumerate(met):
        unknown = band.meant.unknown and not any(m.meant.unknown for m in met[:index])
        if band.line.condition is None or index in overlapping or unknown:
            continue
        if not band.got.is_empty:
            continue
        before = [m.line.said for m in met[:index] if not m.meant.both(band.meant).is_empty]
        if band.meant.both(whole).is_empty and not band.meant.unknown:
            what = Text(
                "{i}: “{b}” is never reached: there is no such value",
                "{i}：“{b}”永远达不到：不存在这样的取值",
            ).filled(i=bands.item, b=band.line.said)
            mend = Text("Remove it, or correct the value it names.", "请删除，或更正所写的取值。")
        else:
            what = Text(
                "{i}: “{b}” is never reached: all its values fall in {a} before it",
                "{i}：“{b}”永远达不到：其取值已全部归入前面的{a}",
            ).filled(i=bands.item, b=band.line.said, a=quoted(before))
            mend = Text(
                "Move it before them, or remove it: the first band that fits counts.",
                "请移到前面或删除：以最先符合的一档为准。",
            )
        findings.error(band.line.written.place, what, mend)


# --- gaps -------------------------------------------------------------------------------------


def _gaps(findings: Findings, bands: BandList, met: list[_Met], left: Values) -> None:
    if left.scale is Scale.OTHER:
        return
    if left.scale is Scale.TEXT:
        if not left.has_no_value:
            _text_gap(findings, bands, left)
        return
    for span in left.spans:
        _gap(findings, bands, met, Values(left.scale, (span,)))


def _gap(findings: Findings, bands: BandList, met: list[_Met], gap: Values) -> None:
    low, high = gap.spans[0]
    under = next((m for m in met if low is not None and _ends(m.got, low - 1)), None)
    over = next((m for m in met if high is not None and _begins(m.got, high + 1)), None)
    nearest = under or over
    place = nearest.line.written.place if nearest is not None else bands.place
    words: dict[str, Text | str] = {"i": bands.item, "e": said(example_of(gap))}
    mend = Text("Close with “else: points”.", "请在末尾加“else: 分值”。")
    if under is not None and over is not None:
        what = Text(
            "{i}: no band has {e}, between “{a}” and “{b}”",
            "{i}：{e} 不属任何一档，落在“{a}”与“{b}”之间",
        ).filled(**words, a=under.line.said, b=over.line.said)
        mend = Text("{m} Or close with “else: points”.", "{m}或在末尾加“else: 分值”。").filled(
            m=_meeting(under.line.said, over.line.said)
        )
    elif under is not None:
        what = Text("{i}: no band has {e}, above “{a}”", "{i}：{e} 不属任何一档，高于“{a}”").filled(
            **words, a=under.line.said
        )
    elif over is not None:
        what = Text("{i}: no band has {e}, below “{b}”", "{i}：{e} 不属任何一档，低于“{b}”").filled(
            **words, b=over.line.said
        )
    else:
        what = Text("{i}: no band has {e}", "{i}：{e} 不属任何一档").filled(**words)
    findings.error(place, what, mend)


def _slips(findings: Findings, bands: BandList, met: list[_Met]) -> None:
    """Find values between two neighbouring bands, as 59 and 60, that fall to `else`."""
    rest = next((m for m in met if m.line.condition is None), None)
    if rest is None or rest.got.scale is not Scale.NUMBER:
        return
    for low, high in rest.got.spans:
        under = next((m for m in met if low is not None and _ends(m.got, low - 1)), None)
        over = next((m for m in met if high is not None and _begins(m.got, high + 1)), None)
        if low is None or high is None or under is None or over is None:
            continue
        # As they are written, one end follows the other: nothing was meant to lie between.
        if high - low + 2 != max(g for g in _GRAINS if (low - 1) % g == (high + 1) % g == 0):
            continue
        findings.warning(
            under.line.written.place,
            Text(
                "{i}: {e}, between “{a}” and “{b}”, falls to “else” with {p}",
                "{i}：{e} 落在“{a}”与“{b}”之间，按“else”得 {p}",
            ).filled(
                i=bands.item,
                e=said(example_of(Values(Scale.NUMBER, ((low, high),)))),
                a=under.line.said,
                b=over.line.said,
                p=rest.line.given,
            ),
            _meeting(under.line.said, over.line.said),
        )


def _meeting(under: str, over: str) -> Text:
    """Return how two neighbouring bands are made to meet."""
    stretched = reaching(under, over)
    if stretched is None:
        return Text("Let the two bands meet.", "请让两档相接。")
    return Text("Write “{s}” in place of “{a}”.", "请将“{a}”改为“{s}”。").filled(
        s=stretched, a=under
    )


def _ends(values: Values, step: int) -> bool:
    return any(high == step for _, high in values.spans)


def _begins(values: Values, step: int) -> bool:
    return any(low == step for low, _ in values.spans)


def _text_gap(findings: Findings, bands: BandList, left: Values) -> None:
    close = Text("Close with “else: points”.", "请在末尾加“else: 分值”。")
    if left.others:
        findings.note(
            bands.place,
            Text(
                "{i}: a text other than those named, such as 'other', counts as unknown",
                "{i}：未列出的取值（如 'other'）按未知处理",
            ).filled(i=bands.item),
            Text("Nothing, if it is meant so. {c}", "如本意如此，无需处理。{c}").filled(c=close),
        )
        return
    named = ", ".join(f"'{text}'" for text in sorted(left.texts))
    what = Text("{i}: no band has {e}", "{i}：{e} 不属任何一档").filled(i=bands.item, e=named)
    findings.error(bands.place, what, close)


# --- the direction of points ------------------------------------------------------------------


def _directions(findings: Findings, bands: BandList, met: list[_Met]) -> None:
    """Compare points along the values: with what `better` says, or with each other."""
    pieces = sorted(
        (
            (low, band.line)
            for band in met
            for low, _ in band.got.spans
            if isinstance(band.line.gives, Decimal)
        ),
        key=lambda piece: (piece[0] is not None, piece[0] or 0),
    )
    lines = [line for _, line in pieces]
    falls = _first_step(lines, up=False)
    rises = _first_step(lines, up=True)
    wrong = falls if bands.better == "higher" else rises if bands.better == "lower" else None
    if wrong is not None:
        lower, higher = wrong
        findings.error(
            higher.written.place,
            Text(
                "{i}: {d} is said to be better, but “{a}” gives {p} and the higher “{b}” gives {q}",
                "{i}：声明{d}更好，但“{a}”得 {p}，更高的“{b}”却得 {q}",
            ).filled(
                i=bands.item,
                d=Text("higher", "越高") if bands.better == "higher" else Text("lower", "越低"),
                a=lower.said,
                p=lower.given,
                b=higher.said,
                q=higher.given,
            ),
            Text(
                "Exchange the points, or correct or remove “better”.",
                "请对调分值，或更正、删除“better”。",
            ),
        )
    elif bands.better is None and falls is not None and rises is not None:
        findings.note(
            bands.place,
            Text(
                "{i}: the points neither only rise nor only fall with the value: {s}",
                "{i}：分值并非随取值单调升降：{s}",
            ).filled(i=bands.item, s=", ".join(f"“{x.said}” {x.given}" for x in lines)),
            Text(
                "Nothing, if it is meant so; otherwise add “better: higher” or “better: lower”.",
                "如本意如此，无需处理；否则请加“better: higher”或“better: lower”。",
            ),
        )


def _first_step(lines: list[Line], *, up: bool) -> tuple[Line, Line] | None:
    """Return the first two neighbours along the values whose points rise (or fall)."""
    for lower, higher in pairwise(lines):
        if isinstance(lower.gives, Decimal) and isinstance(higher.gives, Decimal):
            step = higher.gives - lower.gives
            if (step > 0) if up else (step < 0):
                return lower, higher
    return None
