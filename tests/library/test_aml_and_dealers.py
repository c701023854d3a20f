"""Money-laundering risk of fund customers (P09), and dealers (P33)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from probing import Verdict, graded

from kefen.domain.decimals import quotient
from kefen.grading.explanation_parts import Line

AS_OF = "2026-12-31"


# --- P09 ------------------------------------------------------------------------------------

_PERSON = {
    "kind": "person",
    "birth_date": "1980-01-01",
    "founded_on": None,
    "region": "Shanghai",
    "industry": "software",
}
_COMPANY = dict(_PERSON, kind="company", birth_date=None, founded_on="2000-01-01")
_MARKS = {"address": "all here", "political exposure": "none", "adverse media": "none"}
# The weights that can be read of the form, and the assumed 10 of adverse media.
_WHOLE = 83


def risky(
    customers: Mapping[str, Mapping[str, Any]],
    marks: Mapping[str, Mapping[str, Any]] | None = None,
    orders: list[dict[str, Any]] | None = None,
) -> dict[str, Verdict]:
    """Grade customers: their columns, what compliance marked (else the best), their orders."""
    rows = [
        {"customer_id": c, "item": item, "value": value, "assessed_on": "2026-06-01"}
        for c in customers
        for item, value in (_MARKS | dict((marks or {}).get(c, {}))).items()
        if value is not None
    ]
    first = next(iter(customers))
    found = graded(
        "fund-aml-risk",
        AS_OF,
        [{"customer_id": c, **own} for c, own in customers.items()],
        assessments=rows or [{**trade(first), "item": "another", "value": 1}],
        orders=orders if orders is not None else [trade(first)],
    )
    return {c: schemes["risk"] for c, schemes in found.items()}


def trade(customer: str, amount: Any = 1, channel: str | None = None) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "ordered_at": "2026-03-01",
        "amount": amount,
        "channel": channel,
    }


def scored(found: Verdict, item: str) -> Decimal:
    """Return the 1 to 5 that an item scored."""
    earned = line_of(found, item).earned
    assert earned is not None
    return earned


def line_of(found: Verdict, item: str) -> Line:
    return next(line for line in found.explained.lines if line.indicator == item)


def test_the_safest_person_and_the_safest_company_are_at_20() -> None:
    found = risky({"person": _PERSON, "company": _COMPANY})
    assert {c: (v.score, v.grade) for c, v in found.items()} == {
        "person": (Decimal(20), "low"),
        "company": (Decimal(20), "low"),
    }


def test_the_riskiest_are_at_100() -> None:
    bad = {"region": "云南", "industry": "gambling"}
    marks = {"address": "nothing known", "political exposure": "controller"}
    marks |= {"adverse media": "crime"}
    orders = [trade(c, 30_000_000, "counter") for c in ("person", "company") for _ in range(10)]
    found = risky(
        {
            "person": _PERSON | bad | {"birth_date": "2015-01-01"},
            "company": _COMPANY | bad | {"founded_on": "2026-12-31"},
        },
        {"person": marks, "company": marks},
        orders,
    )
    # No industry is both pollution-related and gambling: 1 of 5 stays for one of the two.
    for verdict in found.values():
        assert scored(verdict, "industry") == 1
        assert verdict.grade == "high"
        assert verdict.score is not None
        assert Decimal(90) < verdict.score < Decimal(93)


def test_age_is_not_monotone() -> None:
    scores = {"2011-01-01": 5, "2010-12-31": 4, "2009-01-01": 4, "2008-12-31": 1}
    scores |= {"1957-01-01": 1, "1956-12-31": 2, "1947-01-01": 2, "1946-12-31": 3}
    scores |= {"1900-01-01": 3}
    found = risky({born: _PERSON | {"birth_date": born} for born in scores})
    assert {born: scored(v, "age") for born, v in found.items()} == scores


def test_life_of_an_institution_at_every_edge() -> None:
    scores = {"2026-12-31": 5, "2026-12-21": 5, "2026-12-20": 4, "2026-12-11": 4}
    scores |= {"2026-12-10": 3, "2026-12-01": 3, "2026-11-30": 2, "2026-11-01": 2}
    scores |= {"2026-10-31": 1}
    found = risky({founded: _COMPANY | {"founded_on": founded} for founded in scores})
    assert {founded: scored(v, "institution_life") for founded, v in found.items()} == scores


def test_age_and_life_are_alternatives_and_the_weight_is_handed_on() -> None:
    found = risky({"person": _PERSON, "company": _COMPANY})
    for customer, other in (("person", "institution_life"), ("company", "age")):
        lines = {line.indicator: line for line in found[customer].explained.lines}
        assert lines[other].state == "does not apply"
        assert sum(line.weight or 0 for line in lines.values()) == _WHOLE


def test_regions_and_unknown_as_risky_as_the_worst() -> None:
    scores = {"Yunnan": 5, "广西": 4, "Ningxia": 3, "西藏自治区": 2, "Beijing": 1, None: 5}
    found = risky({str(region): _PERSON | {"region": region} for region in scores})
    for region, score in scores.items():
        line = line_of(found[str(region)], "region")
        assert line.weight is not None
        assert line.points == quotient(line.weight * score, 5), region


def test_what_compliance_marks() -> None:
    marked = {
        "address": ("address", ("nothing known", "three apart", "elsewhere", "one here")),
        "exposure": ("political exposure", ("controller", "customer", "relative")),
        "media": ("adverse media", ("crime", "penalty", "serious report", "ordinary report")),
    }
    cases = {
        (indicator, value): {item: value}
        for indicator, (item, values) in marked.items()
        for value in (*values, None, "whatever")
    }
    found = risky(
        {f"{case}": _PERSON for case in cases}, {f"{case}": own for case, own in cases.items()}
    )
    for indicator, (_, values) in marked.items():
        for place, value in enumerate(values):
            assert scored(found[f"{(indicator, value)}"], indicator) == 5 - place
        for value in (None, "whatever"):
            line = line_of(found[f"{(indicator, value)}"], indicator)
            assert line.state == "unknown"
            assert line.points == line.weight, "unknown is as risky as the worst"


def test_industry_scores_twice() -> None:
    scores = {"pollution-related": (5, 1), "食品": (4, 1), "trust": (3, 1), "textile": (2, 1)}
    scores |= {"gambling": (1, 5), "拍卖": (1, 4), "film": (1, 3), "retail": (1, 2)}
    scores |= {"none": (1, 1)}
    found = risky({industry: _PERSON | {"industry": industry} for industry in scores})
    assert {
        i: (scored(v, "industry"), scored(v, "cash_intensity")) for i, v in found.items()
    } == scores


def test_amounts_at_the_counter_and_trades_a_year() -> None:
    amounts = {30_000_000: 5, 29_999_999: 4, 10_000_000: 4, 5_000_000: 3, 2_000_000: 2}
    amounts |= {1_999_999: 1}
    trades = {10: 5, 9: 4, 7: 4, 6: 3, 4: 3, 3: 2, 2: 1, 0: 1}
    orders = [trade(f"amount {a}", a, "counter") for a in amounts]
    orders += [trade(f"amount {a}", 90_000_000, "online") for a in amounts]
    orders += [trade(f"trades {n}", 90_000_000, "online") for n in trades for _ in range(n)]
    customers = [f"amount {a}" for a in amounts] + [f"trades {n}" for n in trades]
    found = risky(dict.fromkeys(customers, _PERSON), orders=orders)
    assert {a: scored(found[f"amount {a}"], "single_amount") for a in amounts} == amounts
    assert {n: scored(found[f"trades {n}"], "trades") for n in trades} == trades
    assert {scored(found[f"trades {n}"], "single_amount") for n in trades} == {1}


# --- P33 (a) --------------------------------------------------------------------------------


def sale(customer: str, amount: Any, on: str = "2026-05-01", **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "amount": amount, "ordered_at": on, **more}


def mark(
    customer: str, item: str, value: Any, on: str = "2026-12-20", role: str | None = None
) -> dict[str, Any]:
    row = {"customer_id": customer, "item": item, "value": value, "assessed_on": on}
    return row | {"role": role}


def selected(dealers: Mapping[str, tuple[Any, Any, Any]]) -> dict[str, Verdict]:
    """Grade dealers of (sales, target, reputation)."""
    marks = []
    for dealer, (_, target, reputation) in dealers.items():
        if target is not None:
            marks.append(mark(dealer, "sales target", target, "2026-01-02"))
        if reputation is not None:
            marks.append(mark(dealer, "market reputation", reputation, role="regional head"))
    found = graded(
        "dealer-selection",
        AS_OF,
        list(dealers),
        orders=[sale(d, sales) for d, (sales, _, _) in dealers.items()],
        assessments=marks,
    )
    return {d: schemes["selection"] for d, schemes in found.items()}


def test_the_best_of_each_column_is_100_and_the_others_relative() -> None:
    found = selected(
        {
            "attains most": (1_500, 1_000, 40),
            "best known": (750, 1_000, 80),
            "half of both": (750, 1_000, 40),
            "below zero": (-100, 1_000, 80),
        }
    )
    assert {d: v.score for d, v in found.items()} == {
        "attains most": 85,
        "best known": 65,
        "half of both": 50,
        "below zero": 30,
    }
    assert found["half of both"].explained.approval == ("regional head", "manager")


def test_the_bottom_tenth_goes() -> None:
    found = selected({f"d{n:02}": (100 * n, 1_000, 50) for n in range(1, 22)})
    # 90 % of 21 is 18.9, rounded up to 19 that stay.
    assert [d for d, v in found.items() if v.grade == "goes"] == ["d01", "d02"]


def test_who_equals_the_last_that_stays_stays() -> None:
    dealers = {f"d{n:02}": (100 * max(n, 3), 1_000, 50) for n in range(1, 22)}
    assert {v.grade for v in selected(dealers).values()} == {"stays"}


def test_without_target_or_mark_there_is_no_rank() -> None:
    found = selected(
        {"whole": (1, 1, 1), "no target": (1, None, 1), "no mark": (1, 1, None)}
        | {"impossible target": (1, 0, 1), "impossible mark": (1, 1, 101)}
    )
    assert {d: v.reason for d, v in found.items()} == {
        "whole": None,
        "no target": "no_target",
        "no mark": "value_unknown",
        "impossible target": "no_target",
        "impossible mark": "value_unknown",
    }


# --- P33 (b) --------------------------------------------------------------------------------


def assessed(
    dealers: Mapping[str, Mapping[str, Any]],
) -> dict[str, Verdict]:
    """Grade dealers in the fourth quarter; what is not said of one is at its best."""
    orders: list[dict[str, Any]] = []
    cases: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    on = "2026-11-01"
    for dealer, changed in dealers.items():
        own: dict[str, Any] = {
            "target": 1_000,
            "main target": 1_000,
            "main": 500,
            "direct": 1_000,
            "other": 0,
            "changes": [],
            "errors": [("2026-10-31", "a", 0)],
            "feedback": "excellent",
            "orders": 1,
        } | dict(changed)
        if own["main target"] == 1_000:
            own["main target"] = 500
        orders += [
            sale(dealer, own["main"], on, category="main", channel="direct", order_id=f"{dealer}m"),
            sale(
                dealer, own["direct"] - own["main"], on, category=None, channel="direct",
                order_id=f"{dealer}m",
            ),
            sale(dealer, own["other"], on, category=None, channel=None, order_id=f"{dealer}m"),
        ]  # fmt: skip
        orders += [
            sale(dealer, 0, on, category=None, channel=None, order_id=f"{dealer}{n}")
            for n in range(own["orders"] - 1)
        ]
        cases += [
            {"customer_id": dealer, "opened_at": on, "kind": "request", "severity": severity}
            for severity in own["changes"]
        ]
        marks.append(mark(dealer, "sales target", own["target"], on))
        marks.append(mark(dealer, "main product target", own["main target"], on))
        marks += [mark(dealer, f"forecast error {p}", e, day) for day, p, e in own["errors"]]
        if own["feedback"] is not None:
            marks.append(mark(dealer, "feedback", own["feedback"], on, "market department"))
    for number, line in enumerate(orders):
        line["line"] = str(number)
    cases = cases or [
        {"customer_id": next(iter(dealers)), "opened_at": on, "kind": "fault", "severity": None}
    ]
    found = graded(
        "dealer-quarterly", AS_OF, list(dealers), orders=orders, cases=cases, assessments=marks
    )
    return {d: schemes["assessment"] for d, schemes in found.items()}


def test_all_at_its_best_is_100() -> None:
    found = assessed({"best": {}})["best"]
    assert (found.score, found.grade) == (100, "A")


def test_attainment_earns_its_rate_above_the_line_without_a_cap() -> None:
    found = assessed(
        {
            "60 %": {"direct": 600, "main": 300},
            "59.99 %": {"direct": "599.9", "main": 300}
            | {"direct": Decimal("599.9"), "main": Decimal("299.9")},
            "130 %": {"direct": 1_300, "main": 650},
        }
    )
    assert {d: (v.points["attainment"], v.points["main_attainment"]) for d, v in found.items()} == {
        "60 %": (30, 12),
        "59.99 %": (0, 0),
        "130 %": (65, 26),
    }


def test_weighted_changes_over_orders() -> None:
    cases = [
        (["cancelled"], 49, 10),  # 3 / 50 = 6 %
        (["cancelled"], 48, 8),
        (["major", "major", "minor"], 20, 8),  # 3.5 / 20 = 17.5 %
        (["minor"] * 36, 100, 8),  # 18 %
        (["minor"] * 37, 100, 6),
        (["major"] * 20, 100, 6),  # 30 %
        (["cancelled"] * 2, 10, 0),
        (["postponed"], 1, 10),
        ([], 1, 10),
    ]
    found = assessed(
        {f"d{n}": {"changes": changes, "orders": o} for n, (changes, o, _) in enumerate(cases)}
    )
    assert [v.points["change_rate"] for v in found.values()] == [points for *_, points in cases]


def test_forecast_error_is_a_mean_of_the_months_means() -> None:
    october = [("2026-10-05", p, e) for p, e in (("a", 0), ("b", 10), ("c", 20))]
    found = assessed(
        {
            "20 %": {"errors": [*october, ("2026-11-05", "a", 30)]},
            "just more": {"errors": [*october, ("2026-11-05", "a", "30.1")]},
            "50 %": {"errors": [("2026-12-31", "a", 50)]},
            "100 %": {"errors": [("2026-12-31", "a", 100)]},
            "more": {"errors": [("2026-12-31", "a", 101)]},
        }
    )
    assert {d: v.points["forecast_error"] for d, v in found.items()} == {
        "20 %": 5,
        "just more": 4,
        "50 %": 4,
        "100 %": 3,
        "more": 0,
    }


def test_feedback_and_direct_sales() -> None:
    found = assessed(
        {
            "good": {"feedback": "good"},
            "fair": {"feedback": "fair"},
            "none": {"feedback": "none"},
            "20 % direct": {"direct": 200, "main": 0, "other": 800},
            "less": {"direct": 199, "main": 0, "other": 801},
        }
    )
    assert [found[d].points["feedback"] for d in ("good", "fair", "none")] == [8, 6, 0]
    assert [found[d].points["direct_share"] for d in ("20 % direct", "less")] == [1, 0]


def test_what_is_not_known_hands_its_weight_on() -> None:
    found = assessed({"no feedback": {"feedback": None}, "no forecast": {"errors": []}})
    assert {d: v.score for d, v in found.items()} == {"no feedback": 100, "no forecast": 100}
    lines = {line.indicator: line for line in found["no feedback"].explained.lines}
    assert lines["feedback"].state == "unknown"
    assert lines["attainment"].weight == Decimal("55.5556")


def test_a_dealer_without_a_target_is_not_assessed() -> None:
    found = assessed({"a": {"target": 0}, "b": {}})
    assert (found["a"].grade, found["a"].reason) == (None, "no_target")
