"""Runs: files written first, the row that makes them a run appended last of all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import BookError, CallError
from kefen.domain.text import Text
from kefen.lake.book import durable
from kefen.lake.book.commit_points import CommitPoint, reached
from kefen.lake.book.delta import reported
from kefen.lake.book.record_log import RecordLog

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.lake.book.guard import Guard

REQUIRED_FILE = "run.json"


class RunList:
    """The runs of one book.

    The files lie beside the Delta table of the rows and not within it, because a tool that
    vacuums a Delta table removes every file below it that the log does not name.

    Args:
        lake: The directory of the tables.
        guard: The lock of the book.
    """

    def __init__(self, lake: Path, guard: Guard) -> None:
        self.log = RecordLog(lake / "runs")
        self._files = lake / "run_files"
        self._guard = guard

    def begin(self, run_id: str) -> Path:
        """Make the folder for the files of a new run and return it.

        Raises:
            BookError: The run exists, its id is unusable, or the folder cannot be made.
        """
        with self._guard.hold("grade"):
            folder = self._folder(run_id)
            self._refuse_known(run_id)
            with reported(folder):
                folder.mkdir(parents=True, exist_ok=True)
            return folder

    def append(self, record: dict[str, Any]) -> dict[str, Any]:
        """Append the row of a run whose files are in its folder: from then on it exists.

        Args:
            record: JSON values with `run_id`.

        Returns:
            The record with size and sha256 of every file as `files`.

        Raises:
            BookError: The run exists, its `run.json` is missing, or the row cannot be written.
        """
        with self._guard.hold("grade"):
            return self._append(record)

    def all(self) -> list[dict[str, Any]]:
        """Return the records of the runs, oldest first.

        Raises:
            BookError: The list cannot be read.
        """
        return self.log.records()

    def newest(self) -> dict[str, Any] | None:
        """Return the record of the run of the latest as-of date; None where there is no run.

        It is one of the standard that was graded by last, and of several of that date the last.
        Months that were filled in afterwards are older: who asks for no run in particular means
        how customers stand now.

        Raises:
            BookError: The list cannot be read.
        """
        records = self.all()
        standards = [one["standard"]["id"] for one in records]
        own = [
            one
            for one, standard in zip(records, standards, strict=True)
            if standard == standards[-1]
        ]
        return max(reversed(own), key=lambda record: str(record["as_of"]), default=None)

    def with_folders(self) -> list[tuple[dict[str, Any], Path]]:
        """Return the record of each run, oldest first, and the folder of its files.

        Raises:
            BookError: The list cannot be read.
        """
        return [(record, self._folder(str(record["run_id"]))) for record in self.all()]

    def directory(self, run_id: str) -> Path:
        """Return the folder of the files of a run that exists.

        Raises:
            CallError: There is no such run.
            BookError: The list cannot be read.
        """
        if not self._knows(run_id):
            raise CallError(
                Text("The book has no run {run}.", "账套中没有运行 {run}。").filled(run=run_id),
                mend=Text("List the runs and take an id from there.", "请从运行列表中选取编号。"),
            )
        return self._folder(run_id)

    def unfinished(self) -> list[Path]:
        """Return the folders of runs that were begun and never recorded.

        Raises:
            BookError: The list cannot be read.
        """
        if not self._files.is_dir():
            return []
        known = {record["run_id"] for record in self.all()}
        return [path for path in sorted(self._files.iterdir()) if path.name not in known]

    def _append(self, record: dict[str, Any]) -> dict[str, Any]:
        run_id = str(record.get("run_id", ""))
        folder = self._folder(run_id)
        self._refuse_known(run_id)
        if not (folder / REQUIRED_FILE).is_file():
            raise BookError(
                Text("The run {run} has no {file} yet.", "运行 {run} 尚无 {file} 文件。").filled(
                    run=run_id, file=REQUIRED_FILE
                ),
                where=str(folder),
                mend=Text("Grade again.", "请重新评级。"),
            )
        with reported(folder):
            files = {}
            for path in durable.files_below(folder):
                durable.sync_file(path)
                files[path.relative_to(folder).as_posix()] = {
                    "size": path.stat().st_size,
                    "sha256": durable.sha256_of(path),
                }
            for directory in {folder, folder.parent, *(p.parent for p in folder.rglob("*"))}:
                durable.sync_directory(directory)
        reached(CommitPoint.RUN_SEALED)
        stored = {**record, "files": files}
        self.log.append(run_id, stored)
        reached(CommitPoint.RUN_RECORDED)
        self.log.compact()
        return stored

    def _folder(self, run_id: str) -> Path:
        """Return the folder of a run's files.

        Raises:
            BookError: The id cannot be the name of a folder.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", run_id):
            raise BookError(
                Text('"{run}" cannot be the id of a run.', "“{run}”不能用作运行编号。").filled(
                    run=run_id
                ),
                mend=Text(
                    "Use letters, digits, points, hyphens and underscores.",
                    "请使用英文字母、数字、点、连字符和下划线。",
                ),
            )
        return self._files / run_id

    def _knows(self, run_id: str) -> bool:
        return any(record["run_id"] == run_id for record in self.all())

    def _refuse_known(self, run_id: str) -> None:
        if self._knows(run_id):
            raise BookError(
                Text("The run {run} exists already.", "运行 {run} 已存在。").filled(run=run_id),
                where=str(self._folder(run_id)),
                mend=Text(
                    "A run is never changed; grade again under a new id.",
                    "运行结果不可更改；请用新的编号重新评级。",
                ),
            )
