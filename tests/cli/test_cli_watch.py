"""`kefen watch`: alerts of a run as they are called, in a folder and in a book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_alerts_are_listed_followed_and_judged(
    call: Callable, company: Any, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    assert call("new", book).code == 0
    assert call("import", "customers", company.customers, "--book", book).code == 0
    orders = tmp_path / "more.csv"
    rows = [(f"d{day}", "C4", f"2025-01-{day}", "100") for day in (10, 11, 12, 13)]
    lines = [",".join(row) for row in rows]
    orders.write_text(
        "\n".join(["order_id,customer_id,ordered_at,amount", *lines]) + "\n", encoding="utf-8"
    )
    for file in (company.orders, orders):
        assert call("import", "orders", file, "--book", book).code == 0
    for day in ("2025-10-31", "2025-11-30", "2026-01-31"):
        assert call("grade", "--book", book, "--as-of", day, "--no-report").code == 0
    found = call("watch", "--run", "2025-10-31-1", "--book", book, "--json").json
    (gap,) = [one for one in found["customers"] if one["alert"] == "order_gap"]
    assert (gap["customer_id"], gap["state"], gap["first_seen"]) == ("C4", "new", "2025-10-31")
    assert gap["evidence"]["orders"] == 4
    later = call("watch", "--run", "2025-11-30-1", "--book", book, "--json").json
    (still,) = [one for one in later["customers"] if one["alert"] == "order_gap"]
    assert (still["state"], still["first_seen"]) == ("still", "2025-10-31")
    assert {"alert": "overdue", "not_watched": ["days_overdue_now"]}.items() <= next(
        one for one in later["alerts"] if one["alert"] == "overdue"
    ).items()
    shown = call("watch", "--run", "2025-10-31-1", "--book", book, "--lang", "zh")
    assert "C4：超出自身购买节奏（高，新，2025-10-31 起）" in shown.out
    judged = {one["alert"]: one for one in call("watch", "--judge", "--book", book, "--json").json}
    assert judged["order_gap"]["runs"] == 1
    told = " ".join(call("watch", "--judge", "--book", book).out.split())
    assert "came true" in told
    assert "Close above the line of A foretells: value index ≠ “A”." in told
    alone = call("watch", "--judge", "--alert", "order_gap", "--book", book, "--json").json
    assert [one["alert"] for one in alone] == ["order_gap"]
    unknown = call("watch", "--judge", "--alert", "core_lost", "--book", book)  # foretells nothing
    assert unknown.code == 2
    beside = call("watch", "--judge", "--state", "gone", "--book", book)
    assert beside.code == 2
    assert "do not go together" in beside.err
    wrong = call("watch", "--alert", "nothing", "--book", book)
    assert wrong.code == 2
    assert "order_gap" in wrong.err
    assert call("watch", "--state", "old", "--book", book).code == 2


def test_a_run_before_that_was_restated_is_told_and_the_evidence_stays_as_it_was(
    call: Callable, book: Path
) -> None:
    def grade(day: str, *options: Any) -> None:
        ask = ("grade", "--book", book, "--as-of", day, "--no-report", "--quiet", *options)
        made = call(*ask)
        assert made.code == 0, made.err

    def watched() -> Any:
        return call("watch", "--run", "2025-09-30-1", "--book", book, "--json").json

    grade("2025-08-31")
    grade("2025-09-30")
    before = watched()
    assert before["run_before_restated"] is None
    lines = book / "lake" / "run_files" / "2025-09-30-1" / "calibration.json"
    grade("2025-08-31", "--calibration", lines)
    after = watched()
    assert "2025-08-31-2 holds in its place now" in after["run_before_restated"]
    assert {**after, "run_before_restated": None} == before
    told = call("watch", "--run", "2025-09-30-1", "--book", book, "--lang", "zh").out
    assert "其后 2025-08-31-2 已取代它" in told
    grade("2025-09-30")
    again = call("watch", "--run", "2025-09-30-2", "--book", book, "--json").json
    assert again["run_before_restated"] is None


def test_of_two_standards_graded_as_of_one_date_the_last_one_is_meant(
    call: Callable, company: Any, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    assert call("new", book).code == 0
    assert call("import", "orders", company.orders, "--book", book).code == 0
    for code in ("b-sizes", "a-sizes"):
        standard = tmp_path / f"{code}.yaml"
        standard.write_text(
            f"""\
standard: {code}
version: 1
name: {{en: Sizes, zh: 规模}}
metrics:
  spent: {{sum: orders.amount, over: last 12 months, unit: money}}
schemes:
  {code[0]}_size:
    score: spent
    grade_by: score
    grades: {{A: ">= 1000", B: else}}
alerts:
  small:
    name: {{en: Small, zh: 小}}
    when: spent < 100
    severity: low
""",
            encoding="utf-8",
        )
        for day in ("2025-10-31", "2025-11-30"):
            graded = call(
                *("grade", "--book", book, "--standard", standard, "--as-of", day, "--no-report")
            )
            assert graded.code == 0, graded.err
    compared = call("compare", "--book", book, "--from", "2025-10", "--to", "2025-11", "--json")
    assert [one["scheme"] for one in compared.json["schemes"]] == ["a_size"]
    judged = call("watch", "--judge", "--book", book)
    assert judged.code == 2
    assert "No alert of the standard a-sizes says what it foretells." in judged.err
