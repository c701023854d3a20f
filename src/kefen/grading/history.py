"""The history of a book: its runs as they were kept, and which of them hold for which month."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.outputs import CALIBRATION_FILE, RECORD_FILE, read_json, read_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kefen.lake.book import Book

_NOT_LEARNED = frozenset({"population"})


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run that was kept: a row of the list of a book, or a folder of results.

    Attributes:
        run_id: Its id in the book; the folder's name where it is in none.
        at: When it was kept, with the zone UTC; None outside a book.
        as_of: The as-of date.
        standard: The code of its standard.
        version: The version of its standard.
        fingerprint: sha256 of the meaning of its standard, in hex.
        standard_name: The standard's name.
        calibration: `fitted` on its own customers, or `frozen`: taken over.
        calibration_fingerprint: sha256 of what was learned, in hex: equal for equal lines,
            whenever and from however many they were learned.
        calibrated_on: The as-of date at which the calibration was learned.
        calibration_of: The run of the book whose calibration it took; None where it was fitted,
            or came from elsewhere.
        lake_versions: The version of each table of the lake; empty outside a book.
        covered: How many months of the standard's window have orders; None where not counted.
        months: How many months the window has; None where it is not counted in months.
        customers: How many customers it graded.
        seconds: How long grading took, without writing.
        restates: The earlier run of the same standard and date that it takes the place of, or
            None.
        folder: Where its files are.
    """

    run_id: str
    at: datetime | None
    as_of: date
    standard: str
    version: int
    fingerprint: str
    standard_name: Text
    calibration: str
    calibration_fingerprint: str
    calibrated_on: date
    calibration_of: str | None
    lake_versions: Mapping[str, int]
    covered: int | None
    months: int | None
    customers: int
    seconds: float
    restates: str | None
    folder: Path

    @classmethod
    def in_folder(cls, folder: Path) -> KeptRun:
        """Return the run whose results are in a folder, whether of a book or not.

        Raises:
            CallError: There are no results in the folder.
            DataError: A file of them is damaged.
        """
        return _kept({}, read_record(folder), folder)


def kept_runs(book: Book) -> tuple[KeptRun, ...]:
    """Return every run of a book, in the order they were kept.

    Raises:
        BookError: The list cannot be read.
        DataError: The files of a run kept by an earlier version are damaged.
    """
    return tuple(
        _kept(record, _complete(record, folder), folder)
        for record, folder in book.runs.with_folders()
    )


def run_called(book: Book, run_id: str) -> KeptRun:
    """Return the run of an id.

    Raises:
        CallError: The book has no such run.
        BookError: The list cannot be read.
    """
    book.runs.directory(run_id)  # says that there is none
    return next(run for run in kept_runs(book) if run.run_id == run_id)


def current_runs(runs: Iterable[KeptRun], standard: str | None = None) -> tuple[KeptRun, ...]:
    """Return the run that holds for each standard and as-of date: the one kept last.

    Args:
        runs: The runs, in the order they were kept.
        standard: The code of the only standard to look at; None: all.

    Returns:
        The runs by as-of date, then by standard.
    """
    last = {(run.as_of, run.standard): run for run in runs if standard in (None, run.standard)}
    return tuple(last[key] for key in sorted(last))


def run_before(runs: Iterable[KeptRun], as_of: date, standard: str) -> KeptRun | None:
    """Return the run that holds for the last as-of date before one; None where there is none.

    Args:
        runs: The runs, in the order they were kept.
        as_of: The date.
        standard: The code of the standard.
    """
    earlier = [run for run in current_runs(runs, standard) if run.as_of < as_of]
    return earlier[-1] if earlier else None


def calibration_fingerprint(content: Mapping[str, Any]) -> str:
    """Return the sha256 of what a calibration has learned, in hex.

    When it was learned, and from how many customers, is left out: runs with equal lines are
    comparable.

    Args:
        content: The content of `calibration.json`.
    """
    learned = {
        "standard": content["fingerprint"],
        "schemes": _learned(content["schemes"]),
        "models": content.get("models", {}),
    }
    text = json.dumps(learned, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _learned(content: object) -> object:
    if isinstance(content, dict):
        return {name: _learned(own) for name, own in content.items() if name not in _NOT_LEARNED}
    return content


def _complete(record: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Return what is told of a run: its row, or its `run.json` where the row is an old one."""
    told = ("months", "seconds", "calibration_fingerprint", "calibrated_on")
    return record if all(name in record for name in told) else read_json(folder / RECORD_FILE)


def _kept(row: Mapping[str, Any], record: Mapping[str, Any], folder: Path) -> KeptRun:
    """Return a run from its row in the list, if it has one, and from the record of it."""
    try:
        standard, months, seconds = record["standard"], record["months"], record["seconds"]
        if "calibration_fingerprint" in record:
            fingerprint, calibrated_on = record["calibration_fingerprint"], record["calibrated_on"]
        else:
            content = read_json(folder / CALIBRATION_FILE)
            fingerprint, calibrated_on = calibration_fingerprint(content), content["as_of"]
        versions = row["versions"] if "versions" in row else record["lake_versions"]
        return KeptRun(
            run_id=str(row.get("run_id", folder.name)),
            at=datetime.fromisoformat(row["at"]) if "at" in row else None,
            as_of=date.fromisoformat(record["as_of"]),
            standard=str(standard["id"]),
            version=int(standard["version"]),
            fingerprint=str(standard["fingerprint"]),
            standard_name=Text.from_dict(standard["name"]),
            calibration=str(record["calibration"]),
            calibration_fingerprint=str(fingerprint),
            calibrated_on=date.fromisoformat(calibrated_on),
            calibration_of=row.get("calibration_of"),
            lake_versions={name: int(version) for name, version in versions.items()},
            covered=None if months is None else int(months["covered"]),
            months=None if months is None else int(months["of"]),
            customers=int(record["customers"]["graded"]),
            seconds=sum(seconds.values()) if isinstance(seconds, dict) else float(seconds),
            restates=row.get("restates"),
            folder=folder,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            Text("this is not the record of a run", "不是评级运行的记录"),
            where=str(folder / RECORD_FILE),
            mend=Text("Grade again.", "请重新评级。"),
        ) from error
