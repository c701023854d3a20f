"""The record of a run: the content of `run.json`."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import kefen
from kefen.grading.finding_effects import effects_under
from kefen.lake.quality.report import finding_as_dict
from kefen.standards.editions import not_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.grading.population import NotRun
    from kefen.grading.tally import ClassTally
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Model, Standard
    from kefen.standards.model_calibration import ModelCalibration


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What happened in a run.

    Attributes:
        as_of: The as-of date.
        frozen: Whether a frozen calibration was applied.
        customers: How many customers there are.
        undated: How many of them have neither a date nor a fact.
        available: The metrics whose data there is.
        models: What the models learned, or why they could not be fitted.
        graded: How many customers each scheme that was run graded, in order.
        followed: By scheme, what is said of its rules, tags and amounts.
        not_run: The schemes that were not run.
        classes: The classes of each scheme that was run, and the reasons of those without one.
        covered: (spans of a month in the window that have orders, all of them), if counted.
        costs: What winning and keeping a customer cost, or None.
        seconds: The time each stage took.
    """

    as_of: date
    frozen: bool
    customers: int
    undated: int
    available: frozenset[str]
    models: Mapping[str, ModelCalibration]
    graded: Mapping[str, int]
    followed: Mapping[str, Mapping[str, Any]]
    not_run: tuple[NotRun, ...]
    classes: Mapping[str, Sequence[ClassTally]]
    covered: tuple[int, int] | None
    costs: Mapping[str, Any] | None
    seconds: Mapping[str, float]


def customers_later(record: Mapping[str, Any]) -> int:
    """Return how many customers of a run's data are created, or first seen, after its date."""
    rows = record["rows"].get("customers")
    return max(0, int(rows["used"]) - int(record["customers"]["graded"])) if rows else 0


def run_record(dataset: Dataset, standard: Standard, facts: RunFacts) -> dict[str, Any]:
    """Return the content of `run.json`: all that is needed to know, check and repeat a run."""
    start, end = standard.constants.window.span(facts.as_of)
    note = not_in_force(standard, facts.as_of)
    return {
        "format": 1,
        "standard": {
            "id": standard.id,
            "version": standard.version,
            "name": standard.name.as_dict(),
            "fingerprint": standard.fingerprint,
            "valid_from": standard.valid_from.isoformat() if standard.valid_from else None,
            "valid_until": standard.valid_until.isoformat() if standard.valid_until else None,
            "note": note.as_dict() if note is not None else None,
            "notice": standard.notice.as_dict() if standard.notice is not None else None,
            "text": standard.text,
        },
        "as_of": facts.as_of.isoformat(),
        "window": {"after": start.isoformat() if start else None, "to": end.isoformat()},
        "months": {"covered": facts.covered[0], "of": facts.covered[1]} if facts.covered else None,
        "timezone": dataset.timezone,
        "currency": dataset.currency,
        "rates": dict(dataset.rates) if dataset.rates is not None else None,
        "generated": list(dataset.generated),
        "calibration": "frozen" if facts.frozen else "fitted",
        "customers": {"graded": facts.customers, "undated": facts.undated},
        "rows": {
            name: {
                "in": read.rows_in,
                "used": read.rows_used,
                "rejected": read.rows_rejected,
                "duplicate": read.rows_duplicate,
                "unattributed": read.rows_unattributed,
                "amount_unattributed": read.amount_unattributed,
            }
            for name, read in dataset.tables.items()
        },
        "inputs": {
            name: [dict(item) for item in read.inputs]
            for name, read in dataset.tables.items()
            if read.inputs
        },
        "lake_versions": dict(dataset.versions),
        "schemes": [
            {
                "scheme": name,
                "graded": graded,
                "not_graded": facts.customers - graded,
                **facts.followed[name],
            }
            for name, graded in facts.graded.items()
        ],
        "classes": {
            name: [tally.as_dict() for tally in tallies] for name, tallies in facts.classes.items()
        },
        "schemes_not_run": [
            {
                "scheme": item.scheme,
                "lacking": list(item.lacking),
                "reason": item.reason.as_dict(),
            }
            for item in facts.not_run
        ],
        "costs": facts.costs,
        "models": [_model(standard.models[name], own) for name, own in facts.models.items()],
        "metrics_not_available": sorted(set(standard.metrics) - facts.available),
        "findings": [
            finding_as_dict(finding) for finding in effects_under(dataset.findings, standard)
        ],
        "engine": {
            **dataset.engine.described,
            "kefen": kefen.__version__,
            "python": platform.python_version(),
        },
        "seconds": {name: round(spent, 3) for name, spent in facts.seconds.items()},
    }


def _model(model: Model, learned: ModelCalibration) -> dict[str, Any]:
    """Return what is told of a model: whom it learned from, or why it could not be fitted."""
    return {
        "model": model.id,
        "method": model.method,
        "fitted": learned.is_fitted,
        "customers": learned.population,
        "fitted_on": learned.fitted_on,
        "one_in": learned.one_in,
        "unusable": learned.unusable,
        "reason": learned.reason.as_dict() if learned.reason is not None else None,
    }
