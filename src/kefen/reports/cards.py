"""Standard tables 4 and 5: the card of one customer, or of one prospect."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, share
from kefen.reports.distribution import STRATEGIES
from kefen.reports.model import Card, CardGroup, CardItem, Column, Row, Section, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.reports.model import Block, Cell, ColumnKind, GradeMark
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme

_FOLLOW_UPS = 8
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
_WAYS = {
    "visit": Text("Visit", "拜访"),
    "call": Text("Call", "电话"),
    "email": Text("Email", "邮件"),
    "message": Text("Message", "短信"),
    "wecom": Text("WeCom", "企业微信"),
    "meeting": Text("Meeting", "会议"),
}
_KINDS = {"company": Text("Company", "企业"), "person": Text("Person", "个人")}


def card_section(people: Population, customer: str, why: Mapping[str, Text] | None) -> Section:
    """Return the card of a customer; of a prospect, when it has never bought.

    Sensitive private items (birth date, gender, marriage, household, income) are left out.

    Args:
        people: The population.
        customer: The customer's id.
        why: A sentence for each scheme that explains the grade, if there are any.

    Raises:
        CallError: The run has no such customer.
    """
    base = people.rows("SELECT base FROM report_base AS base WHERE customer_id = ?", [customer])
    if not base:
        raise CallError(
            Text("The run has no customer '{id}'.", "本次评级中没有客户「{id}」。").filled(
                id=customer
            ),
            mend=Text(
                "Give a customer_id as it stands in grades.parquet, with its leading zeros.",
                "请给出 grades.parquet 中的 customer_id，包括前导零。",
            ),
            where="--customer",
        )
    facts: dict[str, Any] = base[0][0]
    known = people.rows(
        "SELECT card FROM report_customers AS card WHERE customer_id = ?", [customer]
    )
    recorded: dict[str, Any] = known[0][0] if known else {}
    existing = bool(facts["existing"])
    marks = _marks(people, customer)
    gather = _Card(people, customer, facts, recorded)
    groups = gather.customer_groups() if existing else gather.prospect_groups()
    card = Card(
        f"card_{'customer' if existing else 'prospect'}",
        Text("Table 4 Customer card", "表 4 客户管理卡")
        if existing
        else Text("Table 5 Prospect card", "表 5 潜在客户管理卡"),
        str(facts["name"] or customer),
        Text("No. {id} · owner: {owner}", "编号 {id} · 负责人：{owner}").filled(
            id=customer, owner=facts["owner"] or Text("not recorded", "未记录")
        ),
        tuple((scheme.name, mark) for scheme, mark, _ in marks),
        groups,
        people.particulars,
        frozenset({"customers", "orders", "receivables", "interactions", "cases", "surveys"}),
    )
    blocks: list[Block] = [card, _reasons(people, marks, why or {})]
    follow_ups = _follow_ups(people, customer)
    if follow_ups is not None:
        blocks.append(follow_ups)
    return Section(
        "card",
        card.title,
        Text("4 Customer card", "4 客户管理卡")
        if existing
        else Text("5 Prospect card", "5 潜在客户卡"),
        None,
        tuple(blocks),
    )


class _Card:
    """The lines of one card."""

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
                    self._column("industry"),
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
                    self._column("industry"),
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
        parts = [self._recorded.get(level) for level in ("country", "region", "city")]
        known = [str(part) for part in parts if part is not None]
        return CardItem(Text("Place", "所在地"), " · ".join(known) or None)

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


def _marks(
    people: Population, customer: str
) -> tuple[tuple[Scheme, GradeMark, tuple[str | None, Decimal | None, str | None]], ...]:
    found = {
        scheme: (grade, reason, score, text)
        for scheme, grade, reason, score, text in people.rows(
            "SELECT scheme, grade, reason, score, score_text FROM report_grades"
            " WHERE customer_id = ?",
            [customer],
        )
    }
    marks = []
    for scheme in people.schemes():
        if scheme.id in found:
            grade, reason, score, text = found[scheme.id]
            marks.append((scheme, people.mark(scheme, grade, reason), (grade, score, text)))
    return tuple(marks)


def _reasons(
    people: Population,
    marks: Sequence[tuple[Scheme, GradeMark, tuple[str | None, Decimal | None, str | None]]],
    why: Mapping[str, Text],
) -> Table:
    rows = []
    for scheme, mark, (grade_id, score, text) in marks:
        grade = scheme.grade(grade_id) if grade_id is not None else None
        advice: Cell = grade.advice if grade else scheme.advice if grade_id is not None else None
        rows.append(
            Row(
                (
                    scheme.name,
                    mark,
                    text if text is not None else None if score is None else f"{score:,}",
                    why.get(scheme.id, scheme.question),
                    STRATEGIES[grade.strategy] if grade and grade.strategy else None,
                    advice,
                )
            )
        )
    return Table(
        "card_why",
        Text("Why these grades, and what to do", "为何是这些等级，以及怎么做"),
        (
            Column("scheme", Text("Scheme", "分类方案")),
            Column("grade", Text("Grade", "等级"), "grade"),
            Column("score", Text("Score", "得分")),
            Column("why", Text("Why", "理由")),
            Column("strategy", Text("Strategy", "策略")),
            Column("advice", Text("What to do", "建议做法")),
        ),
        tuple(rows),
        note=Text("As of {day}.", "截至 {day}。").filled(day=people.run.as_of.isoformat()),
    )


def _follow_ups(people: Population, customer: str) -> Table | None:
    if "interactions" not in people.run.facts:
        return None
    found = people.rows(
        """
        SELECT "at", kind, coalesce(employee, contact), purpose, result, next_on
        FROM report_interactions WHERE customer_id = ?
        ORDER BY "at" DESC, kind, purpose, result LIMIT ?""",
        [customer, _FOLLOW_UPS],
    )
    return Table(
        "follow_ups",
        Text("Last follow-ups", "最近跟进"),
        (
            Column("at", Text("Date", "日期"), "date"),
            Column("way", Text("Way", "方式")),
            Column("person", Text("Person", "人员")),
            Column("purpose", Text("Purpose", "目的")),
            Column("result", Text("Result", "结果")),
            Column("next", Text("Next", "下次"), "date"),
        ),
        tuple(
            Row((_day(at), _WAYS.get(kind or ""), person, purpose, result, following))
            for at, kind, person, purpose, result, following in found
        ),
    )


def _day(at: date | datetime | None) -> date | None:
    return at.date() if isinstance(at, datetime) else at
