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


LOSS = """\
standard: leaving
version: 1
name: {en: Leaving, zh: 流失}
models:
  leaving:
    name: {en: Leaving, zh: 流失}
    method: loss_probability
    inputs: {bought: year}
    among: year > 0
    lost: half = 0
    learned_as_of: 6 months ago
metrics:
  year: {name: {en: A year, zh: 一年}, count: purchases, over: last 12 months}
  half: {name: {en: Half, zh: 半年}, count: purchases, over: last 6 months}
  guess: {name: {en: Guess, zh: 猜}, from_model: leaving, gives: probability}
schemes:
  watch: {name: {en: W, zh: 看}, grade_by: conditions, grades: {high: guess > 50 %, low: else}}
"""


def test_who_is_lost_and_from_when_it_learns_are_read_told_and_compared() -> None:
    old = read_standard(LOSS, "old.yaml")
    model = old.models["leaving"]
    assert model.months_back == 6
    assert model.names == {"year", "half"}
    (words,) = standard_in_words(old).models
    assert "lost: Half = 0; learned from 6 months before" in words.fitted.en
    assert "流失：" in words.fitted.zh
    for written, instead in (("6 months ago", "1 year ago"), ("half = 0", "half <= 1")):
        new = read_standard(LOSS.replace(written, instead), "new.yaml")
        assert new.fingerprint != old.fingerprint
        assert differences(old, new)


@pytest.mark.parametrize(
    ("written", "instead", "line", "what"),
    [
        ("    lost: half = 0\n", "", 6, "lacks “lost”"),
        ("lost: half = 0", "lost: half", 10, "not yes or no"),
        ("6 months ago", "6 months", 11, "no earlier day"),
        ("6 months ago", "9 years ago", 11, "no earlier day"),
        ("    learned_as_of: 6 months ago\n", "    settings: {penalty: 0}\n", 11, "not possible"),
        (
            "lost: half = 0\n    learned_as_of: 6 months ago",
            "lost: year < 2",
            10,
            "“year” says who was lost and is learned from",
        ),
        ("{bought: year}", "{bought: guess}", 8, "need each other"),
    ],
)
def test_what_is_wrong_in_who_is_lost_is_told_with_its_place(
    written: str, instead: str, line: int, what: str
) -> None:
    assert written in LOSS
    standard, problems = examine_standard(LOSS.replace(written, instead), "leaving.yaml")
    assert standard is None
    found = [p for p in problems if what in p.what.en]
    assert found, [p.what.en for p in problems]
    if "each other" not in what:
        assert found[0].place.line == line


def test_a_method_that_learns_from_no_loss_and_inputs_of_models_are_refused() -> None:
    _, problems = examine_standard(
        TEXT.replace("    settings:", "    lost: days = 1\n    settings:"), "lifetime.yaml"
    )
    assert any("BG/NBD has no “lost”" in p.what.en for p in problems)
    chained = LOSS.replace("{bought: year}", "{bought: year, twice: doubled}").replace(
        "  guess:",
        "  doubled: {name: {en: D, zh: 双}, value: other * 2}\n"
        "  other: {name: {en: O, zh: 另}, from_model: first, gives: probability}\n  guess:",
    )
    chained = chained.replace(
        "metrics:\n",
        "  first: {name: {en: F, zh: 一}, method: loss_probability, inputs: {a: year},\n"
        "    lost: half = 0}\nmetrics:\n",
    )
    _, problems = examine_standard(chained, "leaving.yaml")
    assert any("“other” is given by a model" in p.what.en for p in problems)
