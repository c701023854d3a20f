"""`kefen grade`: every customer graded, from files or from a book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import find_data
from kefen.cli.errors import print_json
from kefen.cli.grading import Grading, grade_data
from kefen.cli.tree import Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def grade(
    *,
    book: Path | None,
    standard: str | None,
    as_of: date | None,
    out: Path | None,
    overwrite: bool,
    calibration: Path | None,
    engine: str | None,
    spark_master: str | None,
    no_report: bool,
    customer: str | None,
    previous: Path | None,
    memory: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Grade, write what was asked for, and show it."""
    data = find_data(book, given)
    if data.book is not None:
        engine = engine or data.book.settings.engine
        if engine == "spark":
            spark_master = spark_master or data.book.settings.spark_master
    engine = engine or "duckdb"
    if spark_master is not None and engine != "spark":
        raise CallError(
            Text("--spark-master is for --engine spark.", "--spark-master 只用于 --engine spark。"),
            where="--spark-master",
            mend=Text("Add --engine spark.", "请加上 --engine spark。"),
        )
    asked = Grading(
        data=data,
        standard=standard,
        as_of=as_of,
        out=out,
        overwrite=overwrite,
        calibration=calibration,
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
                "kefen grade --book acme",
                Text("Grade a book; the run is kept in it", "为账套分级，结果保存在账套中"),
            ),
        ),
    )
}
