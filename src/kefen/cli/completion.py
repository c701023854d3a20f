"""`kefen completion`: pressing Tab completes commands, options and tables."""

from __future__ import annotations

import click

from kefen.cli.tree import Argument, Command, Example
from kefen.domain.text import Text

SHELLS = ("bash", "zsh", "fish")


def completion(*, shell: str) -> None:
    """Print the script of a shell."""
    from click.shell_completion import get_completion_class

    from kefen.cli.main import COMPLETION_VARIABLE, PROGRAM, cli

    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError(f"click knows {shell}")
    maker = kind(cli, {}, PROGRAM, COMPLETION_VARIABLE)
    click.echo(maker.source_template % maker.source_vars())


COMMANDS = {
    "completion": Command(
        "completion",
        text=Text(
            "Print what makes the Tab key complete commands and options.",
            "输出 Tab 键自动补全脚本。",
        ),
        callback=completion,
        parameters=[
            Argument(
                "shell",
                text=Text("bash, zsh or fish.", "bash、zsh 或 fish。"),
                metavar=Text("SHELL", "外壳"),
                type=click.Choice(SHELLS),
            )
        ],
        examples=(
            Example(
                'eval "$(kefen completion bash)"',
                Text(
                    "For this session; put it into ~/.bashrc to keep it",
                    "仅本次；写入 ~/.bashrc 可长期生效",
                ),
            ),
            Example(
                "kefen completion fish > ~/.config/fish/completions/kefen.fish",
                Text("For fish", "用于 fish"),
            ),
        ),
    )
}
