"""`kefen mapping`: the guess which column is which, as a file to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import database_of, files_given
from kefen.cli.language import say
from kefen.cli.tree import Command, Example, Option
from kefen.domain.contract import TABLES
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.lake.reading import Mapping
    from kefen.lake.reading.source import RawFile


def mapping(*, name: str, sheet: tuple[tuple[str, str], ...], **given: Any) -> None:
    """Print the guessed mapping; say on stderr what was left open."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.reading import guess_mapping, mapping_as_yaml, open_file
    from kefen.lake.reading.frames import open_frame

    files = files_given(given)
    sheets = dict(sheet)
    with DuckDBEngine() as engine:
        opened = {
            table: open_frame(engine, database_of(several[0], table).frame())
            if isinstance(several[0], str)
            else open_file(engine, several[0], TABLES[table], sheets.get(table))
            for table, several in files.items()
        }
        guessed = guess_mapping(name, opened)
    click.echo(mapping_as_yaml(guessed), nl=False)
    for table, file in opened.items():
        _tell_open(table, file, guessed)


def _tell_open(table: str, file: RawFile, guessed: Mapping) -> None:
    """Say which required columns were not found and which headings serve no column."""
    columns = guessed.table(table).columns
    missing = [name for name in TABLES[table].required if name not in columns]
    if missing:
        text = Text(
            "{t}: not found, add them by hand: {c}.", "{t}：未找到，请手工补充：{c}。"
        ).filled(t=TABLES[table].label, c=", ".join(missing))
        click.secho(say(text), fg="yellow", err=True)
    unused = [heading for heading in file.headings if heading not in columns.values()]
    if unused:
        text = Text("{t}: headings not used: {h}.", "{t}：未使用的列：{h}。").filled(
            t=TABLES[table].label, h=", ".join(unused[:20]) + (" …" if len(unused) > 20 else "")
        )
        click.echo(say(text), err=True)


COMMANDS = {
    "mapping": Command(
        "mapping",
        text=Text(
            "Guess which column is which, and print it as a mapping file to correct.\n\n"
            "The file is given to `kefen grade`, `kefen check` and `kefen import` with --mapping. "
            "It may also join files, compute columns and translate values.",
            "推测各列的含义，输出为可修改的映射文件。\n\n"
            "修改后用 --mapping 交给 `kefen grade`、`kefen check` 和 `kefen import`。"
            "映射文件还可以关联文件、计算列、转换取值。",
        ),
        callback=mapping,
        parameters=[
            *options.table_options(),
            *options.reading_options("sheet"),
            Option(
                "--name",
                text=Text("Name of the mapping.", "映射的名称。"),
                metavar=Text("NAME", "名称"),
                default="my-data",
            ),
        ],
        examples=(
            Example(
                "kefen mapping --customers customers.xlsx --orders orders.csv > mapping.yaml",
                Text("A mapping to start from", "生成映射文件作为起点"),
            ),
        ),
    )
}
