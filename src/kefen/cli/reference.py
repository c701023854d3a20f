"""The reference of the command line, made from the commands themselves.

`python -m kefen.cli.reference docs/reference` writes it in both languages.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefen.cli.language import current_language, language_was_asked, say, set_language
from kefen.cli.main import cli
from kefen.cli.tree import (
    ARGUMENTS,
    EXAMPLES,
    Argument,
    Command,
    Group,
    option_sections,
    usage_line,
)
from kefen.domain.text import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.domain.text import Language

FILES: dict[Language, str] = {"en": "commands.md", "zh": "commands.zh.md"}
_TITLE = Text("Commands", "命令")
_MADE = Text(
    "Made from the commands by `python -m kefen.cli.reference docs/reference`; a test keeps it "
    "up to date.",
    "由 `python -m kefen.cli.reference docs/reference` 根据命令生成，并由测试保证与之一致。",
)
_EXITS = Text(
    "Every command exits with 0 when all went well, 1 when the data or a standard is wrong, 2 "
    "when the call is wrong, and 130 after Ctrl-C. Messages go to stderr; with `--json` an error "
    'is an object `{"error": {...}}` on stdout. A value that a spreadsheet would take for a '
    "formula stands behind an apostrophe in CSV files.",
    "所有命令的退出码：0 表示成功，1 表示数据或标准有误，2 表示调用有误，130 表示被 Ctrl-C 中止。"
    '提示信息写到 stderr；使用 `--json` 时，错误以 `{"error": {...}}` 对象写到 stdout。'
    "CSV 文件中会被电子表格当作公式的值前加撇号。",
)


def commands_page(language: Language) -> str:
    """Return the page of every command in a language, as Markdown."""
    before = current_language(), language_was_asked()
    set_language(language, asked=True)
    try:
        return "\n".join(_page()) + "\n"
    finally:
        set_language(before[0], asked=before[1])


def write_pages(directory: Path) -> None:
    """Write the page in both languages."""
    for language in LANGUAGES:
        (directory / FILES[language]).write_text(commands_page(language), encoding="utf-8")


def _page() -> Iterator[str]:
    yield f"# {say(_TITLE)}"
    yield ""
    yield say(_MADE)
    yield ""
    yield say(_EXITS)
    context = click.Context(cli, info_name=cli.name)
    for heading, commands in cli.sections:
        yield ""
        yield f"## {say(heading)}"
        for name in commands:
            yield from _command(cli, name, context)


def _command(group: Group, name: str, parent: click.Context) -> Iterator[str]:
    command = group.get_command(parent, name)
    if command is None:
        raise AssertionError(f"{name} is in the list of commands")
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, Group):
        for _, commands in command.sections:
            for own in commands:
                yield from _command(command, own, context)
        return
    if not isinstance(command, Command):
        raise AssertionError(f"{name} is one of ours")
    yield ""
    yield f"### {context.command_path}"
    yield ""
    yield say(command.text)
    yield ""
    yield from ("```text", usage_line(command, context), "```")
    arguments = [p.help_row() for p in command.params if isinstance(p, Argument)]
    if arguments:
        yield from _table(say(ARGUMENTS), arguments)
    for heading, rows in option_sections(command).items():
        yield from _table(heading, rows)
    if command.examples:
        yield ""
        yield f"{say(EXAMPLES)}:" if current_language() == "en" else f"{say(EXAMPLES)}："
        for example in command.examples:
            yield ""
            yield "```sh"
            yield f"# {say(example.meaning)}"
            yield example.call
            yield "```"


def _table(heading: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield ""
    yield f"| {heading} | |"
    yield "|---|---|"
    for term, description in rows:
        yield f"| `{term}` | {description.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
