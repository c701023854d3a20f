"""The standards that a call may name, for lists and for the shell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from kefen.lake.book import Book
    from kefen.standards.library import Outline


def book_outlines(book: Book | None) -> tuple[Outline, ...]:
    """Return the outlines of the standards in a book; none without a book."""
    from kefen.standards.library import outlines_in

    return outlines_in(book.standards) if book is not None else ()


def complete_names(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the standards whose names begin so, and let the shell complete files too."""
    from click.shell_completion import CompletionItem

    from kefen.standards.library import names_for_completion

    folder = Path(context.params.get("book") or ".") / "standards"
    names = [one for one in names_for_completion(folder) if one.startswith(incomplete)]
    return [*(CompletionItem(name) for name in names), CompletionItem(incomplete, type="file")]
