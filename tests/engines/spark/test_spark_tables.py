"""Tables of a Spark session are graded where they are, and results stay there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from both_engines import SMALL, write_company
from test_spark_parity import AS_OF, _shop

import kefen
from kefen.domain.errors import CallError, EngineError

pytestmark = pytest.mark.slow
STANDARD = kefen.read_standard(SMALL)
ADAPTIVE = "spark.sql.adaptive.enabled"


def _in_order(table: pa.Table) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_company(tmp_path_factory.mktemp("shop"), _shop())


def test_tables_of_a_session_give_what_files_give(
    shop: dict[str, Path], cluster: Any, tmp_path: Path
) -> None:
    with kefen.grade(**shop, standard=STANDARD, as_of=AS_OF) as files:  # type: ignore[arg-type]
        expected = files.to_arrow()
        grades, metrics = _in_order(expected.grades), _in_order(expected.metrics)
        summary, rows = expected.summary.to_pylist(), files.record["rows"]
        sentence = files.explain("003", "abc").schemes[0].sentence
    cluster.read.parquet(str(shop["customers"])).createOrReplaceTempView("who_buys")
    cluster.conf.set(ADAPTIVE, "true")
    try:
        with kefen.grade(
            customers="who_buys",
            orders=cluster.read.parquet(str(shop["orders"])).repartition(3),
            products=pq.read_table(shop["products"]),
            standard=STANDARD,
            as_of=AS_OF,
        ) as result:
            assert result.record["engine"]["name"] == "spark"
            assert result.record["rows"] == rows
            assert rows["orders"]["duplicate"] > 0
            assert "DataFrame" in type(result.to_spark().grades).__name__
            assert _in_order(result.to_spark().grades.toArrow()) == grades
            assert _in_order(result.to_spark().metrics.toArrow()) == metrics
            assert result.to_arrow().summary.to_pylist() == summary
            assert result.explain("003", "abc").schemes[0].sentence == sentence
            with pytest.raises(EngineError) as only_in_spark:
                _ = result.quality
            assert "Spark" in only_in_spark.value.in_language("zh")
            result.write(tmp_path / "run")
        assert cluster.conf.get(ADAPTIVE) == "true"
    finally:
        cluster.conf.set(ADAPTIVE, "false")
    kept = kefen.open_run(tmp_path / "run").to_spark(cluster)
    assert _in_order(kept.grades.toArrow()) == grades


def test_a_book_is_graded_where_its_settings_say(
    shop: dict[str, Path], cluster: Any, tmp_path: Path
) -> None:
    book = kefen.new_book(tmp_path / "book", name="Shop")
    settings = tmp_path / "book" / "kefen.toml"
    settings.write_text(settings.read_text().replace('"duckdb"', '"spark"'))
    book = kefen.open_book(book.folder)
    for table, path in shop.items():
        book.import_table(table, path)
    with book.grade(standard=STANDARD, as_of=AS_OF) as result:
        assert result.record["engine"]["name"] == "spark"
        grades, metrics = _in_order(result.grades), _in_order(result.metrics)
        quality = [finding.code for finding in result.quality.findings]
        kept = book.run()
        assert _in_order(kept.grades) == grades
        record = dict(result.record)
        for report in ("report.html", "report.xlsx"):
            assert (book._book.runs.directory(str(book.runs[-1]["run_id"])) / report).exists()
    with book.grade(standard=STANDARD, as_of=AS_OF, engine="duckdb", report=False) as result:
        assert result.record["engine"]["name"] == "duckdb"
        assert _in_order(result.grades) == grades
        assert _in_order(result.metrics) == metrics
        assert [finding.code for finding in result.quality.findings] == quality
        again = dict(result.record)
    for own in ("engine", "seconds"):
        assert record.pop(own) != again.pop(own)
    assert again == record


def test_files_graded_on_spark_get_a_report_too(
    shop: dict[str, Path], cluster: Any, tmp_path: Path
) -> None:
    with kefen.grade(**shop, standard=STANDARD, as_of=AS_OF, engine=cluster) as result:  # type: ignore[arg-type]
        result.write(tmp_path / "run")
        result.report(tmp_path / "report", customer="003")
        sentence = result.explain("003", "abc").schemes[0].sentence.en
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert sentence in page


def test_what_does_not_fit_spark_is_refused_in_words(shop: dict[str, Path], cluster: Any) -> None:
    orders = cluster.read.parquet(str(shop["orders"]))
    with pytest.raises(EngineError) as elsewhere:
        kefen.grade(orders=orders, engine="duckdb")
    assert "DataFrame" in elsewhere.value.in_language("zh")
    with pytest.raises(CallError):
        kefen.grade(orders=shop["orders"], engine="duckdb", spark_master="local[1]")
    with pytest.raises(CallError):
        kefen.grade(orders="no_such_table", engine=cluster)
    with pytest.raises(CallError):
        kefen.grade(orders=shop["orders"], engine=object())  # type: ignore[arg-type]
