"""What was foretold is held only against a period as long as it was foretold for."""

from __future__ import annotations

from datetime import date

from kefen.grading.evaluation.following import Period
from kefen.grading.evaluation.foretold import foretold_otherwise
from kefen.standards.reader import bundled_standard

AS_OF = date(2024, 12, 31)


def test_a_prediction_of_another_span_is_said_not_to_be_held() -> None:
    said = foretold_otherwise(bundled_standard(), Period(AS_OF, 3), frozenset())
    assert any("12 months" in one.en and "--months 12" in one.en for one in said)
    assert foretold_otherwise(bundled_standard(), Period(AS_OF, 12), frozenset()) == ()
