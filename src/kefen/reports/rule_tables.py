"""What the rules of a scheme did: for how many they held, what they changed, who has no grade."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.reports.arithmetic import share
from kefen.reports.generated import scheme_sources
from kefen.reports.tables import Column, Flow, GradeMark, PartsEqualTotal, Row, Table
from kefen.standards.decision_words import names_of_scheme, rule_effect_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.reports.distribution import ClassCount
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme

MOVES_SHOWN = 50


def rule_tables(people: Population, scheme: Scheme) -> Iterator[Table]:
    """Yield the table of a scheme's rules and, where they changed any, from which grade to which.

    Args:
        people: The run's customers.
        scheme: A scheme with rules.
    """
    yield _held_table(people, scheme)
    moves = people.rows(
        """
        SELECT rule, before, after, sum(customers)::BIGINT AS customers FROM report_rules
        WHERE scheme = ? AND before IS DISTINCT FROM after
        GROUP BY rule, before, after ORDER BY customers DESC, before, after""",
        [scheme.id],
    )
    if moves:
        yield _moves_table(people, scheme, moves)


def _held_table(people: Population, scheme: Scheme) -> Table:
    names = names_of_scheme(people.run.standard, scheme)
    held: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for rule, passed_over, moved, customers in people.rows(
        """
        SELECT rule, passed_over, before IS DISTINCT FROM after AS moved, sum(customers)::BIGINT
        FROM report_rules WHERE scheme = ? GROUP BY rule, passed_over, moved""",
        [scheme.id],
    ):
        held[rule] += customers
        changed[rule] += customers if moved else 0
        passed[rule] += customers if passed_over else 0
    columns = (
        Column("rule", Text("Rule", "规则")),
        Column("when", Text("Where", "条件")),
        Column("effect", Text("What it does", "作用")),
        Column("held", Text("Held for", "成立户数"), "number"),
        Column("held_share", Text("Customers %", "客户占比"), "percent", bar=True),
        Column("changed", Text("Changed the grade", "改变等级"), "number"),
        Column("unchanged", Text("Changed nothing", "等级不变"), "number"),
        Column("passed_over", Text("An earlier rule decided", "前面的规则已定级"), "number"),
    )
    rows = tuple(
        Row(
            (
                rule.name,
                in_words(rule.when, names),
                rule_effect_in_words(scheme, rule, people.run.standard.reasons),
                held[rule.id],
                share(held[rule.id], people.totals.customers),
                changed[rule.id],
                held[rule.id] - changed[rule.id] - passed[rule.id],
                passed[rule.id],
            )
        )
        for rule in scheme.rules
    )
    return Table(
        f"rules_{scheme.id}",
        Text("Rules of {scheme}", "{scheme}的规则").filled(scheme=scheme.name),
        columns,
        rows,
        note=Text(
            "Rules are applied from the top down, each to the grade that the one before it left;"
            " several may hold for one customer. The share is of all customers.",
            "规则自上而下逐条应用，各自作用于前一条留下的等级；同一客户可有多条成立。"
            "占比以全部客户为基数。",
        ),
        reconciliation=(Flow("changed", ("unchanged", "passed_over"), (), "held"),),
        draws_on=scheme_sources(people.run.standard, scheme),
    )


def _moves_table(
    people: Population,
    scheme: Scheme,
    moves: Sequence[tuple[str, str | None, str | None, int]],
) -> Table:
    order = {rule.id: place for place, rule in enumerate(scheme.rules)}
    names = {rule.id: rule.name for rule in scheme.rules}
    shown = sorted(moves[:MOVES_SHOWN], key=lambda move: order[move[0]])
    rows = [
        Row((names[rule], _mark(people, scheme, before), _mark(people, scheme, after), customers))
        for rule, before, after, customers in shown
    ]
    rest = moves[MOVES_SHOWN:]
    if rest:
        further = Text("{n} further {n:change|changes}", "其余 {n} 种变化").filled(n=len(rest))
        rows.append(Row((further, None, None, sum(customers for *_, customers in rest))))
    total = sum(customers for *_, customers in moves)
    return Table(
        f"moves_{scheme.id}",
        Text("Grades that rules of {scheme} changed", "{scheme}中由规则改变的等级").filled(
            scheme=scheme.name
        ),
        (
            Column("rule", Text("Rule", "规则")),
            Column("before", Text("From", "原等级"), "grade"),
            Column("after", Text("To", "现等级"), "grade"),
            Column("customers", Text("Customers", "客户数"), "number"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), None, None, total)),
        note=Text(
            "A customer whose grade several rules changed is counted with each of them.",
            "等级被多条规则改变的客户，在每条规则中各计一次。",
        ),
        reconciliation=(PartsEqualTotal(("customers",)),),
        draws_on=scheme_sources(people.run.standard, scheme),
    )


def _mark(people: Population, scheme: Scheme, code: str | None) -> GradeMark:
    """Return a grade on the way; codes that stand for no grade are shown as their reason."""
    if code is None:
        return GradeMark("", Text("No grade", "无等级"))
    grade = scheme.grade(code)
    if grade is not None and grade.reason is not None:
        return people.mark(scheme, None, grade.reason)
    return people.mark(scheme, code, None)


def no_grade_table(
    people: Population, scheme: Scheme, counts: Sequence[ClassCount]
) -> Table | None:
    """Return how many customers have no grade, by the reason and by what gave it.

    Args:
        people: The run's customers.
        scheme: The scheme.
        counts: Its classes and the reasons of those without one.

    Returns:
        The table; None where every customer has a grade.
    """
    reasons = people.rows(
        """
        SELECT reason, count(*) AS customers FROM report_grades
        WHERE scheme = ? AND grade IS NULL GROUP BY reason ORDER BY customers DESC, reason""",
        [scheme.id],
    )
    if not reasons:
        return None
    by_rule = dict(
        people.rows(
            """
            SELECT rule, sum(customers)::BIGINT FROM report_rules
            WHERE scheme = ? AND NOT passed_over GROUP BY rule""",
            [scheme.id],
        )
    )
    rows: list[tuple[GradeMark, Text | None, int]] = []
    for reason, customers in reasons:
        left = customers
        for rule in scheme.rules:
            taken = by_rule.get(rule.id, 0) if rule.no_grade == reason else 0
            if taken:
                left -= taken
                rows.append((people.mark(scheme, None, reason), rule.name, taken))
        if left:
            rows.append((people.mark(scheme, None, reason), None, left))
    without = sum(count.customers for count in counts if not count.graded)
    return Table(
        f"no_grade_{scheme.id}",
        Text("Customers without a grade in {scheme}", "{scheme}中未评级的客户").filled(
            scheme=scheme.name
        ),
        (
            Column("reason", Text("Reason", "原因"), "grade"),
            Column("rule", Text("By the rule", "所依规则")),
            Column("customers", Text("Customers", "客户数"), "number"),
            Column("customers_share", Text("Customers %", "客户占比"), "percent", bar=True),
        ),
        tuple(
            Row((mark, rule, customers, share(customers, people.totals.customers)))
            for mark, rule, customers in rows
        ),
        Row(
            (
                Text("Total", "合计"),
                None,
                without,
                share(without, people.totals.customers),
            )
        ),
        note=Text("The share is of all customers.", "占比以全部客户为基数。"),
        reconciliation=(PartsEqualTotal(("customers",)),),
        draws_on=scheme_sources(people.run.standard, scheme),
    )
