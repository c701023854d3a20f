"""Grades customers.csv and orders.csv of a folder in a process of its own: FOLDER OUT AS_OF."""

import sys
from datetime import date
from pathlib import Path

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.outputs import write_results
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.reader import bundled_standard

folder, out, as_of = sys.argv[1:]
with DuckDBEngine() as engine:
    sources = {n: Source((Path(folder) / f"{n}.csv",)) for n in ("customers", "orders")}
    dataset = read_dataset(engine, sources, ReadingOptions())
    run = grade(dataset, bundled_standard(), date.fromisoformat(as_of))
    write_results(run, Path(out))
