"""Which standards there are: those in the package, and the files of a folder such as a book's.

A document says of itself, before its metrics, what it is called and from when to when it holds.
Its first comment may name the trade it is made for, in both languages:

    # Trade: purchasing in manufacturing / 制造业采购
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kefen.domain.errors import StandardError
from kefen.domain.text import Text
from kefen.standards.document import Mapping, Scalar, load_document
from kefen.standards.reader import bundled_names, bundled_text, read_standard, standard_text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.standards.model import Standard

_TRADE = re.compile(r"trade:\s*(?P<en>.+?)\s+/\s+(?P<zh>.+)", re.IGNORECASE)
_ID = re.compile(r"^standard:[ \t]*[\"']?([A-Za-z][A-Za-z0-9_-]*)", re.MULTILINE)
_WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a document says of itself, read without its metrics and schemes.

    Attributes:
        id: Its code; empty where it says none.
        version: Its version; None where it says none.
        name: Its name for people.
        description: What it is for; empty where it says none.
        valid_from: The first day it is in force; None: from ever.
        valid_until: The last day it is in force; None: without end.
        trade: The trade it is made for; None where its first comment names none.
        origin: Its first comment, without the trade: where it comes from and what was decided.
        source: The name of its file, without a folder.
        path: Its file; None for one in the package.
        readable: Whether it is YAML at all; of one that is not, only the code is known.
    """

    id: str
    version: int | None
    name: Text
    description: Text
    valid_from: date | None
    valid_until: date | None
    trade: Text | None
    origin: str
    source: str
    path: Path | None
    readable: bool = True

    def is_in_force(self, day: date) -> bool:
        """Return whether it is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def text(self) -> str:
        """Return the document as it is written.

        Raises:
            StandardError: It is not UTF-8.
        """
        if self.path is not None:
            return standard_text(self.path)
        return bundled_text(self.source.removesuffix(".yaml"))

    def load(self) -> Standard:
        """Return the standard itself.

        Raises:
            StandardError: It cannot be used as it is written.
        """
        return read_standard(self.text(), self.source)


def outline(text: str, source: str, path: Path | None = None) -> Outline:
    """Return what a document says of itself; of a broken one what can still be read."""
    try:
        document = load_document(text, source)
    except StandardError:
        found = _ID.search(text)
        code = found[1] if found else ""
        return Outline(
            id=code,
            version=None,
            name=Text.same(code or source),
            description=Text("", ""),
            valid_from=None,
            valid_until=None,
            trade=None,
            origin="",
            source=source,
            path=path,
            readable=False,
        )
    comment = _first_comment(text)
    trade = next((match for line in comment if (match := _TRADE.fullmatch(line))), None)
    code = _single(document, "standard")
    version = _single(document, "version")
    return Outline(
        id=code,
        version=int(version) if _WHOLE.fullmatch(version) else None,
        name=_wording(document, "name") or Text.same(code or source),
        description=_wording(document, "description") or Text("", ""),
        valid_from=_day(document, "valid_from"),
        valid_until=_day(document, "valid_until"),
        trade=Text(trade["en"], trade["zh"]) if trade else None,
        origin="\n".join(line for line in comment if not _TRADE.fullmatch(line)).strip(),
        source=source,
        path=path,
    )


def bundled_outlines() -> tuple[Outline, ...]:
    """Return the outlines of the standards in the package, the default one first."""
    return tuple(outline(bundled_text(name), f"{name}.yaml") for name in bundled_names())


def outlines_in(folder: Path) -> tuple[Outline, ...]:
    """Return the outlines of the standards in a folder, by file name; none without the folder."""
    found = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        if path.is_file() and not path.name.startswith("."):
            # A file in another encoding still names its code in plain letters.
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            found.append(outline(text, path.name, path))
    return tuple(found)


def names_for_completion(folder: Path | None) -> list[str]:
    """Return the names that a call may give a standard, without reading any YAML."""
    names = list(bundled_names())
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.yaml")):
            found = _ID.search(path.read_text(encoding="utf-8-sig", errors="replace"))
            names += [found[1]] if found else []
            names.append(path.stem)
    return list(dict.fromkeys(names))


def _first_comment(text: str) -> list[str]:
    lines = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        if not line.startswith("# yaml-language-server:"):
            lines.append(line.lstrip("#").strip())
    return lines


def _single(document: Mapping, key: str) -> str:
    node = document.entries.get(key)
    return node.text.strip() if isinstance(node, Scalar) else ""


def _wording(document: Mapping, key: str) -> Text | None:
    node = document.entries.get(key)
    if not isinstance(node, Mapping):
        return None
    en, zh = _single(node, "en"), _single(node, "zh")
    return Text(en or zh, zh or en) if en or zh else None


def _day(document: Mapping, key: str) -> date | None:
    try:
        return date.fromisoformat(_single(document, key))
    except ValueError:
        return None
