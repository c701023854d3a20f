"""Reading when the runs of a book learn their lines anew, and saying it in words."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.model import CalibrationPolicy

if TYPE_CHECKING:
    from kefen.standards.document import Mapping
    from kefen.standards.reading import Reading

POLICY_KEY = "calibration"
POLICY_PATTERN = (
    r"^\s*(?:each\s+run|frozen\s+until\s+\d{4}-\d{2}-\d{2}|every\s+(?:month|\d{1,3}\s+months?))\s*$"
)
POLICY_EXAMPLES = ("each run", "frozen until 2026-12-31", "every 12 months")
_UNTIL = re.compile(r"frozen until (\d{4}-\d{2}-\d{2})")
_EVERY = re.compile(r"every (?:month|(\d{1,3}) months?)")
_MOST_MONTHS = 120


def read_calibration_policy(
    reading: Reading, document: Mapping, valid_from: date | None
) -> CalibrationPolicy:
    """Return when runs learn anew; each run does when the standard does not say.

    Args:
        reading: Where problems are noted.
        document: The standard's document.
        valid_from: The first day of the edition, or None.
    """
    node = reading.scalar(document, POLICY_KEY, Text("a standard", "分类标准"))
    if node is None:
        return CalibrationPolicy()
    words = " ".join(node.text.split())
    if words == "each run":
        return CalibrationPolicy()
    if (every := _EVERY.fullmatch(words)) is not None:
        months = int(every[1] or 1)
        if 1 <= months <= _MOST_MONTHS:
            return CalibrationPolicy(months=months)
    elif (until := _UNTIL.fullmatch(words)) is not None:
        try:
            day = date.fromisoformat(until[1])
        except ValueError:
            pass
        else:
            if valid_from is not None and day < valid_from:
                reading.problem(
                    node.place,
                    Text(
                        "the calibration is frozen until a day before this edition begins ({d})",
                        "标定的冻结截止日早于本版的生效首日（{d}）",
                    ).filled(d=valid_from),
                    Text("Correct one of the two days.", "请更正其中一个日期。"),
                )
            return CalibrationPolicy(frozen_until=day)
    reading.problem(
        node.place,
        Text(
            "“{v}” does not say when to calibrate",
            "“{v}”不能说明何时标定",
        ).filled(v=node.text),
        Text(
            "Write “each run”, “frozen until 2026-12-31”, or “every 12 months” (1 to {m}).",
            "请写“each run”（每次评级）、“frozen until 2026-12-31”（冻结至某日）"
            "或“every 12 months”（每若干个月，1 至 {m}）。",
        ).filled(m=_MOST_MONTHS),
    )
    return CalibrationPolicy()


def policy_in_words(policy: CalibrationPolicy) -> Text:
    """Return when runs learn anew, in words."""
    if policy.frozen_until is not None:
        return Text("once, then frozen until {d}", "标定一次，冻结至 {d}").filled(
            d=policy.frozen_until
        )
    if policy.months is not None:
        return Text("anew every {m} {m:month|months}", "每 {m} 个月重新标定").filled(
            m=policy.months
        )
    return Text("anew with each run", "每次评级重新标定")
