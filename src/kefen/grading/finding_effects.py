"""What findings about the data do to a standard of one's own.

The lake knows no standard: it words the effects of its findings for the default one. Under another
standard a finding says which of its schemes rest on the data that was found wanting, and findings
about tables that the standard never reads are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.compiler.needs import scheme_needs, schemes_named
from kefen.domain.text import Text
from kefen.lake.quality import FINDING_KINDS, QualityReport, verdicts
from kefen.standards.reader import DEFAULT, bundled_standard, bundled_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.lake.dataset import Finding
    from kefen.standards.model import Scheme, Standard

_ALWAYS = frozenset({"customers"})


def quality_under(report: QualityReport, standard: Standard) -> QualityReport:
    """Return a quality report whose findings speak of the schemes of a standard."""
    found = effects_under(report.findings, standard)
    return replace(report, findings=found, verdicts=verdicts(found))


def effects_under(findings: Iterable[Finding], standard: Standard) -> tuple[Finding, ...]:
    """Return findings with their effects on the schemes of a standard.

    Args:
        findings: Findings as the lake words them: for the default standard.
        standard: The standard that grades.

    Returns:
        The same findings for the default standard. For another: those about customers and about
        tables that one of its metrics reads, each naming the schemes that rest on its table, or,
        where it is about a column, on that column. A column that no scheme rests on is passed
        over, unless something is wrong with it.
    """
    if _is_the_default(standard):
        return tuple(findings)
    read = _ALWAYS.union(*(metric.tables for metric in standard.metrics.values()))
    found: list[Finding] = []
    for finding in findings:
        if finding.code not in FINDING_KINDS:
            found += [finding] if finding.table in read else []
            continue
        names = _resting(finding, standard)
        if names:
            found.append(replace(finding, effect=_effect(names)))
        elif finding.table in read and (finding.column is None or finding.severity == "error"):
            effect = Text("No scheme of the standard rests on it.", "本标准没有方案以此为据。")
            found.append(replace(finding, effect=effect))
    return tuple(found)


def _is_the_default(standard: Standard) -> bool:
    # Reading the default standard anew takes longer than comparing what both would have to share.
    if standard.id != DEFAULT:
        return False
    if standard.text == bundled_text(DEFAULT):
        return True
    return standard.fingerprint == bundled_standard().fingerprint


def _resting(finding: Finding, standard: Standard) -> list[Text]:
    """Return the names of the schemes that rest on what a finding is about."""
    return [
        scheme.name
        for scheme in standard.schemes.values()
        if _rests_on(standard, scheme, finding.table, finding.column)
    ]


def _effect(names: list[Text]) -> Text:
    return Text("Schemes that rest on it: {s}.", "以此为据的方案：{s}。").filled(
        s=Text(", ".join(name.en for name in names), "、".join(name.zh for name in names))
    )


def _rests_on(standard: Standard, scheme: Scheme, table: str, column: str | None) -> bool:
    pending, seen = [scheme.id], set[str]()
    while pending:
        identifier = pending.pop()
        if identifier in seen:
            continue
        seen.add(identifier)
        other = standard.schemes[identifier]
        needed, some = scheme_needs(standard, other)
        for name in needed | some:
            metric = standard.metrics[name]
            if column is None and table in metric.tables:
                return True
            if column is not None and f"{table}.{column}" in metric.columns:
                return True
        pending += schemes_named(standard, other)
    return False
