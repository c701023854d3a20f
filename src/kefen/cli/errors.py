"""Telling what went wrong: in the user's words, on one page, never as a trace."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import kefen
from kefen.cli.language import say
from kefen.cli.layout import terminal_width, wrapped
from kefen.domain.errors import CallError, EngineError, KefenError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from types import TracebackType

STOPPED = 130
"""What the command line exits with after Ctrl-C, as a shell expects."""

_ERROR = Text("Error: ", "错误：")


def tell(error: KefenError, *, as_json: bool) -> None:
    """Say what is wrong, where, and the mend.

    For a person in red on stderr; for a machine as an object on stdout.
    """
    if as_json:
        print_json({"error": _as_dict(error)})
        return
    place = f"{error.where}{say(Text(': ', '：'))}" if error.where else ""
    tell_words(f"{say(_ERROR)}{place}{say(error.what)}", say(error.mend))


def tell_usage(error: click.ClickException, *, as_json: bool) -> None:
    """Say what is wrong with the call, and how its help is shown."""
    what = error.format_message()
    context = getattr(error, "ctx", None)
    mend = ""
    if context is not None:
        mend = say(Text("See “{c} --help”.", "请看“{c} --help”。").filled(c=context.command_path))
    if as_json:
        print_json(
            {"error": {"kind": "CallError", "what": what, "where": "", "mend": mend, "exit": 2}}
        )
        return
    tell_words(f"{say(_ERROR)}{what}", mend)


def tell_words(what: str, mend: str) -> None:
    """Write an error's paragraph to stderr: what is wrong in red where it is a terminal."""
    for text, colour in ((what, "red"), (mend, None)):
        if text:
            fitting = "\n".join(wrapped(text, terminal_width())) if sys.stderr.isatty() else text
            click.secho(fitting, fg=colour, err=True)


def of_system(error: OSError) -> KefenError:
    """Return what an error of the operating system means to the user."""
    where = str(error.filename) if error.filename else ""
    what = Text("The system refuses: {e}.", "系统拒绝：{e}。").filled(
        e=error.strerror or type(error).__name__
    )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        # Of a copy the second file is the one that found no room.
        return EngineError(
            what,
            where=str(error.filename2) if error.filename2 else where,
            mend=Text(
                "Free space on the disk and call again; nothing was left half-written.",
                "请腾出磁盘空间后重试；没有留下写了一半的文件。",
            ),
        )
    return CallError(
        what,
        where=where,
        mend=Text(
            "Check that the file or folder is there and that you may read or write it.",
            "请检查文件或目录是否存在、是否有读写权限。",
        ),
    )


def print_json(content: Any) -> None:
    """Print JSON to stdout; characters that the output cannot write are escaped."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    import json

    click.echo(json.dumps(content, ensure_ascii=plain, indent=2))


def _as_dict(error: KefenError) -> dict[str, Any]:
    return {
        "kind": type(error).__name__,
        "what": say(error.what),
        "where": error.where,
        "mend": say(error.mend),
        "exit": error.exit_code,
    }


def apologise(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say that this is a mistake of Kefen's own, and where its trace was written."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="kefen-error-", suffix=".txt", delete=False
    ) as file:
        file.write(f"kefen {kefen.__version__}, Python {sys.version}\n\n")
        traceback.print_exception(kind, error, trace, file=file)
    what = Text(
        "Sorry, this is a mistake in Kefen itself ({k}), not in your data.",
        "抱歉，这是客分自身的错误（{k}），与您的数据无关。",
    ).filled(k=kind.__name__)
    mend = Text(
        "The details are in {f}. Please send that file with what you called.",
        "详情已写入 {f}，请连同所用命令一并反馈。",
    ).filled(f=Path(file.name))
    tell(KefenError(what, mend=mend), as_json="--json" in sys.argv)
