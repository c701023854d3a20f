"""Grades move by rules: every kind of rule over a simulated history, row by row.

That SQL serves a population alike is tested in `test_served_alike.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from simulation import MOVING_HEAD, History, history, months

from kefen.grading.serving.before import RunBefore
from kefen.grading.serving.serve import Serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kefen.expressions.tree import Value

METRICS = ("value_now", "stay_value", "event", "total")
VALUES = {"A": 90, "B": 70, "C": 50, "D": 10, "-": None}


@pytest.fixture
def moving(tmp_path: Path) -> Callable[[str], History]:
    """A history under a movement, written as the lines below `movement:`."""

    def make(movement: str) -> History:
        lines = "".join(f"      {line}\n" for line in movement.strip().splitlines())
        return history(MOVING_HEAD + lines, tmp_path)

    return make


def follow(
    found: History,
    computed: str,
    first: str = "2025-01",
    *,
    days: Sequence[date] | None = None,
    **others: Sequence[int],
) -> str:
    """The grades held, month by month, of a customer with these computed grades (`-`: none)."""
    for place, day in enumerate(days or months(first, len(computed))):
        metrics: dict[str, Value] = dict.fromkeys(METRICS, Decimal(0))
        value = VALUES[computed[place]]
        metrics["value_now"] = None if value is None else Decimal(value)
        metrics |= {name: Decimal(values[place]) for name, values in others.items()}
        found.run(day, {"x": metrics})
    return "".join(grade or "-" for grade in found.grades("x"))


def hold(found: History, place: int = -1) -> tuple[str | None, str | None, date | None]:
    """Why the customer's grade is held in a run, by which rule, and until when."""
    row = found.served[place]["x"]
    return row["hold"], row["by"], row["held_until"]


# --- F36: cadence, effective dates, events ------------------------------------------------------


def test_between_its_days_a_grade_stands(moving: Callable[[str], History]) -> None:
    found = moving("every: quarter")
    assert follow(found, "BAAAADDD") == "BBAAADDD"
    assert hold(found, 1) == ("calendar", None, date(2025, 3, 31))
    assert [found.served[n]["x"]["since"] for n in (1, 2, 5)] == [
        date(2025, 1, 31),
        date(2025, 3, 31),
        date(2025, 6, 30),
    ]


def test_grades_move_in_the_first_run_on_or_after_the_day(moving: Callable[[str], History]) -> None:
    found = moving("every: month\non: 20")
    days = [date(2025, 1, 20), date(2025, 1, 31), date(2025, 2, 19), date(2025, 2, 21)]
    assert follow(found, "BAAA", days=days) == "BBBA"


def test_an_event_moves_a_grade_on_any_day_and_despite_what_keeps_it(
    moving: Callable[[str], History],
) -> None:
    found = moving("every: year\nkeeps: 2 years\nat_once: event > 0")
    assert follow(found, "BBDDD", event=[0, 0, 0, 1, 0]) == "BBBDD"


def test_a_move_may_be_in_force_later_than_it_is_found(moving: Callable[[str], History]) -> None:
    found = moving("takes_effect: next month")
    follow(found, "BBA")
    since = [run["x"]["since"] for run in found.served]
    assert since == [date(2025, 2, 1), date(2025, 2, 1), date(2025, 4, 1)]


# --- F37, F38: lines to stay, minimum stay, protection ------------------------------------------


def test_the_line_to_stay_is_lower_than_the_line_to_rise(moving: Callable[[str], History]) -> None:
    found = moving("to_stay: {A: stay_value >= 70, B: stay_value >= 50}")
    stays = [90, 75, 65, 65, 40]
    assert follow(found, "ADDDD", stay_value=stays) == "AABBD"
    assert hold(found, 1)[0] == "to_stay"
    assert hold(found, 2)[0] == "to_stay"


def test_a_grade_is_kept_for_a_minimum_stay(moving: Callable[[str], History]) -> None:
    found = moving("keeps: 3 months")
    assert follow(found, "ADDDDA") == "AAADDA"
    assert hold(found, 1) == ("keeps", None, date(2025, 4, 30))
    assert hold(found, 3) == (None, None, None)


def test_terms_differ_after_a_rise_a_stay_and_a_fall(moving: Callable[[str], History]) -> None:
    found = moving("keeps: {first: 1 month, rise: 4 months, stay: 2 months, fall: 2 months}")
    #  first B; a rise in February is kept until June; kept again for 2 months; then falls
    assert follow(found, "BADDDADDDD") == "BAAAAAADDD"
    assert found.served[5]["x"]["kept_until"] == date(2025, 8, 31)


def test_protection_until_the_third_year_s_february(moving: Callable[[str], History]) -> None:
    found = moving("keeps: {rise: until end of February of the third year}")
    days = [date(2025, 1, 31), date(2025, 5, 31), date(2026, 12, 31), date(2027, 1, 31)]
    days += [date(2027, 2, 28)]
    assert follow(found, "DADDD", days=days) == "DAAAD"
    assert hold(found, 2) == ("keeps", None, date(2027, 2, 28))


def test_a_longer_term_for_a_higher_grade(moving: Callable[[str], History]) -> None:
    found = moving("keeps: {rise: {A: 3 months, else: 1 month}}")
    assert follow(found, "DADDDBD") == "DAAADBD"


# --- F39 - F41: up at once, down delayed, step by step, straight --------------------------------


def test_up_at_once_and_down_after_a_buffer_by_grade(moving: Callable[[str], History]) -> None:
    found = moving("fall: {after: {A: 2 months, else: 1 month}}")
    assert follow(found, "BADDDBC") == "BAAADBB"
    assert hold(found, 3) == ("fall_after", None, date(2025, 5, 31))


def test_a_buffer_begins_anew_when_the_reason_goes_away(moving: Callable[[str], History]) -> None:
    found = moving("fall: {after: 3 times running}")
    assert follow(found, "ABBABBBB") == "AAAAAABB"


def test_one_step_at_a_time_down_each_after_its_own_buffer(
    moving: Callable[[str], History],
) -> None:
    found = moving("fall: {steps: 1, after: 2 months}")
    assert follow(found, "ADDDDDDDD") == "AAABBCCDD"
    assert hold(found, 3)[0] == "fall_steps"


def test_no_two_step_rise_and_at_most_one_in_six_months(moving: Callable[[str], History]) -> None:
    found = moving("rise: {steps: 1, once_in: 6 months}")
    assert follow(found, "DAAAAAAAA") == "DCCCCCCBB"
    assert hold(found, 1)[0] == "rise_steps"
    assert hold(found, 2) == ("rise_once_in", None, date(2025, 8, 31))


def test_a_fall_goes_straight_to_the_matching_level(moving: Callable[[str], History]) -> None:
    assert follow(moving("keeps: 1 month"), "AD") == "AD"


def test_never_below_a_grade_once_reached(moving: Callable[[str], History]) -> None:
    found = moving(
        "rules:\n  for_life: {name: {en: B for life, zh: 终身B}, when: highest >= 'B', at_least: B}"
    )
    assert follow(found, "DDBDAD") == "DDBBAB"
    assert hold(found, 3) == ("rule", "for_life", None)


def test_a_grade_for_life_after_so_many_days_at_it(moving: Callable[[str], History]) -> None:
    found = moving(
        "rules:\n  long: {name: {en: Long, zh: 长期}, when: days_at.B > 80, at_least: B, for: ever}"
    )
    # January to March: 59 days at B or higher by the end of March, 89 by the end of April.
    assert follow(found, "BABBDD") == "BABBBB"
    assert follow(moving_again(found), "BABD", first="2025-01") == "BABB"


def moving_again(found: History) -> History:
    return History(found.standard, found.scheme, found.folder / "again")


# --- F42: counters ------------------------------------------------------------------------------


def test_counters_begin_afresh_after_a_rise_and_the_surplus_is_lost(
    moving: Callable[[str], History],
) -> None:
    found = moving(
        "to_rise: {A: counted >= 40, B: counted >= 15, C: counted >= 3}\n"
        "to_stay: {A: total > 0, B: total > 0, C: total > 0}\n"
        "rise: {steps: 1}\n"
        "counters:\n"
        "  counted: {name: {en: Nights, zh: 房晚}, counts: total, afresh: [rise]}"
    )
    # 20 nights would do for B; the rise to C takes them all; then 15 more are needed.
    assert follow(found, "DDDDD", total=[2, 20, 30, 35, 36]) == "DCCBB"


def test_a_counter_not_filled_in_time_begins_afresh(moving: Callable[[str], History]) -> None:
    found = moving(
        "to_rise: {A: counted >= 100}\n"
        "counters:\n"
        "  counted: {name: {en: Growth, zh: 成长值}, counts: total, afresh: [rise, every 3 months]}"
    )
    # 60 in the first three months are lost, so that 70 more do not do, and 110 would.
    assert follow(found, "BBBBBB", total=[10, 30, 50, 60, 130, 130]) == "BBBBBB"
    assert Decimal(60) in found.state["x"].values()


CARRIED = (
    "to_rise: {{A: counted >= 60, B: counted >= 40, C: counted >= 10}}\n"
    "to_stay: {{A: total > 0, B: total > 0, C: total > 0}}\n"
    "counters:\n"
    "  counted:\n"
    "    name: {{en: Nights, zh: 房晚}}\n"
    "    counts: total\n"
    "    afresh: [{afresh}]\n"
    "    carries_above: {above}"
)


def test_what_a_counter_has_above_a_line_goes_on_counting(
    moving: Callable[[str], History],
) -> None:
    found = moving(CARRIED.format(afresh="every 31 December", above="{A: 60, B: 40, C: 10}"))
    # 50 in the first year: B by 40, of which 10 go on; 50 more in the second year make A.
    totals = [50, 50, 50, 99, 100, 100]
    days = [date(2024, 11, 30), date(2024, 12, 31), date(2025, 1, 31)]
    days += [date(2025, 6, 30), date(2025, 11, 30), date(2025, 12, 31)]
    assert follow(found, "DDDDDD", days=days, total=totals) == "DBBBAA"
    # Of 60 counted in the second year nothing is above the line of A.
    assert Decimal(100) in found.state["x"].values()


def test_what_goes_on_counting_is_counted_again_with_what_comes(
    moving: Callable[[str], History],
) -> None:
    found = moving(CARRIED.format(afresh="every 31 December", above="{B: 40}"))
    days = [date(2024, 12, 30), date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 31)]
    # 59 - 40 = 19 go on, with 40 more 59 again, of which 19 go on: 41 more make A.
    assert follow(found, "BBBB", days=days, total=[0, 59, 99, 140]) == "BBBA"


def test_a_grade_that_is_not_named_carries_nothing(moving: Callable[[str], History]) -> None:
    days = [date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 31)]
    kept = moving(CARRIED.format(afresh="every 31 December", above="{B: 40, else: 0}"))
    assert follow(kept, "DDD", days=days, total=[0, 9, 10]) == "DDC"
    lost = moving(CARRIED.format(afresh="every 31 December", above="{B: 40}"))
    assert follow(lost, "DDD", days=days, total=[0, 9, 10]) == "DDD"


def test_one_number_is_carried_above_by_every_grade(moving: Callable[[str], History]) -> None:
    found = moving(CARRIED.format(afresh="rise", above="10"))
    # The rise to C is of 35 nights, 25 of which go on: 15 more make B, whose 30 go on, then A.
    assert follow(found, "DDDDD", total=[0, 35, 49, 50, 79]) == "DCCBB"
    assert follow(found, "D", "2025-06", total=[80]).endswith("A")


def test_a_counter_begins_afresh_in_the_first_run_on_or_after_its_day(
    moving: Callable[[str], History],
) -> None:
    found = moving(CARRIED.format(afresh="every last day of February", above="{D: 5}"))
    days = [date(2023, 12, 31), date(2024, 2, 28), date(2024, 2, 29), date(2025, 3, 5)]
    assert follow(found, "DDDD", days=days, total=[0, 8, 8, 14]) == "DDDD"
    numbers = [value for value in found.state["x"].values() if isinstance(value, Decimal)]
    # 3 of the 8 went on in 2024: 9 of 14 in 2025, of which 4 go on.
    assert Decimal(10) in numbers


def test_a_counter_that_begins_after_its_day_is_told(
    moving: Callable[[str], History], tmp_path: Path
) -> None:
    found = moving(CARRIED.format(afresh="every 1 April", above="0"))
    scheme = next(s for s in found.standard.schemes.values() if s.movement is not None)

    def late(before: date, as_of: date) -> list[str]:
        run = RunBefore(tmp_path, before, found.standard.id, frozenset({scheme.id}))
        told = Serving(before=run).begun_late([scheme], as_of)
        assert all(one["due"] in one["text"]["zh"] for one in told)
        return [one["due"] for one in told]

    assert late(date(2025, 3, 31), date(2025, 4, 30)) == ["2025-04-01"]
    assert late(date(2023, 3, 31), date(2025, 3, 31)) == ["2024-04-01"]
    assert late(date(2025, 3, 31), date(2025, 4, 1)) == []
    assert late(date(2025, 4, 1), date(2025, 4, 30)) == []
    assert Serving().begun_late([scheme], date(2025, 4, 30)) == []


# --- F43: earlier grades ------------------------------------------------------------------------


def test_years_at_a_level_and_part_of_the_next_bar_raise_it(
    moving: Callable[[str], History],
) -> None:
    found = moving(
        "rules:\n"
        "  loyal:\n"
        "    name: {en: Loyal, zh: 忠诚}\n"
        "    when: previous = 'B' and months_at_grade >= 48 and value_now >= 56\n"
        "    at_least: A\n"
        "    for: 12 months"
    )
    days = [date(2020 + n, 12, 31) for n in range(7)]
    follow(found, "BBBBBDD", days=days)
    grades = found.grades("x")
    assert grades[4] == "A"
    assert hold(found, 4) == ("rule", "loyal", date(2025, 12, 31))


def test_last_year_s_grade_caps_this_year_s(moving: Callable[[str], History]) -> None:
    found = moving("rules:\n  cap: {name: {en: Cap, zh: 封顶}, when: last_year <= 'C', at_most: B}")
    assert follow(found, "CCAAAA", first="2025-11") == "CCBBBB"
    assert follow(moving_again(found), "CBAAA", first="2025-10") == "CBAAA"


# --- F44, F45: precedence, recovery, paid rise --------------------------------------------------


def test_where_rise_and_fall_are_both_met_the_grade_is_kept(
    moving: Callable[[str], History],
) -> None:
    found = moving(
        "rules:\n"
        "  both: {name: {en: Both, zh: 同时}, when: computed >= 'A' and event > 0, grade: previous}"
    )
    assert follow(found, "BAAD", event=[0, 1, 0, 1]) == "BBAD"


def test_a_later_rule_goes_before_an_earlier_one(moving: Callable[[str], History]) -> None:
    rules = (
        "  floor: {name: {en: Floor, zh: 保底}, when: event >= 1, at_least: B}",
        "  cap: {name: {en: Cap, zh: 封顶}, when: event > 0, at_most: C}",
    )
    assert follow(moving("rules:\n" + "\n".join(rules)), "DA", event=[1, 1]) == "CC"


def test_recovery_gives_back_a_level_for_a_year(moving: Callable[[str], History]) -> None:
    found = moving(
        "rules:\n"
        "  recovery:\n"
        "    name: {en: Recovery, zh: 恢复}\n"
        "    when: fell_from > 'C' and months_since_fall <= 6 and event > 0\n"
        "    at_least: one above previous\n"
        "    for: 12 months"
    )
    assert follow(found, "BCCCC", event=[0, 0, 1, 0, 0]) == "BCBBB"
    assert hold(found, 3) == ("rule", "recovery", date(2026, 3, 31))


def test_a_paid_rise_ends_with_its_year(moving: Callable[[str], History]) -> None:
    found = moving(
        "rules:\n  paid: {name: {en: Paid, zh: 付费}, when: event = 1, at_least: A, for: 2 months}"
    )
    assert follow(found, "CCCCC", event=[0, 1, 0, 0, 0]) == "CAACC"


def test_a_time_is_not_lengthened_but_begins_anew_where_its_cause_still_holds(
    moving: Callable[[str], History],
) -> None:
    rules = "rules:\n  cap: {name: {en: Cap, zh: 封顶}, when: event > 0, at_most: C, for: 3 months}"
    # A second cause within the time changes nothing; one on the day it ends does.
    assert follow(moving(rules), "AAAAAAA", event=[0, 1, 0, 1, 0, 0, 0]) == "ACCCAAA"
    assert follow(moving(rules), "AAAAAAAA", event=[0, 1, 0, 0, 1, 0, 0, 0]) == "ACCCCCCA"


def test_a_veto_lasts_and_promotion_is_barred_for_longer(
    moving: Callable[[str], History],
) -> None:
    found = moving(
        "rise: {steps: 1}\n"
        "rules:\n"
        "  barred: {name: {en: Barred, zh: 不得升级}, when: event > 0, at_most: D, for: 4 months}\n"
        "  theft: {name: {en: Theft, zh: 窃电}, when: event > 0, grade: D, for: 2 months}"
    )
    # Put down to D for 2 months, scored again then but barred; after 4 months up step by step.
    assert follow(found, "AAAAAAAA", event=[0, 1, 0, 0, 0, 0, 0, 0]) == "ADDDDCBA"


# --- F46 and newcomers --------------------------------------------------------------------------


def test_nobody_is_held_back_in_the_first_run(moving: Callable[[str], History]) -> None:
    found = moving("every: year\nrise: {steps: 1, after: 12 months}")
    assert follow(found, "A") == "A"


def test_a_cap_for_newcomers(moving: Callable[[str], History]) -> None:
    found = moving(
        "rules:\n  new: {name: {en: New, zh: 新客}, when: months_graded < 3, at_most: B}"
    )
    assert follow(found, "AAAA") == "BBBA"


def test_who_has_no_computed_grade_keeps_a_promised_one(moving: Callable[[str], History]) -> None:
    found = moving("keeps: 2 months")
    assert follow(found, "A---A") == "AA--A"
    assert found.served[2]["x"]["since"] is None
    assert found.served[4]["x"]["highest"] == "A"


def test_a_customer_who_left_and_came_back_is_no_newcomer_in_its_history(
    moving: Callable[[str], History],
) -> None:
    found = moving(
        "rules:\n  for_life: {name: {en: For life, zh: 终身}, when: highest >= 'B', at_least: B}"
    )
    assert follow(found, "A-D") == "ABB"


def test_a_run_without_the_run_before_starts_afresh(moving: Callable[[str], History]) -> None:
    found = moving("keeps: 12 months")
    follow(found, "AD")
    again = moving_again(found)
    assert follow(again, "D", first="2025-02") == "D"
