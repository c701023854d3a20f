"""Arguments as callers write them, turned into what grading takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kefen.domain.errors import CallError
from kefen.domain.text import LANGUAGES, Text
from kefen.grading.named_standard import NamedStandard, find_calibration
from kefen.lake.reading import load_mapping, mapping_of
from kefen.standards.calibration import Calibration, calibration_from_dict
from kefen.standards.model import Standard

if TYPE_CHECKING:
    from kefen.domain.text import Language
    from kefen.lake.book import Book
    from kefen.lake.reading import Mapping as ReadingMapping

GivenStandard: TypeAlias = str | Path | Standard | None
GivenCalibration: TypeAlias = str | Path | Calibration | Mapping[str, Any] | None
GivenMapping: TypeAlias = str | Path | Mapping[str, Any] | None
GivenDate: TypeAlias = str | date | None


class ChosenStandard:
    """The standard that a call names or hands over.

    Raises:
        CallError: There is none of that name.
        StandardError: It cannot be used as it is written.
    """

    def __init__(self, given: GivenStandard, book: Book | None, as_of: date | None) -> None:
        self._whole = given if isinstance(given, Standard) else None
        self._named: NamedStandard | None = None
        if not isinstance(given, Standard):
            name = None if given is None else str(given)
            self._named = NamedStandard(name, book, as_of)

    def on(self, as_of: date) -> Standard:
        """Return the edition for an as-of date.

        Raises:
            StandardError: None is in force, or the one in force cannot be used.
        """
        if self._named is not None:
            return self._named.on(as_of)
        assert self._whole is not None  # noqa: S101  one of the two is there
        return self._whole


def calibration_given(given: GivenCalibration, standard: Standard) -> Calibration | None:
    """Return the frozen calibration that a call gives; None without one.

    Raises:
        CallError: There is no such file.
        DataError: It is no calibration of this standard.
    """
    if isinstance(given, Calibration):
        given = given.as_dict()
    if isinstance(given, Mapping):
        return calibration_from_dict(dict(given), standard, "calibration")
    return find_calibration(None if given is None else Path(given), standard)


def mapping_given(given: GivenMapping) -> ReadingMapping | None:
    """Return the mapping that a call gives, as a file or in the same form; None without one.

    Raises:
        CallError: There is no such file.
        DataError: It says something that a mapping cannot.
    """
    if given is None:
        return None
    return mapping_of(given) if isinstance(given, Mapping) else load_mapping(Path(given))


def date_given(given: GivenDate) -> date | None:
    """Return a day that is given as a date, a moment or in ISO form.

    Raises:
        CallError: It is none of these.
    """
    if isinstance(given, datetime):
        return given.date()
    if given is None or isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise CallError(
            Text("“{d}” is no day.", "“{d}”不是日期。").filled(d=given),
            where="as_of",
            mend=Text("Write it as 2026-10-31, or give a date.", "请写成 2026-10-31，或给出日期。"),
        ) from error


def rates_given(given: str | Path | None) -> Path | None:
    """Return a file of exchange rates; None without one.

    Raises:
        CallError: There is no such file.
    """
    if given is None:
        return None
    if not Path(given).is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(given),
            mend=Text("Check the path given with rates.", "请检查 rates 给出的路径。"),
        )
    return Path(given)


def language_given(given: Language) -> Language:
    """Return a language that results have.

    Raises:
        CallError: They have no such language.
    """
    if given in LANGUAGES:
        return given
    raise CallError(
        Text("“{v}” is no language of Kefen.", "客分没有“{v}”这种语言。").filled(v=given),
        where="language",
        mend=Text("Write en or zh.", "请写 en 或 zh。"),
    )


def share_given(given: Decimal | float | str) -> Decimal:
    """Return the share of rows that may be rejected, exactly as it is written.

    Raises:
        CallError: It is no share.
    """
    try:
        share = Decimal(str(given))
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:
        raise CallError(
            Text("“{s}” is no share of rows.", "“{s}”不是行数比例。").filled(s=given),
            where="max_rejected",
            mend=Text(
                "Give a number from 0 to 1, such as 0.01.", "请给出 0 到 1 的数，例如 0.01。"
            ),
        )
    return share
