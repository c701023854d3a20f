"""`kefen runs`: the runs of a book, and what a restatement changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import find_book
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.months import coverage_in_words, lines_of
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from kefen.grading.history import KeptRun
    from kefen.grading.months.restatement import Restatement
    from kefen.lake.book.batches import Batch

_EXAMPLES = 20


def runs(
    *,
    run: str | None,
    book: Path | None,
    standard: str | None,
    everything: bool,
    csv: Path | None,
    as_json: bool,
) -> None:
    """List the runs of a book, or tell of one."""
    from kefen.grading.history import current_runs, kept_runs, run_called

    opened = find_book(book)
    if run is None:
        if csv is not None:
            raise CallError(
                Text(
                    "--csv needs a run: its changed grades.",
                    "--csv 需要指定运行：写出其改变的等级。",
                ),
                where="--csv",
                mend=Text(
                    "Name it: kefen runs RUN --csv FILE.", "请指定：kefen runs 运行 --csv 文件。"
                ),
            )
        found = kept_runs(opened)
        shown = (
            [one for one in found if standard in (None, one.standard)]
            if everything
            else current_runs(found, standard)
        )
        if as_json:
            print_json({"runs": [_as_dict(one) for one in shown]})
        else:
            _show(shown, len(found))
        return
    from kefen.grading.months.restatement import restatement_by, write_restatement

    one = run_called(opened, run)
    changed = restatement_by(opened, run, examples=_EXAMPLES) if one.restates else None
    written = write_restatement(opened, run, csv) if csv is not None else None
    if as_json:
        told = _as_dict(one)
        print_json({**told, "changed": None if changed is None else _changes_as_dict(changed)})
        return
    _tell(one, changed)
    if written is not None:
        click.echo(
            say(
                Text(
                    "{n} changed {n:grade|grades} {n:is|are} in {f}.", "{n} 个变动写入 {f}。"
                ).filled(n=written, f=csv)
            )
        )


def _as_dict(run: KeptRun) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "at": run.at.isoformat() if run.at else None,
        "as_of": run.as_of.isoformat(),
        "standard": run.standard,
        "version": run.version,
        "fingerprint": run.fingerprint,
        "calibration": run.calibration,
        "calibration_of": run.calibration_of,
        "calibrated_on": run.calibrated_on.isoformat(),
        "calibration_fingerprint": run.calibration_fingerprint,
        "lake_versions": dict(run.lake_versions),
        "months_with_data": run.covered,
        "months_of_window": run.months,
        "customers": run.customers,
        "seconds": run.seconds,
        "restates": run.restates,
        "folder": str(run.folder),
    }


def _changes_as_dict(changed: Restatement) -> dict[str, Any]:
    from kefen.cli.imports import batch_as_dict

    return {
        "batches": [batch_as_dict(batch) for batch in changed.batches],
        "otherwise": [{"code": one.code, "reason": say(one.reason)} for one in changed.obstacles],
        "other_rates": changed.other_rates,
        "customers": changed.customers,
        "customers_with_other_metrics": changed.own,
        "schemes": [
            {"scheme": one.scheme, "grades": one.grades, "scores": one.scores}
            for one in changed.schemes
        ],
        "examples": [
            {
                "customer": one.customer,
                "scheme": one.scheme,
                "grade_before": one.grade_before,
                "grade_after": one.grade_after,
                "score_before": str(one.score_before) if one.score_before is not None else None,
                "score_after": str(one.score_after) if one.score_after is not None else None,
                "own_metrics_changed": one.own,
            }
            for one in changed.examples
        ],
    }


def _show(shown: Sequence[KeptRun], count: int) -> None:
    from kefen.cli.terminal import console, plain_table

    if not count:
        click.echo(say(Text("The book has no run yet.", "账套中尚无评级结果。")))
        return
    table = plain_table()
    for heading, right in (
        (Text("Run", "运行"), False),
        (Text("Standard", "标准"), False),
        (Text("Customers", "客户数"), True),
        (Text("Months", "月份"), True),
        (Text("Lines of", "标定来自"), False),
        (Text("Data", "数据版本"), False),
        (Text("Seconds", "秒"), True),
        (Text("Restates", "重述"), False),
    ):
        table.add_column(say(heading), justify="right" if right else "left", no_wrap=not right)
    for run in shown:
        table.add_row(
            run.run_id,
            f"{run.standard} {run.version}",
            f"{run.customers:,}",
            coverage_in_words(run.covered, run.months),
            say(lines_of(run)),
            _versions(run),
            f"{run.seconds:.1f}",
            run.restates or "",
        )
    console().print(table)
    hidden = count - len(shown)
    if hidden:
        click.echo(
            say(
                Text(
                    "{n} more {n:run|runs}, restated since or of another standard: --all.",
                    "另有 {n} 次运行，已被重述或属其他标准：--all。",
                ).filled(n=hidden)
            )
        )


def _versions(run: KeptRun) -> str:
    return ", ".join(f"{name} {version}" for name, version in run.lake_versions.items())


def _tell(run: KeptRun, changed: Restatement | None) -> None:
    from kefen.cli.layout import definition_list
    from kefen.cli.terminal import console

    screen = console()
    facts = [
        (Text("As of", "评级日"), run.as_of.isoformat()),
        (Text("Standard", "标准"), f"{say(run.standard_name)} ({run.standard} {run.version})"),
        (Text("Lines of", "标定来自"), f"{say(lines_of(run))}, {run.calibrated_on}"),
        (Text("Data", "数据版本"), _versions(run)),
        (Text("Months with orders", "有订单的月份"), coverage_in_words(run.covered, run.months)),
        (Text("Customers", "客户数"), f"{run.customers:,}"),
        (Text("Seconds", "秒"), f"{run.seconds:.1f}"),
        (Text("Kept (UTC)", "保存时间（UTC）"), f"{run.at:%Y-%m-%d %H:%M}" if run.at else "–"),
        (Text("Files", "文件"), str(run.folder)),
    ]
    screen.print(run.run_id, style="bold")
    for line in definition_list([(say(name), value) for name, value in facts], screen.width):
        screen.print(line)
    if changed is not None:
        _tell_changes(screen, changed)


def _tell_changes(screen: Console, changed: Restatement) -> None:
    from kefen.cli.terminal import plain_table, print_prose

    screen.print()
    head = Text("It restates {r}.", "它重述了 {r}。").filled(r=changed.before.run_id)
    screen.print(say(head), style="bold")
    for batch in changed.batches:
        print_prose(screen, say(_batch_in_words(batch)))
    if changed.other_rates:
        other = Text(
            "Their amounts were converted by different tables of exchange rates.",
            "两次运行折算金额所用的汇率表不同。",
        )
        print_prose(screen, say(other))
    for one in changed.obstacles:
        print_prose(screen, say(one.reason))
    if changed.held:
        holding = Text(
            "{n} {n:customer holds|customers hold} another grade.",
            "{n} 位客户的现行等级有变。",
        )
        print_prose(screen, say(holding.filled(n=changed.held)))
    if not changed.customers:
        nothing = Text("No computed grade and no score changed.", "按数据的等级与得分均无变化。")
        screen.print(say(nothing))
        return
    counted = Text(
        "{n} {n:customer has|customers have} another grade, score or reason; {o} of all have other "
        "metrics of their own.",
        "{n} 位客户的等级、得分或原因有变；自身指标有变的客户共 {o} 位。",
    )
    print_prose(screen, say(counted.filled(n=changed.customers, o=changed.own)))
    table = plain_table()
    for heading, right in (
        (Text("Scheme", "方案"), False),
        (Text("Other grade", "等级有变"), True),
        (Text("Other score only", "仅得分有变"), True),
    ):
        table.add_column(say(heading), justify="right" if right else "left", no_wrap=not right)
    for scheme in changed.schemes:
        table.add_row(scheme.scheme, f"{scheme.grades:,}", f"{scheme.scores:,}")
    screen.print(table)
    table = plain_table()
    for heading in (
        Text("Customer", "客户"),
        Text("Scheme", "方案"),
        Text("Before", "之前"),
        Text("After", "之后"),
        Text("Why", "缘由"),
    ):
        table.add_column(say(heading))
    for example in changed.examples:
        why = Text("its own data", "自身数据") if example.own else Text("the lines", "标定")
        table.add_row(
            example.customer,
            example.scheme,
            _graded(example.grade_before, example.score_before),
            _graded(example.grade_after, example.score_after),
            say(why),
        )
    screen.print(table)


def _graded(grade: str | None, score: object) -> str:
    if grade is None:
        return "–"
    return grade if score is None else f"{grade} ({score})"


def _batch_in_words(batch: Batch) -> Text:
    if batch.kind == "undo":
        words = Text(
            "Batch {b} took batch {u} back ({t}).", "批次 {b} 撤销了批次 {u}（{t}）。"
        ).filled(b=batch.id, u=batch.undoes, t=TABLES[batch.table].label)
    else:
        words = Text(
            "Batch {b} came ({t}: {f}): {n} new, {u} updated.",
            "批次 {b} 到达（{t}：{f}）：新增 {n} 行，更新 {u} 行。",
        ).filled(
            b=batch.id,
            t=TABLES[batch.table].label,
            f=", ".join(str(file["name"]) for file in batch.files),
            n=f"{batch.rows_new:,}",
            u=f"{batch.rows_updated:,}",
        )
    return words


COMMANDS = {
    "runs": Command(
        "runs",
        text=Text(
            "List the runs of a book: standard, lines, versions of the data, months with orders, "
            "duration.\n\n"
            "With a run: all of it, and where it restates an earlier one, what changed and why.",
            "列出账套的评级：标准、标定、数据版本、有订单的月份、用时。\n\n"
            "指定某次运行时列出其详情；如为重述，还列出改变了什么及缘由。",
        ),
        callback=runs,
        parameters=[
            Argument(
                "run",
                text=Text("The id of one run.", "某次运行的编号。"),
                metavar=Text("RUN", "运行"),
                required=False,
            ),
            options.book_option(),
            Option(
                "--standard",
                text=Text("Only runs under the standard of this code.", "只列出该代码标准的运行。"),
                metavar=Text("STANDARD", "标准"),
            ),
            Option(
                "--all",
                "everything",
                text=Text("Those restated since, too.", "包括已被重述的运行。"),
                is_flag=True,
            ),
            options.path_option(
                "--csv",
                Text(
                    "With a run: write every grade that it changed to this file.",
                    "与运行编号同用：把其改变的全部等级写入此文件。",
                ),
            ),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen runs --book acme",
                Text("Which run holds for each month", "各月以哪次运行为准"),
            ),
            Example(
                "kefen runs 2026-10-31-2 --book acme",
                Text("What a restatement changed", "一次重述改变了什么"),
            ),
        ),
    )
}
