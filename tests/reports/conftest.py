"""Runs graded by hand: real tables in a real engine, for the reports to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest

from kefen.compiler.settlements import covered_view, settled_view
from kefen.domain.calendar import Window, months_before
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions import ValueType, parse
from kefen.grading.run import GradedRun
from kefen.lake.dataset import Dataset, Finding, ReadTable
from kefen.standards.calibration import Calibration
from kefen.standards.model import (
    Categories,
    ComputedMetric,
    Conditions,
    Constants,
    Grade,
    Metric,
    Place,
    Scheme,
    ShareOfTotal,
    Standard,
)

Rows = Sequence[Mapping[str, Any]]
RunMaker = Callable[..., GradedRun]
HERE = Place(1, 1)


def grade(code: str, en: str, zh: str, tone: str | None, strategy: Any = "keep") -> Grade:
    advice = Text(f"What to do for {en}.", f"{zh}客户的做法。")
    return Grade(code, Text(en, zh), advice, strategy, tone)


def scheme(
    code: str, en: str, zh: str, decision: Any, *grades: Grade, scored: bool = False
) -> Scheme:
    return Scheme(
        id=code,
        name=Text(en, zh),
        question=Text(f"Which {en}?", f"属于哪种{zh}？"),
        rationale=Text(f"By {en}, as is usual.", f"按{zh}划分，沿用惯例。"),
        among=None,
        otherwise="not_known",
        groups=(),
        indicators=(),
        score=None,
        scored=scored,
        score_text=False,
        decision=decision,
        grades=grades,
        advice=None,
        learns=(),
        place=HERE,
    )


SCHEMES = (
    scheme(
        "abc",
        "ABC by sales",
        "ABC 分类",
        ShareOfTotal(
            parse("revenue"), (("A", Fraction(4, 5)), ("B", Fraction(19, 20)), ("C", None))
        ),
        grade("A", "Key", "关键", "A", "develop"),
        grade("B", "Main", "主要", "B"),
        grade("C", "Ordinary", "普通", "C", "streamline"),
        scored=True,
    ),
    scheme(
        "satisfaction",
        "Satisfaction",
        "满意度",
        Conditions((("high", parse("revenue > 1000")), ("low", None))),
        grade("high", "High satisfaction", "满意度高", "A"),
        grade("low", "Low satisfaction", "满意度低", "D", "leave"),
    ),
    scheme(
        "size",
        "Size",
        "企业规模",
        Conditions(
            (
                ("large", parse("employees >= 300")),
                ("medium", parse("employees >= 50")),
                ("small", None),
            )
        ),
        grade("large", "Large", "大型", "A"),
        grade("medium", "Medium", "中型", "B"),
        grade("small", "Small", "小型", "C"),
    ),
    scheme("region", "Region", "地区", Categories(parse("region"))),
    scheme("product", "Leading product", "主要产品", Categories(parse("category"))),
)

STANDARD = Standard(
    id="sample",
    version=3,
    name=Text("Sample standard", "示例标准"),
    description=Text("Made for the tests of the reports.", "供报告测试使用。"),
    constants=Constants(Window(12), 50, Fraction(1, 2)),
    reasons={
        "not_known": Text("Not known", "资料未知"),
        "revenue_not_positive": Text("No positive sales", "销售额不为正"),
    },
    metrics={
        "revenue": Metric(
            "revenue",
            Text("Sales", "销售额"),
            Text("Amounts of the window.", "窗口内金额合计。"),
            ComputedMetric(parse("revenue")),
            ValueType.DECIMAL,
            "money",
            frozenset({"orders"}),
            frozenset(),
            HERE,
        )
    },
    models={},
    schemes={item.id: item for item in SCHEMES},
    text="",
    fingerprint="0123456789abcdef",
    source="sample.yaml",
)

NOTHING_LEARNT = Calibration("sample", 3, STANDARD.fingerprint, date(2024, 12, 31), {})

GRADING = """
CREATE OR REPLACE TABLE grades AS
WITH revenue AS (
  SELECT m.customer_id, coalesce(sum(o.amount), 0)::DECIMAL(18, 4) AS revenue
  FROM metrics m LEFT JOIN as_of_orders o
    ON o.customer_id = m.customer_id AND o.ordered_on > (SELECT start FROM span)
  GROUP BY ALL
), ranked AS (
  SELECT customer_id, revenue,
         coalesce(sum(revenue) OVER (ORDER BY revenue DESC RANGE BETWEEN UNBOUNDED PRECEDING
           AND 0.0001 PRECEDING), 0) AS larger, sum(revenue) OVER () AS total
  FROM revenue WHERE revenue > 0
), favourite AS (
  SELECT customer_id, arg_max(category, amount) AS category FROM as_of_orders GROUP BY ALL
), all_grades AS (
  SELECT r.customer_id, 'abc' AS scheme,
         CASE WHEN 5 * larger < 4 * total THEN 'A' WHEN 20 * larger < 19 * total THEN 'B'
              WHEN total IS NOT NULL THEN 'C' END AS grade,
         k.revenue AS score, 'revenue_not_positive' AS reason
  FROM revenue r LEFT JOIN ranked k USING (customer_id)
  UNION ALL
  SELECT customer_id, 'satisfaction', CASE WHEN avg(score) >= 4 THEN 'high' ELSE 'low' END,
         NULL, NULL
  FROM surveys GROUP BY customer_id
  UNION ALL
  SELECT customer_id, 'satisfaction', NULL, NULL, 'not_known'
  FROM metrics ANTI JOIN surveys USING (customer_id)
  UNION ALL
  SELECT customer_id, 'size', CASE WHEN employees >= 300 THEN 'large'
         WHEN employees >= 50 THEN 'medium'
         WHEN employees IS NOT NULL THEN 'small' END, NULL, 'not_known' FROM customers
  UNION ALL
  SELECT customer_id, 'region', region, NULL, 'not_known' FROM customers
  UNION ALL
  SELECT customer_id, 'product', category, NULL, 'not_known'
  FROM metrics LEFT JOIN favourite USING (customer_id)
)
SELECT customer_id, scheme, grade, score::DECIMAL(18, 4) AS score, NULL::VARCHAR AS score_text,
       CASE WHEN grade IS NULL THEN reason END AS reason, 'normal' AS confidence
FROM all_grades ORDER BY scheme, customer_id"""


def load(engine: DuckDBEngine, name: str, rows: Rows) -> ReadTable:
    contract = TABLES[name]
    present = frozenset(key for row in rows for key in row)
    types = ", ".join(f'"{c.name}" {c.kind.sql_type}' for c in contract.columns)
    engine.run(f'CREATE OR REPLACE TABLE "{name}" ({types})')
    if rows:
        text = pa.table(
            {
                c.name: pa.array(
                    [None if row.get(c.name) is None else str(row[c.name]) for row in rows],
                    pa.string(),
                )
                for c in contract.columns
            }
        )
        engine.register("loaded", text)
        engine.run(f'INSERT INTO "{name}" SELECT * FROM loaded')
        engine.connection.unregister("loaded")
    engine.run(
        f'CREATE OR REPLACE TABLE "{name}_rejected"'
        '(row BIGINT, "column" VARCHAR, value VARCHAR, code VARCHAR)'
    )
    return ReadTable(contract, name, present, f"{name}_rejected", len(rows), len(rows))


def graded(
    engine: DuckDBEngine, as_of: date, generated: tuple[str, ...] = (), **tables: Rows
) -> GradedRun:
    read = {name: load(engine, name, rows) for name, rows in tables.items()}
    for name in ("surveys", "orders"):
        if name not in read:
            load(engine, name, [])
    engine.run(
        "CREATE OR REPLACE TABLE span AS SELECT ?::DATE AS start, ?::DATE AS as_of",
        [months_before(as_of, 12), as_of],
    )
    engine.run(
        "CREATE OR REPLACE VIEW as_of_orders AS"
        " SELECT *, ordered_at::DATE AS ordered_on FROM orders"
        " WHERE ordered_at::DATE <= (SELECT as_of FROM span)"
        " AND coalesce(status, 'completed') = 'completed'"
    )
    engine.run(
        "CREATE OR REPLACE VIEW purchases AS SELECT customer_id, order_id,"
        " min(ordered_on) AS purchased_on, sum(amount) AS amount, count(*) AS lines"
        " FROM as_of_orders GROUP BY customer_id, order_id HAVING sum(amount) > 0"
    )
    engine.run(
        "CREATE OR REPLACE TABLE metrics AS SELECT customer_id FROM customers ORDER BY customer_id"
    )
    engine.run(GRADING)
    facts = {n: n for n in read if n not in ("customers", "products", "markets", "orders")}
    if {"receivables", "payments"} <= read.keys():
        engine.create("VIEW", "covered", covered_view("receivables", "payments"))
        engine.create("VIEW", "settled", settled_view("receivables", "covered"))
        facts["receivables"] = "settled"
    if "orders" in read:
        facts |= {"orders": "as_of_orders", "purchases": "purchases"}
    findings = (
        Finding(
            "orders_of_unknown_customers",
            "whole",
            "warning",
            "orders",
            Text("3 order lines have no known customer.", "3 条订单行的客户未知。"),
            Text("They are in no grade.", "不计入任何评级。"),
            count=3,
        ),
    )
    dataset = Dataset(engine, read, findings, currency="CNY", generated=generated)
    record = {
        "schemes_not_run": [
            {"scheme": "loyalty", "reason": {"en": "No orders.", "zh": "没有订单。"}}
        ]
    }
    return GradedRun(
        dataset,
        STANDARD,
        as_of,
        "metrics",
        "grades",
        None,
        None,
        None,
        facts,
        NOTHING_LEARNT,
        record,
        {},
    )


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(memory_limit="1GB") as opened:
        yield opened


@pytest.fixture
def make_run(engine: DuckDBEngine) -> RunMaker:
    def make(as_of: date = date(2024, 12, 31), **tables: Any) -> GradedRun:
        return graded(engine, as_of, **tables)

    return make
