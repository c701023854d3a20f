"""The sentence of an explanation, and the lines or conditions of each grade, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.compiler.plan import part
from kefen.domain.decimals import rounded
from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import names_in
from kefen.expressions.wording import in_words
from kefen.grading.wording import metric_in_words, plain_number, points_in_words
from kefen.standards.model import Categories, Conditions, CutOffs, Grid, ShareOfTotal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.expressions.tree import Expression, Value
    from kefen.grading.explain import Line
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Scheme, Standard


@dataclass(frozen=True, slots=True)
class Threshold:
    """One grade's line or condition.

    Attributes:
        grade: The grade's code.
        name: Its name.
        rule: The line or condition in words.
        line: The number to reach, where there is one.
        met: Whether this customer meets it (None: not graded).
    """

    grade: str
    name: Text
    rule: Text
    line: Decimal | None
    met: bool | None


class Names:
    """What the names in a standard's expressions are called."""

    def __init__(self, standard: Standard, currency: str | None) -> None:
        self.currency = currency
        self._standard = standard
        self.words: dict[str, Text] = {
            scheme.id: Text(f"grade under {scheme.name.en}", f"{scheme.name.zh}的等级")
            for scheme in standard.schemes.values()
        }
        self.words |= {metric.id: metric.name for metric in standard.metrics.values()}
        for scheme in standard.schemes.values():
            for learned in scheme.learns:
                self.words[learned.id] = learned.name

    def of(self, tree: Expression) -> Text:
        """Return an expression in words."""
        return in_words(tree, self.words)

    def value(self, tree: Expression, value: Value) -> Text:
        """Return the value of an expression in words, by the unit of what it names."""
        names = names_in(tree)
        metric = self._standard.metrics.get(names[0]) if len(names) == 1 else None
        return metric_in_words(value, metric.unit if metric else "count", self.currency)

    def value_of(self, name: str, value: Value) -> Text:
        """Return the value of a named metric or scheme in words."""
        metric = self._standard.metrics.get(name)
        if metric is not None:
            return metric_in_words(value, metric.unit, self.currency)
        scheme = self._standard.schemes.get(name)
        if scheme is not None and value is not None:
            return _grade_name(scheme, str(value))
        return metric_in_words(value, "text")


def thresholds(
    run: StoredRun, scheme: Scheme, values: Mapping[str, Value], names: Names
) -> tuple[Threshold, ...]:
    """Return each grade's line or condition, in the order in which they are tried."""
    decision = scheme.decision
    eligible = values[part(scheme.id, "eligible")] is True
    if isinstance(decision, Conditions):
        return tuple(_conditions(run, scheme, decision, values, names, eligible=eligible))
    found: list[Threshold] = []
    if isinstance(decision, CutOffs):
        score = values.get(part(scheme.id, "raw_score"))
        for grade, line in decision.lines:
            rule = (
                Text("a score of at least {n}", "得分不低于 {n}").filled(n=plain_number(line))
                if line is not None
                else Text("the rest", "其余")
            )
            found.append(_line(scheme, grade, rule, line, score, eligible=eligible))
    elif isinstance(decision, ShareOfTotal):
        calibration = run.calibration.schemes[scheme.id]
        value = evaluation(decision.of)(values)
        for grade, share in decision.lines:
            line = calibration.smallest.get(grade)
            if share is None:
                rule = Text("the rest", "其余")
            elif line is None:
                rule = Text("nobody: the grade is empty", "该等级无客户")
            else:
                rule = Text(
                    "{m} of at least {n} (the smallest among the first {s} %)",
                    "{m}不低于 {n}（累计前 {s} % 中的最小值）",
                ).filled(
                    m=names.of(decision.of),
                    n=names.value(decision.of, line),
                    s=plain_number(Decimal((share * 100).numerator) / (share * 100).denominator),
                )
            empty = share is not None and line is None
            met = False if empty and eligible else None
            threshold = _line(scheme, grade, rule, line, value, eligible=eligible)
            found.append(
                Threshold(grade, threshold.name, rule, line, met if empty else threshold.met)
            )
    elif isinstance(decision, Grid):
        found.extend(_grid(scheme, decision, values, eligible=eligible))
    return tuple(found)


def _line(
    scheme: Scheme,
    grade: str,
    rule: Text,
    line: Decimal | None,
    value: Value,
    *,
    eligible: bool,
) -> Threshold:
    met: bool | None = None
    if eligible and isinstance(value, int | Decimal):
        met = True if line is None else value >= line
    return Threshold(
        grade, _grade_name(scheme, grade), rule, rounded(line) if line is not None else None, met
    )


def _conditions(
    run: StoredRun,
    scheme: Scheme,
    decision: Conditions,
    values: Mapping[str, Value],
    names: Names,
    *,
    eligible: bool,
) -> list[Threshold]:
    found = []
    learned = run.calibration.schemes.get(scheme.id)
    scope: dict[str, Value] = {**values, "as_of": run.as_of}
    scope |= {
        name: values.get(part(name, "grade"))
        for name in run.standard.schemes
        if name not in run.standard.metrics
    }
    scope |= {f"{n}.score": values.get(part(n, "score")) for n in run.standard.schemes}
    scope |= dict(learned.learned) if learned else {}
    for grade, condition in decision.lines:
        if condition is None:
            rule, met = Text("none of the above", "以上均不成立"), True
        else:
            rule = names.of(condition)
            met = evaluation(condition)(scope) is True
            facts = _facts(condition, scope, names)
            if facts is not None:
                rule = Text("{r} ({f})", "{r}（{f}）").filled(r=rule, f=facts)
        found.append(
            Threshold(grade, _grade_name(scheme, grade), rule, None, met if eligible else None)
        )
    return found


def _facts(condition: Expression, scope: Mapping[str, Value], names: Names) -> Text | None:
    """Return the values behind a condition: `Purchases 3, ...`."""
    parts = []
    for name in names_in(condition):
        if name == "as_of" or name not in names.words:
            continue
        value = scope.get(name)
        metric_words = names.value_of(name, value)
        parts.append(
            Text(
                f"{names.words[name].en}: {metric_words.en}",
                f"{names.words[name].zh}：{metric_words.zh}",
            )
        )
    if not parts:
        return None
    return Text("; ".join(t.en for t in parts), "；".join(t.zh for t in parts))


def _grid(
    scheme: Scheme, decision: Grid, values: Mapping[str, Value], *, eligible: bool
) -> list[Threshold]:
    found = []
    grade_now = values.get(part(scheme.id, "grade"))
    for grade in scheme.grades:
        cells = sorted(cell for cell, owner in decision.cells.items() if owner == grade.id)
        words = ", ".join(f"{r}-{c}" for r, c in cells)
        rule = Text(
            f"{decision.rows}-{decision.columns} in {words}",
            f"{decision.rows}-{decision.columns} 属于 {words}",
        )
        met = grade.id == grade_now if eligible else None
        found.append(Threshold(grade.id, grade.name, rule, None, met))
    return found


def _grade_name(scheme: Scheme, grade: str) -> Text:
    found = scheme.grade(grade)
    return found.name if found is not None else Text.same(grade)


def sentence(
    scheme: Scheme,
    values: Mapping[str, Value],
    lines: Sequence[Line],
    rules: Sequence[Threshold],
    reason: Text | None,
    who: str,
    names: Names,
) -> Text:
    """Return why the customer has its grade, in a sentence of each language."""
    if reason is not None:
        return Text("{w} has no grade under {s}: {r}.", "{w} 在“{s}”下没有等级：{r}。").filled(
            w=who, s=scheme.name, r=reason
        )
    grade = str(values[part(scheme.id, "grade")])
    head = Text("{w} is {g}", "{w} 为{g}").filled(w=who, g=_grade_name(scheme, grade))
    decision = scheme.decision
    if isinstance(decision, CutOffs):
        tail = _by_score(scheme, values, lines, rules, grade, names)
    elif isinstance(decision, ShareOfTotal):
        tail = _by_share(values, rules, grade, decision, names)
    elif isinstance(decision, Grid):
        tail = _by_grid(lines)
    elif isinstance(decision, Conditions):
        met = next(rule for rule in rules if rule.met)
        tail = (
            Text("it meets the condition of no other grade.", "不满足其他等级的条件。")
            if dict(decision.lines)[met.grade] is None
            else Text("because {r}.", "因为{r}。").filled(r=met.rule)
        )
    else:
        assert isinstance(decision, Categories)  # noqa: S101  the last of the union
        tail = Text("that is its {m}.", "即其{m}。").filled(m=names.of(decision.of))
    return Text(f"{head.en}: {tail.en}", f"{head.zh}：{tail.zh}")


def _by_score(
    scheme: Scheme,
    values: Mapping[str, Value],
    lines: Sequence[Line],
    rules: Sequence[Threshold],
    grade: str,
    names: Names,
) -> Text:
    raw = values[part(scheme.id, "raw_score")]
    score = rounded(Decimal(raw)) if isinstance(raw, int | Decimal) else Decimal(0)
    if lines:
        shown = Text("{p} points", "{p} 分").filled(p=points_in_words(score))
    else:
        of = scheme.score
        shown = (
            Text("{m} {v}", "{m} {v}").filled(m=names.of(of), v=names.value(of, raw))
            if of is not None
            else Text.same(points_in_words(score))
        )
    index = next(i for i, rule in enumerate(rules) if rule.grade == grade)
    own, better = rules[index], rules[index - 1] if index else None
    parts = [shown]
    if own.line is not None:
        parts.append(
            Text("{d} above the line of {l}", "高于 {l} 的线 {d}").filled(
                d=plain_number(score - own.line), l=plain_number(own.line)
            )
            if score > own.line
            else Text("exactly on the line of {l}", "正好在 {l} 的线上").filled(
                l=plain_number(own.line)
            )
        )
    if better is not None and better.line is not None:
        parts.append(
            Text("{d} short of {g} at {l}", "距{g}的 {l} 差 {d}").filled(
                d=plain_number(better.line - score), g=better.name, l=plain_number(better.line)
            )
        )
    words = Text(", ".join(t.en for t in parts) + ".", "，".join(t.zh for t in parts) + "。")
    known = [line for line in lines if line.points is not None and line.at_best]
    if len(known) < 2:
        return words
    best = max(known, key=lambda line: line.points or Decimal(0))
    costliest = max(known, key=lambda line: (line.at_best or 0) - (line.points or 0))
    further = Text(" {b} gives most: {p} of {m}.", "{b}得分最多：{p}/{m}。").filled(
        b=best.name, p=plain_number(best.points or 0), m=plain_number(best.at_best or 0)
    )
    if costliest is not best:
        loss = Text(" {c} costs most: {p} of {m}.", "{c}失分最多：{p}/{m}。").filled(
            c=costliest.name,
            p=plain_number(costliest.points or 0),
            m=plain_number(costliest.at_best or 0),
        )
        further = Text(further.en + loss.en, further.zh + loss.zh)
    return Text(words.en + further.en, words.zh + further.zh)


def _by_share(
    values: Mapping[str, Value],
    rules: Sequence[Threshold],
    grade: str,
    decision: ShareOfTotal,
    names: Names,
) -> Text:
    value = evaluation(decision.of)(values)
    index = next(i for i, rule in enumerate(rules) if rule.grade == grade)
    own = rules[index]
    better = next((rule for rule in reversed(rules[:index]) if rule.line is not None), None)
    parts = [
        Text("its {m} of {v}", "其{m} {v}").filled(
            m=_lowered(names.of(decision.of)), v=names.value(decision.of, value)
        )
    ]
    if own.line is not None:
        parts.append(
            Text("reaches {l}, the smallest of that grade", "达到该等级的最小值 {l}").filled(
                l=names.value(decision.of, own.line)
            )
        )
    if better is not None and better.line is not None and isinstance(value, int | Decimal):
        parts.append(
            Text("{d} short of {g} at {l}", "距{g}的 {l} 差 {d}").filled(
                d=names.value(decision.of, better.line - value),
                g=better.name,
                l=names.value(decision.of, better.line),
            )
        )
    joined = (
        parts[0]
        if len(parts) == 1
        else Text(
            parts[0].en + " " + ", ".join(t.en for t in parts[1:]),
            "，".join(t.zh for t in parts),
        )
    )
    return Text(joined.en + ".", joined.zh + "。")


def _by_grid(lines: Sequence[Line]) -> Text:
    parts = [
        Text("{n} {p} of {m} ({v})", "{n} {p}/{m}（{v}）").filled(
            n=line.name,
            p=plain_number(line.points or 0),
            m=plain_number(line.at_best or 0),
            v=line.value_words,
        )
        for line in lines
    ]
    return Text(", ".join(t.en for t in parts) + ".", "，".join(t.zh for t in parts) + "。")


def _lowered(text: Text) -> Text:
    return Text(text.en[:1].lower() + text.en[1:], text.zh)
