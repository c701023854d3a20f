"""`kefen grade`: every customer graded, from files or from a book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import find_data
from kefen.cli.errors import print_json
from kefen.cli.grading import Grading, grade_data
from kefen.cli.months import again as grade_again
from kefen.cli.months import check_alone, fill_in, months_options
from kefen.cli.tree import Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kefen.cli.data import Data


def grade(
    *,
    book: Path | None,
    standard: str | None,
    as_of: date | None,
    first: date | None,
    last: date | None,
    again: str | None,
    out: Path | None,
    overwrite: bool,
    calibration: Path | None,
    recalibrate: bool,
    engine: str | None,
    spark_master: str | None,
    no_report: bool,
    customer: str | None,
    previous: Path | None,
    memory: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Grade, write what was asked for, and show it; 1 when an old run comes out otherwise."""
    data = find_data(book, given)
    if first is not None or last is not None or again is not None:
        alone = {
            "--as-of": as_of,
            "--out": out,
            "--overwrite": overwrite,
            "--calibration": calibration,
            "--spark-master": spark_master,
            "--no-report": no_report,
            "--customer": customer,
            "--previous": previous,
        }
        return _months(
            data,
            {**alone, "--engine spark": engine == "spark"},
            standard=standard,
            first=first,
            last=last,
            run=again,
            recalibrate=recalibrate,
            memory=memory or options.DEFAULT_MEMORY,
            as_json=as_json,
            quiet=quiet,
        )
    if data.book is not None:
        engine = engine or data.book.settings.engine
        if engine == "spark":
            spark_master = spark_master or data.book.settings.spark_master
    engine = engine or "duckdb"
    if recalibrate and (calibration is not None or data.book is None):
        raise CallError(
            Text(
                "--recalibrate is for a book, and not together with --calibration.",
                "--recalibrate 只用于账套，且不能与 --calibration 同用。",
            ),
            where="--recalibrate",
            mend=Text(
                "Leave it out; without --calibration, files are calibrated anew anyway.",
                "请去掉该选项；直接使用文件且不加 --calibration 时，本就重新标定。",
            ),
        )
    if spark_master is not None and engine != "spark":
        raise CallError(
            Text("--spark-master is for --engine spark.", "--spark-master 只用于 --engine spark。"),
            where="--spark-master",
            mend=Text("Add --engine spark.", "请加上 --engine spark。"),
        )
    if engine == "spark" and data.databases and not no_report:
        raise CallError(
            Text(
                "The report of a run on Spark reads the data once more, and a database may have "
                "changed by then.",
                "Spark 评级的报告会再读一遍数据，而数据库届时可能已有变化。",
            ),
            where="--engine",
            mend=Text(
                "Add --no-report, or bring the data into a book first (kefen import).",
                "请加上 --no-report，或先导入账套（kefen import）。",
            ),
        )
    asked = Grading(
        data=data,
        standard=standard,
        as_of=as_of,
        out=out,
        overwrite=overwrite,
        calibration=calibration,
        recalibrate=recalibrate,
        report=not no_report,
        customer=customer,
        previous=previous,
        memory=memory or options.DEFAULT_MEMORY,
        engine=engine,
        spark_master=spark_master,
        quiet=quiet or as_json,
    )
    with grade_data(asked) as graded:
        if as_json:
            print_json(graded.as_dict())
        elif not quiet:
            from kefen.cli.grade_summary import show_graded

            show_graded(graded)
    return 0


def _months(
    data: Data,
    alone: Mapping[str, object],
    *,
    standard: str | None,
    first: date | None,
    last: date | None,
    run: str | None,
    recalibrate: bool,
    memory: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Fill months of a book in, or grade an old run of it again."""
    option = "--from" if first is not None else "--to" if last is not None else "--again"
    if data.book is None:
        raise CallError(
            Text("{o} is for a book.", "{o} 只用于账套。").filled(o=option),
            where=option,
            mend=Text(
                "Make one with `kefen new DIR`, and bring the files in with `kefen import`.",
                "请用 `kefen new 目录` 新建账套，再用 `kefen import` 导入文件。",
            ),
        )
    if run is not None:
        check_alone(
            "--again",
            {
                "--from": first,
                "--to": last,
                "--standard": standard,
                "--recalibrate": recalibrate,
                **alone,
            },
        )
        return grade_again(
            data.book, run, rates=data.rates, memory=memory, as_json=as_json, quiet=quiet
        )
    check_alone(option, alone)
    if first is None:
        raise CallError(
            Text("--to needs --from.", "--to 需要与 --from 同用。"),
            where="--to",
            mend=Text(
                "Say where to begin: --from 2025-01; for one date use --as-of.",
                "请写明起始月：--from 2025-01；只评一个日期请用 --as-of。",
            ),
        )
    fill_in(
        data.book,
        standard=standard,
        first=first,
        last=last,
        recalibrate=recalibrate,
        rates=data.rates,
        memory=memory,
        as_json=as_json,
        quiet=quiet,
    )
    return 0


COMMANDS = {
    "grade": Command(
        "grade",
        text=Text(
            "Grade every customer of your files, or of a book.\n\n"
            "With files, results go to --out: grades.parquet, metrics.parquet, calibration.json, "
            "run.json, report.xlsx, report.html, and rejected.csv where rows were rejected. In a "
            "book the run is kept in the book, and goes to --out too where that is given. "
            "Schemes whose data is not there are listed with the reason; nothing is silent.",
            "为文件或账套中的每一位客户分级。\n\n"
            "使用文件时，结果写入 --out：grades.parquet、metrics.parquet、calibration.json、"
            "run.json、report.xlsx、report.html；有被拒绝的行时还有 rejected.csv。"
            "使用账套时，结果保存在账套中，给出 --out 时也写到该处。"
            "缺少数据的方案会列出原因，不会悄悄略过。",
        ),
        callback=grade,
        parameters=[
            *options.table_options(),
            *options.reading_options(),
            options.book_option(),
            options.standard_option(),
            options.as_of_option(),
            *months_options(),
            options.path_option(
                "--out",
                Text(
                    "Folder for the results; made whole or not at all.",
                    "结果目录；要么完整生成，要么不生成。",
                ),
                metavar=options.FOLDER,
            ),
            Option(
                "--overwrite",
                text=Text("Replace the results in --out.", "覆盖 --out 中已有的结果。"),
                is_flag=True,
            ),
            options.path_option(
                "--calibration",
                Text(
                    "Apply a frozen calibration.json instead of calibrating anew.",
                    "使用已有的 calibration.json，不重新标定。",
                ),
            ),
            Option(
                "--recalibrate",
                text=Text(
                    "In a book: learn the lines anew, whatever the standard says of calibration.",
                    "用于账套：不论标准如何规定，都重新标定。",
                ),
                is_flag=True,
            ),
            Option(
                "--engine",
                text=Text("Where to compute: duckdb or spark.", "计算引擎：duckdb 或 spark。"),
                metavar=Text("ENGINE", "引擎"),
                default_text=Text("the book's, else duckdb", "账套的设置，否则为 duckdb"),
                type=click.Choice(["duckdb", "spark"]),
            ),
            Option(
                "--spark-master",
                text=Text(
                    "Where Spark is: local[4], spark://host:7077, yarn, or sc://host:15002.",
                    "Spark 的位置：local[4]、spark://主机:7077、yarn 或 sc://主机:15002。",
                ),
                metavar=Text("URL", "地址"),
                default_text=Text("this machine", "本机"),
            ),
            Option(
                "--no-report",
                text=Text(
                    "Write no report.xlsx and report.html.", "不生成 report.xlsx 和 report.html。"
                ),
                is_flag=True,
            ),
            options.customer_option(),
            options.previous_option(),
            options.memory_option(),
            options.json_option(),
            options.quiet_option(),
        ],
        examples=(
            Example(
                "kefen grade --customers customers.xlsx --orders orders.csv --out results",
                Text("Two files in, a report out", "两个文件进，一份报告出"),
            ),
            Example(
                "kefen grade --orders 2025.csv --orders 2026.csv --as-of 2026-10-31 --out october",
                Text(
                    "Several files of one table, as of a date", "同一数据表的多个文件，指定评级日"
                ),
            ),
            Example(
                "kefen grade --orders 'postgresql://reader:${SHOP_PASSWORD}@db/shop#shop.lines' "
                "--out results",
                Text("Straight from a database", "直接读取数据库"),
            ),
            Example(
                "kefen grade --book acme",
                Text("Grade a book; the run is kept in it", "为账套分级，结果保存在账套中"),
            ),
            Example(
                "kefen grade --book acme --from 2025-12 --to 2026-11",
                Text("Fill in twelve months from history", "由历史数据补评十二个月"),
            ),
        ),
    )
}
