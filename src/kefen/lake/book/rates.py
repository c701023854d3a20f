"""The exchange rates of a book: the table that holds now, and those by which its runs were made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.lake.book import durable
from kefen.lake.book.delta import reported
from kefen.lake.reading.currency import read_rates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.lake.book.guard import Guard

RATES_FILE = "rates.csv"
"""The rate table of a book, beside `kefen.toml`: people may write it themselves."""
KEPT_RATES = "rates"
"""In the lake: a copy of every rate table by which a run was made, under its SHA-256."""


class BookRates:
    """The exchange rates of a book.

    Attributes:
        path: Where the rate table that holds now is, or would be.
        kept: Where copies of those are by which runs were made.
    """

    def __init__(self, directory: Path, lake: Path, guard: Guard) -> None:
        self.path = directory / RATES_FILE
        self.kept = lake / KEPT_RATES
        self._guard = guard

    @property
    def file(self) -> Path | None:
        """Return the rate table that holds now; None where the book has none."""
        return self.path if self.path.is_file() else None

    def check(self, source: Path, currency: str | None) -> None:
        """Refuse a file that cannot be the rate table of the book.

        Args:
            source: The file.
            currency: The book's currency.

        Raises:
            BookError: The book has no currency to convert into.
            DataError: The file is no rate table.
        """
        if currency is None:
            raise BookError(
                Text(
                    "Rates convert into the book's currency, and the book names none.",
                    "汇率用于折算为账套的本位币，而账套没有写明本位币。",
                ),
                where=source.name,
                mend=Text(
                    'Give a new book --currency; of one that is there, write currency = "CNY" '
                    "(or yours) into kefen.toml.",
                    "新建账套时请加 --currency；已有账套请在 kefen.toml 中写明，例如 "
                    'currency = "CNY"。',
                ),
            )
        read_rates(source, currency)

    def take(self, source: Path, currency: str | None) -> None:
        """Make a copy of a file the rate table that holds from now on.

        Args:
            source: A CSV file of rates into the book's currency: currency, from (optional), rate.
            currency: The book's currency.

        Raises:
            BookError: The book has no currency, is in use or cannot be written.
            DataError: The file is no rate table.
        """
        self.check(source, currency)
        with self._guard.hold("rates"), reported(self.path):
            _copy(source, self.path)

    def keep(self, used: Path, described: Mapping[str, str]) -> None:
        """Keep a copy of the rate table by which a run was made; one that is kept stays.

        Args:
            used: The file.
            described: Its `name` and `sha256`, as the run's record has them.

        Raises:
            BookError: The file has changed since it was read, or the disk refuses.
        """
        target = self._copy_of(described)
        if target.is_file():
            return
        with reported(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            if durable.sha256_of(used) != described["sha256"]:
                raise BookError(
                    Text(
                        "The rate table was changed while it was used.",
                        "汇率表在使用过程中被改动。",
                    ),
                    where=str(used),
                    mend=Text("Grade again.", "请重新评级。"),
                )
            _copy(used, target)

    def of(self, record: Mapping[str, Any]) -> Path | None:
        """Return the rate table by which a run was made.

        Args:
            record: The record of the run.

        Returns:
            The kept copy; of a run that converted nothing, the table that holds now.

        Raises:
            BookError: The run was made by rates that are not kept.
        """
        described = record.get("rates")
        if described is None:
            return self.file
        target = self._copy_of(described)
        if target.is_file():
            return target
        now = self.file
        if now is not None and durable.sha256_of(now) == described["sha256"]:
            return now
        raise BookError(
            Text(
                "The exchange rates by which the run was made are not kept in the book.",
                "账套中没有保存该次评级所用的汇率表。",
            ),
            where=str(described["name"]),
            mend=Text("Give them: --rates FILE.", "请给出当时的汇率表：--rates 文件。"),
        )

    def damaged(self) -> list[Path]:
        """Return the kept rate tables that are not as they were when they were used."""
        return [
            file
            for file in durable.files_below(self.kept)
            if not file.name.endswith(durable.PARTIAL)
            and durable.sha256_of(file) != file.parent.name
        ]

    def _copy_of(self, described: Mapping[str, str]) -> Path:
        # Of the name its last part alone: a record is a file that somebody may have written.
        name = str(described["name"]).replace("\\", "/").rsplit("/", 1)[-1]
        return self.kept / str(described["sha256"]) / name


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that a reader sees what was there before, or all of the new one."""
    if target.exists() and source.samefile(target):
        return
    partial = target.with_name(target.name + durable.PARTIAL)
    shutil.copyfile(source, partial)
    durable.sync_file(partial)
    partial.replace(target)
    durable.sync_directory(target.parent)
