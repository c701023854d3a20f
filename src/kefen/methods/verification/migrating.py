"""The published figures of migration from class to class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.migration import after_periods, mobility
from kefen.methods.verification.figure import Family, Figure

if TYPE_CHECKING:
    from pathlib import Path

_DEFAULTS = (".0014", ".0043", ".0130", ".0447", ".1534", ".3143", ".6249")
_PERIODS = 5


def _figures(data: Path) -> list[Figure]:
    matrix = np.loadtxt(data / "markov" / "JLT.csv", delimiter=",", skiprows=1)
    defaults = after_periods(matrix, _PERIODS)[:, -1]
    return [
        Figure("Rating matrix", "Shorrocks", ".17503", mobility(matrix).shorrocks, 5),
        *(
            Figure("Rating matrix", f"default within {_PERIODS}, grade {number}", figure, own)
            for number, (figure, own) in enumerate(zip(_DEFAULTS, defaults, strict=False), 1)
        ),
    ]


FAMILIES = (
    Family(
        "migration",
        Text("Migration from class to class", "等级迁移"),
        "Jarrow, Lando, Turnbull 1997",
        ("markov/JLT.csv",),
        _figures,
    ),
)
