"""Weights on the command line: found, refused, asked for, written into a standard."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from kefen.cli.main import cli
from kefen.standards.reader import load_standard

STANDARD = """\
standard: ours
version: 1
name: {en: Ours, zh: 我方标准}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, unit: money}
  orders: {name: {en: Purchases, zh: 购买次数}, count: purchases}
  biggest: {name: {en: Biggest, zh: 最大单}, largest: purchases.amount, unit: money}
schemes:
  worth:
    name: {en: Worth, zh: 价值}
    indicators:   # the three that count
      revenue: {weight: 50, fifths: higher is better}
      often: {name: {en: Often, zh: 常来}, value: orders, weight: 30, fifths: higher is better}
      biggest: {weight: 20, fifths: higher is better}
    grade_by: score
    grades: {A: ">= 60", B: else}
"""


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.yaml"
    path.write_text(STANDARD, encoding="utf-8")
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(",revenue,often,biggest\nrevenue,1,2,3\noften,,1,2\nbiggest,,,1\n")
    return path


def weights_in(path: Path) -> list[int | None]:
    return [one.weight for one in load_standard(path).schemes["worth"].indicators]


def test_a_matrix_is_written_into_a_standard_with_its_checksum(
    call: Callable, ours: Path, pairs: Path
) -> None:
    done = call("weights", "ahp", pairs, "--into", ours, "--scheme", "worth", "--json")
    assert done.code == 0, done.err
    found = load_standard(ours).schemes["worth"]
    assert sum(one.weight or 0 for one in found.indicators) == 1_000_000
    source = found.weights_from
    assert source is not None
    assert (source.method, source.source) == ("ahp", "pairs.csv")
    assert source.sha256 == hashlib.sha256(pairs.read_bytes()).hexdigest()
    assert source.consistency_ratio == Decimal("0.0079")
    assert source.on <= date.today()
    assert sum(Decimal(text) for text in done.json["points"].values()) == 100
    assert "# the three that count" in ours.read_text(encoding="utf-8")


def test_the_explanation_tells_where_weights_come_from(
    call: Callable, ours: Path, pairs: Path, company: object, tmp_path: Path
) -> None:
    assert call("weights", "ahp", pairs, "--into", ours).code == 0
    out = tmp_path / "run"
    graded = call("grade", *company.options, "--standard", ours, "--out", out, "--no-report")  # type: ignore[attr-defined]
    assert graded.code == 0, graded.err
    explained = call("explain", "007", "--run", out, "--scheme", "worth", "--lang", "zh")
    assert "权重来自层次分析法（AHP）（pairs.csv" in explained.out
    told = call("explain", "007", "--run", out, "--json").json["schemes"][0]["weights_from"]
    assert "consistency ratio 0.0079" in told[0]["en"]


def test_contradicting_judgements_are_refused_with_the_pair_and_nothing_is_written(
    call: Callable, ours: Path, pairs: Path
) -> None:
    pairs.write_text(",revenue,often,biggest\nrevenue,1,5,1/5\noften,,1,5\nbiggest,,,1\n")
    done = call("weights", "ahp", pairs, "--into", ours)
    assert done.code == 1
    assert "below 0.10 is needed" in done.err
    assert "“revenue” to “often”: 5. From the others it would be about 1/9" in done.err
    assert ours.read_text(encoding="utf-8") == STANDARD


def test_a_workbook_without_names_of_rows_is_read(call: Callable, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["a", "b"], [1, 4], [0.25, 1]):
        sheet.append(row)
    book.save(tmp_path / "pairs.xlsx")
    done = call("weights", "ahp", tmp_path / "pairs.xlsx", "--json")
    assert done.json["points"] == {"a": "80.0000", "b": "20.0000"}
    missing = call("weights", "ahp", tmp_path / "pairs.xlsx", "--sheet", "Other")
    assert (missing.code, "Sheets: Sheet" in missing.err) == (2, True)


def test_the_rows_may_stand_in_another_order_but_not_under_other_names(
    call: Callable, pairs: Path
) -> None:
    straight = call("weights", "ahp", pairs, "--json").json["points"]
    pairs.write_text(",revenue,often,biggest\nbiggest,,,1\nrevenue,1,2,3\noften,,1,2\n")
    assert call("weights", "ahp", pairs, "--json").json["points"] == straight
    pairs.write_text(",revenue,often\nrevenue,1,2\noften2,,1\n")
    assert "the rows are called" in call("weights", "ahp", pairs).err


def ask(home: Path, answers: str, *arguments: object) -> tuple[int, str]:
    done = CliRunner(env={"LANG": "C"}).invoke(
        cli, ["weights", "ahp", *map(str, arguments)], input=answers
    )
    return done.exit_code, done.output


def test_pairs_are_asked_until_they_fit_together(ours: Path, tmp_path: Path) -> None:
    saved = tmp_path / "kept.csv"
    code, said = ask(
        tmp_path, "2\nmany\n3\n1/9\n1/5\n", "--into", ours, "--save", saved, "--scheme", "worth"
    )
    assert code == 0, said
    assert "How much more important is “Revenue” than “Often”?" in said
    assert "Write a number from 1/9 to 9." in said
    assert "contradicts the others most is “Revenue” to “Biggest”: 3" in said
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["revenue", "1", "2", "1/5"]
    source = load_standard(ours).schemes["worth"].weights_from
    assert source is not None
    assert source.sha256 == hashlib.sha256(saved.read_bytes()).hexdigest()


def test_a_dialogue_broken_off_writes_nothing(ours: Path, tmp_path: Path) -> None:
    code, _ = ask(tmp_path, "2\n", "--into", ours)
    assert code == 130
    assert ours.read_text(encoding="utf-8") == STANDARD


def test_weights_of_a_run_rest_on_the_customers_it_graded(
    call: Callable, ours: Path, company: object, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    call("grade", *company.options, "--standard", ours, "--out", out, "--no-report")  # type: ignore[attr-defined]
    for method in ("entropy", "critic"):
        done = call("weights", method, "--run", out, "--into", ours, "--json")
        assert done.code == 0, done.err
        assert done.json["source"].startswith("run run, as of 2025-12-31")
        assert sum(weights_in(ours)) == 1_000_000  # type: ignore[arg-type]
        source = load_standard(ours).schemes["worth"].weights_from
        assert source is not None
        assert source.sha256 == hashlib.sha256((out / "metrics.parquet").read_bytes()).hexdigest()
        assert source.cases == done.json["cases"] > 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("expert",), 2, "Give a file, or weights"),
        (("expert", "--weight", "revenue"), 2, "is no weight"),
        (("expert", "--weight", "a=1", "--weight", "a=2"), 2, "named twice"),
        (("expert", "--weight", "a=0"), 1, "gives no points at all"),
        (("expert", "--weight", "a=1", "--total", "0"), 2, "no total of weights"),
        (("expert", "--weight", "a=1", "--scheme", "worth"), 2, "weights in a standard"),
        (("expert", "--weight", "a=1", "--into", "none.yaml"), 2, "kefen standard new none.yaml"),
        (("ahp",), 2, "What is to be compared is not said"),
        (("ahp", "--criterion", "a", "--criterion", "a"), 2, "What is to be compared"),
        (("entropy",), 2, "There is no run to look at"),
        (("topsis", "x.csv"), 2, "Which criteria count"),
    ],
)
def test_wrong_calls_are_told(
    call: Callable, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = call("weights", *arguments)
    assert (done.code, says in done.err) == (code, True), done.err


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"revenue": 1, "often": 1}, "no weight for biggest"),
        ({"revenue": 1, "often": 1, "largest": 1}, "“largest” is no indicator of Worth"),
        ({"revenue": 1, "often": 1, "orders": 1}, "“orders” is no indicator"),
        ({"revenue": 1, "often": 1, "biggest": 0}, "biggest gets no weight"),
    ],
)
def test_weights_that_do_not_fit_the_scheme_are_refused(
    call: Callable, ours: Path, weights: dict[str, int], says: str
) -> None:
    given = [part for name, number in weights.items() for part in ("--weight", f"{name}={number}")]
    done = call("weights", "expert", *given, "--into", ours)
    assert done.code in (1, 2)
    assert says in done.err
    assert ours.read_text(encoding="utf-8") == STANDARD


def test_indicators_may_be_called_by_name_or_metric(call: Callable, ours: Path) -> None:
    done = call(
        *("weights", "expert", "--weight", "销售额=2", "--weight", "orders=1"),
        *("--weight", "BIGGEST=1", "--into", ours),
    )
    assert done.code == 0, done.err
    assert weights_in(ours) == [500_000, 250_000, 250_000]


VALUES = "customer,revenue,often,late\nA,120,10,3\nB,80,12,0\nC,40,2,30\nD,95,,5\n"


def test_customers_without_a_value_are_left_out_and_counted(call: Callable, tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_text(VALUES, encoding="gb18030")
    done = call("weights", "critic", path, "--cost", "late")
    assert "From 3 customers." in done.out
    assert "1 customer lacks a value and is left out." in done.out
    wrong = call("weights", "critic", path, "--cost", "lateness")
    assert (wrong.code, "Criteria: revenue, often, late." in wrong.err) == (2, True)
    path.write_text(VALUES.replace("120", "n/a"), encoding="utf-8")
    named = call("weights", "entropy", path, "--column", "revenue", "--column", "late")
    assert (named.code, "values.csv:2: “n/a” in column “revenue” is no number" in named.err) == (
        1,
        True,
    )


def test_a_ranking_is_written_whole_and_like_a_standard(
    call: Callable, ours: Path, company: object, tmp_path: Path
) -> None:
    path, out = tmp_path / "values.csv", tmp_path / "ranks.csv"
    path.write_text(VALUES, encoding="utf-8")
    weights = ("--weight", "revenue=3", "--weight", "often=2", "--weight", "late=1")
    done = call("weights", "topsis", path, *weights, "--cost", "late", "--out", out, "--json")
    assert [one["customer_id"] for one in done.json["customers"]] == ["A", "B", "C"]
    assert done.json["left_out"] == 1
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["rank"] for row in csv.DictReader(file)] == ["1", "2", "3"]
    assert call("weights", "topsis", path, *weights, "--out", out).code == 2
    results = tmp_path / "run"
    call("grade", *company.options, "--standard", ours, "--out", results, "--no-report")  # type: ignore[attr-defined]
    ranked = call("weights", "topsis", "--run", results, "--like", ours, "--json")
    assert ranked.code == 0, ranked.err
    assert json.loads(ranked.out)["customers"][0]["customer_id"] == "007"
