"""The options that name a database, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
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
_OPTIONS = ("from_database", "from_table", "query", "since_column", "timeout")


@dataclass(frozen=True)
class AskedDatabase:
    """A database and what is asked of it."""

    url: DatabaseUrl
    question: Question

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
            "--timeout",
            text=Text("Seconds that the database may take.", "数据库查询的最长秒数。"),
            metavar=Text("SECONDS", "秒"),
            default_text=Text.same("600"),
            section=_DATABASE,
            type=options.NUMBER_TYPE,
        ),
    ]


def asked_of_database(files: tuple[Path, ...], given: dict[str, Any]) -> AskedDatabase | None:
    """Return the database that a call names; None when it names files.

    Raises:
        CallError: Both are named or neither, or the password stands in the call.
    """
    from kefen.lake.databases import Question, database_url

    url = given.get("from_database")
    if bool(files) == bool(url):
        raise CallError(
            Text(
                "Name files, or a database with --from-database; one of the two.",
                "请指定文件，或用 --from-database 指定数据库（二选一）。",
            ),
            mend=Text(
                "kefen import orders orders.csv, or kefen import orders --from-database URL "
                "--from-table NAME",
                "kefen import orders orders.csv，或 kefen import orders --from-database URL "
                "--from-table 名称",
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
        raise CallError(
            Text(
                "The password stands in the call, where other users of the machine can see it.",
                "密码写在命令中，本机其他用户可以看到。",
            ),
            where="--from-database",
            mend=Text(
                "Put it into a variable of the environment and write ${{NAME}} in its place, in "
                "single quotes.",
                "请放入环境变量，并在原处写 ${{NAME}}（用单引号括起）。",
            ).filled(),
        )
    question = Question(
        table=given.get("from_table"),
        query=given.get("query"),
        since_column=given.get("since_column"),
    )
    if given.get("timeout"):
        from dataclasses import replace

        question = replace(question, timeout=int(given["timeout"]))
    return AskedDatabase(found, question)
