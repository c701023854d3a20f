"""Servers of databases, started for the tests on sockets and ports of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "pa:ss@w/rd%21"  # noqa: S105  of servers that live as long as the tests


def as_user(name: str) -> list[str]:
    """Return the command that runs another as a user: servers refuse to run as root."""
    return ["runuser", "-u", name, "--"] if os.geteuid() == 0 else []


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def folder_of(user: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kefen-server-", dir="/tmp"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server up to the database `shop`, which `writer` owns.

    `writer` may make databases too; `reader` may only read.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL's server is not installed")
    with folder_of("postgres") as folder:
        data, port = folder / "data", free_port()
        user = as_user("postgres")
        run(*user, str(programs[-1] / "initdb"), "-D", str(data), "-A", "trust", "-U", "owner")
        (data / "pg_hba.conf").write_text(
            "local all owner trust\nhost all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8"
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        control = [*user, str(programs[-1] / "pg_ctl"), "-D", str(data)]
        run(*control, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            ask = [str(programs[-1] / "psql"), "-h", str(folder), "-p", str(port), "-U", "owner"]
            made = (
                f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
                f"CREATE ROLE writer LOGIN CREATEDB PASSWORD '{PASSWORD}'",
                "CREATE DATABASE shop OWNER writer",
            )
            for statement in made:
                run(*ask, "-d", "postgres", "-c", statement)
            yield f"127.0.0.1:{port}/shop"
        finally:
            run(*control, "-m", "immediate", "stop")
