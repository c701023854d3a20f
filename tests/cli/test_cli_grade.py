"""`kefen grade` in file mode: files in, files out, and every way to be refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

RESULTS = {"grades.parquet", "metrics.parquet", "alerts.parquet", "calibration.json", "run.json"}
REPORTS = {"report.xlsx", "report.html", "tables.json"}


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def grades(folder: Path, scheme: str = "abc") -> dict[str, str | None]:
    rows = duckdb.sql(
        f"SELECT customer_id, grade FROM read_parquet('{folder / 'grades.parquet'}') "
        f"WHERE scheme = '{scheme}'"
    ).fetchall()
    return dict(rows)


def test_two_files_in_results_and_reports_out(call, company, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = call("grade", *company.options, "--as-of", "2025-12-31", "--out", out)
    assert answer.code == 0, answer.err
    assert files_in(out) == RESULTS | REPORTS
    assert grades(out) == {"007": "A", "0042": "B", "42": "C", "C4": None}
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["as_of"] == "2025-12-31"
    for said in ("4 customers", "2025-01-01 to 2025-12-31", "ABC by revenue", "Not run", str(out)):
        assert said in answer.out
    assert "kefen explain 007 --run" in answer.out


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1 further customer is created or first seen after that day, and not graded."),
        ("zh", "另有 1 位客户在该日之后建档或首次出现，未评级。"),
    ],
)
def test_customers_of_later_days_are_counted(
    call, tmp_path: Path, language: str, said: str
) -> None:
    customers, orders = tmp_path / "customers.csv", tmp_path / "orders.csv"
    customers.write_text("customer_id\nC1\nC2\n", encoding="utf-8")
    orders.write_text(
        "order_id,customer_id,ordered_at,amount\n1,C1,2026-09-01,10\n2,C2,2026-11-02,10\n",
        encoding="utf-8",
    )
    files = ("--customers", customers, "--orders", orders, "--lang", language, "--no-report")
    answer = call("grade", *files, "--as-of", "2026-10-31")
    assert answer.code == 0, answer.err
    assert said in answer.out.replace("\n", " ").replace("  ", " ")
    assert said not in call("grade", *files, "--as-of", "2026-11-30").out


def test_it_is_shown_in_chinese_too(call, company) -> None:
    answer = call("grade", *company.options, "--no-report", "--lang", "zh")
    assert answer.code == 0
    for said in ("4 位客户", "统计期间", "ABC 分类", "未运行的方案", "未写入文件"):
        assert said in answer.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_shown_fits_80_columns(call, company, language: str) -> None:
    from kefen.domain.text import display_width

    shown = call("grade", *company.options, "--no-report", "--lang", language).out
    assert max(map(display_width, shown.splitlines())) <= 80


def test_reports_are_in_the_language_of_the_call(call, company, tmp_path: Path) -> None:
    call("grade", *company.options, "--out", tmp_path / "o", "--lang", "zh", "--quiet")
    assert 'lang="zh' in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")


def test_ids_keep_their_zeros_and_names_are_no_formulas(call, company, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = call("grade", *company.options, "--out", out, "--customer", "007", "--quiet")
    assert answer.code == 0, answer.err
    assert set(grades(out)) == {"007", "0042", "42", "C4"}
    workbook = openpyxl.load_workbook(out / "report.xlsx")
    cells = [
        c for sheet in workbook for row in sheet.iter_rows() for c in row if c.value is not None
    ]
    named = [cell for cell in cells if "=cmd()" in str(cell.value)]
    assert named
    assert all(cell.data_type == "s" for cell in named)


def test_the_default_date_is_the_last_complete_month_and_is_said(
    write_csv, call, tmp_path: Path
) -> None:
    orders = write_csv(
        tmp_path / "o.csv",
        "order_id,customer_id,ordered_at,amount",
        [("1", "a", "2026-02-10", "5"), ("2", "a", "2026-03-02", "5")],
    )
    answer = call("grade", "--orders", orders, "--no-report")
    assert "as of 2026-02-28" in answer.out
    assert "--as-of takes another" in answer.out


def test_a_date_after_all_data_is_graded_with_a_word(call, company) -> None:
    answer = call("grade", *company.options, "--as-of", "2030-01-31", "--no-report")
    assert answer.code == 0
    assert "The last order is of 2025-12-31" in answer.out
    assert "Orders in 0 of 12 months" in answer.out


@pytest.mark.parametrize("day", ["2026-02-30", "31.01.2026", "20260131", "0001-01-01", "soon", ""])
def test_impossible_dates_are_refused(call, company, day: str) -> None:
    answer = call("grade", *company.options, "--as-of", day)
    assert answer.code == 2
    assert "--as-of" in answer.err
    assert "2026-10-31" in answer.err


def test_json_holds_the_essentials_and_nothing_else_is_printed(
    call, company, tmp_path: Path
) -> None:
    answer = call("grade", *company.options, "--json", "--out", tmp_path / "o", "--no-report")
    assert answer.code == 0
    assert answer.err == ""
    told = answer.json
    assert told["as_of"] == "2025-12-31"
    assert told["out"] == [str(tmp_path / "o")]
    abc = next(scheme for scheme in told["schemes"] if scheme["scheme"] == "abc")
    assert abc == {
        "scheme": "abc",
        "graded": 3,
        "not_graded": 1,
        "classes": {"A": 1, "B": 1, "C": 1},
    }
    assert {item["scheme"] for item in told["schemes_not_run"]} >= {"region", "satisfaction"}


def test_quiet_says_nothing(call, company, tmp_path: Path) -> None:
    answer = call("grade", *company.options, "--quiet", "--out", tmp_path / "o", "--no-report")
    assert answer == (0, "", "")


def test_existing_results_are_refused_until_overwritten(call, company, results: Path) -> None:
    before = (results / "run.json").read_bytes()
    refused = call("grade", *company.options, "--out", results)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert (results / "run.json").read_bytes() == before
    assert call("grade", *company.options, "--out", results, "--overwrite", "-q").code == 0
    assert files_in(results) == RESULTS | REPORTS


def test_a_folder_that_is_no_result_is_never_overwritten(call, company, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    answer = call("grade", *company.options, "--out", mine, "--overwrite")
    assert answer.code == 2
    assert (mine / "thesis.txt").read_text() == "years of work"


@pytest.fixture
def bad_orders(write_csv, tmp_path: Path) -> Path:
    return write_csv(
        tmp_path / "bad.csv",
        "order_id,customer_id,ordered_at,amount",
        [
            ("1", "007", "2025-03-15", "900"),
            ("2", "007", "2025-02-30", "12"),
            ("3", "007", "2025-03-16", "=1+1"),
            ("4", "nobody", "2025-03-17", "70"),
        ],
    )


def test_rejected_rows_are_counted_listed_and_harmless(
    call, company, bad_orders: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    answer = call(
        "grade", "--customers", company.customers, "--orders", bad_orders,
        "--max-rejected", "60%", "--out", out, "--no-report",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "2 rejected values are listed in rejected.csv" in answer.out
    assert "1 (70.00)" in answer.out
    with (out / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Row"], row["Column"], row["Value"], row["Code"]) for row in rows] == [
        ("3", "ordered_at", "2025-02-30", "impossible_date"),
        ("4", "amount", "'=1+1", "not_a_number"),
    ]
    assert {row["File"] for row in rows} == {"bad.csv"}
    assert all(row["Reason"] for row in rows)


def test_too_many_rejected_rows_stop_everything_and_can_be_listed(
    call, company, bad_orders: Path, tmp_path: Path
) -> None:
    out, listed = tmp_path / "out", tmp_path / "rejected.csv"
    arguments = ("grade", "--orders", bad_orders, "--out", out)
    refused = call(*arguments)
    assert refused.code == 1
    assert "2 of 4 rows" in refused.err
    assert "--rejected" in refused.err
    assert not out.exists()
    again = call(*arguments, "--rejected", listed)
    assert again.code == 1
    assert str(listed) in again.err
    assert len(listed.read_text(encoding="utf-8-sig").splitlines()) == 3


def test_errors_are_json_objects_for_machines(call, bad_orders: Path) -> None:
    answer = call("grade", "--orders", bad_orders, "--json", "--lang", "zh")
    assert answer.code == 1
    assert answer.err == ""
    error = answer.json["error"]
    assert error["exit"] == 1
    assert error["where"] == "bad.csv"
    assert "行被拒绝" in error["what"]
    assert call("grade", "--nope", "--json").json["error"]["exit"] == 2


def test_a_master_of_spark_is_refused_without_spark(call, company) -> None:
    answer = call("grade", *company.options, "--spark-master", "local[2]")
    assert answer.code == 2
    assert "--engine spark" in answer.err


def test_no_data_at_all_is_a_wrong_call(call) -> None:
    answer = call("grade")
    assert answer.code == 2
    assert "kefen demo" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--orders", "nowhere.csv"),
        ("--mapping", "nowhere.yaml"),
        ("--standard", "nowhere.yaml"),
        ("--calibration", "nowhere.json"),
        ("--rates", "nowhere.csv"),
    ],
)
def test_files_that_are_not_there_are_wrong_calls(
    call, company, arguments: tuple[str, str]
) -> None:
    answer = call("grade", *company.options, *arguments)
    assert answer.code == 2
    assert "nowhere" in answer.err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--max-rejected", "lots"),
        ("--max-rejected", "120%"),
        ("--max-rejected", "NaN"),
        ("--memory", "much"),
        ("--timezone", "Mars/Olympus"),
        ("--currency", "euros"),
        ("--sheet", "Sheet1"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(call, company, option: str, value: str) -> None:
    answer = call("grade", *company.options, option, value)
    assert answer.code == 2
    assert f"{option}: " in answer.err
    assert value in answer.err


@pytest.mark.parametrize("text", ["", "order_id,customer_id,ordered_at,amount\n", "\0\1\2binary"])
def test_unusable_files_are_wrong_data(call, tmp_path: Path, text: str) -> None:
    path = tmp_path / "o.csv"
    path.write_text(text)
    answer = call("grade", "--orders", path)
    assert answer.code == 1
    assert answer.err.startswith("Error: ")


def test_a_wrong_standard_is_told_with_its_place(call, company, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("standard: ours\nversion: one\nmetrics: {}\nschemes: {}\n")
    answer = call("grade", *company.options, "--standard", path)
    assert answer.code == 1
    assert "ours.yaml:2" in answer.err


def test_several_files_of_a_table_are_one(write_csv, call, company, tmp_path: Path) -> None:
    more = write_csv(
        tmp_path / "more.csv",
        "order_id,customer_id,ordered_at,amount",
        [("9", "C4", "2025-12-30", "5000")],
    )
    out = tmp_path / "out"
    call("grade", *company.options, "--orders", more, "--out", out, "--no-report", "-q")
    assert grades(out)["C4"] == "A"


def test_a_frozen_calibration_is_applied(call, company, results: Path, tmp_path: Path) -> None:
    out = tmp_path / "frozen"
    frozen = results / "calibration.json"
    answer = call(
        "grade", *company.options, "--calibration", frozen, "--out", out, "--no-report", "--json"
    )
    assert answer.json["calibration"] == "frozen"
    assert json.loads((out / "calibration.json").read_text()) == json.loads(frozen.read_text())
    assert grades(out) == grades(results)


def test_a_sheet_can_be_named(call, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, amount in (("2024", 1), ("2025", 700)):
        sheet = workbook.create_sheet(name)
        sheet.append(["order_id", "customer_id", "ordered_at", "amount"])
        sheet.append([f"{name}-1", "a", f"{name}-05-31", amount])
    workbook.save(tmp_path / "o.xlsx")
    answer = call("grade", "--orders", tmp_path / "o.xlsx", "--sheet", "orders=2024", "--json",
                  "--no-report")  # fmt: skip
    assert answer.json["as_of"] == "2024-05-31"


def test_reading_options_without_files_are_refused(call, book: Path) -> None:
    answer = call("grade", "--book", book, "--mapping", "m.yaml")
    assert answer.code == 2
    assert "--mapping" in answer.err


def test_book_and_files_together_are_refused(call, company, book: Path) -> None:
    assert call("grade", *company.options, "--book", book).code == 2
