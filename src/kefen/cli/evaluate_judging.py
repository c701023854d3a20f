"""The runs that `kefen evaluate` judges: one in full, the others by their accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.cli.language import current_language
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from kefen.grading.evaluation.accuracy import SchemeAccuracy
    from kefen.grading.evaluation.evaluate import Asked, Evaluation
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset

_JUDGING = Text("Judging {d}", "检验 {d} 的评级")
_SHOWN = {
    "months_judged": ("as_of", "customers", "share", "captured", "interval", "naive", "verdict"),
    "class_results": (
        "grade",
        "customers",
        "share",
        "value",
        "value_share",
        "captured",
        "bought",
        "interval",
        "lost",
    ),
    "orders_compared": (
        "order",
        "captured",
        "captured_interval",
        "verdict",
        "area",
        "area_verdict",
    ),
    "schemes_judged": ("scheme", "customers", "best", "share", "captured", "brings", "verdict"),
}
"""The tables that a terminal shows, and their columns; `--out` writes all of them."""


class Judged:
    """What came of it: the last run in full, and the accuracy of each month."""

    def __init__(
        self,
        full: Evaluation,
        months: Sequence[tuple[date, SchemeAccuracy | Text]],
        *,
        every: bool,
    ) -> None:
        self.full = full
        self.months = months
        self.every = every

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        said = self.full.as_dict()
        if self.every:
            said["months"] = [
                {"as_of": day.isoformat(), "why_not": one.as_dict()}
                if isinstance(one, Text)
                else {"as_of": day.isoformat(), "accuracy": one.as_dict()}
                for day, one in self.months
            ]
        return said

    def show(self) -> None:
        """Print what it comes to and its main tables; the files say all."""
        from kefen.cli.sections import print_brief, print_section
        from kefen.reports.evaluation import summary_section
        from kefen.reports.evaluation_accuracy import accuracy_section
        from kefen.reports.evaluation_months import months_section

        if self.every:
            print_brief(months_section(self.full, self.months), _SHOWN, sentences=True)
        print_section(summary_section(self.full))
        print_brief(accuracy_section(self.full), _SHOWN)

    def write(self, out: Path, *, overwrite: bool) -> None:
        """Write it to a folder: for machines, for a browser, and as a workbook."""
        from kefen.grading.outputs import EVALUATION_FILE, output_directory, write_json
        from kefen.reports.evaluation_report import write_evaluation

        with output_directory(out, overwrite=overwrite) as partial:
            write_json(partial / EVALUATION_FILE, self.as_dict())
            write_evaluation(
                self.full,
                self.months if self.every else (),
                partial,
                current_language(),
            )


class Judging:
    """The runs of a call held against the data of today."""

    def __init__(
        self,
        dataset: Dataset,
        runs: Sequence[StoredRun],
        asked: Asked,
        complete_until: date | None,
        begin: Any,
        *,
        latest: StoredRun,
    ) -> None:
        from kefen.grading.evaluation.following import data_end

        self.dataset = dataset
        self.runs = runs
        self.asked = asked
        self.known_until = data_end(dataset, complete_until)
        self.begin = begin
        self.latest = latest

    def run(self, *, every: bool, named: bool) -> Judged:
        """Judge the run that is named, else the latest one whose following period is over."""
        from kefen.grading.evaluation.evaluate import accuracy_alone, evaluate, scheme_called
        from kefen.grading.evaluation.following import Period, not_covered, require_covered

        over = [
            one
            for one in self.runs
            if not_covered(Period(one.as_of, self.asked.months), self.known_until) is None
        ]
        if not over or (named and self.runs[-1] not in over):
            require_covered(Period(self.runs[-1].as_of, self.asked.months), self.known_until)
        judged = over[-1]
        self.begin(_JUDGING.filled(d=judged.as_of.isoformat()))
        full = evaluate(judged, self.dataset, self.known_until, self.asked, self.latest)
        months: list[tuple[date, SchemeAccuracy | Text]] = []
        wanted = None if full.scheme is None else full.scheme.id
        for one in self.runs if every and wanted is not None else ():
            why = not_covered(Period(one.as_of, self.asked.months), self.known_until)
            if why is not None:
                months.append((one.as_of, why))
                continue
            if wanted not in one.running:
                months.append((one.as_of, Text("the scheme was not run", "未运行该方案")))
                continue
            if one is judged and wanted is not None:
                months.append((one.as_of, full.accuracies[wanted]))
                continue
            self.begin(_JUDGING.filled(d=one.as_of.isoformat()))
            scheme = scheme_called(one, str(wanted))
            found = accuracy_alone(
                one, self.dataset, self.known_until, self.asked.months, [scheme.id]
            )
            months.append((one.as_of, found[scheme.id]))
        return Judged(full, months, every=every)
