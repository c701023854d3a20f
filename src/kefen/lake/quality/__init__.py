"""The quality report: is the data whole, scientific, comparable and continuous?"""

from kefen.lake.quality.assessment import assess_quality
from kefen.lake.quality.catalogue import FINDING_KINDS
from kefen.lake.quality.report import (
    ColumnCompleteness,
    MonthActivity,
    QualityReport,
    TableQuality,
    Verdict,
    verdicts,
)

__all__ = [
    "FINDING_KINDS",
    "ColumnCompleteness",
    "MonthActivity",
    "QualityReport",
    "TableQuality",
    "Verdict",
    "assess_quality",
    "verdicts",
]
