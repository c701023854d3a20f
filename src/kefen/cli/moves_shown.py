"""Showing moves to a person: an overview of all schemes, or one in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text as Styled

from kefen.cli.language import say
from kefen.cli.layout import named
from kefen.cli.terminal import console, count, plain_table, print_prose
from kefen.domain.text import Text
from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.model import ABSENT
from kefen.grading.moves.words import state_in_words, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from kefen.grading.moves.chain import SchemeChain
    from kefen.grading.moves.model import RunMoves, SchemeMoves, State
    from kefen.methods.migration import Rate

_MOST_STATES = 8
_MOST_WARNINGS = 2
_MOST_MOVES = 12


def show_chain(
    pairs: Sequence[RunMoves], schemes: Sequence[SchemeChain], moves: Path | None, *, full: bool
) -> None:
    """Show what moved between runs.

    Args:
        pairs: The moves between each run and the next.
        schemes: Every scheme over all of them.
        moves: Where the list of moves was written, or None.
        full: Whether matrices and causes are shown, and not an overview only.
    """
    screen = console()
    screen.print()
    title = Text("Moves from {a} to {b}: {n} {n:run|runs}", "{a} 至 {b} 的升降级：{n} 次评级")
    head = title.filled(a=pairs[0].before_as_of, b=pairs[-1].after_as_of, n=len(pairs) + 1)
    screen.print(say(head), style="bold")
    warnings = list(dict.fromkeys(w for pair in pairs for w in pair.warnings))
    for warning in warnings[:_MOST_WARNINGS]:
        print_prose(screen, say(warning), "yellow")
    if len(warnings) > _MOST_WARNINGS:
        more = Text(
            "… and {n} more of the months after; --json has all.",
            "……其后各月另有 {n} 项，见 --json。",
        ).filled(n=len(warnings) - _MOST_WARNINGS)
        print_prose(screen, say(more), "yellow")
    if full:
        for one in schemes:
            _show_scheme(screen, one, pairs)
    else:
        _show_overview(screen, schemes)
    screen.print()
    if moves is not None:
        written = Text("Everybody who moved is in {f}.", "变动清单见 {f}。").filled(f=moves)
        screen.print(say(written), style="dim", soft_wrap=True)
    if not full:
        hint = Text("In full: add --scheme {s}.", "详情：加 --scheme {s}。")
        print_prose(screen, say(hint.filled(s=schemes[0].scheme if schemes else "abc")), "dim")


def _show_overview(screen: Console, schemes: Sequence[SchemeChain]) -> None:
    table = plain_table()
    for heading, right in (
        (Text("Scheme", "方案"), False),
        (Text("moved", "变动"), True),
        (Text("stayed", "不变"), True),
        (Text("up", "升级"), True),
        (Text("down", "降级"), True),
        (Text("gained", "获得"), True),
        (Text("lost", "失去"), True),
        (Text("why", "原因"), False),
    ):
        table.add_column(say(heading), justify="right" if right else "left")
    for one in schemes:
        known = [moves for moves in one.moves if moves is not None]
        total = {
            kind: sum(moves.counts[kind] for moves in known)
            for kind in ("higher", "lower", "gained", "lost", "entered", "left")
        }
        causes: dict[str, int] = {}
        for moves in known:
            for part in moves.causes:
                name = say(CAUSES[part.cause])
                causes[name] = causes.get(name, 0) + part.alone + part.together
        why = say(Text(", ", "，")).join(f"{name} {count(n)}" for name, n in causes.items() if n)
        moved = sum(moves.moved for moves in known)
        rates = one.rates
        table.add_row(
            say(one.after.name),
            count(moved),
            _percent(rates.stayed),
            _percent(rates.rose),
            _percent(rates.fell),
            count(total["gained"] + total["entered"]),
            count(total["lost"] + total["left"]),
            why,
            style="" if moved else "dim",
        )
    screen.print(table)
    note = Text(
        "Percent are of those graded at both ends. Causes count a customer for each that moved it.",
        "百分比以两端均有等级的客户为基数；一位客户由几项原因变动，则各计一次。",
    )
    print_prose(screen, say(note), "dim")


def _show_scheme(screen: Console, chain: SchemeChain, pairs: Sequence[RunMoves]) -> None:
    screen.print()
    screen.print(Styled(named(say(chain.after.name), chain.scheme), style="bold cyan"))
    for pair, moves in zip(pairs, chain.moves, strict=True):
        if moves is None:
            continue
        line = say(verdict(moves))
        if len(pairs) > 1:
            line = f"{pair.after_as_of}{say(Text(': ', '：'))}{line}"
        print_prose(screen, line, indent="  ")
    _show_matrix(screen, chain)
    _show_rates(screen, chain)
    if len(pairs) == 1 and chain.moves[0] is not None:
        _show_causes(screen, chain.moves[0])
    if len(pairs) > 1:
        _show_flow(screen, chain)
    _show_projection(screen, chain)


def _there(chain: SchemeChain) -> list[State]:
    """Return the states that anybody was in."""
    seen = {state for ends in chain.counts for state in ends}
    return [state for state in chain.states if state in seen]


def _show_matrix(screen: Console, chain: SchemeChain) -> None:
    states = _there(chain)
    if len(states) > _MOST_STATES:
        _show_largest(screen, chain)
        return
    table = plain_table()
    table.add_column(say(Text("from \\ to", "由 \\ 到")))
    for state in states:
        table.add_column(_short(state, chain), justify="right")
    for row in states:
        cells = [
            Styled(
                count(chain.counts[row, to]) if (row, to) in chain.counts else "·",
                style="bold" if row == to else "",
            )
            for to in states
            if not (row == to == ABSENT)
        ]
        if row == ABSENT:
            cells.append(Styled(""))
        table.add_row(say(state_in_words(row, chain.after)), *cells)
    screen.print(table)


def _show_largest(screen: Console, chain: SchemeChain) -> None:
    """Show the largest moves of a scheme whose matrix is too wide for a terminal."""
    moves = [(ends, n) for ends, n in chain.counts.items() if ends[0] != ends[1]]
    moves = [one for one in moves if {None, ABSENT} != set(one[0])]
    moves.sort(key=lambda one: (-one[1], str(one[0])))
    table = plain_table()
    for heading in (Text("From", "由"), Text("to", "到")):
        table.add_column(say(heading))
    table.add_column(say(Text("customers", "客户数")), justify="right")
    for (before, after), customers in moves[:_MOST_MOVES]:
        ends = (say(state_in_words(state, chain.after)) for state in (before, after))
        table.add_row(*ends, count(customers))
    screen.print(table)
    more = Text("The whole matrix is in --json.", "完整矩阵见 --json。")
    print_prose(screen, say(more), "dim", "  ")


def _short(state: State, chain: SchemeChain) -> str:
    words = say(state_in_words(state, chain.after))
    return state if state is not None and state != ABSENT and len(state) <= 3 else words


def _show_rates(screen: Console, chain: SchemeChain) -> None:
    rates = chain.rates
    parts = [
        words.filled(r=_with_interval(rate))
        for words, rate in (
            (Text("stayed {r}", "不变 {r}"), rates.stayed),
            (Text("rose {r}", "升级 {r}"), rates.rose),
            (Text("fell {r}", "降级 {r}"), rates.fell),
        )
        if rate is not None and rate.rate is not None
    ]
    if not parts:
        return
    words = Text("Of {n} graded at both ends: {p}.", "两端均有等级者 {n} 位：{p}。")
    if len(chain.moves) > 1:
        words = Text(
            "Of {n} steps of customers graded at both ends: {p}.",
            "两端均有等级的客户共 {n} 步：{p}。",
        )
    text = words.filled(
        n=count(rates.stayed.cases),
        p=Text(", ".join(part.en for part in parts), "，".join(part.zh for part in parts)),
    )
    print_prose(screen, say(text), indent="  ")
    if chain.mobility is not None:
        mobility = Text("Mobility (Shorrocks) {m}.", "流动性（Shorrocks）{m}。")
        print_prose(screen, say(mobility.filled(m=f"{chain.mobility.shorrocks:.4f}")), indent="  ")


def _show_causes(screen: Console, moves: SchemeMoves) -> None:
    if not moves.moved:
        return
    table = plain_table()
    headings = [Text("Cause", "原因"), Text("alone", "单独"), Text("with others", "与其他一起")]
    headings += [Text("offset", "被抵消")]
    if moves.order:
        headings.append(Text("grades up − down", "升降级数"))
    for place, heading in enumerate(headings):
        table.add_column(say(heading), justify="right" if place else "left")
    for part in moves.causes:
        cells = [say(CAUSES[part.cause]), count(part.alone), count(part.together)]
        cells.append(count(part.offset))
        if part.steps is not None:
            cells.append(_signed(part.steps))
        table.add_row(*cells)
    several = sum(n for causes, n in moves.together.items() if len(causes) > 1)
    total = [say(Text("All moves", "全部变动")), count(moves.moved - several), count(several), ""]
    if moves.total_steps is not None:
        total.append(_signed(moves.total_steps))
    table.add_row(*total, style="bold")
    screen.print(table)


def _show_flow(screen: Console, chain: SchemeChain) -> None:
    states = [state for state in _there(chain) if state != ABSENT]
    if len(states) > _MOST_STATES:
        return
    table = plain_table()
    table.add_column(say(Text("As of", "评级日")))
    for state in states:
        table.add_column(_short(state, chain), justify="right")
    for day, counts in chain.flow:
        table.add_row(day.isoformat(), *(count(counts.get(state, 0)) for state in states))
    screen.print(table)


def _show_projection(screen: Console, chain: SchemeChain) -> None:
    if chain.not_projected is not None:
        why = Text("Not projected: {r}.", "未推算：{r}。").filled(r=chain.not_projected)
        print_prose(screen, say(why), "dim", "  ")
        return
    if len(chain.later) < 2:
        return
    states = [state for state in chain.later[0] if any(later[state] for later in chain.later)]
    if len(states) > _MOST_STATES:
        return
    title = Text(
        "If every further step moves them alike (no newcomers):",
        "若此后各步变动相同（不计新进入者）：",
    )
    print_prose(screen, say(title), "dim", "  ")
    table = plain_table()
    table.add_column(say(Text("step", "步")))
    for state in states:
        table.add_column(_short(state, chain), justify="right")
    for place, later in enumerate(chain.later):
        table.add_row(str(place), *(f"{later[state]:,.0f}" for state in states))
    screen.print(table)


def _percent(rate: Rate | None) -> str:
    return "–" if rate is None or rate.rate is None else f"{rate.rate * 100:.1f} %"


def _with_interval(rate: Rate) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{rate.rate * 100:.1f} % ({rate.low * 100:.1f}–{rate.high * 100:.1f})"


def _signed(number: int) -> str:
    return "0" if number == 0 else f"{'+' if number > 0 else '−'}{count(abs(number))}"
