"""Moves and their causes: the parts add up to all moves, and SQL says what the evaluator says."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moves_between import AFTER, BEFORE, run_of, two_runs
from stored_runs import company

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.moves.causes import order_of
from kefen.grading.moves.compare_runs import compare_runs
from kefen.grading.moves.customer import CustomerMoves
from kefen.grading.moves.metrics import AFTER as AFTER_METRICS
from kefen.grading.moves.metrics import make_stored
from kefen.grading.moves.model import ABSENT, RunMoves
from kefen.grading.moves.path import PATHS, make_paths
from kefen.grading.moves.regrading import grade_again
from kefen.grading.moves.stages import plan_between
from kefen.grading.outputs import SERVED_FILE
from kefen.grading.stored import StoredRun
from kefen.standards.reader import bundled_standard, read_standard

SOME = ("abc", "value_index", "clusters")
"""Schemes that learn from all customers; the others take time and would show the same."""
SOME = ("abc", "value_index", "clusters")
"""Schemes that learn from all customers; more would take time and show the same."""
Grades = Mapping[str, str | None]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[StoredRun, StoredRun]:
    return two_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


def graded(run: StoredRun, scheme: str) -> Grades:
    """Return the grade, or None, of every customer of a run."""
    everybody = dict.fromkeys(run.customers(10_000))
    return {**everybody, **run.grades_of(scheme)}


def compared(before: StoredRun, after: StoredRun) -> RunMoves:
    with DuckDBEngine() as engine:
        return compare_runs(engine, before, after, names=("before", "after"))


def check_adds_up(before: StoredRun, after: StoredRun, found: RunMoves) -> None:
    """Check every figure against the two runs' grades alone, and that the causes add up."""
    for scheme in found.schemes:
        one, other = graded(before, scheme.scheme), graded(after, scheme.scheme)
        everybody = sorted({*one, *other})
        ends = Counter((one.get(c, ABSENT), other.get(c, ABSENT)) for c in everybody)
        assert dict(scheme.matrix) == dict(ends)
        moved = [c for c in everybody if one.get(c) != other.get(c)]
        assert scheme.moved == len(moved) == sum(scheme.together.values())
        assert sum(scheme.counts.values()) == len(everybody)
        alone = sum(part.alone for part in scheme.causes)
        several = sum(n for causes, n in scheme.together.items() if len(causes) > 1)
        assert alone + several == len(moved)
        assert all(causes for causes in scheme.together)
        if scheme.order:
            place = {grade: at for at, grade in enumerate(scheme.order)}
            last = len(place)
            steps = sum(
                place.get(str(one.get(c)), last) - place.get(str(other.get(c)), last)
                for c in everybody
            )
            assert scheme.total_steps == steps == sum(part.steps or 0 for part in scheme.causes)


@settings(max_examples=2)
@given(seed=st.integers(0, 10_000), months=st.integers(1, 14))
def test_the_causes_add_up_to_all_moves(
    seed: int, months: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    tables = company(seed, 60)
    before = run_of(folder / "before", tables, AFTER - timedelta(days=30 * months))
    after = run_of(folder / "after", tables, AFTER)
    check_adds_up(before, after, compared(before, after))
    shutil.rmtree(folder)


def test_stored_metrics_graded_again_give_the_stored_grades(
    runs: tuple[StoredRun, StoredRun], engine: DuckDBEngine
) -> None:
    before, after = runs
    make_stored(engine, before, after)
    again = (after.standard, after.calibration.schemes, after.running, after.as_of)
    grade_again(engine, "again", AFTER_METRICS, *again)
    grade_again(engine, "anew", AFTER_METRICS, after.standard, None, after.running, after.as_of)
    for relation in ("again", "anew"):
        for scheme in after.running:
            rows = engine.rows(f'SELECT customer_id, "{scheme}:grade" FROM {relation}')
            assert dict(rows) == graded(after, scheme)


def test_every_customer_goes_the_same_way_in_sql_and_row_by_row(
    runs: tuple[StoredRun, StoredRun], engine: DuckDBEngine
) -> None:
    before, after = runs
    check_ways(engine, before, after)


def check_ways(engine: DuckDBEngine, before: StoredRun, after: StoredRun) -> None:
    schemes = [name for name in after.standard.schemes if name in after.running]
    paths = make_paths(engine, before, after, plan_between(before, after), schemes)
    ways = CustomerMoves(before, after)
    told = {c: {m.scheme: m for m in ways.of(c)} for c in after.customers(150)}
    different = 0
    for scheme in schemes:
        legs = paths.legs[scheme]
        columns = ", ".join(f'"{name}"' for name in [legs[0].start, *(leg.end for leg in legs)])
        for customer, there, *grades in engine.rows(
            f"SELECT customer_id, there_before AND there_after, {columns} FROM {PATHS}"
        ):
            if customer not in told or not there:
                continue
            own = told[customer][scheme]
            row = [own.legs[0].start, *(leg.end for leg in own.legs)]
            # A stage without data that came or went is left out in SQL: it changes nothing.
            assert [row[0], *row[len(row) - len(legs) :]] == grades, (customer, scheme)
            different += len(set(grades)) > 1
    assert different


def test_a_frozen_calibration_moves_nobody_whose_figures_stayed(tmp_path: Path) -> None:
    tables = company(3, 120)
    before = run_of(tmp_path / "before", tables, AFTER)
    later = [dict(row) for row in tables["orders"]]
    changed = {f"{number:05d}" for number in range(0, 120, 3)}
    for row in later:
        if row["customer_id"] in changed:
            row["amount"] = row["amount"] * 3
    tables["orders"] = later
    frozen = run_of(tmp_path / "frozen", tables, AFTER, frozen=before)
    fitted = run_of(tmp_path / "fitted", tables, AFTER)
    movers = {name: movers_by_cause(before, run) for name, run in
              (("frozen", frozen), ("fitted", fitted))}  # fmt: skip
    assert set(movers["frozen"]) == {"behaviour"}
    assert movers["frozen"]["behaviour"] <= changed
    assert movers["fitted"]["calibration"] - changed, "the lines moved for nobody: nothing tested"
    assert movers["fitted"]["behaviour"] <= changed


def movers_by_cause(before: StoredRun, after: StoredRun) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    ways = CustomerMoves(before, after)
    for customer in after.customers(1_000):
        for move in ways.of(customer, SOME):
            for cause in move.causes:
                found.setdefault(cause, set()).add(customer)
    return found


def test_what_was_not_known_before_is_told_apart_from_behaviour(tmp_path: Path) -> None:
    tables = company(7, 120)
    without = {name: rows for name, rows in tables.items() if name not in ("surveys", "cases")}
    before = run_of(tmp_path / "before", without, AFTER)
    after = run_of(tmp_path / "after", tables, AFTER)
    found = compared(before, after)
    check_adds_up(before, after, found)
    by_scheme = {one.scheme: one for one in found.schemes}
    assert set(by_scheme["satisfaction"].together) == {("data",)}
    assert by_scheme["satisfaction"].counts["gained"] > 0
    assert ("data",) in by_scheme["need"].together
    assert by_scheme["abc"].moved == by_scheme["size"].moved == 0
    back = compared(after, before)
    check_adds_up(after, before, back)
    assert {one.scheme: one.moved for one in back.schemes} == {
        one.scheme: one.moved for one in found.schemes
    }


def test_a_value_that_becomes_unknown_is_missing_data(tmp_path: Path) -> None:
    tables = company(7, 90)
    before = run_of(tmp_path / "before", tables, AFTER)
    tables["customers"] = [{**row, "employees": None} for row in tables["customers"]]
    after = run_of(tmp_path / "after", tables, AFTER)
    size = next(one for one in compared(before, after).schemes if one.scheme == "size")
    assert set(size.together) == {("data",)}
    assert size.counts["lost"] == size.moved > 0


def test_those_who_come_and_go_are_counted_by_themselves(tmp_path: Path) -> None:
    tables = company(7, 90)
    newcomers = {f"{number:05d}" for number in range(80, 90)}

    def those(keep: Any) -> dict[str, list[dict[str, Any]]]:
        return {n: [r for r in rows if keep(r["customer_id"])] for n, rows in tables.items()}

    few = run_of(tmp_path / "few", those(lambda c: c not in newcomers), AFTER)
    every = run_of(tmp_path / "every", tables, AFTER)
    for before, after, cause in ((few, every, "entered"), (every, few, "left")):
        found = compared(before, after)
        check_adds_up(before, after, found)
        assert (found.entered, found.left) == ((10, 0) if cause == "entered" else (0, 10))
        abc = next(one for one in found.schemes if one.scheme == "abc")
        mine = [n for causes, n in abc.together.items() if cause in causes]
        assert mine == [abc.counts[cause]]
        assert abc.counts[cause] > 0
        move = next(m for m in CustomerMoves(before, after).of("00081") if m.scheme == "lifecycle")
        assert move.causes == (cause,)


def test_another_standard_is_the_last_thing_that_changes(tmp_path: Path) -> None:
    tables = company(11, 150)
    current = bundled_standard()
    draft = changed_standard("first 80 %", "first 60 %", "first 95 %", "first 90 %")
    before = run_of(tmp_path / "before", tables, BEFORE)
    same_day = run_of(tmp_path / "same day", tables, BEFORE, standard=draft)
    found = compared(before, same_day)
    check_adds_up(before, same_day, found)
    abc = next(one for one in found.schemes if one.scheme == "abc")
    assert set(abc.together) == {("standard",)}
    assert abc.total_steps is not None and abc.total_steps < 0
    later = run_of(tmp_path / "later", tables, AFTER, standard=draft)
    found = compared(before, later)
    check_adds_up(before, later, found)
    causes = {
        c for one in found.schemes if one.scheme == "abc" for both in one.together for c in both
    }
    assert {"behaviour", "standard"} <= causes
    assert all(one.not_split is None for one in found.schemes)
    with DuckDBEngine() as engine:
        check_ways(engine, before, later)
    assert current.fingerprint != draft.fingerprint


def changed_standard(*pairs: str) -> Any:
    text = bundled_standard().text
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return read_standard(text, "default.yaml")


def test_a_metric_with_another_meaning_cannot_be_split(tmp_path: Path) -> None:
    tables = company(11, 80)
    draft = changed_standard(
        "    sum: orders.amount\n    over: last 12 months\n    unit: money\n  revenue_before",
        "    sum: orders.amount\n    over: last 6 months\n    unit: money\n  revenue_before",
    )
    before = run_of(tmp_path / "before", tables, AFTER)
    after = run_of(tmp_path / "after", tables, AFTER, standard=draft)
    found = compared(before, after)
    check_adds_up(before, after, found)
    by_scheme = {one.scheme: one for one in found.schemes}
    assert by_scheme["abc"].not_split is not None
    assert "Revenue" in by_scheme["abc"].not_split.en
    assert by_scheme["tier"].not_split is not None, "it reads a grade that cannot be split"
    assert by_scheme["loyalty"].not_split is None
    assert set(by_scheme["abc"].together) <= {("standard",)}
    assert by_scheme["abc"].moved > 0


def test_a_refitted_model_moves_by_the_calibration_only(tmp_path: Path) -> None:
    """Everybody else's orders change: one whose own stayed can only move with the others."""
    standard = bundled_standard("customer-clusters")
    tables = company(5, 120)
    before = run_of(tmp_path / "before", tables, AFTER, standard=standard)
    grown = {f"{number:05d}" for number in range(0, 120, 2)}
    tables["orders"] = [
        {**row, "amount": row["amount"] * Decimal(9)} if row["customer_id"] in grown else row
        for row in tables["orders"]
    ]
    after = run_of(tmp_path / "after", tables, AFTER, standard=standard)
    found = compared(before, after)
    check_adds_up(before, after, found)
    movers = movers_by_cause(before, after)
    assert movers["calibration"] - grown
    assert movers.get("behaviour", set()) <= grown
    with DuckDBEngine() as engine:
        check_ways(engine, before, after)


def test_classes_have_an_order_where_they_say_so() -> None:
    schemes = bundled_standard().schemes
    assert order_of(schemes["abc"]) == ("A", "B", "C")
    assert order_of(schemes["credit"]) == ("AAA", "AA", "A", "B", "C", "D")
    assert order_of(schemes["tier"]) == ("core", "important", "general")
    assert order_of(schemes["lifecycle"]) == order_of(schemes["product"]) == ()
    without = replace(schemes["tier"], grades=())
    assert order_of(without) == ()


def test_a_hold_is_a_cause_of_its_own(tmp_path: Path) -> None:
    """Somebody who would fall is held: no move then, and one by the hold alone once it ends."""
    before, after = two_runs(tmp_path, customers=90)
    one, other = graded(before, "abc"), graded(after, "abc")
    fallen = [c for c in sorted(one) if (one[c], other.get(c)) in (("A", "B"), ("B", "C"))]
    assert fallen
    held = fallen[0]
    duckdb.connect().execute(
        f"COPY (SELECT '{held}' AS customer_id, 'abc' AS scheme, '{one[held]}' AS grade, "
        f"'stays' AS hold, DATE '2026-07-31' AS since) "
        f"TO '{after.directory / SERVED_FILE}' (FORMAT parquet)"
    )
    found = next(m for m in compared(before, after).schemes if m.scheme == "abc")
    assert found.moved == sum(found.together.values())
    assert found.moved == sum(one[c] != other.get(c) for c in one if c != held) + len(
        [c for c in other if c not in one and other[c] is not None]
    )
    hold = next(part for part in found.causes if part.cause == "override")
    assert (hold.alone, hold.offset, hold.steps) == (0, 1, 1)
    move = CustomerMoves(before, after).of(held, ["abc"])[0]
    assert (move.before, move.after, move.moved) == (one[held], one[held], False)
    assert "override" in move.causes


def test_one_held_alike_in_both_runs_is_offset_by_nothing(tmp_path: Path) -> None:
    before, after = two_runs(tmp_path, customers=90)
    one, other = graded(before, "abc"), graded(after, "abc")
    same = next(c for c in sorted(one) if one[c] == other.get(c) == "B")
    for run in (before, after):
        duckdb.connect().execute(
            f"COPY (SELECT '{same}' AS customer_id, 'abc' AS scheme, 'A' AS grade, "
            f"'stays' AS hold, DATE '2026-07-31' AS since) "
            f"TO '{run.directory / SERVED_FILE}' (FORMAT parquet)"
        )
    found = next(m for m in compared(before, after).schemes if m.scheme == "abc")
    assert "override" not in {part.cause for part in found.causes}
    assert found.moved == sum(found.together.values())
