"""An evaluation as a report of its own: one page and one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.exceptions import FileCreateError

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.reports.evaluation import evaluation_sections
from kefen.reports.evaluation_months import months_section
from kefen.reports.excel import write_excel
from kefen.reports.generated import generated_label
from kefen.reports.html import write_html
from kefen.reports.model import Meta, Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.grading.evaluation.accuracy import SchemeAccuracy
    from kefen.grading.evaluation.evaluate import Evaluation

WORKBOOK = "evaluation.xlsx"
PAGE = "evaluation.html"


def evaluation_report(
    found: Evaluation, months: Sequence[tuple[date, SchemeAccuracy | Text]]
) -> Report:
    """Return an evaluation as a report.

    Args:
        found: The evaluation.
        months: The accuracy of each month; empty where one run is judged.
    """
    first, *rest = evaluation_sections(found)
    own = (first, months_section(found, months), *rest) if months else (first, *rest)
    standard = found.standard
    return Report(
        Text("Evaluation of the grading", "评级检验报告"),
        Meta(
            standard=Text("{name}, version {version}", "{name}（第 {version} 版）").filled(
                name=standard.name, version=standard.version
            ),
            as_of=found.period.as_of,
            window=found.period.words,
            currency=Text.same(found.currency)
            if found.currency
            else Text("the data's currency", "数据的本币"),
            generated=generated_label(found.generated),
            fingerprint=standard.fingerprint,
            notice=standard.notice,
        ),
        own,
    )


def write_evaluation(
    found: Evaluation,
    months: Sequence[tuple[date, SchemeAccuracy | Text]],
    directory: Path,
    language: Language,
) -> None:
    """Write `evaluation.xlsx` and `evaluation.html`.

    Raises:
        EngineError: A file cannot be written.
    """
    report = evaluation_report(found, months)
    try:
        write_excel(report, directory / WORKBOOK, language)
        write_html(report, directory / PAGE, language)
    except (OSError, FileCreateError) as error:
        raise EngineError(
            Text("The report could not be written: {e}", "报告无法写入：{e}").filled(e=error),
            mend=Text(
                "Close the workbook if it is open, and check that the disk is not full.",
                "如果工作簿正在打开，请先关闭；并检查磁盘是否已满。",
            ),
            where=str(directory),
        ) from error
