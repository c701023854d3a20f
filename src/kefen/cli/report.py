"""`kefen report`: the workbook and the page of a run, with the card of one customer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import book_data, find_data, named_files
from kefen.cli.errors import print_json
from kefen.cli.grading import Grading, grade_data, result_language
from kefen.cli.language import say
from kefen.cli.progress import steps
from kefen.cli.runs_before import moves_before, previous_run
from kefen.cli.stored import find_run
from kefen.cli.tree import Command, Example, Option
from kefen.cli.why import run_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from datetime import date


def report(
    *,
    run: str | None,
    book: Path | None,
    customer: str | None,
    previous: Path | None,
    out: Path | None,
    overwrite: bool,
    standard: str | None,
    as_of: date | None,
    memory: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Write the reports of a run of a book, or of files."""
    limit = memory or options.DEFAULT_MEMORY
    if named_files(given):
        target = out or Path("report")
        asked = Grading(
            data=find_data(book, given),
            standard=standard,
            as_of=as_of,
            out=target,
            overwrite=overwrite,
            customer=customer,
            previous=previous,
            memory=limit,
            quiet=quiet or as_json,
        )
        with grade_data(asked):
            pass
    else:
        target = _of_book(
            run,
            book,
            customer,
            previous,
            out,
            overwrite=overwrite,
            memory=limit,
            shown=not (quiet or as_json),
            given=given,
        )
    if as_json:
        print_json({"out": str(target)})
    elif not quiet:
        text = Text(
            "The report is in {f}: report.html and report.xlsx.",
            "报告在 {f}：report.html 和 report.xlsx。",
        )
        click.echo(say(text.filled(f=target)))


def _of_book(
    run: str | None,
    book: Path | None,
    customer: str | None,
    previous: Path | None,
    out: Path | None,
    *,
    overwrite: bool,
    memory: str,
    shown: bool,
    given: dict[str, Any],
) -> Path:
    """Grade the data of a kept run again, which gives the same grades, and write its reports."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.evaluation.earlier import earlier_judged
    from kefen.grading.finding_effects import quality_under
    from kefen.grading.grade import STAGES, grade
    from kefen.grading.outcome_words import grades_in_words
    from kefen.grading.outputs import RECORD_FILE, check_output, output_directory, write_json
    from kefen.lake.quality import assess_quality
    from kefen.reports.write import write_reports

    stored, opened = find_run(run, book)
    if opened is None:
        raise CallError(
            Text(
                "This folder holds results, not the data they come from.",
                "该目录只有结果，没有原始数据。",
            ),
            where="--run",
            mend=Text(
                "Give the files again: kefen report --customers F --orders F --out DIR.",
                "请重新给出文件：kefen report --customers 文件 --orders 文件 --out 目录。",
            ),
        )
    target = out or Path(f"report-{stored.directory.name}")
    check_output(target, overwrite=overwrite)
    earlier = previous_run(previous, opened, stored.as_of)
    with (
        DuckDBEngine(memory_limit=memory) as engine,
        steps(len(STAGES) + 2, shown=shown) as begin,
    ):
        rates = book_data(opened, given).rates or opened.rates.of(stored.record)
        dataset = opened.dataset(engine, stored.record["lake_versions"], rates=rates)
        graded = grade(
            dataset,
            stored.standard,
            stored.as_of,
            calibration=stored.calibration,
            on_stage=lambda stage: begin(STAGES[stage]),
        )
        begin(Text("Judging the data", "评估数据质量"))
        months = stored.standard.constants.window.months or 12
        quality = quality_under(
            assess_quality(graded.dataset, stored.as_of, months), stored.standard
        )
        begin(Text("Writing the report", "生成报告"))
        with output_directory(target, overwrite=overwrite) as partial:
            write_json(partial / RECORD_FILE, dict(stored.record))
            write_reports(
                graded,
                partial,
                result_language(opened),
                customer=customer,
                quality=quality,
                why=grades_in_words(stored, dataset, customer),
                previous=earlier,
                moves=moves_before(graded, stored.directory, previous, opened),
                evaluation=earlier_judged(graded, previous, opened),
            )
    return target


COMMANDS = {
    "report": Command(
        "report",
        text=Text(
            "Write report.xlsx and report.html of a run, with the card of one customer.\n\n"
            "In a book: of any run that it keeps, on the data that the run graded. With files: "
            "they are graded, and the results written too.",
            "生成评级结果的 report.xlsx 和 report.html，可附某位客户的资料卡。\n\n"
            "账套：可对其保存的任一次评级生成，使用当时的数据。"
            "文件：先评级，结果一并写出。",
        ),
        callback=report,
        parameters=[
            *options.table_options(),
            *options.reading_options(),
            run_option(),
            options.book_option(),
            options.customer_option(),
            options.previous_option(),
            options.standard_option(),
            options.as_of_option(),
            options.path_option(
                "--out",
                Text("Folder for the report.", "报告目录。"),
                metavar=options.FOLDER,
                default_text=Text("report, or report-RUN in a book", "report；账套为 report-编号"),
            ),
            Option(
                "--overwrite",
                text=Text("Replace the report in --out.", "覆盖 --out 中已有的报告。"),
                is_flag=True,
            ),
            options.memory_option(),
            options.json_option(),
            options.quiet_option(),
        ],
        examples=(
            Example(
                "kefen report --book acme --customer 12346",
                Text(
                    "The newest run, with one customer's card", "最新一期评级，附一位客户的资料卡"
                ),
            ),
        ),
    )
}
