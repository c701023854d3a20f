"""A run becomes a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.ageing import ageing_section
from kefen.reports.analyses import analyses_section
from kefen.reports.cards import card_section
from kefen.reports.clusters import clusters_section
from kefen.reports.common_traits import common_section
from kefen.reports.concentration import concentration_section, measure_concentration
from kefen.reports.credit import credit_section
from kefen.reports.crossing import crossed
from kefen.reports.customer_list import customers_section
from kefen.reports.distribution import count_classes, distribution_section
from kefen.reports.evaluation_accuracy import told_in_report
from kefen.reports.findings import not_run_section, quality_section
from kefen.reports.follow_ups import follow_ups_section
from kefen.reports.generated import generated_label, labelled
from kefen.reports.grades_held import grades_held_section
from kefen.reports.model import Meta, Report
from kefen.reports.movements import movements_section
from kefen.reports.moves import moves_section
from kefen.reports.population import population
from kefen.reports.portraits import portraits_section, portrayed_schemes
from kefen.reports.reconciliation import reconcile
from kefen.reports.regions import region_section
from kefen.reports.reviews import reviews_section
from kefen.reports.segments import segments_section
from kefen.reports.standard_words import standard_section
from kefen.reports.summary import leading_scheme, summary_section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.grading.outcome_words import GradeInWords
    from kefen.grading.run import GradedRun
    from kefen.lake.quality import QualityReport
    from kefen.reports.model import Section
    from kefen.reports.moves_since import MovesSince
    from kefen.reports.population import Population
    from kefen.reports.previous import PreviousRun


def build_report(
    run: GradedRun,
    *,
    customer: str | None = None,
    quality: QualityReport | None = None,
    why: Mapping[str, GradeInWords] | None = None,
    previous: PreviousRun | None = None,
    moves: MovesSince | None = None,
    evaluation: Evaluation | None = None,
) -> Report:
    """Return the report of a run, in both languages.

    Args:
        run: The graded run.
        customer: The id of a customer whose card is added.
        quality: The quality report; without it only what reading found is shown.
        why: For the customer's card: why it has the grade of each scheme, in words.
        previous: An earlier run, whose counts table 1 compares with.
        moves: The moves since an earlier run.
        evaluation: How an earlier run did, or None.

    Raises:
        CallError: The run has no such customer, or the earlier run is not earlier.
        ReconciliationError: A table does not add up.
    """
    if previous is not None:
        previous.require_before(run.as_of)
    with population(run) as people:
        report = Report(
            Text("Customer grading report", "客户分级报告"),
            _meta(people),
            _sections(people, customer, quality, why, previous, moves, evaluation),
        )
    for table in report.tables():
        reconcile(table)
    return report


def _sections(
    people: Population,
    customer: str | None,
    quality: QualityReport | None,
    why: Mapping[str, GradeInWords] | None,
    previous: PreviousRun | None,
    moves: MovesSince | None,
    evaluation: Evaluation | None,
) -> tuple[Section, ...]:
    run = people.run
    found = measure_concentration(people)
    counts = count_classes(people, previous)
    leading = leading_scheme(people)
    with crossed(people, leading) as bases:
        analyses = analyses_section(people, bases)
        segments = segments_section(people, bases)
    sections = (
        summary_section(people, found, counts),
        None if customer is None else card_section(people, customer, why),
        concentration_section(people, found),
        distribution_section(people, counts, previous),
        common_section(people),
        clusters_section(people),
        portraits_section(people, portrayed_schemes(people, leading)),
        follow_ups_section(people, counts),
        region_section(people, leading),
        movements_section(people, leading),
        moves_section(people, moves, leading),
        None if evaluation is None else told_in_report(evaluation),
        grades_held_section(people),
        reviews_section(people),
        credit_section(people, customer, why),
        ageing_section(people, customer),
        analyses,
        segments,
        quality_section(run.dataset.findings, quality),
        not_run_section(people),
        standard_section(run.standard),
        customers_section(people),
    )
    return tuple(
        labelled(section, run.dataset.generated) for section in sections if section is not None
    )


def _meta(people: Population) -> Meta:
    run = people.run
    return Meta(
        standard=Text("{name}, version {version}", "{name}（第 {version} 版）").filled(
            name=run.standard.name, version=run.standard.version
        ),
        as_of=run.as_of,
        window=people.window,
        currency=people.currency,
        generated=generated_label(run.dataset.generated),
        fingerprint=run.standard.fingerprint,
        notice=run.standard.notice,
    )
