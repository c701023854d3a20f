"""`kefen explain` and `kefen what-if`: why a customer has its grades, and what changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.stored import find_run
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kefen.expressions.tree import Value
    from kefen.grading.smallest_changes import Reach
    from kefen.grading.stored import StoredRun
    from kefen.grading.what_if import WhatIf


def explain(
    *, customer: str, scheme: str | None, run: str | None, book: Path | None, as_json: bool
) -> None:
    """Explain a customer's grades."""
    from kefen.cli.explained import show_explanation
    from kefen.grading.explain import explain as explain_customer
    from kefen.lake.customer_names import name_in_book

    stored, opened = find_run(run, book)
    versions = stored.record["lake_versions"]
    name = None if opened is None else name_in_book(opened, versions, customer)
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
    from kefen.grading.explain import checked_scheme
    from kefen.grading.json_values import for_json
    from kefen.grading.named import grade_called
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
            notice = for_json(stored.standard.notice)
            held = {name: one.as_dict() for name, one in stored.held_by(customer).items()}
            print_json(answer.as_dict() | {"held_grades": held, "notice": notice})
        else:
            _show_outcomes(stored, answer)
            _show_limits(stored, customer, answer)
            for outcome in answer.outcomes:
                _show_held(stored, customer, outcome.scheme)
        return
    chosen = checked_scheme(stored, scheme or _first_scheme(stored))
    wanted = grade_called(stored.standard.schemes[chosen], to)
    reached = smallest_changes(stored, customer, wanted, chosen)
    if as_json:
        own = stored.held_by(customer).get(chosen)
        print_json(
            {
                "customer_id": customer,
                "scheme": chosen,
                "grade": wanted,
                "held_grade": own.as_dict() if own is not None else None,
                "notice": for_json(stored.standard.notice),
                "changes": [reach.as_dict() for reach in reached],
            }
        )
    else:
        _show_reached(stored, customer, wanted, chosen, reached)
        _show_held(stored, customer, chosen)


def _show_held(stored: StoredRun, customer: str, scheme: str) -> None:
    """Tell the grade that a customer holds from the computed one, of which the answer is."""
    from kefen.cli.terminal import console, print_prose

    held = stored.held_by(customer).get(scheme)
    if held is None:
        return
    said = stored.standard.schemes[scheme]
    text = Text(
        "This is the grade computed under {s}; how it moves is another matter. {h}",
        "以上是“{s}”按数据算出的等级，现行等级另按升降级规则变动。{h}",
    )
    print_prose(console(), say(text.filled(s=said.name, h=held.in_words(said))), "dim")


def _first_scheme(stored: StoredRun) -> str:
    """Return the first scheme that was run; where none was, the first, which says why."""
    return stored.running[0] if stored.running else next(iter(stored.standard.schemes))


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
    if stored.standard.notice is not None:
        print_prose(screen, say(stored.standard.notice), "yellow")
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


def _show_limits(stored: StoredRun, customer: str, answer: WhatIf) -> None:
    """Name the rules that hold a grade down where other values change nothing but its score."""
    from kefen.cli.terminal import console, print_prose

    values = {**stored.metrics_of(customer), **answer.changes, **answer.recomputed}
    for outcome in answer.outcomes:
        if outcome.moved or outcome.score_before == outcome.score_after:
            continue
        for limit in _limits(stored, customer, outcome.scheme, values):
            text = Text("{s}: {l}", "{s}：{l}").filled(s=outcome.name, l=limit)
            print_prose(console(), say(text), "dim")


def _limits(
    stored: StoredRun,
    customer: str,
    scheme: str,
    values: Mapping[str, Value] | None = None,
    wanted: str | None = None,
) -> list[Text]:
    from kefen.grading.explain import explain as explain_customer
    from kefen.grading.outcome import limits_in_words

    (explained,) = explain_customer(stored, customer, scheme=scheme, metrics=values).schemes
    return limits_in_words(stored.standard.schemes[scheme], explained.rules, wanted=wanted)


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
    from kefen.standards.decision_words import grade_name

    screen = console()
    said = stored.standard.schemes[scheme]
    grade = grade_name(said, to)
    screen.print()
    if stored.standard.notice is not None:
        print_prose(screen, say(stored.standard.notice), "yellow")
    if any(reach.found == "there already" for reach in reached):
        text = Text("{c} is {g} under {s} already.", "{c} 在{s}下已是{g}。")
        print_prose(screen, say(text.filled(c=customer, g=grade, s=said.name)))
        return
    head = Text(
        "What alone would make {c} {g} under {s}:", "单独改变哪一项可使 {c} 在{s}下成为{g}："
    )
    print_prose(screen, say(head.filled(c=customer, g=grade, s=said.name)), "bold")
    for reach in reached:
        if reach.found == "reached":
            print_prose(screen, say(reach.words), "green", "  ")
    for text in _what_does_not(reached):
        print_prose(screen, say(text), "dim", "  ")
    if not any(reach.found == "reached" for reach in reached):
        for limit in _limits(stored, customer, scheme, wanted=to):
            print_prose(screen, say(limit), "dim", "  ")


def _what_does_not(reached: Sequence[Reach]) -> Iterator[Text]:
    """Yield what no change of the other metrics does, and which could not be tried."""
    if not reached:
        yield Text("Nothing that was imported can be moved.", "没有可变动的已导入数据。")
        return
    failed = sum(reach.found == "not reached" for reach in reached)
    if any(reach.found == "reached" for reach in reached):
        words = Text(
            "No change of another figure alone does ({n} tried).",
            "其他数据单独改变均无法达到（已尝试 {n} 项）。",
        )
    else:
        words = Text(
            "No change of a single figure does ({n} tried); try several: "
            "kefen what-if CUSTOMER a=1 b=2.",
            "任何单项数据的改变均无法达到（已尝试 {n} 项）；可同时改变几项："
            "kefen what-if 客户 a=1 b=2。",
        )
    if failed:
        yield words.filled(n=failed)
    for found, template in (
        (
            "unknown now",
            Text("Unknown now, so not tried: {m}.", "目前未知，未尝试：{m}。"),
        ),
        (
            "not tried",
            Text(
                "Not tried, for the standard names no values of them: {m}.",
                "标准中没有写出取值，未尝试：{m}。",
            ),
        ),
    ):
        names = [say(reach.name) for reach in reached if reach.found == found]
        if names:
            yield template.filled(m=say(Text(", ", "、")).join(names))


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
                Text("One scheme of the book's newest run, in full", "账套最新一期评级的某个方案"),
            ),
        ),
    ),
    "what-if": Command(
        "what-if",
        text=Text(
            "Grade a customer with other values, or find what reaches a grade.\n\n"
            "Give metrics with new values; or --to, and the smallest single change of each "
            "metric that reaches that grade is found and verified by grading; of texts the values "
            "that the standard names are tried.",
            "假设数值改变，看等级如何变化；或求达到某等级所需的变化。\n\n"
            "给出指标的新数值；或用 --to，求出每项指标单独达到该等级所需的最小变化，"
            "并经重新评级验证；文本类指标则尝试标准中写出的各个取值。",
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
                text=Text(
                    "The grade to reach: its code or its name.", "要达到的等级：代码或名称。"
                ),
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
