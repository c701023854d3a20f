"""A company whose customers buy for two years, so that grades can be held against what came.

Customers are drawn once from a seed: how much each is worth shows in both years, so that good
grades tell what comes, and yet not all of it.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

CUSTOMERS = 150
FIRST = date(2024, 1, 1)
LAST = date(2025, 6, 30)


def orders(seed: int = 3) -> list[dict[str, str]]:
    """Return the order lines, by day."""
    random = Random(seed)
    rows = []
    for number in range(1, CUSTOMERS + 1):
        size = random.lognormvariate(4, 1)
        rhythm = random.uniform(20, 160)
        day = FIRST + timedelta(days=random.uniform(0, 250))
        lost = LAST if random.random() < 0.7 else FIRST + timedelta(days=random.uniform(200, 500))
        while day <= lost:
            amount = size * random.lognormvariate(0, 0.5)
            rows.append(
                {
                    "order_id": f"{number}-{day.isoformat()}",
                    "customer_id": f"C{number:03}",
                    "ordered_at": day.isoformat(),
                    "amount": f"{amount:.2f}",
                    "cost": f"{amount * 0.6:.2f}",
                    "status": "completed",
                }
            )
            day += timedelta(days=max(1, random.expovariate(1 / rhythm)))
    # The data end with an order of the last day, so that they are known to reach it.
    rows.append(
        {
            "order_id": "last",
            "customer_id": "C001",
            "ordered_at": LAST.isoformat(),
            "amount": "1.00",
            "cost": "0.60",
            "status": "completed",
        }
    )
    return sorted(rows, key=lambda row: (row["ordered_at"], row["order_id"]))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as CSV and return the path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def customers() -> list[dict[str, str]]:
    """Return the customers, in two teams."""
    return [
        {
            "customer_id": f"C{number:03}",
            "name": f"Customer {number}",
            "team": "north" if number % 2 else "south",
            "owner": f"owner{number % 3}",
        }
        for number in range(1, CUSTOMERS + 1)
    ]


STANDARD = """\
standard: judged
version: 1
name: {en: Judged, zh: 检验用}
window: last 12 months
reasons:
  nothing: {en: nothing bought, zh: 没有购买}
metrics:
  revenue:
    name: {en: Revenue, zh: 销售额}
    description: {en: The sum of amounts., zh: 金额合计。}
    sum: orders.amount
    over: last 12 months
    unit: money
  team:
    name: {en: Team, zh: 团队}
    description: {en: As recorded., zh: 按登记。}
    value: customers.team
    unit: text
schemes:
  abc:
    name: {en: ABC by revenue, zh: ABC 分类}
    question: {en: "Who brings most?", zh: "谁贡献最大？"}
    rationale: {en: "First 80 and 95 %.", zh: "前 80 与 95 %。"}
    among: revenue > 0
    otherwise: nothing
    score: revenue
    grade_by: share of revenue
    grades:
      A: {when: first 80 %, name: {en: A key, zh: A 关键}, advice: {en: Visit., zh: 拜访。}}
      B: {when: first 95 %, name: {en: B major, zh: B 主要}, advice: {en: Call., zh: 致电。}}
      C: {when: else, name: {en: C ordinary, zh: C 普通}, advice: {en: Write., zh: 去信。}}
  team:
    name: {en: Team, zh: 团队}
    question: {en: "Whose customer?", zh: "谁的客户？"}
    rationale: {en: As recorded., zh: 按登记。}
    among: team is known
    otherwise: nothing
    grade_by: value of team
    advice: {en: Ask the team., zh: 询问团队。}
"""
