"""Scorecards: points that mean odds, honest refusals, published figures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kefen.domain.errors import CallError
from kefen.methods.errors import NotEstimableError
from kefen.methods.scorecard import Scorecard, discrimination, out_of_fold, raw_information


def history(count: int = 2_000, seed: int = 1) -> tuple[dict[str, Any], Any]:
    """Return generated cases: a number and a word that tell, one that does not, one constant."""
    dice = np.random.default_rng(seed)
    late = dice.poisson(2, count).astype(float)
    trade = dice.choice(np.array(["retail", "it's", "tea"], dtype=object), count)
    chance = 1 / (1 + np.exp(2.5 - 0.6 * late - np.where(trade == "tea", 1.0, 0.0)))
    bad = (dice.random(count) < chance).astype(np.int64)
    late[dice.random(count) < 0.05] = np.nan
    trade[dice.random(count) < 0.05] = None
    columns = {
        "late": late,
        "trade": trade,
        "noise": dice.random(count),
        "constant": np.ones(count),
        "nothing": np.array([None] * count, dtype=object),
    }
    return columns, bad


def test_more_points_mean_better_odds_and_so_many_points_double_them() -> None:
    columns, bad = history()
    card = Scorecard(points_to_double=20, base_score=600, base_odds=50).fit(columns, bad)
    scores = card.score(columns)
    order = np.argsort(scores)
    lowest, highest = bad[order[:400]].mean(), bad[order[-400:]].mean()
    assert lowest > 2 * highest
    # Over all cases the mean odds are near those that the scores say.
    said = 1 / (1 + np.exp((scores - 600) * math.log(2) / 20 + math.log(50)))
    assert said.mean() == pytest.approx(bad.mean(), abs=0.01)


def test_what_does_not_tell_is_left_out_and_nothing_is_not_a_number() -> None:
    columns, bad = history()
    card = Scorecard().fit(columns, bad)
    assert [one.name for one in card.characteristics_][:2] == ["late", "trade"]
    assert {"constant", "nothing"} <= set(card.left_out_)
    assert all(math.isfinite(one.evidence) for found in card.characteristics_ for one in found.bins)
    unseen = {
        "late": np.array([np.nan, 1e9]),
        "trade": np.array([None, "never seen"], dtype=object),
    }
    unseen["noise"] = np.array([np.nan, -1.0])
    assert all(math.isfinite(points) for points in card.score(unseen))


@pytest.mark.parametrize("rows", [1, 30])
def test_too_little_history_is_refused(rows: int) -> None:
    columns, bad = history()
    few = {name: values[:rows] for name, values in columns.items()}
    with pytest.raises(NotEstimableError, match="at least 20"):
        Scorecard().fit(few, bad[:rows])


def test_columns_that_tell_nothing_are_refused() -> None:
    columns, bad = history()
    with pytest.raises(NotEstimableError, match="no column"):
        Scorecard().fit({"constant": columns["constant"], "nothing": columns["nothing"]}, bad)


def test_discrimination_of_perfect_and_useless_scores() -> None:
    bad = np.array([1, 1, 0, 0])
    perfect = discrimination(np.array([1, 2, 3, 4]), bad)
    assert (perfect.area, perfect.distance, perfect.gini) == (1, 1, 1)
    assert discrimination(np.array([5, 5, 5, 5]), bad).gini == 0


def test_settings_are_got_and_set_as_in_scikit_learn() -> None:
    card = Scorecard().set_params(points_to_double=40)
    assert Scorecard(**card.get_params()).points_to_double == 40


def test_without_the_package_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "optbinning", None)
    columns, bad = history(200)
    with pytest.raises(CallError, match="scorecard"):
        Scorecard().fit(columns, bad)


def _read(path: Path, target: str, bad: object, *further: str) -> tuple[dict[str, Any], Any]:
    import pandas as pd

    frame = pd.read_parquet(path)
    labels = (frame[target] == bad).astype(int).to_numpy()
    frame = frame.drop(columns=[target, *further])
    return {
        name: frame[name].to_numpy(dtype=float)
        if pd.api.types.is_numeric_dtype(frame[name])
        else frame[name].to_numpy(dtype=object)
        for name in frame
    }, labels


@pytest.mark.reference
def test_german_credit_beside_the_published_figures(reference_data: Path) -> None:
    path = reference_data / "uci_german_credit/german_credit.parquet"
    columns, bad = _read(path, "creditability", "bad")
    card = Scorecard().fit(columns, bad)
    information = {one.name: one.information for one in card.characteristics_}
    assert information["status_of_existing_checking_account"] == pytest.approx(0.666012, abs=5e-7)
    assert raw_information(columns["credit_history"], bad) == pytest.approx(0.293234, abs=5e-7)
    held = out_of_fold(Scorecard(), columns, bad)
    # Published, of unknown folds: AUC .7966, KS .488, Gini .593.
    assert held.area == pytest.approx(0.7966, abs=0.01)
    assert held.distance == pytest.approx(0.488, abs=0.02)
    assert held.gini == pytest.approx(0.593, abs=0.02)


@pytest.mark.reference
def test_taiwan_cards_out_of_fold(reference_data: Path) -> None:
    path = reference_data / "uci_credit_card_default/credit_card_default.parquet"
    columns, bad = _read(path, "default_payment_next_month", 1, "ID")
    held = out_of_fold(Scorecard(), columns, bad)
    assert held.area >= 0.76
    assert held.distance >= 0.40
