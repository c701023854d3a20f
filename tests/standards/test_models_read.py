"""Models in a standard: read, refused with place and mend, told in words, compared."""

from __future__ import annotations

import pytest

from kefen.domain.text import Text
from kefen.standards.difference import differences
from kefen.standards.model import ModelMetric
from kefen.standards.modelling import METHODS
from kefen.standards.reader import examine_standard, read_standard
from kefen.standards.words import standard_in_words

TEXT = """\
standard: lifetime
version: 1
name: {en: Lifetime, zh: 生命周期}
models:
  buying:
    name: {en: Buying, zh: 购买}
    method: bg_nbd
    inputs:
      repeats: days - 1
      last: days_between(first, last)
      age: days_between(first, as_of)
    settings: {time_unit: month}
metrics:
  twice: {name: {en: Twice, zh: 两倍}, value: expected * 2}
  expected:
    name: {en: Expected, zh: 预期}
    from_model: buying
    gives: expected_purchases
    over: next 6 months
  days: {name: {en: Days, zh: 天}, distinct: purchases.purchased_on, over: all time}
  first: {name: {en: First, zh: 首}, earliest: purchases.purchased_on, over: all time}
  last: {name: {en: Last, zh: 末}, latest: purchases.purchased_on, over: all time}
schemes:
  future:
    name: {en: Future, zh: 未来}
    grade_by: conditions
    grades: {A: "twice > 4", B: else}
"""


def test_models_stand_between_the_metrics_they_need_and_those_they_give() -> None:
    standard = read_standard(TEXT, "lifetime.yaml")
    order = list(standard.metrics)
    assert order.index("days") < order.index("expected") < order.index("twice")
    definition = standard.metrics["expected"].definition
    assert isinstance(definition, ModelMetric)
    assert definition.over is not None
    assert float(definition.over.days) == 182.625
    model = standard.models["buying"]
    assert definition.model is model
    assert [one.id for one in model.inputs] == ["repeats", "last", "age"]
    assert model.settings == {"time_unit": "month", "shortest_history": 0}
    assert model.smallest_population == METHODS["bg_nbd"].smallest_population
    assert standard.metrics["expected"].tables == {"orders"}


@pytest.mark.parametrize(
    ("written", "instead", "line", "what"),
    [
        ("method: bg_nbd", "method: bg_nbt", 7, "no method “bg_nbt”"),
        ("repeats: days - 1", "repeat: days - 1", 9, "BG/NBD has no “repeat”"),
        ("      age: days_between(first, as_of)\n", "", 9, "lacks “age”"),
        ("repeats: days - 1", "repeats: day - 1", 9, "“day”"),
        ("repeats: days - 1", "repeats: days_between(first, last)", 9, "gives days"),
        ("last: days_between(first, last)", "last: days", 10, "gives a plain number"),
        ("{time_unit: month}", "{time_unit: minute}", 12, "“minute” is not possible"),
        ("{time_unit: month}", "{unit: month}", 12, "BG/NBD has no “unit”"),
        ("from_model: buying", "from_model: bying", 17, "no model “bying”"),
        ("gives: expected_purchases", "gives: purchases", 18, "does not give “purchases”"),
        ("    over: next 6 months\n", "", 16, "needs a time ahead"),
        ("over: next 6 months", "over: last 6 months", 19, "not a time ahead"),
        ("over: next 6 months", "over: next 90 years", 19, "not a time ahead"),
        ("gives: expected_purchases", "gives: probability_alive", 19, "does not look ahead"),
        ("repeats: days - 1", "repeats: twice", 19, "need each other"),
        ("    settings:", "    among: days\n    settings:", 12, "not yes or no"),
        ("    settings:", "    smallest_population: 0\n    settings:", 12, "needs customers"),
        ("    inputs:", "    input:", 8, "a model has no “input”"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    written: str, instead: str, line: int, what: str
) -> None:
    assert written in TEXT
    standard, problems = examine_standard(TEXT.replace(written, instead), "lifetime.yaml")
    assert standard is None
    found = [p for p in problems if what in p.what.en]
    assert found, [p.what.en for p in problems]
    assert found[0].mend.en
    if "each other" not in what:
        assert found[0].place.line == line


def test_a_model_that_nothing_names_is_read_too() -> None:
    more = TEXT.replace("metrics:\n", "  other: {name: {en: O, zh: 另}, method: none}\nmetrics:\n")
    _, problems = examine_standard(more, "lifetime.yaml")
    assert any("no method “none”" in p.what.en for p in problems)


def test_models_are_told_in_words() -> None:
    words = standard_in_words(read_standard(TEXT, "lifetime.yaml"))
    (model,) = words.models
    assert model.name == Text("Buying", "购买")
    assert "purchases after the first = Days − 1" in model.fitted.en
    assert "首购之后的购买次数" in model.fitted.zh
    expected = next(metric for metric in words.metrics if metric.id == "expected")
    said = "purchases expected in the next 6 months, by the model “Buying” (BG/NBD)"
    assert expected.formula.en == said
    assert "未来 6 个月" in expected.formula.zh


def test_what_differs_in_a_model_is_said_and_changes_the_fingerprint() -> None:
    old = read_standard(TEXT, "old.yaml")
    new = read_standard(TEXT.replace("days - 1", "days - 2"), "new.yaml")
    assert old.fingerprint != new.fingerprint
    sentences = [change.sentence.en for change in differences(old, new)]
    assert any("model “Buying”" in sentence and "Days − 2" in sentence for sentence in sentences)
    named = read_standard(TEXT.replace("en: Buying", "en: Trade"), "named.yaml")
    assert named.fingerprint == old.fingerprint
