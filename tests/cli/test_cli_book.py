"""The commands of a book: make, import, list, undo, check, grade, explain, report, keep."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest


def run_files(book: Path) -> list[str]:
    return sorted(path.name for path in (book / "lake" / "run_files").iterdir())


def test_the_current_directory_is_the_book(call, book: Path, monkeypatch) -> None:
    monkeypatch.chdir(book)
    answer = call("batches", "--json")
    assert [one["table"] for one in answer.json["batches"]] == ["customers", "orders"]


def test_a_book_is_not_made_twice(call, book: Path) -> None:
    answer = call("new", book)
    assert answer.code == 1
    assert str(book) in answer.err


def test_no_book_and_a_wrong_book_are_told_apart(call, tmp_path: Path) -> None:
    assert call("batches").code == 2
    answer = call("batches", "--book", tmp_path)
    assert answer.code == 1
    assert "kefen new" in answer.err


def test_the_same_file_twice_brings_nothing_new(call, book: Path, company) -> None:
    answer = call("import", "orders", company.orders, "--book", book)
    assert answer.code == 0
    assert "6 unchanged" in answer.out
    assert call("batches", "3", "--book", book, "--json").json["batches"][0]["state"] == (
        "nothing new"
    )


def test_batches_are_listed_and_undone(
    call, book: Path, company, write_csv, tmp_path: Path
) -> None:
    more = write_csv(
        tmp_path / "more.csv",
        "order_id,customer_id,ordered_at,amount",
        [("9", "C4", "2025-12-30", "5000")],
    )
    assert "1 new" in call("import", "orders", more, "--book", book).out
    assert "more.csv" in call("batches", "--book", book).out
    undone = call("undo", "3", "--book", book, "--json").json
    assert (undone["removed"], undone["left"]) == (1, 0)
    again = call("undo", "3", "--book", book)
    assert again.code == 2
    assert "more.csv" in again.err
    assert "已撤销" in call("batches", "--book", book, "--lang", "zh").out


def test_an_unknown_batch_or_table_is_a_wrong_call(call, book: Path, company) -> None:
    assert call("undo", "77", "--book", book).code == 2
    answer = call("import", "order", company.orders, "--book", book)
    assert answer.code == 2
    assert "receivables" in answer.err


def test_rejected_rows_of_a_batch_can_be_had(call, book: Path, write_csv, tmp_path: Path) -> None:
    bad = write_csv(
        tmp_path / "bad.csv",
        "order_id,customer_id,ordered_at,amount",
        [("20", "007", "2025-01-01", "5"), ("21", "007", "2025-01-01", "=x")],
    )
    refused = call("import", "orders", bad, "--book", book, "--rejected", tmp_path / "r.csv")
    assert refused.code == 1
    assert "'=x" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert len(call("batches", "--book", book, "--json").json["batches"]) == 2
    taken = call("import", "orders", bad, "--book", book, "--max-rejected", "0.5")
    assert "kefen batches 3 --rejected" in taken.out
    answer = call("batches", "3", "--rejected", tmp_path / "again.csv", "--book", book)
    assert answer.code == 0
    rows = list(csv.reader((tmp_path / "again.csv").open(encoding="utf-8-sig")))
    assert rows[1][:3] == ["3", "amount", "'=x"]
    assert call("batches", "--rejected", tmp_path / "no.csv", "--book", book).code == 2


def test_a_run_of_a_book_is_kept_in_it_and_copied_out(call, book: Path, tmp_path: Path) -> None:
    assert run_files(book) == ["2025-12-31-1"]
    answer = call("grade", "--book", book, "--out", tmp_path / "out", "--no-report", "--json")
    assert answer.json["run"] == "2025-12-31-2"
    assert run_files(book) == ["2025-12-31-1", "2025-12-31-2"]
    first, second = (book / "lake" / "run_files" / name for name in run_files(book))
    for name in ("grades.parquet", "metrics.parquet", "calibration.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
        assert (tmp_path / "out" / name).read_bytes() == (second / name).read_bytes()


def test_a_refused_run_leaves_no_trace(call, book: Path, results: Path) -> None:
    assert call("grade", "--book", book, "--out", results).code == 2
    assert run_files(book) == ["2025-12-31-1"]


def test_what_a_killed_run_left_is_no_part_of_the_next(call, book: Path) -> None:
    left = book / "lake" / "run_files" / "2025-12-31-2" / "left.parquet"
    left.parent.mkdir()
    left.write_bytes(b"half of it")
    answer = call("grade", "--book", book, "--no-report", "--json")
    assert answer.json["run"] == "2025-12-31-2"
    assert not left.exists()


def test_explanations_add_up_and_know_the_name(call, book: Path) -> None:
    shown = call("explain", "007", "--book", book)
    assert shown.code == 0
    assert "=cmd() (007)" in shown.out
    told = call("explain", "007", "--book", book, "--scheme", "value_index", "--json").json
    (index,) = told["schemes"]
    from decimal import Decimal

    points = [Decimal(line["points"]) for line in index["points"] if line["points"] is not None]
    assert sum(points) == Decimal(index["score"])
    assert index["score"] in call("explain", "007", "--book", book).out


def test_file_mode_results_are_explained_in_both_languages(call, results: Path) -> None:
    for language, said in (("en", "What to do"), ("zh", "建议")):
        answer = call("explain", "0042", "--run", results, "--scheme", "abc", "--lang", language)
        assert answer.code == 0
        assert "0042" in answer.out
        assert said in answer.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "nobody"),
        ("explain", "007", "--scheme", "nope"),
        ("explain", "007", "--scheme", "satisfaction"),
        ("what-if", "007", "nope=1"),
        ("what-if", "007", "revenue"),
        ("what-if", "007", "revenue=much"),
        ("what-if", "007"),
        ("what-if", "007", "revenue=1", "--to", "A"),
        ("what-if", "007", "--to", "Z", "--scheme", "abc"),
    ],
)
def test_questions_about_what_is_not_there_are_wrong_calls(
    call, results: Path, arguments: tuple[str, ...]
) -> None:
    answer = call(*arguments, "--run", results)
    assert answer.code == 2
    assert answer.err.startswith("Error: ")


def test_a_run_that_is_not_there_is_a_wrong_call(call, book: Path, tmp_path: Path) -> None:
    assert call("explain", "007", "--run", "nowhere").code == 2
    assert call("explain", "007", "--run", "nowhere", "--book", book).code == 2
    assert call("explain", "007").code == 2
    empty = tmp_path / "empty"
    call("new", empty)
    assert call("explain", "007", "--book", empty).code == 2


def test_what_if_moves_a_grade_and_finds_the_way_to_one(call, results: Path) -> None:
    told = call("what-if", "42", "revenue=1000000", "--run", results, "--json").json
    abc = next(one for one in told["schemes"] if one["scheme"] == "abc")
    assert (abc["grade_before"], abc["grade_after"], abc["moved"]) == ("C", "A", True)
    assert "A" in call("what-if", "42", "revenue=1000000", "--run", results).out
    way = call("what-if", "42", "--to", "A", "--scheme", "abc", "--run", results, "--json").json
    needed = next(one for one in way["changes"] if one["metric"] == "revenue")["needed"]
    verified = call("what-if", "42", f"revenue={needed}", "--run", results, "--json").json
    assert next(s for s in verified["schemes"] if s["scheme"] == "abc")["grade_after"] == "A"
    assert call("what-if", "42", "--to", "A", "--run", results).code == 0


def test_the_report_of_a_kept_run_has_its_grades_and_the_card(
    call, book: Path, write_csv, tmp_path: Path
) -> None:
    later = write_csv(
        tmp_path / "later.csv",
        "order_id,customer_id,ordered_at,amount",
        [("9", "C4", "2025-12-30", "77777")],
    )
    call("import", "orders", later, "--book", book)
    out = tmp_path / "report"
    answer = call("report", "--book", book, "--customer", "007", "--out", out)
    assert answer.code == 0, answer.err
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "=cmd()" in page
    assert "77,777" not in page
    kept = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert kept["lake_versions"]["orders"] < 2
    assert call("report", "--book", book, "--out", out).code == 2
    assert call("report", "--book", book, "--out", out, "--overwrite", "--quiet").code == 0


def test_a_report_of_files_grades_them(call, company, tmp_path: Path) -> None:
    out = tmp_path / "report"
    answer = call("report", *company.options, "--customer", "0042", "--out", out, "--json")
    assert answer.json == {"out": str(out)}
    assert "乙公司" in (out / "report.html").read_text(encoding="utf-8")
    nobody = call("report", *company.options, "--customer", "x", "--out", tmp_path / "n")
    assert nobody.code == 2
    assert not (tmp_path / "n").exists()


def test_results_alone_cannot_be_reported(call, results: Path) -> None:
    assert call("report", "--run", results).code == 2


def test_backup_restore_and_doctor(call, book: Path, tmp_path: Path) -> None:
    kept, again = tmp_path / "kept.tar.zst", tmp_path / "again"
    assert call("backup", kept, "--book", book, "--json").json["files"] > 5
    assert call("backup", kept, "--book", book).code == 1
    assert call("restore", kept, again).code == 0
    assert call("restore", kept, again).code == 1
    assert call("explain", "007", "--book", again).code == 0
    sound = call("doctor", "--book", again)
    assert sound.code == 0
    assert "sound" in sound.out
    next((again / "lake" / "orders").rglob("*.parquet")).unlink()
    ill = call("doctor", "--book", again, "--json")
    assert ill.code == 1
    assert any(one["severity"] == "error" for one in ill.json["findings"])


def test_check_judges_files_and_books_alike(call, book: Path, company) -> None:
    of_book = call("check", "--book", book, "--json")
    of_files = call("check", *company.options, "--json")
    assert of_book.code == of_files.code == 0
    assert of_book.json["as_of"] == of_files.json["as_of"] == "2025-12-31"
    verdicts = [verdict["principle"] for verdict in of_files.json["verdicts"]]
    assert verdicts == ["whole", "scientific", "comparable", "continuous"]
    assert "完整性" in call("check", "--book", book, "--lang", "zh").out
    assert len(call("check", "--book", book, "--all").out) > len(call("check", "--book", book).out)


def test_results_of_a_book_are_in_its_language(call, company, tmp_path: Path) -> None:
    place = tmp_path / "zh"
    call("new", place, "--lang", "zh")
    call("import", "orders", company.orders, "--book", place)
    call("grade", "--book", place, "--quiet", "--out", tmp_path / "out")
    assert 'lang="zh' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_mapping_is_guessed_and_read_again(call, write_csv, tmp_path: Path) -> None:
    orders = write_csv(
        tmp_path / "o.csv", "单据编号,客户代码,单据日期,金额(万元),备注",
        [("1", "甲", "2025-12-31", "1.5", "x")],
    )  # fmt: skip
    guessed = call("mapping", "--orders", orders, "--name", "erp")
    assert guessed.code == 0
    assert "备注" in guessed.err
    path = tmp_path / "m.yaml"
    path.write_text(guessed.out, encoding="utf-8")
    told = call("grade", "--orders", orders, "--mapping", path, "--no-report", "--json").json
    assert told["customers"]["graded"] == 1
    assert call("mapping").code == 2


def test_standards_are_begun_checked_shown_and_used(call, book: Path, tmp_path: Path) -> None:
    assert call("standard", "new", "ours", "--book", book).code == 0
    path = book / "standards" / "ours.yaml"
    assert call("standard", "new", "ours", "--book", book).code == 2
    checked = call("standard", "check", path, "--json").json
    assert checked["usable"]
    assert (
        call("grade", "--book", book, "--standard", "ours", "--no-report", "--json").json[
            "standard"
        ]["id"]
        == "ours"
    )
    problems = call("standard", "check", path, "--book", book, "--json").json["problems"]
    lacking = [one for one in problems if "cannot be measured: not imported" in one["what"]]
    assert any("not run for it: satisfaction" in one["what"] for one in lacking)
    told = call("standard", "explain", "ours", "--book", book, "--scheme", "abc", "--lang", "zh")
    assert "关键客户" in told.out
    assert call("standard", "explain", "--scheme", "nope").code == 2
    assert call("standard", "show").out.startswith("# The default standard")
    assert {one["id"] for one in call("standard", "explain", "--json").json["schemes"]} > {"abc"}
    path.write_text(path.read_text().replace("grade_by: conditions", "grade_by: magic"))
    wrong = call("standard", "check", path)
    assert wrong.code == 1
    assert "ours.yaml:" in wrong.out
    assert call("standard", "check", tmp_path / "none.yaml").code == 2


def test_a_report_compares_with_the_run_before(call, book: Path, company, tmp_path: Path) -> None:
    october, november = tmp_path / "october", tmp_path / "november"
    for out, day in ((october, "2025-10-31"), (november, "2025-11-30")):
        assert call("grade", "--book", book, "--as-of", day, "--out", out).code == 0
    assert "Previous counts are those of the run as of 2025-10-31." in (
        november / "report.html"
    ).read_text(encoding="utf-8")
    assert "Previous counts are" not in (october / "report.html").read_text(encoding="utf-8")
    out = tmp_path / "again"
    assert call("report", "--book", book, "--run", "2025-11-30-1", "--out", out).code == 0
    assert "as of 2025-10-31." in (out / "report.html").read_text(encoding="utf-8")
    later = call(
        "grade", *company.options, "--as-of", "2025-10-31", "--previous", november,
        "--out", tmp_path / "never",
    )  # fmt: skip
    assert later.code == 2
    assert "not before 2025-10-31" in later.err
    files = tmp_path / "files"
    call("grade", *company.options, "--as-of", "2025-12-31", "--previous", november, "--out", files)
    assert "as of 2025-11-30." in (files / "report.html").read_text(encoding="utf-8")
