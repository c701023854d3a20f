"""`kefen standard diff`: what differs between two standards, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.layout import wrapped
from kefen.cli.standard import book_if_any, standard_argument
from kefen.cli.tree import Command, Example
from kefen.domain.text import Text
from kefen.grading.named_standard import find_standard

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.standards.changes import Change
    from kefen.standards.model import Standard

_SIGNS = {"added": "+", "removed": "-", "changed": "~", "worded": " "}
_STYLES = {"added": "green", "removed": "red", "changed": "", "worded": "dim"}


def diff(*, old: str, new: str, book: Path | None, as_json: bool) -> None:
    """Say what differs between two standards."""
    from kefen.standards.difference import differences

    opened = book_if_any(book)
    before, after = find_standard(old, opened), find_standard(new, opened)
    changes = differences(before, after)
    if as_json:
        print_json(
            {
                "old": _standard(before),
                "new": _standard(after),
                "grades_alike": before.fingerprint == after.fingerprint,
                "changes": [
                    {"kind": one.kind, "part": one.part, "sentence": one.sentence.as_dict()}
                    for one in changes
                ],
            }
        )
    else:
        _tell(before, after, changes)


def _standard(standard: Standard) -> dict[str, object]:
    return {
        "id": standard.id,
        "version": standard.version,
        "name": standard.name.as_dict(),
        "fingerprint": standard.fingerprint,
    }


def _tell(before: Standard, after: Standard, changes: tuple[Change, ...]) -> None:
    from kefen.cli.terminal import console

    screen = console()
    title = Text(
        "“{a}”, version {v}, against “{b}”, version {w}", "《{a}》第 {v} 版与《{b}》第 {w} 版之比较"
    ).filled(a=before.name, v=before.version, b=after.name, w=after.version)
    for line in wrapped(say(title), screen.width):
        screen.print(line, style="bold")
    for change in changes:
        first, *rest = wrapped(say(change.sentence), screen.width, "    ")
        first = first.lstrip()
        first = first[:1].upper() + first[1:]
        for line in (f"  {_SIGNS[change.kind]} {first}", *rest):
            screen.print(line, style=_STYLES[change.kind])
    if not changes:
        verdict = Text("They say the same.", "两者内容相同。")
    elif before.fingerprint == after.fingerprint or all(one.kind == "worded" for one in changes):
        verdict = Text("Only the wording differs: they grade alike.", "仅文字不同，评级结果相同。")
    else:
        verdict = Text(
            "Who would move: kefen standard preview.",
            "哪些客户会变动：kefen standard preview。",
        )
    screen.print(say(verdict), style="dim")


STANDARD_COMMANDS = {
    "diff": Command(
        "diff",
        text=Text(
            "Say what differs between two standards or editions, in sentences.\n\n"
            "Their meaning is compared, not their text: order of lines, comments and spelling of "
            "numbers do not count.",
            "用语句说明两份标准或两个版本有何不同。\n\n"
            "比较的是含义而非文字：行的先后、注释、数字写法均不计。",
        ),
        callback=diff,
        parameters=[
            standard_argument("old", required=True, word=Text("OLD", "旧标准")),
            standard_argument("new", required=True, word=Text("NEW", "新标准")),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen standard diff default ours.yaml",
                Text("What was changed since it was copied", "复制之后改了什么"),
            ),
            Example(
                "kefen standard diff ours-2026.yaml ours-2027.yaml",
                Text("Two editions", "两个版本"),
            ),
        ),
    ),
}
