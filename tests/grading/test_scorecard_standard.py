"""A scorecard written as a standard grades as the scorecard scores, to the last point."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from kefen.cli.main import cli
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.scorecard_standard import standard_of
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.methods.scorecard import Scorecard, out_of_fold
from kefen.standards.reader import examine_standard


def history(count: int = 600) -> tuple[dict[str, Any], Any]:
    dice = np.random.default_rng(3)
    late = np.round(dice.exponential(3, count), 4)
    word = dice.choice(np.array(["it's", "plain", "茶叶"], dtype=object), count)
    bad = (dice.random(count) < np.where(late > 3, 0.6, 0.2)).astype(np.int64)
    bad |= (word == "茶叶") & (dice.random(count) < 0.3)
    late[::17] = np.nan
    word[::19] = None
    return {"days_late": late, "trade": word}, bad.astype(np.int64)


def test_the_standard_scores_like_the_card(tmp_path: Path) -> None:
    from datetime import date

    columns, bad = history()
    card = Scorecard().fit(columns, bad)
    text = standard_of(
        card, columns, bad, out_of_fold(card, columns, bad), name="card", source="history.csv"
    )
    standard, problems = examine_standard(text, "card.yaml")
    assert standard is not None, problems
    assert not [p for p in problems if p.severity == "error"]
    path = tmp_path / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("customer_id", "days_late", "trade"))
        for place, (late, word) in enumerate(zip(*columns.values(), strict=True)):
            writer.writerow((f"c{place:04}", "" if math.isnan(late) else f"{late:.4f}", word or ""))
    with DuckDBEngine() as engine:
        dataset = read_dataset(engine, {"customers": Source((path,))}, ReadingOptions())
        grade(dataset, standard, date(2026, 6, 30))
        graded = dict(engine.rows("SELECT customer_id, score FROM grades"))
    expected = card.score(columns)
    assert [int(graded[f"c{place:04}"]) for place in range(len(bad))] == expected.tolist()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    columns, bad = history()
    path = tmp_path / "history.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("days_late", "trade", "went"))
        for late, word, label in zip(*columns.values(), bad, strict=True):
            writer.writerow(
                ("" if math.isnan(late) else late, word or "", "bad" if label else "good")
            )
    return path


def called(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [str(a) for a in arguments])
    return result.exit_code, result.output


def test_the_command_writes_a_standard_that_can_be_used(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "my-card.yaml"
    code, said = called(
        "scorecard", file, "--target", "went", "--bad", "bad", "--out", out, "--json"
    )
    assert code == 0, said
    assert 0.5 < json.loads(said)["auc"] < 1
    assert called("standard", "check", out)[0] == 0
    assert called("scorecard", file, "--target", "went", "--bad", "bad", "--out", out)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--target", "nothing"), 2, "no column"),
        (("--target", "went", "--bad", "awful"), 2, "no value"),
        (("--target", "trade", "--bad", "plain"), 1, "without a label"),
    ],
)
def test_wrong_calls_say_what_and_how_to_mend(
    file: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found = called("scorecard", file, *arguments, "--lang", "en")
    assert found[0] == code
    assert said in found[1]
