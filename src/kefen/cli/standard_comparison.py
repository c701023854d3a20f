"""Showing what a draft would change: scheme by scheme, for a person and as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text as Styled

from kefen.cli.language import say
from kefen.cli.layout import wrapped
from kefen.cli.terminal import console, count, money, plain_table, print_prose
from kefen.domain.text import Text
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from kefen.grading.comparison import (
        Alone,
        Move,
        Outcome,
        SchemeComparison,
        StandardComparison,
        Tally,
    )
    from kefen.standards.model import Scheme, Standard

_MOST_ROWS = 12
_NO_GRADE = Text("no grade: {r}", "无等级：{r}")


def comparison_as_dict(found: StandardComparison, moves: Path | None) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {
        "as_of": found.as_of.isoformat(),
        "current": _standard(found.current),
        "draft": _standard(found.draft),
        "customers": found.customers,
        "revenue": {
            "after": found.revenue_after.isoformat() if found.revenue_after else None,
            "to": found.as_of.isoformat(),
            "total": _amount(found.revenue),
        },
        "schemes": [_scheme(one) for one in found.schemes],
        "only_current": [_alone(one) for one in found.only_current],
        "only_draft": [_alone(one) for one in found.only_draft],
        "computed_only": list(_moving(found)),
        "moves_file": str(moves) if moves is not None else None,
    }


def _standard(standard: Standard) -> dict[str, Any]:
    return {
        "id": standard.id,
        "version": standard.version,
        "name": standard.name.as_dict(),
        "fingerprint": standard.fingerprint,
    }


def _scheme(one: SchemeComparison) -> dict[str, Any]:
    return {
        "scheme": one.scheme,
        "name": one.after.name.as_dict(),
        "comparable": one.difference is None,
        "difference": one.difference.as_dict() if one.difference is not None else None,
        "ordered": one.ordered,
        "customers": {**one.counts, "moved": one.moved},
        "current": [_tally(tally) for tally in one.totals_before],
        "draft": [_tally(tally) for tally in one.totals_after],
        "moves": [
            {
                "from": _outcome(move.before),
                "to": _outcome(move.after),
                "customers": move.customers,
                "revenue": _amount(move.revenue),
            }
            for move in one.moves
        ],
        "moves_left_off": one.left_off,
        "largest_movers": [
            {
                "customer_id": mover.customer,
                "name": mover.name,
                "from": _outcome(mover.before),
                "to": _outcome(mover.after),
                "revenue": _amount(mover.revenue),
            }
            for mover in one.largest
        ],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        **_outcome(tally.outcome),
        "customers": tally.customers,
        "revenue": _amount(tally.revenue),
    }


def _outcome(outcome: Outcome) -> dict[str, str | None]:
    return {"grade": outcome.grade, "reason": outcome.reason}


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _alone(one: Alone) -> dict[str, Any]:
    return {
        "scheme": one.scheme,
        "name": one.name.as_dict(),
        "reason": one.reason.as_dict(),
        "totals": [_tally(tally) for tally in one.totals],
    }


def show_comparison(found: StandardComparison, moves: Path | None) -> None:
    """Show a comparison to a person."""
    screen = console()
    screen.print()
    title = Text("Preview as of {d}: {n} {n:customer|customers}", "预览（截至 {d}）：{n} 位客户")
    filled = title.filled(d=found.as_of.isoformat(), n=count(found.customers))
    screen.print(say(filled), style="bold")
    for label, standard in (
        (Text("Current", "现行"), found.current),
        (Text("Draft", "草案"), found.draft),
    ):
        line = Text("{l}: “{n}”, version {v}", "{l}：《{n}》第 {v} 版").filled(
            l=label, n=standard.name, v=standard.version
        )
        print_prose(screen, say(line))
    if found.current.fingerprint == found.draft.fingerprint:
        same = Text(
            "Both grade alike: only the wording can differ.", "两者评级相同，至多只有文字不同。"
        )
        screen.print(say(same), style="yellow")
    moving = _moving(found)
    if moving:
        words = Text(
            "Grades as computed, before rules of movement and overrides hold them: {s}.",
            "以下为按数据计算的等级，未计升降级规则与人工调级：{s}。",
        ).filled(s=joined(list(moving.values()), ", ", "、"))
        print_prose(screen, say(words), "yellow")
    for one in found.schemes:
        _show_scheme(screen, one, found)
    _show_alone(
        screen, Text("Only in the current standard", "仅现行标准有"), found.only_current, None
    )
    _show_alone(screen, Text("Only in the draft", "仅草案有"), found.only_draft, found.draft)
    if not found.schemes:
        none = Text(
            "They have no scheme of the same name, so nothing can be compared.",
            "两者没有同名方案，无法比较。",
        )
        screen.print()
        screen.print(say(none), style="yellow")
    screen.print()
    end = Text("Nothing was published.", "未发布任何结果。")
    if moves is not None:
        end = Text(
            "Nothing was published. Everybody who moves is in {f}.",
            "未发布任何结果。变动清单见 {f}。",
        ).filled(f=moves)
    screen.print(say(end), style="dim", soft_wrap=True)


def _moving(found: StandardComparison) -> dict[str, Text]:
    """Return the schemes whose grades are held by rules of movement, with their names."""
    return {
        one.id: one.name
        for standard in (found.current, found.draft)
        for one in standard.schemes.values()
        if one.movement is not None
    }


def _show_scheme(screen: Console, one: SchemeComparison, found: StandardComparison) -> None:
    title = Styled(say(one.after.name), style="bold")
    title.append(f"  {one.scheme}", style="dim")
    screen.print()
    screen.print(title)
    if one.difference is not None:
        print_prose(screen, say(one.difference), "yellow", "  ")
        _show_side(screen, Text("current", "现行"), one.before, one.totals_before, found.current)
        _show_side(screen, Text("draft", "草案"), one.after, one.totals_after, found.draft)
    else:
        print_prose(screen, say(_verdict(one)), indent="  ")
        if not one.moved and one.totals_before == one.totals_after:
            return
        _show_totals(screen, one, found)
    _show_moves(screen, one, found)
    _show_largest(screen, one, found)


def _verdict(one: SchemeComparison) -> Text:
    if not one.moved:
        return Text("Nobody moves.", "没有客户变动。")
    parts = [
        words.filled(n=count(one.counts[kind]))
        for kind, words in (
            ("higher", Text("{n} higher", "{n} 位升级")),
            ("lower", Text("{n} lower", "{n} 位降级")),
            ("other", Text("{n} to another grade", "{n} 位改为其他等级")),
            ("gained", Text("{n} gain a grade", "{n} 位获得等级")),
            ("lost", Text("{n} lose theirs", "{n} 位失去等级")),
        )
        if one.counts[kind]
    ]
    return Text(
        "{m} {m:moves|move} ({p}); {s} {s:stays|stay}.", "{m} 位变动（{p}），{s} 位不变。"
    ).filled(
        m=count(one.moved),
        s=count(one.counts["same"]),
        p=Text(", ".join(part.en for part in parts), "，".join(part.zh for part in parts)),
    )


def _show_totals(screen: Console, one: SchemeComparison, found: StandardComparison) -> None:
    before = {tally.outcome: tally for tally in one.totals_before}
    after = {tally.outcome: tally for tally in one.totals_after}
    table = plain_table()
    headings = [
        (Text("Grade", "等级"), "left"),
        (Text("now", "现有"), "right"),
        (Text("draft", "草案"), "right"),
        (Text("change", "增减"), "right"),
    ]
    if found.revenue is not None:
        headings += [
            (Text("revenue now", "现销售额"), "right"),
            (Text("draft", "草案"), "right"),
        ]
    for heading, justify in headings:
        table.add_column(say(heading), justify="left" if justify == "left" else "right")
    # Grades first, then the reasons for none; those of the draft lead.
    outcomes = sorted(dict.fromkeys((*after, *before)), key=lambda one: one.grade is None)
    for outcome in outcomes[:_MOST_ROWS]:
        was, now = before.get(outcome), after.get(outcome)
        number = (was.customers if was else 0, now.customers if now else 0)
        cells = [
            _words(outcome, one.after, found.draft, found.current),
            count(number[0]),
            count(number[1]),
            _signed(number[1] - number[0]),
        ]
        if found.revenue is not None:
            cells += [
                money((tally.revenue if tally else None) or Decimal(0)) for tally in (was, now)
            ]
        table.add_row(*cells, style="dim" if outcome.grade is None else "")
    screen.print(table)
    _show_left_off(screen, len(outcomes) - _MOST_ROWS)


def _show_side(
    screen: Console, label: Text, scheme: Scheme, tallies: Sequence[Tally], standard: Standard
) -> None:
    table = plain_table()
    table.add_column(say(label))
    table.add_column(say(Text("customers", "客户数")), justify="right")
    if any(tally.revenue is not None for tally in tallies):
        table.add_column(say(Text("revenue", "销售额")), justify="right")
    for tally in tallies[:_MOST_ROWS]:
        cells = [_words(tally.outcome, scheme, standard), count(tally.customers)]
        if len(table.columns) > 2:
            cells.append(money(tally.revenue or Decimal(0)))
        table.add_row(*cells)
    screen.print(table)
    _show_left_off(screen, len(tallies) - _MOST_ROWS)


def _show_moves(screen: Console, one: SchemeComparison, found: StandardComparison) -> None:
    moves = [move for move in one.moves if move.before != move.after]
    if not moves:
        return
    table = plain_table()
    for heading in (Text("From", "由"), Text("to", "变为")):
        table.add_column(say(heading))
    table.add_column(say(Text("customers", "客户数")), justify="right")
    if found.revenue is not None:
        table.add_column(say(Text("revenue", "销售额")), justify="right")
    for move in moves[:_MOST_ROWS]:
        cells = [*_ends(move, one, found), count(move.customers)]
        if found.revenue is not None:
            cells.append(money(move.revenue or Decimal(0)))
        table.add_row(*cells)
    screen.print(table)
    _show_left_off(screen, len(moves) + one.left_off - _MOST_ROWS)


def _ends(move: Move, one: SchemeComparison, found: StandardComparison) -> tuple[str, str]:
    return (
        _words(move.before, one.before, found.current, found.draft),
        _words(move.after, one.after, found.draft, found.current),
    )


def _show_largest(screen: Console, one: SchemeComparison, found: StandardComparison) -> None:
    if not one.largest:
        return
    heading = Text("Largest of those who move", "变动客户中最大的")
    screen.print(f"  {say(heading)}", style="dim")
    for mover in one.largest:
        name = mover.customer if mover.name is None else f"{mover.name} ({mover.customer})"
        line = Text("{c}: {a} → {b}", "{c}：{a} → {b}").filled(
            c=name,
            a=_words(mover.before, one.before, found.current, found.draft),
            b=_words(mover.after, one.after, found.draft, found.current),
        )
        if mover.revenue is not None:
            line = Text("{l}, {r}", "{l}，{r}").filled(l=line, r=money(mover.revenue))
        for text in wrapped(say(line), screen.width, "    "):
            screen.print(text)


def _show_left_off(screen: Console, number: int) -> None:
    if number > 0:
        more = Text(
            "… and {n} more: --json, --moves.", "……另有 {n} 项：用 --json 或 --moves 查看。"
        )
        screen.print(f"  {say(more.filled(n=number))}", style="dim")


def _show_alone(
    screen: Console, heading: Text, alone: Sequence[Alone], counted: Standard | None
) -> None:
    """Show schemes of one side only; with their grades counted where a standard is given."""
    if not alone:
        return
    screen.print()
    screen.print(say(heading), style="bold")
    for one in alone:
        line = Text("{n} ({i}): {r}", "{n}（{i}）：{r}").filled(
            n=one.name, i=one.scheme, r=one.reason
        )
        print_prose(screen, say(line), indent="  ")
        if counted is not None:
            side = Text("Draft", "草案")
            _show_side(screen, side, counted.schemes[one.scheme], one.totals, counted)


def _words(outcome: Outcome, scheme: Scheme, *standards: Standard) -> str:
    """Return an outcome for people: the grade's code and name, or why there is none."""
    if outcome.grade is None and not outcome.reason:
        return say(Text("no grade", "无等级"))
    if outcome.grade is None:
        code = str(outcome.reason)
        known = [one.reasons[code] for one in standards if code in one.reasons]
        return say(_NO_GRADE.filled(r=known[0] if known else code))
    grade = scheme.grade(outcome.grade)
    if grade is None:
        return outcome.grade
    name = say(grade.name)
    return f"{grade.id}  {name}" if len(grade.id) <= 2 and not name.startswith(grade.id) else name


def _signed(number: int) -> str:
    return "" if number == 0 else f"{'+' if number > 0 else '−'}{count(abs(number))}"
