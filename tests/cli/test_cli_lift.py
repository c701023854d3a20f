"""Grades held against what happened: on leads of the reference data, and on hand-made ones."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest


def _write(path: Path, heading: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


def _graded(call: Callable, folder: Path, standard: str, heading: list[str], rows: list) -> Path:
    customers = _write(folder / "leads.csv", heading, rows)
    orders = _write(folder / "orders.csv", ["order_id", "customer_id", "ordered_at", "amount"], [])
    out = folder / "run"
    done = call(
        *("grade", "--customers", customers, "--orders", orders, "--standard", standard),
        *("--as-of", "2026-06-30", "--out", out, "--no-report"),
    )
    assert done.code == 0, done.err
    return out


@pytest.mark.reference
def test_leads_of_a_web_site_by_grade(call: Callable, reference_data: Path, tmp_path: Path) -> None:
    leads = pq.read_table(reference_data / "xeducation_leads/lead_scoring.parquet")
    # Rows with a comma in a text stand whole in their first column.
    table = [
        dict(zip(leads.column_names, next(csv.reader([lead["Prospect ID"]])), strict=True))
        if lead["Converted"] is None
        else lead
        for lead in leads.to_pylist()
    ]
    columns = {
        "occupation": "What is your current occupation",
        "source": "Lead Source",
        "visits": "TotalVisits",
        "seconds_on_site": "Total Time Spent on Website",
        "pages_per_visit": "Page Views Per Visit",
    }
    rows = [[lead["Prospect ID"], *(lead[column] for column in columns.values())] for lead in table]
    out = _graded(call, tmp_path, "web-leads", ["customer_id", *columns], rows)
    won = _write(
        tmp_path / "won.csv",
        ["customer_id", "won"],
        [[lead["Prospect ID"], int(float(lead["Converted"]))] for lead in table],
    )
    found = call("lift", won, "--scheme", "prospect", "--run", out, "--json").json
    assert (found["cases"], found["happened"]) == (9240, 3561)
    rates = [one["rate"] for one in found["classes"]]
    assert rates == sorted(rates, reverse=True), "a better grade is won more often"
    assert found["classes"][0]["lift_low"] > 1.5
    assert found["auc"] == pytest.approx(0.7232, abs=5e-5)


@pytest.mark.reference
def test_opportunities_made_up_without_a_pattern_are_told_by_nothing(
    call: Callable, reference_data: Path, tmp_path: Path
) -> None:
    folder = reference_data / "maven_crm_opportunities"
    accounts = {
        row["account"]: row for row in pq.read_table(folder / "accounts.parquet").to_pylist()
    }
    deals = [
        row
        for row in pq.read_table(folder / "sales_pipeline.parquet").to_pylist()
        if row["deal_stage"] in ("Won", "Lost")
    ]
    rows = [
        [deal["opportunity_id"], round(accounts[deal["account"]]["revenue"] * 1_000_000)]
        for deal in deals
    ]
    out = _graded(call, tmp_path, "existing-and-prospects", ["customer_id", "annual_revenue"], rows)
    won = _write(
        tmp_path / "won.csv",
        ["customer_id", "stage"],
        [[deal["opportunity_id"], deal["deal_stage"]] for deal in deals],
    )
    found = call("lift", won, "--scheme", "prospect", "--run", out, "--json").json
    assert (found["cases"], found["happened"]) == (6711, 4238)
    assert 0.45 < found["auc"] < 0.55
    assert all(one["lift_low"] < 1 < one["lift_high"] for one in found["classes"])


def test_lift_says_what_it_left_out_and_refuses_what_tells_nothing(
    call: Callable, tmp_path: Path
) -> None:
    rows = [["a", "student", 40], ["b", "businessman", 3000], ["c", "Select", ""]]
    out = _graded(
        call, tmp_path, "web-leads", ["customer_id", "occupation", "seconds_on_site"], rows
    )
    won = _write(
        tmp_path / "won.csv", ["lead", "won"], [["a", "否"], ["b", "是"], ["c", "?"], ["d", "no"]]
    )
    said = call("lift", won, "--scheme", "prospect", "--run", out)
    assert said.code == 0, said.err
    assert "1.000 (AUC" in said.out
    assert "1 in the file has no grade" in said.out
    assert "1 row says neither yes nor no" in said.out
    chinese = call("lift", won, "--scheme", "线索等级", "--run", out, "--lang", "zh")
    assert "提升度（95 %）" in chinese.out
    _write(tmp_path / "won.csv", ["lead", "won"], [["a", "yes"], ["b", "yes"]])
    refused = call("lift", won, "--scheme", "prospect", "--run", out)
    assert (refused.code, "all or to none of the 2 graded" in refused.err) == (1, True)
    _write(tmp_path / "won.csv", ["lead", "won"], [["a", "yes"], ["a", "no"]])
    assert (
        "won.csv:3: “a” stands here twice"
        in call("lift", won, "--scheme", "prospect", "--run", out).err
    )
