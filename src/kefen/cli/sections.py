"""Sections of a report printed for people: their sentences and their tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.cli.language import current_language, say
from kefen.cli.terminal import console, plain_table, print_prose
from kefen.reports.model import Prose
from kefen.reports.tables import Table
from kefen.reports.wording import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from kefen.reports.model import Section

_STYLES = {"plain": "", "say": "bold", "warn": "yellow"}


def print_section(section: Section) -> None:
    """Print a section: charts are left to the page, whose tables say the same."""
    screen = console()
    screen.print()
    print_prose(screen, say(section.title), "bold cyan")
    if section.intro is not None:
        print_prose(screen, say(section.intro), "dim")
    for block in section.blocks:
        if isinstance(block, Prose):
            screen.print()
            for paragraph in block.paragraphs:
                print_prose(screen, say(paragraph), _STYLES[block.tone])
        elif isinstance(block, Table):
            screen.print()
            print_table(screen, block)


def print_brief(
    section: Section, shown: Mapping[str, Sequence[str]], *, sentences: bool = False
) -> None:
    """Print some tables of a section, and of each some columns.

    Args:
        section: The section.
        shown: The ids of the tables, each with the ids of its columns.
        sentences: Whether what is said between them is printed too.
    """
    screen = console()
    for block in section.blocks:
        if sentences and isinstance(block, Prose):
            screen.print()
            for paragraph in block.paragraphs:
                print_prose(screen, say(paragraph), _STYLES[block.tone])
        if isinstance(block, Table) and block.id in shown:
            screen.print()
            print_table(screen, _narrowed(block, shown[block.id]))


def _narrowed(table: Table, columns: Sequence[str]) -> Table:
    kept = [table.position(name) for name in columns]
    return replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(replace(row, cells=tuple(row.cells[at] for at in kept)) for row in table.rows),
        totals=None,
        note=None,
    )


def print_table(screen: Console, table: Table) -> None:
    """Print a table of a report, with its title and its note."""
    language = current_language()
    print_prose(screen, say(table.title), "bold")
    shown = plain_table()
    for column in table.columns:
        words = column.kind in ("text", "grade")
        shown.add_column(say(column.title), justify="left" if words else "right")
    rows = table.rows if table.html_rows is None else table.rows[: table.html_rows]
    for row in rows:
        shown.add_row(
            *(
                written(cell, column.kind, language, whole_money=True)
                for cell, column in zip(row.cells, table.columns, strict=True)
            )
        )
    screen.print(shown)
    if table.note is not None:
        print_prose(screen, say(table.note), "dim")
