"""A run made from the one it restates: what did not change is not read, nor counted, again.

With the same lines a grade depends on nothing but its customer's own rows: then only customers
whose rows changed are graded. Where lines are learned anew, or a report is to show everybody, what
was counted from the facts of the others is taken from the earlier run, and all are scored.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

import kefen
from kefen.compiler.facts import COUNTED_ALONE, table
from kefen.compiler.metrics import customers_columns
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.history import current_runs, kept_runs
from kefen.grading.months.changed_grading import grade_changed
from kefen.grading.months.changes import CHANGED, NotBySteps, find_changed
from kefen.grading.months.composed import filled_columns, told_of_all
from kefen.grading.months.differences import DIFFERENCES_FILE, make_whole
from kefen.grading.months.lines import earlier_names, lines_in_force
from kefen.grading.months.regraded import grade_all_on_counted
from kefen.grading.months.step import Step
from kefen.grading.outputs import METRICS_FILE, RECORD_FILE, SERVED_FILE, read_json
from kefen.grading.serving.overrides import serving_from
from kefen.grading.serving.serve import served_schemes
from kefen.lake.dataset import generated_in
from kefen.lake.reading.attribution import attribute_rows
from kefen.standards.metrics import named_columns
from kefen.standards.model import FactMetric

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.grading.history import KeptRun
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset, ReadTable
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard

WORTH_TAKING_OVER = 200_000
"""From how many customers on taking over what was counted is faster than counting all anew."""
_OF_CUSTOMERS = frozenset({"customer_id", "created_on", "payment_terms"})
"""The columns of customers that are looked at whether or not a metric names them."""
MOST_CHANGED = 0.2
"""From this share of changed customers on, grading all of them is no slower."""


def grade_by_steps(
    book: Book,
    engine: Engine,
    standard: Standard,
    as_of: date,
    *,
    whole: Dataset | None = None,
    versions: Mapping[str, int] | None = None,
    recalibrate: bool = False,
    names: Calibration | None = None,
    fewest: int = WORTH_TAKING_OVER,
    on_stage: Callable[[str], None] | None = None,
) -> GradedRun:
    """Grade a book from the run that stands for the date.

    Args:
        book: The book.
        engine: The engine; it gets the relations.
        standard: The standard.
        as_of: The as-of date.
        whole: All data of the book, where all customers' results are wanted as relations, for a
            report; None: those of the changed customers will do.
        versions: The version of each table to grade, where there is no `whole`; None: the newest.
        recalibrate: Whether lines are learned anew in any case.
        names: An earlier calibration whose names a new one keeps, as those of clusters.
        fewest: From how many customers on what was counted of the others is taken over.
        on_stage: Called with the name of each stage of grading as it starts.

    Returns:
        The run. With `differences`, its relations have the changed customers alone and its record
        tells of all.

    Raises:
        NotBySteps: The run depends on more than the changed customers' rows and what was kept.
        BookError: The lake cannot be read.
        DataError: A file of the earlier run is damaged.
        EngineError: Memory or disk ran out.
    """
    if not isinstance(engine, DuckDBEngine):
        raise NotBySteps(Text("it is graded on a cluster", "在集群上评级"))
    runs = kept_runs(book)
    standing = next(
        (run for run in current_runs(runs, standard.id) if run.as_of == as_of),
        None,
    )
    if standing is None:
        raise NotBySteps(Text("it is the first run of its date", "该评级日尚无评级"))
    base = base_of(standing, runs)
    record = read_json(base.folder / RECORD_FILE)
    _check_standard(standard, base, record)
    lines = None if recalibrate else lines_in_force(runs, standard, as_of)
    # The changed customers alone, where nobody else's grade can be another.
    alone = (
        lines is not None
        and whole is None
        and not standard.up_to_date
        and base.calibration_fingerprint == lines.run.calibration_fingerprint
    )
    if not alone and base.customers < fewest:
        raise NotBySteps(Text("counting all anew is no slower", "全部重新计数并不更慢"))
    _check_alike(book, base, record, engine)
    if whole is not None:
        versions = whole.versions
    elif versions is None:
        versions = book.versions()
    changes = find_changed(engine, book, base.lake_versions, versions)
    if changes.customers > MOST_CHANGED * base.customers:
        raise NotBySteps(Text("many customers changed", "变动的客户较多"))
    states = book.tables_among(engine, versions, CHANGED, changes.came, _unread(standard, versions))
    if "customers" not in states[0]:
        raise NotBySteps(Text("the customers are those that facts name", "客户取自业务记录"))
    with engine.beside(partial(_dataset, book, engine, states[1], versions)) as earlier:
        now, then = _dataset(book, engine, states[0], versions), earlier()
    if now.rates is not None or then.rates is not None:
        raise _converted()
    if set(now.tables) != set(record["rows"]) or now.currency != record["currency"]:
        raise NotBySteps(Text("the tables differ", "数据表有变"))
    filled = filled_columns(record)
    now, then = _with_columns(now, then, filled), _with_columns(then, now, filled)
    told = told_of_all(record, now, then)
    _check_served(book, standard, as_of, standing, record)
    step = Step(
        book=book,
        engine=engine,
        standard=standard,
        as_of=as_of,
        standing=standing,
        base=base,
        record=record,
        customers=changes.customers,
        now=now,
        then=then,
        told=told,
        every=cache(partial(_every, book, engine, told, versions)),
    )
    if alone:
        assert lines is not None  # noqa: S101  they are the base's
        engine.use_all_cores()
        return grade_changed(step, lines.calibration, on_stage)
    if lines is None and any(model.lost is not None for model in standard.models.values()):
        raise NotBySteps(Text("a model learns from an earlier day", "模型以更早的日期学习"))
    make_whole(base.folder, METRICS_FILE)
    calibration = lines.calibration if lines is not None else None
    names = names or earlier_names(runs, standard, as_of)
    return grade_all_on_counted(step, calibration, names, whole, on_stage)


def base_of(run: KeptRun, runs: Sequence[KeptRun]) -> KeptRun:
    """Return the run whose files a run rests on: itself where it was kept whole.

    Raises:
        DataError: The file that names it is damaged.
    """
    path = run.folder / DIFFERENCES_FILE
    if not path.is_file():
        return run
    named = str(read_json(path)["base"])
    return next(one for one in runs if one.run_id == named)


def _unread(standard: Standard, versions: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """Return the columns, by table, that grading under a standard can do without."""
    metrics = standard.metrics.values()
    named = set(customers_columns(metrics))
    customers = set(TABLES["customers"].column_names) - _OF_CUSTOMERS
    unread = {"customers": frozenset(one for one in customers if f"customers.{one}" not in named)}
    if "products" in versions:
        return unread  # they say of a line what it is and what it cost
    named = {
        name
        for metric in metrics
        if isinstance(metric.definition, FactMetric)
        for name in named_columns(metric.definition)
    }
    orders = frozenset(one for one in COUNTED_ALONE if f"orders.{one}" not in named)
    return unread | {"orders": orders}


def _dataset(
    book: Book,
    engine: DuckDBEngine,
    tables: Mapping[str, ReadTable],
    versions: Mapping[str, int],
) -> Dataset:
    return attribute_rows(
        engine,
        tables,
        timezone=book.settings.timezone,
        currency=book.settings.currency,
        rates=book.rates.file,
        versions={name: versions[name] for name in tables},
        generated=generated_in(tables),
    )


def _every(
    book: Book, engine: DuckDBEngine, told: Dataset, versions: Mapping[str, int]
) -> dict[str, str]:
    """Return all rows of the book, of known customers, by table; nothing is read yet."""
    tables, _ = book.tables(engine, versions)
    found = {name: read.relation for name, read in tables.items()}
    for name, read in told.tables.items():
        if not read.rows_unattributed:
            continue
        same = exp.EQ(
            this=exp.column("customer_id", table="facts"),
            expression=exp.column("customer_id", table="known"),
        )
        customers = exp.alias_(table(found["customers"]), "known", table=True)
        known = (
            exp.select("facts.*")
            .from_(exp.alias_(table(found[name]), "facts", table=True))
            .join(customers, on=same, join_type="semi")
        )
        found[name] = f"{name} of known customers"
        engine.create("VIEW", found[name], known)
    return found


def _with_columns(
    dataset: Dataset, other: Dataset, filled: Mapping[str, frozenset[str]]
) -> Dataset:
    """Return a dataset whose tables have the columns that all rows together have."""
    return replace(
        dataset,
        tables={
            name: replace(
                read,
                columns=read.columns | other.tables[name].columns | filled.get(name, frozenset()),
            )
            for name, read in dataset.tables.items()
        },
    )


def _check_standard(standard: Standard, base: KeptRun, record: Mapping[str, Any]) -> None:
    """Refuse a standard by which others' rows count in a customer's metrics, or another one."""
    if base.fingerprint != standard.fingerprint or base.version != standard.version:
        raise NotBySteps(Text("the standard differs", "标准有变"))
    if record["standard"]["text"] != standard.text:
        raise NotBySteps(Text("the standard differs", "标准有变"))
    for metric in standard.metrics.values():
        definition = metric.definition
        if isinstance(definition, FactMetric) and (definition.across or definition.judgement):
            raise NotBySteps(
                Text("the metric {m} is of more than one customer", "指标{m}涉及多位客户").filled(
                    m=metric.name
                )
            )


def _check_alike(
    book: Book, base: KeptRun, record: Mapping[str, Any], engine: DuckDBEngine
) -> None:
    """Refuse a run that was made of other data, or by other software."""
    if record["timezone"] != book.settings.timezone or "classes" not in record:
        raise NotBySteps(Text("the settings of the book differ", "账套设置有变"))
    if record.get("rates") is not None:
        raise _converted()
    if "costs" in record["rows"]:
        raise NotBySteps(Text("costs are told of all customers", "费用涉及全体客户"))
    if not base.lake_versions:
        raise NotBySteps(Text("it was made from files", "由文件评级"))
    described = engine.described
    made = record["engine"]
    if (made["name"], made["version"]) != (described["name"], described["version"]) or (
        made["kefen"] != kefen.__version__
    ):
        raise NotBySteps(Text("it was made by other software", "软件版本不同"))


def _converted() -> NotBySteps:
    return NotBySteps(Text("amounts are converted by rates", "金额按汇率折算"))


def _check_served(
    book: Book, standard: Standard, as_of: date, standing: KeptRun, record: Mapping[str, Any]
) -> None:
    running = [str(item["scheme"]) for item in record["schemes"]]
    serving = serving_from(None, book, standard, as_of)
    if served_schemes(standard, running, serving) or (standing.folder / SERVED_FILE).exists():
        raise NotBySteps(Text("grades are held from run to run", "等级会在各次评级间延续"))
