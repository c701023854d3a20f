"""`kefen.grade`: files and frames in, a result out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kefen.api.engines import open_for, with_tables_of_session
from kefen.api.given import (
    ChosenStandard,
    calibration_given,
    date_given,
    language_given,
    mapping_given,
    rates_given,
    share_given,
)
from kefen.api.results import Result
from kefen.api.speaking import speaking
from kefen.api.tables import is_lasting, library_of_first, sources_of
from kefen.domain.checked import checked_memory, checked_time_zone
from kefen.engines.duckdb import DEFAULT_MEMORY_LIMIT
from kefen.grading.grade import grade as grade_dataset
from kefen.grading.months.lines import names_of_run
from kefen.grading.population import default_as_of
from kefen.grading.serving.overrides import serving_from
from kefen.lake.reading import ReadingOptions, read_dataset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kefen.api.engines import GivenEngine
    from kefen.api.given import GivenCalibration, GivenDate, GivenMapping, GivenStandard
    from kefen.domain.text import Language


@speaking
def grade(
    *,
    customers: object = None,
    orders: object = None,
    receivables: object = None,
    payments: object = None,
    interactions: object = None,
    cases: object = None,
    surveys: object = None,
    assessments: object = None,
    financials: object = None,
    credit_reports: object = None,
    products: object = None,
    costs: object = None,
    markets: object = None,
    standard: GivenStandard = None,
    as_of: GivenDate = None,
    calibration: GivenCalibration = None,
    previous: str | Path | None = None,
    mapping: GivenMapping = None,
    sheets: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    currency: str | None = None,
    rates: str | Path | None = None,
    max_rejected: Decimal | float | str = "0.01",
    engine: GivenEngine = None,
    spark_master: str | None = None,
    memory: str = DEFAULT_MEMORY_LIMIT,
    language: Language = "en",
) -> Result:
    """Grade every customer.

    Each table may be a path (CSV, Excel, Parquet, JSON lines), a DataFrame of pandas, polars or
    Spark, an Arrow table, batch, reader or dataset, a DuckDB relation, a list of rows as mappings,
    or a list of several of these; in Spark also the name of a table that the session has. Columns
    are found by their headings, or named by `mapping`; the checks are those of `kefen grade`.

    Args:
        customers: The customers; without them, those that facts name.
        orders: The order lines.
        receivables: The invoices.
        payments: The payments.
        interactions: Visits, calls and messages.
        cases: Fault reports, requests and complaints.
        surveys: Answers to surveys.
        assessments: Judgements by people.
        financials: Financial statements.
        credit_reports: Credit reports.
        products: The products.
        costs: The costs of acquiring, keeping and serving customers.
        markets: The size of markets.
        standard: A file, the name of a ready standard, or what `read_standard` returned; None for
            the default standard.
        as_of: Grades use only what happened by the end of this day; None for the end of the last
            complete month with orders.
        calibration: A frozen calibration: a file, `result.calibration`, or its content; None
            calibrates on these customers.
        previous: The folder of the run before: grades held go on from it, alerts are compared
            with it, and clusters keep its names; None: there is none.
        mapping: A mapping file, or its content as a mapping.
        sheets: The sheet of a table's Excel file, by table.
        timezone: The IANA zone that times with a zone are converted to.
        currency: The currency as an ISO code; None takes the data's single one.
        rates: A CSV file of exchange rates into it.
        max_rejected: The share of a table's rows that may be rejected.
        engine: Where to compute: `duckdb`, `spark`, or a Spark session; None: in Spark where a
            table is a Spark DataFrame, else in DuckDB.
        spark_master: The URL of Spark's master or a Spark Connect address; None for the session
            that is open, else this machine.
        memory: The memory limit of DuckDB, in one task where Spark computes; what does not fit
            goes to disk.
        language: The language of reasons and reports, `en` or `zh`.

    Returns:
        The result; its tables are of the library of the first frame given, else Arrow tables.

    Raises:
        CallError: An argument is wrong.
        DataError: The data cannot be used as they are.
        StandardError: The standard cannot be used as it is written.
        EngineError: Memory or disk ran out, a number is too large to be exact, or Spark is not
            there.
    """
    given = {
        "customers": customers,
        "orders": orders,
        "receivables": receivables,
        "payments": payments,
        "interactions": interactions,
        "cases": cases,
        "surveys": surveys,
        "assessments": assessments,
        "financials": financials,
        "credit_reports": credit_reports,
        "products": products,
        "costs": costs,
        "markets": markets,
    }
    day = date_given(as_of)
    before = None if previous is None else Path(previous)
    chosen = ChosenStandard(standard, None, day)
    options = ReadingOptions(
        timezone=checked_time_zone(timezone, "timezone"),
        currency=currency,
        rates=rates_given(rates),
        max_rejected=share_given(max_rejected),
        mapping=mapping_given(mapping),
    )
    language = language_given(language)
    opened = open_for(engine, spark_master, list(given.values()), checked_memory(memory, "memory"))
    try:
        tables = with_tables_of_session(given, opened.session)
        sources = sources_of(tables, sheets or {})
        dataset = read_dataset(opened.engine, sources, options)
        day = day or default_as_of(dataset)
        found = chosen.on(day)
        serving = serving_from(before, None, found, day)
        run = grade_dataset(
            dataset,
            found,
            day,
            calibration=calibration_given(calibration, found),
            previous=names_of_run(before, found),
            serving=serving,
        )
    except BaseException:
        opened.close()
        raise
    again = None
    if all(is_lasting(source) for source in sources.values()):
        again = lambda other: read_dataset(other, sources, options)  # noqa: E731
    return Result(
        run,
        opened.close,
        library_of_first(tables),
        language,
        again=again,
        serving=serving,
        before=before,
    )
