"""The options that name a database, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.tree import Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.lake.databases import DatabaseUrl, Question
    from kefen.lake.dataset import ReadTable
    from kefen.lake.reading import Source

_DATABASE = Text("From a database", "来自数据库")
_OPTIONS = ("from_database", "from_table", "query", "since_column", "timeout", "save_as")
_SAVED = ("from_table", "query", "since_column", "save_as")


@dataclass(frozen=True)
class AskedDatabase:
    """A database and what is asked of it.

    Attributes:
        url: The database.
        question: What is asked.
        mapping: The mapping file of a saved source, or None.
        written: The URL as the call has it; None for a saved source.
        save_as: The name under which the book is to keep it, or None.
    """

    url: DatabaseUrl
    question: Question
    mapping: Path | None = None
    written: str | None = None
    save_as: str | None = None

    def save(self, book: Book, table: str, mapping: Path | None) -> None:
        """Keep it in the book under its name, if it has one.

        Raises:
            KefenError: The name is taken, or the book refuses.
        """
        from kefen.lake.databases import save_source

        if self.save_as is not None and self.written is not None:
            save_source(book, self.save_as, table, self.written, self.question, mapping)

    def source(self, book: Book, table: str) -> Source:
        """Return what to read for a table of a book.

        Raises:
            KefenError: The database or the book refuses.
        """
        from kefen.lake.databases import source_since_last

        return source_since_last(book, table, self.url, self.question)

    def check(self, read: ReadTable) -> None:
        """Refuse what cannot be merged.

        Raises:
            CallError: Only new lines of orders are read, and they have no number.
        """
        from kefen.lake.databases import check_parts_of_orders

        check_parts_of_orders(read, self.question)


def database_options() -> list[Option]:
    """Return the options of a database."""
    return [
        Option(
            "--from-database",
            text=Text(
                "URL of a database instead of files; write its password as `${NAME}`, a variable "
                "of the environment.",
                "用数据库地址代替文件；密码写成 `${NAME}`，取自环境变量。",
            ),
            metavar=Text("URL", "地址"),
            section=_DATABASE,
        ),
        Option(
            "--from-table",
            text=Text("The table to read.", "要读取的数据表。"),
            metavar=Text("NAME", "名称"),
            section=_DATABASE,
        ),
        Option(
            "--query",
            text=Text("One SELECT to read instead.", "改为读取一条 `SELECT` 查询的结果。"),
            metavar=Text("SQL", "查询"),
            section=_DATABASE,
        ),
        Option(
            "--since-column",
            text=Text(
                "Read only what is new by this column since the last import, such as `updated_at`.",
                "只读取上次导入之后按此列更新的数据，例如 `updated_at`。",
            ),
            metavar=Text("COLUMN", "列"),
            section=_DATABASE,
        ),
        Option(
            "--save-as",
            text=Text(
                "Keep the database and what is read from it in the book under this name; later "
                "`kefen import TABLE @NAME`.",
                "把数据库及读取内容以此名称保存在账套中，以后用 `kefen import 数据表 @名称`。",
            ),
            metavar=Text("NAME", "名称"),
            section=_DATABASE,
        ),
        Option(
            "--timeout",
            text=Text("Seconds that the database may take.", "数据库查询的最长秒数。"),
            metavar=Text("SECONDS", "秒"),
            default_text=Text.same("600"),
            section=_DATABASE,
            type=options.NUMBER_TYPE,
        ),
    ]


def asked_of_database(
    files: tuple[Path, ...], given: dict[str, Any], book: Book, table: str
) -> AskedDatabase | None:
    """Return the database that a call names; None when it names files.

    Args:
        files: What stands where files do; `@name` is a source that the book knows.
        given: The values of the options.
        book: The book.
        table: The contract table.

    Raises:
        CallError: Both are named or neither, the password stands in the call, or the book has no
            such source.
        BookError: What `kefen.toml` says of it cannot be meant.
    """
    from kefen.lake.databases import (
        SIGN,
        Question,
        check_free,
        clear_password_refused,
        database_url,
    )

    url = given.get("from_database")
    if len(files) == 1 and str(files[0]).startswith(SIGN) and not files[0].exists() and not url:
        return _saved(str(files[0]).removeprefix(SIGN), given, book, table)
    if bool(files) == bool(url):
        raise CallError(
            Text(
                "Name files, or a database with --from-database; one of the two.",
                "请指定文件，或用 --from-database 指定数据库（二选一）。",
            ),
            mend=Text(
                "kefen import orders orders.csv, or kefen import orders --from-database URL "
                "--from-table NAME, or a source of the book: kefen import orders @NAME",
                "kefen import orders orders.csv，或 kefen import orders --from-database 地址 "
                "--from-table 名称，或账套中保存的数据源：kefen import orders @名称",
            ),
        )
    if url is None:
        for name in _OPTIONS:
            if given.get(name):
                raise CallError(
                    Text("This option is for databases.", "该选项用于数据库。"),
                    where=f"--{name.replace('_', '-')}",
                    mend=Text("Name one with --from-database.", "请用 --from-database 指定。"),
                )
        return None
    found = database_url(url)
    if found.clear_password:
        raise clear_password_refused("--from-database")
    save_as = given.get("save_as")
    if save_as is not None:
        check_free(book, save_as, table, url)
    question = Question(
        table=given.get("from_table"),
        query=given.get("query"),
        since_column=given.get("since_column"),
    )
    return AskedDatabase(found, _in_time(question, given), None, url, save_as)


def _saved(name: str, given: dict[str, Any], book: Book, table: str) -> AskedDatabase:
    """Return what a source of the book says."""
    from kefen.lake.databases import saved_source

    for option in _SAVED:
        if given.get(option):
            raise CallError(
                Text("A saved source says that itself.", "已保存的数据源已写明该项。"),
                where=f"--{option.replace('_', '-')}",
                mend=Text(
                    "Leave it out, or change kefen.toml.", "请去掉该选项，或修改 kefen.toml。"
                ),
            )
    saved = saved_source(book, name, table)
    return AskedDatabase(saved.url, _in_time(saved.question, given), saved.mapping)


def _in_time(question: Question, given: dict[str, Any]) -> Question:
    return replace(question, timeout=int(given["timeout"])) if given.get("timeout") else question
