"""What a standard asks of the data that a book does not have, and which schemes that stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.grading.population import (
    available_metrics,
    column_label,
    missing_columns,
    runnable_schemes,
)
from kefen.standards.model import ComputedMetric
from kefen.standards.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Metric, Standard


def findings_on_data(standard: Standard, dataset: Dataset) -> tuple[Problem, ...]:
    """Return the metrics that cannot be measured on a data cut, and the schemes not run for it.

    A metric that stops a scheme is a warning; one that only counts as unknown is a note. What is
    computed from metrics alone is not told again.

    Args:
        standard: The standard.
        dataset: The data cut.
    """
    available = available_metrics(dataset, standard)
    not_run = runnable_schemes(dataset, standard, available)[1]
    problems: list[Problem] = []
    for metric in standard.metrics.values():
        if metric.id in available or not _reads_data(standard, metric):
            continue
        missing = missing_columns(dataset, standard, metric.id)
        stopped = [scheme.scheme for scheme in not_run if missing & set(scheme.lacking)]
        what = Text(
            "“{m}” cannot be measured: not imported: {c}", "“{m}”无法计算：未导入 {c}"
        ).filled(m=metric.id, c=_listed(column_label(name) for name in sorted(missing)))
        if stopped:
            what = Text("{w}; not run for it: {s}", "{w}；因此不运行的方案：{s}").filled(
                w=what, s=", ".join(stopped)
            )
        mend = Text(
            "Import it, or say “if_unknown” where the metric is scored.",
            "请导入该数据，或在计分处写“if_unknown”。",
        )
        problems.append(Problem("warning" if stopped else "note", what, mend, metric.place))
    return tuple(problems)


def _reads_data(standard: Standard, metric: Metric) -> bool:
    """Return whether a metric names the data itself, and not other metrics alone."""
    if not isinstance(metric.definition, ComputedMetric):
        return True
    names = names_in(metric.definition.formula)
    return any("." in name and name not in standard.metrics for name in names)


def _listed(labels: Iterable[Text]) -> Text:
    texts = list(labels)
    return Text(", ".join(t.en for t in texts), "、".join(t.zh for t in texts))
