"""`kefen explain` and `kefen what-if`: why a customer has its grades, and what changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.stored import find_run, name_in_book
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.grading.smallest_changes import Reach
    from kefen.grading.stored import StoredRun
    from kefen.grading.what_if import WhatIf


def explain(
    *, customer: str, scheme: str | None, run: str | None, book: Path | None, as_json: bool
) -> None:
    """Explain a customer's grades."""
    from kefen.cli.explained import show_explanation
    from kefen.grading.explain import explain as explain_customer

    stored, opened = find_run(run, book)
    name = None if opened is None else name_in_book(opened, stored, customer)
    explained = explain_customer(stored, customer, scheme=scheme, name=name)
    if as_json:
        print_json(explained.as_dict())
        return
    show_explanation(explained, stored.standard.schemes, full=scheme is not None)


def what_if(
    *,
    customer: str,
    changes: tuple[str, ...],
    to: str | None,
    scheme: str | None,
    run: str | None,
    book: Path | None,
    as_json: bool,
) -> None:
    """Grade a customer with other values, or find what reaches a grade."""
    from kefen.grading.smallest_changes import smallest_changes
    from kefen.grading.what_if import what_if as grade_with

    if bool(changes) == (to is not None):
        raise CallError(
            Text(
                "Give new values, or a grade to reach.",
                "请给出新的数值，或要达到的等级（二选一）。",
            ),
            mend=Text(
                "Such as: kefen what-if {c} revenue=50000; or: "
                "kefen what-if {c} --to A --scheme abc",
                "例如：kefen what-if {c} revenue=50000 或 kefen what-if {c} --to A --scheme abc",
            ).filled(c=customer),
        )
    stored, _ = find_run(run, book)
    if to is None:
        answer = grade_with(stored, customer, dict(_change(text) for text in changes))
        if as_json:
            print_json(answer.as_dict())
        else:
            _show_outcomes(stored, answer)
        return
    chosen = scheme or stored.running[0]
    reached = smallest_changes(stored, customer, to, chosen)
    if as_json:
        print_json(
            {
                "customer_id": customer,
                "scheme": chosen,
                "grade": to,
                "changes": [reach.as_dict() for reach in reached],
            }
        )
    else:
        _show_reached(stored, customer, to, chosen, reached)


def _change(text: str) -> tuple[str, str]:
    metric, sign, value = text.partition("=")
    if sign and metric and value:
        return metric.strip(), value.strip()
    raise CallError(
        Text("“{t}” sets no metric.", "“{t}”没有给指标赋值。").filled(t=text),
        mend=Text("Write it as revenue=50000.", "请写成 revenue=50000。"),
    )


def _show_outcomes(stored: StoredRun, answer: WhatIf) -> None:
    from kefen.cli.terminal import console, plain_table, print_prose

    screen = console()
    table = plain_table()
    for heading in (Text("Scheme", "方案"), Text("now", "现在"), Text("then", "改变后")):
        table.add_column(say(heading))
    for outcome in answer.outcomes:
        table.add_row(
            say(outcome.name),
            _graded(stored, outcome.scheme, outcome.grade_before, outcome.score_before),
            _graded(stored, outcome.scheme, outcome.grade_after, outcome.score_after),
            style="bold green" if outcome.moved else "",
        )
    screen.print()
    screen.print(table)
    for text, metrics in (
        (Text("Computed anew: {n}.", "随之重新计算：{n}。"), answer.recomputed),
        (
            Text(
                "Left as they are, for they rest on single records too: {n}.",
                "维持不变（还取决于逐笔记录）：{n}。",
            ),
            answer.held,
        ),
    ):
        if metrics:
            names = [say(stored.standard.metrics[name].name) for name in metrics]
            print_prose(screen, say(text.filled(n=say(Text(", ", "、")).join(names))), "dim")


def _graded(stored: StoredRun, scheme: str, grade: str | None, score: object) -> str:
    if grade is None:
        return "–"
    found = stored.standard.schemes[scheme].grade(grade)
    words = grade if found is None else say(found.name)
    return words if score is None else f"{words}  {score}"


def _show_reached(
    stored: StoredRun, customer: str, to: str, scheme: str, reached: Sequence[Reach]
) -> None:
    from kefen.cli.terminal import console, print_prose

    screen = console()
    if any(reach.change == 0 for reach in reached):  # no search is made from where one is
        screen.print()
        text = Text("{c} has this grade under {s} already.", "{c} 在{s}下已是该等级。")
        own = stored.standard.schemes[scheme].name
        print_prose(screen, say(text.filled(c=customer, s=own)))
        return
    head = Text(
        "What alone would give {c} the grade {g} under {s}:",
        "单独改变哪一项可使 {c} 在{s}下达到 {g}：",
    )
    name = stored.standard.schemes[scheme].name
    screen.print()
    print_prose(screen, say(head.filled(c=customer, g=to, s=name)), "bold")
    possible = [reach for reach in reached if reach.needed is not None or reach.change is not None]
    for reach in possible:
        print_prose(screen, say(reach.words), "green", "  ")
    for reach in reached:
        if reach not in possible:
            print_prose(screen, say(reach.words), "dim", "  ")
    if not reached:
        text = Text("Nothing that was imported can be moved.", "没有可变动的已导入数据。")
        print_prose(screen, say(text), indent="  ")


_CUSTOMER = Argument(
    "customer",
    text=Text("Id of the customer.", "客户编号。"),
    metavar=Text("CUSTOMER", "客户"),
)


def run_option() -> Option:
    """Return `--run`."""
    return Option(
        "--run",
        text=Text(
            "The run: the folder that `kefen grade --out` made, or an id of the book.",
            "评级结果：`kefen grade --out` 生成的目录，或账套中的编号。",
        ),
        metavar=Text("RUN", "结果"),
        default_text=Text("the last of the book", "账套中最近一次"),
    )


COMMANDS = {
    "explain": Command(
        "explain",
        text=Text(
            "Explain a customer's grades to the last point.\n\n"
            "Each indicator's value, position, weight and points, the lines of each grade, the "
            "data used, and what is missing. The points shown add up to the score exactly.",
            "解释客户的等级，直至最后一分。\n\n"
            "列出每项指标的数值、位置、权重与得分，各等级的界线，所用数据及缺失的数据。"
            "所示得分之和恰等于总分。",
        ),
        callback=explain,
        parameters=[
            _CUSTOMER,
            Option(
                "--scheme",
                text=Text("Only this scheme, in full.", "只看该方案，并给出全部细节。"),
                metavar=Text("SCHEME", "方案"),
            ),
            run_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example("kefen explain 12346 --run results", Text("From a folder", "查看结果目录")),
            Example(
                "kefen explain 12346 --scheme value_index --book acme",
                Text("One scheme of the book's last run, in full", "账套最近一次评级的某个方案"),
            ),
        ),
    ),
    "what-if": Command(
        "what-if",
        text=Text(
            "Grade a customer with other values, or find what reaches a grade.\n\n"
            "Give metrics with new values; or --to, and the smallest single change of each "
            "metric that reaches that grade is found and verified by grading.",
            "假设数值改变，看等级如何变化；或求达到某等级所需的变化。\n\n"
            "给出指标的新数值；或用 --to，求出每项指标单独达到该等级所需的最小变化，"
            "并经重新评级验证。",
        ),
        callback=what_if,
        parameters=[
            _CUSTOMER,
            Argument(
                "changes",
                text=Text(
                    "New values: revenue=50000 orders=12.", "新的数值：revenue=50000 orders=12。"
                ),
                metavar=Text("METRIC=VALUE", "指标=数值"),
                nargs=-1,
            ),
            Option(
                "--to",
                text=Text("The grade to reach.", "要达到的等级。"),
                metavar=Text("GRADE", "等级"),
            ),
            Option(
                "--scheme",
                text=Text("The scheme of --to.", "--to 所属的方案。"),
                metavar=Text("SCHEME", "方案"),
                default_text=Text("the first that was run", "第一个已运行的方案"),
            ),
            run_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen what-if 12346 revenue=50000 --run results",
                Text("With a revenue of 50,000", "假设销售额为 50,000"),
            ),
            Example(
                "kefen what-if 12346 --to A --scheme abc --book acme",
                Text("What it takes to become an A", "成为 A 级需要什么"),
            ),
        ),
    ),
}
