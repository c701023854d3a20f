"""Which standard a call means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefen.lake.book import Book
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard


def find_standard(name: str | None, book: Book | None) -> Standard:
    """Return the standard that `--standard` names.

    It is a file; or, in a book, the name of one in its `standards` folder; or a bundled one.

    Raises:
        CallError: There is none of that name.
        StandardError: It cannot be used as it is written.
    """
    from kefen.standards.reader import BUNDLED, bundled_standard, load_standard

    if name is None:
        return bundled_standard()
    if book is not None:
        for path in (book.standards / f"{name}.yaml", book.standards / name):
            if path.is_file():
                return load_standard(path)
    if name in BUNDLED and not Path(name).exists():
        return bundled_standard(name)
    return load_standard(Path(name))


def find_calibration(path: Path | None, standard: Standard) -> Calibration | None:
    """Return the frozen calibration that `--calibration` names; None without one.

    Raises:
        CallError: There is no such file.
        DataError: It is no calibration of this standard.
    """
    from kefen.grading.outputs import read_json
    from kefen.standards.calibration import calibration_from_dict

    if path is None:
        return None
    return calibration_from_dict(read_json(path), standard, str(path))
