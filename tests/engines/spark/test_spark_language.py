"""Every example of the pages on the language is graded alike by DuckDB and by Spark."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import probing
import pytest
from both_engines import on_duckdb, on_spark, write_company
from modelled_company import lifetime_company

from kefen.standards.reader import read_standard

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
import test_language_examples as examples

pytestmark = pytest.mark.slow
# Both languages have most examples in common: each is graded once.
LANGUAGE = list(
    {
        str(example.values[1]): example
        for example in examples.EXAMPLES
        if "reference/" in str(example.values[0])
    }.values()
)


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, dict[str, Path]]:
    """The files of the examples' company, and of one that a model can be fitted to."""
    found = {}
    for modelled, company in ((False, examples.company()), (True, lifetime_company(3, 260))):
        folder = tmp_path_factory.mktemp("company")
        found[modelled] = write_company(folder, probing._company(company.pop("customers"), company))
    return found


def test_there_are_examples() -> None:
    assert len(LANGUAGE) >= 30


@pytest.mark.parametrize(("page", "text"), LANGUAGE)
def test_an_example_is_graded_alike(
    page: Path, text: str, cluster: Any, companies: dict[bool, dict[str, Path]]
) -> None:
    standard = read_standard(text, page.name)
    paths = companies["\nmodels:" in text]
    expected = on_duckdb(paths, standard, examples.AS_OF)
    assert expected["grades"]
    assert on_spark(cluster, paths, standard, examples.AS_OF) == expected
