"""Findings in general: none on healthy data, and each told in both languages."""

from collections.abc import Callable
from typing import Any

from kefen.lake.quality import FINDING_KINDS, QualityReport

Assess = Callable[..., QualityReport]
Healthy = Callable[[], dict[str, list[dict[str, Any]]]]


def test_healthy_data_is_good_on_every_principle(assess: Assess, healthy: Healthy) -> None:
    report = assess(**healthy())
    assert {v.standing for v in report.verdicts} == {"good"}
    assert {f.code for f in report.findings} == {"column_not_given", "table_not_imported"}
    assert report.months_covered == 12
    assert len(report.months) == 24


def test_every_text_is_filled_and_written_in_both_languages() -> None:
    for kind in FINDING_KINDS.values():
        for text in (kind.message, kind.effect):
            assert text.en != text.zh
            english, chinese = text.placeholders()
            assert english == chinese
