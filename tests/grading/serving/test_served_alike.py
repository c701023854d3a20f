"""SQL serves a population as the row evaluator serves each customer, run after run."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from simulation import MOVING_HEAD, history, months

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.expressions.tree import Value

NAMED = "name: {en: Rule, zh: 规则}"
EVERY_PART = f"""\
every: quarter
on: 31 March
at_once: event > 4
takes_effect: next month
to_rise: {{A: counted >= 40 or previous = 'B', B: value_now >= 60 or carried >= 50}}
to_stay: {{A: stay_value >= 70, B: stay_value >= 50 and days_at.B >= 0}}
keeps:
  first: 2 months
  rise: {{A: 6 months, else: 3 months}}
  fall: until 30 June
  stay: 90 days
rise: {{steps: 2, once_in: 3 months, when: event != 3}}
fall: {{steps: 1, after: {{A: 3 months, else: 2 times running}}}}
counters:
  counted: {{counts: total, afresh: [rise, stay, every 9 months], {NAMED}}}
  carried:
    {NAMED}
    counts: total
    afresh: [fall, every last day of June]
    carries_above: {{A: 20, B: 10.5, D: 0}}
rules:
  cap: {{when: last_year = 'D' and months_graded > 2, at_most: B, {NAMED}}}
  back:
    {NAMED}
    when: fell_from > 'C' and event = 2
    at_least: one above previous
    for: 4 months
  veto: {{when: event = 1, grade: D, for: 2 months, {NAMED}}}
  life: {{when: highest = 'A' and months_since_rise >= 0, at_least: C, for: ever, {NAMED}}}
"""
MONTHLY = f"""\
keeps: 2 months
rise: {{by: hand, once_in: 2 months, after: 1 month}}
fall: {{after: 2 times running, once_in: 2 months, when: event < 5}}
rules:
  down: {{when: months_since_fall > 5, at_most: one below previous, {NAMED}}}
  stay: {{when: months_at_grade = 1 and score > 60, grade: previous, {NAMED}}}
"""


def a_customer(dice: random.Random) -> dict[str, Value]:
    value = dice.choice([10, 45, 55, 65, 75, 85, 95, None])
    return {
        "value_now": None if value is None else Decimal(value),
        "stay_value": Decimal(dice.randrange(30, 100)),
        "event": Decimal(dice.choice([0, 0, 0, 0, 1, 2, 3, 5])),
        "total": Decimal(dice.randrange(0, 60)),
    }


def overrides(dice: random.Random, people: list[str], day: date) -> list[dict[str, Any]]:
    found = []
    for number, who in enumerate(dice.sample(people, 6)):
        kind = dice.choice(["pin", "floor", "cap"])
        row = {"customer_id": who, "scheme": "level", kind: dice.choice("ABCD")}
        row |= {f"{kind}_id": f"o{number}", f"{kind}_until": day + timedelta(days=40)}
        if dice.random() < 0.5:
            row["lift_on"] = day - timedelta(days=dice.randrange(60))
        found.append(row)
    return found


@pytest.mark.parametrize("movement", [EVERY_PART, MONTHLY], ids=["every part", "by hand"])
def test_sql_and_row_evaluator_serve_alike_over_a_random_history(
    movement: str, tmp_path: Path
) -> None:
    lines = "".join(f"      {line}\n" for line in movement.splitlines())
    found = history(MOVING_HEAD + lines, tmp_path)
    dice = random.Random(20251)
    people = [f"c{number}" for number in range(60)]
    holds: set[object] = set()
    for day in months("2025-01", 8):
        present = [who for who in people if dice.random() < 0.95]
        rows = found.run(
            day,
            {who: a_customer(dice) for who in present},
            overrides(dice, people, day),
            in_sql=True,
        )
        holds |= {row["hold"] for row in rows.values()}
    # Alike is worth something only where much happens.
    assert len(holds) >= 7, holds
