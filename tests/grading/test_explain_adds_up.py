"""Whatever a scheme's starts, caps, weights and ways with the unknown: its lines add up."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import yaml
from every_way import AS_OF, METRICS, run_by_hand, with_computed
from hypothesis import given, settings
from hypothesis import strategies as st

from kefen.expressions.tree import Value
from kefen.grading.explain import explain
from kefen.standards.calibration import SchemeCalibration

_POINTS = st.decimals(-120, 120, places=2)
_CUTS = tuple(range(1, 100))
_BEST = Decimal("5000.0000")


@st.composite
def _limits(draw: st.DrawFn) -> dict[str, Any]:
    """Return any of `at_most` and `at_least`, never crossing."""
    low, high = sorted((draw(_POINTS), draw(_POINTS)))
    chosen = draw(st.sets(st.sampled_from(("at_most", "at_least"))))
    return {key: str(high if key == "at_most" else low) for key in sorted(chosen)}


@st.composite
def _plain(draw: st.DrawFn) -> dict[str, Any]:
    """Return an indicator whose points count as they are."""
    bands = [">= 1000: 12.5", "[10, 1000): 7", "unknown: 1", "else: -3"]
    scorings: tuple[dict[str, Any], ...] = (
        {"bands": bands},
        {"bands": [">= 500: 20", "[0, 500): 2", "else: -8"]},
        {"points": "value / 7"},
        {"points": "interpolated(value, 0, 0, 3000, 40)"},
        {"fifths": "lower is better"},
    )
    scoring = draw(st.sampled_from(scorings))
    indicator: dict[str, Any] = {"value": draw(st.sampled_from(("revenue", "mood"))), **scoring}
    indicator |= draw(_limits())
    unknown = draw(st.sampled_from((None, "zero", "worst", "3.5", "no grade")))
    if unknown is not None:
        indicator["if_unknown"] = unknown
    if draw(st.booleans()):
        indicator["applies"] = "orders >= 3"
    return indicator


@st.composite
def _weighted(draw: st.DrawFn) -> dict[str, Any]:
    """Return an indicator with a weight."""
    indicator = draw(_plain())
    indicator["weight"] = draw(st.integers(1, 60))
    if draw(st.booleans()) and "bands" in indicator:
        del indicator["bands"]
        indicator[draw(st.sampled_from(("position", "of_best")))] = "higher is better"
    if "points" in indicator:
        indicator["out_of"] = draw(st.integers(1, 50))
    if draw(st.booleans()):
        indicator["if_unknown"] = "left out"
    return indicator


@st.composite
def _schemes(draw: st.DrawFn) -> dict[str, Any]:
    """Return a scheme of points: in groups and beside them, weighted or not."""
    kinds = st.sampled_from((_plain(), _weighted()))
    scheme: dict[str, Any] = {
        "name": {"en": "Any", "zh": "任意"},
        "start": str(draw(_POINTS)),
        "grade_by": "conditions",
        "grades": {"A": "orders > 1", "B": "else"},
        **draw(_limits()),
    }
    names = iter("abcdefghij")
    groups = {}
    for group in draw(st.sampled_from(((), ("first",), ("first", "second")))):
        kind = draw(kinds)
        own = {next(names): draw(kind) for _ in range(draw(st.integers(1, 3)))}
        weights = [indicator.get("weight") for indicator in own.values()]
        groups[group] = {"name": {"en": group, "zh": group}, "indicators": own, **draw(_limits())}
        if None not in weights:
            groups[group]["weight"] = sum(weights)
        elif draw(st.booleans()):
            groups[group]["start"] = str(draw(_POINTS))
    if groups:
        scheme["groups"] = groups
    beside = {next(names): draw(_plain()) for _ in range(draw(st.integers(0, 2)))}
    if beside or not groups:
        scheme["indicators"] = beside or {"z": draw(_plain())}
    return scheme


def _customers() -> st.SearchStrategy[dict[str, Value]]:
    money = st.decimals(-2_000, 6_000, places=4)
    return st.fixed_dictionaries(
        {
            "revenue": st.one_of(st.none(), money),
            "mood": st.one_of(st.none(), money),
            "orders": st.one_of(st.none(), st.integers(0, 6)),
            "last_on": st.one_of(
                st.none(), st.integers(0, 400).map(lambda n: AS_OF - timedelta(days=n))
            ),
        }
    )


@settings(max_examples=150, deadline=None)
@given(_schemes(), st.lists(_customers(), min_size=1, max_size=4))
def test_lines_and_adjustments_add_up_to_the_score(
    scheme: dict[str, Any], customers: list[dict[str, Value]]
) -> None:
    body = yaml.safe_dump({"any": scheme}, allow_unicode=True, sort_keys=False)
    text = METRICS + "\n".join(f"  {line}" for line in body.splitlines())
    every = {**scheme.get("indicators", {})}
    for group in scheme.get("groups", {}).values():
        every |= group["indicators"]
    cuts: dict[str, tuple[Decimal | int, ...]] = {}
    for identifier, indicator in every.items():
        if "position" in indicator:
            cuts[identifier] = tuple(Decimal(cut * 20) for cut in _CUTS)
        elif "fifths" in indicator:
            cuts[identifier] = tuple(Decimal(cut) for cut in (4000, 2000, 1000, 0))
        elif "of_best" in indicator:
            cuts[identifier] = (_BEST,)
    run = run_by_hand(text, {"any": SchemeCalibration(200, cuts=cuts)})
    for customer in customers:
        told = explain(run, "Acme", metrics=with_computed(run, customer)).schemes[0]
        known = sum((entry.points or Decimal(0) for entry in told.entries), Decimal(0))
        if told.total is not None:
            assert known == told.total == told.score
        else:
            assert told.score is None
        kept = [line for line in told.lines if line.stated_weight is not None]
        if told.total is not None and kept:
            stated = sum(line.stated_weight or Decimal(0) for line in kept)
            assert sum(line.weight or Decimal(0) for line in kept) == stated
        for line in told.lines:
            bounded = "points" not in every[line.indicator] and line.state == "counted"
            if bounded and line.points is not None and line.at_best is not None:
                assert line.points <= line.at_best
        assert json.dumps(told.as_dict())
        assert told.sentence.en.endswith(".")
        assert told.sentence.zh.endswith("。")
