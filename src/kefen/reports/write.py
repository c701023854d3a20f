"""The two files that a run reports itself in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.reports.build import build_report
from kefen.reports.excel import write_excel
from kefen.reports.html import write_html

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.domain.text import Language, Text
    from kefen.grading.run import GradedRun
    from kefen.lake.quality import QualityReport
    from kefen.reports.model import Report

WORKBOOK = "report.xlsx"
PAGE = "report.html"


def write_reports(
    run: GradedRun,
    directory: Path,
    language: Language,
    *,
    customer: str | None = None,
    quality: QualityReport | None = None,
    why: Mapping[str, Text] | None = None,
) -> Report:
    """Write `report.xlsx` and `report.html` and return what they say.

    Args:
        run: The graded run.
        directory: An existing directory; files of these names are replaced.
        language: The language of both files.
        customer: The id of a customer whose card is added.
        quality: The quality report; without it only what reading found is shown.
        why: For the customer's card: a sentence for each scheme that explains the grade.

    Raises:
        CallError: The run has no such customer.
        ReconciliationError: A table does not add up.
    """
    report = build_report(run, customer=customer, quality=quality, why=why)
    write_excel(report, directory / WORKBOOK, language)
    write_html(report, directory / PAGE, language)
    return report
