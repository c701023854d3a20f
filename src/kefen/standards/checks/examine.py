"""Everything that can be found wrong with a standard by looking at it alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.expressions.units import unit_named
from kefen.standards.checks.bands import BandList, Line, check_bands
from kefen.standards.checks.cancelled import asks_for_cancelled
from kefen.standards.checks.findings import Findings, plain
from kefen.standards.checks.grades import check_grades
from kefen.standards.checks.holding import check_condition
from kefen.standards.checks.movement import check_movement
from kefen.standards.checks.places import Places, Written
from kefen.standards.checks.ranges import Scale
from kefen.standards.checks.rules import check_rules
from kefen.standards.checks.scopes import SchemeScope, fact_domains, scheme_scopes, standard_domains
from kefen.standards.checks.totals import check_totals
from kefen.standards.checks.usage import check_advice, check_unused_metrics
from kefen.standards.model import Bands, ComputedMetric, Conditions, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.expressions.units import Unit
    from kefen.standards.checks.domains import Domains
    from kefen.standards.document import Mapping as Document
    from kefen.standards.model import Band, Indicator, Metric, Scheme, Standard
    from kefen.standards.model.metrics import BandedResult
    from kefen.standards.problems import Problem


def findings_on_standard(standard: Standard, document: Document) -> tuple[Problem, ...]:
    """Return what is found in a standard that was read without errors.

    Args:
        standard: The standard.
        document: The document it was read from, for places.
    """
    findings = Findings()
    places = Places(document)
    domains = standard_domains(standard)
    for metric in standard.metrics.values():
        if isinstance(metric.definition, FactMetric):
            if asks_for_cancelled(findings, metric, metric.definition, places, domains):
                continue
            check_condition(
                findings,
                metric.definition.where,
                Text("“where” of “{m}”", "“{m}”的“where”").filled(m=metric.id),
                places.of("metrics", metric.id, "where"),
                fact_domains(metric.definition.table, domains),
            )
        elif isinstance(metric.definition, ComputedMetric) and metric.definition.bands is not None:
            _metric_bands(findings, standard, metric, metric.definition.bands, domains, places)
    check_unused_metrics(findings, standard, places)
    scopes = scheme_scopes(standard, domains)
    for scheme in standard.schemes.values():
        _Scheme(findings, scheme, scopes[scheme.id], standard.metrics, places).check()
    return findings.problems


def units_of_metrics(metrics: Mapping[str, Metric]) -> dict[str, Unit]:
    """Return the unit of each metric."""
    return {metric.id: unit_named(metric.unit) for metric in metrics.values()}


def _metric_bands(
    findings: Findings,
    standard: Standard,
    metric: Metric,
    result: BandedResult,
    domains: Domains,
    places: Places,
) -> None:
    path = ("metrics", metric.id)
    for key, bands in result.tables:
        item = Text.same(f"“{metric.id}”")
        table = None
        if result.by is not None:
            table = "else" if key is None else str(key)
            item = Text("{i}, table “{t}”", "{i}的“{t}”表").filled(i=item, t=table)
        place = places.of(*path, "bands", *(() if table is None else (table,)))
        written = places.bands(path, table) or (Written(place, ""),) * len(bands)
        lines = tuple(
            Line(condition, _given(given), words)
            for (condition, given), words in zip(bands, written, strict=False)
        )
        band_list = BandList(
            item, result.of, lines, None, place, units_of_metrics(standard.metrics)
        )
        check_bands(findings, band_list, domains)


def _given(value: Value) -> Decimal | str:
    return Decimal(value) if isinstance(value, int | Decimal) else str(value)


class _Scheme:
    """The checks of one scheme."""

    def __init__(
        self,
        findings: Findings,
        scheme: Scheme,
        scope: SchemeScope,
        metrics: Mapping[str, Metric],
        places: Places,
    ) -> None:
        self.findings = findings
        self.scheme = scheme
        self.points = scope.points
        self.domains = scope.domains
        self.metrics = metrics
        self.units = units_of_metrics(metrics)
        self.places = places

    def check(self) -> None:
        """Run all of them."""
        scheme, findings, places = self.scheme, self.findings, self.places
        path = ("schemes", scheme.id)
        check_condition(
            findings,
            scheme.among,
            Text("“among” of “{s}”", "“{s}”的“among”").filled(s=scheme.id),
            places.of(*path, "among"),
            self.domains,
        )
        for indicator in scheme.indicators:
            self._indicator(indicator)
        check_totals(findings, scheme, self.points, self._judged(), places)
        check_grades(findings, scheme, self.domains, places)
        check_rules(findings, scheme, self.domains, places)
        check_movement(findings, scheme, places)
        for section, parts in (("rules", scheme.rules), ("tags", scheme.tags)):
            for part in parts:
                what = Text("“when” of “{p}”", "“{p}”的“when”").filled(p=part.id)
                place = places.of(*path, section, part.id, "when")
                check_condition(findings, part.when, what, place, self.domains, scheme.among)
        self._grade_conditions()
        check_advice(findings, scheme, places)

    def _grade_conditions(self) -> None:
        """Find conditions of grades that always hold; those that never do make no grade."""
        decision = self.scheme.decision
        if not isinstance(decision, Conditions):
            return
        for grade, condition in decision.lines:
            place = self.places.when(self.scheme.id, grade)
            if condition is None or any(p.place == place for p in self.findings.problems):
                continue
            what = Text("“when” of “{p}”", "“{p}”的“when”").filled(p=grade)
            check_condition(self.findings, condition, what, place, self.domains)

    def _judged(self) -> frozenset[str]:
        """Return the indicators that score a person's judgement."""
        found: set[str] = set()
        for indicator in self.scheme.indicators:
            for name in names_in(indicator.value):
                metric = self.metrics.get(name)
                definition = metric.definition if metric is not None else None
                if isinstance(definition, FactMetric) and definition.judgement is not None:
                    found.add(indicator.id)
        return frozenset(found)

    # --- indicators ---------------------------------------------------------------------------

    def _indicator(self, indicator: Indicator) -> None:
        path = self.places.indicator(self.scheme.id, indicator)
        check_condition(
            self.findings,
            indicator.applies,
            Text("“applies” of “{i}”", "“{i}”的“applies”").filled(i=indicator.id),
            self.places.of(*path, "applies"),
            self.domains,
            self.scheme.among,
        )
        scoring = indicator.scoring
        if not isinstance(scoring, Bands):
            return
        item = Text.same(f"“{indicator.id}”")
        if scoring.by is None:
            self._bands(indicator, item, scoring.bands, None, path)
            return
        for key, bands in scoring.tables:
            table = "else" if key is None else key
            of_table = Text("{i}, table “{t}”", "{i}的“{t}”表").filled(i=item, t=table)
            self._bands(indicator, of_table, bands, table, path)
        self._tables(indicator, scoring, path)

    def _bands(
        self,
        indicator: Indicator,
        item: Text,
        bands: tuple[Band, ...],
        table: str | None,
        path: tuple[str, ...],
    ) -> None:
        written = self.places.bands(path, table)
        place = self.places.of(*path, "bands", *(() if table is None else (table,)))
        lines = tuple(
            Line(band.condition, band.points, words)
            for band, words in zip(
                bands, written or (Written(place, ""),) * len(bands), strict=False
            )
        )
        band_list = BandList(item, indicator.value, lines, indicator.better, place, self.units)
        check_bands(self.findings, band_list, self.domains)

    def _tables(self, indicator: Indicator, scoring: Bands, path: tuple[str, ...]) -> None:
        """Check which values have a table, and whether all tables reach as high."""
        place = self.places.of(*path, "bands")
        by = self._values_of(scoring)
        keys = {key for key, _ in scoring.tables}
        if by is not None:
            for key in sorted(key for key in keys if key is not None and key not in by):
                self.findings.warning(
                    self.places.of(*path, "bands", key),
                    Text(
                        "“{i}”: the table “{k}” is never used: there is no such value",
                        "“{i}”：“{k}”表永远用不到：不存在该取值",
                    ).filled(i=indicator.id, k=key),
                    Text("Use one of: {a}.", "可用：{a}。").filled(a=", ".join(sorted(by))),
                )
        if None not in keys:
            missing = sorted(by - keys) if by is not None else []
            if missing:
                self.findings.error(
                    place,
                    Text(
                        "“{i}”: '{k}' has no table of bands", "“{i}”：'{k}' 没有对应的分档表"
                    ).filled(i=indicator.id, k=missing[0]),
                    Text("Add the table, or one under “else”.", "请补上该表，或写“else”表。"),
                )
            elif by is None:
                self.findings.note(
                    place,
                    Text(
                        "“{i}”: a customer whose value has no table, such as 'other', counts as "
                        "unknown",
                        "“{i}”：取值没有对应分档表（如 'other'）的客户按未知处理",
                    ).filled(i=indicator.id),
                    Text(
                        "Nothing, if it is meant so; otherwise add a table “else”.",
                        "如本意如此，无需处理；否则请补上“else”表。",
                    ),
                )
        best = {
            "else" if key is None else key: max(band.points for band in bands)
            for key, bands in scoring.tables
            if bands
        }
        if len(set(best.values())) > 1:
            self.findings.note(
                place,
                Text(
                    "“{i}”: the tables have different best points: {b}",
                    "“{i}”：各表的最高分不同：{b}",
                ).filled(
                    i=indicator.id, b=", ".join(f"“{key}” {plain(p)}" for key, p in best.items())
                ),
                Text("Nothing, if it is meant so.", "如本意如此，无需处理。"),
            )

    def _values_of(self, scoring: Bands) -> frozenset[str] | None:
        """Return the texts that choose a table, or None when any text may."""
        if scoring.by is None:
            return None
        values = self.domains(scoring.by)
        return values.texts if values.scale is Scale.TEXT and not values.others else None
