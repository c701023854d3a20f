"""`kefen import`, `kefen batches`, `kefen undo`: what comes into a book, and out of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import check_file, find_book, make_options, read_one
from kefen.cli.databases import asked_of_database, database_options
from kefen.cli.errors import print_json
from kefen.cli.language import current_language, say
from kefen.cli.progress import steps
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.contract import TABLES
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.lake.book import Batch, UndoReport

_STATES = {
    "imported": Text("imported", "已导入"),
    "nothing new": Text("nothing new", "无新数据"),
    "partly undone": Text("partly undone", "部分撤销"),
    "undone": Text("undone", "已撤销"),
    "undo": Text("undoes {n}", "撤销 {n}"),
}
_COUNTS = (
    ("rows_new", Text("{n} new", "新增 {n}")),
    ("rows_updated", Text("{n} updated", "更新 {n}")),
    ("rows_unchanged", Text("{n} unchanged", "未变 {n}")),
    ("rows_removed", Text("{n} removed", "移除 {n}")),
    ("rows_rejected", Text("{n} rejected", "拒绝 {n}")),
)


def import_files(
    *,
    table: str,
    files: tuple[Path, ...],
    book: Path | None,
    note: str,
    sheet: str | None,
    memory: str | None,
    rates: Path | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Import the files of one table, or what a database has, as one batch."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.reading import Source

    opened = find_book(book)
    if rates is not None:
        check_file(rates)
        opened.rates.check(rates, opened.settings.currency)
    database = asked_of_database(files, given, opened, table)
    if database is not None and given.get("mapping") is None:
        given["mapping"] = database.mapping
    reading = make_options(
        given, opened.settings.timezone, opened.settings.currency, into_book=True
    )
    label = TABLES[table].label if table in TABLES else Text.same(table)
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(2, shown=not (quiet or as_json)) as begin,
    ):
        begin(Text("Reading {t}", "读取{t}").filled(t=label))
        source = Source(files, sheet) if database is None else database.source(opened, table)
        read, findings = read_one(engine, table, source, reading, given.get("rejected"))
        if database is not None:
            database.check(read)
        begin(Text("Writing to the book", "写入账套"))
        batch = opened.imports.import_table(engine, read, note=note)
    if rates is not None:
        opened.rates.take(rates, opened.settings.currency)
    if database is not None:
        database.save(opened, table, given.get("mapping"))
    if as_json:
        print_json({"batch": batch_as_dict(batch)})
    elif not quiet:
        click.echo(batch_line(batch))
        if rates is not None:
            click.echo(
                say(
                    Text(
                        "  The rates of {f} are the book's now: {p}",
                        "  {f} 已成为账套的汇率表：{p}",
                    ).filled(f=rates.name, p=opened.rates.path)
                )
            )
        for finding in findings:
            click.echo(f"  {say(finding.message)}")
        if batch.rows_rejected:
            click.echo(
                say(
                    Text(
                        "  See them: kefen batches {n} --rejected FILE.csv",
                        "  查看被拒绝的行：kefen batches {n} --rejected 文件.csv",
                    ).filled(n=batch.id)
                )
            )


def batch_line(batch: Batch) -> str:
    """Return a batch in one line."""
    names = ", ".join(str(file["name"]) for file in batch.files if "rows" in file)
    done = [
        say(words.filled(n=f"{getattr(batch, name):,}"))
        for name, words in _COUNTS
        if getattr(batch, name)
    ]
    head = Text("Batch {b}, {t}: {f}", "批次 {b}，{t}：{f}").filled(
        b=batch.id, t=TABLES[batch.table].label, f=names or _state(batch)
    )
    what = say(Text(", ", "，")).join(done) or say(_state(batch))
    return f"{say(head)}{say(Text(': ', '：'))}{what}"


def _state(batch: Batch) -> Text:
    return _STATES[batch.state].filled(n=batch.undoes)


def batch_as_dict(batch: Batch) -> dict[str, Any]:
    """Return a batch as JSON values, with what has become of it."""
    return {**batch.as_record(), "state": batch.state}


def batches(*, batch: int | None, book: Path | None, rejected: Path | None, as_json: bool) -> None:
    """List the batches, or write the rejected rows of one."""
    from kefen.lake.book.batches import batch_called

    opened = find_book(book)
    found = opened.imports.batches()
    chosen = [batch_called(found, batch)] if batch is not None else found
    written = None
    if rejected is not None:
        if batch is None:
            raise click.UsageError(
                say(
                    Text(
                        "--rejected needs the number of a batch: kefen batches 3 --rejected FILE",
                        "--rejected 需要批次编号：kefen batches 3 --rejected 文件",
                    )
                )
            )
        written = opened.imports.write_rejected(batch, rejected, current_language())
    if as_json:
        print_json({"batches": [batch_as_dict(one) for one in chosen]})
        return
    _show_batches(chosen)
    if written is not None:
        click.echo(
            say(
                Text("{n} rejected values are in {f}.", "{n} 个被拒绝的值已写入 {f}。").filled(
                    n=f"{written:,}", f=rejected
                )
            )
        )


def _show_batches(found: list[Batch]) -> None:
    from kefen.cli.terminal import console, plain_table

    if not found:
        click.echo(say(Text("The book has no batches yet.", "账套中尚无批次。")))
        return
    table = plain_table()
    for heading, right in (
        (Text("No.", "编号"), True),
        (Text("When (UTC)", "时间（UTC）"), False),
        (Text("Table", "数据表"), False),
        (Text("New", "新增"), True),
        (Text("Updated", "更新"), True),
        (Text("Rejected", "拒绝"), True),
        (Text("State", "状态"), False),
        (Text("Files", "文件"), False),
    ):
        table.add_column(say(heading), justify="right" if right else "left")
    for batch in found:
        table.add_row(
            str(batch.id),
            batch.at.strftime("%Y-%m-%d %H:%M"),
            say(TABLES[batch.table].label),
            f"{batch.rows_new:,}",
            f"{batch.rows_updated:,}",
            f"{batch.rows_rejected:,}",
            say(_state(batch)),
            ", ".join(str(file["name"]) for file in batch.files),
        )
    console().print(table)


def undo(*, batch: int, book: Path | None, note: str, as_json: bool, quiet: bool) -> None:
    """Take an import back."""
    opened = find_book(book)
    with steps(1, shown=not (quiet or as_json)) as begin:
        begin(Text("Undoing", "撤销中"))
        report = opened.imports.undo(batch, note=note)
    if as_json:
        print_json(
            {
                "batch": batch_as_dict(report.batch),
                "removed": report.removed,
                "restored": report.restored,
                "left": report.left,
                "examples": [
                    {name: str(value) for name, value in example.items()}
                    for example in report.examples
                ],
                "changed_later_by": list(report.later),
                "repeated_by": list(report.repeated_by),
            }
        )
    elif not quiet:
        _show_undo(batch, report)


def _show_undo(batch: int, report: UndoReport) -> None:
    lines = [
        Text(
            "Batch {b} is undone: {r} {r:row|rows} removed, {p} put back as they were.",
            "批次 {b} 已撤销：移除 {r} 行，恢复 {p} 行。",
        ).filled(b=batch, r=f"{report.removed:,}", p=f"{report.restored:,}")
    ]
    if report.left:
        examples = "; ".join(
            ", ".join(str(value) for value in example.values()) for example in report.examples[:5]
        )
        lines.append(
            Text(
                "{n} stay, because later imports ({l}) changed them, such as {e}. Undo those "
                "first, then this one again.",
                "其中 {n} 项被之后的导入（{l}）修改过，予以保留，例如 {e}。"
                "请先撤销那些导入，再撤销本批次。",
            ).filled(n=report.left, l=", ".join(map(str, report.later)), e=examples)
        )
    if report.repeated_by:
        lines.append(
            Text(
                "Later imports ({l}) repeated some of its rows; import those files again to have "
                "them back.",
                "之后的导入（{l}）含有部分相同的行；如需恢复请重新导入那些文件。",
            ).filled(l=", ".join(map(str, report.repeated_by)))
        )
    for line in lines:
        click.echo(say(line))


def _tables(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    return [name for name in TABLES if name.startswith(begun)]


def _note_option() -> Option:
    return Option(
        "--note",
        text=Text("A note kept with the batch.", "随批次保存的备注。"),
        metavar=Text("TEXT", "文字"),
        default="",
    )


_BATCH = Text("BATCH", "批次")

COMMANDS = {
    "import": Command(
        "import",
        text=Text(
            "Bring files, or what a database has, into a book as one batch that can be undone.\n\n"
            "Rows are merged by their key: new ones are added, known ones updated, and the same "
            "file twice changes nothing. A batch comes in whole or not at all.",
            "把文件或数据库中的数据导入账套，作为一个可撤销的批次。\n\n"
            "按主键合并：新行新增，已有行更新；同一文件导入两次不会有变化。"
            "一个批次要么全部导入，要么完全不导入。",
        ),
        callback=import_files,
        parameters=[
            Argument(
                "table",
                text=Text("Table: {t}.", "数据表：{t}。").filled(t=", ".join(TABLES)),
                metavar=Text("TABLE", "数据表"),
                shell_complete=_tables,
            ),
            Argument(
                "files",
                text=Text(
                    "Files: CSV, Excel, Parquet or JSON lines; or @NAME, a database that the book "
                    "knows.",
                    "文件：CSV、Excel、Parquet 或 JSON lines；或 @名称，即账套中保存的数据库。",
                ),
                metavar=options.FILE,
                nargs=-1,
                required=False,
                type=options.PATH_TYPE,
            ),
            options.book_option(),
            *database_options(),
            _note_option(),
            Option(
                "--sheet",
                text=Text("The sheet of an Excel file.", "Excel 文件的工作表。"),
                metavar=Text("NAME", "名称"),
            ),
            *options.reading_options("mapping", "max_rejected", "rejected"),
            options.path_option(
                "--rates",
                Text(
                    "Exchange rates into the book's currency (currency, from date, rate): the "
                    "book keeps them as rates.csv and grades by them from now on.",
                    "折算为账套本位币的汇率表（币种、生效日期、汇率）："
                    "账套将其保存为 rates.csv，此后按其折算。",
                ),
            ),
            options.memory_option(),
            options.json_option(),
            options.quiet_option(),
        ],
        examples=(
            Example(
                "kefen import orders october.xlsx --book acme",
                Text("The orders of a month", "导入一个月的订单"),
            ),
            Example(
                "kefen import orders --from-database 'postgresql://reader:${SHOP_PASSWORD}@db/shop'"
                " --from-table shop.lines --since-column updated_at --book acme",
                Text("What is new in a database", "导入数据库中的新数据"),
            ),
            Example(
                "kefen import orders @erp --book acme",
                Text("The same from a source that the book knows", "从账套保存的数据源导入"),
            ),
        ),
    ),
    "batches": Command(
        "batches",
        text=Text(
            "List what was imported into a book, and what became of it.",
            "列出账套的导入批次及其状态。",
        ),
        callback=batches,
        parameters=[
            Argument(
                "batch",
                text=Text("Number of one batch.", "某个批次的编号。"),
                metavar=_BATCH,
                required=False,
                type=options.NUMBER_TYPE,
            ),
            options.book_option(),
            options.path_option(
                "--rejected",
                Text(
                    "Write the rejected values of that batch to this CSV file.",
                    "把该批次被拒绝的值写入此 CSV 文件。",
                ),
            ),
            options.json_option(),
        ],
        examples=(
            Example("kefen batches --book acme", Text("All batches", "全部批次")),
            Example(
                "kefen batches 3 --rejected rejected.csv --book acme",
                Text("What batch 3 could not read, and why", "批次 3 未能读取的内容及原因"),
            ),
        ),
    ),
    "undo": Command(
        "undo",
        text=Text(
            "Take an import back: its rows go, the rows it replaced come back.\n\n"
            "Rows that a later import changed stay, and are listed.",
            "撤销一次导入：移除其带来的行，恢复被其替换的行。\n\n"
            "之后的导入修改过的行予以保留并列出。",
        ),
        callback=undo,
        parameters=[
            Argument(
                "batch",
                text=Text(
                    "Number of the batch, from `kefen batches`.", "批次编号，见 `kefen batches`。"
                ),
                metavar=_BATCH,
                type=options.NUMBER_TYPE,
            ),
            options.book_option(),
            _note_option(),
            options.json_option(),
            options.quiet_option(),
        ],
        examples=(Example("kefen undo 3 --book acme", Text("Undo batch 3", "撤销批次 3")),),
    ),
}
