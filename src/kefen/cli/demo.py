"""`kefen demo`: a book from a real year of trade, graded and shown."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.data import Data
from kefen.cli.errors import print_json
from kefen.cli.grading import Grading, grade_data
from kefen.cli.language import current_language, say
from kefen.cli.progress import steps
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text, display_width

if TYPE_CHECKING:
    from kefen.demo import DemoFiles
    from kefen.lake.book import Book
    from kefen.lake.book.settings import BookSettings

NAME = Text("Kefen demo", "客分演示")
FOLDER = "kefen-demo"

_FILES = "files"
_MONTH_BEFORE = date(2011, 10, 31)


def demo(
    *, directory: Path, overwrite: bool, serve: bool | None, as_json: bool, quiet: bool
) -> None:
    """Make the book, grade it, write the report, show all of it, and open the workspace."""
    from kefen.lake.book import Book

    if serve and as_json:
        raise CallError(
            Text(
                "--json is for programs, --serve for people.",
                "--json 供程序使用，--serve 供人使用。",
            ),
            where="--serve",
            mend=Text("Leave one of them out.", "请去掉其中一个。"),
        )
    silent = quiet or as_json
    _check_place(directory, overwrite=overwrite)
    attribution = _make(directory, shown=not silent, overwrite=overwrite)
    _grade_month_before(Book.open(directory), shown=not silent)
    asked = Grading(
        data=Data(Book.open(directory), {}, None), out=directory / "results", quiet=silent
    )
    with grade_data(asked) as graded:
        if as_json:
            print_json({**graded.as_dict(), "book": str(directory)})
        elif not quiet:
            from kefen.cli.grade_summary import show_graded
            from kefen.cli.terminal import console, print_prose

            show_graded(graded)
            screen = console()
            screen.print()
            print_prose(screen, say(attribution), "dim")
            _show_next(directory, graded.example_customer)
    if serve or (serve is None and not silent and _at_terminal()):
        from kefen.cli.serve import serve_demo

        serve_demo(Book.open(directory))


def _at_terminal() -> bool:
    """Return whether a person is there to look at it and to end it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def is_demo(settings: BookSettings) -> bool:
    """Return whether a book was made by `kefen demo`."""
    return settings.name in (NAME.en, NAME.zh)


def _check_place(directory: Path, *, overwrite: bool) -> None:
    from kefen.lake.book.settings import FILE_NAME, read_settings

    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return
    ours = (directory / FILE_NAME).is_file() and is_demo(read_settings(directory))
    if overwrite and ours:
        return
    raise CallError(
        Text("There is something here already.", "此处已有内容。"),
        where=str(directory),
        mend=Text(
            "Choose another folder, or replace an earlier demo with --overwrite.",
            "请换一个目录；若是以前的演示，可加 --overwrite 覆盖。",
        ),
    )


def _make(directory: Path, *, shown: bool, overwrite: bool) -> Text:
    """Make the demo's book beside its place and move it there whole; return whose the data is."""
    from kefen.demo import write_demo_files
    from kefen.lake.book import Book

    target = directory.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        made = Path(scratch) / "book"
        with steps(2 + len(TABLES), shown=shown) as begin:
            begin(Text("Unpacking a year of trade", "展开一年的交易数据"))
            files = write_demo_files(made / _FILES, current_language())
            book = Book.create(
                made,
                name=say(NAME),
                currency=files.currency,
                country=files.home_country,
                language=current_language(),
            )
            for table in files.tables:
                begin(Text("Importing {t}", "导入{t}").filled(t=TABLES[table].label))
                _import(book, table, files)
        if overwrite and target.exists():
            shutil.rmtree(target)
        if target.exists():
            target.rmdir()
        made.rename(target)
    return files.attribution


def _import(book: Book, table: str, files: DemoFiles) -> None:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.dataset import GENERATED
    from kefen.lake.reading import ReadingOptions, Source, read_table

    generated = [name for name in files.generated if name.replace(".", " ").split(" ")[0] == table]
    options_of_book = ReadingOptions(currency=files.currency)
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, table, Source(files.tables[table]), options_of_book)
        inputs: tuple[dict[str, Any], ...] = tuple(
            {**file, GENERATED: generated} for file in read.inputs
        )
        note = Text("generated sample data", "生成的示例数据") if generated else Text("", "")
        book.imports.import_table(engine, replace(read, inputs=inputs), note=say(note))


def _grade_month_before(book: Book, *, shown: bool) -> None:
    """Grade the month before the last, so that there are moves to look at.

    The ten months before it are graded by the workspace when it opens; that would double the
    time until the first page.
    """
    from kefen.grading.months.back_fill import back_fill
    from kefen.grading.named_standard import NamedStandard

    with steps(1, shown=shown) as begin:
        begin(Text("Grading the month before", "评级上一个月"))
        named = NamedStandard(None, book)
        back_fill(book, named.on, _MONTH_BEFORE, _MONTH_BEFORE, memory="2GB")


def _show_next(directory: Path, customer: str | None) -> None:
    from kefen.cli.layout import padded
    from kefen.cli.terminal import console

    screen = console()
    page = directory / "results" / "report.html"
    calls = [
        (
            f"kefen serve --demo --book {directory}",
            Text("twelve months of it in your browser", "在浏览器中查看十二个月的结果"),
        ),
        (str(page), Text("the report, in your browser", "在浏览器中查看报告")),
        (
            f"kefen explain {customer} --book {directory}",
            Text("why the largest customer has its grades", "最大客户为何是这些等级"),
        ),
        (
            f"kefen what-if {customer} --to B --scheme value_index --book {directory}",
            Text("what would make it a B", "怎样会变为 B 级"),
        ),
        (f"kefen check --book {directory}", Text("how good the data is", "数据质量如何")),
        (
            "kefen grade --customers F --orders F --out DIR",
            Text("your own customers", "为自己的客户评级"),
        ),
    ]
    screen.print()
    screen.print(say(Text("What to try next", "接下来可以试试")), style="bold")
    width = max(display_width(say(words)) for _, words in calls)
    for call, words in calls:
        screen.print(f"  {padded(say(words), width)}  {call}", soft_wrap=True)


COMMANDS = {
    "demo": Command(
        "demo",
        text=Text(
            "See it work: a real year of trade, graded, explained and reported.\n\n"
            "Makes a book of the Online Retail year (541,909 order lines, CC BY 4.0) with a "
            "generated companion for what it lacks: company names, receivables, cases, surveys. "
            "What is generated is labelled so wherever it shows.\n\n"
            "At a terminal it ends in the workspace, in the browser, signed in as a demo user.",
            "看看效果：对真实的一年交易评级、解释并生成报告。\n\n"
            "用 Online Retail 一年数据（541,909 行订单，CC BY 4.0）建立账套，"
            "并生成其缺少的企业名称、应收账款、服务工单和满意度调查。生成的内容处处注明。\n\n"
            "在终端中运行时，最后会在浏览器中打开工作区，并已以演示用户登录。",
        ),
        callback=demo,
        parameters=[
            Argument(
                "directory",
                text=Text("Folder of the demo.", "演示目录。"),
                metavar=options.FOLDER,
                required=False,
                default=FOLDER,
                type=options.PATH_TYPE,
            ),
            Option(
                "--overwrite",
                text=Text("Replace an earlier demo there.", "覆盖该处以前的演示。"),
                is_flag=True,
            ),
            Option(
                "--serve/--no-serve",
                text=Text(
                    "Open the workspace at the end, or not.",
                    "最后是否打开工作区。",
                ),
                default=None,
                default_text=Text("at a terminal", "在终端中打开"),
            ),
            options.json_option(),
            options.quiet_option(),
        ],
        examples=(
            Example("kefen demo", Text("In ./kefen-demo", "在 ./kefen-demo 中演示")),
            Example("kefen demo --lang zh", Text("In Chinese", "使用中文")),
            Example("kefen demo --no-serve", Text("Without the workspace", "不打开工作区")),
        ),
    )
}
