"""Grades held, from and to the files of a run: served anew, and read by whoever wants them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.snippets import cast_to
from kefen.grading.outputs import (
    GRADES_FILE,
    METRICS_FILE,
    RECORD_FILE,
    SERVED_FILE,
    TOGETHER,
    parquet_pattern,
    write_json,
)
from kefen.grading.serving.serve import serve, served_counts

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.run import GradedRun
    from kefen.grading.serving.serve import Serving


def grades_held(directory: Path) -> exp.Select:
    """Return the query, in DuckDB's SQL, of the grades that the customers of a run hold.

    This is the one way to ask for them: the served grade where the run has one, else the computed.

    Args:
        directory: Where the run's files are.

    Returns:
        customer_id, scheme, grade (held; null without one), computed, hold (null where the two
        agree), since (null where only computed).
    """
    computed = _rows(directory / GRADES_FILE)
    names = ("customer_id", "scheme")
    if not (directory / SERVED_FILE).exists():
        return exp.select(
            *(column(name) for name in names),
            column("grade"),
            exp.alias_(column("grade"), "computed"),
            exp.alias_(cast_to(exp.Null(), "TEXT"), "hold"),
            exp.alias_(cast_to(exp.Null(), "DATE"), "since"),
        ).from_(computed.subquery("computed"))
    served = _rows(directory / SERVED_FILE)
    is_served = exp.Is(this=exp.column("customer_id", table="served"), expression=exp.Null()).not_()
    held = exp.Case(
        ifs=[exp.If(this=is_served, true=exp.column("grade", table="served"))],
        default=exp.column("grade", table="computed"),
    )
    on = exp.and_(
        *(
            exp.EQ(this=exp.column(n, table="served"), expression=exp.column(n, table="computed"))
            for n in names
        )
    )
    return (
        exp.select(
            *(exp.column(name, table="computed") for name in names),
            exp.alias_(held, "grade"),
            exp.alias_(exp.column("grade", table="computed"), "computed"),
            exp.column("hold", table="served"),
            exp.column("since", table="served"),
        )
        .from_(computed.subquery("computed"))
        .join(served.subquery("served"), on=on, join_type="left")
    )


def serve_written(run: GradedRun, directory: Path, serving: Serving, memory: str) -> GradedRun:
    """Serve a run of a cluster on this machine, from its written results, into their folder.

    Args:
        run: The run; its results are written.
        directory: Where they are; not yet read by anybody.
        serving: The run before and the overrides.
        memory: The memory limit.

    Returns:
        The run, its record telling of the grades held as `run.json` now does.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    running = [str(scheme["scheme"]) for scheme in run.record["schemes"]]
    with DuckDBEngine(memory_limit=memory) as engine:
        for name, file in (("metrics", METRICS_FILE), ("grades", GRADES_FILE)):
            engine.create("VIEW", name, _rows(directory / file))
        served = serve(
            engine,
            run.standard,
            running,
            run.as_of,
            metrics="metrics",
            grades="grades",
            serving=serving,
        )
        if served is None:
            return run
        rows = exp.select("*").from_(exp.to_table(served))
        engine.write_parquet(
            rows.sql("duckdb"), directory / SERVED_FILE, group_rows=TOGETHER[SERVED_FILE]
        )
        record = {
            **run.record,
            **serving.record(served_counts(engine, served), run.standard, run.as_of),
        }
    write_json(directory / RECORD_FILE, record)
    return replace(run, record=record)


def _rows(path: Path) -> exp.Select:
    pattern = exp.Literal.string(parquet_pattern(path))
    return exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))
