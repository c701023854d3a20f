"""The two files that a run reports itself in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.exceptions import FileCreateError

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.reports.build import build_report
from kefen.reports.excel import write_excel
from kefen.reports.html import write_html
from kefen.reports.kept_tables import write_kept_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.grading.outcome_words import GradeInWords
    from kefen.grading.run import GradedRun
    from kefen.lake.quality import QualityReport
    from kefen.reports.model import Report
    from kefen.reports.moves_since import MovesSince
    from kefen.reports.previous import PreviousRun

WORKBOOK = "report.xlsx"
PAGE = "report.html"


def write_reports(
    run: GradedRun,
    directory: Path,
    language: Language,
    *,
    customer: str | None = None,
    quality: QualityReport | None = None,
    why: Mapping[str, GradeInWords] | None = None,
    previous: PreviousRun | None = None,
    moves: MovesSince | None = None,
    evaluation: Evaluation | None = None,
) -> Report:
    """Write `report.xlsx`, `report.html` and `tables.json`, and return what they say.

    Args:
        run: The graded run.
        directory: An existing directory; files of these names are replaced.
        language: The language of both files.
        customer: The id of a customer whose card is added.
        quality: The quality report; without it only what reading found is shown.
        why: For the customer's card: why it has the grade of each scheme, in words.
        previous: An earlier run, whose counts table 1 compares with.
        moves: The moves since an earlier run.
        evaluation: How an earlier run did, or None.

    Raises:
        CallError: The run has no such customer, or the earlier run is not earlier.
        ReconciliationError: A table does not add up.
        EngineError: A file cannot be written.
    """
    report = build_report(
        run,
        customer=customer,
        quality=quality,
        why=why,
        previous=previous,
        moves=moves,
        evaluation=evaluation,
    )
    try:
        write_excel(report, directory / WORKBOOK, language)
        write_html(report, directory / PAGE, language)
        write_kept_tables(report, directory)
    except (OSError, FileCreateError) as error:
        raise EngineError(
            Text("The report could not be written: {e}", "报告无法写入：{e}").filled(e=error),
            mend=Text(
                "Close the workbook if it is open, and check that the disk is not full.",
                "如果工作簿正在打开，请先关闭；并检查磁盘是否已满。",
            ),
            where=str(directory),
        ) from error
    return report
