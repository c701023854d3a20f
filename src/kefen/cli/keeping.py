"""`kefen backup`, `kefen restore`, `kefen doctor`: keeping a book safe and sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.data import find_book
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.progress import steps
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

_COLOURS = {"error": "red", "warning": "yellow", "note": None}


def backup(*, target: Path, book: Path | None, as_json: bool) -> None:
    """Copy a book."""
    from kefen.lake.book.backup import back_up

    opened = find_book(book)
    with steps(1, shown=not as_json) as begin:
        begin(Text("Copying the book", "备份账套"))
        made = back_up(opened, target)
    if as_json:
        print_json({"backup": str(made.path), "files": made.files, "bytes": made.size})
        return
    text = Text(
        "{f} {f:file|files}, {m} MB, {f:is|are} in {p}.", "{f} 个文件，共 {m} MB，已备份到 {p}。"
    )
    size = f"{made.size / 1_000_000:.1f}"
    click.echo(say(text.filled(f=made.files, m=size, p=made.path)))


def restore(*, source: Path, directory: Path, as_json: bool) -> None:
    """Make a book from a backup."""
    from kefen.lake.book.backup import restore as restore_book

    with steps(1, shown=not as_json) as begin:
        begin(Text("Checking and restoring", "校验并恢复"))
        book = restore_book(source, directory)
    if as_json:
        print_json({"book": str(book.directory), "name": book.settings.name})
        return
    text = Text(
        "Every file was checked; the book “{n}” is in {d}.",
        "全部文件校验无误；账套“{n}”已恢复到 {d}。",
    )
    click.echo(say(text.filled(n=book.settings.name, d=book.directory)))


def doctor(*, book: Path | None, fix: bool, as_json: bool) -> int:
    """Check a book; 1 when data is lost or unreadable."""
    from kefen.lake.book.doctor import doctor as examine

    found = examine(find_book(book), fix=fix)
    if as_json:
        print_json(
            {
                "findings": [
                    {
                        "code": one.code,
                        "severity": one.severity,
                        "message": say(one.message),
                        "mend": say(one.mend),
                        "path": str(one.path),
                        "fixed": one.fixed,
                    }
                    for one in found
                ]
            }
        )
    else:
        for one in found:
            mark = {"error": "!!", "warning": "!", "note": "-"}[one.severity]
            click.secho(f"{mark:3}{say(one.message)}", fg=_COLOURS[one.severity])
            if one.severity != "note":
                click.echo(f"   {one.path}")
                click.echo(f"   {say(Text('Mended.', '已修复。') if one.fixed else one.mend)}")
        if all(one.severity == "note" or one.fixed for one in found):
            click.echo(say(Text("The book is sound.", "账套状态良好。")))
    return int(any(one.severity == "error" and not one.fixed for one in found))


COMMANDS = {
    "backup": Command(
        "backup",
        text=Text(
            "Copy a book with every version, batch and run, under its lock.",
            "备份账套，含全部版本、批次与评级结果；备份期间锁定账套。",
        ),
        callback=backup,
        parameters=[
            Argument(
                "target",
                text=Text(
                    "A file ending in .tar.zst or .tar.gz, or a new folder.",
                    "以 .tar.zst 或 .tar.gz 结尾的文件，或新目录。",
                ),
                metavar=Text("TARGET", "目标"),
                type=options.PATH_TYPE,
            ),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen backup acme-2026-10-31.tar.zst --book acme",
                Text("One file to put away", "备份为一个文件"),
            ),
        ),
    ),
    "restore": Command(
        "restore",
        text=Text(
            "Make a book from a backup, after checking every file of it.",
            "从备份恢复账套，恢复前逐个校验文件。",
        ),
        callback=restore,
        parameters=[
            Argument(
                "source",
                text=Text("The backup.", "备份文件或目录。"),
                metavar=Text("BACKUP", "备份"),
                type=options.PATH_TYPE,
            ),
            Argument(
                "directory",
                text=Text("Folder of the book; new or empty.", "账套目录；须为新目录或空目录。"),
                metavar=options.FOLDER,
                type=options.PATH_TYPE,
            ),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen restore acme-2026-10-31.tar.zst acme-restored",
                Text("Beside the book it was made from", "恢复到另一个目录"),
            ),
        ),
    ),
    "doctor": Command(
        "doctor",
        text=Text(
            "Check everything of a book, and say how to mend what is wrong.\n\n"
            "Exits with 1 when data is lost or unreadable.",
            "检查账套的各个方面，并说明如何修复。\n\n有数据丢失或无法读取时，退出码为 1。",
        ),
        callback=doctor,
        parameters=[
            options.book_option(),
            Option(
                "--fix",
                text=Text(
                    "Complete or take back unfinished batches; remove what killed writes left.",
                    "补全或撤回未完成的批次，清除中断写入的残留。",
                ),
                is_flag=True,
            ),
            options.json_option(),
        ],
        examples=(
            Example("kefen doctor --book acme", Text("Look, change nothing", "只检查，不改动")),
        ),
    ),
}
