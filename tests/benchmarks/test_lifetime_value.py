"""The benchmark of lifetime value judges by its own likelihoods, and says who is faster."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from kefen.methods.clv import (
    BetaGeometricBetaBinomial,
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
)
from lifetime import fits, plain
from lifetime_value import DATA, faster_than_kefen, generated, report


@pytest.fixture(scope="module")
def data() -> plain.Data:
    dice = np.random.default_rng(3)
    periods = np.arange(1, 7)
    stays = dice.geometric(dice.beta(0.7, 2.8, 2_000))[:, None] > periods
    buys = stays & (dice.random((2_000, 6)) < dice.beta(1.2, 0.8, 2_000)[:, None])
    bought, last = buys.sum(axis=1), (buys * periods).max(axis=1)
    donors, counts = np.unique(
        np.column_stack([bought, last, np.full(2_000, 6)]), axis=0, return_counts=True
    )
    x = dice.integers(1, 9, 300)
    mean = dice.gamma(6.0 * x) / x * 15.0 / dice.gamma(4.0, size=300)
    return {
        "histories": generated(800),
        "amounts": np.column_stack([x, mean]).astype(float),
        "donors": np.column_stack([donors, counts]).astype(float),
    }


def test_the_likelihoods_written_down_plainly_are_those_that_kefen_fits(data: plain.Data) -> None:
    rows = data["donors"]
    found = {
        "BG/NBD": BetaGeometricNBD().fit(data["histories"]),
        "MBG/NBD": ModifiedBetaGeometricNBD().fit(data["histories"]),
        "Pareto/NBD": ParetoNBD().fit(data["histories"]),
        "BG/BB": BetaGeometricBetaBinomial().fit(rows[:, :3], sample_weight=rows[:, 3]),
        "Gamma-Gamma": GammaGamma().fit(data["amounts"]),
    }
    assert found.keys() == plain.LIKELIHOODS.keys() == DATA.keys()
    for model, fitted in found.items():
        estimates = {name: getattr(fitted, f"{name}_") for name in fitted.NAMES}
        own = plain.log_likelihood(model, estimates, data)
        assert own == pytest.approx(fitted.log_likelihood_, abs=1e-5)


def test_contenders_are_told_with_their_times_and_what_failed(
    data: plain.Data,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def broken() -> dict[str, float]:
        raise RuntimeError("no\nstart")

    def prepared(given: plain.Data) -> fits.Prepared:
        return {**fits.CONTENDERS["kefen"](given), "BG/BB": broken}

    np.savez(tmp_path / "data.npz", **data)
    monkeypatch.setitem(fits.CONTENDERS, "numpy", prepared)
    fits.main("numpy", str(tmp_path / "data.npz"), "2")
    told = json.loads(capsys.readouterr().out)
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert told["models"]["BG/BB"] == {"error": "RuntimeError: no"}
    assert told["models"]["Gamma-Gamma"]["fits"] == 2
    text = "\n".join(report({"kefen": told, "gone": {"error": "No module named 'gone'"}}))
    assert "`gone` did not run: No module named 'gone'" in text
    assert "- kefen, BG/BB: RuntimeError: no" in text


def test_a_peer_that_is_faster_at_one_model_is_found() -> None:
    def one(seconds: float) -> dict[str, object]:
        fit = {"first": seconds, "later": seconds, "fits": 3, "log_likelihood": -1.0}
        return {"version": "1", "models": {"BG/NBD": fit}}

    assert faster_than_kefen({"kefen": one(0.1), "peer": one(0.2)}) == []
    assert faster_than_kefen({"kefen": one(0.1), "peer": one(0.05)}) == ["BG/NBD"]
