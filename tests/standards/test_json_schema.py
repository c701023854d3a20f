"""The JSON Schema for editors: every good standard passes, usual mistakes are flagged."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kefen.standards import key_words
from kefen.standards.document import Mapping, Node, Scalar, load_document
from kefen.standards.json_schema import schema_text, standard_schema
from kefen.standards.reader import bundled_names, bundled_text, examine_standard

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = standard_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")


def as_json(node: Node) -> Any:
    """A document as an editor's YAML reader (YAML 1.2) hands it to the schema."""
    if isinstance(node, Mapping):
        return {key: as_json(child) for key, child in node}
    if not isinstance(node, Scalar):
        return [as_json(item) for item in node.items]
    if node.quoted:
        return node.text
    if node.text in ("", "null", "~"):
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if _NUMBER.fullmatch(node.text):
        number = float(node.text)
        return int(number) if number.is_integer() and "." not in node.text else number
    return node.text


def complaints(text: str) -> list[str]:
    """What the schema finds wrong with a document, each with its place."""
    document = as_json(load_document(text, "x.yaml"))
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def examples() -> list[tuple[str, str]]:
    """Every standard shown in the documentation that the reader accepts."""
    found = []
    for page in sorted(DOCS.rglob("*.md")):
        blocks = re.findall(r"^```yaml[^\n]*\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
        for number, block in enumerate(blocks):
            if re.search(r"^standard:", block, re.M) and examine_standard(block, "x")[0]:
                found.append((f"{page.name}-{number}", block))
    return found


def test_it_is_a_schema_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", bundled_names())
def test_every_standard_of_the_library_passes(name: str) -> None:
    assert complaints(bundled_text(name)) == []


@pytest.mark.parametrize(("name", "text"), examples(), ids=[name for name, _ in examples()])
def test_every_standard_of_the_documentation_passes(name: str, text: str) -> None:
    assert complaints(text) == []


GOOD = """\
standard: good
version: 1
name: {en: Good, zh: 好}
window: last 12 months
metrics:
  revenue:
    sum: orders.amount
    over: last 6 whole months
    unit: money
schemes:
  rating:
    learn:
      cut_off: {cut: revenue, at: 80 %}
    indicators:
      revenue:
        weight: 100
        bands: [">= 60: 30", else: 0]
        if_unknown: zero
    grade_by: score
    grades: {A: ">= 80", B: else}
    rules:
      cap: {when: revenue < 1, at_most: B}
    review: {A: 6 months, else: 1 year}
"""


def test_the_good_one_passes() -> None:
    assert complaints(GOOD) == []


@pytest.mark.parametrize(
    ("was", "mistake", "where"),
    [
        ("window:", "windows:", "windows"),
        ("    sum:", "    summ:", "metrics.revenue"),
        ("    sum:", "    count: orders\n    sum:", "metrics.revenue"),
        ("unit: money", "unit: moneys", "metrics.revenue.unit"),
        ("last 6 whole months", "the last 6 months", "metrics.revenue.over"),
        ("last 12 months", "last twelve months", "window"),
        ("{en: Good, zh: 好}", "Good", "name"),
        ("{en: Good, zh: 好}", "{en: Good}", "name"),
        ("version: 1", "version: one", "version"),
        ("grade_by: score", "grade_by: scores", "schemes.rating.grade_by"),
        ("grade_by: score\n", "", "schemes.rating"),
        ("if_unknown: zero", "if_unknown: nothing", "indicators.revenue"),
        ("weight: 100", "wieght: 100", "indicators.revenue"),
        ("weight: 100", "weight: many", "indicators.revenue"),
        ('bands: [">= 60: 30", else: 0]', "bands: []", "indicators.revenue"),
        ("at: 80 %", "at: most", "learn.cut_off.at"),
        ("at_most: B", "at_most: B, at_least: B", "rules.cap"),
        ("A: 6 months", "A: now and then", "review.A"),
        ("  revenue:\n    sum", "  my revenue:\n    sum", "metrics"),
        ("metrics:\n", "metrics: []\nmeasures:\n", "metrics"),
    ],
)
def test_usual_mistakes_are_flagged(was: str, mistake: str, where: str) -> None:
    assert was in GOOD
    found = complaints(GOOD.replace(was, mistake, 1))
    assert found
    assert any(where in one for one in found), found


def test_keys_are_described_in_both_languages() -> None:
    def below(part: Any) -> Any:
        if isinstance(part, dict):
            for key, value in (part.get("properties") or {}).items():
                if isinstance(value, dict) and key not in ("en", "zh"):
                    yield key, value.get("description", "")
            for value in part.values():
                yield from below(value)
        elif isinstance(part, list):
            for value in part:
                yield from below(value)

    described = list(below(SCHEMA))
    assert len(described) > 100
    for key, description in described:
        english, _, chinese = description.partition("\n")
        assert english.strip(), key
        assert re.search("[\u4e00-\u9fff]", chinese), key


def _told_keys(lines: str) -> set[str]:
    """The keys that the reader says a metric may have, asked with one that it does not know."""
    text = GOOD.replace("    sum: orders.amount\n", f"    zzzzzz: 1\n{lines}")
    _, problems = examine_standard(text, "x.yaml")
    (mend,) = (p.mend.en for p in problems if "zzzzzz" in p.what.en)
    return set(mend.removeprefix("It may have: ").rstrip(".").split(", "))


def test_metrics_have_the_keys_that_the_reader_knows() -> None:
    kinds = (
        "    sum: orders.amount\n",
        "    value: 1\n",
        "    judged: attitude\n",
        "    from_model: buying\n",
    )
    known = set().union(*map(_told_keys, kinds))
    assert set(key_words.METRIC) == known


def test_no_description_is_left_over() -> None:
    defs, top = SCHEMA["$defs"], SCHEMA["properties"]
    indicator = defs["indicator"]["anyOf"][0]["properties"]
    for written, used in (
        (key_words.DOCUMENT, top),
        (key_words.CONFIDENCE, top["confidence"]["properties"]),
        (key_words.MODEL, defs["model"]["properties"]),
        (key_words.SCHEME, defs["scheme"]["properties"]),
        (key_words.GROUP, defs["group"]["properties"]),
        (key_words.INDICATOR, indicator),
        (key_words.LEARNED, defs["learned"]["properties"]),
        (key_words.GRADE, defs["grade"]["anyOf"][0]["properties"]),
        (key_words.RULE, defs["rule"]["properties"]),
        (key_words.TAG, defs["tag"]["properties"]),
        (key_words.TERM, defs["term"]["properties"]),
    ):
        assert set(written) == set(used)


def test_the_page_of_the_reference_is_up_to_date() -> None:
    stored = (DOCS / "reference/standard.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), "run: python docs/generate.py"
