"""The pinyin initials of Chinese names, as people type them to find a customer."""

from __future__ import annotations

import re
from functools import lru_cache

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_PIECE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[a-z0-9]+")


def initials_of(name: str) -> str:
    """Return the initials of a name's Chinese characters, its letters and digits as they are.

    Characters with several readings are read as in the words they stand in (chong of Chongqing).

    Args:
        name: The name.

    Returns:
        The initials in lower case: `hcjg` for 衡川精工; empty where nothing of it is Chinese.
    """
    lower = name.lower()
    if not _HAN.search(lower):
        return ""
    return "".join(
        _initials(piece) if _HAN.match(piece) else piece for piece in _PIECE.findall(lower)
    )


@lru_cache(maxsize=65_536)
def _initials(han: str) -> str:
    from pypinyin import Style, lazy_pinyin  # a table of 40,000 readings: only where it is needed

    return "".join(lazy_pinyin(han, style=Style.FIRST_LETTER, errors="ignore"))
