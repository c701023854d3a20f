"""What-if tries texts and yes or no with the values the standard names, verified by grading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from every_way import METRICS, RETAILER, run_by_hand, with_computed

from kefen.domain.errors import CallError
from kefen.grading.explain import explain
from kefen.grading.smallest_changes import smallest_changes

if TYPE_CHECKING:
    from kefen.expressions.tree import Value
    from kefen.grading.smallest_changes import Reach
    from kefen.grading.stored import StoredRun

MORE = """\
  seasonal: {name: {en: Seasonal, zh: 季节性}, value: "customers.seasonal = 'yes'", unit: yes_no}
  word: {name: {en: Word, zh: 评语}, judged: word, one_of: [good, fair, poor]}
  trade: {name: {en: Trade, zh: 业态}, value: "first_known(industry, 'none')"}
  status: {name: {en: Status, zh: 状态}, value: customers.standing}
  kind: {name: {en: Kind, zh: 性质}, value: customers.kind}
  motto: {name: {en: Motto, zh: 口号}, value: customers.motto}
"""
SCHEMES = """
  judged:
    name: {en: Judged, zh: 评定}
    grade_by: conditions
    grades:
      top:
        when: word = 'good' and (country in ('China', 'Peru') or seasonal)
        name: {en: First Class, zh: 头等}
      plain: {when: else, name: {en: Plain, zh: 普通}}
  kinds:
    name: {en: Kinds, zh: 性质}
    grade_by: conditions
    grades:
      person: {when: "kind != 'company'"}
      company: {when: else}
  banded:
    name: {en: Banded, zh: 分段}
    indicators:
      trade: ["= 'Metal': 10", "in ('Wood', 'Paint'): 5", "else: 0"]
      status: ["= 'suspended': -9", "else: 0"]
      chosen: {value: "choose(country, 'Chile', 3, 'Peru', 7, 0)", points: value}
      told:
        name: {en: Told, zh: 述}
        value: contains(motto, 'best')
        bands: ["= true: 1", "else: 0"]
    grade_by: score
    grades: {high: ">= 7", low: ">= 0", none: else}
"""
USUAL: dict[str, Value] = RETAILER | {
    "orders": 3,
    "seasonal": False,
    "word": "fair",
    "status": "active",
    "kind": "company",
    "motto": "fast",
}


@pytest.fixture(scope="module")
def run() -> StoredRun:
    return run_by_hand(METRICS.replace("schemes:\n", MORE + "schemes:\n") + SCHEMES)


def ways(run: StoredRun, grade: str, scheme: str, **changes: Value) -> dict[str, Reach]:
    metrics = with_computed(run, USUAL | changes)
    found = smallest_changes(run, "Acme", grade, scheme, metrics=metrics)
    for reach in found:
        if reach.found == "reached":
            changed = with_computed(run, USUAL | changes | {reach.metric: reach.needed})
            told = explain(run, "Acme", scheme=scheme, metrics=changed).schemes[0]
            assert told.grade == grade
    return {reach.metric: reach for reach in found}


def test_the_words_of_a_judgement_are_tried(run: StoredRun) -> None:
    found = ways(run, "top", "judged")
    assert found["word"].needed == "good"
    assert found["word"].words.en == "Word “good” reaches it; now “fair”."
    assert found["word"].words.zh == "评语为 “good” 即可；目前 “fair”。"
    assert {name: reach.found for name, reach in found.items()} == {
        "word": "reached",
        "country": "not reached",
        "seasonal": "not reached",
    }


def test_every_value_named_that_reaches_it_is_told(run: StoredRun) -> None:
    found = ways(run, "top", "judged", word="good", country="Chile")
    assert found["country"].words.en == "Country “China” or “Peru” reaches it; now “Chile”."
    assert found["seasonal"].needed is True
    assert found["seasonal"].words.en == "Seasonal yes reaches it; now no."
    assert found["seasonal"].words.zh == "季节性为 是 即可；目前 否。"


def test_an_unknown_text_is_tried_too(run: StoredRun) -> None:
    found = ways(run, "top", "judged", word="good", country=None)
    assert "now unknown" in found["country"].words.en.replace("“unknown”", "unknown")
    assert found["country"].needed == "China"


def test_edges_of_bands_and_keys_of_tables_are_tried(run: StoredRun) -> None:
    found = ways(run, "high", "banded")
    assert found["industry"].needed == "Metal"  # through the metric computed from it
    assert found["country"].needed == "Peru"
    assert found["status"].found == "not reached"


def test_a_value_that_is_none_of_those_named_is_tried(run: StoredRun) -> None:
    found = ways(run, "low", "banded", status="suspended")
    assert found["status"].words.en == "Status other than “suspended” reaches it; now “suspended”."
    assert found["status"].words.zh == "状态为 “suspended” 以外的值 即可；目前 “suspended”。"


def test_a_code_takes_only_its_own_words(run: StoredRun) -> None:
    assert ways(run, "person", "kinds")["kind"].needed == "person"


def test_what_the_standard_names_no_value_of_is_told_as_not_tried(run: StoredRun) -> None:
    motto = ways(run, "high", "banded")["motto"]
    assert (motto.found, motto.needed) == ("not tried", None)
    assert motto.words.en == "Motto was not tried: the standard names no value of it."
    assert motto.words.zh == "未尝试口号：标准中没有写出它的取值。"
    assert motto.as_dict()["found"] == "not tried"


def test_a_grade_that_is_there_is_said_by_texts_too(run: StoredRun) -> None:
    found = ways(run, "top", "judged", word="good")
    assert {reach.found for reach in found.values()} == {"there already"}


@pytest.mark.parametrize("name", ["top", "TOP", "First Class", "first  class", "头等"])
@pytest.mark.parametrize("scheme", ["judged", "Judged", "评定"])
def test_grades_and_schemes_go_by_their_names_too(run: StoredRun, name: str, scheme: str) -> None:
    metrics = with_computed(run, USUAL)
    found = smallest_changes(run, "Acme", name, scheme, metrics=metrics)
    assert next(reach for reach in found if reach.metric == "word").needed == "good"


def test_a_grade_that_is_none_is_refused_with_those_there_are(run: StoredRun) -> None:
    with pytest.raises(CallError, match="no grade") as caught:
        smallest_changes(run, "Acme", "first", "judged", metrics=with_computed(run, USUAL))
    assert "top, plain" in str(caught.value.mend)
