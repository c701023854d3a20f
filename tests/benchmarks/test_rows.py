"""Rows of the benchmark: found, limited, judged; contenders that fail or are stopped are said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import run as command_line
from contenders import BY_HAND, CONTENDERS, KEFEN, PANDAS, PLAIN_PANDAS, SPARK, Contender
from measuring import Limits, Measured
from rows import all_rows
from rows.by_steps import judged as judged_by_steps
from rows.list_of_customers import judged as judged_list
from rows.one_customer import judged
from rows.protocol import Outcome, Verdict
from rows.spark import judged_plans
from workbench import Asked, Job, ResultsDifferError, Workbench
from writing import as_json, as_markdown


def _bench(size: int, found: dict[Contender, Measured], **asked: object) -> Workbench:
    bench = Workbench(Asked(Path("unused"), sizes=(size,), **asked))  # type: ignore[arg-type]
    bench.runs = {Job(contender, size): [run] for contender, run in found.items()}
    return bench


def _told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(verdict.word, verdict.measured) for verdict in outcome.verdicts]


def test_rows_are_found_by_their_modules_in_order() -> None:
    rows = all_rows()
    assert {"main", "growth", "spark", "help"} <= set(rows)
    assert [row.number for row in rows.values()] == sorted(row.number for row in rows.values())
    modules = (Path(command_line.__file__).parent / "rows").glob("*.py")
    with_row = [path.stem for path in modules if "\nROW = " in path.read_text()]
    assert len(rows) == len(with_row)


def test_the_main_job_is_judged_by_each_bar() -> None:
    bench = _bench(
        1_000_000,
        {
            KEFEN: Measured(10, 18, 2000),
            BY_HAND: Measured(8, 15, 2000),
            PANDAS: Measured(24, 20, 9000),
            PLAIN_PANDAS: Measured(240, 239, 17_000, 0, "stopped at 4 minutes"),
        },
    )
    outcome = all_rows()["main"].judge(bench)
    assert _told(outcome) == [
        ("met", "10.0 s where 19.0 s are allowed; 1.25x in seconds, 1.20x in CPU seconds"),
        ("MISSED", "2.4 times in seconds, 1.1 times in CPU seconds"),
        (
            "met",
            "more than 24.0 times in seconds, more than 13.3 times in CPU seconds "
            "(stopped at 4 minutes)",
        ),
        ("met", "1.95 GB"),
    ]
    assert "| plain pandas, stopped at 4 minutes | 1 | 240.0 |" in outcome.paragraphs[0]


def test_a_bar_is_missed_when_kefen_is_slower_or_larger() -> None:
    found = {KEFEN: Measured(19.1, 30, 3073), BY_HAND: Measured(8, 15, 2000)}
    words = [verdict.word for verdict in all_rows()["main"].judge(_bench(1000, found)).verdicts]
    assert words == ["MISSED", "not known", "not known", "MISSED"]


def test_nothing_is_said_of_a_bar_when_a_process_was_stopped_before_it() -> None:
    found = {KEFEN: Measured(10, 18, 9), PLAIN_PANDAS: Measured(90, 89, 9, 0, "stopped at 17 GB")}
    outcome = all_rows()["main"].judge(_bench(1000, found))
    assert _told(outcome)[2] == (
        "not known",
        "more than 9.0 times in seconds, more than 4.9 times in CPU seconds (stopped at 17 GB)",
    )


@pytest.mark.parametrize(("last", "word"), [(100, "met"), (101, "MISSED")])
def test_growth_is_told_between_sizes_and_over_all(last: float, word: str) -> None:
    bench = Workbench(Asked(Path("unused"), sizes=(100, 1000, 10_000)))
    for size, seconds in ((100, 1), (1000, 2), (10_000, last)):
        bench.runs[Job(KEFEN, size)] = [Measured(seconds, 2 * seconds, 100)]
    outcome = all_rows()["growth"].judge(bench)
    assert [verdict.word for verdict in outcome.verdicts] == [word, word]
    assert outcome.paragraphs[1].splitlines()[0] == (
        "- from 100 to 1,000 customers: seconds n^0.30, CPU seconds n^0.30"
    )
    assert "from 100 to 10,000 customers: seconds n^1.00" in outcome.paragraphs[1]


def test_growth_needs_two_sizes() -> None:
    outcome = all_rows()["growth"].judge(_bench(1000, {KEFEN: Measured(1, 1, 1)}))
    assert _told(outcome) == [("not known", "not measured: it needs two sizes")]


def test_spark_that_does_not_run_is_said() -> None:
    bench = _bench(1000, {KEFEN: Measured(1, 1, 1)})
    bench.failed[Job(SPARK, 1000)] = "no Java"
    assert _told(all_rows()["spark"].judge(bench)) == [("not known", "Spark did not run: no Java")]


def test_jobs_are_done_by_turns_and_one_that_fails_is_kept_with_its_last_words(
    tmp_path: Path,
) -> None:
    broken = _Broken("by_hand", "broken")
    bench = Workbench(Asked(tmp_path, sizes=(200,), repeats=2, limits=Limits(5, 8)))
    bench.run([Job(broken, 200), Job(BY_HAND, 200), Job(KEFEN, 200), Job(BY_HAND, 200)])
    assert {job.contender: len(runs) for job, runs in bench.runs.items()} == {KEFEN: 2, BY_HAND: 2}
    assert bench.failed == {Job(broken, 200): "no such thing"}


class _Broken(Contender):
    def command(self, data: Path, out: Path) -> list[str]:
        program, *_ = super().command(data, out)
        return [program, "-c", "import sys; sys.exit('no such thing')"]


def test_results_that_differ_stop_the_benchmark(tmp_path: Path) -> None:
    bench = Workbench(Asked(tmp_path, sizes=(200,), repeats=1, limits=Limits(5, 8)))
    with pytest.raises(ResultsDifferError, match="kefen and by_hand differ"):
        bench.run([Job(KEFEN, 200), Job(_Early("by_hand", "early"), 200)])


class _Early(Contender):
    """The SQL by hand, as of another date."""

    def command(self, data: Path, out: Path) -> list[str]:
        program, script, customers, orders, _, out_again = super().command(data, out)
        return [program, script, customers, orders, "2025-11-30", out_again]


def test_heavy_contenders_run_less_often_with_many_customers() -> None:
    asked = Asked(Path("unused"), repeats=3, heavy_repeats=1)
    assert asked.repeats_of(Job(PANDAS, 1_000_000)) == 1
    assert asked.repeats_of(Job(PANDAS, 10_000)) == 3
    assert asked.repeats_of(Job(KEFEN, 1_000_000)) == 3


def test_what_was_found_is_whole_for_machines_and_for_people() -> None:
    bench = _bench(1000, {KEFEN: Measured(10, 18, 2000, 0.25), BY_HAND: Measured(8, 15, 2000)})
    row = all_rows()["main"]
    about = {"cores": 2, "load_at_start": [0.1, 0, 0], "load_at_end": [0.2, 0, 0]}
    outcomes = {row: Outcome((Verdict("a bar", "two\nlines | long", None),))}
    content = json.loads(json.dumps(as_json(bench, outcomes, about)))
    assert content["machine"] == about
    assert content["runs"][0]["runs"][0]["cpu_seconds"] == 18
    assert content["rows"][0]["verdicts"][0]["is_met"] is None
    text = as_markdown(bench, outcomes, about)
    assert "| 1 | a bar | two lines / long | not known |" in text
    assert "at most 0.25 of 2 cores" in text


def test_the_command_line_limits_the_run() -> None:
    given = ["--rows", "help", "--sizes", "10", "20", "--repeats", "2", "--without", "by_pandas"]
    arguments = command_line.arguments_of(given)
    assert (arguments.rows, arguments.sizes, arguments.repeats) == (["help"], [10, 20], 2)
    with pytest.raises(SystemExit):
        command_line.arguments_of(["--without", "kefen"])
    assert set(CONTENDERS) - {"kefen"} >= set(arguments.without)


@pytest.mark.parametrize(
    ("p99", "different", "words"),
    [(9.9, [], ["met", "met"]), (10.0, ["grade: 17"], ["MISSED", "MISSED"])],
)
def test_one_customer_is_judged_by_its_slowest_kind_of_call(
    p99: float, different: list[str], words: list[str]
) -> None:
    times = {"p50": 1.0, "p95": 2.0, "p99": 3.0}
    calls = {
        "grade": {"clock_ms": times, "processor_ms": times},
        "explain": {"clock_ms": times | {"p99": p99}, "processor_ms": times},
    }
    found = {"bar_ms": 10, "calls": calls, "different": different, "customers": 7, "schemes": 2}
    outcome = judged(found)
    assert [verdict.word for verdict in outcome.verdicts] == words
    assert "explain" in outcome.verdicts[0].measured


def test_plans_of_spark_are_judged_by_what_they_must_not_hold() -> None:
    found = {
        "jobs": 16,
        "to_one_partition": 0,
        "with_window": 0,
        "most_collected": 900,
        "may_be_collected": 100_000,
    }
    assert [one.word for one in judged_plans(found)] == ["met", "met", "met"]
    wrong = {**found, "to_one_partition": 1, "with_window": 2, "most_collected": 100_001}
    assert [one.word for one in judged_plans(wrong)] == ["MISSED", "MISSED", "MISSED"]
    # Of no job nothing is shown.
    assert [one.word for one in judged_plans({**found, "jobs": 0})][:2] == ["MISSED", "MISSED"]


def test_grading_by_steps_is_judged_by_time_and_by_equal_rows() -> None:
    kept = {
        "customers": 1_000_000,
        "changed": 10_000,
        "equal": True,
        "same_record": True,
        "steps": {"seconds": 1.0, "cpu_seconds": 2.0, "bytes": 1_000_000},
        "full": {"seconds": 20.0, "cpu_seconds": 30.0, "bytes": 50_000_000},
    }
    learned = {**kept, "changed": None, "steps": {**kept["full"], "seconds": 10.0}}
    assert _told(judged_by_steps({"kept": kept, "learned": learned})) == [
        ("met", "5.0% of the time, 6.7% of the CPU seconds"),
        ("met", "equal; 2.0% of the bytes written"),
        ("met", "equal; 50.0% of the time, 100.0% of the CPU seconds"),
    ]
    wrong = {**kept, "same_record": False, "changed": None}
    missed = _told(judged_by_steps({"kept": wrong, "learned": {**learned, "equal": False}}))
    assert [word for word, _ in missed] == ["MISSED", "MISSED", "MISSED"]


def test_the_list_is_judged_by_its_slowest_kind_of_page() -> None:
    quick = {"p50": 20.0, "p95": 60.0, "most": 90.0, "cpu_p50": 9.0, "cpu_p95": 10.0}
    slow = {**quick, "p95": 201.0, "cpu_p95": 70.0}
    found = {"customers": 1_000_000, "bar_ms": 200.0, "beside_bar_ms": 1_000.0}
    found |= {"pages": {"by name": quick}, "beside": {"overview": slow}}
    assert _told(judged_list(found)) == [
        ("met", "60 ms, 10 of the processor, the slowest kind: by name"),
        ("met", "201 ms, 70 of the processor, the slowest kind: overview"),
    ]
    found |= {"pages": {"by name": quick, "search": slow}, "beside": {"overview": {**slow}}}
    verdict, _ = judged_list(found).verdicts
    assert verdict.word == "MISSED"
    assert "search" in verdict.measured
