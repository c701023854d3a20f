"""How the grades of a scheme are decided, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from kefen.domain.code_tables import industry_division, industry_section
from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.expressions.wording import in_words
from kefen.standards.model import (
    TOTAL,
    Categories,
    Conditions,
    CutOffs,
    Grid,
    RankOfAll,
    ShareOfTotal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from kefen.standards.model import RankLine, Rule, Scheme, ScoreLine, Standard

Value = TypeVar("Value")
REST = Text("the rest", "其余")
_ROUNDINGS = {
    "up": Text("a part of a customer counts as one", "不足一户按一户计"),
    "down": Text("a part of a customer does not count", "不足一户不计"),
    "half up": Text("half a customer and more counts as one", "户数四舍五入"),
}


def plain(number: Decimal | int) -> str:
    """Return a number exactly, with thousands signs and without trailing zeros."""
    text = format(number, ",f") if isinstance(number, Decimal) else format(number, ",")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Fraction) -> str:
    """Return a share in percent: `80 %`."""
    hundredfold = share * 100
    return f"{plain(Decimal(hundredfold.numerator) / hundredfold.denominator)} %"


def joined(texts: list[Text], en: str = ", ", zh: str = "，") -> Text:
    """Return texts as one, joined in each language by its mark."""
    return Text(en.join(text.en for text in texts), zh.join(text.zh for text in texts))


def names_of_scheme(standard: Standard, scheme: Scheme) -> dict[str, Text]:
    """Return what the names in a scheme's expressions are called."""
    names = {other.id: other.name for other in standard.schemes.values()}
    names |= {
        f"{other.id}.score": Text("the score of {n}", "{n}的得分").filled(n=other.name)
        for other in standard.schemes.values()
    }
    names |= {metric.id: metric.name for metric in standard.metrics.values()}
    names |= {learned.id: learned.name for learned in scheme.learns}
    names[TOTAL] = Text("total points", "总得分")
    names["score"] = Text("the score", "得分")
    parts = {indicator.id: indicator.name for indicator in scheme.indicators}
    parts |= {group.id: group.name for group in scheme.groups}
    for identifier, name in parts.items():
        names[f"{TOTAL}.{identifier}"] = Text("the points of {n}", "{n}得分").filled(n=name)
    return names


def score_line_in_words(line: ScoreLine) -> Text:
    """Return what a line asks of the score: `a score of at least 70 and under 90`."""
    parts: list[Text] = []
    if line.low is not None:
        template = Text("at least {n}", "不低于 {n}") if line.low_included else _ABOVE
        parts.append(template.filled(n=plain(line.low)))
    if line.high is not None:
        template = Text("at most {n}", "不高于 {n}") if line.high_included else _BELOW
        parts.append(template.filled(n=plain(line.high)))
    if not parts:
        return REST
    return Text("a score of {p}", "得分{p}").filled(p=joined(parts, " and ", " 且"))


_ABOVE = Text("more than {n}", "高于 {n}")
_BELOW = Text("less than {n}", "低于 {n}")


def rank_line_in_words(line: RankLine, of: Text) -> Text:
    """Return whom a line of a ranking takes: `among the first 10 % by Revenue`."""
    if line.share is not None:
        return Text("among the first {s} by {m}", "按{m}排名前 {s}").filled(
            s=percent(line.share), m=of
        )
    if line.count is not None:
        return Text(
            "among the first {n} {n:customer|customers} by {m}", "按{m}排名前 {n} 名"
        ).filled(n=line.count, m=of)
    return REST


def cells_in_words(grid: Grid, grade: str) -> str:
    """Return the cells of a grid that give a grade: `5-4, 5-5`."""
    cells = sorted(cell for cell, owner in grid.cells.items() if owner == grade)
    return ", ".join(f"{row}-{column}" for row, column in cells)


def grade_rule(scheme: Scheme, grade: str, names: Mapping[str, Text]) -> Text:
    """Return when a grade is given, in words; rules that change it afterwards apart."""
    decision = scheme.decision
    if grade not in scheme.decided_grades:
        return Text("by a rule only", "仅由规则给予")
    if isinstance(decision, Grid):
        cells = cells_in_words(decision, grade)
        return Text.same(f"{decision.rows}-{decision.columns}: {cells}")
    if isinstance(decision, CutOffs):
        lines = [score_line_in_words(line) for line in decision.lines if line.grade == grade]
    elif isinstance(decision, RankOfAll):
        of = in_words(decision.of, names)
        lines = [rank_line_in_words(line, of) for line in decision.lines if line.grade == grade]
    elif isinstance(decision, ShareOfTotal):
        of = in_words(decision.of, names)
        lines = [
            Text("among the first {s} of all {m}", "累计占全部{m}的前 {s}").filled(
                s=percent(share), m=of
            )
            if share is not None
            else REST
            for code, share in decision.lines
            if code == grade
        ]
    elif isinstance(decision, Conditions):
        lines = [
            in_words(condition, names) if condition is not None else REST
            for code, condition in decision.lines
            if code == grade
        ]
    else:
        lines = []
    return joined(lines, "; or ", "；或") if lines else REST


def decision_in_words(scheme: Scheme, names: Mapping[str, Text]) -> tuple[Text, ...]:
    """Return what holds for the grades of a scheme together: groups, ties, rounding, score."""
    decision = scheme.decision
    said: list[Text] = []
    if scheme.within is not None:
        said.append(
            Text(
                "Ranks, shares and learned values are those within each {w}.",
                "排名、份额与学习所得的数值均在各{w}内分别确定。",
            ).filled(w=in_words(scheme.within, names))
        )
    if scheme.score is not None:
        said.append(
            Text("The score is {s}.", "得分为{s}。").filled(s=in_words(scheme.score, names))
        )
    if isinstance(decision, ShareOfTotal):
        said.append(
            Text("The customer that crosses a line is inside it.", "跨线的客户算在线内。")
            if decision.crossing == "inside"
            else Text("The customer that crosses a line is outside it.", "跨线的客户算在线外。")
        )
    if isinstance(decision, RankOfAll):
        said.append(
            Text("Those equal to the last one inside are in.", "与线内最后一名数值相等者算在线内。")
            if decision.ties == "up"
            else Text(
                "Those equal to the last one inside are all out, where they do not all fit.",
                "与线内最后一名数值相等者若容纳不下，则均在线外。",
            )
        )
        if any(line.share is not None for line in decision.lines):
            said.append(Text("{r}.", "{r}。").filled(r=_capital(_ROUNDINGS[decision.rounding])))
    if isinstance(decision, Categories):
        said.append(
            Text("The grade is {m} itself.", "等级即{m}本身。").filled(
                m=in_words(decision.of, names)
            )
        )
    return tuple(said)


def rule_effect_in_words(scheme: Scheme, rule: Rule, reasons: Mapping[str, Text]) -> Text:
    """Return what a rule does where it holds: `at most B`."""
    if rule.no_grade is not None:
        return Text("no grade ({r})", "不评级（{r}）").filled(r=reasons[rule.no_grade])
    if rule.grade is not None:
        return Text("gives {g}", "直接定为{g}").filled(g=grade_name(scheme, rule.grade))
    if rule.at_most is not None:
        return Text("allows at most {g}", "最高为{g}").filled(g=grade_name(scheme, rule.at_most))
    return Text("gives at least {g}", "最低为{g}").filled(g=grade_name(scheme, str(rule.at_least)))


def grade_name(scheme: Scheme, grade: str) -> Text:
    """Return the name of a grade; of open classes the class itself.

    A class that is a public code of an industry is called by the code and its name.
    """
    found = scheme.grade(grade)
    if found is not None:
        return found.name
    named = industry_division(grade) or industry_section(grade)
    if named is None or not _is_industry(scheme):
        return Text.same(grade)
    return Text("{c} {n}", "{c} {n}").filled(c=grade, n=named)


def _is_industry(scheme: Scheme) -> bool:
    """Return whether the classes of a scheme are the industries that customers have."""
    decision = scheme.decision
    return isinstance(decision, Categories) and names_in(decision.of) in (
        ("industry",),
        ("customers.industry",),
    )


def for_grade(values: Mapping[str | None, Value], grade: str) -> Value | None:
    """Return what stands for a grade, or for every other grade, or None."""
    return values.get(grade, values.get(None))


def _capital(text: Text) -> Text:
    return Text(text.en[:1].upper() + text.en[1:], text.zh)
