"""`kefen standard`: standards as documents. The group, and `check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.data import find_book
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.standards import complete_names
from kefen.cli.tree import Argument, Command, Example, Group, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.lake.book import Book
    from kefen.standards.model import Standard
    from kefen.standards.problems import Problem

STANDARD = Text("STANDARD", "标准")
_COLOURS = {"error": "red", "warning": "yellow", "note": None}
_SEVERITIES = {
    "error": Text("error", "错误"),
    "warning": Text("warning", "警告"),
    "note": Text("note", "提示"),
}


def standard_argument(
    name: str = "standard", *, required: bool = False, word: Text = STANDARD
) -> Argument:
    """Return the argument that names a standard."""
    rest = (
        Text("", "")
        if required
        else Text(", or none for the default standard", "；不写则为默认标准")
    )
    return Argument(
        name,
        text=Text(
            "A file, a standard of the book by its code, or one of the library{r}.",
            "文件、账套中标准的代码，或标准库中的名称{r}。",
        ).filled(r=rest),
        metavar=word,
        required=required,
        shell_complete=complete_names,
    )


def scheme_option() -> Option:
    """Return `--scheme`."""
    return Option(
        "--scheme",
        text=Text("Only this scheme.", "只看该方案。"),
        metavar=Text("SCHEME", "方案"),
    )


def check_scheme(scheme: str | None, *standards: Standard) -> None:
    """Refuse a scheme that none of the standards has.

    Raises:
        CallError: There is no such scheme.
    """
    known = list(dict.fromkeys(name for standard in standards for name in standard.schemes))
    if scheme is not None and scheme not in known:
        raise CallError(
            Text("There is no scheme “{s}”.", "没有方案“{s}”。").filled(s=scheme),
            where="--scheme",
            mend=Text("Schemes: {a}.", "可用方案：{a}。").filled(a=", ".join(known)),
        )


def book_if_any(book: Path | None) -> Book | None:
    """Return the book that a call names, or the one in the current directory, or None.

    Raises:
        BookError: There is no book where `book` says, or it cannot be read.
    """
    from kefen.lake.book.settings import FILE_NAME

    if book is None and not (Path.cwd() / FILE_NAME).is_file():
        return None
    return find_book(book)


def check(*, file: Path, book: Path | None, as_json: bool) -> int:
    """Check a standard's document, and with a book its data; 1 when it cannot be used."""
    from kefen.standards.reader import examine_standard, standard_text

    text = standard_text(file)
    standard, problems = examine_standard(text, file.name)
    if standard is not None and book is not None:
        problems += _on_data(standard, book)
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


def _on_data(standard: Standard, book: Path) -> tuple[Problem, ...]:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.data_findings import findings_on_data

    with DuckDBEngine(memory_limit=options.DEFAULT_MEMORY) as engine:
        return findings_on_data(standard, find_book(book).dataset(engine))


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
            Option(
                "--book",
                text=Text(
                    "Tell what the standard asks of this book's data that is not there.",
                    "同时指出该账套缺少哪些标准所需的数据。",
                ),
                metavar=options.FOLDER,
                type=options.PATH_TYPE,
            ),
            options.json_option(),
        ],
        examples=(Example("kefen standard check ours.yaml", Text("Check a file", "检查文件")),),
    ),
}


def _in_module(module: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, f"kefen.cli.{module}:STANDARD_COMMANDS")


COMMANDS = {
    "standard": Group(
        "standard",
        text=Text("Find, write, check and compare standards.", "查找、编写、检查和比较分类标准。"),
        sections=(
            (
                Text("Find and read", "查找与阅读"),
                _in_module("standard_library", "list")
                | _in_module("standard_words", "explain", "show"),
            ),
            (
                Text("Write", "编写"),
                _in_module("standard_library", "new")
                | _in_module("standard", "check")
                | _in_module("standard_checklist", "checklist")
                | _in_module("standard_schema", "schema"),
            ),
            (
                Text("Compare", "比较"),
                _in_module("standard_diff", "diff") | _in_module("standard_preview", "preview"),
            ),
        ),
    )
}
