"""The entry point: the tree of commands, the language, and what is said when something fails."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

import kefen
from kefen.cli.click_words import teach_click
from kefen.cli.errors import STOPPED, apologise, of_system, tell, tell_usage, tell_words
from kefen.cli.language import asked_language, language_of_environment, say, set_language
from kefen.cli.tree import Example, Group, Option
from kefen.domain.errors import KefenError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "kefen"
COMPLETION_VARIABLE = "_KEFEN_COMPLETE"
_INTERRUPTED = "Query interrupted"
"""What DuckDB raises, as a RuntimeError, for a Ctrl-C within a query."""


class Kefen(Group):
    """The whole command line."""

    def main(  # type: ignore[override]  # it always ends the process, as standalone mode does
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run a call and end the process with its exit code.

        Exits with 0, with 1 when the data or a standard is wrong, with 2 when the call is wrong,
        and with 130 after Ctrl-C.
        """
        arguments = list(sys.argv[1:] if args is None else args)
        asked = asked_language(arguments)
        set_language(asked or language_of_environment(), asked=asked is not None)
        teach_click()
        write_what_fits()
        extra["standalone_mode"] = False
        extra["complete_var"] = COMPLETION_VARIABLE
        extra["prog_name"] = prog_name or PROGRAM
        sys.exit(_outcome(super().main, arguments, extra))


def _outcome(run: Any, arguments: list[str], extra: dict[str, Any]) -> int:
    as_json = "--json" in arguments
    try:
        code = run(args=arguments, **extra)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _stopped()
    except click.ClickException as error:
        tell_usage(error, as_json=as_json)
        return error.exit_code
    except KefenError as error:
        tell(error, as_json=as_json)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has gone; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        understood = of_system(error)
        tell(understood, as_json=as_json)
        return understood.exit_code
    except RuntimeError as error:
        if str(error) != _INTERRUPTED:
            raise
        return _stopped()
    return code if isinstance(code, int) else 0


def _stopped() -> int:
    tell_words(say(Text("Stopped. Nothing was left half-written.", "已停止，未留下半成品。")), "")
    return STOPPED


def write_what_fits() -> None:
    """Let an output of few characters replace the others instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "").lower()
        if not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _show_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"kefen {kefen.__version__}")
        context.exit()


def _in_module(module: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, f"kefen.cli.{module}")


cli = Kefen(
    PROGRAM,
    text=Text(
        "Kefen classifies every customer under published standards, and explains each grade to "
        "the last point.",
        "客分：按公开的标准为每一位客户分级，每个等级都能解释到最后一分。",
    ),
    sections=(
        (
            Text("Begin", "入门"),
            _in_module("demo", "demo")
            | _in_module("mapping", "mapping")
            | _in_module("check", "check"),
        ),
        (
            Text("Grades", "评级"),
            _in_module("grade", "grade")
            | _in_module("why", "explain", "what-if")
            | _in_module("compare", "compare")
            | _in_module("moves", "moves")
            | _in_module("watch", "watch")
            | _in_module("portrait", "portrait")
            | _in_module("traits", "traits")
            | _in_module("lift", "lift")
            | _in_module("evaluate", "evaluate")
            | _in_module("override", "override", "overrides")
            | _in_module("report", "report"),
        ),
        (
            Text("Book", "账套"),
            _in_module("new", "new")
            | _in_module("imports", "import", "batches", "undo")
            | _in_module("runs", "runs")
            | _in_module("serve", "serve")
            | _in_module("keeping", "backup", "restore", "doctor"),
        ),
        (
            Text("Compliance", "合规"),
            _in_module("screen", "screen") | _in_module("reviews", "reviews"),
        ),
        (
            Text("More", "其他"),
            _in_module("standard", "standard")
            | _in_module("weights", "weights")
            | _in_module("methods", "methods")
            | _in_module("scorecard", "scorecard")
            | _in_module("completion", "completion"),
        ),
    ),
    parameters=(
        Option(
            "--version",
            text=Text("Show the version and exit.", "显示版本并退出。"),
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
        ),
    ),
    examples=(
        Example(
            "kefen demo", Text("See it work on a real year of trade", "用真实的一年交易看效果")
        ),
        Example(
            "kefen grade --customers customers.xlsx --orders orders.csv --out results",
            Text("Grade your own customers", "为自己的客户分级"),
        ),
    ),
)


def main() -> NoReturn:
    """Run the command line of this process."""
    sys.excepthook = apologise
    cli.main()
