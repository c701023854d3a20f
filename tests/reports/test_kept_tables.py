"""The tables of a report beside its run: read back as they were written."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kefen.domain.errors import DataError
from kefen.reports.build import build_report
from kefen.reports.kept_tables import TABLES_FILE, read_kept_tables, write_kept_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kefen.grading.run import GradedRun
    from kefen.reports.tables import Table

    RunMaker = Callable[..., GradedRun]


def shown(table: Table) -> Table:
    """Return what a page shows of a table; what it was checked by is not kept."""
    return dataclasses.replace(table, reconciliation=(), html_rows=None, draws_on=frozenset())


def test_every_table_comes_back_as_it_was(make_run: RunMaker, tmp_path: Path) -> None:
    orders: list[dict[str, Any]] = [
        {
            "order_id": f"O{n}",
            "customer_id": f"C{n % 7}",
            "ordered_at": date(2024, 1 + n % 12, 3),
            "amount": f"{n * 17 + 1}.5000",
        }
        for n in range(40)
    ]
    customers = [{"customer_id": f"C{n}", "name": f"=N{n}", "region": "R"} for n in range(9)]
    report = build_report(make_run(customers=customers, orders=orders))
    write_kept_tables(report, tmp_path)
    kept = read_kept_tables(tmp_path)
    assert kept is not None
    assert kept.meta == report.meta
    back = [table for section in kept.sections for table in section.tables]
    assert len(back) > 5
    lists = {table.id for one in report.sections if one.id == "customers" for table in one.blocks}
    wanted = [shown(table) for table in report.tables() if table.id not in lists]
    assert back == wanted


def test_a_run_without_them_has_none_and_a_damaged_file_is_said(tmp_path: Path) -> None:
    assert read_kept_tables(tmp_path) is None
    (tmp_path / TABLES_FILE).write_text('{"meta": {}}', encoding="utf-8")
    with pytest.raises(DataError):
        read_kept_tables(tmp_path)
