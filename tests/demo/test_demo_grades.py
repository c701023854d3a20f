"""Graded under the default standard, the demonstration shows every class of every scheme."""

from collections.abc import Callable
from datetime import date
from importlib.resources import files

import pytest

from kefen.demo import DemoFiles
from kefen.domain.text import LANGUAGES, Language
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.reader import read_standard


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_of_every_scheme_has_members(
    demo_in: Callable[[Language], DemoFiles], language: Language
) -> None:
    text = files("kefen.standards").joinpath("bundled/default.yaml").read_text(encoding="utf-8")
    standard = read_standard(text, "default.yaml")
    demo = demo_in(language)
    sources = {table: Source(tuple(paths)) for table, paths in demo.tables.items()}
    with DuckDBEngine() as engine:
        dataset = read_dataset(engine, sources, ReadingOptions())
        run = grade(dataset, standard, date(2011, 11, 30))
        rows = engine.rows(
            f"SELECT scheme, grade, count(*) FROM {run.grades} WHERE grade IS NOT NULL GROUP BY ALL"
        )
    members = {(scheme, name): count for scheme, name, count in rows}
    for scheme in standard.schemes.values():
        for each in scheme.grades:
            assert members.get((scheme.id, each.id), 0) >= 20, (scheme.id, each.id)
        if not scheme.grades:
            assert sum(own == scheme.id for own, _ in members) >= 5, scheme.id
    assert members["region", "domestic"] > 4000
