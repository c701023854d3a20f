"""Rules that can never change a grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import Literal
from kefen.standards.checks.conditions import always_holds

if TYPE_CHECKING:
    from kefen.standards.checks.domains import Domains
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Places
    from kefen.standards.model import Scheme


def check_rules(findings: Findings, scheme: Scheme, domains: Domains, places: Places) -> None:
    """Find rules that come too late, or whose limit is no limit."""
    order = [grade.id for grade in scheme.grades if grade.reason is None]
    ended_by: str | None = None
    for rule in scheme.rules:
        path = ("schemes", scheme.id, "rules", rule.id)
        if ended_by is not None:
            findings.warning(
                places.of(*path),
                Text(
                    "the rule “{r}” changes nothing: “{b}” before it ends the rules for everybody",
                    "规则“{r}”不起作用：其前的“{b}”已对所有人终止",
                ).filled(r=rule.id, b=ended_by),
                Text("Move it before “{b}”, or remove it.", "请移到“{b}”之前，或删除。").filled(
                    b=ended_by
                ),
            )
            continue
        if order and rule.at_most == order[0]:
            findings.warning(
                places.of(*path, "at_most"),
                Text(
                    "the rule “{r}” changes nothing: no grade is above “{g}”",
                    "规则“{r}”不起作用：没有高于“{g}”的等级",
                ).filled(r=rule.id, g=rule.at_most),
                Text("Name a lower grade, or remove the rule.", "请改为较低的等级，或删除该规则。"),
            )
        if order and rule.at_least == order[-1]:
            findings.warning(
                places.of(*path, "at_least"),
                Text(
                    "the rule “{r}” changes nothing: no grade is below “{g}”",
                    "规则“{r}”不起作用：没有低于“{g}”的等级",
                ).filled(r=rule.id, g=rule.at_least),
                Text(
                    "Name a higher grade, or remove the rule.", "请改为较高的等级，或删除该规则。"
                ),
            )
        for_all = always_holds(rule.when, domains) and isinstance(rule.when, Literal)
        if for_all and (rule.grade is not None or rule.no_grade is not None):
            ended_by = rule.id
