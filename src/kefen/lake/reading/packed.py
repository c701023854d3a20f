"""Refusing a packed file that would fill the memory when it is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 4 << 30
"""More than this is never unpacked: four times the fullest sheet of Excel, a million rows."""
_HARMLESS_BYTES = 64 << 20
_MOST_TIMES = 200
"""Sheets of real data shrink to a tenth, of one repeated value to a hundredth."""
_BLOCK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def refuse_overfull(path: Path) -> None:
    """Refuse a zip archive, such as an .xlsx file, that unpacks to far more than it holds.

    What the archive says of its sizes may be false, so it is unpacked piece by piece, counted,
    and nothing is kept. What is no archive is left to the reader.

    Raises:
        DataError: It unpacks to more than 4 GB, or to more than 200 times its own size.
    """
    if not zipfile.is_zipfile(path):
        return
    size = path.stat().st_size
    most = min(MOST_BYTES, max(_HARMLESS_BYTES, _MOST_TIMES * size))
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            if sum(one.file_size for one in members) > most:
                raise _overfull(path, size)
            for one in members:
                if one.compress_type == zipfile.ZIP_DEFLATED:
                    unpacked += _unpacked(file, one, most - unpacked)
                if unpacked > most:
                    raise _overfull(path, size)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError):
        return  # damaged: the reader says so


def _unpacked(file: BinaryIO, member: zipfile.ZipInfo, most: int) -> int:
    """Return how many bytes a member unpacks to, counted no further than just above `most`."""
    file.seek(member.header_offset)
    _, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    file.seek(name + extra, 1)
    packer = zlib.decompressobj(-zlib.MAX_WBITS)
    left, total = member.compress_size, 0
    while left > 0 and total <= most and not packer.eof:
        pending = file.read(min(left, _BLOCK))
        if not pending:
            break
        left -= len(pending)
        while pending and total <= most:
            total += len(packer.decompress(pending, _BLOCK))
            pending = packer.unconsumed_tail
    return total


def _overfull(path: Path, size: int) -> DataError:
    return DataError(
        Text(
            "This file of {kb} kB unpacks to far more data than a table has; it was not opened.",
            "该文件仅 {kb} kB，解压后的数据量却远超正常表格，未予打开。",
        ).filled(kb=f"{size / 1000:,.0f}"),
        where=path.name,
        mend=Text(
            "Open it in Excel, copy the rows you need to a new workbook, and give that.",
            "请在 Excel 中打开，将所需的行复制到新的工作簿后再提供。",
        ),
    )
