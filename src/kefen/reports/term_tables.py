"""What each grade gets: entitlements in words, review, approval, and amounts that add up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import quotient
from kefen.domain.text import Text
from kefen.expressions.tree import Literal
from kefen.expressions.wording import in_words
from kefen.grading.wording import metric_in_words
from kefen.reports.distribution import OPEN_CLASSES_SHOWN
from kefen.reports.generated import scheme_sources
from kefen.reports.standard_words import UNITS
from kefen.reports.tables import Column, GradeMark, PartsEqualTotal, Row, Table
from kefen.standards.decision_words import for_grade, joined, names_of_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.reports.distribution import ClassCount
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell, ColumnKind
    from kefen.standards.model import Control, Scheme, Term


def entitlement_table(people: Population, scheme: Scheme) -> Table:
    """Return what each grade of a scheme gets: a column a term, the review and the approval."""
    names = names_of_scheme(people.run.standard, scheme)
    control = scheme.control
    columns = [Column("class", Text("Class", "类别"), "grade")]
    columns += [Column(f"term_{term.id}", _with_unit(term, people)) for term in scheme.terms]
    reviewed = control is not None and bool(control.review_months)
    approved = control is not None and bool(control.approval)
    if reviewed:
        columns.append(Column("review", Text("Reviewed after", "复评间隔")))
    if approved:
        columns.append(Column("approval", Text("Approved by", "审批")))
    rows = []
    for grade in scheme.classes:
        cells: list[Cell] = [people.mark(scheme, grade.id, None)]
        cells += [_gets(term, grade.id, names) for term in scheme.terms]
        if control is not None and reviewed:
            cells.append(_review(control, grade.id))
        if control is not None and approved:
            cells.append(_approval(control, grade.id))
        rows.append(Row(tuple(cells)))
    return Table(
        f"gets_{scheme.id}",
        Text("What each grade of {scheme} gets", "{scheme}各等级的待遇").filled(scheme=scheme.name),
        tuple(columns),
        tuple(rows),
    )


def _with_unit(term: Term, people: Population) -> Text:
    if term.unit == "text" or term.unit not in UNITS or term.unit == "share":
        return term.name
    unit = people.currency if term.unit == "money" else UNITS[term.unit]
    return Text("{n} ({u})", "{n}（{u}）").filled(n=term.name, u=unit)


def _gets(term: Term, grade: str, names: Mapping[str, Text]) -> Text | None:
    value = for_grade(term.values, grade)
    if value is None or isinstance(value, Text):
        return value
    if isinstance(value, Literal):
        unit = "share" if term.unit == "share" else "count"
        return metric_in_words(value.value, unit)
    return in_words(value, names)


def _review(control: Control, grade: str) -> Text | None:
    months = for_grade(control.review_months, grade)
    if months is None:
        return None
    return Text("{n} {n:month|months}", "{n} 个月").filled(n=months)


def _approval(control: Control, grade: str) -> Text | None:
    roles = for_grade(control.approval, grade)
    if not roles:
        return None
    return joined([Text.same(role) for role in roles], ", then ", "，再由")


def amount_table(
    people: Population, scheme: Scheme, term: Term, counts: Sequence[ClassCount]
) -> Table:
    """Return what a term amounts to by grade: for how many customers, its sum and its mean.

    Args:
        people: The run's customers.
        scheme: The scheme.
        term: A term of it that is an amount.
        counts: The scheme's classes, in order.
    """
    given = {
        grade: (int(number), total)
        for grade, number, total in people.rows(
            """
            SELECT g.grade, count(*), sum(o.amount)
            FROM report_outcomes o JOIN report_grades g USING (customer_id, scheme)
            WHERE o.scheme = ? AND o.kind = 'term' AND o.id = ? GROUP BY g.grade""",
            [scheme.id, term.id],
        )
    }
    adds_up = term.unit != "share"
    found = _by_class(counts, given, open_classes=not scheme.grades)
    number = sum(known for _, _, known, _ in found)
    whole = sum((total for *_, total in found if total is not None), Decimal(0))
    customers = sum(having for _, having, _, _ in found)
    kind: ColumnKind = "money" if adds_up else "percent"
    columns = (
        Column("class", Text("Class", "类别"), "grade"),
        Column("customers", Text("Customers", "客户数"), "number"),
        Column("number", Text("With an amount", "有数值户数"), "number"),
        *((Column("sum", Text("Sum", "合计"), kind),) if adds_up else ()),
        Column("mean", Text("Mean", "平均"), kind),
    )

    def cells(mark: Cell, having: int, known: int, total: Decimal | None) -> Row:
        mean = None if total is None else quotient(total, known)
        return Row((mark, having, known, *((total,) if adds_up else ()), mean))

    return Table(
        f"term_{scheme.id}_{term.id}",
        Text("{term} by grade of {scheme}", "{scheme}各等级的{term}").filled(
            term=_with_unit(term, people), scheme=scheme.name
        ),
        columns,
        tuple(cells(*line) for line in found),
        cells(Text("Total", "合计"), customers, number, whole if number else None),
        note=Text(
            "The mean is the sum divided by the number of customers with an amount, rounded half"
            " up; without an amount are those for whom what it rests on is not known.",
            "平均为合计除以有数值的户数，四舍五入；缺少计算所需数据的客户没有数值。",
        ),
        reconciliation=(PartsEqualTotal(("customers", "number", *(("sum",) if adds_up else ()))),),
        particulars=people.particulars,
        draws_on=scheme_sources(people.run.standard, scheme),
    )


def _by_class(
    counts: Sequence[ClassCount],
    given: Mapping[str, tuple[int, Decimal | None]],
    *,
    open_classes: bool,
) -> list[tuple[GradeMark, int, int, Decimal | None]]:
    """Return (class, customers, with an amount, sum) of every class, the last ones together."""
    left = dict(given)
    found: list[tuple[GradeMark, int, int, Decimal | None]] = []
    graded = [count for count in counts if count.graded]
    for place, count in enumerate(graded):
        if open_classes and place == OPEN_CLASSES_SHOWN:
            number = sum(known for known, _ in left.values())
            totals = [total for _, total in left.values() if total is not None]
            found.append((count.mark, count.customers, number, sum(totals, Decimal(0))))
        else:
            number, total = left.pop(count.mark.code, (0, None))
            found.append((count.mark, count.customers, number, total))
    return found
