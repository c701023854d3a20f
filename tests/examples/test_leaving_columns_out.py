"""A mapping may leave columns out, and join texts: what the Olist and CDNOW examples rest on."""

from pathlib import Path

import pytest

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.reading import (
    ReadingOptions,
    Source,
    load_mapping,
    mapping_as_yaml,
    read_table,
)

PEOPLE = "person,visit,city\n7,1,Lima\n7,2,Lima\n8,3,Quito\n"


def mapped(tmp_path: Path, rest: str) -> tuple[Source, ReadingOptions]:
    data, mapping = tmp_path / "people.csv", tmp_path / "people.yaml"
    data.write_text(PEOPLE, encoding="utf-8")
    mapping.write_text(
        f"tables:\n  customers:\n    columns: {{customer_id: person}}\n    {rest}\n",
        encoding="utf-8",
    )
    return Source((data,)), ReadingOptions(mapping=load_mapping(mapping))


def test_rows_that_differ_only_in_a_column_left_out_are_one(tmp_path: Path) -> None:
    source, options = mapped(tmp_path, "leave_out: [visit]")
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "customers", source, options)
        assert (read.rows_used, read.rows_duplicate, read.attributes) == (2, 1, ())


def test_without_leaving_it_out_the_rows_are_refused(tmp_path: Path) -> None:
    source, options = mapped(tmp_path, "where: person is known")
    with DuckDBEngine() as engine, pytest.raises(DataError, match="customer_id = 7"):
        read_table(engine, "customers", source, options)


def test_a_column_to_leave_out_must_be_there(tmp_path: Path) -> None:
    source, options = mapped(tmp_path, "leave_out: [visitt]")
    with DuckDBEngine() as engine, pytest.raises(DataError, match="visitt"):
        read_table(engine, "customers", source, options)


def test_a_mapping_keeps_it_when_written_and_read_again(tmp_path: Path) -> None:
    _, options = mapped(tmp_path, "leave_out: [visit]")
    assert options.mapping is not None
    again = tmp_path / "again.yaml"
    again.write_text(mapping_as_yaml(options.mapping), encoding="utf-8")
    assert load_mapping(again).tables == options.mapping.tables


def test_texts_and_numbers_are_joined_and_yes_or_no_is_not(tmp_path: Path) -> None:
    source, options = mapped(
        tmp_path, "leave_out: [visit]\n    where: joined('/', city, person) != 'Quito/8'"
    )
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "customers", source, options)
        assert read.rows_used == 1
    source, options = mapped(tmp_path, "where: joined(' ', 1.50, city) = '1.5 Quito'")
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "customers", source, options)
        assert read.rows_used == 1
    source, options = mapped(tmp_path, "where: joined(' ', true, city) = 'x'")
    with DuckDBEngine() as engine, pytest.raises(DataError, match="joined"):
        read_table(engine, "customers", source, options)
