"""`kefen.toml`: what a book says of itself."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kefen.domain.errors import BookError
from kefen.domain.text import LANGUAGES, Language, Text
from kefen.lake.book import durable

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "kefen.toml"
FORMAT = 1
"""The newest format of a book that this version of Kefen reads and the one it writes."""
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True, slots=True)
class BookSettings:
    """The settings of a book, as `kefen.toml` holds them.

    Attributes:
        name: The name of the company or of the book, for people.
        timezone: An IANA name; wall-clock times and dates of knowledge are in it.
        currency: The currency that an empty one means, three letters; None where not said.
        country: The country that counts as home, or None.
        language: The language of results, or None for that of the user.
        engine: Where runs are computed: `duckdb` or `spark`.
        spark_master: For Spark, the URL of its master or a Spark Connect address; None for the
            session that is open, else this machine.
        database: The URL of the workspace's PostgreSQL database; None for a file in the book.
        mail: How the workspace sends e-mail, as a URL such as `smtp://user:password@host:587`;
            None: it sends none.
        mail_from: The address that e-mail comes from.
        site: The address of the workspace, for links in e-mail; None: letters have no link.
        format: The format of the directory.
    """

    name: str
    timezone: str = "UTC"
    currency: str | None = None
    country: str | None = None
    language: Language | None = None
    engine: str = "duckdb"
    spark_master: str | None = None
    database: str | None = None
    mail: str | None = None
    mail_from: str | None = None
    site: str | None = None
    format: int = FORMAT

    def check(self, where: str) -> None:
        """Refuse settings that cannot be meant.

        Raises:
            BookError: A setting has no such value; `where` names the place.
        """
        if not self.name.strip():
            raise _refused(where, "name", self.name, Text("any name", "任意名称"))
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _refused(
                where,
                "timezone",
                self.timezone,
                Text(
                    "an IANA time zone such as Asia/Shanghai", "IANA 时区名称，例如 Asia/Shanghai"
                ),
            ) from error
        if self.currency is not None and not re.fullmatch("[A-Z]{3}", self.currency):
            raise _refused(
                where,
                "currency",
                self.currency,
                Text("three capital letters such as CNY", "三个大写字母，例如 CNY"),
            )
        if self.country is not None and not self.country.strip():
            raise _refused(where, "country", self.country, Text("a country", "国家名称"))
        if self.language is not None and self.language not in LANGUAGES:
            raise _refused(where, "language", self.language, Text("en or zh", "en 或 zh"))
        if self.engine not in ENGINES:
            raise _refused(where, "engine", self.engine, Text.same(", ".join(ENGINES)))


def write_settings(directory: Path, settings: BookSettings) -> None:
    """Write `kefen.toml` into `directory`, whole or not at all."""
    lines = ["# A Kefen book: https://toml.io", f"format = {settings.format}"]
    for name in (f.name for f in fields(settings) if f.name != "format"):
        value = getattr(settings, name)
        if value is not None:
            lines.append(f"{name} = {_toml_string(value)}")
    durable.write_text(directory / FILE_NAME, _without_controls("\n".join(lines)) + "\n")


def read_settings(directory: Path) -> BookSettings:
    """Return the settings of the book in `directory`.

    Raises:
        BookError: `directory` is no book, its book is of a newer format, or it is damaged.
    """
    path = directory / FILE_NAME
    if not path.is_file():
        raise BookError(
            Text(
                "This is not a Kefen book: {file} is missing.", "这不是客分账套：缺少 {file}。"
            ).filled(file=FILE_NAME),
            where=str(directory),
            mend=Text(
                "Name the book with --book, or make one with `kefen new`.",
                "请用 --book 指定账套目录，或用 `kefen new` 新建账套。",
            ),
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, str(error)) from error
    _refuse_newer(path, values)
    return _settings(path, values)


def _refuse_newer(path: Path, values: dict[str, Any]) -> None:
    version = values.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _damaged(path, "format")
    if version > FORMAT:
        raise BookError(
            Text(
                "The book has format {found}; this version of Kefen reads up to format {known}.",
                "账套格式为 {found}；此版本的客分最高支持格式 {known}。",
            ).filled(found=version, known=FORMAT),
            where=str(path),
            mend=Text("Update Kefen.", "请升级客分。"),
        )


def _settings(path: Path, values: dict[str, Any]) -> BookSettings:
    known = {field.name for field in fields(BookSettings)}
    for name, value in values.items():
        if name in known and name != "format" and not isinstance(value, str):
            raise _damaged(path, name)
    if "name" not in values:
        raise _damaged(path, "name")
    given = {name: value for name, value in values.items() if name in known}
    given["language"] = cast("Language | None", given.get("language"))
    settings = BookSettings(**given)
    settings.check(str(path))
    return settings


def _damaged(path: Path, detail: str) -> BookError:
    return BookError(
        Text("The settings of the book are damaged: {detail}", "账套设置已损坏：{detail}").filled(
            detail=detail
        ),
        where=str(path),
        mend=Text(
            "Correct the file in a text editor, or restore a backup with `kefen restore`.",
            "请用文本编辑器改正该文件，或用 `kefen restore` 恢复备份。",
        ),
    )


def _refused(where: str, name: str, value: str, wanted: Text) -> BookError:
    return BookError(
        Text('"{value}" is not a {name}.', "“{value}”不能用作 {name}。").filled(
            value=value, name=name
        ),
        where=where,
        mend=Text("Give {wanted}.", "请填写：{wanted}。").filled(wanted=wanted),
    )


def _toml_string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _without_controls(text: str) -> str:
    # JSON strings are TOML strings but for the delete sign, which TOML wants escaped.
    return text.replace("\x7f", "\\u007f")
