"""Smallest changes under every way to score: they hold, one unit less fails, none is nearer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from every_way import (
    AS_OF,
    CAPPED,
    METRICS,
    RANKED,
    RISK,
    WEIGHTED,
    money,
    run_by_hand,
    with_computed,
)

from kefen.compiler.plan import part
from kefen.expressions.tree import Value
from kefen.grading.smallest_changes import Reach, smallest_changes
from kefen.grading.stored import StoredRun
from kefen.standards.calibration import SchemeCalibration

FORMULAS = """
  formulas:
    name: {en: Formulas, zh: 公式}
    groups:
      both:
        name: {en: Both ways, zh: 双向}
        at_most: 40
        indicators:
          part:
            name: {en: Part, zh: 占比}
            value: revenue
            points: value * 100 / (value + 20000)
            applies: revenue > 0
          rounded:
            name: {en: Rounded, zh: 取整}
            value: revenue
            points: round_down(value / 3000, 0)
    indicators:
      worn: {name: {en: Worn, zh: 衰减}, value: silent, points: "halved(40, value / 60)"}
      spoiled:
        name: {en: Spoiled, zh: 扣减}
        value: revenue
        points: -interpolated(value, 40000, 0, 60000, 25)
      stepped:
        name: {en: Stepped, zh: 分级}
        value: contacts
        points: choose(value, 2, 6, 5, 11, 0)
      per:
        name: {en: Per order, zh: 单均}
        value: if(orders > 0, revenue / orders, 0)
        points: smallest(value / 400, 15)
    grade_by: score
    grades:
      A: {when: "> 72.5", name: {en: Full, zh: 满}}
      B: {when: ">= 58", name: {en: Half, zh: 半}}
      C: {when: else, name: {en: Low, zh: 低}}
    rules:
      gate:
        name: {en: Gate, zh: 双门槛}
        when: points.both < 30 and points.worn < 35
        at_most: B
"""


@pytest.fixture(scope="module")
def run() -> StoredRun:
    cuts: tuple[Decimal | int, ...] = tuple(n // 4 for n in range(1, 100))
    thirds: dict[str, tuple[Decimal | int, ...]] = {"F": (2, 5), "M": (money(9_000), money(40_000))}
    smallest = {"first": money(70_000), "next": money(45_000)}
    groups: dict[str | None, SchemeCalibration] = {
        "China": SchemeCalibration(50, cuts=thirds),
        "Germany": SchemeCalibration(50, cuts={"F": (1, 2), "M": (money(100), money("900.5"))}),
    }
    return run_by_hand(
        METRICS + CAPPED + WEIGHTED + RISK + RANKED + FORMULAS,
        {
            "weighted": SchemeCalibration(
                200, cuts={"revenue": (money(80_000),), "contacts": cuts}
            ),
            "ranked": SchemeCalibration(100, smallest=smallest, ranked=100),
            "by_country": SchemeCalibration(100, groups=groups),
            "listed": SchemeCalibration(100, learned={"usual": money("17861.56")}),
        },
    )


def customer(dice: Random) -> dict[str, Value]:
    """Return a customer at random, some of whose metrics are unknown."""

    def maybe(value: Value) -> Value:
        return None if dice.random() < 0.07 else value

    return {
        "revenue": maybe(Decimal(dice.randint(-50_000_000, 900_000_000)).scaleb(-4)),
        "orders": dice.randint(0, 11),
        "last_on": maybe(AS_OF - timedelta(days=dice.randint(0, 900))),
        "contacts": maybe(dice.randint(0, 30)),
        "complaints": maybe(dice.randint(0, 4)),
        "open_bills": maybe(dice.randint(0, 5)),
        "mood": maybe(Decimal(dice.randint(0, 60_000)).scaleb(-4)),
        "employees": maybe(dice.choice((10, 49, 50, 300, 501))),
        "industry": maybe(dice.choice(("Metal", "Retail"))),
        "country": maybe(dice.choice(("China", "Germany"))),
    }


def grade_at(
    run: StoredRun, metrics: dict[str, Value], scheme: str, metric: str, value: Value
) -> Value:
    changed = run.with_changes(metrics, {metric: value})
    return run.evaluated(changed, run.needs(scheme))[part(scheme, "grade")]


def steps_from(now: Value, units: int) -> Value:
    """Return the value so many smallest units from now."""
    if isinstance(now, Decimal):
        return now + Decimal(units).scaleb(-4)
    if isinstance(now, date):
        return now + timedelta(days=units)
    assert isinstance(now, int)
    return now + units


def distance(now: Value, needed: Value) -> int:
    if isinstance(now, Decimal) and isinstance(needed, Decimal):
        return int((needed - now).scaleb(4))
    if isinstance(now, date) and isinstance(needed, date):
        return (needed - now).days
    assert isinstance(now, int)
    assert isinstance(needed, int)
    return needed - now


def nearer(reach: Reach, dice: Random) -> list[int]:
    """Return units to try that are nearer than the answer: all of few, else a choice of them."""
    widest = 10**10 if isinstance(reach.now, Decimal) else 1_500
    found = widest if reach.needed is None else abs(distance(reach.now, reach.needed))
    if found <= 400:
        return [sign * n for n in range(1, found) for sign in (1, -1)]
    tried = {dice.randrange(1, found) for _ in range(60)}
    tried |= {int(10 ** dice.uniform(0, len(str(found)) - 1)) for _ in range(40)}
    tried |= {found - n for n in range(1, 30)}
    return [sign * n for n in tried if 0 < n < found for sign in (1, -1)]


@pytest.mark.parametrize(
    "scheme", ["capped", "weighted", "risk", "ranked", "by_country", "listed", "formulas"]
)
def test_changes_hold_one_unit_less_fails_and_none_is_nearer(run: StoredRun, scheme: str) -> None:
    dice = Random(f"every way {scheme}")
    told = {"reached": 0, "none": 0}
    for _ in range(40):
        metrics = with_computed(run, customer(dice))
        grade = dice.choice(run.standard.schemes[scheme].classes).id
        for reach in smallest_changes(run, "Acme", grade, scheme, metrics=metrics):
            if reach.now is None or reach.found == "there already":
                continue
            if isinstance(reach.now, str | bool):
                named = grade_at(run, metrics, scheme, reach.metric, reach.needed)
                assert reach.found != "reached" or named == grade
                continue

            def has(units: int, reach: Reach = reach) -> bool:
                value = steps_from(reach.now, units)
                if isinstance(value, date) and value > AS_OF:
                    return False
                if type(value) is int and value < 0:
                    return False
                return grade_at(run, metrics, scheme, reach.metric, value) == grade  # noqa: B023

            if reach.needed is not None:
                told["reached"] += 1
                away = distance(reach.now, reach.needed)
                assert has(away)
                assert not has(away - (1 if away > 0 else -1))
            else:
                told["none"] += 1
            wrong = [units for units in nearer(reach, dice) if has(units)]
            assert not wrong, (metrics, grade, reach, wrong[:5])
    assert told["reached"] > 5
    assert told["none"] > 10


def test_a_score_line_inside_a_slope_is_met_exactly(run: StoredRun) -> None:
    metrics = with_computed(
        run,
        {
            "revenue": money(2_000),
            "orders": 2,
            "last_on": AS_OF,
            "contacts": 0,
            "employees": 900,
            "open_bills": 0,
        },
    )
    reached = {r.metric: r for r in smallest_changes(run, "Acme", "A", "capped", metrics=metrics)}
    # 10 + 5 + 15 + revenue / 1000 = 60 at a revenue of 30,000; rounding gives it half a point less.
    assert reached["revenue"].needed == Decimal("29999.9500")
    assert reached["contacts"].needed == 14
