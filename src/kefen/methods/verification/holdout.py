"""How well the models foretell purchases they have not seen, beside a naive rate and RFM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.methods.clv import BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD
from kefen.methods.ranking import area_under_curve, top_share
from kefen.methods.verification.cdnow import WEEKS

if TYPE_CHECKING:
    from kefen.methods.clv.maximum import Floats
    from kefen.methods.verification.cdnow import Cohort


@dataclass(frozen=True, slots=True)
class Foretold:
    """One way to foretell, against what happened.

    Attributes:
        name: The way.
        purchases: Purchases foretold in all; None for a mere ranking.
        mean_error: Mean absolute error a customer; None for a mere ranking.
        root_error: Root of the mean squared error; None for a mere ranking.
        correlation: Of foretold and actual purchases; None for a mere ranking.
        top_fifth: The share of all later purchases that the best fifth of customers made; of
            customers who tie at the edge, the mean share.
        area: The probability that a customer who bought again stands before one who did not.
    """

    name: str
    purchases: float | None
    mean_error: float | None
    root_error: float | None
    correlation: float | None
    top_fifth: float
    area: float


def foretold(cohort: Cohort) -> list[Foretold]:
    """Return each way to foretell the purchases of the second 39 weeks from the first."""
    x, last, age = cohort.histories.T
    found = []
    for name, model in (
        ("BG/NBD", BetaGeometricNBD()),
        ("MBG/NBD", ModifiedBetaGeometricNBD()),
        ("Pareto/NBD", ParetoNBD()),
    ):
        fitted = model.fit(cohort.histories)
        expected = fitted.expected_purchases(cohort.histories, WEEKS)
        found.append(_against(name, expected, cohort.later))
    found.append(_against("naive rate", x / age * WEEKS, cohort.later))
    # Recency breaks ties of frequency: the F and R of RFM, without cutting them into fifths.
    found.append(_ranked("frequency, then recency", x * 1e6 + last, cohort.later))
    found.append(_ranked("recency", last - age, cohort.later))
    found.append(_ranked("perfect", cohort.later, cohort.later))
    return found


def _against(name: str, expected: Floats, later: Floats) -> Foretold:
    off = expected - later
    return Foretold(
        name,
        float(expected.sum()),
        float(np.abs(off).mean()),
        float(np.sqrt((off**2).mean())),
        float(np.corrcoef(expected, later)[0, 1]),
        top_share(expected, later),
        area_under_curve(expected, later > 0),
    )


def _ranked(name: str, score: Floats, later: Floats) -> Foretold:
    return Foretold(
        name, None, None, None, None, top_share(score, later), area_under_curve(score, later > 0)
    )
