"""`kefen evaluate`: grades held against what happened next, without looking ahead."""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sklearn.metrics import roc_auc_score

from kefen.cli.main import cli

sys.path.insert(0, str(Path(__file__).parents[1] / "grading"))

import judged_company as company

AS_OF, END = date(2024, 12, 31), date(2025, 3, 31)
Call = Callable[..., Any]


def called(*arguments: object) -> Any:
    done = CliRunner(env={"LANG": "C", "COLUMNS": "200"}).invoke(cli, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output + done.stderr
    return done


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files, the results of grading them as of the end of 2024, and a book with three months."""
    folder = tmp_path_factory.mktemp("judged")
    people = company.write(folder / "customers.csv", company.customers())
    orders = company.write(folder / "orders.csv", company.orders())
    files = ("--customers", people, "--orders", orders)
    standard = folder / "judged.yaml"
    standard.write_text(company.STANDARD, encoding="utf-8")
    called(
        "grade",
        *files,
        "--standard",
        standard,
        "--as-of",
        AS_OF,
        "--out",
        folder / "run",
        "--no-report",
    )
    book = folder / "book"
    called("new", book)
    called("import", "customers", people, "--book", book)
    called("import", "orders", orders, "--book", book)
    for day in ("2024-09-30", AS_OF, "2025-06-30"):
        called(
            "grade",
            "--book",
            book,
            "--standard",
            standard,
            "--as-of",
            day,
            "--no-report",
            "--quiet",
        )
    return folder


def files(folder: Path) -> tuple[object, ...]:
    return ("--customers", folder / "customers.csv", "--orders", folder / "orders.csv")


def evaluated(folder: Path, *further: object, orders: Path | None = None) -> Any:
    given = ("--customers", folder / "customers.csv", "--orders", orders or folder / "orders.csv")
    return json.loads(
        called("evaluate", "--run", folder / "run", *given, "--json", *further).stdout
    )


def abc(said: Any) -> Any:
    return next(one for one in said["accuracy"]["schemes"] if one["scheme"] == "abc")


def order(scheme: Any, name: str) -> Any:
    return next(one for one in scheme["orders"] if one["order"] == name)


@pytest.fixture(scope="module")
def said(judged: Path) -> Any:
    return evaluated(judged)


def test_figures_are_those_computed_by_hand(judged: Path, said: Any) -> None:
    grades = dict(
        duckdb.sql(
            f"SELECT customer_id, grade FROM '{judged / 'run' / 'grades.parquet'}' "
            "WHERE scheme = 'abc' AND grade IS NOT NULL"
        ).fetchall()
    )
    after: dict[str, float] = defaultdict(float)
    before: dict[str, float] = defaultdict(float)
    for row in company.orders():
        day, amount = date.fromisoformat(row["ordered_at"]), float(row["amount"])
        if AS_OF < day <= END:
            after[row["customer_id"]] += amount
        if date(2024, 9, 30) < day <= AS_OF:
            before[row["customer_id"]] += amount
    scheme = abc(said)
    assert scheme["customers"] == len(grades)
    total = sum(after.get(one, 0) for one in grades)
    for found in scheme["classes"]:
        members = [one for one, grade in grades.items() if grade == found["grade"]]
        assert found["customers"] == len(members)
        assert found["value"] == pytest.approx(sum(after.get(one, 0) for one in members))
        assert found["value_share"] == pytest.approx(
            sum(after.get(one, 0) for one in members) / total, abs=1e-6
        )
        bought = sum(one in after for one in members) / len(members)
        assert found["bought"]["value"] == pytest.approx(bought, abs=1e-6)
        assert found["lost"] == pytest.approx(1 - bought, abs=1e-6)
    ids = sorted(grades)
    hits = [one in after for one in ids]
    area = roc_auc_score(hits, [-"ABC".index(grades[one]) for one in ids])
    assert order(scheme, "grade")["auc"]["value"] == pytest.approx(area, abs=1e-5)
    naive = roc_auc_score(hits, [before.get(one, 0) for one in ids])
    assert order(scheme, "value_before")["auc"]["value"] == pytest.approx(naive, abs=1e-5)
    assert order(scheme, "random")["captured"]["value"] == pytest.approx(scheme["best_share"])
    assert order(scheme, "random")["grades_are"] == "better"


def test_every_figure_has_its_customers_and_an_interval(said: Any) -> None:
    seen = 0

    def look(content: Any) -> None:
        nonlocal seen
        if isinstance(content, dict):
            if "low" in content:
                seen += 1
                assert content["customers"] > 0
                assert content["low"] <= content["value"] <= content["high"]
            for own in content.values():
                look(own)
        elif isinstance(content, list):
            for own in content:
                look(own)

    look(said)
    assert seen >= 40
    for part in ("accuracy", "effect", "process", "upkeep"):
        assert said[part]["judgement"]["en"].endswith(".")
        assert said[part]["judgement"]["zh"].endswith("。")


def test_what_happens_after_the_period_changes_nothing(judged: Path, said: Any) -> None:
    rows = [row for row in company.orders() if row["ordered_at"] <= END.isoformat()]
    rows += [dict(rows[-1], order_id="end", ordered_at=END.isoformat(), amount="1.00")]
    with_end = [*company.orders(), rows[-1]]
    short = evaluated(judged, orders=company.write(judged / "short.csv", rows))
    long = evaluated(judged, orders=company.write(judged / "long.csv", with_end))
    assert short["accuracy"] == long["accuracy"]
    assert short["effect"] == long["effect"]
    assert long["accuracy"] != said["accuracy"]  # the further order of the last day counts


def test_naive_orders_know_no_more_than_the_grades_did(judged: Path, said: Any) -> None:
    """An order cancelled within the period stood until then: what was before stays as it was."""
    rows = company.orders()
    early = next(row for row in rows if "2024-11" in row["ordered_at"])
    cancelled = [
        dict(
            row,
            status="cancelled" if row is early else "completed",
            cancelled_on="2025-02-01" if row is early else "",
        )
        for row in rows
    ]
    changed = evaluated(judged, orders=company.write(judged / "cancelled.csv", cancelled))
    assert abc(changed)["orders"] == abc(said)["orders"]


def test_a_period_that_is_not_over_is_refused(judged: Path, call: Call) -> None:
    run = ("evaluate", "--run", judged / "run", *files(judged))
    refused = call(*run, "--months", 7)
    assert refused.code == 2
    assert "end on 2025-07-31, and the data on 2025-06-30" in refused.err
    assert "--complete-until" in refused.err
    assert call(*run, "--months", 7, "--complete-until", "2025-07-31", "--quiet").code == 0


def test_wrong_calls_say_what_to_do(judged: Path, call: Call) -> None:
    run = judged / "run"
    for arguments, words in (
        (("--run", run), "results, not what happened afterwards"),
        (("--run", run, *files(judged), "--all"), "--run names runs"),
        (("--run", run, *files(judged), "--change", "2025-01-01"), "--changed FILE"),
        (("--run", run, *files(judged), "--months", "0"), "1 to 120 months"),
        (("--run", run, *files(judged), "--scheme", "nothing"), "nothing"),
        (("--book", judged / "book", *files(judged)), "Both a book and files"),
        (("--run", run, *files(judged), "--sample", "0"), "at least one customer"),
    ):
        refused = call("evaluate", *arguments)
        assert refused.code == 2, arguments
        assert words in refused.err


def test_a_book_is_judged_by_the_last_run_that_can_be(judged: Path) -> None:
    answer = called("evaluate", "--book", judged / "book", "--all", "--json")
    months = json.loads(answer.stdout)["months"]
    assert [one["as_of"] for one in months] == ["2024-09-30", "2024-12-31", "2025-06-30"]
    assert "accuracy" in months[1]
    assert "2025-06-30" in months[2]["why_not"]["en"]
    assert json.loads(answer.stdout)["as_of"] == "2024-12-31"
    upkeep = json.loads(answer.stdout)["upkeep"]
    assert upkeep["compared_since"] == "2024-12-31"
    assert upkeep["latest_run"] == "2025-06-30"
    assert upkeep["regraded_every"] == "month"
    assert upkeep["shifts"]


def test_a_run_that_is_named_is_compared_with_the_latest_of_the_book(judged: Path) -> None:
    run = ("--book", judged / "book", "--run", "2024-09-30-1")
    upkeep = json.loads(called("evaluate", *run, "--json").stdout)["upkeep"]
    assert upkeep["latest_run"] == "2025-06-30"
    assert upkeep["compared_since"] == "2024-09-30"
    assert upkeep["shifts"]


def test_the_report_says_the_same_in_both_languages(judged: Path, tmp_path: Path) -> None:
    for language, word in (("en", "Capture of what was bought next"), ("zh", "捕获曲线")):
        out = tmp_path / language
        called("--lang", language, "evaluate", "--book", judged / "book", "--all", "--out", out)
        page = (out / "evaluation.html").read_text(encoding="utf-8")
        assert word in page
        assert 'class="l-first"' in page
        workbook = load_workbook(out / "evaluation.xlsx")
        assert len(workbook.sheetnames) >= 6
        assert json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["months"]


def test_a_change_is_judged_only_beside_customers_without_it(judged: Path) -> None:
    scheme = dict(
        duckdb.sql(
            f"SELECT customer_id, grade FROM '{judged / 'run' / 'grades.parquet'}' "
            "WHERE scheme = 'abc' AND grade IS NOT NULL ORDER BY 1"
        ).fetchall()
    )
    half = [one for one in scheme if scheme[one] in "AB" and int(one[1:]) % 2]
    everybody = [one for one in scheme if scheme[one] == "A"]

    def effect(ids: list[str], on: str = "2025-01-01") -> Any:
        path = judged / "changed.csv"
        path.write_text("\n".join(["customer_id", *ids]) + "\n", encoding="utf-8")
        return evaluated(judged, "--change", on, "--changed", path)["effect"]["change"]

    found = effect(half)
    assert found["why_not"] is None
    assert found["effect"]["changed"] == len(half)
    assert found["grades"] == ["A", "B"]
    means = found["effect"]["means"]
    by_hand = (means[1] - means[0]) - (means[3] - means[2])
    assert found["effect"]["effect"]["value"] == pytest.approx(by_hand, rel=1e-3)
    assert found["before_the_change"] is not None
    ids = ", ".join(f"'{one}'" for one in half)
    given = f"read_csv('{judged / 'orders.csv'}', all_varchar = true)"
    bought = f"SELECT sum(amount::DECIMAL(18, 4)) FROM {given} WHERE customer_id IN ({ids}) AND "
    periods = ("'2024-10-01' AND '2024-12-31'", "'2025-01-01' AND '2025-03-31'")
    for mean, days in zip(means, periods, strict=False):
        total = duckdb.sql(f"{bought} ordered_at::DATE BETWEEN {days}").fetchall()[0][0]
        assert mean == pytest.approx(float(total) / len(half), rel=1e-3)
    # The others count by grade as often as those with the change.
    weighted = 0.0
    for one in "AB":
        rest = [c for c in scheme if scheme[c] == one and c not in half]
        ids = ", ".join(f"'{c}'" for c in rest)
        total = duckdb.sql(
            f"SELECT sum(amount::DECIMAL(18, 4)) FROM {given} WHERE customer_id IN ({ids}) "
            f"AND ordered_at::DATE BETWEEN {periods[0]}"
        ).fetchall()[0][0]
        share = sum(scheme[c] == one for c in half) / len(half)
        weighted += share * float(total or 0) / len(rest)
    assert means[2] == pytest.approx(weighted, rel=1e-3)
    assert effect([*half, "nobody"])["left_out"] == 1
    alone = effect(everybody)
    assert alone["effect"] is None
    assert "nobody to compare with" in alone["why_not"]["en"]
    assert "choose an earlier run" in effect(half, "2024-12-01")["why_not"]["en"]
    assert "not over" in effect(half, "2025-05-01")["why_not"]["en"]
    assert "none of the customers" in effect(["nobody"])["why_not"]["en"]
    told = called("evaluate", "--run", judged / "run", *files(judged), "--change", "2025-05-01",
                  "--changed", judged / "changed.csv")  # fmt: skip
    assert "What the change of 2025-05-01 did: the 3 months after it are not over" in " ".join(
        told.stdout.split()
    )


def test_a_blind_sheet_comes_back_as_agreement(judged: Path, tmp_path: Path) -> None:
    run = ("--run", judged / "run", *files(judged))
    sheet = tmp_path / "blind.csv"
    called("evaluate", *run, "--sample", 45, "--out", sheet)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 46
    assert len({row[0] for row in rows}) == 46
    grades = dict(
        duckdb.sql(
            f"SELECT customer_id, grade FROM '{judged / 'run' / 'grades.parquet'}' "
            "WHERE scheme = 'abc'"
        ).fetchall()
    )
    # As many of each grade, and no cell tells which.
    drawn = [grades[row[0]] for row in rows[1:]]
    assert {drawn.count(grade) for grade in "ABC"} == {15}
    at = {name: rows[0].index(name) for name in ("Value", "Assessed on")}
    assert all(not row[at["Value"]] for row in rows[1:])
    for number, row in enumerate(rows[1:]):
        # One in five is judged one class lower.
        own = grades[row[0]]
        row[at["Value"]] = own if number % 5 else {"A": "B", "B": "C", "C": "C"}[own]
        row[at["Assessed on"]] = "2025-01-15"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    agreement = evaluated(judged, "--assessments", sheet)["accuracy"]["agreement"]
    assert agreement["customers"] == 45
    assert agreement["alike"] == sum(row[at["Value"]] == grades[row[0]] for row in rows[1:])
    assert 0.6 < agreement["kappa"]["value"] < 0.95
    assert agreement["weighted_kappa"]["value"] > agreement["kappa"]["value"]
    again = tmp_path / "again.csv"
    called("evaluate", *run, "--sample", 45, "--out", again)
    assert again.read_text(encoding="utf-8-sig").splitlines()[0] == ",".join(rows[0])


def test_a_filled_form_has_marks_findings_owners_and_dates(
    judged: Path, tmp_path: Path, call: Call
) -> None:
    form = tmp_path / "form.csv"
    called("evaluate", "--new-form", form)
    with form.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for number, row in enumerate(rows[1:]):
        row[3] = "" if number == 0 else str(number % 5)
        row[4:] = ["no deputy", "Li", "2025-09-30"] if number == 1 else ["", "", ""]
    with form.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    process = evaluated(judged, "--form", form)["process"]
    assert process["form"][0]["mark"] is None
    assert process["form"][1] == {
        "id": "approved",
        "area": "organisation",
        "mark": 1,
        "of": 4,
        "finding": "no deputy",
        "owner": "Li",
        "due": "2025-09-30",
    }
    assert process["marks"]["organisation"] == {"mean": 2.0, "answered": 3}
    assert "weakest" in process["judgement"]["en"]
    rows[1][3] = "5"
    with form.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    refused = call("evaluate", "--run", judged / "run", *files(judged), "--form", form)
    assert refused.code == 1
    assert "form.csv:2" in refused.err
    assert call("evaluate", "--new-form", form).code == 2


def test_what_cannot_be_judged_is_said(said: Any) -> None:
    words = " ".join(one["en"] for one in said["effect"]["unjudged"])
    assert "Cost to serve" in words
    assert "Market share" in words
    assert "Cost to win" in words
    assert "Profit" not in words  # order lines have a cost
    assert said["accuracy"]["agreement"]["why_not"]["en"].startswith("nobody has judged")
    assert "its classes have no order" in json.dumps(said["accuracy"]["not_judged"])
    process = " ".join(one["en"] for one in said["process"]["unjudged"])
    assert "no form was filled in" in process
    assert said["process"]["teams"]
    assert "no later run" in said["upkeep"]["unjudged"][0]["en"]


def test_market_share_and_costs_are_told_where_they_are_known(judged: Path) -> None:
    markets = company.write(
        judged / "markets.csv",
        [
            {"period": f"{year}-{month:02}-01", "total": "100000"}
            for year, month in ((2024, 10), (2024, 11), (2024, 12), (2025, 1), (2025, 2), (2025, 3))
        ],
    )
    costs = company.write(
        judged / "costs.csv",
        [
            {"month": "2025-02-01", "kind": "service", "amount": "50", "customer_id": "C001"},
            {"month": "2025-02-01", "kind": "acquisition", "amount": "500", "customer_id": ""},
        ],
    )
    found = evaluated(judged, "--markets", markets, "--costs", costs)["effect"]
    sold = {"before": 0.0, "after": 0.0}
    for row in company.orders():
        day = date.fromisoformat(row["ordered_at"])
        if date(2024, 9, 30) < day <= AS_OF:
            sold["before"] += float(row["amount"])
        if AS_OF < day <= END:
            sold["after"] += float(row["amount"])
    assert found["market_share"] == [
        pytest.approx(sold["before"] / 300_000, rel=1e-5),
        pytest.approx(sold["after"] / 300_000, rel=1e-5),
    ]
    assert sum(float(one["cost_to_serve"]) for one in found["classes"]) == 50
    assert float(found["winning_and_keeping"]["cost_of_winning"]) == 500
    quarters = company.write(
        judged / "quarters.csv",
        [{"period": day, "total": "1"} for day in ("2024-11-30", "2025-02-28")],
    )
    other = evaluated(judged, "--markets", quarters)["effect"]
    assert other["market_share"] is None  # their quarters are not these


def test_the_report_of_a_later_run_tells_how_an_earlier_one_did(
    judged: Path, tmp_path: Path
) -> None:
    book = ("report", "--book", judged / "book", "--run")
    called(*book, "2025-06-30-1", "--out", tmp_path / "later", "--quiet")
    page = (tmp_path / "later" / "report.html").read_text(encoding="utf-8")
    assert "The grades of 2024-12-31, held against 2025-01-01 to 2025-03-31." in page
    assert "Capture of what was bought next" in page
    called(*book, "2024-09-30-1", "--out", tmp_path / "first", "--quiet")
    assert "How earlier grades did" not in (tmp_path / "first" / "report.html").read_text(
        encoding="utf-8"
    )


def test_grades_set_by_hand_are_counted(judged: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    called("new", book)
    for table in ("customers", "orders"):
        called("import", table, judged / f"{table}.csv", "--book", book)
    standard = ("--standard", judged / "judged.yaml", "--book", book)
    words = ("--reason", "our first customer", "--author", "Li", "--until", "2025-12-31")
    called(
        *("override", "C001", "--scheme", "abc", "--pin", "B", "--on", "2024-12-01"),
        *words,
        *standard,
    )
    called("grade", *standard, "--as-of", AS_OF, "--no-report", "--quiet")
    process = json.loads(called("evaluate", "--book", book, "--json").stdout)["process"]
    graded = process["overrides"]["abc"]["customers"]
    assert process["overrides"]["abc"]["value"] == pytest.approx(1 / graded, abs=1e-6)
    assert "Overrides" not in json.dumps(process["unjudged"])


def test_two_folders_of_results_are_judged_each_by_what_followed(judged: Path) -> None:
    standard = judged / "judged.yaml"
    earlier = judged / "earlier"
    called(
        *("grade", *files(judged), "--standard", standard, "--as-of", "2024-09-30"),
        *("--out", earlier, "--no-report", "--quiet"),
    )
    two = ("--run", earlier, "--run", judged / "run")
    said = json.loads(called("evaluate", *two, *files(judged), "--json").stdout)
    assert [one["as_of"] for one in said["months"]] == ["2024-09-30", AS_OF.isoformat()]
    assert said["as_of"] == AS_OF.isoformat()
    alone = evaluated(judged)
    assert said["accuracy"] == alone["accuracy"]
    since = json.loads(called("evaluate", *two, "--months", "6", *files(judged), "--json").stdout)
    assert since["upkeep"]["latest_run"] == AS_OF.isoformat()
