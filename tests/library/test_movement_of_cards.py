"""The movement parts of the published rules, over simulated histories of the ready standards."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1] / "grading"))

from simulation import History, months

from kefen.standards.calibration import SchemeCalibration
from kefen.standards.reader import bundled_standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.expressions.tree import Value


def followed(
    tmp_path: Path,
    standard: str,
    scheme: str,
    runs: Sequence[tuple[date, Mapping[str, Value]]],
    lifts: Mapping[date, date] | None = None,
    learned: Mapping[str, SchemeCalibration] | None = None,
) -> list[str | None]:
    """The grades that one customer of a ready standard holds, run by run."""
    found = History(bundled_standard(standard), scheme, tmp_path, learned or {})
    for day, metrics in runs:
        said = {"customer_id": "x", "scheme": scheme, "lift_on": (lifts or {}).get(day)}
        found.run(day, {"x": metrics}, [said])
    return found.grades("x")


def flown(year: int, kept: int, own: int = 0, ever: int = 0) -> dict[str, Value]:
    """A member of the airline: kilometres of 12 months and of the retention year, own flights."""
    return {
        "kilometres_year": Decimal(year),
        "segments_year": 0,
        "retention_kilometres": Decimal(kept),
        "retention_segments": 0,
        "best_kilometres": Decimal(year),
        "best_segments": 0,
        "lifetime_kilometres": Decimal(ever),
        "segments_ever": 9,
        "own_segments": own,
    }


def test_airline_levels_run_their_term_and_are_kept_by_the_lower_line(tmp_path: Path) -> None:
    runs = [
        (date(2022, 1, 31), flown(0, 0)),
        (date(2022, 7, 31), flown(85_000, 0)),  # up at once; for 24 months
        (date(2023, 7, 31), flown(20_000, 20_000)),
        (date(2024, 7, 31), flown(70_000, 70_000)),  # judged: 70,000 keep gold for 12 months
        (date(2025, 6, 30), flown(10_000, 69_999)),
        (date(2025, 7, 31), flown(10_000, 35_000)),  # 35,000 keep silver only: straight to it
        (date(2026, 7, 31), flown(10_000, 34_999)),
    ]
    assert followed(tmp_path, "airline-elite", "level", runs) == (
        ["member", "gold", "gold", "gold", "gold", "silver", "member"]
    )


def test_airline_recovery_gives_one_level_back_for_a_year(tmp_path: Path) -> None:
    runs = [
        (date(2022, 1, 31), flown(90_000, 90_000)),
        (date(2024, 1, 31), flown(0, 36_000)),  # gold falls to silver
        (date(2024, 2, 29), flown(0, 36_000)),
        (date(2024, 3, 31), flown(0, 36_000, own=1)),
        (date(2024, 8, 31), flown(0, 36_000, own=1)),
        (date(2025, 4, 30), flown(0, 36_000)),
    ]
    assert followed(tmp_path, "airline-elite", "level", runs) == (
        ["gold", "silver", "silver", "gold", "gold", "silver"]
    )


def test_airline_four_years_at_a_level_and_70_percent_of_the_next(tmp_path: Path) -> None:
    runs = [
        (date(2018 + year, 12, 31), flown(80_000 if not year else 75_000, 75_000))
        for year in range(4)
    ]
    runs += [
        (date(2022, 12, 31), flown(111_999, 75_000)),
        (date(2023, 3, 31), flown(112_000, 75_000)),
    ]
    assert followed(tmp_path, "airline-elite", "level", runs) == ["gold"] * 5 + ["platinum"]


def test_airline_lifetime_platinum_is_never_lost(tmp_path: Path) -> None:
    runs = [
        (date(2022, 1, 31), flown(0, 0, ever=999_999)),
        (date(2022, 2, 28), flown(0, 0, ever=1_000_000)),
        (date(2032, 2, 29), flown(0, 0, ever=1_000_000)),
    ]
    assert followed(tmp_path, "airline-elite", "level", runs) == ["member", "platinum", "platinum"]


def bill(score: int, violations: int = 0, thefts: int = 0) -> dict[str, Value]:
    return {
        "late_bill_points": Decimal(100 - score),
        "unsettled_bills": 0,
        "months_in_debt": 0,
        "connected_on": date(2015, 1, 1),
        "is_new": False,
        "violations": violations,
        "thefts": thefts,
        "grade_before": None,
    }


def test_a_utility_payer_does_not_rise_two_steps_in_a_year(tmp_path: Path) -> None:
    ends = [date(2020 + year, 12, 31) for year in range(3)]
    runs = list(zip(ends, (bill(60), bill(100), bill(100)), strict=True))
    assert followed(tmp_path, "utility-payment-credit", "credit", runs) == ["C", "B", "A"]


def test_theft_is_c_for_a_year_and_bars_promotion_for_two(tmp_path: Path) -> None:
    runs = [
        (date(2020, 12, 31), bill(100)),
        (date(2021, 3, 31), bill(100, violations=1, thefts=1)),
        (date(2021, 12, 31), bill(100, violations=1, thefts=1)),
        (date(2022, 12, 31), bill(100, thefts=1)),  # scored again, but barred
        (date(2023, 3, 31), bill(100)),
        (date(2023, 12, 31), bill(100)),
        (date(2024, 12, 31), bill(100)),
    ]
    held = followed(tmp_path, "utility-payment-credit", "credit", runs)
    assert held == ["A", "C", "C", "C", "C", "B", "A"]


def balance(points: int) -> dict[str, Value]:
    """A bank's customer with these star points, of short-term assets alone."""
    nothing = dict.fromkeys(
        (
            *("long_term_assets", "mortgages", "other_loans", "overdrafts", "investments"),
            *("transfers", "card_spending"),
        ),
        Decimal(0),
    )
    assets = Decimal(points) * 10_000 / 135
    return {**nothing, "short_term_assets": assets, "package": None, "credit_card": None}


def test_a_bank_s_service_star_is_lifted_by_hand_and_falls_after_a_buffer(tmp_path: Path) -> None:
    days = months("2025-01", 10)
    points = [2000, 2000, 20_000, 20_000, 20_000, 540, 540, 540, 540, 540]
    lifts = {days[1]: date(2025, 2, 10)}
    points[1] = 20_000
    runs = [(day, balance(own)) for day, own in zip(days, points, strict=True)]
    held = followed(tmp_path, "bank-star-points", "service", runs, lifts)
    assert held == ["five", *["six"] * 7, "four", "four"]


def test_a_bank_s_manager_lifts_once_per_half_year(tmp_path: Path) -> None:
    days = months("2025-01", 8)
    points = [540, 2700, 13_500, 13_500, 13_500, 13_500, 13_500, 13_500]
    lifts = {days[n]: days[n] for n in (1, 3, 7)}
    runs = [(day, balance(own)) for day, own in zip(days, points, strict=True)]
    held = followed(tmp_path, "bank-star-points", "service", runs, lifts)
    assert held == ["four", *["five"] * 6, "six"]


def stayed(ever: int, bought: int | None = None) -> dict[str, Value]:
    return {
        "nights": Decimal(0),
        "growth": Decimal(0),
        "level_bought": None,
        "nights_ever": Decimal(ever),
        "growth_ever": Decimal(0),
        "bought_this_month": None if bought is None else Decimal(bought),
    }


def test_hotel_counters_go_to_zero_after_a_rise_and_a_bought_level_ends(tmp_path: Path) -> None:
    days = months("2025-01", 5)
    nights = [0, 10, 12, 15, 15]  # 10 make silver and are gone; 5 more make gold
    runs = [(day, stayed(own)) for day, own in zip(days, nights, strict=True)]
    assert followed(tmp_path, "hotel-growth-levels", "level", runs) == (
        ["electronic", "silver", "silver", "gold", "gold"]
    )
    bought = [(date(2025, 1, 31), stayed(0)), (date(2025, 2, 28), stayed(0, bought=169))]
    bought += [(date(2026, 1, 31), stayed(0)), (date(2026, 2, 28), stayed(0))]
    assert followed(tmp_path, "hotel-growth-levels", "level", bought) == (
        ["electronic", "gold", "gold", "electronic"]
    )


def test_platinum_is_kept_by_30_nights_of_the_year_else_gold_from_new_year(tmp_path: Path) -> None:
    def year(now: int, last: int) -> dict[str, Value]:
        return {
            "member_level": "gold",
            "nights": Decimal(now),
            "nights_last_year": Decimal(last),
            "no_shows": 3,
            "no_shows_last_year": 3,
            "stays": 0,
            "points_this_year": Decimal(0),
        }

    runs = [
        (date(2024, 12, 31), year(20, 0)),
        (date(2025, 9, 30), year(40, 20)),
        (date(2026, 1, 31), year(2, 40)),
        (date(2026, 12, 31), year(29, 40)),
        (date(2027, 1, 31), year(0, 29)),
    ]
    held = followed(tmp_path, "hotel-nights-and-no-shows", "level", runs)
    assert held == ["gold", "platinum", "platinum", "platinum", "gold"]


def test_a_shop_s_level_waits_until_expiry_but_for_a_late_refund(tmp_path: Path) -> None:
    def growth(points: int, late: int = 0) -> dict[str, Value]:
        return {
            "growth": Decimal(points),
            "refunds": Decimal(late),
            "returned_of_the_year": Decimal(0),
            "late_refunds": Decimal(late),
        }

    runs = [(day, growth(5000 if n < 2 else 100)) for n, day in enumerate(months("2025-01", 14))]
    held = followed(tmp_path, "shop-level-year", "level", runs)
    assert held == ["gold"] * 12 + ["ordinary"] * 2
    runs[5] = (runs[5][0], growth(100, late=1))
    held = followed(tmp_path, "shop-level-year", "level", runs)
    assert held == ["gold"] * 5 + ["ordinary"] * 9


def test_a_shop_s_own_400_days_begin_with_each_rise(tmp_path: Path) -> None:
    runs = [
        (date(2025, 1, 1), {"net_paid": Decimal(2000)}),
        (date(2025, 6, 1), {"net_paid": Decimal(10_000)}),
        (date(2026, 7, 5), {"net_paid": Decimal(0)}),
        (date(2026, 7, 6), {"net_paid": Decimal(0)}),  # 400 days after the rise: straight down
    ]
    held = followed(tmp_path, "shop-net-paid-400-days", "level", runs)
    assert held == ["L1", "L3", "L3", "L0"]


def test_a_year_level_holds_from_february_and_a_plan_lifts_it_while_it_lasts(
    tmp_path: Path,
) -> None:
    def spent(yuan: int, plan: int) -> dict[str, Value]:
        return {
            "spending": Decimal(yuan),
            "years_on_net": 5,
            "plan_fee": Decimal(plan),
            "counted_card": True,
        }

    runs = [
        (date(2025, 2, 28), spent(3000, 0)),
        (date(2025, 6, 30), spent(3000, 399)),
        (date(2025, 7, 31), spent(3000, 99)),
        (date(2026, 1, 31), spent(0, 0)),
        (date(2026, 2, 28), spent(0, 0)),
    ]
    held = followed(tmp_path, "mobile-level", "year_level", runs)
    assert held == ["platinum", "diamond", "platinum", "platinum", "entry"]


def test_a_run_of_growth_that_is_not_filled_begins_again(tmp_path: Path) -> None:
    def growth(ever: int) -> dict[str, Value]:
        return {"best_run": Decimal(0), "running": Decimal(0), "growth_ever": Decimal(ever)}

    runs = [
        (date(2024, 1, 1), growth(0)),
        (date(2024, 2, 1), growth(10_000)),  # the run opens
        (date(2024, 12, 1), growth(45_000)),
        (date(2025, 2, 1), growth(55_000)),  # in time: 45,000 more than when it opened
        (date(2025, 6, 1), growth(104_999)),
        (date(2025, 7, 1), growth(105_000)),
    ]
    held = followed(tmp_path, "shop-growth-run", "level", runs)
    assert held == ["none", "open", "open", "open", "open", "VIP1"]


def test_a_segment_waits_for_the_year_but_for_an_event(tmp_path: Path) -> None:
    def account(demand: int, events: int = 0) -> dict[str, Value]:
        return {
            "monthly_potential": Decimal(demand),
            "past_due_portfolio": Decimal(0),
            "industry_reference": "leader",
            "expansion": "none",
            "status": "customer",
            "events": events,
        }

    runs = [
        (date(2025, 1, 31), account(0)),
        (date(2025, 2, 28), account(100_000)),
        (date(2025, 3, 31), account(100_000, events=1)),
        (date(2025, 4, 30), account(0)),
        (date(2025, 12, 31), account(0)),
    ]
    held = followed(tmp_path, "account-potential", "segment", runs)
    assert held == ["small", "small", "enterprise", "enterprise", "small"]


def made(wan: int, months_late: int = 0) -> dict[str, Value]:
    """A customer of the plating company: production a month, lateness, hexavalent at 0.43."""
    return {
        "first_order": date(2020, 1, 1),
        "monthly_value": Decimal(wan) * 10_000,
        "process": "hexavalent",
        "unit_price": Decimal("0.43"),
        "months_late": months_late,
        "cooperation": 8,
    }


def test_a_supplier_s_rating_stands_for_the_half_year(tmp_path: Path) -> None:
    runs = [
        (date(2023, 12, 31), made(45)),  # 25 + 30 + 25 + 8: the card's probe
        (date(2024, 3, 31), made(10, months_late=2)),
        (date(2024, 6, 30), made(10, months_late=2)),  # 15 + 20 + 25 + 8 = 68
        (date(2024, 9, 30), made(45)),
        (date(2024, 12, 31), made(45)),
    ]
    assert followed(tmp_path, "supplier-rating", "rating", runs) == ["A", "A", "C", "C", "A"]


def stocked(amount: int, *, new: bool = False, meeting: int | None = None) -> dict[str, Value]:
    return {
        "amount": Decimal(amount),
        "opened_on": date(2020, 1, 1),
        "is_new": new,
        "meetings_band": meeting,
    }


def test_a_retailer_s_band_is_found_on_the_last_friday_and_in_force_after_it(
    tmp_path: Path,
) -> None:
    best = {"band": SchemeCalibration(1, cuts={"amount": (Decimal(29_000),)})}
    history = History(bundled_standard("retailer-bands-new-licence"), "band", tmp_path, best)
    for day, amount in (
        (date(2025, 1, 15), 9_000),
        (date(2025, 1, 24), 19_000),  # a Friday, but not the last one
        (date(2025, 1, 31), 19_000),
        (date(2025, 2, 27), 0),
        (date(2025, 2, 28), 0),
    ):
        history.run(day, {"x": stocked(amount)})
    assert history.grades("x") == ["10", "10", "20", "20", "1"]
    since = [found["x"]["since"] for found in history.served]
    assert since[2:] == [date(2025, 2, 1), date(2025, 2, 1), date(2025, 3, 1)]


def test_a_new_retailer_is_capped_until_it_is_none(tmp_path: Path) -> None:
    best = {"band": SchemeCalibration(1, cuts={"amount": (Decimal(29_000),)})}
    runs = [
        (date(2025, 1, 31), stocked(29_000, new=True)),
        (date(2025, 2, 28), stocked(29_000, new=True, meeting=28)),
        (date(2025, 3, 27), stocked(29_000)),
        (date(2025, 3, 28), stocked(29_000)),  # the last Friday
    ]
    held = followed(tmp_path, "retailer-bands-new-licence", "band", runs, learned=best)
    assert held == [None, "24", "24", "30"]


def sold(defects: int, *, tracked: int = 1_000, established: bool = True) -> dict[str, Value]:
    return {
        "transactions": 1_000,
        "defects": defects,
        "defect_buyers": defects,
        "unresolved": 0,
        "late": 0,
        "tracked": tracked,
        "established": established,
    }


def test_a_seller_s_level_moves_on_the_20th_and_the_projected_one_at_once(tmp_path: Path) -> None:
    history = History(bundled_standard("marketplace-seller-level"), "level", tmp_path)
    for day, defects in (
        (date(2025, 1, 20), 0),
        (date(2025, 1, 31), 30),  # 3 % and 30 buyers: below, if today
        (date(2025, 2, 19), 30),
        (date(2025, 2, 20), 30),
        (date(2025, 3, 5), 6),  # 0.6 %: above the line of the top
        (date(2025, 3, 31), 6),  # the first run on or after the 20th
    ):
        history.run(day, {"x": sold(defects)})
    held = ["top_rated", "top_rated", "top_rated", "below_standard", "below_standard"]
    assert history.grades("x") == [*held, "above_standard"]
    computed = [found["x"]["computed"] for found in history.served]
    assert computed[1:5] == ["below_standard"] * 3 + ["above_standard"]
