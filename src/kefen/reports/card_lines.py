"""What the cards say of one customer or prospect, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, share
from kefen.reports.code_names import in_words, industry_name, place_name
from kefen.reports.model import CardGroup, CardItem
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.reports.population import Population
    from kefen.reports.tables import Cell, ColumnKind, GradeMark
    from kefen.standards.model import Scheme

_YEARS = 5
_PRODUCTS = 5
# Attributes beyond the contract that a card has a line for, under their usual names.
_FURTHER = {
    "legal_representative": ("legal_representative", "legal representative", "法定代表人", "法人"),
    "scope": ("business_scope", "scope", "经营范围"),
    "contact": ("contact", "contact_name", "联系人", "决策人"),
    "post": ("contact_title", "post", "职务"),
    "style": ("style", "communication_style", "沟通风格"),
    "bank": ("bank", "开户银行", "开户行"),
    "taxpayer": ("taxpayer_kind", "纳税人类型", "纳税人资格"),
    "attitude": ("payment_attitude", "付款态度"),
    "competitors": ("competitors", "competitor", "竞争对手"),
    "budget": ("budget", "预算"),
    "expected_on": ("expected_date", "预计成交日期"),
    "supplier": ("present_supplier", "current_supplier", "现供应商"),
    "supplier_satisfaction": ("supplier_satisfaction", "对现供应商满意度"),
    "obstacle": ("obstacle", "障碍"),
    "outcome": ("outcome", "结果原因"),
    "need": ("need", "需求"),
}
_KINDS = {"company": Text("Company", "企业"), "person": Text("Person", "个人")}


class CardLines:
    """The groups of lines of one card; what was not recorded stays empty."""

    def __init__(
        self,
        people: Population,
        customer: str,
        facts: Mapping[str, Any],
        recorded: Mapping[str, Any],
    ) -> None:
        self._people = people
        self._customer = customer
        self._facts = facts
        self._recorded = recorded

    def customer_groups(self) -> tuple[CardGroup, ...]:
        """Return the groups of the customer card."""
        return (
            CardGroup(
                Text("Company", "企业"),
                (
                    self._column("name"),
                    self._column("tax_id"),
                    CardItem(
                        Text("Kind", "客户性质"), _KINDS.get(self._recorded.get("kind") or "")
                    ),
                    self._column("ownership_type"),
                    self._industry(),
                    self._column("founded_on", "date"),
                    self._column("registered_capital", "money"),
                    self._further(
                        Text("Legal representative", "法定代表人"), "legal_representative"
                    ),
                    self._column("employees", "number"),
                    self._further(Text("Scope of business", "经营范围"), "scope"),
                    self._place(),
                    self._column("address"),
                ),
            ),
            self._contacts(),
            self._finance(),
            self._trade(),
            self._service(),
        )

    def prospect_groups(self) -> tuple[CardGroup, ...]:
        """Return the groups of the prospect card."""
        return (
            CardGroup(
                Text("Who it is", "基本情况"),
                (
                    self._column("source"),
                    self._column("referred_by"),
                    self._place(),
                    self._column("address"),
                    self._industry(),
                    self._column("ownership_type"),
                    self._column("employees", "number"),
                    self._column("annual_revenue", "money"),
                    self._column("annual_growth", "percent"),
                ),
            ),
            self._contacts(),
            CardGroup(
                Text("Demand", "需求"),
                (
                    self._further(Text("Need", "需求"), "need"),
                    self._further(Text("Budget", "预算"), "budget"),
                    self._further(Text("Expected date", "预计成交日期"), "expected_on"),
                    self._column("expected_demand", "money"),
                    self._further(Text("Present supplier", "现供应商"), "supplier"),
                    self._further(
                        Text("Satisfaction with it", "对现供应商满意度"), "supplier_satisfaction"
                    ),
                ),
            ),
            CardGroup(
                Text("Where it stands", "进展"),
                (
                    self._further(Text("Obstacle", "障碍"), "obstacle"),
                    self._further(
                        Text("Converted or given up, and why", "成交或放弃及原因"), "outcome"
                    ),
                ),
            ),
            self._service(),
        )

    def _column(self, name: str, kind: ColumnKind = "text") -> CardItem:
        return CardItem(self._people.label("customers", name), self._recorded.get(name), kind)

    def _further(self, label: Text, line: str) -> CardItem:
        return CardItem(
            label,
            next(
                (v for name in _FURTHER[line] if (v := self._recorded.get(name)) is not None), None
            ),
        )

    def _place(self) -> CardItem:
        parts = [
            in_words(place_name(level, str(part)))
            for level in ("country", "region", "city")
            if (part := self._recorded.get(level)) is not None
        ]
        return CardItem(Text("Place", "所在地"), joined(parts, " · ", " · ") if parts else None)

    def _industry(self) -> CardItem:
        code = self._recorded.get("industry")
        named = None if code is None else industry_name(str(code))
        return CardItem(self._people.label("customers", "industry"), named)

    def _contacts(self) -> CardGroup:
        return CardGroup(
            Text("People", "人员"),
            (
                self._further(Text("Who decides", "决策人"), "contact"),
                self._further(Text("Post", "职务"), "post"),
                self._column("phone"),
                self._column("email"),
                self._further(Text("Style", "沟通风格"), "style"),
                self._column("interests"),
            ),
        )

    def _finance(self) -> CardGroup:
        balance, not_due, late_90, later = (None, None, None, None)
        if "receivables" in self._people.run.facts:
            ((balance, not_due, late_90, later),) = self._rows("""
                SELECT coalesce(sum(open_amount), 0),
                       coalesce(sum(open_amount) FILTER (WHERE days_late <= 0), 0),
                       coalesce(sum(open_amount) FILTER (WHERE days_late BETWEEN 1 AND 90), 0),
                       coalesce(sum(open_amount) FILTER (WHERE days_late > 90), 0)
                FROM report_open WHERE customer_id = ?""")
        rating = self._rows("""
            SELECT concat_ws(' ', agency, rating) FROM report_credit_reports
            WHERE customer_id = ? ORDER BY reported_on DESC, 1 LIMIT 1""")
        credit = self._people.scheme("credit")
        return CardGroup(
            Text("Finance", "财务"),
            (
                self._further(Text("Bank", "开户银行"), "bank"),
                self._further(Text("Taxpayer kind", "纳税人类型"), "taxpayer"),
                self._further(Text("Payment attitude", "付款态度"), "attitude"),
                CardItem(Text("Outside rating", "外部评级"), rating[0][0] if rating else None),
                CardItem(Text("Credit grade", "信用等级"), self._grade(credit), "grade"),
                self._column("credit_limit", "money"),
                self._column("payment_terms"),
                CardItem(Text("Balance", "应收余额"), balance, "money"),
                CardItem(Text("Not due", "未到期"), not_due, "money"),
                CardItem(Text("1-90 days late", "逾期 1-90 天"), late_90, "money"),
                CardItem(Text("Over 90 days late", "逾期 90 天以上"), later, "money"),
            ),
        )

    def _grade(self, scheme: Scheme | None) -> GradeMark | None:
        if scheme is None:
            return None
        found = self._people.rows(
            "SELECT grade, reason FROM report_grades WHERE scheme = ? AND customer_id = ?",
            [scheme.id, self._customer],
        )
        return self._people.mark(scheme, *found[0]) if found else None

    def _trade(self) -> CardGroup:
        facts = self._facts
        bought = self._rows("""
            SELECT coalesce(category, product_id), sum(amount) FROM report_orders
            WHERE customer_id = ? AND coalesce(category, product_id) IS NOT NULL
            GROUP BY 1 ORDER BY 2 DESC, 1""")
        years = self._rows("""
            SELECT year(ordered_on), sum(amount) FROM report_orders WHERE customer_id = ?
            GROUP BY 1 ORDER BY 1 DESC""")
        demand = self._recorded.get("expected_demand")
        return CardGroup(
            Text("Trade", "交易"),
            (
                CardItem(Text("First deal", "首次交易"), facts["first_on"], "date"),
                CardItem(Text("Last deal", "最近交易"), facts["last_on"], "date"),
                CardItem(
                    Text("Purchases in the window", "窗口内购买次数"), facts["purchases"], "number"
                ),
                CardItem(Text("Sales in the window", "窗口内销售额"), facts["sales"], "money"),
                CardItem(
                    Text("Growth", "增长率"),
                    growth(facts["sales"], facts["sales_before"]),
                    "percent",
                ),
                *(
                    CardItem(Text("Sales of {y}", "{y} 年销售额").filled(y=year), amount, "money")
                    for year, amount in years[:_YEARS]
                ),
                CardItem(Text("Margin contribution", "毛利贡献"), facts["margin"], "money"),
                CardItem(
                    Text("Products", "主要产品"),
                    ", ".join(str(name) for name, _ in bought[:_PRODUCTS]) or None,
                ),
                CardItem(
                    Text("Our share of their purchases", "我方占其采购份额"),
                    share(facts["sales"], demand) if demand else None,
                    "percent",
                ),
                self._further(Text("Competitors", "竞争对手"), "competitors"),
            ),
        )

    def _service(self) -> CardGroup:
        start = self._people.start
        visits: Cell = None
        last: Sequence[tuple[Any, ...]] = []
        following: Cell = None
        if "interactions" in self._people.run.facts:
            ((visits, following),) = self._people.rows(
                """
                SELECT count(*) FILTER (WHERE kind = 'visit' AND "at"::DATE > ?), max(next_on)
                FROM report_interactions WHERE customer_id = ?""",
                [start, self._customer],
            )
            last = self._rows("""
                SELECT "at"::DATE, coalesce(result, purpose) FROM report_interactions
                WHERE customer_id = ? ORDER BY "at" DESC, 2 LIMIT 1""")
        complaints: Cell = None
        waiting: Cell = None
        if "cases" in self._people.run.facts:
            ((complaints, waiting),) = self._people.rows(
                """
                SELECT count(*) FILTER (WHERE kind = 'complaint' AND opened_at::DATE > ?),
                       count(*) FILTER (WHERE closed_at IS NULL)
                FROM report_cases WHERE customer_id = ?""",
                [start, self._customer],
            )
        surveyed = self._rows("""
            SELECT score, scale_max FROM report_surveys WHERE customer_id = ?
            ORDER BY answered_on DESC, score LIMIT 1""")
        return CardGroup(
            Text("Service", "服务"),
            (
                CardItem(Text("Visits in the window", "窗口内拜访"), visits, "number"),
                CardItem(Text("Complaints in the window", "窗口内投诉"), complaints, "number"),
                CardItem(Text("Cases open", "未结工单"), waiting, "number"),
                CardItem(
                    Text("Satisfaction, last answer", "最近一次满意度"),
                    _score(*surveyed[0]) if surveyed else None,
                ),
                CardItem(Text("Last step", "上一步"), _step(last)),
                CardItem(Text("Next step", "下一步"), following, "date"),
            ),
        )

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._people.rows(sql, [self._customer])


def _score(score: Decimal | None, scale: Decimal | None) -> str | None:
    if score is None:
        return None
    plain = f"{score.normalize():f}"
    return plain if scale is None else f"{plain} / {Decimal(scale).normalize():f}"


def _step(last: Sequence[tuple[Any, ...]]) -> str | None:
    if not last:
        return None
    day, words = last[0]
    return f"{day} {words}" if words else str(day)
