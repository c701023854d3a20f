"""A graded run in an engine: what reports, explanations and writers read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from kefen.grading.tally import ClassTally
    from kefen.lake.dataset import Dataset
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard


@dataclass(frozen=True, slots=True)
class Differences:
    """What a run rests on of which only changed customers were graded.

    Attributes:
        base_id: The kept run whose other rows are its own.
        base: Where that run's files are.
        changed: The relation of the changed customers (`customer_id`).
        customers: How many they are.
        since: The name of the run before that the base's alerts were compared with; None where
            there was none, and empty where the base does not tell.
        is_same: Asks whether none of them has other metrics than in the run that stands.
        written: Waits until the files of their grades and metrics are there, as the run's folder
            has them, and returns where.
    """

    base_id: str
    base: Path
    changed: str
    customers: int
    since: str | None
    is_same: Callable[[], bool]
    written: Callable[[], Path]


@dataclass(frozen=True, slots=True)
class GradedRun:
    """One run, with its results as relations in the dataset's engine.

    Attributes:
        dataset: The data cut that was graded, with what grading found about it.
        standard: The standard that was applied.
        as_of: The as-of date.
        metrics: Name of the relation with `customer_id` and one column a metric, one row a
            customer, ordered by customer_id. A metric that could not be computed is a null column.
        grades: Name of the relation (customer_id, scheme, grade, score DECIMAL(18,4), score_text,
            reason, confidence `normal`/`low`/null), ordered by scheme and customer_id. Each
            customer has one row for each scheme that was run: a grade, or a reason code.
        outcomes: Name of the relation of tags that hold and amounts of terms (customer_id, scheme,
            kind, id, amount); None when the schemes run have none.
        rules: Name of the relation of what rules did (scheme, rule, passed_over, before, after,
            customers: for how many customers the rule held in that way); None when the schemes
            run have none.
        served: Name of the relation of the grades that customers hold (see `serving.serve`); None
            when no scheme has movement and nobody overrides.
        facts: Names of the as-of views by fact: `orders` (no cancelled lines; further column
            `ordered_on` DATE), `purchases` (customer_id, order_id, purchased_on, amount, lines),
            `cancellations` (the cancelled lines of orders, where their status was imported), and
            each other fact table imported (rows of the future masked: principle 5).
        calibration: What the schemes learned (`as_dict` is `calibration.json`).
        record: The content of `run.json`.
        classes: The classes of each scheme that was run, in order, with their customers and
            revenue, then the reasons of those without a class.
        differences: Where only changed customers were graded: whose rows the others' are. The
            relations above have the changed customers alone; what is told is told of all.
        scored: Name of the relation of every scheme's results, one row a customer, with a column
            for each, as `part` names it; None where they were not kept so.
    """

    dataset: Dataset
    standard: Standard
    as_of: date
    metrics: str
    grades: str
    outcomes: str | None
    rules: str | None
    served: str | None
    facts: Mapping[str, str]
    calibration: Calibration
    record: Mapping[str, Any]
    classes: Mapping[str, tuple[ClassTally, ...]]
    differences: Differences | None = None
    scored: str | None = None
