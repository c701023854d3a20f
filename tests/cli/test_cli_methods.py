"""`kefen methods`: figures held against published ones; what lacks is said with its mend."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from kefen.cli.main import cli


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner(env={"KEFEN_DATA": None}).invoke(cli, ["--lang", "en", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    dice, path = random.Random(4), tmp_path / "clients.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "months", "plan", "gone"])
        for number in range(300):
            months = dice.randint(1, 60)
            gone = dice.random() < 1 / (1 + 2.718 ** (0.1 * months - 2))
            writer.writerow([f"0{number}", months, dice.choice("ab"), "yes" if gone else "no"])
    return path


def test_figures_without_their_data_are_skipped_and_named() -> None:
    code, said = call("methods", "verify")
    assert code == 0
    assert "cdnow/cdnow_customers_summary.csv" in said
    assert "KEFEN_DATA" in said
    code, said = call("methods", "verify", "--json")
    assert "lifetime" in {skipped["family"] for skipped in json.loads(said)["skipped"]}


def test_figures_without_their_package_are_skipped_and_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kefen.methods.verification import figure

    monkeypatch.setattr(figure, "find_spec", lambda name: None)
    code, said = call("methods", "verify", "scorecards", "--data", str(tmp_path))
    assert code == 0
    assert "scorecards: optbinning" in said
    assert "pip install 'kefen[scorecard]'" in said
    code, said = call("methods", "verify", "scorecards", "--json")
    assert json.loads(said)["skipped"][0]["packages"] == ["optbinning"]


def test_unknown_figures_and_directories_are_refused(tmp_path: Path) -> None:
    code, said = call("methods", "verify", "lifetimes")
    assert code == 2
    assert "There are: " in said
    assert " lifetime," in said
    code, said = call("methods", "verify", "--data", str(tmp_path / "none"))
    assert code == 2
    code, said = call("methods", "holdout", "--data", str(tmp_path))
    assert code == 1
    assert "KEFEN_DATA" in said


@pytest.mark.reference
def test_the_holdout_says_that_no_ranking_gain_is_to_be_expected(reference_data: Path) -> None:
    code, said = call("methods", "holdout", "--data", str(reference_data))
    assert code == 0
    assert "1,882 purchases" in said
    assert "do not rank customers better than recency and frequency" in " ".join(said.split())


def test_losses_are_told_and_written_with_contributions_that_add_up(
    clients: Path, tmp_path: Path
) -> None:
    out = tmp_path / "losses.csv"
    arguments = ["--lost", "gone", "--value", "yes", "--key", "id", "--out", str(out)]
    code, said = call("methods", "loss", str(clients), *arguments)
    assert code == 0, said
    assert "Out of fold the AUC is" in said
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["customer_id"] for row in rows][:2] == ["00", "01"]
    assert len(rows) == 300
    assert set(rows[0]) == {
        "customer_id", "probability_out_of_fold", "probability", "months", "plan"
    }  # fmt: skip
    code, said = call("methods", "loss", str(clients), *arguments)
    assert code == 2
    assert "exists already" in said


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["--lost", "left"], 2, "no column “left”"),
        (["--lost", "gone", "--value", "perhaps"], 2, "no row of gone is “perhaps”"),
        (["--lost", "gone", "--value", "yes", "--without", "age"], 2, "no column “age”"),
        (["--lost", "id", "--value", "07"], 1, "nothing can be learned"),
    ],
)
def test_what_cannot_be_learned_is_said(
    clients: Path, arguments: list[str], code: int, what: str
) -> None:
    found, said = call("methods", "loss", str(clients), *arguments)
    assert found == code, said
    assert what in said


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 nothing")
    code, said = call("methods", "loss", str(broken), "--lost", "gone")
    assert code == 1
    assert "UTF-8 CSV or Parquet" in said
    code, said = call("methods", "loss", str(tmp_path / "none.csv"), "--lost", "gone")
    assert code == 2
