"""Showing that work goes on: a bar on stderr, only where a person looks."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kefen.cli.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kefen.domain.text import Text


@contextmanager
def steps(total: int, *, shown: bool) -> Iterator[Callable[[Text], None]]:
    """Give a function that names the step that begins now; the bar goes when the block ends.

    Args:
        total: How many steps there will be.
        shown: Whether to show anything; nothing is shown where stderr is no terminal.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=total)
        begun: list[str] = []

        def begin(step: Text) -> None:
            words = say(step)
            if words in begun:
                return
            bar.update(task, description=words, completed=len(begun))
            begun.append(words)

        yield begin
