"""Which standard a name means: a file, one of a book, or one of the library; and its edition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from kefen.lake.book import Book
    from kefen.standards.calibration import Calibration
    from kefen.standards.editions import Editions
    from kefen.standards.model import Standard


class NamedStandard:
    """The standard that a call names; which edition it is may follow from the as-of date.

    What can be read before that date is known is read at once, so that a mistake is told before
    any data is read.

    Attributes:
        known: The standard, where it is certain before the as-of date is; else None.

    Raises:
        CallError: There is none of that name.
        StandardError: It cannot be used as it is written, or two editions are in force at once.
    """

    def __init__(self, name: str | None, book: Book | None, as_of: date | None = None) -> None:
        self._editions = find_editions(name, book)
        self.known: Standard | None = None
        if as_of is not None:
            self.known = self._editions.on(as_of)
        elif len(self._editions.outlines) == 1:
            self.known = self._editions.newest.load()

    def on(self, as_of: date) -> Standard:
        """Return the edition for an as-of date.

        Raises:
            StandardError: None is in force, or the one in force cannot be used.
        """
        from kefen.standards.editions import not_in_force

        if self.known is not None and (
            not self._editions.by_code or not_in_force(self.known, as_of) is None
        ):
            return self.known
        return self._editions.on(as_of)


def find_standard(name: str | None, book: Book | None) -> Standard:
    """Return the standard that a name means; of several editions the newest.

    Raises:
        CallError: There is none of that name.
        StandardError: It cannot be used as it is written, or two editions are in force at once.
    """
    return find_editions(name, book).newest.load()


def find_editions(name: str | None, book: Book | None) -> Editions:
    """Return the documents that a name means.

    What looks like a path (with a folder or an ending) and is there is that file. Otherwise it is
    the code of a standard in the book's `standards` folder, or the name of a file in it; or a
    standard of the package.

    Raises:
        CallError: There is none of that name.
        StandardError: Two editions are in force at once.
    """
    from kefen.standards.editions import Editions
    from kefen.standards.library import outline, outlines_in
    from kefen.standards.reader import DEFAULT, bundled_names, bundled_text, standard_text

    if name is None:
        name, book = DEFAULT, None
    path = Path(name)
    written_as_path = path.suffix != "" or path.name != name
    if book is not None and not (written_as_path and path.is_file()):
        found = outlines_in(book.standards)
        own = tuple(one for one in found if one.id == name)
        if own:
            return Editions.of_code(name, own)
        for one in found:
            if name in (one.source, Path(one.source).stem):
                return Editions(name, (one,), by_code=False)
    if name in bundled_names() and not path.exists():
        return Editions.of_code(name, (outline(bundled_text(name), f"{name}.yaml"),))
    if not path.is_file():
        standard_text(path)  # says that there is none
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return Editions(name, (outline(text, path.name, path),), by_code=False)


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
