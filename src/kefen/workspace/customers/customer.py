"""What a customer's page says: grades side by side, why, what if, and how it was before."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.explain import explain
from kefen.grading.explanation_parts import Line
from kefen.grading.history import current_runs, kept_runs
from kefen.grading.past import past_grade
from kefen.grading.what_if import WhatIf, what_if
from kefen.workspace.book import served_book
from kefen.workspace.customers.cells import Cell, cell
from kefen.workspace.customers.standing import Standing, standing_of
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.shell.formats import NOTHING
from kefen.workspace.shell.language import current_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from kefen.grading.explanation import SchemeExplanation
    from kefen.grading.explanation_parts import Adjustment
    from kefen.grading.stored import StoredRun
    from kefen.workspace.customers.sight import ShownColumn, ShownGrade, Sight

_HISTORY = 24
_SLIDERS = 8
_FACTS = (
    "metric_revenue",
    "metric_growth",
    "metric_margin",
    "metric_orders",
    "metric_last_purchase_on",
    "metric_overdue_amount",
)
_GAP = 2
_TONES = "sabcd"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the waterfall.

    Attributes:
        name: The indicator, or where the sum starts or is capped.
        value: The value that is scored, in words.
        position: The share of customers below, as a percentage, or empty.
        weight: The most it could give, or None.
        points: What it gives, or None.
        note: What is missing or was capped, or None.
        start: Where its bar begins, in percent of the axis.
        width: How wide it is.
        lost: How wide the part is that it could have given besides.
        falls: Whether it takes away.
    """

    name: Text
    value: Text | None
    position: str
    weight: Decimal | None
    points: Decimal | None
    note: Text | None
    start: str
    width: str
    lost: str
    falls: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A line on the axis: where a grade begins."""

    grade: str
    line: Decimal
    place: str


@dataclass(frozen=True, slots=True)
class Side:
    """A scheme, beside the others.

    Attributes:
        column: The column of its grade.
        cell: The grade, with its move.
        why: Its explanation; None to who may not see why.
    """

    column: ShownColumn
    cell: Cell
    why: SchemeExplanation | None


@dataclass(frozen=True, slots=True)
class Slider:
    """A figure that can be tried out.

    Attributes:
        metric: The id of the metric.
        name: Its name.
        now: What it is now, in words.
        value: The same, as the field holds it.
        least: The least value of the slider.
        most: The most.
        step: How fine it is.
    """

    metric: str
    name: Text
    now: Text
    value: str
    least: int
    most: int
    step: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One run of the past: its id and date, and the grade, score and headline figures then."""

    run_id: str
    as_of: str
    cell: Cell
    score: Decimal | None
    figures: list[Cell]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two schemes that judge a customer far apart: their ids, and what to say of it."""

    schemes: tuple[str, str]
    words: Text


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything that the page says besides the record itself.

    Attributes:
        lead: The leading scheme beside its grade; None where there is none.
        facts: Headline figures.
        sides: Every scheme.
        chosen: The scheme explained in full; None to who may not see why.
        bars: Its waterfall; none where points do not add up to the score.
        total: The bar of the sum.
        marks: Where grades begin on the axis.
        sliders: What can be tried.
        history: The grade in the runs of the past, newest first.
        history_columns: What its figures are.
        scores: The scores of the past, oldest first, as far as there are any.
        conflict: What contradicts each other, or None.
        standing: How far the score is from the lines around it, or None.
        better: The next better grade of the chosen scheme; None at the top.
    """

    lead: Side | None
    facts: list[tuple[ShownColumn, Cell]]
    sides: list[Side]
    chosen: SchemeExplanation | None
    bars: list[Bar]
    total: Bar | None
    marks: list[Mark]
    sliders: list[Slider]
    history: list[Moment]
    history_columns: list[ShownColumn]
    scores: list[Decimal]
    conflict: Conflict | None
    standing: Standing | None
    better: ShownGrade | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of other figures: the answer, or what was wrong with them.

    Attributes:
        answer: The grades with those figures, or None.
        moved: The names of grades before and after, where they differ or a score does.
        wrong: Why there is no answer, or None.
    """

    answer: WhatIf | None
    moved: list[tuple[Text, Text, Text, Decimal | None, Decimal | None, bool]]
    wrong: Text | None


def customer_page(sight: Sight, row: Any, scheme: str, *, may_see_why: bool) -> CustomerPage:
    """Return what a customer's page says.

    Raises:
        KefenError: A file of the run is damaged.
    """
    language = current_language()
    run = stored_run(sight.publication.run_id)
    why: dict[str, SchemeExplanation] = {}
    if may_see_why:
        # A customer that was added after the run is not in it; it has no grades to explain.
        with suppress(CallError):
            explained = explain(run, row.customer_id, name=row.name)
            why = {one.scheme: one for one in explained.schemes}
    sides = [
        Side(column, cell(column, row, language), why.get(column.scheme))
        for column in sight.schemes
    ]
    lead = next((one for one in sides if sight.lead and one.column == sight.lead), None)
    chosen = why.get(scheme) or (why.get(lead.column.scheme) if lead is not None else None)
    bars, total, marks = _waterfall(chosen) if chosen is not None else ([], None, [])
    facts = [
        (sight.columns[name], cell(sight.columns[name], row, language))
        for name in _FACTS
        if name in sight.columns
    ]
    followed = [column for column, _ in facts if column.kind == "metric"]
    history = (
        _history(sight, row.customer_id, chosen.scheme, followed) if chosen is not None else []
    )
    return CustomerPage(
        lead=lead,
        facts=facts,
        sides=sides,
        chosen=chosen,
        bars=bars,
        total=total,
        marks=marks,
        sliders=_sliders(run, chosen) if chosen is not None else [],
        history=history,
        history_columns=followed,
        scores=[one.score for one in reversed(history) if one.score is not None],
        conflict=_conflict(sides),
        standing=standing_of(chosen) if chosen is not None else None,
        better=_better(sight, row, chosen.scheme) if chosen is not None else None,
    )


def _better(sight: Sight, row: Any, scheme: str) -> ShownGrade | None:
    column = sight.columns.get(f"grade_{scheme}")
    if column is None or column.type != "rank":
        return None
    rank = getattr(row, column.name)
    if rank == 0 or not column.grades:
        return None
    return column.grades[-1 if rank is None else rank - 1]


def tried(sight: Sight, row: Any, query: QueryDict) -> Tried:
    """Return the grades that a customer would have with the figures of an address."""
    run = stored_run(sight.publication.run_id)
    now = run.metrics_of(row.customer_id)
    changes = {}
    for name in query:
        text = str(query[name]).strip()
        metric = name.removeprefix("set_")
        if name == metric or metric not in run.standard.metrics or not text:
            continue
        if _differs(now.get(metric), text):
            changes[metric] = text
    if not changes:
        return Tried(None, [], None)
    try:
        answer = what_if(run, row.customer_id, changes)
    except CallError as error:
        return Tried(None, [], Text("{w} {m}", "{w}{m}").filled(w=error.what, m=error.mend))
    moved = []
    for one in answer.outcomes:
        if not one.moved and one.score_before == one.score_after:
            continue
        names = {grade.id: grade.name for grade in run.standard.schemes[one.scheme].grades}
        none = Text("no grade", "无等级")
        before, after = (
            none if code is None else names.get(code, Text.same(code))
            for code in (one.grade_before, one.grade_after)
        )
        moved.append((one.name, before, after, one.score_before, one.score_after, one.moved))
    return Tried(answer, moved, None)


def _differs(value: object, text: str) -> bool:
    if not isinstance(value, Decimal | int):
        return True
    try:
        return Decimal(text.replace(",", "")) != value
    except ArithmeticError:
        return True


def _waterfall(chosen: SchemeExplanation) -> tuple[list[Bar], Bar | None, list[Mark]]:
    """Return the bars of a scheme whose points add up to its score."""
    if not chosen.lines:
        return [], None, []
    if not chosen.additive or chosen.total is None:
        return [_bar(entry, Decimal(0), None) for entry in chosen.entries], None, []
    lines = [one for one in chosen.thresholds if one.line is not None]
    most = sum((line.at_best or line.points or Decimal(0) for line in chosen.lines), Decimal(0))
    axis = max([most, chosen.total, *(one.line for one in lines if one.line is not None)])
    axis = axis if axis > 0 else Decimal(1)
    running = Decimal(0)
    bars = []
    for entry in chosen.entries:
        bars.append(_bar(entry, running, axis))
        running += entry.points or Decimal(0)
    total = Bar(
        Text("Total", "合计"),
        chosen.grade_name,
        "",
        None,
        chosen.total,
        None,
        "0%",
        _percent(chosen.total, axis),
        "0%",
        falls=False,
    )
    marks = [
        Mark(one.grade, one.line, _percent(one.line, axis))
        for one in lines
        if one.line is not None and one.line > 0
    ]
    return bars, total, marks


def _bar(entry: Line | Adjustment, running: Decimal, axis: Decimal | None) -> Bar:
    points = entry.points
    line = entry if isinstance(entry, Line) else None
    drawn = points is not None and axis is not None
    first = min(running, running + (points or 0))
    lost = Decimal(0)
    if line is not None and line.at_best is not None and points is not None:
        lost = max(line.at_best - points, Decimal(0))
    return Bar(
        name=entry.name,
        value=line.value_words if line is not None else None,
        position=f"P{line.position * 100:.0f}"
        if line is not None and line.position is not None
        else "",
        weight=line.weight if line is not None else None,
        points=points,
        note=line.note if line is not None else None,
        start=_percent(first, axis) if drawn and axis else "0%",
        width=_percent(abs(points), axis) if drawn and axis and points is not None else "0%",
        lost=_percent(lost, axis) if drawn and axis else "0%",
        falls=points is not None and points < 0,
    )


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{min(max(part * 100 / whole, Decimal(0)), Decimal(100)):.3f}%"


def _sliders(run: StoredRun, chosen: SchemeExplanation) -> list[Slider]:
    """Return a slider for each number that the scheme rests on, in the standard's own order."""
    found = []
    order = {metric: place for place, metric in enumerate(run.standard.metrics)}
    for datum in sorted(chosen.data, key=lambda one: order.get(one.metric, len(order))):
        metric = run.standard.metrics.get(datum.metric)
        if metric is None or isinstance(datum.value, bool | None):
            continue
        if not isinstance(datum.value, int | Decimal):
            continue
        value = Decimal(datum.value)
        share = metric.unit == "share"
        most = max(int(abs(value) * 3), 1 if share else 10)
        least = -1 if share and value < 0 else min(0, int(value * 3))
        step = "0.01" if share else "1" if isinstance(datum.value, int) or most > 100 else "0.1"
        written = format(value.normalize(), "f")
        found.append(Slider(metric.id, metric.name, datum.value_words, written, least, most, step))
    return found[:_SLIDERS]


def _history(
    sight: Sight, customer: str, scheme: str, followed: Sequence[ShownColumn]
) -> list[Moment]:
    """Return the grade of a scheme in earlier runs under the same standard, newest first."""
    now = stored_run(sight.publication.run_id)
    column = sight.columns.get(f"grade_{scheme}")
    if column is None:
        return []
    held = current_runs(kept_runs(served_book()), now.standard.id)
    newest = {one.as_of.isoformat(): one.run_id for one in held if one.as_of <= now.as_of}
    newest[now.as_of.isoformat()] = sight.publication.run_id
    found = []
    for as_of in sorted(newest, reverse=True)[:_HISTORY]:
        run = stored_run(newest[as_of])
        past = past_grade(run, customer, scheme)
        if past is None:
            continue  # the customer was not there yet, or the scheme was not run
        stored: str | int | None = past.grade
        if past.grade is not None and column.type == "rank":
            stored = column.rank_of(past.grade)
        grade = column.grade_of(stored)
        language = current_language()
        words = grade.name.in_language(language) if grade is not None else NOTHING
        metrics = run.metrics_of(customer)
        then = SimpleNamespace(
            **{one.name: metrics.get(one.name.removeprefix("metric_")) for one in followed}
        )
        figures = [cell(one, then, language) for one in followed]
        found.append(Moment(newest[as_of], as_of, Cell(words, grade=grade), past.score, figures))
    return found


def _conflict(sides: Sequence[Side]) -> Conflict | None:
    """Return which schemes judge a customer far apart: high by one, low by another."""
    judged = [
        (_TONES.index(one.cell.grade.tone), one)
        for one in sides
        if one.cell.grade is not None and one.cell.grade.tone in _TONES
    ]
    if not judged:
        return None
    best, worst = min(judged, key=lambda entry: entry[0]), max(judged, key=lambda entry: entry[0])
    if worst[0] - best[0] < _GAP + 1:
        return None
    words = Text(
        "Judged far apart: {g} under “{s}”, but {h} under “{t}”.",
        "各方案判断相差较大：“{s}”为{g}，而“{t}”为{h}。",
    ).filled(
        g=best[1].cell.words, s=best[1].column.label, h=worst[1].cell.words, t=worst[1].column.label
    )
    return Conflict((best[1].column.scheme, worst[1].column.scheme), words)
