"""`kefen standard check|show|new`: standards as documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.data import find_book
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.layout import definition_list
from kefen.cli.standards import find_standard
from kefen.cli.tree import Argument, Command, Example, Group, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from kefen.lake.book import Book
    from kefen.standards.model import Standard
    from kefen.standards.problems import Problem

_COLOURS = {"error": "red", "warning": "yellow", "note": None}
_SEVERITIES = {
    "error": Text("error", "错误"),
    "warning": Text("warning", "警告"),
    "note": Text("note", "提示"),
}


def check(*, file: Path, as_json: bool) -> int:
    """Check a standard's document; 1 when it cannot be used."""
    from kefen.standards.reader import examine_standard

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CallError(
            Text("This is not UTF-8 text.", "不是 UTF-8 文本。"),
            where=str(file),
            mend=Text("Save the file as UTF-8.", "请将文件另存为 UTF-8。"),
        ) from error
    standard, problems = examine_standard(text, file.name)
    if as_json:
        print_json(
            {
                "usable": standard is not None,
                "fingerprint": standard.fingerprint if standard is not None else None,
                "problems": [_problem_as_dict(problem) for problem in problems],
            }
        )
    else:
        for problem in problems:
            place = f"{file.name}:{problem.place.line}:{problem.place.column}"
            head = f"{place}: {say(_SEVERITIES[problem.severity])}: {say(problem.what)}"
            click.secho(head, fg=_COLOURS[problem.severity])
            click.echo(f"  {say(problem.mend)}")
        _say_verdict(standard)
    return int(standard is None)


def _problem_as_dict(problem: Problem) -> dict[str, object]:
    return {
        "severity": problem.severity,
        "line": problem.place.line,
        "column": problem.place.column,
        "what": say(problem.what),
        "mend": say(problem.mend),
    }


def _say_verdict(standard: Standard | None) -> None:
    if standard is None:
        click.secho(say(Text("It cannot be used as it is.", "目前无法使用。")), fg="red")
        return
    text = Text(
        "“{n}”, version {v}: {m} {m:metric|metrics}, {s} {s:scheme|schemes}. It can be used.",
        "《{n}》第 {v} 版：{m} 个指标、{s} 个方案，可以使用。",
    )
    click.echo(
        say(
            text.filled(
                n=standard.name,
                v=standard.version,
                m=len(standard.metrics),
                s=len(standard.schemes),
            )
        )
    )
    click.echo(say(Text("Fingerprint: {f}", "指纹：{f}").filled(f=standard.fingerprint)))


def show(
    *, standard: str | None, scheme: str | None, source: bool, book: Path | None, as_json: bool
) -> None:
    """Show a standard in words, or its document."""
    found = find_standard(standard, _book_if_any(book))
    if source:
        click.echo(found.text, nl=False)
        return
    if scheme is not None and scheme not in found.schemes:
        raise CallError(
            Text("There is no scheme “{s}”.", "没有方案“{s}”。").filled(s=scheme),
            where="--scheme",
            mend=Text("Schemes: {a}.", "可用方案：{a}。").filled(a=", ".join(found.schemes)),
        )
    if as_json:
        _print_words_as_json(found, scheme)
    else:
        _show_words(found, scheme)


def _print_words_as_json(standard: Standard, scheme: str | None) -> None:
    from dataclasses import asdict

    from kefen.standards.words import standard_in_words

    words = asdict(standard_in_words(standard))
    if scheme is not None:
        words["schemes"] = [one for one in words["schemes"] if one["id"] == scheme]
    print_json({**words, "id": standard.id, "fingerprint": standard.fingerprint})


def _show_words(standard: Standard, scheme: str | None) -> None:
    from kefen.cli.terminal import console, print_prose
    from kefen.standards.words import standard_in_words

    words = standard_in_words(standard)
    screen = console()
    title = Text("{n}, version {v}", "{n}，第 {v} 版").filled(n=words.name, v=words.version)
    screen.print()
    screen.print(say(title), style="bold")
    print_prose(screen, say(words.description))
    if scheme is None:
        _heading(screen, Text("Metrics", "指标"))
        for metric in words.metrics:
            formula = say(metric.formula)
            if metric.window is not None:
                formula += say(Text("; {w}", "；{w}").filled(w=metric.window))
            _define(screen, f"{say(metric.name)}  {metric.id}", formula)
        _heading(screen, Text("Schemes", "方案"))
    for one in words.schemes:
        if scheme is not None and one.id != scheme:
            continue
        screen.print()
        screen.print(f"{say(one.name)}  {one.id}", style="bold cyan")
        for text in (one.question, one.rationale, one.among):
            print_prose(screen, say(text), indent="  ")
        for line in one.points:
            print_prose(screen, f"- {say(line)}", indent="  ")
        for grade in one.grades:
            advice = Text("{r}. {a}", "{r}。{a}").filled(r=grade.rule, a=grade.advice)
            _define(screen, f"{say(grade.name)}  {grade.id}", say(advice))


def _heading(screen: Console, text: Text) -> None:
    screen.print()
    screen.print(say(text), style="bold")


def _define(screen: Console, term: str, description: str) -> None:
    for line in definition_list([(term, description)], screen.width):
        screen.print(line)


def new(*, target: str, origin: str, book: Path | None) -> None:
    """Write a copy of a standard to change."""
    opened = _book_if_any(book)
    source = find_standard(origin, opened)
    path = Path(target)
    if opened is not None and path.name == target and not path.suffix:
        path = opened.standards / f"{target}.yaml"
    name = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-").lower() or "my-standard"
    if not name[0].isalpha():
        name = f"standard-{name}"
    text, changed = re.subn(
        r"^standard:.*$", f"standard: {name}", source.text, count=1, flags=re.MULTILINE
    )
    text = re.sub(r"^version:.*$", "version: 1", text, count=1, flags=re.MULTILINE)
    if not changed:
        raise AssertionError("a standard names itself")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CallError(
            Text("The file exists already.", "文件已存在。"),
            where=str(path),
            mend=Text("Choose another name.", "请换一个名称。"),
        ) from error
    said = Text(
        "{f} is a copy of “{s}”. Change it, then: kefen standard check {f}",
        "{f} 是《{s}》的副本。修改后请运行：kefen standard check {f}",
    )
    click.echo(say(said.filled(f=path, s=source.name)))


def _book_if_any(book: Path | None) -> Book | None:
    from kefen.lake.book.settings import FILE_NAME

    if book is None and not (Path.cwd() / FILE_NAME).is_file():
        return None
    return find_book(book)


STANDARD_COMMANDS = {
    "check": Command(
        "check",
        text=Text(
            "Check a standard: every problem with file, line, column and mend.\n\n"
            "Exits with 1 when the standard cannot be used.",
            "检查分类标准：逐项列出问题的行、列和修改办法。\n\n标准无法使用时，退出码为 1。",
        ),
        callback=check,
        parameters=[
            Argument(
                "file",
                text=Text("The standard's document.", "标准文件。"),
                metavar=options.FILE,
                type=options.PATH_TYPE,
            ),
            options.json_option(),
        ],
        examples=(Example("kefen standard check ours.yaml", Text("Check a file", "检查文件")),),
    ),
    "show": Command(
        "show",
        text=Text(
            "Show a standard in words: what it measures and how each grade follows.",
            "用文字展示分类标准：衡量什么、各等级如何得出。",
        ),
        callback=show,
        parameters=[
            Argument(
                "standard",
                text=Text(
                    "A file, a name in the book, or none for the default standard.",
                    "文件、账套中的名称；不写则为默认标准。",
                ),
                metavar=Text("STANDARD", "标准"),
                required=False,
            ),
            Option(
                "--scheme",
                text=Text("Only this scheme.", "只看该方案。"),
                metavar=Text("SCHEME", "方案"),
            ),
            Option(
                "--source",
                text=Text("Print the document itself.", "输出标准文件原文。"),
                is_flag=True,
            ),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen standard show --scheme value_index",
                Text("One scheme of the default standard", "默认标准中的一个方案"),
            ),
        ),
    ),
    "new": Command(
        "new",
        text=Text(
            "Write a copy of a standard under a name of its own, to change.",
            "以新名称复制一份分类标准，供修改。",
        ),
        callback=new,
        parameters=[
            Argument(
                "target",
                text=Text(
                    "A file to write; in a book a name, for its standards folder.",
                    "要写的文件；在账套中可只写名称，保存到其 standards 目录。",
                ),
                metavar=options.FILE,
            ),
            Option(
                "--from",
                "origin",
                text=Text("The standard to copy.", "要复制的标准。"),
                metavar=Text("STANDARD", "标准"),
                default_text=Text("the default standard", "默认标准"),
                default="default",
            ),
            options.book_option(),
        ],
        examples=(
            Example(
                "kefen standard new ours.yaml", Text("Begin with the default", "以默认标准为起点")
            ),
        ),
    ),
}

COMMANDS = {
    "standard": Group(
        "standard",
        text=Text("Check, show or begin a standard.", "检查、查看或新建分类标准。"),
        sections=(
            (
                Text("Commands", "命令"),
                dict.fromkeys(STANDARD_COMMANDS, "kefen.cli.standard:STANDARD_COMMANDS"),
            ),
        ),
    )
}
