"""The lines of a score: what each indicator gives, and what starts, caps and floors do to it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.compiler.points import POSITION_WHOLE, out_of
from kefen.domain.decimals import from_units, quotient, rounded
from kefen.domain.text import Text
from kefen.grading.explanation_parts import Adjustment, Line
from kefen.grading.next_points import next_points
from kefen.grading.population import models_not_fitted
from kefen.grading.wording import plain_number
from kefen.standards.band_words import points_for_each
from kefen.standards.model import Bands, Formula, OfBest, Position, Tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.grading.explanation_parts import State
    from kefen.grading.subject import Subject
    from kefen.standards.model import Band, Indicator, Scoring


def lines_of(subject: Subject) -> tuple[Line, ...]:
    """Return the line of each indicator, in order."""
    return tuple(_line(subject, indicator) for indicator in subject.scheme.indicators)


def adjustments_of(subject: Subject) -> tuple[Adjustment, ...]:
    """Return where the sums start and what caps and floors do to them, in order.

    With the indicators' points they add up to the points in all.
    """
    scheme = subject.scheme
    found: list[Adjustment] = []
    if scheme.start:
        found.append(Adjustment("start", None, Text("Starts at", "起始分"), rounded(scheme.start)))
    for group in scheme.groups:
        if group.start:
            name = Text("{g} starts at", "{g}起始分").filled(g=group.name)
            found.append(Adjustment("start", group.id, name, rounded(group.start)))
        found += _limit(subject, group.id, group.name, group.at_most, group.at_least)
    return (*found, *_limit(subject, None, None, scheme.at_most, scheme.at_least))


def _limit(
    subject: Subject,
    group: str | None,
    name: Text | None,
    at_most: Decimal | None,
    at_least: Decimal | None,
) -> list[Adjustment]:
    before, after = subject.own("sum", group or ""), subject.own("points", group or "")
    if not isinstance(before, int | Decimal) or not isinstance(after, int | Decimal):
        return []
    moved = rounded(Decimal(after) - Decimal(before))
    if not moved:
        return []
    whole = Text("the whole", "总分")
    if moved < 0:
        words = Text("Capped: {g} gives at most {n}", "封顶：{g}最多 {n}").filled(
            g=name or whole, n=plain_number(at_most or Decimal(0))
        )
        return [Adjustment("cap", group, words, moved)]
    words = Text("Raised: {g} gives at least {n}", "保底：{g}最少 {n}").filled(
        g=name or whole, n=plain_number(at_least or Decimal(0))
    )
    return [Adjustment("floor", group, words, moved)]


def _line(subject: Subject, indicator: Indicator) -> Line:
    def number(name: str) -> Decimal | None:
        found = subject.own(name, indicator.id)
        return rounded(Decimal(found)) if isinstance(found, int | Decimal) else None

    value, points = subject.own("value", indicator.id), number("points")
    position = subject.own("position", indicator.id)
    state = _state(subject, indicator)
    weight = number("weight")
    run, key = subject.run, id(indicator)
    group, stated_weight = run.kept(("group, weight", key), lambda: _stated(subject, indicator))
    table = _table(subject, indicator.scoring)
    at_best, gives = run.kept(
        ("at best, gives", key, table, weight),
        lambda: (_at_best(indicator, table, weight), _gives(indicator, table)),
    )
    return Line(
        indicator=indicator.id,
        name=indicator.name,
        group=group,
        group_id=indicator.group,
        state=state,
        value=value,
        value_words=_NONE
        if state == "does not apply" or not subject.names_of(indicator.value)
        else subject.shown(indicator.value, value),
        position=quotient(position, POSITION_WHOLE) if isinstance(position, int) else None,
        earned=number("earned"),
        stated_weight=stated_weight,
        weight=weight,
        points=points,
        at_best=at_best,
        gives=gives,
        better=indicator.better,
        note=_note(subject, indicator, state, points, weight),
        next=next_points(subject, indicator, points) if state == "counted" else None,
    )


def _stated(subject: Subject, indicator: Indicator) -> tuple[Text | None, Decimal | None]:
    """Return the name of an indicator's group, and its weight in points."""
    group = next((g.name for g in subject.scheme.groups if g.id == indicator.group), None)
    return group, from_units(indicator.weight) if indicator.weight is not None else None


def _state(subject: Subject, indicator: Indicator) -> State:
    if subject.own("applies", indicator.id) is False:
        return "does not apply"
    earned = "value" if isinstance(indicator.scoring, Position) else "earned"
    return "unknown" if subject.own(earned, indicator.id) is None else "counted"


def _note(
    subject: Subject,
    indicator: Indicator,
    state: State,
    points: Decimal | None,
    weight: Decimal | None,
) -> Text | None:
    if not subject.eligible:
        return None
    if state == "does not apply":
        return Text("does not apply{h}", "不适用{h}").filled(
            h=_HANDED_ON if indicator.weight is not None else Text(": 0", "：0 分")
        )
    if state == "unknown":
        return Text("{w}{d}", "{w}{d}").filled(
            w=_why_unknown(subject, indicator), d=_what_unknown_does(indicator, points)
        )
    return _limit_note(subject, indicator, points, weight)


_NONE = Text.same("–")
_HANDED_ON = Text("; its weight went to the others", "；其权重由其他指标分担")


def _why_unknown(subject: Subject, indicator: Indicator) -> Text:
    unavailable = set(subject.run.record.get("metrics_not_available", ()))
    names = subject.names_of(indicator.value)
    if unavailable & set(names):
        return subject.run.kept(
            ("not available", id(indicator)),
            lambda: _why_not_available(subject, names, unavailable),
        )
    if subject.own("value", indicator.id) is not None:
        group = subject.own("within")
        if isinstance(indicator.scoring, Tiles | Position | OfBest) and group is not None:
            return Text("nothing was learned of the group “{g}”", "标定中没有“{g}”组").filled(
                g=group
            )
        if isinstance(indicator.scoring, Formula):
            return Text("its formula gives nothing here", "其公式在此没有结果")
        return Text("its value is in no band", "其值不在任何区间内")
    if all(subject.scope.get(name) is not None for name in names):
        return Text("not in the calibration, which was made without it", "标定时尚无此数据")
    return Text("not known for this customer", "该客户缺此数据")


def _why_not_available(subject: Subject, names: Sequence[str], unavailable: set[str]) -> Text:
    run = subject.run
    if models_not_fitted(run.standard, names, run.calibration.models, unavailable):
        # Which model, and why, stands with the data used.
        return Text("its model could not be fitted", "其模型无法拟合")
    return Text("not imported", "未导入")


def _what_unknown_does(indicator: Indicator, points: Decimal | None) -> Text:
    if indicator.if_unknown == "left out":
        return _HANDED_ON
    if indicator.if_unknown == "no grade" or points is None:
        return Text("; without it the points do not add up", "；缺此项则无法合计得分")
    shown = plain_number(points)
    if indicator.if_unknown == "worst":
        return Text("; counts as the worst: {p}", "；按最差计：{p} 分").filled(p=shown)
    return Text("; counts as {p}", "；计 {p} 分").filled(p=shown)


def _limit_note(
    subject: Subject, indicator: Indicator, points: Decimal | None, weight: Decimal | None
) -> Text | None:
    """Return that a cap or floor of the indicator's own decided its points, if one did."""
    if points is None or (indicator.at_most is None and indicator.at_least is None):
        return None
    if isinstance(indicator.scoring, Position):
        place = subject.own("position", indicator.id)
        whole: Decimal | int = POSITION_WHOLE
    else:
        place, whole = subject.own("earned", indicator.id), out_of(indicator)
    if not isinstance(place, int | Decimal):
        return None
    # Compared as weight x place with points x whole: nothing is divided, so nothing is rounded.
    gives, counted = Decimal(place), points
    if indicator.weight is not None:
        gives, counted = (weight or Decimal(0)) * Decimal(place), points * Decimal(whole)
    if indicator.at_most is not None and points == indicator.at_most and gives > counted:
        return Text("capped at {n}", "封顶 {n}").filled(n=plain_number(indicator.at_most))
    if indicator.at_least is not None and points == indicator.at_least and gives < counted:
        return Text("raised to {n}", "保底 {n}").filled(n=plain_number(indicator.at_least))
    return None


def _at_best(indicator: Indicator, table: str | None, weight: Decimal | None) -> Decimal | None:
    scoring = indicator.scoring
    best: Decimal | None
    if isinstance(scoring, Tiles):
        best = Decimal(scoring.count)
    elif isinstance(scoring, Position | OfBest):
        best = Decimal(1)
    elif isinstance(scoring, Bands):
        best = max(band.points for band in _bands(scoring, table))
    else:
        assert isinstance(scoring, Formula)  # noqa: S101  the last of the union
        best = out_of(indicator) if indicator.weight is not None else None
    if indicator.weight is not None and best is not None:
        if weight is None:
            return None
        best = quotient(rounded(weight * best), out_of(indicator))
    if indicator.at_most is not None:
        best = indicator.at_most if best is None else min(best, indicator.at_most)
    if best is not None and indicator.at_least is not None:
        best = max(best, indicator.at_least)
    return rounded(best) if best is not None else None


def _gives(indicator: Indicator, table: str | None) -> Text | None:
    """Return what an indicator gives, where it only takes away or gives so much for each."""
    if indicator.weight is not None:
        return None
    scoring = indicator.scoring
    if isinstance(scoring, Formula):
        found = points_for_each(scoring.points, indicator.value)
        if found is None or indicator.at_most is not None:
            return None
        points, every = found
        if every == 1:
            return Text("{p} for each", "每 1 计 {p}").filled(p=plain_number(points))
        return Text("{p} for every {e}", "每 {e} 计 {p}").filled(
            p=plain_number(points), e=plain_number(every)
        )
    if not isinstance(scoring, Bands):
        return None
    earned = [band.points for band in _bands(scoring, table)]
    if max(earned) > 0 or min(earned) == 0:
        return None
    worst = min(earned) if indicator.at_least is None else max(min(earned), indicator.at_least)
    return Text("to {p}", "至 {p}").filled(p=plain_number(worst))


def _table(subject: Subject, scoring: Scoring) -> str | None:
    """Return whose table of bands is used for the customer; None: everybody's, or the rest's."""
    if not isinstance(scoring, Bands) or scoring.by is None:
        return None
    found = subject.value_of(scoring.by)
    key = None if found is None else str(found)
    return key if any(key == own for own, _ in scoring.tables) else None


def _bands(scoring: Bands, table: str | None) -> tuple[Band, ...]:
    """Return the bands of a table, or all of them when there is no such table."""
    if scoring.by is None:
        return scoring.bands
    return dict(scoring.tables).get(table) or scoring.all_bands
