"""Small standards that use each way to score, decide and follow up, and runs made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from kefen.expressions.tree import Value
from kefen.grading.stored import StoredRun
from kefen.standards.calibration import Calibration, SchemeCalibration
from kefen.standards.reader import read_standard

AS_OF = date(2026, 10, 31)

METRICS = """
standard: every-way
version: 1
name: {en: Every way, zh: 各种方式}
reasons:
  blocked: {en: on the block list, zh: 在黑名单}
  too_little: {en: too little to say, zh: 数据过少}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, over: all time, unit: money}
  orders: {name: {en: Purchases, zh: 购买次数}, count: purchases, over: all time}
  last_on: {name: {en: Last purchase, zh: 最近购买}, latest: purchases.purchased_on, over: all time}
  silent: {name: {en: Days silent, zh: 静默天数}, value: "days_between(last_on, as_of)", unit: days}
  contacts: {name: {en: Contacts, zh: 互动次数}, count: interactions, over: all time}
  complaints: {name: {en: Complaints, zh: 投诉}, count: cases, over: all time}
  open_bills:
    name: {en: Unpaid bills, zh: 未付账单}
    count: receivables
    where: receivables.settled_on is unknown
    over: all time
  mood: {name: {en: Mood, zh: 满意度}, mean: surveys.score, over: all time, unit: points}
  employees: {name: {en: Employees, zh: 员工人数}, value: customers.employees}
  industry: {name: {en: Industry, zh: 行业}, value: customers.industry}
  country: {name: {en: Country, zh: 国家}, value: customers.country}
schemes:
"""

CAPPED = """
  capped:
    name: {en: Capped, zh: 封顶}
    among: orders > 0
    otherwise: too_little
    start: 10
    at_most: 100
    at_least: 0
    groups:
      fit:
        name: {en: Fit, zh: 契合}
        start: 5
        at_most: 50
        indicators:
          size:
            name: {en: Size, zh: 规模}
            value: employees
            bands: ["> 500: 15", "[50, 500]: 10", "unknown: 2", "else: 0"]
          trade:
            name: {en: Trade, zh: 交易}
            value: revenue
            points: value / 1000
            at_most: 45
            at_least: 0
      behaviour:
        name: {en: Behaviour, zh: 行为}
        at_most: 50
        at_least: -5
        indicators:
          visits: {name: {en: Visits, zh: 拜访}, value: contacts, points: 2 * value}
          silence: {name: {en: Silence, zh: 静默}, value: silent, points: -value / 30}
    indicators:
      bulk:
        name: {en: Bulk, zh: 大单}
        value: revenue
        applies: orders >= 3
        points: interpolated(value, 1000, 0, 9000, 20)
    grade_by: score
    grades:
      A: {when: ">= 60", name: {en: A top, zh: A 级}}
      B: {when: "[30, 60)", name: {en: B middle, zh: B 级}}
      C: {when: "< 30", name: {en: C low, zh: C 级}}
    rules:
      bills: {name: {en: Open bills, zh: 有未付账单}, when: open_bills > 0, at_most: B}
      block:
        name: {en: Block list, zh: 黑名单}
        when: industry = 'Metal' and orders < 2
        no_grade: blocked
      friend: {name: {en: Old friend, zh: 老客户}, when: orders >= 9, at_least: B}
    tags:
      quiet: {name: {en: Quiet, zh: 沉默}, when: silent > 180}
      large: {name: {en: Large, zh: 大户}, when: revenue > 30000}
    terms:
      limit:
        name: {en: Credit limit, zh: 信用额度}
        unit: money
        A: revenue * 0.5
        B: halved(revenue, 2)
        else: 0
      visit:
        name: {en: Visit, zh: 拜访}
        unit: text
        A: {en: every month, zh: 每月}
        else: {en: on request, zh: 按需}
    review: {A: 6 months, else: 12 months}
    approval: {A: [sales director, board], else: [sales manager]}
"""

WEIGHTED = """
  weighted:
    name: {en: Weighted, zh: 加权}
    groups:
      trade:
        name: {en: Trade, zh: 交易}
        weight: 60
        indicators:
          revenue: {name: {en: Revenue, zh: 销售额}, value: revenue, weight: 40,
            of_best: higher is better}
          orders:
            name: {en: Purchases, zh: 购买次数}
            value: orders
            weight: 20
            bands: [">= 5: 5", ">= 2: 3", ">= 1: 1", "else: 0"]
            better: higher
      care:
        name: {en: Care, zh: 关系}
        weight: 40
        indicators:
          mood:
            name: {en: Mood, zh: 满意度}
            value: mood
            weight: 15
            points: value
            out_of: 5
            at_most: 12
          contacts:
            name: {en: Contacts, zh: 互动}
            value: contacts
            weight: 15
            position: higher is better
            if_unknown: zero
          size:
            name: {en: Size, zh: 规模}
            value: employees
            applies: industry is known
            weight: 10
            bands: [">= 300: 2", "else: 1"]
            if_unknown: worst
    grade_by: score
    grades:
      A: {when: "> 40", name: {en: Strong, zh: 强}}
      B: {when: else, name: {en: Weak, zh: 弱}}
"""

RISK = """
  risk:
    name: {en: Risk, zh: 风险}
    start: 10
    indicators:
      bills:
        name: {en: Unpaid bills, zh: 未付账单}
        value: open_bills
        points: 8 * value
        if_unknown: 20
      complaints:
        name: {en: Complaints, zh: 投诉}
        value: complaints
        bands: ["= 0: 0", "= 1: 5", "else: 15"]
        if_unknown: zero
    grade_by: score
    grades:
      low: {when: "<= 15", name: {en: Low risk, zh: 低风险}}
      middle: {when: "(15, 25]", name: {en: Middle risk, zh: 中风险}}
      high: {when: else, name: {en: High risk, zh: 高风险}}
    rules:
      thief: {name: {en: Thief, zh: 窃电}, when: industry = 'Metal', grade: high}
"""

RANKED = """
  ranked:
    name: {en: Ranked, zh: 排名}
    among: orders > 0
    otherwise: too_little
    grade_by: rank of revenue
    ties: up
    rounding: up
    grades:
      first: {when: first 10 %, name: {en: First tenth, zh: 前一成}}
      next: {when: first 20, name: {en: First twenty, zh: 前二十}}
      rest: {when: else, name: {en: The others, zh: 其他}}
  by_country:
    name: {en: By country, zh: 分国}
    within: country
    among: orders > 0
    otherwise: too_little
    indicators:
      F: {name: {en: Frequency, zh: 频度}, value: orders, thirds: higher is better}
      M: {name: {en: Money, zh: 金额}, value: revenue, thirds: higher is better}
    score_text: points
    grade_by: grid of F and M
    grades:
      hot: {when: ["F 3, M 2-3"], name: {en: Hot, zh: 热}}
      warm: {when: ["F 2-3, M 1", "F 1-2, M 2-3"], name: {en: Warm, zh: 温}}
      cold: {when: ["F 1, M 1"], name: {en: Cold, zh: 冷}}
  listed:
    name: {en: Listed, zh: 条件}
    learn:
      usual: {name: {en: Usual revenue, zh: 通常销售额}, middle: revenue}
    grade_by: conditions
    grades:
      none: {when: orders = 0, reason: too_little}
      above: {when: revenue > usual, name: {en: Above the middle, zh: 中位以上}}
      below: {when: else, name: {en: Below the middle, zh: 中位以下}}
"""


def run_by_hand(
    text: str, calibrations: Mapping[str, SchemeCalibration] | None = None
) -> StoredRun:
    """Return a run of a standard whose customers are given by their metrics."""
    standard = read_standard(text, "every-way.yaml")
    return StoredRun(
        directory=Path(),
        standard=standard,
        calibration=Calibration(
            standard.id, standard.version, standard.fingerprint, AS_OF, dict(calibrations or {})
        ),
        as_of=AS_OF,
        running=tuple(standard.schemes),
        not_run={},
        record={"metrics_not_available": []},
    )


def with_computed(run: StoredRun, metrics: Mapping[str, Value]) -> dict[str, Value]:
    """Return a customer's metrics with those computed from them."""
    blank: dict[str, Value] = dict.fromkeys(run.standard.metrics)
    found = run.with_changes(blank, dict(metrics))
    del found["as_of"]
    return found


def money(number: int | str) -> Decimal:
    """Return an amount with four decimals."""
    return Decimal(number).quantize(Decimal("0.0001"))


RETAILER: dict[str, Value] = {
    "revenue": money(50),
    "last_on": date(2026, 10, 1),
    "contacts": 12,
    "complaints": 0,
    "open_bills": 0,
    "mood": money("4.5"),
    "employees": 300,
    "industry": "Retail",
    "country": "China",
}
"""The metrics of a customer that nothing is wrong with, but for its orders."""
