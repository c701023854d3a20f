"""Showing an explanation to a person: the sentence, the points, what each grade asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.cli.language import say
from kefen.cli.layout import named
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from kefen.grading.conditions import ConditionPart
    from kefen.grading.explanation import Explanation, SchemeExplanation
    from kefen.grading.explanation_parts import Datum, Line, Threshold
    from kefen.standards.model import Scheme


def show_explanation(explained: Explanation, schemes: Mapping[str, Scheme], *, full: bool) -> None:
    """Print why a customer has its grades.

    Args:
        explained: The explanation.
        schemes: The schemes of the standard, for the names of those that were not run.
        full: Whether each grade's condition, the rules and the data used are told too.
    """
    from kefen.cli.terminal import console, print_prose
    from kefen.grading.outcome_words import low_words, outcome_in_words

    screen = console()
    who = explained.customer
    if explained.name is not None and explained.name != who:
        who = f"{explained.name} ({who})"
    head = Text("{w}, as of {d}, under {s}", "{w}，评级日 {d}，标准：{s}")
    screen.print()
    print_prose(screen, say(head.filled(w=who, d=explained.as_of, s=explained.standard)), "bold")
    if explained.notice is not None:
        print_prose(screen, say(explained.notice), "yellow")
    for scheme in explained.schemes:
        screen.print()
        screen.print(named(say(scheme.name), scheme.scheme), style="bold cyan")
        print_prose(screen, say(scheme.sentence), indent="  ")
        if scheme.held_words is not None:
            print_prose(screen, say(scheme.held_words), "bold", "  ")
        if scheme.low is not None:
            print_prose(screen, say(low_words(scheme.low)), "yellow", "  ")
        if scheme.additive or full:
            _show_points(screen, scheme)
        if full:
            _show_details(screen, scheme)
        for text in outcome_in_words(scheme):
            print_prose(screen, say(text), indent="  ")
        if scheme.advice is not None and say(scheme.advice):
            advice = Text("What to do: {a}", "建议：{a}").filled(a=scheme.advice)
            print_prose(screen, say(advice), "green", "  ")
    _show_not_run(screen, explained, schemes)
    if not full and explained.schemes:
        screen.print()
        hint = Text(
            "In full: add --scheme {s}. What would change it: kefen what-if {c} --to GRADE",
            "详情：加 --scheme {s}。如何改变等级：kefen what-if {c} --to 等级",
        )
        print_prose(
            screen, say(hint.filled(s=explained.schemes[0].scheme, c=explained.customer)), "dim"
        )


def _show_not_run(screen: Console, explained: Explanation, schemes: Mapping[str, Scheme]) -> None:
    from kefen.cli.layout import definition_list

    if not explained.not_run:
        return
    screen.print()
    screen.print(say(Text("Not run", "未运行的方案")), style="bold")
    rows = [(say(schemes[name].name), say(why)) for name, why in explained.not_run.items()]
    for line in definition_list(rows, screen.width):
        screen.print(line, style="dim")


def _show_points(screen: Console, scheme: SchemeExplanation) -> None:
    from rich.padding import Padding

    from kefen.cli.terminal import plain_table, print_prose
    from kefen.grading.explanation_parts import Line

    if not scheme.lines:
        return
    table = plain_table()
    table.padding = (0, 2, 0, 0)
    placed = any(line.position is not None for line in scheme.lines)
    headings = [
        (Text("Indicator", "指标"), False),
        (Text("value", "数值"), True),
        *([(Text("position", "位置"), True)] if placed else []),
        (Text("points", "得分"), True),
        (Text("of", "满分"), True),
    ]
    for heading, right in headings:
        table.add_column(say(heading), justify="right" if right else "left", overflow="fold")
    blank = [""] if placed else []
    for entry in scheme.entries:
        if isinstance(entry, Line):
            position = "–" if entry.position is None else f"{entry.position * 100:.2f} %"
            table.add_row(
                say(entry.name),
                say(entry.value_words),
                *([position] if placed else []),
                "–" if entry.points is None else str(entry.points),
                _most(entry),
            )
        else:
            table.add_row(say(entry.name), "", *blank, str(entry.points), "")
    if scheme.total is not None and (scheme.additive or scheme.adjustments):
        total = say(Text("Total", "合计"))
        table.add_row(total, "", *blank, str(scheme.total), "", style="bold")
    screen.print(Padding(table, (0, 0, 0, 2)))
    for line in scheme.lines:
        if line.note is not None:
            note = Text("{n}: {t}", "{n}：{t}").filled(n=line.name, t=line.note)
            print_prose(screen, say(note), "dim", "  ")
    for text in scheme.weights_from:
        print_prose(screen, say(text), "dim", "  ")


def _most(line: Line) -> str:
    """Return the most a line could give, or what it takes away."""
    if line.gives is not None:
        return say(line.gives)
    return "–" if line.at_best is None else str(line.at_best)


def _origins(data: Sequence[Datum]) -> list[tuple[str, str]]:
    """Return where modelled numbers come from, each model once for all that it gives."""
    names: dict[str, list[str]] = {}
    for datum in data:
        if datum.origin is not None:
            names.setdefault(say(datum.origin), []).append(say(datum.name))
    return [(say(Text(", ", "、")).join(named), origin) for origin, named in names.items()]


def _show_details(screen: Console, scheme: SchemeExplanation) -> None:
    from kefen.cli.layout import definition_list

    sections: list[tuple[Text, Sequence[tuple[str, str]]]] = [
        (
            Text("Grades", "等级"),
            [
                row
                for threshold in scheme.thresholds
                for row in _threshold_rows(threshold, given=threshold.grade == scheme.grade)
            ],
        ),
        (
            Text("Rules", "规则"),
            [
                (
                    f"{_tick(rule.changed)} {say(rule.name)}",
                    say(
                        Text("{e} where {c}: {w}", "若{c}，{e}：{w}").filled(
                            e=rule.effect, c=rule.condition, w=rule.words
                        )
                    ),
                )
                for rule in scheme.rules
            ],
        ),
        (
            Text("Tags", "标签"),
            [(f"{_tick(tag.holds)} {say(tag.name)}", say(tag.condition)) for tag in scheme.tags],
        ),
        (
            Text("Data used", "所用数据"),
            [
                (f"{say(datum.name)}", f"{say(datum.value_words)}  ({datum.metric})")
                for datum in scheme.data
            ],
        ),
        (
            Text("Where modelled numbers come from", "模型数值的来源"),
            _origins(scheme.data),
        ),
        (
            Text("Rests on", "依据的方案"),
            [(name, grade or "–") for name, grade in scheme.others.items()],
        ),
    ]
    for heading, rows in sections:
        if rows:
            screen.print(f"  {say(heading)}", style="dim")
            for line in definition_list(rows, screen.width - 2):
                screen.print(f"  {line}")


def _threshold_rows(threshold: Threshold, *, given: bool) -> Iterator[tuple[str, str]]:
    """Yield a grade's line or condition; a condition of several parts with a mark for each."""
    head = f"{_tick(given)} {named(threshold.grade, say(threshold.name), ' ')}"
    condition = threshold.condition
    if condition is None or not condition.parts:
        yield head, say(threshold.rule)
        return
    yield head, say(condition.words)
    for part in condition.parts:
        yield from _part_rows(part, 2)


_HOLDS: dict[bool | None, Text] = {
    True: Text("holds", "成立"),
    False: Text("fails", "不成立"),
    None: Text("unknown", "未知"),
}


def _part_rows(part: ConditionPart, depth: int) -> Iterator[tuple[str, str]]:
    yield f"{'  ' * depth}{say(_HOLDS[part.met])}", say(part.words)
    for inner in part.parts:
        yield from _part_rows(inner, depth + 1)


def _tick(given: bool) -> str:
    return "*" if given else "-"
