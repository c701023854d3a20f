"""Whether two runs gave the same results, and whether one gave all it must.

Results are metrics, grades, alerts, what was learned from the population (`calibration.json`), and
what was found and counted (`run.json`): rows, copies, rows of nobody, classes, files.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LISTED = 5
_OF_MODELS = ("population", "fitted_on", "one_in", "rows", "unusable", "parameters", "figures")
_OF_FILES = ("name", "size", "sha256")
_OF_CLASSES = ("customers", "revenue", "revenue_of", "low_confidence")
_MEMORY = "8GB"
"""Of those who check, which no cap is on: distinct texts of ten million do not spill."""


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connection.execute("SET memory_limit = ?", [_MEMORY])
        connection.execute("SET temp_directory = ?", [spill])
        yield connection


def differences(one: Path, other: Path) -> list[str]:
    """Return what differs between two directories of results, one line a column.

    Metrics are compared column by column where both have the column: what only one has must be
    null. Grades are compared scheme by scheme, which needs less memory.
    """
    with _connection() as connection:
        found = _of_file(connection, one, other, "metrics.parquet", ("customer_id",))
        grades = [f"SELECT scheme FROM read_parquet('{d}/grades.parquet')" for d in (one, other)]
        for (scheme,) in connection.sql(f"{' UNION '.join(grades)} ORDER BY 1").fetchall():
            only = f"WHERE scheme = '{scheme}'"
            keys = ("customer_id", "scheme")
            found += _of_file(connection, one, other, "grades.parquet", keys, only)
        found += _of_file(connection, one, other, "alerts.parquet", ("customer_id", "alert"))
    for file, told in (("calibration.json", _learned), ("run.json", _counted)):
        mine, theirs = (
            told(json.loads((directory / file).read_text(encoding="utf-8")))
            for directory in (one, other)
        )
        found += [f"{file}: {line}" for line in _unlike(mine, theirs)]
    return found


def _learned(calibration: dict[str, Any]) -> dict[str, Any]:
    """Return what models and schemes learned; an indicator without any value has learned nothing.

    Why a model was not fitted is told in words by Kefen alone.
    """
    models = {
        name: {part: told for part, told in model.items() if part in _OF_MODELS}
        for name, model in calibration["models"].items()
    }
    schemes = {
        name: scheme | {"cuts": {own: cuts for own, cuts in scheme.get("cuts", {}).items() if cuts}}
        for name, scheme in calibration["schemes"].items()
    }
    return {"models": models, "schemes": schemes}


def _counted(record: dict[str, Any]) -> dict[str, Any]:
    """Return what was counted and found, without the words."""
    files = {
        table: [{part: file[part] for part in _OF_FILES} for file in files]
        for table, files in record["inputs"].items()
    }
    classes = {
        scheme: {
            (own["grade"], own["reason"]): [own[part] for part in _OF_CLASSES] for own in classes
        }
        for scheme, classes in record["classes"].items()
    }
    findings = {
        (own["code"], own["table"], own["column"]): [
            own["count"],
            own["amount"] if "amount" in own else own["details"].get("amount"),
        ]
        for own in record["findings"]
    }
    rows = {
        table: {part: counts[part] for part in counts if part != "without_content"}
        for table, counts in record["rows"].items()
    }  # Kefen tells of cells without content among its findings
    same = {part: record[part] for part in ("as_of", "months", "customers")}
    return {**same, "rows": rows, "inputs": files, "classes": classes, "findings": findings}


def _unlike(mine: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Yield where two trees of JSON values differ; numbers may be written as text."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*mine, *theirs]):
            yield from _unlike(mine.get(key), theirs.get(key), f"{place}/{key}")
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for at, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            yield from _unlike(one, other, f"{place}/{at}")
    elif _number(mine) != _number(theirs):
        yield f"{place.removeprefix('/')} differs: {mine}, {theirs}"


def _number(value: Any) -> Any:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _of_file(
    connection: duckdb.DuckDBPyConnection,
    one: Path,
    other: Path,
    file: str,
    keys: tuple[str, ...],
    only: str = "",
) -> list[str]:
    for side, directory in (("a", one), ("b", other)):
        rows = f"FROM read_parquet('{directory / file}') {only}"
        connection.execute(f"CREATE OR REPLACE VIEW {side} AS {rows}")
    names = [
        [str(column[0]) for column in connection.sql(f"FROM {side} LIMIT 0").description]
        for side in ("a", "b")
    ]
    shared = [name for name in names[0] if name in names[1] and name not in keys]
    alone = [
        f"{file}: {name} is only on one side"
        for side, own, others in (("a", names[0], names[1]), ("b", names[1], names[0]))
        for name in own
        if name not in others
        and connection.sql(f'SELECT count("{name}") FROM {side}').fetchall() != [(0,)]
    ]
    return alone + _differences(connection, file, keys, shared)


def _differences(
    connection: duckdb.DuckDBPyConnection, file: str, keys: tuple[str, ...], columns: list[str]
) -> list[str]:
    tests = ", ".join(
        f'count(*) FILTER (WHERE a."{c}" IS DISTINCT FROM b."{c}") AS "{c}"' for c in columns
    )
    using = ", ".join(keys)
    alone, *counts = connection.execute(
        f"SELECT count(*) FILTER (WHERE a.customer_id IS NULL OR b.customer_id IS NULL), {tests} "
        f"FROM a FULL JOIN b USING ({using})"
    ).fetchall()[0]
    found = [f"{file}: {alone} rows are only on one side"] if alone else []
    for column, count in zip(columns, counts, strict=True):
        if count:
            examples = connection.execute(
                f'SELECT {using}, a."{column}", b."{column}" FROM a FULL JOIN b USING ({using}) '
                f'WHERE a."{column}" IS DISTINCT FROM b."{column}" ORDER BY {using} LIMIT {_LISTED}'
            ).fetchall()
            found.append(f"{file}: {column} differs in {count} rows, such as {examples}")
    return found


def gaps(data: Path, out: Path, as_of: str) -> list[str]:
    """Return what is missing or too much in Kefen's result for generated data, one line each.

    Every customer that was there by the as-of date has, under every scheme that ran, one row, with
    one grade or one reason; every row of the orders was used, a copy, or of no known customer.

    Args:
        data: The directory with the generated files.
        out: The directory with the result.
        as_of: The as-of date.
    """
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    schemes = [scheme["scheme"] for scheme in record["schemes"]]
    with _connection() as connection:
        customers, lines = connection.sql(
            f"""WITH seen AS (
                SELECT customer_id, min(ordered_at) AS first_seen
                FROM read_parquet('{data}/orders*.parquet') GROUP BY customer_id
            )
            SELECT count(DISTINCT customer_id),
                (SELECT count(*) FROM read_parquet('{data}/orders*.parquet'))
            FROM read_parquet('{data}/customers.parquet') LEFT JOIN seen USING (customer_id)
            WHERE created_on <= DATE '{as_of}' OR first_seen < DATE '{as_of}' + 1
                OR (created_on IS NULL AND first_seen IS NULL)"""
        ).fetchall()[0]
        graded = record["customers"]["graded"]
        counts = {"customers": graded, "rows of metrics": _rows(connection, out)}
        found = [f"{n} {what}, not {customers}" for what, n in counts.items() if n != customers]
        total = connection.sql(f"SELECT count(*) FROM '{out / 'grades.parquet'}'").fetchall()[0][0]
        if total != customers * len(schemes):
            found.append(f"{total} rows of grades, not {customers * len(schemes)}")
        for scheme in schemes:
            different, undecided = connection.execute(
                f"""SELECT count(DISTINCT customer_id),
                    count(*) FILTER (WHERE (grade IS NULL) = (reason IS NULL))
                FROM '{out / "grades.parquet"}' WHERE scheme = ?""",
                [scheme],
            ).fetchall()[0]
            if different != customers or undecided:
                found.append(f"{scheme}: {different} customers, {undecided} undecided")
    rows = record["rows"]["orders"]
    if rows["in"] != lines or lines != sum(
        rows[what] for what in ("used", "duplicate", "unattributed", "rejected")
    ):
        found.append(f"{lines} rows of orders, told as {rows}")
    return found


def _rows(connection: duckdb.DuckDBPyConnection, out: Path) -> int:
    counted = connection.sql(f"SELECT count(DISTINCT customer_id) FROM '{out}/metrics.parquet'")
    return int(counted.fetchall()[0][0])
