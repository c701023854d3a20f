"""A whole standard, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kefen.standards.model.calibration_policy import CalibrationPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction

    from kefen.domain.calendar import Window
    from kefen.domain.text import Text
    from kefen.expressions.types import ValueType
    from kefen.standards.model.alerts import Alert
    from kefen.standards.model.metrics import Metric
    from kefen.standards.model.models import Model
    from kefen.standards.model.ownership import Ownership
    from kefen.standards.model.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Constants:
    """Figures that hold for the whole standard.

    Attributes:
        window: W, the window of the standard.
        small_population: Below so many graded customers, confidence is low.
        coverage: Below this share of W's months with facts, confidence is low.
    """

    window: Window
    small_population: int
    coverage: Fraction


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard as read and checked.

    Attributes:
        id: Its code.
        version: Its version, from 1.
        name: Its name for people.
        description: What it is for.
        constants: Figures that hold for all of it.
        reasons: Reason codes of its own, with their wording.
        metrics: Metrics by id, in the order they can be computed.
        models: Models by id, in the order they can be fitted.
        schemes: Schemes by id, in the order they can be graded.
        text: The document itself.
        fingerprint: sha256 of its meaning, in hex: equal for documents that grade alike.
        source: The file's name.
        valid_from: The first day this edition is in force; None: no first day.
        valid_until: Its last day; None: no last day.
        notice: What every output of its grades says, as “to be confirmed by compliance”, or None.
        up_to_date: How many days old the newest date of a metric may be before a run warns.
        calibration: When the runs of a book learn their lines anew.
        alerts: What it warns of, by id.
        ownership: How customers come to people and go back to the pool; None: it does not say.
    """

    id: str
    version: int
    name: Text
    description: Text
    constants: Constants
    reasons: Mapping[str, Text]
    metrics: Mapping[str, Metric]
    models: Mapping[str, Model]
    schemes: Mapping[str, Scheme]
    text: str
    fingerprint: str
    source: str
    valid_from: date | None = None
    valid_until: date | None = None
    notice: Text | None = None
    up_to_date: Mapping[str, int] = field(default_factory=dict)
    calibration: CalibrationPolicy = field(default_factory=CalibrationPolicy)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    ownership: Ownership | None = None

    def is_in_force(self, day: date) -> bool:
        """Return whether this edition is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def metric_types(self) -> dict[str, ValueType]:
        """Return the type of every metric by id."""
        return {metric.id: metric.type for metric in self.metrics.values()}
