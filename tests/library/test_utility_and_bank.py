"""Credit of utility payers (P06), and star points of a bank (P07)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from probing import Verdict, graded

# --- P06 ------------------------------------------------------------------------------------

YEAR_END = "2026-12-31"


def bill(customer: str, due: str, settled: str | None) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "issued_on": "2024-01-01",
        "due_on": due,
        "amount": 100,
        "settled_on": settled,
    }


def event(customer: str, item: str, value: str, on: str) -> dict[str, Any]:
    return {"customer_id": customer, "item": item, "value": value, "assessed_on": on}


def paying(
    bills: dict[str, dict[str, str | None]],
    events: list[dict[str, Any]] | None = None,
    connected: dict[str, str] | None = None,
    as_of: str = YEAR_END,
) -> dict[str, Verdict]:
    customers = [
        {"customer_id": c, "created_on": (connected or {}).get(c, "2015-03-01")} for c in bills
    ]
    rows = [bill(c, due, paid) for c, own in bills.items() for due, paid in own.items()]
    found = graded(
        "utility-payment-credit",
        as_of,
        customers,
        receivables=rows or [bill("nobody known", "2030-01-01", None)],
        assessments=events or [event(next(iter(bills)), "another item", "x", "2026-01-01")],
    )
    return {c: found[c]["credit"] for c in bills}


def late(times: int, on: int, paid: str) -> dict[str, str | None]:
    """Return bills of the first months of the year, due on day `on` and paid on day `paid`."""
    return {
        f"2026-{month:02}-{on:02}": f"2026-{month + int(paid[0] == '+'):02}-{paid.strip('+')}"
        for month in range(1, times + 1)
    }


def test_points_fall_from_100_and_lines_include_their_edge() -> None:
    found = paying(
        {
            "no bill": {},
            "on the day": {"2026-05-10": "2026-05-10"},
            "a day": {"2026-05-10": "2026-05-11"},
            "10 days": {"2026-05-10": "2026-05-20"},
            "11 days": {"2026-05-10": "2026-05-21"},
            "30 days": {"2026-05-10": "2026-06-09"},
            "31 days": {"2026-05-10": "2026-06-10"},
            "90": late(5, 10, "15"),
            "88": late(6, 10, "15"),
            "70": {**late(6, 10, "25")},
            "68": {**late(6, 10, "25"), "2026-08-10": "2026-08-11"},
            "below zero": late(11, 1, "+28"),
            "years ago": {"2025-12-31": "2026-06-30"},
        }
    )
    assert {c: (v.score, v.grade) for c, v in found.items()} == {
        "no bill": (100, "A"),
        "on the day": (100, "A"),
        "a day": (98, "A"),
        "10 days": (98, "A"),
        "11 days": (95, "A"),
        "30 days": (95, "A"),
        "31 days": (90, "A"),
        "90": (90, "A"),
        "88": (88, "B"),
        "70": (70, "B"),
        "68": (68, "C"),
        "below zero": (0, "C"),
        "years ago": (100, "A"),
    }
    assert found["no bill"].explained.terms[0].words.en == "extra services"
    assert found["88"].explained.terms[0].words.en == "as usual"


def test_an_unsettled_bill_keeps_from_a() -> None:
    found = paying(
        {
            "open": {"2026-11-10": None},
            "due today": {"2026-12-31": None},
            "settled in the end": {"2026-11-10": "2026-12-30"},
            "bad enough": {**late(6, 10, "25"), "2026-11-10": None},
        }
    )
    assert {c: (v.decided, v.grade) for c, v in found.items()} == {
        "open": ("A", "B"),
        "due today": ("A", "A"),
        "settled in the end": ("A", "A"),
        "bad enough": ("C", "C"),
    }


def test_after_a_c_b_is_the_most() -> None:
    events = [event(g.lower(), "grade of last year", g, "2026-01-15") for g in "ABC"]
    events += [event("old", "grade of last year", "C", "2025-12-31")]
    found = paying({**{c: {} for c in "abc"}, "old": {}, "none": {}}, events)
    assert {c: v.grade for c, v in found.items()} == {
        "a": "A",
        "b": "A",
        "c": "B",
        "old": "A",
        "none": "A",
    }


def test_a_new_connection_is_not_rated_and_treated_as_b() -> None:
    clean: dict[str, str | None] = {}
    found = paying(
        {
            "new": clean,
            "new and late": late(9, 1, "+28"),
            "a year less a day": clean,
            "a year": clean,
            "new and stealing": clean,
            "date unknown": clean,
        },
        [event("new and stealing", "violation", "theft", "2026-10-01")],
        {
            "new": "2026-05-01",
            "new and late": "2026-01-02",
            "a year less a day": "2026-01-01",
            "a year": "2025-12-31",
            "new and stealing": "2026-05-01",
        }
        | {"date unknown": None},  # type: ignore[dict-item]
    )
    assert {c: v.grade for c, v in found.items()} == {
        "new": "B",
        "new and late": "B",
        "a year less a day": "B",
        "a year": "A",
        "new and stealing": "C",
        "date unknown": "A",
    }
    assert found["new"].tags == {"not_rated"}
    assert found["a year"].tags == frozenset()


def test_a_violation_fixes_c_for_a_year_and_a_theft_keeps_it_for_two() -> None:
    days = {"today": "2026-12-31", "just in": "2026-01-01", "a year ago": "2025-12-31"}
    days |= {"in two years": "2025-01-01", "two years ago": "2024-12-31"}
    kinds = ("theft", "breach", "changed use", "accident", "hazard", "old debt", "no such word")
    found = paying(
        {f"{kind} {when}": {} for kind in kinds for when in days},
        [event(f"{k} {w}", "violation", k, day) for k in kinds for w, day in days.items()],
    )
    for kind in kinds:
        second_year = "C" if kind == "theft" else "A"
        first_year = "A" if kind == "no such word" else "C"
        assert {when: found[f"{kind} {when}"].grade for when in days} == {
            "today": first_year,
            "just in": first_year,
            "a year ago": second_year,
            "in two years": second_year,
            "two years ago": "A",
        }, kind
    assert found["theft today"].tags == {"not_scored"}
    assert found["theft a year ago"].tags == frozenset(), "scored, and then kept down"
    assert found["theft a year ago"].decided == "A"


def test_overlapping_vetoes_each_run_their_own_time() -> None:
    found = paying(
        {"theft, then breach": {}, "breach, then theft": {}},
        [
            event("theft, then breach", "violation", "theft", "2025-03-01"),
            event("theft, then breach", "violation", "breach", "2026-03-01"),
            event("breach, then theft", "violation", "breach", "2025-03-01"),
            event("breach, then theft", "violation", "theft", "2025-06-01"),
        ],
    )
    assert {c: (v.grade, len(v.tags)) for c, v in found.items()} == {
        "theft, then breach": ("C", 1),  # not scored for the breach
        "breach, then theft": ("C", 0),  # scored again, kept down by the theft
    }


def test_debt_that_reaches_three_months_fixes_c() -> None:
    found = paying(
        {
            "two months": {"2026-09-10": None, "2026-10-10": None},
            "three months": {"2026-09-10": None, "2026-10-10": None, "2026-11-10": None},
            "three bills, two months": {
                "2026-09-10": None,
                "2026-10-10": None,
                "2026-10-20": None,
            },
            "one of last year": {
                "2025-12-10": None,
                "2026-10-10": None,
                "2026-11-10": None,
            },
        }
    )
    assert {c: v.grade for c, v in found.items()} == {
        "two months": "B",
        "three months": "C",
        "three bills, two months": "B",
        "one of last year": "B",
    }
    assert found["three months"].tags == {"not_scored"}


# --- P07 ------------------------------------------------------------------------------------

HALF_YEAR_END = "2026-06-30"
WAN = 10_000


def balance(
    customer: str, category: str, wan: Any, on: str = "2025-01-01", account: str = "a1"
) -> dict[str, Any]:
    return row(customer, category, wan, on) | {"product_id": account}


def row(
    customer: str,
    category: str,
    wan: Any,
    on: str = "2026-03-01",
    discount: Any = None,
    channel: str | None = None,
) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "category": category,
        "amount": Decimal(str(wan)) * WAN,
        "ordered_at": on,
        "discount": discount,
        "channel": channel,
        "product_id": None,
    }


def stars(
    rows: list[dict[str, Any]],
    products: dict[str, tuple[str | None, str | None]] | None = None,
) -> dict[str, Verdict]:
    ids = list(dict.fromkeys([r["customer_id"] for r in rows] + list(products or {})))
    customers = []
    for customer in ids:
        package, card = (products or {}).get(customer, (None, None))
        customers.append({"customer_id": customer, "package": package, "credit_card": card})
    found = graded("bank-star-points", HALF_YEAR_END, customers, orders=rows)
    return {c: schemes["contribution"] for c, schemes in found.items()}


def test_the_published_cases() -> None:
    assets = [("short-term asset", 10), ("long-term asset", 5)]
    rows = [balance("assets", kind, wan) for kind, wan in assets]
    rows += [balance("with mortgage", kind, wan) for kind, wan in assets]
    rows += [balance("with mortgage", "mortgage", 20)]
    # Gold for 30 of the 180 days: bought on one, sold on the other.
    rows += [balance("gold", "long-term asset", 10, "2026-05-01")]
    rows += [balance("gold", "long-term asset", 0, "2026-05-31")]
    rows += [row("gold", "investment", 20)]
    found = stars(rows)
    assert (found["assets"].score, found["assets"].grade) == (1850, "four")
    assert (found["with mortgage"].score, found["with mortgage"].grade) == (3850, "five")
    assert found["gold"].points["long_term_assets"] == Decimal("166.6667")
    assert found["gold"].points["investments"] == 4000
    assert found["gold"].grade == "five"


def test_every_cut_off() -> None:
    grades = {"0": "unrated", "0.0001": "quasi", "0.4999": "quasi", "0.5": "three"}
    grades |= {"4.99": "three", "5": "four", "19.9": "four", "20": "five", "99.9": "five"}
    grades |= {"100": "six", "799.9": "six", "800": "seven"}
    found = stars([balance(wan, "long-term asset", wan) for wan in grades])
    assert {wan: v.grade for wan, v in found.items()} == grades


def test_points_per_wan() -> None:
    rates = {
        "short-term asset": ("short_term_assets", 135),
        "long-term asset": ("long_term_assets", 100),
        "mortgage": ("mortgages", 100),
        "other loan": ("other_loans", 200),
        "overdraft": ("overdrafts", 200),
        "investment": ("investments", 200),
        "transfer": ("transfers", 200),
        "card": ("card_spending", 400),
        "something else": ("transfers", 0),
    }
    found = stars([balance(kind, kind, 1, "2026-01-02") for kind in rates])
    for kind, (item, points) in rates.items():
        assert (found[kind].points[item], found[kind].score) == (points, points), kind


def test_several_accounts_are_averaged_apart_and_added() -> None:
    rows = [
        balance("a", "short-term asset", 10, account="a1"),
        balance("a", "short-term asset", 20, account="a2"),
        balance("a", "short-term asset", 0, "2026-04-02", "a2"),  # 90 of the 180 days
    ]
    assert stars(rows)["a"].points["short_term_assets"] == 20 * 135


def test_transactions_are_capped_and_scaled_one_by_one() -> None:
    rows = [
        row("capped", "transfer", 250),
        row("capped", "transfer", 1),
        row("discounted", "investment", 10, discount="0.2"),
        row("both", "investment", 250, discount="0.5"),
        row("too early", "transfer", 10, "2026-01-01"),
        row("first day", "transfer", 10, "2026-01-02"),
    ]
    found = stars(rows)
    assert {c: v.score for c, v in found.items()} == {
        "capped": 101 * 200,
        "discounted": 8 * 200,
        "both": 50 * 200,
        "too early": 0,
        "first day": 2000,
    }


def test_some_card_spending_does_not_count() -> None:
    rows = [row("a", "card", 1, channel=c) for c in ("property", "car", "wholesale", "food", None)]
    assert stars(rows)["a"].points["card_spending"] == 2 * 400


def test_products_give_a_lowest_star_at_once() -> None:
    products: dict[str, tuple[str | None, str | None]] = {
        "private": ("private bank", None),
        "wealth": ("wealth", "platinum"),
        "wealth, gold": ("wealth", "gold"),
        "elite": ("elite", "gold"),
        "elite, platinum": ("elite", "platinum"),
        "elite alone": ("elite", None),
        "ordinary": (None, "ordinary"),
        "nothing": (None, None),
    }
    found = stars([row("rich and ordinary", "transfer", 100)], products)
    assert {c: v.grade for c, v in found.items()} == {
        "rich and ordinary": "six",
        "private": "seven",
        "wealth": "six",
        "wealth, gold": "four",
        "elite": "five",
        "elite, platinum": "five",
        "elite alone": "unrated",
        "ordinary": "four",
        "nothing": "unrated",
    }
    assert found["private"].score == 0
    assert found["private"].decided == "unrated"
