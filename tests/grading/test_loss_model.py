"""Loss probability in a standard: learned without look-ahead, applied alike, explained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from modelled_company import AS_OF, lifetime_company
from test_models import metrics_in, stored_run

import kefen
from kefen.domain.calendar import months_before
from kefen.grading.explain import explain
from kefen.grading.modelled.reasons import doubt_of
from kefen.grading.stored import StoredRun
from kefen.grading.what_if import what_if
from kefen.methods.loss import LossProbability
from kefen.standards.model_calibration import significant

LEAVING = """\
standard: leaving
version: 1
name: {en: Leaving, zh: 流失}
models:
  leaving:
    name: {en: Leaving, zh: 流失}
    method: loss_probability
    inputs: {silent: days_silent, bought: purchases_12m}
    among: purchases_12m > 0
    lost: purchases_6m = 0
    learned_as_of: 6 months ago
metrics:
  purchases_12m: {name: {en: A year, zh: 一年}, count: purchases, over: last 12 months}
  purchases_6m: {name: {en: Half a year, zh: 半年}, count: purchases, over: last 6 months}
  last_on: {name: {en: Last, zh: 末次}, latest: purchases.purchased_on, over: all time}
  days_silent:
    {name: {en: Days silent, zh: 静默天数}, value: "days_between(last_on, as_of)", unit: days}
  danger: {name: {en: Danger, zh: 流失风险}, from_model: leaving, gives: probability}
schemes:
  watch:
    name: {en: Watch, zh: 关注}
    grade_by: conditions
    grades: {high: danger >= 50 %, low: danger < 50 %, none: else}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredRun]:
    company = lifetime_company(3, 500)
    return stored_run(tmp_path_factory.mktemp("run") / "out", company, text=LEAVING)


def test_it_learns_from_what_a_grading_of_the_earlier_day_measured(
    run: StoredRun, tmp_path: Path
) -> None:
    """Held against a run of half a year before that had never heard of what came later."""
    then = months_before(AS_OF, 6)
    company = lifetime_company(3, 500)
    company["orders"] = [row for row in company["orders"] if row["ordered_at"] <= then]
    plain = LEAVING[: LEAVING.index("models:")] + LEAVING[LEAVING.index("metrics:") :]
    plain = plain.replace(
        "from_model: leaving, gives: probability}", "value: purchases_6m / 1000, unit: share}"
    )
    before = _graded_on(tmp_path / "out", company, plain, then)
    now = {row["customer_id"]: row for row in metrics_in(run)}
    rows = [row for row in metrics_in(before) if row["purchases_12m"] > 0]
    columns = {
        "silent": np.array([float(row["days_silent"]) for row in rows]),
        "bought": np.array([float(row["purchases_12m"]) for row in rows]),
    }
    lost = np.array([now[row["customer_id"]]["purchases_6m"] == 0 for row in rows])
    by_hand = LossProbability().fit(columns, lost)
    learned = run.calibration.models["leaving"]
    assert learned.fitted_on == len(rows)
    assert learned.parameters["lost"] == lost.sum()
    for name in columns:
        stored = learned.parameters[f"input {name}"]
        assert isinstance(stored, tuple)
        expected = tuple(significant(part, 6) for part in by_hand.parts_of(name)[1])
        assert tuple(significant(float(str(part)), 6) for part in stored) == expected
    assert learned.figures["out_of_fold_area"] > Decimal("0.6")


def _graded_on(folder: Path, company: Any, text: str, day: date) -> StoredRun:
    import test_models

    before = test_models.AS_OF
    try:
        test_models.AS_OF = day
        return stored_run(folder, company, text=text)
    finally:
        test_models.AS_OF = before


def test_those_it_is_not_about_have_none_and_one_row_gives_what_all_gave(run: StoredRun) -> None:
    known = 0
    for stored in metrics_in(run):
        again = run.with_changes(
            {**stored, "danger": None}, {"purchases_12m": stored["purchases_12m"]}
        )
        assert again["danger"] == stored["danger"]
        assert (stored["danger"] is None) == (stored["purchases_12m"] == 0)
        if stored["danger"] is not None:
            assert 0 <= stored["danger"] <= 1
            known += 1
    assert known > 100


def test_a_frozen_calibration_is_applied_without_learning(run: StoredRun, tmp_path: Path) -> None:
    company = lifetime_company(3, 500)
    again = stored_run(tmp_path / "out", company, text=LEAVING, calibration=run.calibration)
    assert metrics_in(again) == metrics_in(run)


def test_it_is_explained_per_customer_in_both_languages(run: StoredRun) -> None:
    row = next(row for row in metrics_in(run) if row["danger"] is not None)
    told = explain(run, row["customer_id"], scheme="watch").as_dict()
    both = str(told)
    assert "out of fold the AUC is" in both
    assert "折外 AUC" in both
    assert "log-odds against the average" in both
    assert "相对平均客户的对数几率" in both
    assert "days silent" in both
    changed = what_if(run, row["customer_id"], {"days_silent": 400})
    assert changed is not None


@pytest.mark.parametrize(
    ("written", "instead", "reason"),
    [
        ("lost: purchases_6m = 0", "lost: purchases_6m < 0", "were lost"),
        ("6 months ago", "5 years ago", "it needs 100 customers"),
    ],
)
def test_what_cannot_be_learned_says_why_and_the_scheme_is_not_run(
    written: str, instead: str, reason: str, tmp_path: Path
) -> None:
    text = LEAVING.replace(written, instead)
    found = stored_run(tmp_path / "out", lifetime_company(3, 300), text=text)
    told = found.calibration.models["leaving"].reason
    assert told is not None
    assert reason in told.en
    assert "watch" in found.not_run
    assert all(row["danger"] is None for row in metrics_in(found))


def test_who_cannot_be_told_apart_is_in_doubt(tmp_path: Path) -> None:
    text = LEAVING.replace("{silent: days_silent, bought: purchases_12m}", "{lucky: lucky}")
    text = text.replace(
        "metrics:\n",
        "metrics:\n  lucky: {name: {en: Lucky, zh: 幸运数}, value: number(customers.lucky)}\n",
    )
    company = lifetime_company(3, 500)
    for number, customer in enumerate(company["customers"]):
        customer["lucky"] = str(number * 7919 % 97)
    found = stored_run(tmp_path / "out", company, text=text)
    doubt = doubt_of(found.standard.models["leaving"], found.calibration.models["leaving"])
    assert doubt is not None
    assert "hardly tells lost customers from kept ones" in doubt.en
    assert "几乎不能区分流失与留存客户" in doubt.zh


TELCO = """\
standard: subscribers
version: 1
name: {en: Subscribers, zh: 用户}
models:
  leaving:
    name: {en: Leaving, zh: 流失}
    method: loss_probability
    inputs:
      tenure: number(tenure)
      charge: number(charge)
      contract: contract
      internet: internet
      support: support
      payment: payment
    lost: churned = 'Yes'
metrics:
  churned: {name: {en: Left, zh: 已流失}, value: customers.Churn}
  tenure: {name: {en: Months, zh: 月数}, value: customers.tenure}
  charge: {name: {en: Charge, zh: 月费}, value: customers.MonthlyCharges}
  contract: {name: {en: Contract, zh: 合同}, value: customers.Contract}
  internet: {name: {en: Internet, zh: 上网}, value: customers.InternetService}
  support: {name: {en: Support, zh: 技术支持}, value: customers.TechSupport}
  payment: {name: {en: Payment, zh: 付款}, value: customers.PaymentMethod}
  danger: {name: {en: Danger, zh: 风险}, from_model: leaving, gives: probability}
schemes:
  watch:
    name: {en: Watch, zh: 关注}
    grade_by: rank of danger
    ties: up
    rounding: half up
    grades: {red: first 10 %, amber: first 30 %, green: else}
"""


@pytest.mark.reference
def test_telco_learns_from_a_column_and_ranks_those_who_left_first(reference_data: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(reference_data / "ibm_telco_churn" / "telco_customer_churn.parquet")
    names = ["customer_id" if name == "customerID" else name for name in table.column_names]
    with kefen.grade(
        customers=table.rename_columns(names),
        standard=kefen.read_standard(TELCO),
        as_of=date(2026, 6, 30),
    ) as result:
        learned = result.calibration.models["leaving"]
        rows = result.metrics.to_pylist()
        grades = {row["customer_id"]: row["grade"] for row in result.grades.to_pylist()}
    assert learned.fitted_on == 7_043
    assert learned.parameters["lost"] == 1_869
    # Six columns of nineteen: the page has .8454 for all of them.
    assert float(learned.figures["out_of_fold_area"]) == pytest.approx(0.84, abs=0.01)
    red = [row for row in rows if grades[row["customer_id"]] == "red"]
    share = sum(row["churned"] == "Yes" for row in red) / len(red)
    assert share > 0.65
    assert float(learned.figures["highest_tenth_lost"]) == pytest.approx(share, abs=0.03)


@pytest.mark.reference
def test_iranian_churn_learns_from_a_column(reference_data: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(reference_data / "uci_iranian_churn" / "iranian_churn.parquet")
    inputs = [name for name in table.column_names if name != "Churn"]
    slim = {f"m{n}": name for n, name in enumerate(inputs)}
    metrics = "\n".join(
        f"  {own}: {{name: {{en: {own}, zh: {own}}}, value: number(customers.{own})}}"
        for own in slim
    )
    text = TELCO[: TELCO.index("    inputs:")] + (
        f"    inputs: {{{', '.join(f'{own}: {own}' for own in slim)}}}\n"
        "    lost: churned = '1'\n"
        f"metrics:\n{metrics}\n"
        "  churned: {name: {en: Left, zh: 已流失}, value: customers.Churn}\n"
        "  danger: {name: {en: Danger, zh: 风险}, from_model: leaving, gives: probability}\n"
    )
    text += TELCO[TELCO.index("schemes:") :]
    columns = {own: table[name].cast(pa.string()) for own, name in slim.items()}
    columns |= {
        "customer_id": pa.array([f"{n:05}" for n in range(table.num_rows)]),
        "Churn": table["Churn"].cast(pa.string()),
    }
    with kefen.grade(
        customers=pa.table(columns), standard=kefen.read_standard(text), as_of=date(2026, 6, 30)
    ) as result:
        learned = result.calibration.models["leaving"]
    assert learned.parameters["lost"] == 495
    assert float(learned.figures["out_of_fold_area"]) == pytest.approx(0.9305, abs=0.005)
