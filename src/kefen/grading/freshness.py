"""Inputs that a standard wants new, such as lists: what is older than it allows is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.lake.dataset import Finding

if TYPE_CHECKING:
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.standards.model import Standard

CODE = "input_out_of_date"


def out_of_date(
    engine: Engine, standard: Standard, metrics: str, as_of: date
) -> tuple[Finding, ...]:
    """Return a finding for each input whose newest date is older than the standard allows.

    Args:
        engine: The engine that holds the metrics.
        standard: The standard.
        metrics: The relation of the metrics.
        as_of: The as-of date, from which age counts.
    """
    if not standard.up_to_date:
        return ()
    query = exp.select(*(exp.Max(this=column(name)) for name in standard.up_to_date))
    newest = engine.rows(query.from_(table(metrics)).sql("duckdb"))[0]
    return tuple(
        _finding(standard, name, allowed, day, as_of)
        for (name, allowed), day in zip(standard.up_to_date.items(), newest, strict=True)
        if day is None or (as_of - day).days > allowed
    )


def _finding(
    standard: Standard, name: str, allowed: int, newest: date | None, as_of: date
) -> Finding:
    metric = standard.metrics[name]
    if newest is None:
        message = Text("{m}: there is none at all.", "{m}：完全没有。")
    else:
        message = Text(
            "{m}: the newest is of {d}, {n} days before the as-of date; {a} are allowed.",
            "{m}：最新为 {d}，距评级日 {n} 天，允许 {a} 天。",
        )
    return Finding(
        CODE,
        "continuous",
        "warning",
        next(iter(sorted(metric.tables)), "customers"),
        message.filled(
            m=metric.name,
            d="" if newest is None else newest.isoformat(),
            n=0 if newest is None else (as_of - newest).days,
            a=allowed,
        ),
        Text("Grades rest on something old: renew it.", "等级依据的是旧资料，请更新。"),
        details={
            "metric": name,
            "newest": None if newest is None else newest.isoformat(),
            "allowed_days": allowed,
        },
    )
