"""The probability to lose a customer: contributions add up, figures hold on the unseen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kefen.methods.errors import NotEstimableError
from kefen.methods.loss import LossProbability, calibration, out_of_fold
from kefen.methods.ranking import area_under_curve


def customers(count: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    dice = np.random.default_rng(5)
    months = dice.integers(1, 60, count).astype(float)
    plan = dice.choice(np.array(["a", "b", "c"], dtype=object), count)
    odds = 1.0 - 0.08 * months + np.where(plan == "a", 1.5, 0.0)
    lost = dice.random(count) < 1 / (1 + np.exp(-odds))
    months[::17] = np.nan
    return {"months": months, "plan": plan, "noise": dice.normal(size=count)}, lost


def test_contributions_add_up_to_the_log_odds_of_the_probability() -> None:
    columns, lost = customers(600)
    model = LossProbability().fit(columns, lost)
    parts, probability = model.contributions(columns), model.probability(columns)
    assert parts.shape == (600, 3)
    np.testing.assert_allclose(
        model.base_ + parts.sum(axis=1), np.log(probability / (1 - probability)), rtol=1e-9
    )
    np.testing.assert_allclose(parts.mean(axis=0), 0, atol=1e-9)
    assert probability.mean() == pytest.approx(lost.mean(), abs=1e-3)


def test_on_the_unseen_what_matters_ranks_and_noise_does_not() -> None:
    columns, lost = customers(2_000)
    held = out_of_fold(LossProbability(), columns, lost)
    assert np.array_equal(held, out_of_fold(LossProbability(), columns, lost))
    assert area_under_curve(held, lost) > 0.75
    shuffled = np.random.default_rng(1).permutation(lost)
    assert area_under_curve(out_of_fold(LossProbability(), columns, shuffled), shuffled) < 0.56
    for tenth in calibration(held, lost):
        assert abs(tenth.foretold - tenth.lost) < 0.13


def test_too_few_lost_or_kept_and_ids_are_refused() -> None:
    columns, _ = customers(100)
    with pytest.raises(NotEstimableError, match="were lost"):
        LossProbability().fit(columns, np.zeros(100, dtype=bool))
    with pytest.raises(NotEstimableError, match="were lost"):
        out_of_fold(LossProbability(), columns, np.arange(100) < 4)
    many = {"town": np.repeat(np.array([f"t{n}" for n in range(60)], dtype=object), 20)}
    with pytest.raises(NotEstimableError, match="60 classes"):
        LossProbability().fit(many, np.arange(1_200) % 2 == 0)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("file", "value", "key", "area"),
    [
        ("ibm_telco_churn/telco_customer_churn.parquet", "Yes", "customerID", 0.8454),
        ("uci_iranian_churn/iranian_churn.parquet", "1", None, 0.9305),
    ],
)
def test_the_figures_of_the_page(
    reference_data: Path, file: str, value: str, key: str | None, area: float
) -> None:
    import json

    from click.testing import CliRunner

    from kefen.cli.main import cli

    call = ["methods", "loss", str(reference_data / file), "--lost", "Churn", "--value", value]
    done = CliRunner().invoke(cli, [*call, *(["--key", key] if key else []), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["auc_out_of_fold"] == pytest.approx(area, abs=1e-3)
