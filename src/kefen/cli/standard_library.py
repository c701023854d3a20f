"""`kefen standard list` and `new`: which standards there are, and beginning one of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.layout import wrapped
from kefen.cli.standard import STANDARD, book_if_any
from kefen.cli.standards import book_outlines, complete_names
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError, StandardError
from kefen.domain.text import Text, display_width
from kefen.grading.named_standard import find_editions

if TYPE_CHECKING:
    from rich.console import Console

    from kefen.standards.library import Outline

SCHEMA_FILE = ".kefen-standard.schema.json"
"""The JSON Schema beside the standards of a folder: editors find it without the network."""
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"


def list_standards(*, book: Path | None, as_json: bool) -> None:
    """List the standards of the library and of the book."""
    from kefen.standards.library import bundled_outlines

    opened = book_if_any(book)
    library, own = bundled_outlines(), book_outlines(opened)
    if as_json:
        print_json(
            {
                "library": [_as_dict(one) for one in library],
                "book": [_as_dict(one) for one in own] if opened is not None else None,
            }
        )
        return
    from kefen.cli.terminal import console

    screen = console()
    _show(screen, Text("In the library", "标准库"), library)
    if opened is not None:
        title = Text("In the book “{b}”", "账套“{b}”中").filled(b=opened.settings.name)
        _show(screen, title, own)
    screen.print()
    text = Text(
        "Read one: kefen standard explain CODE. Begin with one: kefen standard new --from CODE.",
        "阅读：kefen standard explain 代码。以其为起点：kefen standard new --from 代码。",
    )
    for line in wrapped(say(text), screen.width):
        screen.print(line, style="dim")


def _as_dict(one: Outline) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "name": one.name.as_dict(),
        "description": one.description.as_dict(),
        "trade": one.trade.as_dict() if one.trade is not None else None,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        "file": str(one.path) if one.path is not None else None,
        "origin": one.origin,
        "readable": one.readable,
    }


def _show(screen: Console, title: Text, outlines: tuple[Outline, ...]) -> None:
    from kefen.standards.editions import span_in_words

    screen.print()
    screen.print(say(title), style="bold")
    if not outlines:
        screen.print(f"  {say(Text('none', '无'))}", style="dim")
    longest = max((display_width(one.id) for one in outlines), default=0)
    for one in outlines:
        version = "" if one.version is None else say(Text("v{v}", "第{v}版").filled(v=one.version))
        facts = [version]
        if one.valid_from is not None or one.valid_until is not None:
            facts.append(say(span_in_words(one)))
        if one.trade is not None:
            facts.append(say(one.trade))
        if not one.readable:
            facts.append(say(Text("cannot be read: kefen standard check", "无法读取，请检查")))
        if one.path is not None and one.path.stem != one.id:
            facts.append(one.source)
        code = one.id or one.source
        screen.print(f"  {code}{' ' * (longest - display_width(code))}  {say(one.name)}")
        said = say(Text(", ", "，")).join(fact for fact in facts if fact)
        for line in wrapped(said, screen.width, " " * (longest + 4)):
            screen.print(line, style="dim")


def new(*, target: str | None, origin: str, book: Path | None, as_json: bool) -> None:
    """Write a copy of a standard to change."""
    opened = book_if_any(book)
    source = find_editions(origin, opened).newest
    path = Path(target or f"{source.id or 'my-standard'}.yaml")
    if opened is not None and (target is None or (path.name == target and not path.suffix)):
        path = opened.standards / f"{path.name.removesuffix('.yaml')}.yaml"
    text = _renamed(source.text(), _code_of(path))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CallError(
            Text("The file exists already.", "文件已存在。"),
            where=str(path),
            mend=Text("Choose another name.", "请换一个名称。"),
        ) from error
    write_schema(path.parent)
    if as_json:
        print_json({"file": str(path), "id": _code_of(path), "from": source.id})
        return
    said = Text(
        "{f} is a copy of “{s}”. Change it, then: kefen standard check {f}",
        "{f} 是《{s}》的副本。修改后请运行：kefen standard check {f}",
    )
    click.echo(say(said.filled(f=path, s=source.name)))


def write_schema(folder: Path) -> None:
    """Write the JSON Schema of standards into a folder, in place of one of another version."""
    from kefen.standards.json_schema import schema_text

    (folder / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")


def _code_of(path: Path) -> str:
    """Return the code of a standard in a file, made from the file's name."""
    code = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-").lower() or "my-standard"
    return code if code[0].isalpha() else f"standard-{code}"


def _renamed(text: str, code: str) -> str:
    """Return a document under another code, as its first version, pointing to the schema."""
    text, changed = re.subn(
        r"^standard:.*$", f"standard: {code}", text, count=1, flags=re.MULTILINE
    )
    if not changed:
        raise StandardError(
            Text("This document does not name itself.", "该文件没有写明标准代码。"),
            mend=Text(
                "Begin it with “standard: my-standard”.", "请以“standard: my-standard”开头。"
            ),
        )
    text = re.sub(r"^version:.*$", "version: 1", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^# yaml-language-server:.*\n", "", text, flags=re.MULTILINE)
    return f"{SCHEMA_LINE}\n{text}"


STANDARD_COMMANDS = {
    "list": Command(
        "list",
        text=Text(
            "List the standards of the library, and those of a book: code, version, when in force, "
            "name, and for which trade.",
            "列出标准库和账套中的标准：代码、版本、有效期、名称、适用行业。",
        ),
        callback=list_standards,
        parameters=[options.book_option(), options.json_option()],
        examples=(
            Example("kefen standard list", Text("The library", "标准库")),
            Example(
                "kefen standard list --book acme", Text("And those of a book", "以及账套中的标准")
            ),
        ),
    ),
    "new": Command(
        "new",
        text=Text(
            "Write a copy of a standard under a name of its own, to change.\n\n"
            "The copy begins with a line that lets editors complete keys and flag mistakes; the "
            "schema it names is written beside it.",
            "以新名称复制一份分类标准，供修改。\n\n"
            "副本首行让编辑器可以补全并标出错误；所指的模式文件写在同一目录。",
        ),
        callback=new,
        parameters=[
            Argument(
                "target",
                text=Text(
                    "A file to write; in a book a name, for its standards folder. Without it, the "
                    "name of the standard copied.",
                    "要写的文件；在账套中可只写名称，保存到其 standards 目录。"
                    "不写则用原标准的名称。",
                ),
                metavar=options.FILE,
                required=False,
            ),
            Option(
                "--from",
                "origin",
                text=Text("The standard to copy.", "要复制的标准。"),
                metavar=STANDARD,
                default_text=Text("the default standard", "默认标准"),
                default="default",
                shell_complete=complete_names,
            ),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen standard new ours.yaml", Text("Begin with the default", "以默认标准为起点")
            ),
            Example(
                "kefen standard new ours --from default --book acme",
                Text("Into the standards of a book", "写入账套的标准目录"),
            ),
        ),
    ),
}
