"""Published figures: reproduced, and compared digit by digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kefen.methods.ranking import area_under_curve, top_share
from kefen.methods.verification import families
from kefen.methods.verification.figure import Family, Figure


@pytest.mark.reference
@pytest.mark.parametrize("family", families(), ids=lambda family: family.id)
def test_the_published_figures_are_reproduced(family: Family, reference_data: Path) -> None:
    assert family.missing(reference_data) == ()
    figures = family.figures(reference_data)
    assert figures
    missed = [(one.method, one.name, one.published, one.ours) for one in figures if not one.holds]
    assert missed == []


@pytest.mark.parametrize(
    ("published", "ours", "agreeing"),
    [
        ("0.24259", 0.2425929, 5),
        ("0.24259", 0.24258, 5),
        ("0.24259", 0.242576, 4),
        ("-9582.4256", -9582.42561, 8),
        ("-9582.4256", -9583.6, 3),
        ("0.7266", 0.9, 0),
        ("946", 946, 3),
    ],
)
def test_digits_that_agree(published: str, ours: float, agreeing: int) -> None:
    figure = Figure("m", "f", published, ours)
    assert figure.agreeing == agreeing
    assert figure.holds == (agreeing >= figure.wanted)


def test_no_more_digits_are_wanted_than_were_printed() -> None:
    assert Figure("m", "f", "0.785", 0.7854).holds
    assert not Figure("m", "f", "0.785", 0.7871).holds


def test_ties_at_the_edge_count_in_part() -> None:
    later = np.array([4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert top_share(np.ones(10), later) == pytest.approx(0.2)
    assert top_share(later, later) == 1
    assert area_under_curve(np.ones(10), later > 0) == 0.5
    assert area_under_curve(later, later > 0) == 1
    assert area_under_curve(-later, later > 0) == 0


def test_a_family_whose_data_is_not_there_says_which(tmp_path: Path) -> None:
    family = families()[0]
    assert family.missing(None) == family.needs
    assert family.missing(tmp_path) == family.needs
