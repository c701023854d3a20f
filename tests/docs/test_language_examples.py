"""Every example of the language of standards is read, and grades a small company."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from documentation_pages import DOCS, blocks, title
from modelled_company import lifetime_company
from probing import probe

from kefen.standards.reader import examine_standard

PAGES = [
    *sorted((DOCS / "reference/language").glob("*.md")),
    *sorted((DOCS / "reference/methods").glob("loss-probability*.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
EXAMPLES = [
    pytest.param(page, block.text, id=f"{title(page)} {number}")
    for page in PAGES
    for number, block in enumerate(blocks(page))
    if block.language == "yaml"
    and block.text.startswith("standard:")
    and not block.file.startswith("wrong")  # shown to be refused
]
AS_OF = date(2026, 5, 20)


def company() -> dict[str, list[dict[str, Any]]]:
    """A company of every table, with the further columns that the examples name."""
    customers = [
        {
            "customer_id": f"C{i}",
            "kind": "person" if i % 2 else "company",
            "country": ["CN", "DE", None][i % 3],
            "region": ["Yunnan", "Ningxia", "Tibet", None][i % 4],
            "email": f"c{i}@{'gmail.com' if i % 3 else 'firm.cn'}",
            "industry": ["software", "textile"][i % 2],
            "employees": 10 * i * i,
            "birth_date": date(1930 + 7 * i, 3, 1),
            "founded_on": AS_OF - timedelta(days=11 * i * i),
            "total_assets": 5_000 * i**3,
            "parent_id": f"C{i // 2}" if i > 1 else None,
            "household": ["H1", "H2", None][i % 3],
            "created_on": date(2024, 1, 1),
            "process": ["hexavalent", "trivalent", None][i % 3],
            "unit_price": f"{i * 0.05:.2f}",
            "attainment": f"{0.4 + i / 10:.1f}",
            "cash_share": None if i % 4 == 0 else f"{i / 12:.2f}",
            "export_share": f"{i / 10:.1f}",
            "beds": str(150 * i),
            "title": ["senior", "attending", "resident"][i % 3],
            "agreement": "guarantee" if i % 5 == 0 else None,
            "renewal_on": f"2026-0{1 + i % 9}-15",
            "market_type": ["town", "village"][i % 2],
        }
        for i in range(12)
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in [
            "orders",
            "receivables",
            "payments",
            "interactions",
            "cases",
            "surveys",
            "assessments",
            "financials",
        ]
    }
    for i in range(1, 12):
        who = f"C{i}"
        for n in range(i):
            day = AS_OF - timedelta(days=(37 * n * i + 11 * i) % 800)
            rows["orders"].append(
                {
                    "order_id": f"O{i}-{n}",
                    "customer_id": who,
                    "ordered_at": datetime(day.year, day.month, day.day, 9),
                    "amount": 1000 * i * (n + 1),
                    "cost": 700 * i * (n + 1),
                    "quantity": n + 1,
                    "category": ["a", "b"][n % 2],
                    "product_id": f"P{n % 3}",
                    "channel": ["shop", "online", "wholesale"][n % 3],
                    "status": "cancelled" if n % 5 == 4 else "completed",
                    "cancelled_on": day + timedelta(days=9) if n % 5 == 4 else None,
                }
            )
            rows["receivables"].append(
                {
                    "invoice_id": f"I{i}-{n}",
                    "customer_id": who,
                    "issued_on": day,
                    "due_on": day + timedelta(days=30),
                    "amount": 1000 * i,
                    "settled_on": None if n == 3 else day + timedelta(days=20 + 5 * (n % 4)),
                }
            )
            rows["payments"].append({"customer_id": who, "paid_on": day, "amount": 9000 * i})
            rows["interactions"].append(
                {
                    "customer_id": who,
                    "at": datetime(day.year, day.month, day.day, 15),
                    "kind": "visit",
                    "purpose": ["pricing page", "demo"][n % 2],
                }
            )
            rows["cases"].append(
                {
                    "customer_id": who,
                    "opened_at": datetime(day.year, day.month, day.day, 8),
                    "kind": ["complaint", "fault"][n % 2],
                    "first_response_at": datetime(day.year, day.month, day.day, 8 + n % 12),
                    "severity": "theft" if i == 7 and n == 1 else "low",
                }
            )
            rows["surveys"].append({"customer_id": who, "answered_on": day, "score": n % 6})
        for item, value, role in (
            ("cooperation", str(i % 6), "account manager"),
            ("hygiene", str(i % 4), "market office"),
            ("brand use", ["preferred", "second"][i % 2], "sales"),
            ("market reputation", str(60 + 3 * i), "regional head"),
            ("bounced cheque", "yes" if i == 5 else "no", "finance"),
            ("balance current", str(20_000 * i), "bank"),
        ):
            rows["assessments"].append(
                {
                    "customer_id": who,
                    "item": item,
                    "value": value,
                    "assessed_on": AS_OF - timedelta(days=40 + i),
                    "assessor": f"person {i % 2}",
                    "role": role,
                }
            )
        rows["financials"].append(
            {
                "customer_id": who,
                "period_end": date(2025, 12, 31),
                "assets": 100_000 * i,
                "liabilities": 60_000 * i,
                "revenue": 400_000 * i,
            }
        )
    return {"customers": customers, **rows}


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 30


@pytest.mark.parametrize(("page", "text"), EXAMPLES)
def test_an_example_is_read_without_errors(page: Path, text: str) -> None:
    standard, problems = examine_standard(text, page.name)
    assert standard is not None, problems
    # A short example may leave names out, and grades without advice; nothing else.
    assert not [p for p in problems if p.severity == "warning" and "has no name" not in p.what.en]


@pytest.mark.parametrize(("page", "text"), EXAMPLES)
def test_an_example_grades_the_same_in_sql_row_by_row_and_explained(page: Path, text: str) -> None:
    # A model needs customers that it can be fitted to.
    data = lifetime_company(3, 260) if "\nmodels:" in text else company()
    found = probe(text, AS_OF, data.pop("customers"), **data)
    assert found.verdicts
    for verdicts in found.verdicts.values():
        assert verdicts, f"no scheme of {page.name} could be run"
        for verdict in verdicts.values():
            assert (verdict.grade is None) != (verdict.reason is None)
