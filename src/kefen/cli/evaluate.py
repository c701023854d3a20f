"""`kefen evaluate`: the grades of a run judged by what happened next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import book_data, find_data, named_files
from kefen.cli.errors import print_json
from kefen.cli.evaluate_judging import Judging
from kefen.cli.language import say
from kefen.cli.progress import steps
from kefen.cli.stored import find_run
from kefen.cli.tree import Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.grading.evaluation.evaluate import Asked
    from kefen.grading.stored import StoredRun
    from kefen.lake.book import Book

_WRITING = Text("Writing the evaluation", "生成检验报告")
_NUMBER = Text("NUMBER", "数字")


def evaluate(
    *,
    run: tuple[str, ...],
    book: Path | None,
    every: bool,
    months: int | None,
    scheme: str | None,
    complete_until: date | None,
    change: date | None,
    changed: Path | None,
    form: Path | None,
    new_form: Path | None,
    sample: int | None,
    out: Path | None,
    overwrite: bool,
    memory: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Judge a run by what happened next, or prepare what people judge."""
    if new_form is not None:
        from kefen.cli.evaluate_sheets import write_form

        write_form(new_form, overwrite=overwrite, as_json=as_json)
        return
    _check_call(run, every=every, change=change, changed=changed, months=months)
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.evaluation.following import DEFAULT_MONTHS
    from kefen.grading.outputs import check_output

    if out is not None and sample is None:
        check_output(out, overwrite=overwrite)
    asked = _asked(months or DEFAULT_MONTHS, scheme, change, changed, form)
    runs, opened = _runs(run, book, files=bool(named_files(given)))
    data = book_data(opened, given) if opened is not None else find_data(None, given)
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(data.steps + len(runs) + 1, shown=not (quiet or as_json)) as begin,
    ):
        dataset = data.read(engine, begin)
        if sample is not None:
            from kefen.cli.evaluate_sheets import write_sample

            write_sample(
                runs[-1], dataset, scheme, sample, out, overwrite=overwrite, as_json=as_json
            )
            return
        judged = Judging(
            dataset, runs, asked, complete_until, begin, latest=_latest(runs[-1], opened)
        ).run(every=every or len(run) > 1, named=len(run) == 1)
        if out is not None:
            begin(_WRITING)
            judged.write(out, overwrite=overwrite)
    if as_json:
        print_json(judged.as_dict())
    elif not quiet:
        judged.show()
        if out is not None:
            text = Text(
                "The evaluation is in {f}: evaluation.html and evaluation.xlsx.",
                "检验报告在 {f}：evaluation.html 和 evaluation.xlsx。",
            )
            click.echo(say(text.filled(f=out)))


def _check_call(
    run: tuple[str, ...],
    *,
    every: bool,
    change: date | None,
    changed: Path | None,
    months: int | None,
) -> None:
    if every and run:
        raise CallError(
            Text("--run names runs, --all takes every one.", "--run 指定评级，--all 指全部。"),
            mend=Text("Give one of them.", "请只给一个。"),
        )
    if (change is None) != (changed is None):
        raise CallError(
            Text(
                "A change needs its first day and the customers it was made for.",
                "服务调整需要起始日和所涉客户名单。",
            ),
            where="--change",
            mend=Text(
                "Give --change 2026-03-01 and --changed FILE, a file of customer ids.",
                "请同时给出 --change 2026-03-01 和 --changed 客户编号文件。",
            ),
        )
    if months is not None and not 1 <= months <= 120:
        raise CallError(
            Text("A period has 1 to 120 months.", "期间为 1 至 120 个月。"),
            where="--months",
            mend=Text("Write --months 3.", "例如 --months 3。"),
        )


def _asked(
    months: int,
    scheme: str | None,
    change: date | None,
    changed: Path | None,
    form: Path | None,
) -> Asked:
    from kefen.grading.evaluation.evaluate import Asked
    from kefen.grading.evaluation.form import read_form

    who = None
    if change is not None and changed is not None:
        from kefen.cli.data import check_file
        from kefen.lake.reading.plain_tables import read_plain_table

        check_file(changed)
        rows = read_plain_table(changed, None).rows
        who = change, frozenset(row[0].strip() for row in rows if row and row[0].strip())
    return Asked(months, scheme, () if form is None else read_form(form), who)


def _runs(
    run: tuple[str, ...], book: Path | None, *, files: bool
) -> tuple[list[StoredRun], Book | None]:
    """Return the runs of a call, by date: those named, or those that hold in a book."""
    from kefen.grading.history import current_runs, kept_runs
    from kefen.grading.stored import StoredRun

    stored, opened = find_run(run[0] if run else None, book)
    several = [stored, *(find_run(one, book)[0] for one in run[1:])]
    others = {one.standard.id for one in several} - {stored.standard.id}
    if others:
        raise CallError(
            Text(
                "The runs are of different standards: {a} and {b}.",
                "各次评级使用不同的标准：{a} 与 {b}。",
            ).filled(a=stored.standard.id, b=", ".join(sorted(others))),
            where="--run",
            mend=Text("Judge them one by one.", "请分别检验。"),
        )
    several.sort(key=lambda one: one.as_of)
    if opened is None:
        if not files:
            raise CallError(
                Text(
                    "This folder holds results, not what happened afterwards.",
                    "该目录只有评级结果，没有其后的事实。",
                ),
                where="--run",
                mend=Text(
                    "Name the later data: kefen evaluate --run DIR --customers F --orders F.",
                    "请给出其后的数据：kefen evaluate --run 目录 --customers 文件 --orders 文件。",
                ),
            )
        return several, None
    if files:
        raise CallError(
            Text("Both a book and files are named.", "同时给出了账套和文件。"),
            where="--book",
            mend=Text(
                "Leave the files out: the book knows what happened.",
                "请去掉文件：账套中已有其后的事实。",
            ),
        )
    if run:
        return several, opened
    holding = current_runs(kept_runs(opened), stored.standard.id)
    return [StoredRun.load(one.folder) for one in holding], opened


def _latest(last: StoredRun, book: Book | None) -> StoredRun:
    """Return the latest run of a standard in a book, or the last one of the call."""
    from kefen.grading.history import current_runs, kept_runs
    from kefen.grading.stored import StoredRun

    if book is None:
        return last
    holding = current_runs(kept_runs(book), last.standard.id)
    if not holding or holding[-1].as_of <= last.as_of:
        return last
    return StoredRun.load(holding[-1].folder)


COMMANDS = {
    "evaluate": Command(
        "evaluate",
        text=Text(
            "Judge the grading: were the grades right, what did they do, how are they made, are "
            "they kept up?\n\n"
            "Grades of a kept run are held against what its customers did in the months after it: "
            "value, purchases and loss by grade, beside naive orders and chance. Takes the latest "
            "run whose following months are over. Every figure has its number of customers and an "
            "interval; what cannot be judged is said.",
            "检验评级：等级准不准、有何效果、如何产生、是否及时维护。\n\n"
            "将已保存的评级与客户此后数月的表现对照：各等级的购买额、购买与流失，"
            "并与朴素排序和随机比较。默认取其后月份已结束的最近一次评级。"
            "每个数字都附客户数与区间；无法判断的会说明原因。",
        ),
        callback=evaluate,
        parameters=[
            *options.table_options(),
            *options.reading_options(),
            Option(
                "--run",
                text=Text(
                    "The run: the folder that `kefen grade --out` made, or an id of the book; "
                    "repeat for several of one standard, each judged by what followed it.",
                    "评级结果：`kefen grade --out` 生成的目录，或账套中的编号；可重复给出同一标准的"
                    "多次评级，分别用其后的情况检验。",
                ),
                metavar=Text("RUN", "结果"),
                default_text=Text("the last of the book", "账套中最近一次"),
                multiple=True,
            ),
            options.book_option(),
            Option(
                "--all",
                "every",
                text=Text(
                    "Every run of the book whose months are over.", "账套中所有可检验的评级。"
                ),
                is_flag=True,
            ),
            Option(
                "--months",
                text=Text("How many months after the run count.", "检验其后几个月。"),
                metavar=_NUMBER,
                type=int,
                default_text=Text("3", "3"),
            ),
            Option(
                "--scheme",
                text=Text("The scheme that is told in full.", "详细检验的方案。"),
                metavar=Text("SCHEME", "方案"),
                default_text=Text("the first that can be judged", "第一个可检验的方案"),
            ),
            Option(
                "--complete-until",
                text=Text(
                    "The data are complete up to this day, although the last order is earlier.",
                    "数据完整至该日，即使最后一笔订单更早。",
                ),
                metavar=Text("DATE", "日期"),
                type=options.DATE_TYPE,
            ),
            Option(
                "--change",
                text=Text("The first day of a change in service.", "服务调整的起始日。"),
                metavar=Text("DATE", "日期"),
                type=options.DATE_TYPE,
            ),
            options.path_option(
                "--changed",
                Text(
                    "Whom it was made for: a file whose first column holds customer ids.",
                    "调整涉及的客户：首列为客户编号的文件。",
                ),
                metavar=options.FILE,
            ),
            options.path_option(
                "--form",
                Text("The filled form on process and method.", "已填写的过程与方法评价表。"),
                metavar=options.FILE,
            ),
            options.path_option(
                "--new-form",
                Text("Write an empty form (CSV), and nothing else.", "只生成空白评价表（CSV）。"),
                metavar=options.FILE,
            ),
            Option(
                "--sample",
                text=Text(
                    "Write a sheet of so many customers to be judged blind, and nothing else.",
                    "只生成指定数量客户的盲评表。",
                ),
                metavar=_NUMBER,
                type=int,
            ),
            options.path_option(
                "--out",
                Text(
                    "Folder for evaluation.html, evaluation.xlsx and evaluation.json; with "
                    "--sample, the sheet.",
                    "存放 evaluation.html、evaluation.xlsx、evaluation.json 的目录；"
                    "与 --sample 同用时为评定表文件。",
                ),
                metavar=options.FOLDER,
            ),
            Option(
                "--overwrite",
                text=Text("Replace what is there.", "覆盖已有内容。"),
                is_flag=True,
            ),
            options.memory_option(),
            options.json_option(),
            options.quiet_option(),
        ],
        examples=(
            Example(
                "kefen evaluate --book acme",
                Text("The latest run that can be judged", "最近一次可检验的评级"),
            ),
            Example(
                "kefen evaluate --book acme --all --scheme abc --out judged",
                Text("Month by month, with a report", "逐月检验并生成报告"),
            ),
            Example(
                "kefen evaluate --book acme --sample 50 --out blind.csv",
                Text("A sheet for account managers", "供客户经理盲评的表格"),
            ),
        ),
    )
}
