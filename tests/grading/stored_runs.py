"""Stored runs for tests of explanations and what-if: a company made from a seed, graded."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.outputs import output_directory, write_results
from kefen.grading.stored import StoredRun
from kefen.lake.dataset import Dataset
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_standard

AS_OF = date(2026, 10, 31)


def company(seed: int, customers: int) -> dict[str, list[dict[str, Any]]]:
    """Return a company whose customers differ in what is known of them."""
    dice = Random(seed)
    ids = [f"{i:05d}" for i in range(customers)]
    tables: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in ("customers", "orders", "receivables", "interactions", "surveys", "cases")
    }
    for number, customer in enumerate(ids):
        tables["customers"].append(
            {
                "customer_id": customer,
                "name": f"Customer {number}",
                "country": dice.choice(["China", "China", "Germany", None]),
                "industry": dice.choice(["Retail", "Metal", None]),
                "employees": dice.choice([None, 20, 300, 1500]),
            }
        )
        for order in range(dice.choice([0, 1, 1, 2, 3, 5, 9])):
            amount = Decimal(dice.randint(-20_000, 2_000_000)) / 100
            day = AS_OF - timedelta(days=dice.randint(0, 1100))
            tables["orders"].append(
                {
                    "order_id": f"{customer}-{order}",
                    "line": "1",
                    "customer_id": customer,
                    "ordered_at": datetime.combine(day, time(12)),
                    "amount": amount,
                    "cost": None if dice.random() < 0.2 else amount * Decimal("0.6"),
                    "category": dice.choice(["screws", "tools", "paint", "wood", "glue", None]),
                    "status": dice.choice(["completed"] * 9 + ["cancelled"]),
                }
            )
        for invoice in range(dice.choice([0, 0, 1, 3])):
            issued = AS_OF - timedelta(days=dice.randint(0, 500))
            due = issued + timedelta(days=30)
            settled = dice.choice([due, due + timedelta(days=20), None])
            tables["receivables"].append(
                {
                    "invoice_id": f"I{customer}-{invoice}",
                    "customer_id": customer,
                    "issued_on": issued,
                    "due_on": due,
                    "amount": Decimal(dice.randint(1, 900_000)) / 100,
                    "settled_on": settled,
                    "settled_amount": None,
                }
            )
        for _ in range(dice.choice([0, 0, 2])):
            at = AS_OF - timedelta(days=dice.randint(0, 500))
            tables["interactions"].append(
                {
                    "customer_id": customer,
                    "at": datetime.combine(at, time(9)),
                    "kind": "call",
                }
            )
        if dice.random() < 0.4:
            tables["surveys"].append(
                {
                    "customer_id": customer,
                    "answered_on": AS_OF - timedelta(days=dice.randint(0, 400)),
                    "score": Decimal(dice.randint(1, 5)),
                    "instrument": "csat",
                    "scale_max": Decimal(5),
                }
            )
        if dice.random() < 0.2:
            tables["cases"].append(
                {
                    "case_id": f"C{customer}",
                    "customer_id": customer,
                    "opened_at": datetime.combine(
                        AS_OF - timedelta(days=dice.randint(0, 400)), time(9)
                    ),
                    "kind": dice.choice(["request", "complaint"]),
                }
            )
    return tables


def stored_run(
    folder: Path,
    engine: DuckDBEngine,
    *,
    seed: int = 7,
    customers: int = 120,
    dataset: Dataset | None = None,
    standard: Standard | None = None,
    as_of: date = AS_OF,
) -> StoredRun:
    """Return a run that was graded in SQL, written, and read back."""
    data = dataset or dataset_by_hand(engine, company(seed, customers))
    run = grade(data, standard or bundled_standard(), as_of)
    with output_directory(folder / "out", overwrite=True) as partial:
        write_results(run, partial)
    return StoredRun.load(folder / "out")
