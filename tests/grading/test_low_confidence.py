"""Grades marked low confidence say why: few graded together, or months without orders."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from every_way import METRICS, RANKED
from stored_runs import stored_run

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.confidence import low_in_words, low_of_scheme_in_words
from kefen.grading.explain import explain
from kefen.grading.outcome_words import grade_in_words
from kefen.grading.outputs import GRADES_FILE
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.model import Standard
from kefen.standards.reader import read_standard

PLACES = """
  home:
    name: {en: Home, zh: 本国}
    grade_by: conditions
    grades: {in: {when: "country = 'China'"}, out: {when: else}}
"""


def standard_of(confidence: str) -> Standard:
    lines = METRICS.replace("reasons:\n", f"window: last 12 months\n{confidence}\nreasons:\n", 1)
    return read_standard(lines + RANKED + PLACES, "low.yaml")


def test_few_graded_together_is_told_with_the_number_asked() -> None:
    standard = standard_of("confidence: {small_population: 30}")
    scheme = standard.schemes["ranked"]
    assert low_in_words(standard, scheme, 30, None) is None
    low = low_in_words(standard, scheme, 29, None)
    assert low is not None
    assert low.en == "29 customers were graded together, fewer than 30"
    assert low.zh == "一同评级的客户为 29 户，不足 30 户"
    one = low_in_words(standard, scheme, 1, None)
    assert one is not None
    assert one.en.startswith("1 customer was graded, ")


def test_months_without_orders_are_told_for_schemes_that_rest_on_facts() -> None:
    standard = standard_of("confidence: {small_population: 1, coverage: 50 %}")
    scheme = standard.schemes["ranked"]
    assert low_in_words(standard, scheme, 9, {"covered": 6, "of": 12}) is None
    low = low_in_words(standard, scheme, 9, {"covered": 5, "of": 12})
    assert low is not None
    assert low.en == "orders in 5 of 12 months, less than 50 %"
    assert low.zh == "12 个月中 5 个月有订单，低于 50 %"
    both = low_in_words(standard, scheme, 0, {"covered": 5, "of": 12})
    assert both is not None
    assert both.en.count(";") == both.zh.count("；") == 1
    assert low_in_words(standard, standard.schemes["home"], 9, {"covered": 0, "of": 12}) is None


def test_small_groups_are_counted() -> None:
    standard = standard_of("confidence: {small_population: 30}")
    groups = {"a": SchemeCalibration(29), "b": SchemeCalibration(30), None: SchemeCalibration(1)}
    learned = SchemeCalibration(60, groups=groups)
    low = low_of_scheme_in_words(standard, standard.schemes["by_country"], learned, None)
    assert low is not None
    assert low.en == "in 1 of 2 groups fewer than 30 customers were graded together"
    assert low.zh == "2 组中有 1 组一同评级的客户不足 30 户"


@pytest.mark.parametrize("least", [10, 30, 100])
def test_explanations_say_why_exactly_where_the_grades_are_marked(
    tmp_path: Path, engine: DuckDBEngine, least: int
) -> None:
    standard = standard_of(f"confidence: {{small_population: {least}}}")
    run = stored_run(tmp_path, engine, standard=standard)
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT customer_id, scheme, confidence FROM read_parquet(?)",
            [str(run.directory / GRADES_FILE)],
        ).fetchall()
    marked = {(customer, scheme): confidence for customer, scheme, confidence in rows}
    for customer in run.customers(1_000):
        for scheme in explain(run, customer).schemes:
            assert (scheme.low is not None) == (marked[customer, scheme.scheme] == "low")
    assert {"low"} < set(marked.values()) or least != 30


def test_why_stands_in_the_sentence_of_the_report_and_in_the_answer_for_programs(
    tmp_path: Path, engine: DuckDBEngine
) -> None:
    run = stored_run(tmp_path, engine, standard=standard_of("confidence: {small_population: 1000}"))
    (scheme,) = explain(run, run.customers(1)[0], scheme="home").schemes
    said = grade_in_words(scheme).sentence
    assert said.en.endswith("Low confidence: 120 customers were graded together, fewer than 1000.")
    assert said.zh.endswith("置信度低：一同评级的客户为 120 户，不足 1000 户。")
    assert scheme.as_dict()["low_confidence"]["zh"].startswith("一同评级")
