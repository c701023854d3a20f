"""When the runs of a book learn their lines anew, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.calendar import months_before

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class CalibrationPolicy:
    """How long what a run learned is used by later runs; with neither, each run learns anew.

    Attributes:
        frozen_until: Runs as of up to this day share one calibration.
        months: A calibration is used for runs less than so many months after it was learned.
    """

    frozen_until: date | None = None
    months: int | None = None

    @property
    def is_each_run(self) -> bool:
        """Return whether each run learns anew."""
        return self.frozen_until is None and self.months is None

    def holds(self, learned_on: date, as_of: date) -> bool:
        """Return whether a calibration is used for an as-of date.

        Args:
            learned_on: The as-of date at which it was learned. What was learned after a date is
                never used for it.
            as_of: The as-of date of the run.
        """
        if learned_on > as_of:
            return False
        if self.frozen_until is not None:
            return as_of <= self.frozen_until
        if self.months is not None:
            return months_before(as_of, self.months) < learned_on
        return False
