"""Which grades customers hold instead of the computed ones, why, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.serving.drift import drifts_in
from kefen.grading.serving.words import last_day, named_reason
from kefen.reports.generated import scheme_sources
from kefen.reports.model import Section
from kefen.reports.tables import Column, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme

LISTED = 10_000
_PAGE_ROWS = 50


def grades_held_section(people: Population) -> Section | None:
    """Return the grades held instead of the computed ones; None where no scheme has any."""
    if people.run.served is None:
        return None
    served = [str(one["scheme"]) for one in people.run.record.get("served", ())]
    blocks: list[Block] = list(_drifts(people))
    for identifier in served:
        scheme = people.run.standard.schemes[identifier]
        blocks += [_counts(people, scheme), _list(people, scheme)]
    return Section(
        "grades_held",
        Text("Grades held", "现行等级"),
        Text("Grades held", "现行等级"),
        Text(
            "Where grades move by rules over time, or people override them, a customer may hold "
            "another grade than the one its figures give. Here is who does, why, and until when.",
            "等级按规则随时间升降或由人工调级时，客户持有的等级可能与按数据计算的不同。"
            "此处列出哪些客户、原因及期限。",
        ),
        tuple(blocks),
    )


def _drifts(people: Population) -> Iterator[Block]:
    """Give the overrides that the computed grade meets by itself, or has left behind."""
    found = [
        (drift, words)
        for drift in drifts_in(people.run)
        if (words := drift.in_words(people.run.standard.schemes[drift.override.scheme]))
    ]
    if not found:
        return
    rows = [
        Row(
            (
                drift.override.customer,
                people.run.standard.schemes[drift.override.scheme].name,
                words,
                drift.override.author,
                drift.override.last,
            )
        )
        for drift, words in found[:LISTED]
    ]
    yield Table(
        "override_drift",
        Text("Overrides to look at again", "需要复查的人工调级"),
        (
            Column("customer_id", Text("Customer id", "客户编号")),
            Column("scheme", Text("Scheme", "方案")),
            Column("what", Text("What became of the computed grade", "按数据的等级如何变化")),
            Column("author", Text("Author", "提出人")),
            Column("until", Text("Until", "至"), "date"),
        ),
        tuple(rows),
        particulars=people.particulars,
        html_rows=_PAGE_ROWS,
    )


def _counts(people: Population, scheme: Scheme) -> Table:
    said = next(one for one in people.run.record["served"] if one["scheme"] == scheme.id)
    rows = [Row((Text("as computed", "与计算结果一致"), said["as_computed"]))]
    rows += [
        Row((named_reason(scheme, one["hold"], one["rule"]), one["customers"]))
        for one in said["held"]
    ]
    total = said["as_computed"] + sum(one["customers"] for one in said["held"])
    return Table(
        f"held_counts_{scheme.id}",
        Text("Grades held under {s}, by reason", "{s}：现行等级的原因").filled(s=scheme.name),
        (
            Column("why", Text("Why", "原因")),
            Column("customers", Text("Customers", "客户数"), "number"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), total)),
        particulars=people.particulars,
        draws_on=scheme_sources(people.run.standard, scheme),
    )


def _list(people: Population, scheme: Scheme) -> Table:
    found = people.rows(
        f"""
        SELECT s.customer_id, b.name, s.computed, s.grade, s.hold, s.by, s.held_until, s.since
        FROM "{people.run.served}" s LEFT JOIN report_base b USING (customer_id)
        WHERE s.scheme = ? AND s.hold IS NOT NULL
        ORDER BY s.held_until NULLS LAST, s.customer_id LIMIT {LISTED}""",  # noqa: S608
        [scheme.id],
    )
    rows = []
    for customer, name, computed, grade, hold, by, until, since in found:
        why = named_reason(scheme, hold, by)
        if hold == "override":
            why = Text("{w} ({o})", "{w}（{o}）").filled(w=why, o=by)
        rows.append(
            Row(
                (
                    customer,
                    name,
                    people.mark(scheme, computed, None) if computed is not None else None,
                    people.mark(scheme, grade, None) if grade is not None else None,
                    why,
                    None if until is None else last_day(until),
                    since,
                )
            )
        )
    return Table(
        f"held_{scheme.id}",
        Text("Customers of {s} held at another grade", "{s}：等级与计算结果不同的客户").filled(
            s=scheme.name
        ),
        (
            Column("customer_id", Text("Customer id", "客户编号")),
            Column("name", Text("Name", "客户名称")),
            Column("computed", Text("Computed", "计算等级"), "grade"),
            Column("held", Text("Held", "现行等级"), "grade"),
            Column("why", Text("Why", "原因")),
            Column("until", Text("Until", "至"), "date"),
            Column("since", Text("Since", "自"), "date"),
        ),
        tuple(rows),
        note=Text(
            "Up to {n} rows, those that end first in front; all: served.parquet.",
            "最多 {n} 行，先到期者在前；全部见 served.parquet。",
        ).filled(n=f"{LISTED:,}"),
        particulars=people.particulars,
        filterable=True,
        html_rows=_PAGE_ROWS,
        draws_on=scheme_sources(people.run.standard, scheme) | {"customers.name"},
    )
