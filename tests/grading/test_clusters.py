"""Clusters as models of a standard: one row as among all, stable names, reasons, words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.grade import grade
from kefen.grading.modelled.clusters import clusters_of
from kefen.grading.outputs import GRADES_FILE, output_directory, write_results
from kefen.grading.smallest_changes import smallest_changes
from kefen.grading.stored import StoredRun
from kefen.grading.what_if import what_if
from kefen.reports.build import build_report
from kefen.reports.excel import write_excel
from kefen.reports.html import render_html
from kefen.standards.calibration import Calibration
from kefen.standards.reader import bundled_text, examine_standard, read_standard

AS_OF = date(2026, 10, 31)
TEXT = bundled_text("customer-clusters")


def company(regulars: int, occasional: int, order: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Regulars buy often, much and lately; the occasional once, little, long ago."""
    dice = Random(5)
    tables: dict[str, list[dict[str, Any]]] = {"customers": [], "orders": []}
    for n in range(regulars + occasional):
        name, regular = f"c{n:03}", n < regulars
        tables["customers"].append({"customer_id": name, "created_on": date(2020, 1, 1)})
        for visit in range(dice.randint(9, 14) if regular else dice.randint(1, 2)):
            ago = dice.randint(1, 25) + 25 * visit if regular else dice.randint(150, 330)
            amount = dice.randint(800, 1500) if regular else dice.randint(20, 60)
            tables["orders"].append(
                {
                    "order_id": f"{name}-{visit}",
                    "customer_id": name,
                    "ordered_at": AS_OF - timedelta(days=ago),
                    "amount": Decimal(amount),
                }
            )
    tables["customers"].append({"customer_id": "never", "created_on": date(2024, 1, 1)})
    if order:
        for rows in tables.values():
            Random(order).shuffle(rows)
    return tables


def stored(
    folder: Path,
    tables: Any,
    *,
    text: str = TEXT,
    previous: Calibration | None = None,
    calibration: Calibration | None = None,
) -> StoredRun:
    with DuckDBEngine() as engine:
        run = grade(
            dataset_by_hand(engine, tables),
            read_standard(text, "clusters.yaml"),
            AS_OF,
            calibration=calibration,
            previous=previous,
        )
        with output_directory(folder, overwrite=True) as partial:
            write_results(run, partial)
    return StoredRun.load(folder)


def grades_in(run: StoredRun) -> dict[str, tuple[str | None, str | None]]:
    rows = duckdb.execute(
        "SELECT customer_id, grade, reason FROM read_parquet(?) WHERE scheme = 'clusters'",
        [str(run.directory / GRADES_FILE)],
    ).fetchall()
    return {name: (given, reason) for name, given, reason in rows}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    return stored(tmp_path_factory.mktemp("clusters") / "out", company(40, 60))


def test_customers_who_buy_alike_share_a_cluster(run: StoredRun) -> None:
    found = grades_in(run)
    assert {found[f"c{n:03}"][0] for n in range(40)} == {"1"}
    assert {found[f"c{n:03}"][0] for n in range(40, 100)} == {"2"}
    assert found["never"] == (None, "not_placed")
    learned = run.calibration.models["buying_alike"]
    assert learned.figures["clusters"] == 2
    assert learned.figures["least_stable"] > Decimal("0.85")


def test_one_row_gives_what_the_population_gave(run: StoredRun) -> None:
    for name in ("c000", "c039", "c040", "c099"):
        metrics = run.metrics_of(name)
        again = run.with_changes(metrics, {"revenue": metrics["revenue"]})
        given = ("cluster", "distance", "next_distance")
        assert {key: again[key] for key in given} == {key: metrics[key] for key in given}


def test_the_order_of_rows_means_nothing(run: StoredRun, tmp_path: Path) -> None:
    turned = stored(tmp_path / "out", company(40, 60, order=9))
    assert turned.calibration.models == run.calibration.models
    assert grades_in(turned) == grades_in(run)


def test_a_frozen_calibration_places_new_customers(run: StoredRun, tmp_path: Path) -> None:
    alone = company(1, 1)
    placed = grades_in(stored(tmp_path / "out", alone, calibration=run.calibration))
    assert (placed["c000"][0], placed["c001"][0]) == ("1", "2")


def test_names_continue_from_the_run_before(run: StoredRun, tmp_path: Path) -> None:
    learned = run.calibration.models["buying_alike"]
    model = run.standard.models["buying_alike"]
    renamed = dict(learned.parameters) | {"names": (7, 3), "last_number": 7}
    models = {"buying_alike": replace(learned, parameters=renamed)}
    before = replace(run.calibration, models=models)
    kept = stored(tmp_path / "out", company(45, 60), previous=before)
    assert set(clusters_of(model, kept.calibration.models["buying_alike"].parameters).names) == {
        7,
        3,
    }
    assert {given for given, _ in grades_in(kept).values()} == {"7", "3", None}


def test_a_cluster_is_explained_and_can_be_changed(run: StoredRun) -> None:
    explained = explain(run, "c000", scheme="clusters").schemes[0]
    origins = {datum.metric: datum.origin for datum in explained.data if datum.origin is not None}
    assert "2 clusters, highly stable" in origins["cluster"].en
    assert "for 1 speak" in origins["cluster"].en
    assert "支持第 1 类的是" in origins["cluster"].zh
    small = {"revenue": "30", "orders": "1", "last_purchase_on": "2026-02-01"}
    changed = what_if(run, "c000", small)
    assert [outcome.grade_after for outcome in changed.outcomes] == ["2"]
    reached = smallest_changes(run, "c000", "2", "clusters")
    assert {reach.found for reach in reached} <= {"reached", "not reached", "not tried"}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (company(1, 0), "needs 50 customers"),
        (company(20, 10), "needs 50 customers"),
    ],
)
def test_too_few_customers_say_so(tables: Any, words: str, tmp_path: Path) -> None:
    few = stored(tmp_path / "out", tables)
    assert few.running == ()
    assert words in few.not_run["clusters"].en


def test_customers_who_are_all_equal_say_so(tmp_path: Path) -> None:
    equal = company(60, 0)
    equal["orders"] = [
        {
            "order_id": row["customer_id"],
            "customer_id": row["customer_id"],
            "ordered_at": date(2026, 8, 1),
            "amount": Decimal(10),
        }
        for row in equal["customers"]
    ]
    same = stored(tmp_path / "out", equal)
    assert "all customers are equal in every indicator" in same.not_run["clusters"].en


@pytest.mark.parametrize("method", ["ward", "hdbscan"])
def test_other_methods_find_the_same(method: str, run: StoredRun, tmp_path: Path) -> None:
    text = TEXT.replace("method: k_means", f"method: {method}")
    found = grades_in(stored(tmp_path / "out", company(40, 60), text=text))
    expected = grades_in(run)
    placed = {name for name, (given, _) in found.items() if given is not None}
    assert len(placed) > 80
    for name in placed:
        assert found[name] == expected[name]


def test_the_report_shows_choice_centres_and_portraits(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company(40, 60)), read_standard(TEXT, "c.yaml"), AS_OF)
        report = build_report(run)
    tables = {table.id: table for table in report.tables()}
    tried = tables["clusters_buying_alike"]
    assert tried.column_values("k")[0] == 2
    assert len(tables["centres_buying_alike"].rows) == 2
    portraits = report.section("portraits")
    assert portraits is not None
    assert len([block for block in portraits.blocks if type(block).__name__ == "Portrait"]) == 2
    assert "高于" in render_html(report, "zh")
    write_excel(report, tmp_path / "report.xlsx", "en")


def test_settings_that_name_no_input_are_told() -> None:
    standard, problems = examine_standard(
        TEXT.replace("log: revenue purchases", "log: revenue purchses"), "c.yaml"
    )
    assert standard is None
    assert any("no input with numbers" in problem.what.en for problem in problems)


def test_texts_are_inputs_too(tmp_path: Path) -> None:
    tables = company(30, 30)
    for n, row in enumerate(tables["customers"]):
        row["industry"] = "hotel" if n % 2 else "shop"
    text = (
        TEXT.replace(
            "      time_as_customer: tenure_months\n    settings:",
            "      industry: industry\n    settings:\n      class_weight: 60",
        )
        .replace("log_plus_one: recency time_as_customer", "log_plus_one: recency")
        .replace(
            "metrics:\n",
            "metrics:\n  industry: {name: {en: I, zh: 行业}, value: customers.industry}\n",
        )
        .replace("tenure_months:", "spare_months:")
    )
    found = grades_in(stored(tmp_path / "out", tables, text=text))
    by_industry = {
        found[row["customer_id"]][0]: row["industry"]
        for row in tables["customers"]
        if found[row["customer_id"]][0] is not None
    }
    assert len(set(by_industry.values())) == 2
