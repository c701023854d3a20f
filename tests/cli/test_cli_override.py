"""People decide about grades that customers hold: given, listed, ended, and applied in runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

STANDARD = """\
standard: levels
version: 1
name: {en: Levels, zh: 等级}
metrics:
  spent: {sum: orders.amount, over: last 12 months, unit: money, name: {en: Spent, zh: 消费}}
schemes:
  level:
    name: {en: Level, zh: 级别}
    score: spent
    grade_by: score
    grades: {A: ">= 1000", B: ">= 100", C: else}
    approval: {A: [director], B: [manager], C: [manager]}
  lifted:
    name: {en: Lifted, zh: 提级}
    score: spent
    grade_by: score
    grades: {A: ">= 1000", B: ">= 100", C: else}
    movement: {rise: {by: hand, once_in: 6 months}}
  kept:
    name: {en: Kept, zh: 保级}
    score: spent
    grade_by: score
    grades: {A: ">= 1000", B: ">= 100", C: else}
    movement: {keeps: 6 months, to_stay: {A: spent >= 800, B: spent >= 80}}
"""
GIVEN = ("--reason", "key account", "--author", "Li")


@pytest.fixture
def levels(call, book: Path, tmp_path: Path):
    """Grade the book as of a day under a standard of levels; the run's folder."""
    file = tmp_path / "levels.yaml"
    file.write_text(STANDARD, encoding="utf-8")

    def grade(as_of: str) -> Path:
        answer = call(
            *("grade", "--book", book, "--standard", file, "--as-of", as_of),
            *("--no-report", "--json"),
        )
        assert answer.code == 0, answer.err
        return Path(answer.json["out"][0])

    return grade


def held(folder: Path, customer: str, scheme: str = "level") -> dict:
    path = folder / "served.parquet"
    if not path.exists():
        return {}
    rows = pq.read_table(path).to_pylist()
    found = [r for r in rows if (r["customer_id"], r["scheme"]) == (customer, scheme)]
    return found[0] if found else {}


def give(call, book: Path, customer: str, *rest: object, scheme: str = "level"):
    return call("override", customer, "--scheme", scheme, "--book", book, *GIVEN, *rest)


def test_a_floor_holds_within_its_days_beside_the_computed_grade(call, book: Path, levels) -> None:
    levels("2025-09-30")
    days = ("--from", "2025-10-15", "--until", "2025-11-30", "--on", "2025-10-10")
    answer = give(call, book, "C4", "--floor", "B", "--approver", "Wang", *days)
    assert answer.code == 0, answer.err
    assert "o1" in answer.out
    october = levels("2025-10-31")
    row = held(october, "C4")
    assert (row["computed"], row["grade"], row["hold"], row["by"]) == ("C", "B", "override", "o1")
    assert row["held_until"].isoformat() == "2025-12-01"
    told = call("explain", "C4", "--book", book).out
    assert "Would be C, held at B until 2025-11-30: a person's decision (o1)." in told
    assert held(levels("2025-12-31"), "C4").get("hold") is None


def test_a_grade_held_says_until_when_it_is_kept_and_what_is_enough_to_stay(
    call, book: Path, levels
) -> None:
    row = held(levels("2025-09-30"), "C4", "kept")
    assert (row["grade"], row["hold"]) == (row["computed"], None)
    ends = row["kept_until"]
    until = (ends - timedelta(days=1)).isoformat()
    told = " ".join(call("explain", "C4", "--scheme", "kept", "--book", book).out.split())
    assert f"Holds {row['grade']} since 2025-09-30; it is kept until {until}." in told
    told = call("explain", "C4", "--scheme", "kept", "--book", book, "--json").json
    assert told["schemes"][0]["held"]["kept_until"] == ends.isoformat()
    line = {"A": 800, "B": 80}.get(row["grade"])
    words = told["schemes"][0]["held"]["words"]["en"]
    assert (f"To stay at {row['grade']}: Spent ≥ {line}." in words) is (line is not None)


def test_what_if_tells_the_grade_held_from_the_computed_one(call, book: Path, levels) -> None:
    levels("2025-09-30")
    for asked in (("--to", "A", "--scheme", "kept"), ("spent=5000",)):
        said = " ".join(call("what-if", "C4", *asked, "--book", book).out.split())
        assert "This is the grade computed under Kept; how it moves is another matter." in said
        assert "Holds " in said
    answer = call("what-if", "C4", "--to", "A", "--scheme", "kept", "--book", book, "--json").json
    assert answer["held_grade"]["kept_until"]
    answer = call("what-if", "C4", "spent=5000", "--book", book, "--json").json
    assert set(answer["held_grades"]) == {"lifted", "kept"}


def test_a_run_of_a_day_before_the_decision_does_not_know_it(call, book: Path, levels) -> None:
    levels("2025-09-30")
    days = ("--from", "2025-09-01", "--until", "2026-12-31", "--on", "2025-11-02")
    assert give(call, book, "C4", "--pin", "B", "--approver", "Wang", *days).code == 0
    assert held(levels("2025-10-31"), "C4") == {}
    assert held(levels("2025-11-30"), "C4")["grade"] == "B"


def test_an_override_is_ended_and_runs_before_its_end_still_have_it(
    call, book: Path, levels
) -> None:
    levels("2025-09-30")
    days = ("--until", "2026-12-31", "--on", "2025-09-30")
    assert give(call, book, "007", "--cap", "B", "--approver", "Wang", *days).code == 0
    ended = call(
        *("override", "--end", "o1", "--on", "2025-11-15", "--book", book),
        *("--reason", "settled", "--author", "Li"),
    )
    assert ended.code == 0, ended.err
    assert held(levels("2025-10-31"), "007")["grade"] == "B"
    assert held(levels("2025-11-30"), "007")["grade"] == "A"
    again = call("override", "--end", "o1", "--book", book, *GIVEN)
    assert again.code == 2
    assert "has ended" in again.err
    listed = call("overrides", "--all", "--book", book, "--json").json["overrides"]
    assert [(one["state"], one["end_reason"]) for one in listed] == [("ended", "settled")]


def test_drift_is_told_when_the_computed_grade_leaves_the_override_behind(
    call, book: Path, levels
) -> None:
    levels("2025-10-31")  # 007 has 900: B
    days = ("--until", "2099-12-31", "--on", "2025-10-31")
    assert give(call, book, "007", "--cap", "B", "--approver", "Wang", *days).code == 0
    assert give(call, book, "0042", "--pin", "B", "--approver", "Wang", *days).code == 0
    levels("2025-10-31")
    assert "left it behind" not in call("overrides", "--book", book).out
    levels("2025-11-30")  # 007 has 2100: A
    told = " ".join(call("overrides", "--book", book).out.split())
    assert "o1: the computed grade has left it behind: A since 2025-11-30, 1 step from B" in told
    chinese = call("overrides", "--book", book, "--lang", "zh").out
    assert "已偏离" in chinese
    drift = call("overrides", "--book", book, "--json").json["overrides"][0]["drift"]
    assert (drift["computed"], drift["steps"], drift["left_behind"]) == ("A", 1, True)
    levels("2026-11-20")  # 007 bought nothing in twelve months: C, after A
    told = " ".join(call("overrides", "--book", book).out.split())
    assert "o1: the computed grade is C since 2026-11-20; the override is not needed" in told


def test_a_run_tells_at_its_end_and_in_its_report_what_left_an_override_behind(
    call, book: Path, levels, tmp_path: Path
) -> None:
    levels("2025-10-31")  # 007 has 900: B
    days = ("--until", "2099-12-31", "--on", "2025-10-31")
    assert give(call, book, "007", "--cap", "B", "--approver", "Wang", *days).code == 0
    standard = tmp_path / "levels.yaml"
    ask = ("grade", "--book", book, "--standard", standard)
    assert "left it behind" not in call(*ask, "--as-of", "2025-10-31", "--no-report").out
    answer = call(*ask, "--as-of", "2025-11-30")
    assert answer.code == 0, answer.err
    told = " ".join(answer.out.split())
    assert "o1: the computed grade has left it behind: A as of 2025-11-30, 1 step from B" in told
    report = book / "lake" / "run_files" / "2025-11-30-1" / "report.html"
    page = report.read_text(encoding="utf-8")
    assert "Overrides to look at again" in page


def test_a_floor_of_who_has_no_grade_is_warned_of(call, book: Path, levels, tmp_path: Path) -> None:
    text = STANDARD.replace(
        "    grade_by: score\n", "    among: spent > 0\n    otherwise: idle\n    grade_by: score\n"
    ).replace("metrics:", "reasons: {idle: {en: bought nothing, zh: 未购买}}\nmetrics:", 1)
    (tmp_path / "levels.yaml").write_text(text, encoding="utf-8")
    folder = levels("2025-01-31")
    rows = pq.read_table(folder / "grades.parquet").to_pylist()
    bare = next(r["customer_id"] for r in rows if r["scheme"] == "level" and r["grade"] is None)
    days = ("--until", "2099-12-31", "--on", "2025-01-31")
    answer = give(call, book, bare, "--floor", "B", "--approver", "Wang", *days)
    assert answer.code == 0, answer.err
    assert "a floor lifts nothing until it has one" in " ".join(answer.out.split())
    ask = ("grade", "--book", book, "--standard", tmp_path / "levels.yaml", "--no-report")
    told = " ".join(call(*ask, "--as-of", "2025-01-31").out.split())
    assert "there is no computed grade as of 2025-01-31, so that a floor lifts nothing" in told


def test_results_of_another_standard_are_said_to_hold_nothing(
    call, book: Path, levels, tmp_path: Path
) -> None:
    levels("2025-09-30")
    files = [tmp_path / "customers.csv", tmp_path / "orders.csv"]
    files[0].write_text("customer_id\nx\n")
    files[1].write_text("order_id,customer_id,ordered_at,amount\n1,x,2025-01-05,500\n")
    given = ("--customers", files[0], "--orders", files[1], "--no-report")
    own, other = tmp_path / "levels.yaml", tmp_path / "other.yaml"
    other.write_text(STANDARD.replace("standard: levels", "standard: other"), encoding="utf-8")
    for standard, day, out in ((other, "2025-01-31", "other"), (own, "2025-01-31", "own")):
        made = call(
            "grade", *given, "--standard", standard, "--as-of", day, "--out", tmp_path / out
        )
        assert made.code == 0, made.err
    ask = ("grade", *given, "--standard", own, "--as-of", "2025-02-28")
    ignored = call(*ask, "--previous", tmp_path / "other").out
    assert "is of the standard other: grades held do not go on from it" in " ".join(ignored.split())
    assert "do not go on from it" not in call(*ask, "--previous", tmp_path / "own").out


def test_a_lift_raises_to_the_computed_grade_and_not_twice_in_half_a_year(
    call, book: Path, levels
) -> None:
    assert held(levels("2025-02-28"), "007", "lifted")["grade"] == "C"
    row = held(levels("2025-03-31"), "007", "lifted")
    assert (row["computed"], row["grade"], row["hold"]) == ("B", "C", "by_hand")
    lift = ("--lift", "--on", "2025-04-02")
    assert give(call, book, "007", *lift, scheme="lifted").code == 0
    assert held(levels("2025-04-30"), "007", "lifted")["grade"] == "B"
    assert "under Lifted, on 2025-04-02: given" in call("overrides", "--book", book).out
    soon = give(call, book, "007", "--lift", "--on", "2025-09-30", scheme="lifted")
    assert soon.code == 2
    assert "2025-10-02 at the earliest" in soon.err
    assert "nothing to lift" in give(call, book, "007", *lift).err
    ends = give(call, book, "C4", "--lift", "--until", "2099-01-31", scheme="lifted")
    assert ends.code == 2
    assert "no last day" in ends.err


def test_a_lift_needs_an_approver_for_the_grades_that_it_may_reach(
    call, book: Path, levels, tmp_path: Path
) -> None:
    file = tmp_path / "levels.yaml"
    words = STANDARD.replace(
        "    movement: {rise: {by: hand, once_in: 6 months}}",
        "    movement: {rise: {by: hand, steps: 1}}\n    approval: {A: [director]}",
    )
    file.write_text(words, encoding="utf-8")
    ask = ("grade", "--book", book, "--standard", file, "--no-report", "--json", "--as-of")
    for day in ("2025-02-28", "2025-03-31"):
        assert call(*ask, day).code == 0
    lift = ("--lift", "--on", "2025-04-02")
    assert give(call, book, "007", *lift, scheme="lifted").code == 0  # from C to B: nobody's
    file.write_text(words.replace("{by: hand, steps: 1}", "{by: hand}"), encoding="utf-8")
    assert call(*ask, "2025-03-31").code == 0
    alone = give(call, book, "007", *lift, scheme="lifted")
    assert alone.code == 2
    assert "approved by director" in alone.err
    assert give(call, book, "007", *lift, "--approver", "Wang", scheme="lifted").code == 0


def test_an_override_entered_after_a_month_was_graded_restates_it_and_the_months_after(
    call, book: Path, levels, tmp_path: Path
) -> None:
    levels("2025-02-28")
    fill = ("grade", "--book", book, "--standard", tmp_path / "levels.yaml")
    months = ("--from", "2025-02", "--to", "2025-05", "--json")

    def states() -> list[str]:
        answer = call(*fill, *months)
        assert answer.code == 0, answer.err
        return [month["state"] for month in answer.json["months"]]

    assert states() == ["kept", "graded", "graded", "graded"]
    assert states() == ["kept"] * 4
    lift = give(call, book, "007", "--lift", "--on", "2025-03-20", scheme="lifted")
    assert lift.code == 0, lift.err
    assert states() == ["kept", "restated", "restated", "restated"]
    runs = book / "lake" / "run_files"
    assert held(runs / "2025-03-31-1", "007", "lifted")["grade"] == "C"
    assert held(runs / "2025-03-31-2", "007", "lifted")["grade"] == "B"
    told = call("runs", "2025-03-31-2", "--book", book).out
    assert "1 customer holds another grade" in told
    assert "No computed grade and no score changed" in told
    assert states() == ["kept"] * 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--pin", "A", "--until", "2099-01-31"), "approved by director"),
        (("--pin", "A", "--until", "2099-01-31", "--approver", "li"), "nobody approves their own"),
        (("--pin", "A", "--approver", "Wang"), "ends some day"),
        (("--pin", "Z", "--until", "2026-01-31", "--approver", "Wang"), "has no grade"),
        (("--pin", "A", "--cap", "B", "--until", "2026-01-31"), "one of"),
        (("--until", "2026-01-31"), "one of"),
        (("--cap", "B", "--until", "2020-01-31", "--approver", "Wang"), "before it begins"),
        (("--cap", "B", "--until", "2099-01-31", "--on", "2098-01-01"), "yet to come"),
    ],
)
def test_what_is_refused(call, book: Path, levels, options: tuple[str, ...], words: str) -> None:
    levels("2025-10-31")
    answer = give(call, book, "007", *options)
    assert answer.code == 2
    assert words in " ".join(answer.err.split())
    assert call("overrides", "--book", book, "--json").json["overrides"] == []


def test_an_unknown_customer_scheme_or_override_is_a_wrong_call(call, book: Path, levels) -> None:
    levels("2025-10-31")
    cap = ("--cap", "B", "--until", "2099-01-31", "--approver", "Wang")
    assert give(call, book, "nobody", *cap).code == 2
    assert give(call, book, "007", *cap, scheme="nothing").code == 2
    assert call("override", "--end", "o9", "--book", book, *GIVEN).code == 2


def test_a_customer_is_unknown_before_the_first_run_under_the_standard_too(
    call, book: Path, tmp_path: Path
) -> None:
    file = tmp_path / "levels.yaml"
    file.write_text(STANDARD, encoding="utf-8")
    how = ("--cap", "B", "--until", "2099-01-31", "--approver", "Wang", "--standard", file)
    refused = give(call, book, "7", *how)  # the book has 007
    assert refused.code == 2
    assert "has no customer “7”" in refused.err
    assert give(call, book, "007", *how).code == 0


def test_overrides_that_are_over_are_told_from_none_at_all(call, book: Path, levels) -> None:
    levels("2025-10-31")
    assert "There are no overrides." in call("overrides", "--book", book).out
    days = ("--until", "2025-08-31", "--on", "2025-08-01")
    assert give(call, book, "007", "--cap", "B", "--approver", "Wang", *days).code == 0
    told = " ".join(call("overrides", "--book", book).out.split())
    assert "No override holds; 1 expired or ended: kefen overrides --all." in told
    assert "There are no overrides." in call("overrides", "--book", book, "--customer", "C4").out


def test_the_record_of_a_run_tells_its_overrides_and_its_run_before(
    call, book: Path, levels
) -> None:
    import json

    first = levels("2025-09-30")
    days = ("--until", "2026-12-31", "--on", "2025-10-01")
    assert give(call, book, "007", "--cap", "B", "--approver", "Wang", *days).code == 0
    record = json.loads((levels("2025-11-30") / "run.json").read_text(encoding="utf-8"))
    assert [own["override"] for own in record["overrides"]] == ["o1"]
    assert record["served_from"] == {"run": first.name, "as_of": "2025-09-30"}
    level = next(one for one in record["served"] if one["scheme"] == "level")
    assert level["held"] == [{"hold": "override", "rule": None, "customers": 1}]
