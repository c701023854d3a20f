"""Where the workspace keeps its own records: SQLite inside the book, or PostgreSQL by a URL."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.lake.book.book import WORKSPACE

if TYPE_CHECKING:
    from kefen.lake.book import Book

_WAIT_SECONDS = 20
_KEPT_SECONDS = 60


def database_settings(book: Book) -> dict[str, Any]:
    """Return Django's settings for the workspace database of a book.

    Raises:
        BookError: The URL in `kefen.toml` is none of PostgreSQL, or its driver is missing.
    """
    url = book.settings.database
    if url is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(book.directory / WORKSPACE),
            "OPTIONS": {
                # Readers never wait for a writer, and a writer takes its turn when it begins.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA cache_size=-32000; PRAGMA mmap_size=2000000000;"
                ),
                "transaction_mode": "IMMEDIATE",
                "timeout": _WAIT_SECONDS,
            },
            # To open the file anew for each request takes longer than to answer it.
            "CONN_MAX_AGE": _KEPT_SECONDS,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise BookError(
            Text(
                "The workspace database must be PostgreSQL, or not be set.",
                "工作区数据库只支持 PostgreSQL，或不设置。",
            ),
            where="kefen.toml: database",
            mend=Text(
                'Write database = "postgresql://user:password@host/name", or remove the line to '
                "keep the workspace in a file of the book.",
                '请写成 database = "postgresql://用户:密码@主机/库名"；删去该行则存于账套内的文件。',
            ),
        )
    if find_spec("psycopg") is None:
        raise BookError(
            Text("The driver of PostgreSQL is not installed.", "未安装 PostgreSQL 驱动。"),
            where="kefen.toml: database",
            mend=Text("Run: pip install 'kefen[server]'", "请运行：pip install 'kefen[server]'"),
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": _KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }
