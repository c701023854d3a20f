"""URLs of databases: which database they mean, and a password that is never shown."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of database.

    Attributes:
        name: Its name in URLs.
        dialect: SQLGlot's name of its SQL.
        extra: The extra of the package that brings its driver; None where none is needed.
        alchemy: The driver of SQLAlchemy; None where rows come in Arrow or from SQLite.
    """

    name: str
    dialect: str
    extra: str | None
    alchemy: str | None = None


KINDS: Mapping[str, Kind] = {
    "postgresql": Kind("postgresql", "postgres", "postgresql"),
    "postgres": Kind("postgresql", "postgres", "postgresql"),
    "sqlite": Kind("sqlite", "sqlite", None),
    "mysql": Kind("mysql", "mysql", "mysql", "mysql+pymysql"),
    "mariadb": Kind("mysql", "mysql", "mysql", "mysql+pymysql"),
    "mssql": Kind("mssql", "tsql", "sqlserver", "mssql+pyodbc"),
    "sqlserver": Kind("mssql", "tsql", "sqlserver", "mssql+pyodbc"),
    "snowflake": Kind("snowflake", "snowflake", "snowflake"),
}
"""The databases that are read, by the scheme of their URLs."""


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database and how to reach it.

    Attributes:
        kind: Its kind.
        shown: The URL without its password, as messages and records have it.
        clear_password: Whether the URL as it was given holds a password in clear text.
    """

    kind: Kind
    shown: str
    clear_password: bool
    _whole: str = field(repr=False)
    _password: str | None = field(repr=False)

    @property
    def whole(self) -> str:
        """Return the URL with its password, for the driver alone."""
        return self._whole

    @property
    def path(self) -> str:
        """Return the part after the host: a file of SQLite, else the database's name."""
        return unquote(urlsplit(self._whole).path)

    def hidden(self, message: str) -> str:
        """Return a message without the password, however it is written in it."""
        for secret in (self._whole, self._password, quote(self._password or "", safe="")):
            if secret:
                shown = self.shown if secret == self._whole else _HIDDEN
                message = message.replace(secret, shown)
        return message


def database_url(given: str, environment: Mapping[str, str] = os.environ) -> DatabaseUrl:
    """Return what a URL means.

    Args:
        given: Such as `postgresql://reader:${SHOP_PASSWORD}@host/shop` or `sqlite:///shop.db`;
            `${NAME}` stands for a variable of the environment.
        environment: The environment.

    Raises:
        CallError: It is no URL of a database that is read, or a variable is not set.
    """
    scheme = given.partition("://")[0].partition("+")[0].lower()
    kind = KINDS.get(scheme)
    if kind is None or "://" not in given:
        raise CallError(
            Text("This is no URL of a database that can be read.", "这不是可读取的数据库 URL。"),
            where=scheme if "://" in given else "",
            mend=Text(
                "Write it as postgresql://user:${{PASSWORD}}@host/database; known are {k}. What "
                "another database exports as Parquet or CSV is read as a file.",
                "请写成 postgresql://用户:${{PASSWORD}}@主机/数据库；支持 {k}。"
                "其他数据库可导出为 Parquet 或 CSV，再按文件读取。",
            ).filled(k=", ".join(dict.fromkeys(KINDS))),
        )
    before, _, after = given.partition("://")
    filled = _PLACEHOLDER.sub(lambda found: _variable(found[1], environment), after)
    whole = f"{before}://{filled}"
    user, password = _user_and_password(filled)
    if password is None:
        return DatabaseUrl(kind, whole, False, whole, None)
    stated = _user_and_password(after)[1] or ""
    authority, slash, rest = filled.partition("/")
    host = f"{authority.rpartition('@')[2]}{slash}{rest}"
    shown = f"{before}://{user}:{_HIDDEN}@{host}"
    clear = _PLACEHOLDER.search(stated) is None
    return DatabaseUrl(kind, shown, clear, whole, unquote(password))


def clear_password_refused(where: str) -> CallError:
    """Return the error of a password in clear text where others can see it."""
    return CallError(
        Text(
            "The password stands there in clear, where others can see it.",
            "密码以明文写出，他人可以看到。",
        ),
        where=where,
        mend=Text(
            "Put it into a variable of the environment and write ${{NAME}} in its place, on the "
            "command line in single quotes.",
            "请放入环境变量，并在原处写 ${{NAME}}（命令行中用单引号括起）。",
        ).filled(),
    )


def with_scheme(url: DatabaseUrl, scheme: str) -> str:
    """Return the whole URL under another scheme, as a driver wants it."""
    return f"{scheme}://{url.whole.partition('://')[2]}"


def _user_and_password(after: str) -> tuple[str, str | None]:
    authority = after.partition("/")[0]
    if "@" not in authority:
        return "", None
    user, colon, password = authority.rpartition("@")[0].partition(":")
    return user, password if colon and password else None


def _variable(name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise CallError(
            Text("The variable {n} is not set.", "环境变量 {n} 未设置。").filled(n=name),
            mend=Text("Set it: export {n}=...", "请设置：export {n}=...").filled(n=name),
        )
    return quote(environment[name], safe="")
