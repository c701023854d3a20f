"""Grades that moved since an earlier run: the flow, the full matrix, and the causes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.calendar import is_month_end
from kefen.domain.text import Text
from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.model import ABSENT
from kefen.grading.moves.words import NOT_THERE, verdict
from kefen.reports.charts import Sankey, StackedColumns
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, PartsEqualTotal, Row, Table

if TYPE_CHECKING:
    from datetime import date

    from kefen.grading.moves.model import RunMoves, SchemeMoves, State
    from kefen.methods.migration import Rate
    from kefen.reports.model import Block
    from kefen.reports.moves_since import MovesSince
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme

MOST_CLASSES = 12
"""A matrix of more classes is no picture; such schemes have open classes."""
_LEAST_DATES = 3


def moves_section(
    people: Population, since: MovesSince | None, leading: Scheme | None
) -> Section | None:
    """Return the moves since an earlier run; None without one.

    Args:
        people: The population that is reported.
        since: The moves, or None.
        leading: The scheme that is told in full.
    """
    if since is None:
        return None
    day = since.before_as_of.isoformat()
    return Section(
        "moves",
        Text("Moves since {d}", "{d} 以来的升降级").filled(d=day),
        Text("Moves", "升降级"),
        Text(
            "Who went from which grade to which since {d}, and why: one thing is changed at a "
            "time, in the order own figures, lines, standard, and the parts add up to all moves.",
            "{d} 以来谁由哪一级变为哪一级、原因何在：依次只改变一项（自身数据、标定、标准），"
            "各部分之和恰为全部变动。",
        ).filled(d=day),
        tuple(_blocks(people, since, leading)),
    )


def _blocks(people: Population, since: MovesSince, leading: Scheme | None) -> list[Block]:
    if since.found is None:
        why = since.why_not or Text("The runs cannot be compared.", "两次评级不可比较。")
        return [Prose((why,), "warn")]
    blocks: list[Block] = []
    if since.found.warnings:
        blocks.append(Prose(since.found.warnings, "warn"))
    own = next(
        (one for one in since.found.schemes if leading is not None and one.scheme == leading.id),
        None,
    )
    if own is not None and leading is not None:
        blocks.append(
            Prose((Text("{s}: {v}", "{s}：{v}").filled(s=leading.name, v=verdict(own)),), "say")
        )
        blocks += _pictures(people, since, own, leading)
        blocks += _of_scheme(people, since, own, leading)
    blocks.append(_overview(since.found))
    return blocks


def _mark(people: Population, scheme: Scheme, state: State) -> GradeMark:
    if state == ABSENT:
        return GradeMark("", NOT_THERE)
    if state is None:
        return GradeMark("", Text("No grade", "无等级"))
    return people.mark(scheme, state, None)


def _states(moves: SchemeMoves) -> list[State]:
    seen = {state for ends in moves.matrix for state in ends}
    return [state for state in moves.states if state in seen]


def _pictures(
    people: Population, since: MovesSince, moves: SchemeMoves, scheme: Scheme
) -> list[Block]:
    blocks: list[Block] = []
    states = _states(moves)
    marks = {state: _mark(people, scheme, state) for state in states}
    flows = tuple(
        (marks[before], marks[after], customers)
        for before in states
        for after in states
        if (customers := moves.matrix.get((before, after), 0))
        and before != after
        and {before, after} != {None, ABSENT}
    )
    if flows and len(states) <= MOST_CLASSES:
        blocks.append(
            Sankey(
                "moves_flow",
                Text("Who moved", "升降级流向"),
                Text(
                    "Customers that moved, from their grade before (left) to their grade now "
                    "(right). Those who stayed are in the matrix.",
                    "变动的客户由原等级（左）到现等级（右）；未变动者见矩阵。",
                ),
                Text("{d} (before)", "{d}（原）").filled(d=since.before_as_of.isoformat()),
                Text("{d} (now)", "{d}（现）").filled(d=people.run.as_of.isoformat()),
                flows,
                tuple(marks.values()),
            )
        )
    columns = _over_time(people, since, moves, scheme)
    return blocks if columns is None else [*blocks, columns]


def _over_time(
    people: Population, since: MovesSince, moves: SchemeMoves, scheme: Scheme
) -> StackedColumns | None:
    """Return how the grades divide the graded at each run; None for too few runs or classes."""
    if len(since.earlier) + 1 < _LEAST_DATES or not 0 < len(scheme.classes) <= MOST_CLASSES:
        return None
    now: dict[str, int] = {}
    for (_, after), customers in moves.matrix.items():
        if after is not None and after != ABSENT:
            now[after] = now.get(after, 0) + customers
    dates = [
        (day, {code: n for (code, _), n in counts[scheme.id].items() if code is not None})
        for day, counts in since.earlier
        if scheme.id in counts
    ]
    dates = [(day, own) for day, own in (*dates, (people.run.as_of, now)) if sum(own.values())]
    if len(dates) < _LEAST_DATES:
        return None
    return StackedColumns(
        "grades_over_time",
        Text("Grades over time", "等级构成的变化"),
        Text(
            "Of the customers with a grade at each run, the part in each class.",
            "各次评级中有等级的客户在各等级的占比。",
        ),
        tuple(_label(day) for day, _ in dates),
        tuple(
            (
                people.mark(scheme, grade.id, None),
                tuple(own.get(grade.id, 0) for _, own in dates),
            )
            for grade in scheme.classes
        ),
    )


def _label(day: date) -> Text:
    return Text.same(f"{day:%y-%m}" if is_month_end(day) else f"{day:%m-%d}")


def _of_scheme(
    people: Population, since: MovesSince, moves: SchemeMoves, scheme: Scheme
) -> list[Block]:
    blocks: list[Block] = []
    if len(_states(moves)) <= MOST_CLASSES:
        blocks.append(_matrix(people, moves, scheme))
    if moves.moved:
        blocks.append(_causes(moves, scheme))
        blocks.append(_largest(people, since, scheme))
    return blocks


def _matrix(people: Population, moves: SchemeMoves, scheme: Scheme) -> Table:
    states = _states(moves)
    rows = [
        Row(
            (
                _mark(people, scheme, before),
                *(moves.matrix.get((before, after), 0) for after in states),
                sum(moves.matrix.get((before, after), 0) for after in states),
            )
        )
        for before in states
    ]
    ids = [f"to_{place}" for place in range(len(states))]
    sums = [sum(moves.matrix.get((before, after), 0) for before in states) for after in states]
    return Table(
        "moves_matrix",
        Text(
            "From each grade (rows) to each grade (columns): {s}",
            "{s}：由各等级（行）到各等级（列）",
        ).filled(s=scheme.name),
        (
            Column("from", Text("From \\ to", "由 \\ 到"), "grade"),
            *(
                Column(one, _mark(people, scheme, state).name, "number")
                for one, state in zip(ids, states, strict=True)
            ),
            Column("all", Text("All", "合计"), "number"),
        ),
        tuple(rows),
        Row((Text("All", "合计"), *sums, sum(sums))),
        note=_rates(moves),
        reconciliation=(PartsEqualTotal((*ids, "all")),),
    )


def _rates(moves: SchemeMoves) -> Text:
    rates = moves.rates
    parts = [
        Text("{w} {r}", "{w} {r}").filled(w=words, r=_with_interval(rate))
        for words, rate in (
            (Text("stayed", "不变"), rates.stayed),
            (Text("rose", "升级"), rates.rose),
            (Text("fell", "降级"), rates.fell),
        )
        if rate is not None
    ]
    said = Text(
        "Of {n} customers graded at both ends: {p} (95 % interval).",
        "两端均有等级的客户 {n} 位：{p}（95 % 区间）。",
    ).filled(
        n=f"{rates.stayed.cases:,}",
        p=Text(", ".join(p.en for p in parts), "，".join(p.zh for p in parts)),
    )
    if moves.mobility is None:
        return said
    return Text("{s} Mobility (Shorrocks) {m}.", "{s}流动性（Shorrocks）{m}。").filled(
        s=said, m=f"{moves.mobility.shorrocks:.4f}"
    )


def _with_interval(rate: Rate) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{rate.rate * 100:.1f} % ({rate.low * 100:.1f}–{rate.high * 100:.1f})"


def _causes(moves: SchemeMoves, scheme: Scheme) -> Table:
    several = sum(n for causes, n in moves.together.items() if len(causes) > 1)
    ordered = bool(moves.order)
    rows: list[Row] = [
        Row(
            (
                CAUSES[part.cause],
                part.alone,
                part.together,
                part.offset,
                *((part.steps,) if ordered else ()),
            )
        )
        for part in moves.causes
    ]
    total: tuple[Cell, ...] = (
        Text("All moves", "全部变动"),
        moves.moved - several,
        several,
        None,
        *((moves.total_steps,) if ordered else ()),
    )
    return Table(
        "moves_causes",
        Text("Why they moved: {s}", "变动原因：{s}").filled(s=scheme.name),
        (
            Column("cause", Text("Cause", "原因")),
            Column("alone", Text("Moved by it alone", "仅因此变动"), "number"),
            Column("together", Text("By it and others", "与其他原因一起"), "number"),
            Column("offset", Text("Cancelled out", "被抵消"), "number"),
            *(
                (Column("steps", Text("Grades up less down", "升级数减降级数"), "change"),)
                if ordered
                else ()
            ),
        ),
        tuple(rows),
        Row(total),
        note=Text(
            "A customer that several causes moved counts in the second column of each, and once "
            "in its total. Whoever one cause moved and another moved back is cancelled out. "
            "No grade counts as one below the lowest.",
            "由几项原因共同变动的客户在第二列各计一次，合计只计一次；一项原因使其变动、"
            "另一项又使其回到原级者为被抵消。无等级按最低级之下一级计。",
        ),
        reconciliation=(PartsEqualTotal(("alone", "steps") if ordered else ("alone",)),),
    )


def _largest(people: Population, since: MovesSince, scheme: Scheme) -> Table:
    rows = [
        Row(
            (
                one.customer,
                one.name or "",
                _mark(people, scheme, one.before),
                _mark(people, scheme, one.after),
                Text(
                    ", ".join(CAUSES[cause].en for cause in CAUSES if cause in one.causes),
                    "，".join(CAUSES[cause].zh for cause in CAUSES if cause in one.causes),
                ),
                None if one.revenue is None else Decimal(one.revenue),
            )
        )
        for one in since.largest.get(scheme.id, ())
    ]
    return Table(
        "moves_largest",
        Text("Largest customers that moved: {s}", "变动客户中最大的：{s}").filled(s=scheme.name),
        (
            Column("customer", Text("Customer", "客户编号")),
            Column("name", Text("Name", "客户名称")),
            Column("before", Text("Before", "原等级"), "grade"),
            Column("after", Text("Now", "现等级"), "grade"),
            Column("why", Text("Why", "原因")),
            Column("revenue", Text("Revenue", "销售额"), "money"),
        ),
        tuple(rows),
        note=Text(
            "Everybody who moved: kefen compare RUN RUN --moves moves.csv; one customer in a "
            "sentence: kefen moves CUSTOMER.",
            "完整清单：kefen compare 结果 结果 --moves moves.csv；"
            "单个客户的说明：kefen moves 客户。",
        ),
    )


def _overview(found: RunMoves) -> Table:
    causes = [
        cause
        for cause in CAUSES
        if any(part.cause == cause for one in found.schemes for part in one.causes)
    ]
    rows = []
    for one in found.schemes:
        parts = {part.cause: part.alone + part.together for part in one.causes}
        counts = one.counts
        rates = one.rates
        rows.append(
            Row(
                (
                    one.after.name,
                    one.moved,
                    _share(rates.stayed),
                    _share(rates.rose),
                    _share(rates.fell),
                    counts["gained"] + counts["entered"],
                    counts["lost"] + counts["left"],
                    *(parts.get(cause, 0) for cause in causes),
                )
            )
        )
    return Table(
        "moves_overview",
        Text("Moves in every scheme", "各方案的升降级"),
        (
            Column("scheme", Text("Scheme", "方案")),
            Column("moved", Text("Moved", "变动"), "number"),
            Column("stayed", Text("Stayed", "不变"), "percent"),
            Column("rose", Text("Rose", "升级"), "percent"),
            Column("fell", Text("Fell", "降级"), "percent"),
            Column("gained", Text("Gained a grade", "获得等级"), "number"),
            Column("lost", Text("Lost it", "失去等级"), "number"),
            *(
                Column(
                    f"by_{cause}",
                    Text("Why: {c}", "原因：{c}").filled(c=CAUSES[cause]),
                    "number",
                )
                for cause in causes
            ),
        ),
        tuple(rows),
        note=Text(
            "Percent are of those graded at both ends; rising and falling are told where classes "
            "have an order. A customer counts for each cause that moved it.",
            "百分比以两端均有等级的客户为基数；等级有高低次序的方案才有升降。"
            "一位客户由几项原因变动，则各计一次。",
        ),
    )


def _share(rate: Rate | None) -> Decimal | None:
    return None if rate is None or rate.rate is None else Decimal(rate.happened) / rate.cases
