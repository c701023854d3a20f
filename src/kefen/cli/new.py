"""`kefen new`: a new book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import current_language, language_was_asked, say
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.domain.text import Language


def new(
    *,
    directory: Path,
    name: str | None,
    timezone: str | None,
    currency: str | None,
    country: str | None,
    rates: Path | None,
    as_json: bool,
) -> None:
    """Make a book."""
    from kefen.cli.data import check_file
    from kefen.lake.book import Book

    if rates is not None:
        check_file(rates)
    language: Language | None = current_language() if language_was_asked() else None
    book = Book.create(
        directory,
        name=name or directory.absolute().name,
        timezone=timezone or "UTC",
        currency=currency,
        country=country,
        language=language,
        rates=rates,
    )
    if as_json:
        print_json({"book": str(book.directory), "name": book.settings.name})
        return
    click.echo(
        say(
            Text("The book “{n}” is in {d}.", "账套“{n}”已建于 {d}。").filled(
                n=book.settings.name, d=book.directory
            )
        )
    )
    click.echo(
        say(
            Text(
                "Next: kefen import customers FILE --book {d}, then orders and the rest.",
                "下一步：kefen import customers 文件 --book {d}，然后导入订单等其他数据。",
            ).filled(d=directory)
        )
    )


COMMANDS = {
    "new": Command(
        "new",
        text=Text(
            "Make a book: a folder that keeps a company's data, standards and runs.\n\n"
            "Imports into a book can be listed and undone, and every run is kept with the data "
            "it was graded on.",
            "新建账套：保存企业数据、标准与评级结果的目录。\n\n"
            "导入账套的数据可以查看、可以撤销；每次评级都与所用数据一并保存。",
        ),
        callback=new,
        parameters=[
            Argument(
                "directory",
                text=Text("Folder of the book.", "账套目录。"),
                metavar=options.FOLDER,
                type=options.PATH_TYPE,
            ),
            Option(
                "--name",
                text=Text("Name of the company or book.", "企业或账套名称。"),
                metavar=Text("NAME", "名称"),
                default_text=Text("that of the folder", "目录名"),
            ),
            Option(
                "--timezone",
                text=Text(
                    "Zone of the book: times with a zone are converted to it.",
                    "账套时区：带时区的时间换算到该时区。",
                ),
                metavar=Text("ZONE", "时区"),
                default_text=Text.same("UTC"),
                type=options.TIMEZONE_TYPE,
            ),
            Option(
                "--currency",
                text=Text("The currency that an empty one means.", "未写明币种的金额所属的币种。"),
                metavar=Text("CODE", "币种"),
                type=options.CURRENCY_TYPE,
            ),
            Option(
                "--country",
                text=Text("The country that counts as home.", "视为本国的国家。"),
                metavar=Text("COUNTRY", "国家"),
            ),
            options.path_option(
                "--rates",
                Text(
                    "Exchange rates into its currency (currency, from date, rate), which the book "
                    "keeps as rates.csv.",
                    "折算为本位币的汇率表（币种、生效日期、汇率），账套将其保存为 rates.csv。",
                ),
            ),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen new acme --currency CNY --timezone Asia/Shanghai",
                Text("A book in Chinese money and time", "以人民币和北京时间建账"),
            ),
        ),
    )
}
