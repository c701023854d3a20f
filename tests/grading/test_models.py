"""Models in grading: fitted once, applied by one implementation to a population and to one row."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from modelled_company import AS_OF, LIFETIME, lifetime_company
from tables_by_hand import dataset_by_hand

from kefen.compiler import modelled
from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.grade import grade
from kefen.grading.modelled import fitting
from kefen.grading.outputs import (
    CALIBRATION_FILE,
    GRADES_FILE,
    METRICS_FILE,
    output_directory,
    write_results,
)
from kefen.grading.smallest_changes import smallest_changes
from kefen.grading.stored import StoredRun
from kefen.grading.what_if import what_if
from kefen.standards.calibration import Calibration, calibration_from_dict
from kefen.standards.model_calibration import ModelCalibration
from kefen.standards.reader import read_standard

MORE_MODELS = """\
  spending:
    name: {en: Spending, zh: 消费}
    method: gamma_gamma
    inputs: {purchases: purchases, mean_value: amount / purchases}
  monthly:
    name: {en: By month, zh: 按月}
    method: bg_bb
    inputs: {repeats: bought, last: last_month, periods: months}
    settings: {period: month}
"""
MORE_METRICS = """\
  purchases: {name: {en: N, zh: 次}, count: purchases, over: all time}
  amount: {name: {en: Amount, zh: 额}, sum: purchases.amount, over: all time, unit: money}
  months:
    {name: {en: Months, zh: 月}, unit: count,
     value: "number_of_months"}
  number_of_months: {name: {en: M, zh: 数}, value: "buying_days + 5"}
  bought: {name: {en: Bought, zh: 买}, value: "smallest(buying_days - 1, 4)"}
  last_month: {name: {en: L, zh: 末}, value: "if(bought > 0, bought + 2, 0)"}
  discounted: {name: {en: D, zh: 折}, from_model: buying, gives: discounted_purchases,
     over: next 3 years, discount: 8 %}
  worth: {name: {en: W, zh: 值}, from_model: spending, gives: expected_value}
  months_ahead: {name: {en: A, zh: 前}, from_model: monthly, gives: expected_purchases,
     over: next 1 year}
  months_alive: {name: {en: V, zh: 存}, from_model: monthly, gives: probability_alive}
"""
KNOWN = {
    "spending": ModelCalibration(
        200, 200, parameters={"p": Decimal("6.2"), "q": Decimal("3.7"), "v": Decimal("150.4")}
    ),
    "monthly": ModelCalibration(
        200,
        200,
        parameters={
            name: Decimal(value)
            for name, value in (
                ("alpha", "1.2"),
                ("beta", "0.75"),
                ("gamma", "0.66"),
                ("delta", "2.8"),
            )
        },
    ),
}
STANDARD = read_standard(LIFETIME, "lifetime.yaml")
GIVEN = ("expected", "alive", "ahead")


def stored_run(
    folder: Path, company: Any, *, calibration: Calibration | None = None, text: str = LIFETIME
) -> StoredRun:
    with DuckDBEngine() as engine:
        dataset = dataset_by_hand(engine, company)
        standard = read_standard(text, "lifetime.yaml")
        run = grade(dataset, standard, AS_OF, calibration=calibration)
        with output_directory(folder, overwrite=True) as partial:
            write_results(run, partial)
    return StoredRun.load(folder)


def _with_visits(text: str) -> str:
    """Return the standard with an indicator that is computed, and one of data that is not there."""
    metrics = """\
  visits: {name: {en: Visits, zh: 拜访}, count: interactions, over: all time}
  spent: {name: {en: Spent, zh: 额}, sum: orders.amount, over: all time, unit: money}
"""
    indicators = """\
      ahead: {weight: 20, position: higher is better, if_unknown: left out}
      visits: {weight: 10, position: higher is better, if_unknown: left out}
      spent: {weight: 10, position: higher is better, if_unknown: left out}
"""
    start, end = text.index("      alive: {weight"), text.index("    grade_by: score")
    return f"{text[:start]}{indicators}{text[end:]}".replace("schemes:\n", f"{metrics}schemes:\n")


def metrics_in(run: StoredRun) -> list[dict[str, Any]]:
    result = duckdb.execute(
        "SELECT * FROM read_parquet(?) ORDER BY customer_id", [str(run.directory / METRICS_FILE)]
    )
    names = [described[0] for described in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredRun]:
    return stored_run(tmp_path_factory.mktemp("run") / "out", lifetime_company(3, 400))


def test_one_row_gives_what_the_population_gave_to_the_last_digit(run: StoredRun) -> None:
    known = 0
    for stored in metrics_in(run):
        again = run.with_changes(
            {**stored, **dict.fromkeys(GIVEN)}, {"buying_days": stored["buying_days"]}
        )
        assert {name: again[name] for name in GIVEN} == {name: stored[name] for name in GIVEN}
        known += stored["expected"] is not None
    assert known == 400


def test_histories_too_short_are_not_fitted_and_the_reason_says_so(tmp_path: Path) -> None:
    text = LIFETIME.replace("    smallest_population: 60", "    settings: {shortest_history: 900}")
    short = stored_run(tmp_path / "out", lifetime_company(3, 400), text=text)
    reason = short.calibration.models["buying"].reason
    assert reason is not None
    assert "the longest history has 899 days, it needs 900" in reason.en
    assert all(row["expected"] is None for row in metrics_in(short))


def test_batches_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, run: StoredRun, tmp_path: Path
) -> None:
    monkeypatch.setattr("kefen.engines.duckdb.BATCH", 7)
    other = stored_run(tmp_path / "out", lifetime_company(3, 400))
    assert other.calibration == run.calibration
    assert metrics_in(other) == metrics_in(run)


class OneAfterTheOther(DuckDBEngine):
    """An engine that does nothing at once."""

    @contextmanager
    def beside(self, work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
        found = cache(work)
        yield found
        found()


def test_fitting_beside_the_aggregations_gives_the_same_files(tmp_path: Path) -> None:
    lines = "  lines: {name: {en: Lines, zh: 行}, sum: orders.amount, over: all time}\n"
    text = LIFETIME.replace("metrics:\n", MORE_MODELS + "metrics:\n" + MORE_METRICS + lines)
    company = lifetime_company(3, 400)
    at_once = stored_run(tmp_path / "at once", company, text=text)
    with OneAfterTheOther() as engine:
        run = grade(dataset_by_hand(engine, company), read_standard(text, "lifetime.yaml"), AS_OF)
        with output_directory(tmp_path / "in turn", overwrite=False) as folder:
            write_results(run, folder)
    assert at_once.calibration.models["buying"].is_fitted
    for file in (METRICS_FILE, GRADES_FILE, CALIBRATION_FILE):
        written = (tmp_path / "in turn" / file).read_bytes()
        assert (at_once.directory / file).read_bytes() == written


WITHOUT_PANDAS = """
import sys
import pyarrow as pa
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.modelled.rows import as_array
with DuckDBEngine() as engine:
    engine.run("CREATE TABLE given AS SELECT range AS i, range / 2 AS h FROM range(5000)")
    rows = engine.arrow("SELECT i, h FROM given ORDER BY i")
    assert as_array(rows["i"]).tolist() == list(range(5000))
    assert as_array(rows["h"]).sum() == 5000 * 4999 / 4
    assert as_array(rows.slice(0, 0)["i"]).size == 0
    engine.computed("found", "given", lambda batch: batch, rows.schema)
    assert engine.rows("SELECT sum(i) FROM found") == [(5000 * 4999 / 2,)]
assert "pandas" not in sys.modules
"""


def test_columns_become_arrays_without_importing_pandas() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_the_order_of_rows_does_not_matter(run: StoredRun, tmp_path: Path) -> None:
    turned = {name: rows[::-1] for name, rows in lifetime_company(3, 400).items()}
    other = stored_run(tmp_path / "out", turned)
    assert other.calibration == run.calibration
    assert other.metrics_of("00007") == run.metrics_of("00007")


def test_a_stored_calibration_is_applied_and_nothing_is_fitted(
    run: StoredRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.loads((run.directory / "calibration.json").read_text())
    frozen = calibration_from_dict(content, STANDARD, "calibration.json")
    assert frozen.models == run.calibration.models

    def never(*_: object) -> ModelCalibration:
        raise AssertionError("fitted")

    monkeypatch.setattr("kefen.grading.modelled.population.fit_model", never)
    other = stored_run(tmp_path / "out", lifetime_company(3, 150), calibration=frozen)
    # The first customers are those of the larger company: the dice are thrown in their order.
    assert other.metrics_of("00007") == run.metrics_of("00007")


def test_a_calibration_without_the_model_is_refused(run: StoredRun) -> None:
    bare = Calibration(STANDARD.id, 1, STANDARD.fingerprint, AS_OF, run.calibration.schemes)
    with DuckDBEngine() as engine, pytest.raises(DataError, match="model “Buying”"):
        grade(dataset_by_hand(engine, lifetime_company(3, 80)), STANDARD, AS_OF, calibration=bare)


@pytest.mark.parametrize(
    ("customers", "each", "why"),
    [(59, None, "needs 60 customers, there are 59"), (80, 1, "bought more than once")],
)
def test_what_cannot_be_fitted_is_unknown_and_says_why(
    tmp_path: Path, customers: int, each: int | None, why: str
) -> None:
    company = dict(lifetime_company(3, customers))
    if each is not None:
        first = {row["customer_id"]: row for row in reversed(company["orders"])}
        company["orders"] = list(first.values())
    run = stored_run(tmp_path / "out", company)
    assert run.running == ("present",)
    assert why in run.not_run["future"].en
    (told,) = run.record["models"]
    assert not told["fitted"]
    assert why in told["reason"]["en"]
    stored = run.metrics_of("00003")
    assert (stored["expected"], stored["alive"], stored["ahead"]) == (None, None, None)
    assert {"expected", "alive", "ahead"} <= set(run.record["metrics_not_available"])
    changed = what_if(run, "00003", {"buying_days": "9"})
    assert "expected" not in changed.recomputed


def test_those_whom_the_model_is_not_about_are_unknown(run: StoredRun) -> None:
    stored = run.metrics_of("never")
    assert (stored["expected"], stored["alive"]) == (None, None)


def test_more_different_rows_than_the_limit_are_sampled_by_customer(
    monkeypatch: pytest.MonkeyPatch, run: StoredRun, tmp_path: Path
) -> None:
    monkeypatch.setattr(fitting, "MAX_HISTOGRAM_ROWS", 150)
    other = stored_run(tmp_path / "out", lifetime_company(3, 400))
    learned = other.calibration.models["buying"]
    assert learned.one_in in (2, 4)
    assert learned.population == 400
    assert 60 < learned.fitted_on < 250
    assert learned.rows <= 150
    whole = run.calibration.models["buying"]
    assert (whole.one_in, whole.fitted_on) == (1, 400)
    assert other.record["models"][0]["one_in"] == learned.one_in
    with DuckDBEngine() as engine:
        engine.run(
            "CREATE TABLE inputs AS SELECT lpad(CAST(i AS TEXT), 5, '0') AS customer_id, "
            '1 AS "model:repeats", 2 AS "model:last", 3 AS "model:age" '
            "FROM range(20000) AS r(i)"
        )
        buying = STANDARD.models["buying"]
        engine.create("TABLE", "half", modelled.half_of_them(buying, "inputs"))
        ((*_, taken),) = engine.rows(modelled.different_rows(buying, "half", 4).sql("duckdb"))
        half = engine.rows("SELECT count(*) FROM half")[0][0]
    assert 4_700 < taken < 5_300
    assert 9_500 < half < 10_500


def test_an_indicator_whose_model_could_not_be_fitted_is_not_called_not_imported(
    tmp_path: Path,
) -> None:
    handed_on = LIFETIME.replace("higher is better}", "higher is better, if_unknown: left out}")
    few = stored_run(tmp_path / "few", lifetime_company(3, 59), text=_with_visits(handed_on))
    (scheme,) = explain(few, "00003", scheme="future").schemes
    notes = {line.indicator: line.note for line in scheme.lines}
    handed = ("; its weight went to the others", "；其权重由其他指标分担")
    for indicator in ("expected", "ahead"):
        note = notes[indicator]
        assert note is not None
        assert (note.en, note.zh) == (
            f"its model could not be fitted{handed[0]}",
            f"其模型无法拟合{handed[1]}",
        )
    visits = notes["visits"]
    assert visits is not None
    assert visits.en == f"not imported{handed[0]}"


def test_an_explanation_says_where_a_modelled_number_comes_from(run: StoredRun) -> None:
    (scheme,) = explain(run, "00007", scheme="future").schemes
    origins = {datum.metric: datum.origin for datum in scheme.data}
    assert origins["buying_days"] is None
    said = origins["expected"]
    assert said is not None
    stored = run.metrics_of("00007")
    days = stored["buying_days"]
    assert isinstance(days, int)
    for part in ("Buying (BG/NBD)", "learned from 400 customers", "time in weeks"):
        assert part in said.en
    assert f"purchases after the first {days - 1}" in said.en
    assert "由 400 位客户得出" in said.zh


def test_every_method_of_lifetime_value_gives_one_row_what_it_gave_the_population(
    tmp_path: Path,
) -> None:
    company = lifetime_company(3, 200)
    for method in ("bg_nbd", "mbg_nbd", "pareto_nbd"):
        text = LIFETIME.replace("method: bg_nbd", f"method: {method}").replace(
            "metrics:\n", MORE_MODELS + "metrics:\n" + MORE_METRICS
        )
        learned = stored_run(tmp_path / "learned", company, text=text).calibration
        assert learned.models["buying"].is_fitted
        run = stored_run(
            tmp_path / method,
            company,
            text=text,
            calibration=replace(learned, models={**learned.models, **KNOWN}),
        )
        given = (*GIVEN, "discounted", "worth", "months_ahead", "months_alive")
        known = 0
        for stored in metrics_in(run):
            again = run.with_changes(
                {**stored, **dict.fromkeys(given)},
                {name: stored[name] for name in ("buying_days", "amount", "months", "bought")},
            )
            assert {name: again[name] for name in given} == {name: stored[name] for name in given}
            known += all(stored[name] is not None for name in given)
        assert known >= 190


def test_what_if_applies_the_model_anew(run: StoredRun) -> None:
    stored = run.metrics_of("00007")
    days = stored["buying_days"]
    assert isinstance(days, int)
    answer = what_if(run, "00007", {"buying_days": days + 20})
    assert set(answer.recomputed) == set(GIVEN)
    assert answer.held == ()
    impossible = what_if(run, "00007", {"buying_days": 1})
    assert impossible.recomputed["expected"] is None


def test_the_smallest_change_reaches_through_the_model(run: StoredRun) -> None:
    for customer in run.customers(400):
        steps = run.evaluated(run.metrics_of(customer))
        bought = steps["buying_days"]
        if isinstance(bought, int) and bought > 2 and steps["future:grade"] == "A":
            break
    reached = [r for r in smallest_changes(run, customer, "B", "future") if r.found == "reached"]
    assert reached
    for reach in reached:
        changed = run.with_changes(run.metrics_of(customer), {reach.metric: reach.needed})
        assert run.evaluated(changed)["future:grade"] == "B"
