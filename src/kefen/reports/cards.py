"""Standard tables 4 and 5: the card of one customer, or of one prospect."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.reports.card_lines import CardLines
from kefen.reports.distribution import STRATEGIES
from kefen.reports.model import Card, Section
from kefen.reports.portraits import customer_portrait
from kefen.reports.tables import Column, Row, Table
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from kefen.grading.outcome_words import GradeInWords
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell, GradeMark
    from kefen.standards.model import Scheme

_FOLLOW_UPS = 8
_WAYS = {
    "visit": Text("Visit", "拜访"),
    "call": Text("Call", "电话"),
    "email": Text("Email", "邮件"),
    "message": Text("Message", "短信"),
    "wecom": Text("WeCom", "企业微信"),
    "meeting": Text("Meeting", "会议"),
}


def card_section(
    people: Population, customer: str, why: Mapping[str, GradeInWords] | None
) -> Section:
    """Return the card of a customer; of a prospect, when it has never bought.

    Sensitive private items (birth date, gender, marriage, household, income) are left out.

    Args:
        people: The population.
        customer: The customer's id.
        why: Why it has the grade of each scheme, in words, where that is known.

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
    gather = CardLines(people, customer, facts, recorded)
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
    blocks: list[Block] = [
        card,
        customer_portrait(people, customer, card.heading),
        _reasons(people, marks, why or {}),
    ]
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
    for scheme in people.schemes:
        if scheme.id in found:
            grade, reason, score, text = found[scheme.id]
            marks.append((scheme, people.mark(scheme, grade, reason), (grade, score, text)))
    return tuple(marks)


def _reasons(
    people: Population,
    marks: Sequence[tuple[Scheme, GradeMark, tuple[str | None, Decimal | None, str | None]]],
    why: Mapping[str, GradeInWords],
) -> Table:
    rows = []
    gives = any(said.comes_with for said in why.values())
    for scheme, mark, (grade_id, score, text) in marks:
        said = why.get(scheme.id)
        comes_with = joined(list(said.comes_with), "; ", "；") if said is not None else None
        grade = scheme.grade(grade_id) if grade_id is not None else None
        advice: Cell = grade.advice if grade else scheme.advice if grade_id is not None else None
        rows.append(
            Row(
                (
                    scheme.name,
                    mark,
                    text if text is not None else None if score is None else f"{score:,}",
                    scheme.question if said is None else said.sentence,
                    *((comes_with,) if gives else ()),
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
            *((Column("comes_with", Text("What comes with it", "附带事项")),) if gives else ()),
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
