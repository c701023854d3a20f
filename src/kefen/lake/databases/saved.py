"""Sources that a book knows by name: a database, and what is read from it for each table.

They stand in `kefen.toml`, as people would write them:

    [sources.erp]
    url = "postgresql://reader:${ERP_PASSWORD}@db/erp"

    [sources.erp.orders]
    table = "shop.lines"
    since_column = "updated_at"
    mapping = "orders.yaml"
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.domain.contract import TABLES
from kefen.domain.errors import BookError, CallError
from kefen.domain.text import Text
from kefen.lake.book import durable
from kefen.lake.book.settings import FILE_NAME
from kefen.lake.databases.reading import Question
from kefen.lake.databases.urls import clear_password_refused, database_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.lake.databases.urls import DatabaseUrl

SIGN = "@"
"""What a name begins with where a file or a URL could stand."""
_KEYS = ("table", "query", "since_column", "mapping")
_NAME = re.compile(r"\w[\w-]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class SavedSource:
    """What is read for one table.

    Attributes:
        url: The database.
        question: What is asked of it.
        mapping: A mapping file, or None.
    """

    url: DatabaseUrl
    question: Question
    mapping: Path | None


def saved_source(book: Book, name: str, table: str) -> SavedSource:
    """Return what a book reads from a source of its own for a table.

    Args:
        book: The book.
        name: The name of the source, without its sign.
        table: The contract table.

    Raises:
        CallError: The book has no such source, it says nothing of the table, or a variable that
            its URL names is not set.
        BookError: What `kefen.toml` says of it cannot be meant, or holds a password.
    """
    where = str(book.directory / FILE_NAME)
    sources = _sources(book)
    if name not in sources:
        raise CallError(
            Text("The book has no source called {n}.", "账套中没有名为 {n} 的数据源。").filled(
                n=name
            ),
            where=where,
            mend=Text("It has: {all}.", "现有：{all}。").filled(all=", ".join(sorted(sources)))
            if sources
            else Text(
                "Save one with --save-as when you import from a database, or write [sources.{n}] "
                "into kefen.toml.",
                "请在从数据库导入时用 --save-as 保存，或在 kefen.toml 中写 [sources.{n}]。",
            ).filled(n=name),
        )
    source = sources[name]
    _check(where, name, source)
    url = database_url(source["url"])
    if url.clear_password:
        raise clear_password_refused(f"{where}, sources.{name}")
    if table not in source:
        told = ", ".join(key for key in source if key in TABLES)
        raise CallError(
            Text(
                "The source {n} does not say what to read for {t}.",
                "数据源 {n} 没有说明为{t}读取什么。",
            ).filled(n=name, t=TABLES[table].label if table in TABLES else Text.same(table)),
            where=where,
            mend=Text(
                "Write [sources.{n}.{t}] with table or query; it says so for: {all}.",
                "请在 [sources.{n}.{t}] 中写明 table 或 query；已有说明的数据表：{all}。",
            ).filled(n=name, t=table, all=told or "-"),
        )
    asked: Mapping[str, str] = source[table]
    mapping = asked.get("mapping")
    return SavedSource(
        url,
        Question(asked.get("table"), asked.get("query"), asked.get("since_column")),
        None if mapping is None else book.directory / mapping,
    )


def save_source(
    book: Book, name: str, table: str, url: str, asked: Question, mapping: Path | None = None
) -> None:
    """Write into `kefen.toml` what is read from a database for a table.

    Args:
        book: The book.
        name: The name of the source.
        table: The contract table.
        url: The database as it was written, with `${NAME}` in place of its password.
        asked: What is asked of it.
        mapping: A mapping file, or None.

    Raises:
        CallError: The name cannot be one, it means another database or the table already, or the
            URL holds a password.
        BookError: The book is in use or cannot be written.
    """
    check_free(book, name, table, url)
    lines = []
    section = f"sources.{_key(name)}"
    if name not in _sources(book):
        lines += [f"[{section}]", f"url = {_quoted(url)}", ""]
    lines.append(f"[{section}.{table}]")
    values = {
        "table": asked.table,
        "query": asked.query,
        "since_column": asked.since_column,
        "mapping": None if mapping is None else str(mapping.absolute()),
    }
    lines += [f"{key} = {_quoted(value)}" for key, value in values.items() if value is not None]
    path = book.directory / FILE_NAME
    with book.guard.hold("import"):
        before = path.read_text(encoding="utf-8").rstrip("\n")
        durable.write_text(path, before + "\n\n" + "\n".join(lines) + "\n")


def check_free(book: Book, name: str, table: str, url: str) -> None:
    """Refuse a name under which a table of a database cannot be saved.

    Raises:
        CallError: The name cannot be one, it means another database or the table already, or the
            URL holds a password.
    """
    where = str(book.directory / FILE_NAME)
    if _NAME.fullmatch(name) is None or name in TABLES:
        raise CallError(
            Text("“{n}” cannot be the name of a source.", "“{n}”不能用作数据源名称。").filled(
                n=name
            ),
            where="--save-as",
            mend=Text(
                "Use letters, digits, hyphens and underscores, and no name of a table.",
                "请使用文字、数字、连字符和下划线，且不要与数据表同名。",
            ),
        )
    if database_url(url).clear_password:
        raise clear_password_refused("--save-as")
    there = _sources(book).get(name)
    if there is not None and (there.get("url") != url or table in there):
        raise CallError(
            Text(
                "The book has a source called {n} already.", "账套中已有名为 {n} 的数据源。"
            ).filled(n=name),
            where=where,
            mend=Text(
                "Choose another name, or change it in kefen.toml.",
                "请换一个名称，或在 kefen.toml 中修改。",
            ),
        )


def _sources(book: Book) -> dict[str, Any]:
    path = book.directory / FILE_NAME
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("sources", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(str(path), str(error)) from error
    if not isinstance(found, dict):
        raise _wrong(str(path), "sources")
    return found


def _check(where: str, name: str, source: Any) -> None:
    """Refuse a source with a key that has no meaning, or a value that is no text."""
    if not isinstance(source, dict) or not isinstance(source.get("url"), str):
        raise _wrong(where, f"sources.{name}.url")
    for table, asked in source.items():
        if table == "url":
            continue
        if table not in TABLES or not isinstance(asked, dict):
            raise _wrong(where, f"sources.{name}.{table}")
        for key, value in asked.items():
            if key not in _KEYS or not isinstance(value, str):
                raise _wrong(where, f"sources.{name}.{table}.{key}")


def _wrong(where: str, what: str) -> BookError:
    return BookError(
        Text("This cannot be meant: {w}", "无法理解：{w}").filled(w=what),
        where=where,
        mend=Text(
            "A source has a url, and for each table {k}; all of them texts.",
            "数据源需有 url，每个数据表可有 {k}，取值均为文本。",
        ).filled(k=", ".join(_KEYS)),
    )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
