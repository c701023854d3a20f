"""What differs between two standards, in sentences: their meaning is compared, not their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.calibration_policy import POLICY_KEY, policy_in_words
from kefen.standards.changes import Change, from_to, named_changes, worded
from kefen.standards.decision_words import percent
from kefen.standards.editions import span_in_words
from kefen.standards.metric_words import metric_in_words, window_in_words
from kefen.standards.modelling.words import model_in_words
from kefen.standards.ownership import OWNERSHIP_KEY, ownership_in_words
from kefen.standards.scheme_difference import SchemeDifference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.standards.model import Metric, Standard


def differences(old: Standard, new: Standard) -> tuple[Change, ...]:
    """Return what differs between two standards, in the order of the document."""
    return tuple(_Difference(old, new).changes())


class _Difference:
    """Two standards, and what the names of either are called: by the new one where it has them."""

    def __init__(self, old: Standard, new: Standard) -> None:
        self.old = old
        self.new = new

    def changes(self) -> Iterator[Change]:
        yield from self._document()
        yield from named_changes(
            "reasons",
            Text("reason", "原因"),
            self.old.reasons,
            self.new.reasons,
            name=lambda wording: wording,
            words=lambda code: Text("", ""),
        )
        names = {metric.id: metric.name for metric in self.old.metrics.values()}
        names |= {metric.id: metric.name for metric in self.new.metrics.values()}
        yield from named_changes(
            "metrics",
            Text("metric", "指标"),
            self.old.metrics,
            self.new.metrics,
            name=lambda metric: metric.name,
            words=lambda metric: _metric(metric, names),
        )
        yield from named_changes(
            "models",
            Text("model", "模型"),
            self.old.models,
            self.new.models,
            name=lambda model: model.name,
            words=lambda model: model_in_words(model, names),
        )
        yield from named_changes(
            "schemes",
            Text("scheme", "方案"),
            self.old.schemes,
            self.new.schemes,
            name=lambda scheme: scheme.name,
            words=lambda scheme: scheme.question,
            within=lambda old, new: SchemeDifference((self.old, self.new), old, new).changes(),
        )
        yield from named_changes(
            "alerts",
            Text("alert", "预警"),
            self.old.alerts,
            self.new.alerts,
            name=lambda alert: alert.name,
            words=lambda alert: alert.advice,
        )

    def _document(self) -> Iterator[Change]:
        old, new = self.old, self.new
        before, after = old.constants, new.constants
        yield from worded("name", Text("The standard", "标准"), old.name, new.name)
        for part, what, was, now in (
            ("standard", Text("Code", "代码"), Text.same(old.id), Text.same(new.id)),
            (
                "version",
                Text("Version", "版本"),
                Text.same(str(old.version)),
                Text.same(str(new.version)),
            ),
            ("valid_from", Text("In force", "有效期"), span_in_words(old), span_in_words(new)),
            (
                "window",
                Text("Window", "窗口"),
                window_in_words(before.window),
                window_in_words(after.window),
            ),
            (
                POLICY_KEY,
                Text("Calibrated", "标定方式"),
                policy_in_words(old.calibration),
                policy_in_words(new.calibration),
            ),
            (OWNERSHIP_KEY, Text("Ownership", "客户归属"), _ownership(old), _ownership(new)),
            (
                "confidence",
                Text("Confidence is low below (customers graded)", "置信度低的参评客户数界限"),
                Text.same(str(before.small_population)),
                Text.same(str(after.small_population)),
            ),
            (
                "confidence",
                Text("Confidence is low below (months covered)", "置信度低的月份覆盖界限"),
                Text.same(percent(before.coverage)),
                Text.same(percent(after.coverage)),
            ),
        ):
            yield from from_to(part, what, was, now)
        if old.description != new.description:
            yield Change(
                "worded", "description", Text("The description is reworded.", "说明文字有改动。")
            )
        if old.notice != new.notice:
            yield Change("worded", "notice", Text("The notice is reworded.", "声明文字有改动。"))


def _ownership(standard: Standard) -> Text:
    rules = standard.ownership
    scheme = standard.schemes.get(rules.by) if rules is not None else None
    names = {one.id: one.name for one in scheme.grades} if scheme is not None else {}
    return ownership_in_words(rules, names)


def _metric(metric: Metric, names: Mapping[str, Text]) -> Text:
    words = metric_in_words(metric, names)
    if words.window is None:
        return words.formula
    return Text("{f}; {w}", "{f}；{w}").filled(f=words.formula, w=words.window)
