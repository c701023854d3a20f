"""What a caller writes, at the command line or in a program, refused in the same words."""

from __future__ import annotations

import re

from kefen.domain.errors import CallError
from kefen.domain.text import Text


def checked_time_zone(given: str, where: str) -> str:
    """Return a time zone that there is.

    Args:
        given: An IANA name.
        where: What it was given with, for the error.

    Raises:
        CallError: There is none of that name.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # needless for help

    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError) as error:
        raise CallError(
            Text("“{v}” is not a time zone.", "“{v}”不是时区。").filled(v=given),
            where=where,
            mend=Text(
                "Write an IANA name such as Asia/Shanghai or UTC.",
                "请写 IANA 名称，例如 Asia/Shanghai 或 UTC。",
            ),
        ) from error
    return given


def checked_memory(given: str, where: str) -> str:
    """Return an amount of memory.

    Args:
        given: Such as `2GB`.
        where: What it was given with, for the error.

    Raises:
        CallError: It is none.
    """
    if re.fullmatch(r"\d+(\.\d+)?\s*[KMGT]i?B", str(given), re.IGNORECASE):
        return given
    raise CallError(
        Text("“{v}” is not an amount of memory.", "“{v}”不是内存大小。").filled(v=given),
        where=where,
        mend=Text("Write it as 2GB or 512MB.", "请写成 2GB 或 512MB。"),
    )
