"""`kefen standard explain` tells a standard in plain words; `show` prints its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.layout import definition_list, named
from kefen.cli.standard import book_if_any, check_scheme, scheme_option, standard_argument
from kefen.cli.tree import Command, Example
from kefen.domain.text import Text
from kefen.grading.named_standard import find_editions, find_standard

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from kefen.standards.model import Standard
    from kefen.standards.words import GradeWords, SchemeWords, StandardWords


def show(*, standard: str | None, book: Path | None, as_json: bool) -> None:
    """Print the document of a standard as it is written."""
    found = find_editions(standard, book_if_any(book)).newest
    text = found.text()
    if as_json:
        file = str(found.path) if found.path is not None else None
        print_json({"id": found.id, "version": found.version, "file": file, "text": text})
    else:
        click.echo(text, nl=False)


def explain(*, standard: str | None, scheme: str | None, book: Path | None, as_json: bool) -> None:
    """Tell a standard in words."""
    found = find_standard(standard, book_if_any(book))
    check_scheme(scheme, found)
    if as_json:
        _print_as_json(found, scheme)
    else:
        _tell(found, scheme)


def _print_as_json(standard: Standard, scheme: str | None) -> None:
    from dataclasses import asdict

    from kefen.standards.calibration_policy import policy_in_words
    from kefen.standards.words import standard_in_words

    words = asdict(standard_in_words(standard))
    if scheme is not None:
        words["schemes"] = [one for one in words["schemes"] if one["id"] == scheme]
    first, last = standard.valid_from, standard.valid_until
    print_json(
        {
            **words,
            "id": standard.id,
            "fingerprint": standard.fingerprint,
            "valid_from": first.isoformat() if first else None,
            "valid_until": last.isoformat() if last else None,
            "calibration": policy_in_words(standard.calibration).as_dict(),
        }
    )


def _tell(standard: Standard, scheme: str | None) -> None:
    from kefen.cli.terminal import console, print_prose
    from kefen.standards.calibration_policy import policy_in_words
    from kefen.standards.editions import span_in_words
    from kefen.standards.words import standard_in_words

    words = standard_in_words(standard)
    screen = console()
    title = Text("{n}, version {v}", "{n}，第 {v} 版").filled(n=words.name, v=words.version)
    screen.print()
    screen.print(say(title), style="bold")
    if standard.valid_from is not None or standard.valid_until is not None:
        force = Text("In force {s}.", "有效期：{s}。").filled(s=span_in_words(standard))
        screen.print(say(force))
    if not standard.calibration.is_each_run:
        learned = Text("Calibrated {p}.", "标定：{p}。")
        screen.print(say(learned.filled(p=policy_in_words(standard.calibration))))
    if say(words.description):
        print_prose(screen, say(words.description))
    if words.notice is not None:
        print_prose(screen, say(words.notice), "yellow")
    for one in words.schemes:
        if scheme in (None, one.id):
            _tell_scheme(screen, one)
    if scheme is None:
        _tell_metrics(screen, words)
        _tell_models(screen, words)


def _tell_scheme(screen: Console, scheme: SchemeWords) -> None:
    from kefen.cli.terminal import print_prose

    screen.print()
    screen.print(named(say(scheme.name), scheme.id), style="bold cyan")
    for text in (scheme.question, scheme.rationale):
        if say(text):
            print_prose(screen, say(text), indent="  ")
    for heading, lines in (
        (Text("Who is graded", "评级范围"), (scheme.among,)),
        (Text("What is learned from them", "从中得出"), scheme.learned),
        (Text("How points arise", "如何计分"), scheme.points),
        (Text("How the grade follows", "如何定级"), scheme.decided),
    ):
        _list(screen, heading, lines)
    if scheme.grades:
        screen.print(f"  {say(Text('Grades', '等级'))}", style="dim")
        for grade in scheme.grades:
            _tell_grade(screen, grade)
    _list(screen, Text("What changes the grade afterwards", "定级后的调整"), scheme.rules)
    _list(screen, Text("Marks beside the grade", "等级之外的标记"), scheme.tags)
    _list(screen, Text("How grades move", "等级如何升降"), scheme.movement)


def _list(screen: Console, heading: Text, lines: tuple[Text, ...]) -> None:
    from kefen.cli.layout import wrapped

    if not lines:
        return
    screen.print(f"  {say(heading)}", style="dim")
    for text in lines:
        first, *rest = wrapped(say(text), screen.width, "      ")
        screen.print(f"    - {first.lstrip()}")
        for line in rest:
            screen.print(line)


def _tell_grade(screen: Console, grade: GradeWords) -> None:
    name = say(grade.name)
    term = named(name, grade.id)
    advice = say(grade.advice)
    rule = say(grade.rule)
    if advice:
        rule = say(Text("{r}. {a}", "{r}。{a}").filled(r=grade.rule, a=grade.advice))
    for line in definition_list([(term, rule)], screen.width - 2):
        screen.print(f"  {line}")
    for text in grade.gets:
        for line in definition_list([("", f"· {say(text)}")], screen.width - 2):
            screen.print(f"  {line}")


def _tell_metrics(screen: Console, words: StandardWords) -> None:
    screen.print()
    screen.print(say(Text("What is measured", "衡量什么")), style="bold")
    for metric in words.metrics:
        formula = say(metric.formula)
        if metric.window is not None:
            formula += say(Text("; {w}", "；{w}").filled(w=metric.window))
        term = named(say(metric.name), metric.id)
        for line in definition_list([(term, formula)], screen.width):
            screen.print(line)


def _tell_models(screen: Console, words: StandardWords) -> None:
    if not words.models:
        return
    screen.print()
    screen.print(say(Text("What is modelled", "用模型推算什么")), style="bold")
    for model in words.models:
        said = [model.method, model.fitted]
        said = [model.description, *said] if model.description.en else said
        term = named(say(model.name), model.id)
        for line in definition_list([(term, " ".join(map(say, said)))], screen.width):
            screen.print(line)


STANDARD_COMMANDS = {
    "explain": Command(
        "explain",
        text=Text(
            "Tell a standard in plain words: who is graded how, what each grade gets, and what is "
            "measured.\n\nOf several editions the newest is told; name a file for another.",
            "用平实的文字讲清一份标准：谁按什么评级、各等级享受什么、衡量什么。\n\n"
            "有多个版本时讲最新一版；要看其他版本请指定文件。",
        ),
        callback=explain,
        parameters=[
            standard_argument(),
            scheme_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen standard explain --scheme value_index",
                Text("One scheme of the default standard", "默认标准中的一个方案"),
            ),
            Example("kefen standard explain ours.yaml", Text("A file", "一份文件")),
        ),
    ),
    "show": Command(
        "show",
        text=Text("Print the document of a standard as it is written.", "输出标准文件的原文。"),
        callback=show,
        parameters=[standard_argument(), options.book_option(), options.json_option()],
        examples=(
            Example("kefen standard show", Text("The default standard", "默认标准")),
            Example(
                "kefen standard show ours --book acme",
                Text("The newest edition in a book", "账套中的最新版本"),
            ),
        ),
    ),
}
