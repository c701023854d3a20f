"""Servers of the databases, started for the tests on sockets and ports of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest

PASSWORD = "pa:ss@w/rd%21"  # noqa: S105  of servers that live as long as the tests


def _as_user(name: str) -> list[str]:
    """Return the command that runs another as a user: servers refuse to run as root."""
    return ["runuser", "-u", name, "--"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _folder_of(user: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kefen-server-", dir="/tmp"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server, up to the database; `reader` may only read."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL's server is not installed")
    with _folder_of("postgres") as folder:
        data, port = folder / "data", _free_port()
        user = _as_user("postgres")
        _run(*user, str(programs[-1] / "initdb"), "-D", str(data), "-A", "trust", "-U", "owner")
        (data / "pg_hba.conf").write_text(
            "local all owner trust\nhost all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8"
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        control = [*user, str(programs[-1] / "pg_ctl"), "-D", str(data)]
        _run(*control, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            ask = [str(programs[-1] / "psql"), "-h", str(folder), "-p", str(port), "-U", "owner"]
            made = (
                f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
                f"CREATE ROLE writer LOGIN PASSWORD '{PASSWORD}'",
                "CREATE DATABASE shop OWNER writer",
            )
            for statement in made:
                _run(*ask, "-d", "postgres", "-c", statement)
            yield f"127.0.0.1:{port}/shop"
        finally:
            _run(*control, "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The address of a MariaDB server with a database `shop` and a user `reader`."""
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if server is None:
        pytest.skip("MariaDB's server is not installed")
    with _folder_of("mysql") as folder:
        port, user = _free_port(), _as_user("mysql")
        data = f"--datadir={folder / 'data'}"
        _run(*user, "mariadb-install-db", "--no-defaults", data, "--skip-test-db")
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
