"""The template tables: every column of the contract, read by guessing in both languages."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kefen.domain.contract import TABLES, Kind
from kefen.domain.text import LANGUAGES, Language
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.dataset import Dataset
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.lake.tax_id import is_valid_tax_id

TEMPLATES = Path(__file__).parents[2] / "examples" / "tables"
EVERY = [(language, table) for language in LANGUAGES for table in TABLES]


def template(language: Language, table: str) -> Path:
    return TEMPLATES / language / f"{table}.csv"


def test_there_is_one_file_for_every_table_and_no_other() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (TEMPLATES / language).iterdir()} == set(TABLES)


@pytest.mark.parametrize(("language", "table"), EVERY)
def test_headings_are_all_columns_of_the_contract(language: Language, table: str) -> None:
    with template(language, table).open(encoding="utf-8-sig", newline="") as file:
        headings = next(csv.reader(file))
    columns = TABLES[table].columns
    names = [column.label.zh if language == "zh" else column.name for column in columns]
    assert headings == names


@pytest.fixture(scope="module")
def datasets() -> Iterator[dict[Language, Dataset]]:
    with DuckDBEngine() as english, DuckDBEngine() as chinese:
        yield {
            language: read_dataset(
                engine,
                {table: Source((template(language, table),)) for table in TABLES},
                ReadingOptions(),
            )
            for language, engine in (("en", english), ("zh", chinese))
        }


@pytest.mark.parametrize(("language", "table"), EVERY)
def test_every_column_is_recognised_and_no_row_is_rejected(
    datasets: dict[Language, Dataset], language: Language, table: str
) -> None:
    read = datasets[language].tables[table]
    assert read.columns == frozenset(TABLES[table].column_names)
    assert read.rows_rejected == read.rows_unattributed == 0
    assert read.rows_used == read.rows_in >= 2
    assert read.attributes == ()
    assert [each for each in datasets[language].findings if each.table == table] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_keep_their_zeros_and_the_currency_is_the_languages(
    datasets: dict[Language, Dataset], language: Language
) -> None:
    dataset = datasets[language]
    assert dataset.currency == ("CNY" if language == "zh" else "GBP")
    ids = dataset.engine.rows(
        f"SELECT customer_id FROM {dataset.tables['customers'].relation} ORDER BY 1"
    )
    assert ids == [("0001",), ("0002",), ("0003",), ("0004",)]


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_have_the_same_rows_in_their_own_words(
    datasets: dict[Language, Dataset], table: str
) -> None:
    same = [c.name for c in TABLES[table].columns if c.kind in (Kind.DATE, Kind.CODE)]
    rows = [
        dataset.engine.rows(
            f"SELECT {', '.join((*same, 'count(*)'))} "
            f"FROM {dataset.tables[table].relation} GROUP BY ALL ORDER BY ALL"
        )
        for dataset in datasets.values()
    ]
    assert rows[0] == rows[1]


def test_chinese_files_open_in_excel_and_their_codes_are_well_formed() -> None:
    for table in TABLES:
        assert template("zh", table).read_bytes().startswith(b"\xef\xbb\xbf")
    text = template("zh", "customers").read_text(encoding="utf-8-sig")
    codes = re.findall(r"\b9[12]0000[0-9A-Z]{12}\b", text)
    assert len(codes) == 2
    assert all(map(is_valid_tax_id, codes))
