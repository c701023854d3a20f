"""Printing for people: numbers, shares and bars that fit any terminal."""

from __future__ import annotations

import sys
from decimal import ROUND_HALF_UP, Decimal
from typing import NoReturn

from rich.console import Console
from rich.table import Table

from kefen.cli.layout import terminal_width, wrapped

BAR_CELLS = 20


class Screen(Console):
    """A console on stdout that lets the command line say what a vanished reader means."""

    def on_broken_pipe(self) -> NoReturn:
        """Pass on that whoever read the output has gone."""
        raise BrokenPipeError


def console() -> Console:
    """Return a console on stdout, as wide as text is written; without colour where none fits."""
    return Screen(width=terminal_width(), highlight=False, markup=False, emoji=False)


def print_prose(screen: Console, text: str, style: str = "", indent: str = "") -> None:
    """Print a paragraph, its lines broken where Chinese and English may be broken."""
    for line in wrapped(text, screen.width, indent):
        screen.print(line, style=style)


def plain_table() -> Table:
    """Return a table without lines, its columns two spaces apart."""
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")


def count(number: int) -> str:
    """Return a whole number with thousands signs."""
    return f"{number:,}"


def money(amount: Decimal) -> str:
    """Return an amount with thousands signs and two decimals, rounded half up."""
    return f"{amount.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):,}"


def percent(part: Decimal | int, whole: Decimal | int) -> str:
    """Return a share in percent with one decimal, rounded half up; a dash where there is none."""
    if not whole:
        return "–"
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{share if share else abs(share)} %"


def bar(part: Decimal, whole: Decimal) -> str:
    """Return a share as a bar of up to 20 cells; at least one where there is anything."""
    if part <= 0 or whole <= 0:
        return ""
    cells = int((part * BAR_CELLS / whole).to_integral_value(rounding=ROUND_HALF_UP))
    return _block() * max(1, min(cells, BAR_CELLS))


def _block() -> str:
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower()
    return "█" if encoding.startswith("utf") else "#"
