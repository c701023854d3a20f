"""Showing a run to a person: what was read, who is what, and where to look next."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kefen.cli.follow_up_lines import follow_up_lines
from kefen.cli.language import say
from kefen.cli.layout import definition_list, wrapped
from kefen.cli.terminal import bar, console, count, money, percent, plain_table, print_prose
from kefen.domain.calendar import is_month_end
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.grading.confidence import low_of_scheme_in_words
from kefen.grading.modelled.reasons import doubt_of
from kefen.grading.months.lines import lines_in_words
from kefen.grading.outcome_words import low_words
from kefen.grading.record import customers_later
from kefen.grading.serving.words import held_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from kefen.cli.grading import Graded
    from kefen.grading.tally import ClassTally
    from kefen.lake.dataset import Finding
    from kefen.standards.model import Scheme

_MOST_OPEN_CLASSES = 5
_MOST_FINDINGS = 5
_MOST_DRIFTS = 5
_TONES = {"S": "magenta", "A": "green", "B": "cyan", "C": "yellow", "D": "red"}
_MARKS = {"error": "!!", "warning": "!", "note": "-"}
_SEVERITIES = {"error": "red", "warning": "yellow", "note": "dim"}


def show_graded(graded: Graded) -> None:
    """Print a run: date and coverage, rows read, a table a scheme, findings, files, what next."""
    screen = console()
    _show_head(screen, graded)
    _show_rows(screen, graded)
    for identifier, classes in graded.run.classes.items():
        _show_scheme(screen, graded.run.standard.schemes[identifier], classes, graded)
    _show_not_run(screen, graded)
    _show_findings(screen, graded)
    _show_files(screen, graded)
    _show_next(screen, graded)


def _show_head(screen: Console, graded: Graded) -> None:
    run, record = graded.run, graded.run.record
    head = Text("{n} {n:customer|customers}, graded as of {d}", "{n} 位客户，评级日 {d}")
    screen.print()
    screen.print(
        say(head.filled(n=count(record["customers"]["graded"]), d=run.as_of.isoformat())),
        style="bold",
    )
    later = customers_later(record)
    if later:
        words = Text(
            "{n:,} further {n:customer is|customers are} created or first seen after that day, "
            "and not graded.",
            "另有 {n:,} 位客户在该日之后建档或首次出现，未评级。",
        )
        print_prose(screen, say(words.filled(n=later)), "dim")
    standard = Text("{s}, version {v}.", "{s}，第 {v} 版。")
    print_prose(screen, say(standard.filled(s=run.standard.name, v=run.standard.version)), "dim")
    print_prose(screen, say(_window(graded)), "dim")
    lines = lines_in_words(
        run.standard,
        run.as_of,
        run.calibration,
        frozen=record["calibration"] == "frozen",
        in_book=graded.run_id is not None,
    )
    if lines is not None:
        print_prose(screen, say(lines), "dim")
    for warning in _warnings(graded):
        print_prose(screen, say(warning), "yellow")


def _window(graded: Graded) -> Text:
    window, months = graded.run.record["window"], graded.run.record["months"]
    if window["after"] is None:
        words = Text("Facts up to {b}.", "统计期间：截至 {b}。").filled(b=window["to"])
    else:
        first = date.fromisoformat(window["after"]) + timedelta(days=1)
        words = Text("Facts of {a} to {b}.", "统计期间：{a} 至 {b}。").filled(
            a=first.isoformat(), b=window["to"]
        )
    if months is not None:
        words = Text(
            "{w} Orders in {c} of {o} {o:month|months}.", "{w}{o} 个月中 {c} 个月有订单。"
        ).filled(w=words, c=months["covered"], o=months["of"])
    if graded.asked.as_of is None:
        chosen = (
            Text(
                "{w} The date is the last complete month with orders; --as-of takes another.",
                "{w}评级日取最后一个完整的有订单月份，可用 --as-of 指定。",
            )
            if is_month_end(graded.run.as_of)
            else Text(
                "{w} No month is complete yet: the date is that of the last order; --as-of takes "
                "another.",
                "{w}尚无完整的月份，评级日取最后一笔订单的日期，可用 --as-of 指定。",
            )
        )
        words = chosen.filled(w=words)
    return words


def _warnings(graded: Graded) -> Iterator[Text]:
    if graded.run.standard.notice is not None:
        yield graded.run.standard.notice
    note = graded.run.record["standard"]["note"]
    if note is not None:
        yield Text.from_dict(note)
    for model in graded.run.record["models"]:
        if not model["fitted"]:
            yield Text(
                "The model “{m}” could not be fitted: {r}.", "模型“{m}”无法拟合：{r}。"
            ).filled(
                m=graded.run.standard.models[model["model"]].name, r=Text.from_dict(model["reason"])
            )
    for name, learned in graded.run.calibration.models.items():
        doubt = doubt_of(graded.run.standard.models[name], learned)
        if doubt is not None:
            yield Text("The model “{m}” is in doubt: {d}.", "模型“{m}”存疑：{d}。").filled(
                m=graded.run.standard.models[name].name, d=doubt
            )
    if graded.run.dataset.generated:
        yield Text(
            "Sample data, partly generated; the report says which parts.",
            "示例数据，部分为生成；报告中注明了哪些部分。",
        )
    for late in graded.run.record.get("begun_late", ()):
        yield Text.from_dict(late["text"])
    yield from _drifts(graded)
    ignored = graded.previous_of_another_standard
    if ignored is not None:
        yield Text(
            "“{p}” is of the standard {s}: grades held do not go on from it.",
            "“{p}”使用标准 {s}：现行等级不由其延续。",
        ).filled(p=graded.asked.previous, s=ignored)
    last = graded.last_order_before if graded.asked.as_of is not None else None
    if last is not None:
        yield Text(
            "The last order is of {d}, before the as-of date: nothing later is in the data.",
            "最后一笔订单为 {d}，早于评级日：数据中没有此后的情况。",
        ).filled(d=last.isoformat())


def _drifts(graded: Graded) -> Iterator[Text]:
    """Tell where the computed grade leaves an override behind."""
    warnings = [
        words
        for drift in graded.drifts
        if (words := drift.in_words(graded.run.standard.schemes[drift.override.scheme])) is not None
    ]
    yield from warnings[:_MOST_DRIFTS]
    if len(warnings) > _MOST_DRIFTS:
        yield Text(
            "… and {n} more overrides to look at: kefen overrides, or the report.",
            "……另有 {n} 条人工调级需要查看：kefen overrides，或见报告。",
        ).filled(n=len(warnings) - _MOST_DRIFTS)


def _show_rows(screen: Console, graded: Graded) -> None:
    table = plain_table()
    table.add_column(say(Text("Read", "读取")))
    for name in (
        Text("rows", "行数"),
        Text("used", "使用"),
        Text("rejected", "拒绝"),
        Text("copies", "重复"),
        Text("of no known customer", "客户不明"),
    ):
        table.add_column(say(name), justify="right")
    for name, rows in graded.run.record["rows"].items():
        unknown = count(rows["unattributed"]) if rows["unattributed"] else ""
        if unknown and rows["amount_unattributed"] is not None:
            unknown += f" ({money(Decimal(rows['amount_unattributed']))})"
        table.add_row(
            say(TABLES[name].label),
            count(rows["in"]),
            count(rows["used"]),
            count(rows["rejected"]) if rows["rejected"] else "",
            count(rows["duplicate"]) if rows["duplicate"] else "",
            unknown,
        )
    screen.print()
    screen.print(table)


class _Row(NamedTuple):
    """One line of a scheme's table."""

    words: str
    style: str
    customers: int
    revenue: Decimal | None
    reason: str = ""


def _show_scheme(
    screen: Console, scheme: Scheme, classes: Sequence[ClassTally], graded: Graded
) -> None:
    from rich.text import Text as Styled

    title = Styled(say(scheme.name), style="bold")
    title.append(f"  {scheme.id}", style="dim")
    screen.print()
    screen.print(title)
    run = graded.run
    learned = run.calibration.schemes[scheme.id]
    why = low_of_scheme_in_words(run.standard, scheme, learned, run.record["months"])
    if why is not None and any(tally.low for tally in classes):
        print_prose(screen, say(low_words(why)), "yellow", "  ")
    rows = list(_rows(scheme, classes, graded))
    customers = sum(row.customers for row in rows)
    revenue = sum((row.revenue or Decimal(0) for row in rows), Decimal(0))
    table = plain_table()
    table.show_header = False
    table.add_column(width=26, overflow="ellipsis", no_wrap=True)
    table.add_column(justify="right", min_width=7, no_wrap=True)
    table.add_column(justify="right", min_width=7, no_wrap=True)
    table.add_column()
    for row in rows:
        share = Styled(row.reason)
        if row.revenue is not None and revenue > 0 and not row.reason:
            share = Styled(f"{bar(row.revenue, revenue):20} ", style=row.style)
            share.append(percent(row.revenue, revenue), style="dim")
        style = row.style if row.style == "dim" else ""
        table.add_row(
            Styled(row.words, style=style),
            count(row.customers),
            percent(row.customers, customers),
            share,
            style=style,
        )
    screen.print(table)
    if revenue > 0 and any(row.revenue is not None and row.revenue < 0 for row in rows):
        text = Text(
            "Shares of sales are of all sales after returns; where a class returned more than it "
            "bought, the others have more than 100 %.",
            "销售额占比以扣除退货后的总额为基数；某类退货多于购买时，其余各类之和会超过 100 %。",
        )
        print_prose(screen, say(text), "dim", "  ")
    entry = next(item for item in run.record["schemes"] if item["scheme"] == scheme.id)
    for line in follow_up_lines(scheme, entry, run.record["currency"]):
        print_prose(screen, say(line), "dim", "  ")
    for said in run.record.get("served", ()):
        if said["scheme"] == scheme.id:
            for line in held_in_words(scheme, said):
                print_prose(screen, say(line), "dim", "  ")


def _rows(scheme: Scheme, classes: Sequence[ClassTally], graded: Graded) -> Iterator[_Row]:
    """Yield the classes, the further ones of open classes together, then those without one."""
    given = [tally for tally in classes if tally.grade is not None]
    shown = given if scheme.grades else given[:_MOST_OPEN_CLASSES]
    for tally in shown:
        grade = scheme.grade(str(tally.grade))
        words = str(tally.grade) if grade is None else say(grade.name)
        if grade is not None and len(grade.id) <= 2 and words != grade.id:
            words = f"{grade.id}  {words}"
        tone = _TONES.get(grade.tone or "", "blue") if grade is not None else "blue"
        yield _Row(words, tone, tally.customers, tally.revenue)
    further = given[len(shown) :]
    if further:
        known = [tally.revenue for tally in further if tally.revenue is not None]
        yield _Row(
            say(Text("{n} further", "其余 {n} 类").filled(n=len(further))),
            "blue",
            sum(tally.customers for tally in further),
            sum(known, Decimal(0)) if known else None,
        )
    for tally in classes:
        if tally.grade is None:
            reason = graded.run.standard.reasons[str(tally.reason)]
            words = say(Text("no grade", "无等级"))
            yield _Row(words, "dim", tally.customers, tally.revenue, say(reason))


def _show_not_run(screen: Console, graded: Graded) -> None:
    missing = graded.run.record["schemes_not_run"]
    if not missing:
        return
    screen.print()
    screen.print(say(Text("Not run", "未运行的方案")), style="bold")
    rows = [
        (say(graded.run.standard.schemes[item["scheme"]].name), say(Text.from_dict(item["reason"])))
        for item in missing
    ]
    for line in definition_list(rows, screen.width):
        screen.print(line, style="dim")


def _show_findings(screen: Console, graded: Graded) -> None:
    findings = graded.run.dataset.findings if graded.quality is None else graded.quality.findings
    if not findings:
        return
    screen.print()
    screen.print(say(Text("About the data", "关于数据")), style="bold")
    show_findings(screen, findings[:_MOST_FINDINGS])
    if len(findings) > _MOST_FINDINGS:
        more = Text(
            "… and {n} more: `kefen check`, or the report.",
            "……另有 {n} 项：见 `kefen check` 或报告。",
        )
        screen.print(say(more.filled(n=len(findings) - _MOST_FINDINGS)), style="dim")


def show_findings(screen: Console, findings: Sequence[Finding]) -> None:
    """Print findings: what was found, and what it does to which result."""
    for finding in findings:
        style = _SEVERITIES[finding.severity]
        lines = wrapped(say(finding.message), screen.width, "   ")
        mark = _MARKS[finding.severity]
        for line in (f"{mark:3}{lines[0].lstrip()}", *lines[1:]):
            screen.print(line, style=style)
        print_prose(screen, say(finding.effect), "dim", "   ")


def _show_files(screen: Console, graded: Graded) -> None:
    screen.print()
    if graded.run_id is not None:
        screen.print(
            say(Text("Run {r} is in the book.", "运行 {r} 已存入账套。").filled(r=graded.run_id))
        )
    for folder in graded.folders:
        screen.print(say(Text("Files: {f}", "文件：{f}").filled(f=folder)), soft_wrap=True)
        for name in sorted(path.name for path in folder.iterdir() if path.is_file()):
            screen.print(f"  {name}", style="dim")
    if graded.rejected:
        text = Text(
            "{n} rejected values are listed in rejected.csv.", "{n} 个被拒绝的值见 rejected.csv。"
        )
        screen.print(say(text.filled(n=count(graded.rejected))), style="yellow")
    if not graded.folders:
        text = Text(
            "Nothing was written: add --out DIR to keep the results.",
            "未写入文件：加 --out 目录 可保存结果。",
        )
        screen.print(say(text), style="yellow")


def _show_next(screen: Console, graded: Graded) -> None:
    if not graded.folders:
        return
    example = graded.example_customer
    where = "" if graded.run_id is not None else f" --run {graded.folders[-1]}"
    if example is None:
        return
    if graded.run_id is not None and graded.asked.data.book is not None:
        where = f" --book {graded.asked.data.book.directory}"
    text = Text("Next: kefen explain {c}{w}", "下一步：kefen explain {c}{w}")
    screen.print(say(text.filled(c=example, w=where)), style="dim", soft_wrap=True)
