"""A small company's files, and ways to call the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from kefen.cli.main import cli

CUSTOMERS = [
    ("007", "=cmd()", "2024-01-05"),
    ("0042", "乙公司", "2024-02-01"),
    ("42", "Plain Ltd", "2024-03-01"),
    ("C4", "😀 שלום", "2025-01-01"),
]
ORDERS = [
    ("1", "007", "2025-03-15", "900"),
    ("2", "007", "2025-11-15", "1200.50"),
    ("3", "0042", "2025-06-16", "300"),
    ("4", "42", "2025-09-02", "80"),
    ("5", "42", "2025-12-31", "20"),
    ("6", "C4", "2024-06-01", "55"),
]


class Company(NamedTuple):
    """The files of a company."""

    customers: Path
    orders: Path

    @property
    def options(self) -> list[str]:
        return ["--customers", str(self.customers), "--orders", str(self.orders)]


def _write_csv(path: Path, heading: str, rows: list[tuple[str, ...]]) -> Path:
    lines = [heading, *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def write_csv() -> Callable[..., Path]:
    """Write a CSV file from its path, heading and rows."""
    return _write_csv


def _make_company(folder: Path) -> Company:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["customer_id", "name", "created_on"])
    for number, row in enumerate(CUSTOMERS, 2):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column, value).data_type = "s"
    book.save(folder / "customers.xlsx")
    orders = _write_csv(folder / "orders.csv", "order_id,customer_id,ordered_at,amount", ORDERS)
    return Company(folder / "customers.xlsx", orders)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Customers in Excel, orders in CSV."""
    return _make_company(tmp_path)


class Answer(NamedTuple):
    """What a call gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Call the command line in this process, in a directory of its own that is no book."""
    home = tmp_path / "here"
    home.mkdir()
    monkeypatch.chdir(home)
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")

    def run(*arguments: object) -> Answer:
        result: Result = CliRunner().invoke(cli, [str(a) for a in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command line as a process of its own."""

    def start(*arguments: object, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "from kefen.cli.main import main; main()", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", **environment},
        )

    return start


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with the company's data, graded once, and the results of grading its files."""
    folder = tmp_path_factory.mktemp("originals")
    company = _make_company(folder)
    book, results = folder / "book", folder / "results"
    for arguments in (
        ("new", book, "--currency", "CNY", "--name", "Acme"),
        ("import", "customers", company.customers, "--book", book),
        ("import", "orders", company.orders, "--book", book, "--note", "all"),
        ("grade", "--book", book, "--no-report"),
        ("grade", *company.options, "--out", results, "--no-report"),
    ):
        done = CliRunner(env={"LANG": "C"}).invoke(cli, [str(a) for a in arguments])
        assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def book(originals: Path, tmp_path: Path) -> Path:
    """A book with the company's data, graded once; the test's own copy."""
    return Path(shutil.copytree(originals / "book", tmp_path / "book"))


@pytest.fixture
def results(originals: Path, tmp_path: Path) -> Path:
    """The results of a grading in file mode, without reports; the test's own copy."""
    return Path(shutil.copytree(originals / "results", tmp_path / "results"))
