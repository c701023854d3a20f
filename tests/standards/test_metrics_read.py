"""Reading metrics: what each construct asks for, and where a problem is told."""

from __future__ import annotations

import pytest

from kefen.domain.calendar import Window
from kefen.expressions.types import ValueType
from kefen.standards.document import Mapping, load_document
from kefen.standards.metrics import read_metrics
from kefen.standards.model import ComputedMetric, FactMetric, Metric
from kefen.standards.problems import Problem
from kefen.standards.reading import Reading


def read(text: str) -> tuple[dict[str, Metric], list[Problem]]:
    document = load_document(text, "metrics.yaml")
    assert isinstance(document, Mapping)
    reading = Reading("metrics.yaml")
    metrics, _ = read_metrics(reading, document, Window(12), None)
    return metrics, [problem for problem in reading.problems if problem.severity == "error"]


BASE = "usual: {mean: orders.amount}\namount: {value: usual * 2}\n"
PROBLEMS = [
    ("{first: orders.amount, each: 0 months, take: largest}", "a run has 1 to 1000"),
    ("{sum: orders.amount, each: every month, take: largest, over: all time}", "that begins"),
    ("{sum: orders.amount, each: month}", "belong together"),
    ("{sum: orders.amount, each: [month, week, day], take: sum}", "an outer and an inner"),
    ("{sum: orders.amount, each: [month, week], take: sum}", "one thing for each"),
    ("{sum: orders.amount, each: [12 months, orders.category], take: [sum, sum]}", "stand alone"),
    ("{sum: orders.amount, each: [month, every day], take: [sum, sum]}", "outside it too"),
    ("{latest: orders.ordered_at, each: month, take: largest}", "“each” goes with"),
    ("{sum: orders.amount, each: month, take: longest run of > 0}", "without gaps"),
    (
        "{sum: orders.amount, each: [every month, orders.category],"
        " take: [sum, longest run of > 0]}",
        "without gaps",
    ),
    ("{sum: orders.amount, each: month, take: number of else}", "says nothing here"),
    ("{sum: orders.amount, each: month, take: number of big}", "what the value must meet"),
    ("{sum: orders.amount, each: month, take: best}", "“best” is not possible"),
    ("{largest: orders.category, each: month, take: mean}", "“mean” needs numbers"),
    ("{count: orders, each: month, take: number of >= 'x'}", "values of one type"),
    ("{sum: orders.amount, over: last 3 whole weeks}", "not a window of time"),
    ("{sum: orders.amount, over: this year from 31 April}", "not a window of time"),
    ("{sum: orders.amount, over: this year, per: month}", "number of months"),
    ("{daily_average: orders.amount, over: all time}", "window that begins"),
    ("{daily_average: orders.amount, each: month, take: sum}", "by what has a level"),
    ("{count: orders, where: amount > 3}", "is a column of orders and also a metric"),
    ("{count: orders, where: usuall > 3}", "not known here"),
    ("{count: orders, across: created_on}", "cannot be linked"),
    ("{count: orders, across: customer_id}", "cannot be linked"),
    ("{judged: care}", "says what can be given"),
    ("{judged: care, from: 1}", "says what can be given"),
    ("{judged: care, from: 1, to: 5, one_of: [a]}", "says what can be given"),
    ("{judged: care, from: 5, to: 1}", "“to” is below “from”"),
    ("{judged: care, from: 1, to: 5, whole: maybe}", "“maybe” is not possible"),
    ("{judged: care, one_of: [a, b], raters: mean}", "“mean” is not possible"),
    ("{judged: care, one_of: [a, b], whole: true}", "about numbers"),
    ("{judged: care, from: 1, to: 5, where: x}", "has no “where”"),
    ("{value: usual, by: customers.country}", "chooses a table"),
    ("{value: usual, bands: {CN: ['> 1: 2']}}", "named lists"),
    ("{value: usual, by: customers.country, bands: ['> 1: 2']}", "named lists"),
    ("{value: usual, bands: ['> 1: 2', \"else: 'x'\"]}", "not both"),
    ("{value: usual, bands: ['else: 1', '> 1: 2']}", "never reached"),
    ("{value: usual, bands: ['> 1: big']}", "ends with its result"),
    ("{value: usual, bands: ['high: 1']}", "what the value must meet"),
    ("{value: usual, by: customers.employees, bands: {many: ['> 1: 2']}}", "not a value of “by”"),
    ("{value: usual, count: orders}", "has no “count”"),
    ("{sum: orders.amount, count: orders}", "exactly one of"),
    ("{count: orders, where: mine > 1}", "need each other"),
]


@pytest.mark.parametrize(("body", "says"), PROBLEMS)
def test_a_problem_is_told_at_its_line_in_both_languages(body: str, says: str) -> None:
    _, problems = read(f"{BASE}mine: {body}\n")
    assert says in " ".join(problem.what.en for problem in problems)
    for problem in problems:
        assert problem.place.line == 3
        assert problem.what.zh
        assert problem.mend.en
        assert problem.mend.zh


def test_a_metric_may_be_read_before_it_is_written() -> None:
    metrics, problems = read(
        "share: {value: large / usual}\n"
        "large: {sum: orders.amount, where: orders.amount > usual}\n"
        "usual: {mean: orders.amount}\n"
    )
    assert problems == []
    assert list(metrics) == ["usual", "large", "share"]


def test_what_a_metric_needs_of_the_data() -> None:
    metrics, problems = read(
        "care: {judged: care, by: sales, from: 1, to: 5, raters: mean}\n"
        "family: {sum: orders.amount, across: household}\n"
        "home: {count: orders, where: \"customers.country = 'CN'\"}\n"
        "pieces: {sum: purchases.quantity}\n"
        "due: {count: receivables, dated: due_on}\n"
        "late: {count: receivables, where: family > 1}\n"
    )
    assert problems == []
    assert metrics["care"].tables == {"assessments"}
    assert {"assessments.item", "assessments.role", "assessments.value"} <= metrics["care"].columns
    assert "assessments.assessor" not in metrics["care"].columns, "judgements may name nobody"
    assert "customers.household" in metrics["family"].columns
    assert "customers.country" in metrics["home"].columns
    assert "orders.quantity" in metrics["pieces"].columns
    assert "receivables.due_on" in metrics["due"].columns
    assert metrics["late"].tables == {"orders", "receivables"}


def test_types_and_units_follow_the_definition() -> None:
    metrics, problems = read(
        "a: {last: orders.ordered_at}\n"
        "b: {first: orders.amount}\n"
        "c: {sum: orders.amount, each: month, take: number of > 0}\n"
        "d: {count: orders, each: month, take: mean}\n"
        "e: {judged: x, one_of: [yes, no]}\n"
        "f: {judged: x, from: 0, to: 10}\n"
        "g: {value: b, bands: ['> 1: 2', 'else: 3']}\n"
        "h: {value: b, bands: [\"> 1: 'it''s: so'\"]}\n"
    )
    assert problems == []
    found = {name: (metric.type, metric.unit) for name, metric in metrics.items()}
    assert found == {
        "a": (ValueType.DATE, "date"),
        "b": (ValueType.DECIMAL, "money"),
        "c": (ValueType.INTEGER, "count"),
        "d": (ValueType.DECIMAL, "count"),
        "e": (ValueType.TEXT, "text"),
        "f": (ValueType.DECIMAL, "points"),
        "g": (ValueType.INTEGER, "count"),
        "h": (ValueType.TEXT, "text"),
    }
    assert isinstance(metrics["h"].definition, ComputedMetric)
    assert isinstance(metrics["a"].definition, FactMetric)


def _notes(take: str) -> list[Problem]:
    text = f"m: {{largest: orders.quantity, each: [year, orders.category], take: {take}}}"
    document = load_document(text, "metrics.yaml")
    assert isinstance(document, Mapping)
    reading = Reading("metrics.yaml")
    read_metrics(reading, document, Window(12), None)
    return [problem for problem in reading.problems if "counts summed" in problem.what.en]


def test_counts_of_inner_groups_that_are_summed_are_noted_with_the_other_order() -> None:
    [note] = _notes("[sum, number of >= 10]")
    assert note.severity == "note"
    assert "take: [number of >= 10, sum]" in note.mend.en
    assert not _notes("[number of >= 10, sum]")


def test_a_run_of_inner_groups_that_are_no_periods_says_to_swap() -> None:
    metric = "{sum: orders.amount, each: [every month, orders.category],"
    _, problems = read(f"m: {metric} take: [sum, latest run of > 0]}}")
    assert [problem.mend.en.split(":")[0] for problem in problems] == ["Swap the two of “take”"]
