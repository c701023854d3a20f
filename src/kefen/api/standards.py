"""Standards from Python: read one, or check what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kefen.api.speaking import speaking
from kefen.grading.named_standard import find_standard
from kefen.standards.reader import examine_standard, standard_text
from kefen.standards.reader import read_standard as read_text

if TYPE_CHECKING:
    from kefen.standards.model import Standard
    from kefen.standards.problems import Problem

_WRITTEN = "standard.yaml"


@speaking
def read_standard(source: str | Path | None = None) -> Standard:
    """Return a standard, ready to grade with.

    Args:
        source: A file, the name of a ready standard, or a standard's text; None for the default
            standard.

    Raises:
        CallError: There is none of that name.
        StandardError: It cannot be used as it is written; says where, and the mend.
    """
    if isinstance(source, str) and "\n" in source:
        return read_text(source, _WRITTEN)
    return find_standard(None if source is None else str(source), None)


@speaking
def check_standard(source: str | Path) -> tuple[Problem, ...]:
    """Return everything that is to be said about a standard: errors, warnings and notes.

    Args:
        source: A file, or a standard's text.

    Returns:
        The problems in order, each with its place (line and column), what is wrong and the mend;
        empty where nothing is.

    Raises:
        CallError: There is no such file.
    """
    if isinstance(source, str) and "\n" in source:
        return examine_standard(source, _WRITTEN)[1]
    path = Path(source)
    return examine_standard(standard_text(path), path.name)[1]
