"""Standard table 1: the distribution of customers over the classes of every scheme."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.confidence import low_of_scheme_in_words
from kefen.grading.outcome_words import low_words
from kefen.reports.arithmetic import percent_words, share
from kefen.reports.charts import PairedBars
from kefen.reports.generated import scheme_sources
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Flow, GradeMark, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.previous import ClassKey, PreviousRun
    from kefen.standards.model import Scheme, Strategy

OPEN_CLASSES_SHOWN = 30

STRATEGIES: dict[Strategy, Text] = {
    "develop": Text("develop", "发展"),
    "keep": Text("keep", "维持"),
    "streamline": Text("streamline", "精简"),
    "leave": Text("leave", "退出"),
}


@dataclass(frozen=True, slots=True)
class ClassCount:
    """What one class of one scheme holds.

    Attributes:
        mark: The class, or the reason for none.
        customers: How many customers.
        sales: Their sales in the window.
        margin: Their margin of the lines whose cost is known; None without one.
        overdue: Their overdue receivables; None without receivables.
        graded: Whether it is a class, not a reason.
        note: What to know about it.
        previous: How many customers it had in the earlier run; None without a comparable one.
    """

    mark: GradeMark
    customers: int
    sales: Decimal | None
    margin: Decimal | None
    overdue: Decimal | None
    graded: bool
    note: Text | None
    previous: int | None = None


def count_classes(
    people: Population, previous: PreviousRun | None = None
) -> dict[str, tuple[ClassCount, ...]]:
    """Return the classes of every scheme that was run, in order, then the reasons for none.

    A class or reason that only the earlier run had is kept, with no customers, so that the
    previous counts add up as well.
    """
    found: dict[str, list[tuple[ClassKey, ClassCount]]] = {}
    earlier = {
        scheme.id: previous.counts[scheme.id]
        for scheme in people.schemes
        if previous is not None and previous.incomparable(people.run.standard, scheme) is None
    }
    schemes = {scheme.id: scheme for scheme in people.schemes}
    for scheme_id, grade, reason, customers, sales, margin, overdue in people.rows("""
        SELECT scheme, grade, CASE WHEN grade IS NULL THEN reason END AS why, count(*),
               sum(sales), sum(margin), sum(overdue)
        FROM report_grades JOIN report_base USING (customer_id)
        GROUP BY ALL ORDER BY scheme, grade NULLS LAST, why NULLS LAST"""):
        scheme = schemes.get(scheme_id)
        if scheme is None:
            continue
        count = ClassCount(
            mark=people.mark(scheme, grade, reason),
            customers=customers,
            sales=sales,
            margin=margin,
            overdue=overdue,
            graded=grade is not None,
            note=_note(scheme, grade),
            previous=earlier[scheme_id].get((grade, reason), 0) if scheme_id in earlier else None,
        )
        found.setdefault(scheme_id, []).append(((grade, reason), count))
    return {
        scheme.id: _in_order(people, scheme, found.get(scheme.id, []), earlier.get(scheme.id))
        for scheme in schemes.values()
    }


def _note(scheme: Scheme, grade_id: str | None) -> Text | None:
    if grade_id is None:
        return None
    grade = scheme.grade(grade_id)
    if grade is None:
        return None
    if grade.strategy is None:
        return grade.advice
    return Text("{strategy}: {advice}", "{strategy}：{advice}").filled(
        strategy=STRATEGIES[grade.strategy], advice=grade.advice
    )


def _in_order(
    people: Population,
    scheme: Scheme,
    counts: Sequence[tuple[ClassKey, ClassCount]],
    earlier: Mapping[ClassKey, int] | None,
) -> tuple[ClassCount, ...]:
    found = dict(counts)
    for key, customers in sorted((earlier or {}).items(), key=str):
        if key not in found:
            found[key] = _nobody(people, scheme, key, customers)
    graded = [(grade, count) for (grade, _), count in found.items() if grade is not None]
    reasons = [count for (grade, _), count in found.items() if grade is None]
    if not scheme.grades:
        graded.sort(key=lambda pair: (-pair[1].customers, pair[0]))
        shown = [count for _, count in graded[:OPEN_CLASSES_SHOWN]]
        rest = [count for _, count in graded[OPEN_CLASSES_SHOWN:]]
        return (*shown, *((_together(rest),) if rest else ()), *reasons)
    by_id = dict(graded)
    nobody = None if earlier is None else 0
    known = [
        by_id.pop(grade.id)
        if grade.id in by_id
        else _nobody(people, scheme, (grade.id, None), nobody)
        for grade in scheme.classes
    ]
    return (*known, *by_id.values(), *reasons)


def _nobody(people: Population, scheme: Scheme, key: ClassKey, previous: int | None) -> ClassCount:
    grade, reason = key
    totals = people.totals
    return ClassCount(
        mark=people.mark(scheme, grade, reason),
        customers=0,
        sales=None if totals.sales is None else Decimal(0),
        margin=None,
        overdue=None if totals.overdue is None else Decimal(0),
        graded=grade is not None,
        note=_note(scheme, grade),
        previous=previous,
    )


def _together(counts: Sequence[ClassCount]) -> ClassCount:
    return ClassCount(
        mark=GradeMark(
            "…", Text("{n} further {n:class|classes}", "其余 {n} 类").filled(n=f"{len(counts):,}")
        ),
        customers=sum(count.customers for count in counts),
        sales=_sum([count.sales for count in counts]),
        margin=_sum([count.margin for count in counts]),
        overdue=_sum([count.overdue for count in counts]),
        graded=True,
        note=None,
        previous=_whole_sum([count.previous for count in counts]),
    )


def _whole_sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def distribution_table(
    people: Population,
    scheme: Scheme,
    counts: Sequence[ClassCount],
    number: int,
    previous: PreviousRun | None = None,
) -> Table:
    """Return table 1 for one scheme."""
    totals = people.totals
    before = _whole_sum([count.previous for count in counts])
    columns = (
        Column("class", Text("Class", "类别"), "grade"),
        Column("customers", Text("Customers", "客户数"), "number"),
        Column("customers_share", Text("Customers %", "客户占比"), "percent", bar=True),
        Column("sales", Text("Sales", "销售额"), "money"),
        Column("sales_share", Text("Sales %", "销售额占比"), "percent", bar=True),
        Column("margin", Text("Margin contribution", "毛利贡献"), "money"),
        Column("margin_share", Text("Margin %", "毛利占比"), "percent"),
        Column("average", Text("Average per customer", "户均销售额"), "money"),
        Column("overdue", Text("Overdue", "逾期金额"), "money"),
        Column("previous", Text("Previous count", "上期客户数"), "number"),
        Column("change", Text("Change", "增减"), "change"),
        Column("note", Text("Note", "备注")),
    )
    rows = tuple(
        Row(
            (
                count.mark,
                count.customers,
                share(count.customers, totals.customers),
                count.sales,
                share(count.sales, totals.sales),
                count.margin,
                share(count.margin, totals.margin),
                share(count.sales, count.customers),
                count.overdue,
                count.previous,
                _change(count.customers, count.previous),
                count.note,
            ),
            unknown=not count.graded,
        )
        for count in counts
    )
    total = Row(
        (
            Text("Total", "合计"),
            totals.customers,
            share(totals.customers, totals.customers),
            totals.sales,
            share(totals.sales, totals.sales),
            totals.margin,
            share(totals.margin, totals.margin),
            share(totals.sales, totals.customers),
            totals.overdue,
            before,
            _change(totals.customers, before),
            None,
        )
    )
    return Table(
        f"distribution_{scheme.id}",
        Text(
            "Table 1.{n} Customer distribution by {scheme}", "表 1.{n} 客户分布现状表：{scheme}"
        ).filled(n=number, scheme=scheme.name),
        columns,
        rows,
        total,
        note=_with_confidence(people, scheme, _compared(people, scheme, previous)),
        reconciliation=(
            PartsEqualTotal(("customers", "sales", "margin", "overdue", "previous", "change")),
            UnknownHolds("customers", totals.customers - _graded(people, scheme)),
            *((Flow("previous", ("change",), (), "customers"),) if before is not None else ()),
        ),
        particulars=people.particulars,
        draws_on=scheme_sources(people.run.standard, scheme)
        | {"orders.amount", "orders.cost", "receivables"},
    )


def _change(now: int, before: int | None) -> int | None:
    return None if before is None else now - before


def _compared(people: Population, scheme: Scheme, previous: PreviousRun | None) -> Text:
    """Return the scheme's question, and why it is not compared with the earlier run."""
    why = None if previous is None else previous.incomparable(people.run.standard, scheme)
    if why is None:
        return scheme.question
    return Text("{question} No previous count: {why}.", "{question}无上期客户数：{why}。").filled(
        question=scheme.question, why=why
    )


def _with_confidence(people: Population, scheme: Scheme, note: Text) -> Text:
    """Return a note, followed by why the scheme's grades are marked low, if they are."""
    run = people.run
    learned = run.calibration.schemes.get(scheme.id)
    if learned is None:
        return note
    why = low_of_scheme_in_words(run.standard, scheme, learned, run.record.get("months"))
    if why is None:
        return note
    return Text("{n} {l}", "{n}{l}").filled(n=note, l=low_words(why))


def _graded(people: Population, scheme: Scheme) -> int:
    ((graded,),) = people.rows(
        "SELECT count(*) FROM report_grades WHERE scheme = ? AND grade IS NOT NULL", [scheme.id]
    )
    return int(graded)


def tier_bars(people: Population, scheme: Scheme, counts: Sequence[ClassCount]) -> PairedBars:
    """Return the bars of customers against sales for one scheme."""
    zero = Decimal(0)
    return PairedBars(
        f"bars_{scheme.id}",
        Text("Distribution: {scheme}", "{scheme}分布").filled(scheme=scheme.name),
        Text(
            "For each class the share of customers and the share of sales.",
            "各类别的客户占比与销售额占比。",
        ),
        Text("Customers %", "客户占比"),
        Text("Sales %", "销售额占比"),
        tuple(
            (
                count.mark,
                count.customers,
                share(count.customers, people.totals.customers) or zero,
                share(count.sales, people.totals.sales),
            )
            for count in counts
        ),
    )


def distribution_section(
    people: Population,
    counts: dict[str, tuple[ClassCount, ...]],
    previous: PreviousRun | None = None,
) -> Section:
    """Return table 1 for every scheme that was run."""
    blocks: list[Block] = [
        distribution_table(people, scheme, counts[scheme.id], number, previous)
        for number, scheme in enumerate(people.schemes, start=1)
    ]
    blocks.append(Prose(_notes(people, previous)))
    return Section(
        "distribution",
        Text("Table 1: customer distribution", "表 1：客户分布现状表"),
        Text("1 Distribution", "1 客户分布"),
        Text(
            "Every customer stands in exactly one row of each table: in a class, or in the row"
            " that says why it has none.",
            "每个客户在每张表中恰好出现一次：或在某一类别，或在说明未评级原因的一行。",
        ),
        tuple(blocks),
    )


def _notes(people: Population, previous: PreviousRun | None) -> tuple[Text, ...]:
    totals = people.totals
    if previous is None:
        compared = Text(
            "Previous count and change stay empty until there is an earlier run to compare with.",
            "没有更早的评级运行可比时，上期客户数与增减留空。",
        )
    else:
        compared = Text(
            "Previous counts are those of the run as of {day}.", "上期客户数取自截至 {day} 的评级。"
        ).filled(day=previous.as_of.isoformat())
    notes = [
        compared,
        Text(
            "Shares are rounded one by one to two decimals of a percent.",
            "各占比分别四舍五入到百分数两位小数。",
        ),
    ]
    if totals.margin is not None and totals.costed_sales != totals.sales:
        known = share(totals.costed_sales, totals.sales)
        notes.append(
            Text(
                "Margin counts only order lines whose cost is known: {share} of sales.",
                "毛利只计成本已知的订单行，占销售额的 {share}。",
            ).filled(share=percent_words(known))
        )
    return tuple(notes)
