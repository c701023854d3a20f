"""Half-yearly points of a plating company (P01), and marks of a logistics park (P35)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from probing import Verdict, graded

AS_OF = "2026-06-30"
_LONG_AGO = "2025-01-10"


# --- P01 ------------------------------------------------------------------------------------


class Plated:
    """Customers of the plating company, written by what the rule looks at."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("customers", "orders", "receivables", "assessments")
        }

    def add(
        self,
        customer: str,
        *,
        wan: float | str = 45,
        price: str = "0.43",
        process: str = "hexavalent",
        cooperation: Any = 8,
        paid: Mapping[str, str | None] | None = None,
        since: str = _LONG_AGO,
        on: str = "2026-06-01",
    ) -> None:
        """Add a customer: `wan` a month in the half year, one order of it at `price` a piece."""
        amount = Decimal(str(wan)) * 60_000
        self.tables["customers"].append({"customer_id": customer})
        self.order(customer, since, 0, 0, process)
        self.order(customer, on, amount, amount / Decimal(price), process)
        for due, settled in (paid or {}).items():
            self.invoice(customer, due, settled)
        if cooperation is not None:
            self.mark(customer, "cooperation", cooperation)

    def order(self, customer: str, on: str, amount: Any, quantity: Any, process: str) -> None:
        self.tables["orders"].append(
            {
                "customer_id": customer,
                "ordered_at": on,
                "amount": amount,
                "quantity": quantity,
                "category": process,
            }
        )

    def invoice(self, customer: str, due: str, settled: str | None) -> None:
        self.tables["receivables"].append(
            {
                "customer_id": customer,
                "issued_on": "2025-01-01",
                "due_on": due,
                "amount": 100,
                "settled_on": settled,
            }
        )

    def mark(self, customer: str, item: str, value: Any, on: str = "2026-06-20") -> None:
        self.tables["assessments"].append(
            {"customer_id": customer, "item": item, "value": value, "assessed_on": on}
        )

    def rated(self, as_of: str = AS_OF) -> dict[str, Verdict]:
        found = graded("supplier-rating", as_of, **self.tables)
        return {customer: schemes["rating"] for customer, schemes in found.items()}


def test_the_published_case_is_an_a_of_88() -> None:
    company = Plated()
    company.add("case", wan=45, price="0.43", cooperation=8, paid={"2026-03-31": "2026-03-31"})
    found = company.rated()["case"]
    assert (found.grade, found.score) == ("A", Decimal(88))
    assert [found.points[name] for name in ("monthly_value", "months_late", "unit_price")] == [
        Decimal(25),
        Decimal(30),
        Decimal(25),
    ]
    assert found.explained.approval == ("sales department",)


def test_every_edge_of_value_and_price() -> None:
    values = {"80": 30, "200": 30, "60": 30, "59.5": 25, "40": 25, "39.9999": 20, "20": 20}
    values |= {"19": 15, "10": 15, "9.99": 10}
    hexavalent = {"0.60": 30, "0.46": 30, "0.455": 25, "0.41": 25, "0.40": 20, "0.36": 20}
    hexavalent |= {"0.355": 15, "0.10": 15}
    trivalent = {"71": 30, "66": 30, "65.9": 25, "61": 25, "56": 20, "55": 15, "0.43": 15}
    company = Plated()
    for wan in values:
        company.add(f"wan {wan}", wan=wan)
    for process, prices in (("hexavalent", hexavalent), ("trivalent", trivalent)):
        for price in prices:
            # A whole number of pieces, so that the price divides exactly.
            wan = Decimal(price) * 10_000 / 60_000
            company.add(f"{process} {price}", wan=str(wan), price=price, process=process)
    found = company.rated()
    assert {w: found[f"wan {w}"].points["monthly_value"] for w in values} == values
    for process, prices in (("hexavalent", hexavalent), ("trivalent", trivalent)):
        told = {price: found[f"{process} {price}"].points["unit_price"] for price in prices}
        assert told == prices, process


def test_months_late_count_as_they_begin_and_the_worst_invoice_decides() -> None:
    company = Plated()
    cases = {
        "cash customer": ({}, 30),
        "on the day": ({"2026-01-31": "2026-01-31"}, 30),
        "a day late": ({"2026-01-31": "2026-02-01"}, 25),
        "a month late": ({"2026-01-31": "2026-02-28"}, 25),
        "into the second": ({"2026-01-31": "2026-03-01"}, 20),
        "into the third": ({"2026-01-15": "2026-03-16"}, 15),
        "four months": ({"2026-01-15": "2026-05-15"}, 10),
        "more than four": ({"2026-01-15": "2026-05-16"}, 0),
        "one of many": ({"2026-01-15": "2026-01-10", "2026-02-15": "2026-03-20"}, 20),
        "open, not due": ({"2026-07-15": None}, 30),
        "open since a month": ({"2026-05-30": None}, 25),
        "open since long": ({"2025-03-01": None}, 0),
        "late, but before": ({"2025-12-31": "2026-06-01"}, 30),
    }
    for customer, (paid, _) in cases.items():
        company.add(customer, paid=paid)
    found = company.rated()
    assert {c: found[c].points["months_late"] for c in cases} == {
        customer: Decimal(points) for customer, (_, points) in cases.items()
    }


def test_grades_begin_at_their_lines() -> None:
    company = Plated()
    # 25 for the value, 30 for payment, 25 for the price: 80 with nothing for cooperation.
    company.add("80", cooperation=0)
    company.add("79.5", price="0.36", cooperation="4.5")
    company.add("70", wan=5, cooperation="5")
    company.add("69.9", wan=5, cooperation="4.9")
    company.add("60", wan=5, price="0.30", cooperation="5")
    company.add("59.9", wan=5, price="0.30", cooperation="4.9")
    found = company.rated()
    assert {c: (found[c].score, found[c].grade) for c in found} == {
        "80": (Decimal(80), "A"),
        "79.5": (Decimal("79.5"), "B"),
        "70": (Decimal(70), "B"),
        "69.9": (Decimal("69.9"), "C"),
        "60": (Decimal(60), "C"),
        "59.9": (Decimal("59.9"), "D"),
    }
    words = {c: found[c].explained.terms[0].words.en for c in ("80", "70", "60", "59.9")}
    assert words == {"80": "first", "70": "second", "60": "third", "59.9": "last"}


def test_who_buys_both_processes_is_judged_by_the_larger() -> None:
    company = Plated()
    company.add("both", wan=30, price="0.36", process="hexavalent")
    company.order("both", "2026-05-01", 100_000, 1_500, "trivalent")
    found = company.rated()["both"]
    assert found.points["unit_price"] == 20
    assert found.points["monthly_value"] == 20


def test_newcomers_have_no_grade_until_they_are_supplied_for_more_than_3_months() -> None:
    company = Plated()
    company.add("young", since="2026-04-15")
    company.add("just 3 months", since="2026-03-31")
    company.add("a day more", since="2026-03-30")
    company.add("promising", since="2026-05-01")
    company.mark("promising", "potential", "high")
    company.add("ordinary", since="2026-05-01")
    company.mark("ordinary", "potential", "ordinary")
    found = company.rated()
    assert {c: (v.grade, v.reason, sorted(v.tags)) for c, v in found.items()} == {
        "young": (None, "newcomer", []),
        "just 3 months": (None, "newcomer", []),
        "a day more": ("A", None, []),
        "promising": (None, "newcomer", ["serve_as_a"]),
        "ordinary": (None, "newcomer", []),
    }


def test_who_had_nothing_made_or_was_not_marked_has_no_grade() -> None:
    company = Plated()
    company.add("idle", on="2025-12-31")
    company.add("unmarked", cooperation=None)
    company.add("out of range", cooperation=11)
    company.mark("out of range", "cooperation", 7, "2026-01-05")
    company.add("marked long ago", cooperation=None)
    company.mark("marked long ago", "cooperation", 7, "2025-12-31")
    found = company.rated()
    assert {c: v.reason for c, v in found.items()} == {
        "idle": "no_production",
        "unmarked": "value_unknown",
        "out of range": None,
        "marked long ago": "value_unknown",
    }
    assert found["out of range"].points["cooperation"] == 7


def test_within_a_half_year_the_last_whole_one_counts() -> None:
    company = Plated()
    company.add("one", on="2026-06-30")
    company.order("one", "2026-07-01", 9_000_000, 1, "hexavalent")
    for as_of in ("2026-06-30", "2026-07-10", "2026-12-30"):
        company.mark("one", "cooperation", 8, as_of)
        assert company.rated(as_of)["one"].points["monthly_value"] == 25


# --- P35 ------------------------------------------------------------------------------------

_RANGES = {
    **dict.fromkeys(("utilities", "rent", "cleaning fee", "safety system", "fire gear"), (1, 4)),
    **dict.fromkeys(("inside", "outside", "waste", "vehicle checks"), (1, 2)),
    **dict.fromkeys(("goods in order", "company kind", "welfare", "cash flow", "staff"), (1, 3)),
    **dict.fromkeys(("licences", "contracts", "accounts", "service"), (1, 3)),
    **dict.fromkeys(("complaints handled", "own customers"), (1, 3)),
    **dict.fromkeys(("other hazards", "market office", "other merchants"), (1, 5)),
    "special contribution": (1, 8),
}
_EVENTS = ("major accident", "major breach")


def marks(customer: str, changed: Mapping[str, Any], who: str = "market office") -> list[Any]:
    """Return the best marks of a merchant but for some; None leaves an item out."""
    best: dict[str, Any] = {item: high for item, (_, high) in _RANGES.items()}
    best |= dict.fromkeys(_EVENTS, "none")
    return [
        {
            "customer_id": customer,
            "item": item,
            "value": value,
            "assessed_on": "2026-10-01",
            "assessor": who,
        }
        for item, value in (best | dict(changed)).items()
        if value is not None
    ]


def test_the_maxima_total_100_and_the_lines_lie_at_88_and_75() -> None:
    lowest = {item: low for item, (low, _) in _RANGES.items()}
    cases = {
        "best": ({}, 100, "A"),
        "88": ({"special contribution": 1, "utilities": 1, "rent": 2}, 88, "A"),
        "87": ({"special contribution": 1, "utilities": 1, "rent": 1}, 87, "B"),
        "75": (
            {"special contribution": 1, "major breach": "happened", "market office": 1}
            | {"other merchants": 1, "fire gear": 2},
            75,
            "B",
        ),
        "74": (
            {"special contribution": 1, "major breach": "happened", "market office": 1}
            | {"other merchants": 1, "fire gear": 1},
            74,
            "C",
        ),
        "accident": ({"major accident": "happened"}, 92, "A"),
        "worst": (lowest | dict.fromkeys(_EVENTS, "happened"), 24, "C"),
    }
    assessments = [row for c, (changed, _, _) in cases.items() for row in marks(c, changed)]
    found = graded("park-merchant-rating", "2026-10-31", list(cases), assessments=assessments)
    assert {c: (v["rating"].score, v["rating"].grade) for c, v in found.items()} == {
        c: (Decimal(score), grade) for c, (_, score, grade) in cases.items()
    }


def test_several_people_mark_and_their_mean_counts() -> None:
    rows = marks("a", {"special contribution": 8}, "office")
    rows += marks("a", {"special contribution": 3}, "peer")
    rows += marks("a", {"special contribution": 3}, "another peer")
    found = graded("park-merchant-rating", "2026-10-31", ["a"], assessments=rows)["a"]["rating"]
    assert found.points["special_contribution"] == Decimal("4.6667")
    assert found.score == Decimal("96.6667")


def test_of_each_assessor_the_last_mark_counts() -> None:
    rows = marks("a", {"rent": 4})
    rows += [dict(row, value=2, assessed_on="2026-10-05") for row in rows if row["item"] == "rent"]
    found = graded("park-merchant-rating", "2026-10-31", ["a"], assessments=rows)["a"]["rating"]
    assert found.points["rent"] == 2


def test_an_item_without_a_usable_mark_leaves_no_grade() -> None:
    cases = {"no mark": None, "zero": "0", "five": "5", "a half": "2.5", "a word": "fair"}
    rows = [row for case, mark in cases.items() for row in marks(case, {"rent": mark})]
    found = graded("park-merchant-rating", "2026-10-31", list(cases), assessments=rows)
    for verdict in (found[case]["rating"] for case in cases):
        assert (verdict.grade, verdict.reason) == (None, "value_unknown")
        assert verdict.points["rent"] is None
