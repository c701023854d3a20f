"""Which lines a run of a book takes: those that the standard's policy keeps, or new ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.outputs import CALIBRATION_FILE, read_json
from kefen.grading.stored import StoredRun
from kefen.standards.calibration import calibration_from_dict
from kefen.standards.calibration_policy import policy_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from kefen.grading.history import KeptRun
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard


@dataclass(frozen=True, slots=True)
class LinesInForce:
    """A calibration that a run takes over.

    Attributes:
        calibration: It.
        run: The run that learned it, or brought it into the book.
    """

    calibration: Calibration
    run: KeptRun


def lines_in_force(runs: Sequence[KeptRun], standard: Standard, as_of: date) -> LinesInForce | None:
    """Return the lines that a run takes by the policy of its standard; None where it learns.

    It takes the newest ones that a run of the same meaning learned by its date and that still
    hold; nothing learned later is looked at, so that a month filled in afterwards is graded as it
    would have been then.

    Args:
        runs: The runs of the book, in the order they were kept.
        standard: The standard.
        as_of: The as-of date of the run.

    Raises:
        DataError: The calibration of the run that learned them is damaged.
    """
    holding = [
        (run.calibrated_on, number)
        for number, run in enumerate(runs)
        if run.standard == standard.id
        and run.fingerprint == standard.fingerprint
        and run.calibration_of is None
        and standard.calibration.holds(run.calibrated_on, as_of)
    ]
    if not holding:
        return None
    run = runs[max(holding)[1]]
    return LinesInForce(_calibration_of(run, standard), run)


def earlier_names(runs: Sequence[KeptRun], standard: Standard, as_of: date) -> Calibration | None:
    """Return the calibration whose names a new one keeps, as those of clusters; None without one.

    It is that of the latest run under the standard up to the date.

    Args:
        runs: The runs of the book, in the order they were kept.
        standard: The standard; one without models learns nothing that has names.
        as_of: The as-of date.

    Raises:
        DataError: The calibration of that run is damaged.
    """
    earlier = [
        (run.as_of, number)
        for number, run in enumerate(runs)
        if run.standard == standard.id and run.as_of <= as_of
    ]
    if not standard.models or not earlier:
        return None
    return StoredRun.load(runs[max(earlier)[1]].folder).calibration


def names_of_run(directory: Path | None, standard: Standard) -> Calibration | None:
    """Return the calibration whose names a new one keeps: of the run that a call names as before.

    Args:
        directory: The results of that run, or None.
        standard: The standard; one without models learns nothing that has names.

    Raises:
        CallError: There is no run in the directory.
        DataError: A file of it is damaged.
    """
    if not standard.models or directory is None:
        return None
    return StoredRun.load(directory).calibration


def lines_in_words(
    standard: Standard, as_of: date, calibration: Calibration, *, frozen: bool, in_book: bool
) -> Text | None:
    """Return what is to be said of the lines of a run; None where each run learns its own.

    Args:
        standard: The standard.
        as_of: The as-of date of the run.
        calibration: The lines that it took or learned.
        frozen: Whether it took them over.
        in_book: Whether it is a run of a book, where the policy of the standard is followed.
    """
    policy = standard.calibration
    if frozen:
        return Text("Lines learned as of {d}.", "沿用 {d} 的标定。").filled(d=calibration.as_of)
    if policy.is_each_run:
        return None
    if not in_book:
        return Text(
            "The standard calibrates {p}; without a book, earlier lines are taken with "
            "--calibration only. This run calibrated anew.",
            "标准规定：{p}。不用账套时，只能用 --calibration 沿用以往的标定；本次重新标定。",
        ).filled(p=policy_in_words(policy))
    if policy.frozen_until is not None and as_of > policy.frozen_until:
        return Text(
            "The standard froze its calibration until {d}: this run calibrated anew. Write a later "
            "day in it, or a new edition.",
            "标准规定的标定冻结期已于 {d} 结束，本次重新标定。请在标准中改写日期，或发布新版。",
        ).filled(d=policy.frozen_until)
    return Text(
        "Calibrated anew; later runs take these lines ({p}).",
        "本次重新标定，以后的评级将沿用（{p}）。",
    ).filled(p=policy_in_words(policy))


def _calibration_of(run: KeptRun, standard: Standard) -> Calibration:
    content = read_json(run.folder / CALIBRATION_FILE)
    return calibration_from_dict(content, standard, str(run.folder / CALIBRATION_FILE))
