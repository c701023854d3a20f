"""Backups: a consistent copy of a book with a list of checksums, and the way back."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sqlite3
import tarfile
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, cast

import pyarrow as pa

from kefen import __version__
from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.lake.book import durable
from kefen.lake.book.book import FILES, LAKE, STANDARDS, WORKSPACE, Book
from kefen.lake.book.commit_points import CommitPoint, reached
from kefen.lake.book.delta import reported
from kefen.lake.book.rates import RATES_FILE
from kefen.lake.book.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = "kefen-backup.json"
_FORMAT = 1
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written.

    Attributes:
        path: The archive or directory.
        files: How many files of the book it holds.
        size: Their size in bytes, unpacked.
    """

    path: Path
    files: int
    size: int


def back_up(book: Book, target: Path | str) -> Backup:
    """Copy a book: settings, rates, standards, lake with every version, batch and run, workspace.

    The book is locked meanwhile. The backup gets its name when it is whole. The workspace may be
    in use: it is copied as it is at one moment. Its key is left out, so that a stolen backup opens
    no session: people sign in anew after a restore. A workspace on a database server is not in it.

    Args:
        book: The book.
        target: A name ending in `.tar.zst` or `.tar.gz`, or else a directory to make.

    Raises:
        BookError: The target exists or lies in the book, the book is in use, or the disk is full.
    """
    path = Path(target).resolve()
    if path.exists():
        raise BookError(
            Text("There is something of that name already.", "已存在同名的文件或目录。"),
            where=str(path),
            mend=Text("Choose another name.", "请换一个名称。"),
        )
    if path.is_relative_to(book.directory.resolve()):
        raise BookError(
            Text("A backup cannot lie within its book.", "备份不能放在账套目录之内。"),
            where=str(path),
            mend=Text("Choose another directory.", "请选择其他目录。"),
        )
    partial = path.with_name(f".{path.name}.partial")
    with book.guard.hold("backup"), reported(path):
        _remove(partial)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _open_target(partial, path.name) as put:
                files = {
                    file.relative_to(book.directory).as_posix(): put(
                        file, file.relative_to(book.directory).as_posix()
                    )
                    for file in _files_of(book.directory)
                }
                workspace = book.directory / WORKSPACE
                if workspace.is_file():
                    with _copy_of(workspace, partial) as copy:
                        files[WORKSPACE] = put(copy, WORKSPACE)
                manifest = {
                    "format": _FORMAT,
                    "kefen": __version__,
                    "name": book.settings.name,
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "files": files,
                }
                put(json.dumps(manifest, ensure_ascii=False, indent=1).encode(), MANIFEST)
            reached(CommitPoint.BACKUP_WRITTEN)
            partial.replace(path)
            durable.sync_directory(path.parent)
        except BaseException:
            _remove(partial)
            raise
    return Backup(path, len(files), sum(int(file["size"]) for file in files.values()))


def restore(backup: Path | str, directory: Path | str) -> Book:
    """Make a book from a backup, after checking every file of it.

    Args:
        backup: An archive or directory made by `back_up`.
        directory: The directory of the book; it must not exist or be empty.

    Raises:
        BookError: The directory is not empty, or the backup is no backup, incomplete or changed.
    """
    source, target = Path(backup).absolute(), Path(directory).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BookError(
            Text("The directory is not empty.", "目录不为空。"),
            where=str(target),
            mend=Text("Choose a new or empty directory.", "请选择新的或空的目录。"),
        )
    if not source.exists():
        raise _not_a_backup(source)
    partial = target.with_name(f".{target.name}.restoring")
    with reported(target):
        _remove(partial)
        partial.mkdir(parents=True)
        try:
            with _damage_reported(source):
                unpacked = _unpack(source, partial)
            _check(source, unpacked)
            for folder in (LAKE, STANDARDS):
                (partial / folder).mkdir(exist_ok=True)
            Book.open(partial)
            reached(CommitPoint.RESTORE_CHECKED)
            if target.exists():
                target.rmdir()
            partial.replace(target)
            durable.sync_directory(target.parent)
        except BaseException:
            _remove(partial)
            raise
    return Book.open(target)


@contextmanager
def _copy_of(database: Path, beside: Path) -> Iterator[Path]:
    """Give a copy of an SQLite database, whole whoever writes to it meanwhile."""
    copy = beside.with_name(f"{beside.name}.{database.name}")
    _remove(copy)
    try:
        with (
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        yield copy
    except sqlite3.Error as error:
        raise BookError(
            Text("The workspace cannot be copied: {e}", "工作区无法复制：{e}").filled(e=error),
            where=str(database),
            mend=Text(
                "Stop `kefen serve`, free space on the disk, and try again.",
                "请停止 `kefen serve`、释放磁盘空间后重试。",
            ),
        ) from error
    finally:
        _remove(copy)


def _files_of(directory: Path) -> list[Path]:
    files = [directory / FILE_NAME]
    if (directory / RATES_FILE).is_file():
        files.append(directory / RATES_FILE)
    for folder in (STANDARDS, LAKE, FILES):
        files += durable.files_below(directory / folder)
    return [file for file in files if not file.name.endswith(durable.PARTIAL)]


# -- writing ------------------------------------------------------------------------------


class _Put:
    """Puts files and bytes into a tar archive or a directory."""

    def __init__(self, archive: tarfile.TarFile | None, directory: Path) -> None:
        self._archive = archive
        self._directory = directory

    def __call__(self, source: Path | bytes, name: str) -> dict[str, Any]:
        """Put one file under `name` and return its size and sha256."""
        if isinstance(source, bytes):
            size, digest = len(source), hashlib.sha256(source).hexdigest()
        else:
            size, digest = source.stat().st_size, durable.sha256_of(source)
        if self._archive is None:
            path = self._directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, bytes):
                path.write_bytes(source)
            else:
                shutil.copyfile(source, path)
            durable.sync_file(path)
        else:
            member = tarfile.TarInfo(name)
            member.size = size
            if isinstance(source, bytes):
                with pa.BufferReader(source) as content:
                    self._archive.addfile(member, content)
            else:
                with source.open("rb") as file:
                    self._archive.addfile(member, file)
        return {"size": size, "sha256": digest}


@contextmanager
def _open_target(path: Path, name: str) -> Iterator[_Put]:
    if not name.endswith((".tar.zst", ".tar.gz")):
        path.mkdir()
        yield _Put(None, path)
        return
    with (
        path.open("wb") as file,
        _compressed(file, name) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        yield _Put(archive, path)
    durable.sync_file(path)


def _compressed(file: IO[bytes], name: str) -> IO[bytes]:
    if name.endswith(".tar.zst"):
        return cast("IO[bytes]", pa.CompressedOutputStream(file, "zstd"))
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="wb", mtime=0))


# -- reading ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unpacked:
    manifest: dict[str, Any]
    files: dict[str, dict[str, Any]]


def _unpack(source: Path, target: Path) -> _Unpacked:
    """Copy the files of a backup to `target`; nothing but plain files below it is written."""
    files: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    for name, content in _contents(source):
        if name == MANIFEST:
            manifest = _manifest(source, content.read())
            continue
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]:
            raise _not_a_backup(source)
        path = target.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            while piece := content.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        durable.sync_file(path)
        files[name] = {"size": size, "sha256": digest.hexdigest()}
    if manifest is None:
        raise _not_a_backup(source)
    return _Unpacked(manifest, files)


def _contents(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if source.is_dir():
        for path in durable.files_below(source):
            with path.open("rb") as file:
                yield path.relative_to(source).as_posix(), file
        return
    with _decompressed(source) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is None:
                raise _not_a_backup(source)
            yield member.name, content


@contextmanager
def _damage_reported(source: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, pa.ArrowException) as error:
        raise _not_a_backup(source) from error
    except OSError as error:
        # A damaged stream of compressed data is an OSError without a number of the system.
        if error.errno is None:
            raise _not_a_backup(source) from error
        raise


def _decompressed(source: Path) -> IO[bytes]:
    if source.name.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(source, "rb"))
    return cast("IO[bytes]", pa.input_stream(str(source), compression="zstd"))


def _manifest(source: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except ValueError as error:
        raise _not_a_backup(source) from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise _not_a_backup(source)
    return manifest


def _check(source: Path, unpacked: _Unpacked) -> None:
    promised: dict[str, Any] = unpacked.manifest["files"]
    wrong = sorted(
        name
        for name in promised.keys() | unpacked.files.keys()
        if promised.get(name) != unpacked.files.get(name)
    )
    if wrong:
        raise BookError(
            Text(
                "The backup is incomplete or was changed: {count} files, among them {names}.",
                "备份不完整或已被改动：{count} 个文件，其中有 {names}。",
            ).filled(count=len(wrong), names=", ".join(wrong[:5])),
            where=str(source),
            mend=Text("Use another backup.", "请使用其他备份。"),
        )


def _not_a_backup(source: Path) -> BookError:
    return BookError(
        Text("This is not a whole backup of a Kefen book.", "这不是完整的客分账套备份。"),
        where=str(source),
        mend=Text(
            "Name a backup made with `kefen backup`.", "请指定由 `kefen backup` 生成的文件。"
        ),
    )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
