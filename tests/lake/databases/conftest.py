"""Servers of the databases, started for the tests on sockets and ports of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from database_servers import PASSWORD, as_user, folder_of, free_port, postgresql_server, run


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server, up to the database; `reader` may only read."""
    with postgresql_server() as address:
        yield address


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The address of a MariaDB server with a database `shop` and a user `reader`."""
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if server is None:
        pytest.skip("MariaDB's server is not installed")
    with folder_of("mysql") as folder:
        port, user = free_port(), as_user("mysql")
        data = f"--datadir={folder / 'data'}"
        run(*user, "mariadb-install-db", "--no-defaults", data, "--skip-test-db")
        process = subprocess.Popen(
            [
                *user,
                server,
                "--no-defaults",
                data,
                f"--port={port}",
                "--bind-address=127.0.0.1",
                f"--socket={folder / 'socket'}",
                f"--pid-file={folder / 'pid'}",
                "--innodb-flush-log-at-trx-commit=0",
            ],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            connection = _connected(
                folder / "socket", "root" if user else pwd.getpwuid(os.geteuid())[0]
            )
            with connection, connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
                for name, rights in (("reader", "SELECT"), ("writer", "ALL")):
                    cursor.execute(f"CREATE USER {name}@'127.0.0.1' IDENTIFIED BY %s", [PASSWORD])
                    cursor.execute(f"GRANT {rights} ON shop.* TO {name}@'127.0.0.1'")
            yield f"127.0.0.1:{port}/shop"
        finally:
            pid = folder / "pid"
            if pid.is_file():
                os.kill(int(pid.read_text()), 15)
            process.wait(timeout=60)


def _connected(path: Path, user: str) -> pymysql.Connection:
    for _ in range(300):
        try:
            return pymysql.connect(unix_socket=str(path), user=user, autocommit=True)
        except pymysql.OperationalError:
            time.sleep(0.2)
    raise AssertionError("MariaDB did not start")


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
