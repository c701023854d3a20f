"""The JSON Schema knows every key, choice and form of words that the readers know."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kefen.domain.calendar import parse_window
from kefen.domain.periods import MONTH_NAMES, MONTHS_IN, PERIODS
from kefen.standards.json_schema import standard_schema
from kefen.standards.metrics.counted import VERBS
from kefen.standards.reader import examine_standard

SCHEMA = standard_schema()
DEFS: dict[str, Any] = SCHEMA["$defs"]

TEXT = """\
standard: forms
version: 1
name: {en: Forms, zh: 写法}
metrics:
  revenue:
    sum: orders.amount
  visits:
    count: interactions
  will:
    judged: will
    from: 1
    to: 5
schemes:
  rating:
    learn:
      most: {largest: revenue}
    groups:
      trade:
        indicators:
          visits:
            bands: [">= 3: 1", else: 0]
    indicators:
      revenue:
        fifths: higher is better
    grade_by: score
    grades:
      A:
        when: ">= 2"
      B: else
    rules:
      lift:
        when: visits > 90
        at_least: A
    tags:
      busy:
        when: visits > 9
    terms:
      limit:
        unit: money
        else: revenue / 2
  order:
    grade_by: rank of revenue
    ties: up
    rounding: up
    grades: {A: first 10 %, B: else}
"""


def problems_of(text: str) -> list[str]:
    return [problem.mend.en for problem in examine_standard(text, "x.yaml")[1]]


def test_the_text_that_is_changed_here_is_a_good_one() -> None:
    standard, _ = examine_standard(TEXT, "x.yaml")
    assert standard is not None


def metric_keys_told(verb: str) -> set[str]:
    text = TEXT.replace(
        "    sum: orders.amount\n", f"    {verb}: orders.amount\n    zzzzzz: 1\n", 1
    )
    lists = [m for m in problems_of(text) if m.startswith("It may have: ")]
    return set(lists[0].removeprefix("It may have: ").rstrip(".").split(", "))


def test_the_keys_of_metrics_are_those_of_all_their_readers() -> None:
    known = set().union(*map(metric_keys_told, VERBS))
    assert set(DEFS["metric"]["properties"]) == known
    assert {key for one in DEFS["metric"]["oneOf"] for key in one["required"]} == set(VERBS)


@pytest.mark.parametrize(
    ("after", "properties"),
    [
        ("standard: forms\n", SCHEMA["properties"]),
        ("  rating:\n", DEFS["scheme"]["properties"]),
        ("      trade:\n", DEFS["group"]["properties"]),
        ("          visits:\n", DEFS["indicator"]["anyOf"][0]["properties"]),
        ("      A:\n", DEFS["grade"]["anyOf"][0]["properties"]),
        ("      lift:\n", DEFS["rule"]["properties"]),
        ("      busy:\n", DEFS["tag"]["properties"]),
    ],
)
def test_the_keys_of_each_part_are_its_reader_s(after: str, properties: dict[str, Any]) -> None:
    assert after in TEXT
    indent = re.match(" *", TEXT.split(after, 1)[1])
    assert indent is not None
    text = TEXT.replace(after, f"{after}{indent[0]}zzzzzz: 1\n", 1)
    (told,) = [m for m in problems_of(text) if m.startswith("It may have: ")]
    known = set(told.removeprefix("It may have: ").rstrip(".").split(", "))
    assert known == set(properties)


def choices_in(schema: Any) -> list[str]:
    """The words that a part of the schema offers."""
    if "$ref" in schema:
        return choices_in(DEFS[schema["$ref"].rsplit("/", 1)[1]])
    found = list(schema.get("enum", ()))
    for part in schema.get("anyOf", ()):
        found += choices_in(part)
    return found


def in_part(name: str, key: str) -> Any:
    part = DEFS[name]
    return (part if "properties" in part else part["anyOf"][0])["properties"][key]


@pytest.mark.parametrize(
    ("was", "mistake", "schema"),
    [
        ("count: interactions", "count: zzz", in_part("metric", "count")),
        ("amount\n", "amount\n    unit: zzz\n", in_part("metric", "unit")),
        ("amount\n", "amount\n    per: zzz\n", in_part("metric", "per")),
        ("    to: 5\n", "    to: 5\n    raters: zzz\n", in_part("metric", "raters")),
        ("fifths: higher is better", "fifths: zzz", in_part("indicator", "fifths")),
        ("else: 0]\n", "else: 0]\n            better: zzz\n", in_part("indicator", "better")),
        ("else: 0]\n", "else: 0]\n            if_unknown: zzz\n",
         in_part("indicator", "if_unknown")),
        ('        when: ">= 2"\n', '        when: ">= 2"\n        tone: zzz\n',
         in_part("grade", "tone")),
        ('        when: ">= 2"\n', '        when: ">= 2"\n        strategy: zzz\n',
         in_part("grade", "strategy")),
        ("ties: up", "ties: zzz", in_part("scheme", "ties")),
        ("rounding: up", "rounding: zzz", in_part("scheme", "rounding")),
        ("grade_by: score", "score_text: zzz\n    grade_by: score",
         in_part("scheme", "score_text")),
        ("unit: money", "unit: zzz", in_part("term", "unit")),
    ],
)  # fmt: skip
def test_the_choices_are_the_reader_s(was: str, mistake: str, schema: Any) -> None:
    assert was in TEXT
    told = [
        re.sub(r",? or a number.*", "", m.removeprefix("Use one of: ")).rstrip(".").split(", ")
        for m in problems_of(TEXT.replace(was, mistake, 1))
        if m.startswith("Use one of: ")
    ]
    assert told
    assert sorted(told[0]) == sorted(choices_in(schema))


CALENDAR = st.sampled_from(list(MONTHS_IN))
UNIT = st.sampled_from(["day", *MONTHS_IN, "week"])
COUNT = st.sampled_from([0, 1, 2, 12, 40])
PLURAL = st.sampled_from(["", "s"])
BASES = st.one_of(
    st.just("all time"),
    st.builds("last {} {}{}".format, COUNT, UNIT, PLURAL),
    st.builds("last {} whole {}{}".format, COUNT, UNIT, PLURAL),
    st.builds("this {}".format, UNIT),
    st.builds("this {} and the {} before".format, CALENDAR, COUNT),
    st.sampled_from(["last year", "the last 2 months", "last 2  months", "This year"]),
)
FROM = st.one_of(st.just(""), st.builds(" from {} {}".format, COUNT, st.sampled_from(MONTH_NAMES)))
ENDING = st.one_of(st.just(""), st.builds(" ending {} {}{} ago".format, COUNT, UNIT, PLURAL))
WINDOWS = st.builds("{}{}{}".format, BASES, FROM, ENDING)


@given(WINDOWS)
def test_windows_are_the_reader_s_but_for_their_numbers(words: str) -> None:
    try:
        parse_window(words)
        good = True
    except ValueError:
        good = False
    allowed = Draft202012Validator({"$ref": "#/$defs/window", "$defs": DEFS}).is_valid(words)
    impossible_number = re.search(r"\b(?:0|40)\b", words) is not None
    assert allowed or not good
    assert good or not allowed or impossible_number


@pytest.mark.parametrize(
    "form",
    [
        *({"each": period, "take": "sum"} for period in PERIODS),
        *({"each": f"every {period}", "take": "number of >= 10"} for period in PERIODS),
        {"each": "3 months", "take": "largest"},
        {"each": "1 day", "take": "smallest"},
        {"each": "every month", "take": "longest run of [0, 10)"},
        {"each": "every month", "take": "latest run of < 5"},
        {"each": "orders.category", "take": "mean"},
        {"each": ["month", "orders.category"], "take": ["mean", "number of unknown"]},
    ],
)
def test_groups_and_takes_are_the_reader_s(form: dict[str, Any]) -> None:
    written = "".join(f"    {key}: {value}\n".replace("'", "") for key, value in form.items())
    if isinstance(form["take"], str):
        written = f'    each: {form["each"]}\n    take: "{form["take"]}"\n'
    text = TEXT.replace("    sum: orders.amount\n", f"    sum: orders.amount\n{written}", 1)
    standard, found = examine_standard(text, "x.yaml")
    assert standard is not None, [p.what.en for p in found]
    validator = Draft202012Validator({"$ref": "#/$defs/metric", "$defs": DEFS})
    assert validator.is_valid({"sum": "orders.amount", **form})
    assert not validator.is_valid({"sum": "orders.amount", **form, "take": "number"})
