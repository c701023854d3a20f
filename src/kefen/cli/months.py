"""`kefen grade --from` and `--again`: months filled in, and an old run graded again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.progress import steps
from kefen.cli.tree import Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kefen.grading.months.again import GradedAgain
    from kefen.grading.months.back_fill import BackFill, Month
    from kefen.lake.book import Book

_MOST_STEPS = 600


def months_options() -> list[Option]:
    """Return `--from`, `--to` and `--again`."""
    month = Text("MONTH", "月份")
    return [
        Option(
            "--from",
            "first",
            text=Text(
                "In a book: grade every month from this one on that it does not have yet, each by "
                "what was known at its end.",
                "用于账套：从该月起逐月补评尚无的月份，每月只用截至当月月末已知的数据。",
            ),
            metavar=month,
            type=options.MONTH_TYPE,
        ),
        Option(
            "--to",
            "last",
            text=Text("With --from: the last month.", "与 --from 同用：最后一个月。"),
            metavar=month,
            default_text=Text("the last complete month with orders", "最后一个完整的有订单月份"),
            type=options.MONTH_TYPE,
        ),
        Option(
            "--again",
            text=Text(
                "Grade an old run of the book again from its own data, standard and lines, and "
                "say whether it comes out the same; nothing is kept.",
                "用账套中某次评级当时的数据、标准与标定重新评级，并说明结果是否一致；不保存。",
            ),
            metavar=Text("RUN", "运行"),
        ),
    ]


def check_alone(option: str, asked: Mapping[str, Any]) -> None:
    """Refuse options that make no sense beside `--from` or `--again`.

    Args:
        option: The one of the two.
        asked: The value of each other option by its name on the command line.

    Raises:
        CallError: One of them is given.
    """
    for name, value in asked.items():
        if value:
            raise CallError(
                Text("{a} and {b} do not go together.", "{a} 与 {b} 不能同用。").filled(
                    a=option, b=name
                ),
                where=name,
                mend=Text("Leave one of them out.", "请去掉其中之一。"),
            )


def fill_in(
    book: Book,
    *,
    standard: str | None,
    first: date,
    last: date | None,
    recalibrate: bool,
    rates: Path | None,
    memory: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fill months in, and show what came of each."""
    from kefen.domain.calendar import months_between
    from kefen.grading.months.back_fill import back_fill
    from kefen.grading.named_standard import NamedStandard

    named = NamedStandard(standard, book)
    expected = _MOST_STEPS if last is None else max(1, months_between(first, last) + 2)
    with steps(expected, shown=not (quiet or as_json)) as begin:
        begin(Text("Reading the book", "读取账套"))

        def on_month(day: date, number: int, total: int) -> None:
            words = Text("Grading {d} ({n} of {t})", "评级 {d}（第 {n} 个，共 {t} 个）")
            begin(words.filled(d=day, n=number, t=total))

        found = back_fill(
            book,
            named.on,
            first,
            last,
            memory=memory,
            rates=rates,
            recalibrate=recalibrate,
            on_month=on_month,
        )
    if as_json:
        print_json(_as_dict(found))
    elif not quiet:
        _show(found)


def again(
    book: Book, run: str, *, rates: Path | None, memory: str, as_json: bool, quiet: bool
) -> int:
    """Grade an old run again, and say whether it is the same; 1 when it is not."""
    from kefen.grading.grade import STAGES
    from kefen.grading.months.again import grade_again

    with steps(len(STAGES), shown=not (quiet or as_json)) as begin:
        found = grade_again(
            book, run, memory=memory, rates=rates, on_stage=lambda stage: begin(STAGES[stage])
        )
    if as_json:
        print_json(
            {
                "run": found.run.run_id,
                "same": found.compared.is_same,
                "same_bytes": found.compared.same_bytes,
                "files": [
                    {
                        "file": one.name,
                        "sha256_then": one.before,
                        "sha256_now": one.after,
                        "rows_that_differ": one.rows_differ,
                    }
                    for one in found.compared.files
                ],
                "engine_then": dict(found.engine_then),
                "engine_now": dict(found.engine_now),
            }
        )
    elif not quiet:
        _show_again(found)
    return int(not found.compared.is_same)


def _as_dict(found: BackFill) -> dict[str, Any]:
    return {
        "first_fact": found.first_fact.isoformat() if found.first_fact else None,
        "last_order": found.last_order.isoformat() if found.last_order else None,
        "seconds": round(found.seconds, 3),
        "months": [
            {
                "as_of": month.as_of.isoformat(),
                "state": month.state,
                "run": month.run.run_id if month.run else None,
                "restates": month.run.restates if month.run else None,
                "customers": month.run.customers if month.run else None,
                "months_with_data": month.run.covered if month.run else None,
                "months_of_window": month.run.months if month.run else None,
                "has_orders": month.has_orders,
                "calibration": month.run.calibration if month.run else None,
                "calibration_of": month.run.calibration_of if month.run else None,
                "customers_graded_anew": month.regraded,
                "seconds": round(month.seconds, 3),
            }
            for month in found.months
        ],
    }


def _show(found: BackFill) -> None:
    from kefen.cli.terminal import console, plain_table, print_prose

    screen = console()
    table = plain_table()
    for heading, right in (
        (Text("As of", "评级日"), False),
        (Text("Run", "运行"), False),
        (Text("What was done", "处理"), False),
        (Text("Customers", "客户数"), True),
        (Text("Months", "月份"), True),
        (Text("Lines of", "标定来自"), False),
        (Text("Seconds", "秒"), True),
    ):
        table.add_column(say(heading), justify="right" if right else "left", no_wrap=not right)
    for month in found.months:
        run = month.run
        table.add_row(
            month.as_of.isoformat(),
            run.run_id if run else "–",
            _done(month),
            f"{run.customers:,}" if run else "–",
            coverage_in_words(run.covered, run.months) if run else "–",
            say(lines_of(run)) if run else "–",
            f"{month.seconds:.1f}",
        )
    screen.print()
    screen.print(table)
    total = Text("{n} {n:month|months} in {s} seconds.", "共 {n} 个月，用时 {s} 秒。")
    screen.print()
    screen.print(say(total.filled(n=len(found.months), s=f"{found.seconds:.1f}")))
    for note in _notes(found):
        print_prose(screen, say(note), "yellow")


def _done(month: Month) -> str:
    from kefen.grading.months.back_fill import STATES

    if month.regraded is None:
        return say(STATES[month.state])
    words = Text("{s} (of {n} {n:customer|customers})", "{s}（{n} 位客户）")
    return say(words.filled(s=STATES[month.state], n=f"{month.regraded:,}"))


def _notes(found: BackFill) -> list[Text]:
    notes = []
    if any(month.state == "nothing known" for month in found.months):
        notes.append(
            Text(
                "The first fact in the data is of {d}; months before it have no run.",
                "最早的业务数据日期为 {d}，此前的月份没有评级。",
            ).filled(d=found.first_fact)
        )
    empty = [month.as_of for month in found.months if month.has_orders is False and month.run]
    if empty:
        notes.append(
            Text(
                "No orders in {m}: graded on what the months before have.",
                "{m} 没有订单：依据此前月份的数据评级。",
            ).filled(m=_listed(empty))
        )
    last = found.months[-1].as_of
    if (
        found.last_order is not None
        and found.last_order < last
        and last.month == (found.last_order.month)
        and last.year == found.last_order.year
    ):
        notes.append(
            Text(
                "The last order is of {d}: the month of {a} may not be complete.",
                "最后一笔订单日期为 {d}：{a} 所在月份可能不完整。",
            ).filled(d=found.last_order, a=last)
        )
    if any(month.state == "restated" for month in found.months):
        notes.append(
            Text(
                "What a restatement changed, and why: kefen runs RUN.",
                "重述改变了什么、为何改变：kefen runs 运行。",
            )
        )
    return [*notes, *_begun_late(found)]


def _begun_late(found: BackFill) -> list[Text]:
    """Tell of the counters that began afresh after their day, each once."""
    from kefen.grading.outputs import RECORD_FILE, read_json

    told: dict[tuple[str, str], Text] = {}
    for month in found.months:
        record = read_json(month.run.folder / RECORD_FILE) if month.run else {}
        for late in record.get("begun_late", ()):
            told.setdefault((late["scheme"], late["counter"]), Text.from_dict(late["text"]))
    return list(told.values())


def _listed(days: list[date]) -> Text:
    shown = [f"{day:%Y-%m}" for day in days[:6]]
    more = len(days) - len(shown)
    if more:
        return Text("{l} and {n} more", "{l}，另有 {n} 个月").filled(
            l=Text(", ".join(shown), "、".join(shown)), n=more
        )
    return Text(", ".join(shown), "、".join(shown))


def coverage_in_words(covered: int | None, months: int | None) -> str:
    """Return how many months of the window have orders, such as `7/12`; a dash if not counted."""
    return "–" if covered is None or months is None else f"{covered}/{months}"


def lines_of(run: Any) -> Text:
    """Return whose lines a run took."""
    if run.calibration == "fitted":
        return Text("its own", "本次标定")
    return Text.same(run.calibration_of) if run.calibration_of else Text("a file", "文件")


def _show_again(found: GradedAgain) -> None:
    if found.compared.same_bytes:
        words = Text(
            "The run {r} comes out the same, to the byte:", "运行 {r} 重新评级，逐字节一致："
        )
    elif found.compared.is_same:
        words = Text(
            "The run {r} comes out the same, row by row; files differ in how they are laid out:",
            "运行 {r} 重新评级，逐行一致；文件仅排布不同：",
        )
    else:
        words = Text("The run {r} comes out otherwise:", "运行 {r} 重新评级，结果不一致：")
    click.echo(say(words.filled(r=found.run.run_id)))
    for one in found.compared.files:
        if one.same_bytes:
            line = Text("  {f}: sha256 {s}", "  {f}：sha256 {s}").filled(f=one.name, s=one.before)
        elif one.rows_differ == 0:
            line = Text("  {f}: equal rows", "  {f}：各行相同").filled(f=one.name)
        else:
            line = Text(
                "  {f}: {n} {n:row|rows} in one of the two only", "  {f}：{n} 行仅见于其一"
            ).filled(f=one.name, n=one.rows_differ)
        click.echo(say(line))
    if not found.compared.is_same:
        then, now = dict(found.engine_then), dict(found.engine_now)
        if then != now:
            click.echo(
                say(
                    Text("It was made by {a}; this is {b}.", "当时使用 {a}，现在为 {b}。").filled(
                        a=_software(then), b=_software(now)
                    )
                )
            )
        click.echo(
            say(Text("Look at the book with `kefen doctor`.", "请用 `kefen doctor` 检查账套。"))
        )


def _software(engine: Mapping[str, Any]) -> str:
    return f"{engine['name']} {engine['version']}, kefen {engine['kefen']}"
