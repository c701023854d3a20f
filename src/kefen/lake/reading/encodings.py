"""Finding the encoding of a text file from its bytes."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 1 << 20
_WESTERN = ("cp1252", "latin-1")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path) -> str:
    """Return the name of the encoding of a text file.

    A byte order mark decides; else UTF-8 if the whole file is valid; else UTF-16 if every other
    byte is zero; else GB18030, Big5 or Windows-1252 by the pairs its bytes form.

    Raises:
        DataError: The file is not text.
    """
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if min(even, odd) * 10 < max(even, odd) and max(even, odd) * 4 > len(head) // 2:
            return "utf-16-be" if even > odd else "utf-16-le"
        raise _not_text(path)
    if _is_valid(path, "utf-8"):
        _refuse_control_characters(path, head)
        return "utf-8"
    _refuse_control_characters(path, head)
    for encoding in _candidates(head):
        if _is_valid(path, encoding):
            return encoding
    raise _not_text(path)


def is_guess(encoding: str) -> bool:
    """Return whether an encoding that was found may be another one just as well.

    Any bytes are a text in Windows-1252 or Latin-1: Japanese, Cyrillic and Greek letters end
    there too, as accented Western ones. Lists of names are too short to tell them apart by what
    words are likely: a library that does took one short Chinese list in five for Thai or Cyrillic.
    """
    return encoding in _WESTERN


def refuse_other_encoding(path: Path, encoding: str) -> None:
    """Refuse a text file whose bytes are not of an encoding.

    Raises:
        DataError: They are not, or there is no such encoding.
    """
    try:
        if _is_valid(path, encoding):
            return
    except LookupError:
        pass
    raise DataError(
        Text(
            "The file is not written in the encoding {e}.", "该文件不是以 {e} 编码写成的。"
        ).filled(e=encoding),
        where=path.name,
        mend=Text("Choose another one, or let it be found.", "请选择其他编码，或改为自动识别。"),
    )


def _candidates(head: bytes) -> tuple[str, ...]:
    """Return the encodings to try, the likeliest first.

    Common characters have first bytes of their own: B0-D7 in GB18030 (with a second byte from
    A1), A4-C6 in Big5 (whose second byte is below 7F four times in ten). In Western text a
    high byte mostly stands alone.
    """
    simplified = traditional = alone = high = 0
    position = 0
    while position < len(head) - 1:
        first, second = head[position], head[position + 1]
        if first < 0x80:
            position += 1
            continue
        high += 1
        if second < 0x80 and not (0x40 <= second <= 0x7E and 0xA1 <= first <= 0xF9):
            alone += 1
            position += 1
            continue
        if 0xB0 <= first <= 0xD7 and second >= 0xA1:
            simplified += 1
        if 0xA4 <= first <= 0xC6 and (0x40 <= second <= 0x7E or second >= 0xA1):
            traditional += 1
        position += 2
    pairs = max(simplified, traditional)
    if pairs * 2 < high or _mostly_single(head):
        return _WESTERN
    if simplified >= traditional:
        return ("gb18030", "big5", *_WESTERN)
    return ("big5", "gb18030", *_WESTERN)


def _mostly_single(head: bytes) -> bool:
    """Return whether high bytes mostly stand between two letters, as accents do."""
    single = high = 0
    for position, byte in enumerate(head):
        if byte < 0x80:
            continue
        high += 1
        before = head[position - 1] if position else 0
        after = head[position + 1] if position + 1 < len(head) else 0
        single += before < 0x80 and after < 0x80
    return single * 10 > high * 7


def _is_valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_control_characters(path: Path, head: bytes) -> None:
    controls = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13, 26, 27))
    if controls * 100 > len(head):
        raise _not_text(path)


def _not_text(path: Path) -> DataError:
    return DataError(
        Text("This file is not text.", "该文件不是文本文件。"),
        where=path.name,
        mend=Text(
            "Give a CSV, Excel (.xlsx, .xls), Parquet or JSON lines file; "
            "export it again if it is damaged.",
            "请提供 CSV、Excel（.xlsx、.xls）、Parquet 或 JSON lines 文件；如已损坏请重新导出。",
        ),
    )
