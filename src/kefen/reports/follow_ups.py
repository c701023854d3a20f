"""What rules did to the grades, and what comes with them: tags, terms, review and approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.grading.outcomes import amounts_of
from kefen.reports.arithmetic import share
from kefen.reports.generated import scheme_sources
from kefen.reports.model import Prose, Section
from kefen.reports.rule_tables import no_grade_table, rule_tables
from kefen.reports.tables import Column, Row, Table
from kefen.reports.term_tables import amount_table, entitlement_table
from kefen.standards.decision_words import names_of_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.reports.distribution import ClassCount
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme


def follow_ups_section(
    people: Population, counts: dict[str, tuple[ClassCount, ...]]
) -> Section | None:
    """Return what rules did and what comes with the grades; None where no scheme says any."""
    blocks = [
        block for scheme in people.schemes for block in _blocks(people, scheme, counts[scheme.id])
    ]
    if not blocks:
        return None
    return Section(
        "follow_ups",
        Text("Rules, tags and terms", "规则、标签与待遇"),
        Text("Rules, tags, terms", "规则与待遇"),
        Text(
            "For each scheme: what its rules changed, which tags hold, what each grade gets, and"
            " why customers have no grade.",
            "按方案列出：规则改变了什么、哪些标签成立、各等级享有什么，以及客户未评级的原因。",
        ),
        tuple(blocks),
    )


def _blocks(people: Population, scheme: Scheme, counts: Sequence[ClassCount]) -> Iterator[Block]:
    if not (scheme.rules or scheme.tags or scheme.terms or scheme.control):
        return
    yield Prose((scheme.name,), "say")
    if scheme.rules:
        yield from rule_tables(people, scheme)
    if scheme.tags:
        yield _tag_table(people, scheme)
    if (scheme.terms or scheme.control) and scheme.classes:
        yield entitlement_table(people, scheme)
    for term in amounts_of(scheme):
        yield amount_table(people, scheme, term, counts)
    without = no_grade_table(people, scheme, counts)
    if without is not None:
        yield without


def _tag_table(people: Population, scheme: Scheme) -> Table:
    names, totals = names_of_scheme(people.run.standard, scheme), people.totals
    found = {
        tag: (customers, sales)
        for tag, customers, sales in people.rows(
            """
            SELECT o.id, count(*), sum(sales)
            FROM report_outcomes o JOIN report_base USING (customer_id)
            WHERE o.scheme = ? AND o.kind = 'tag' GROUP BY o.id""",
            [scheme.id],
        )
    }
    nobody = (0, None if totals.sales is None else totals.sales * 0)
    columns = (
        Column("tag", Text("Tag", "标签")),
        Column("when", Text("Holds where", "成立条件")),
        Column("customers", Text("Customers", "客户数"), "number"),
        Column("customers_share", Text("Customers %", "客户占比"), "percent", bar=True),
        Column("sales", Text("Sales", "销售额"), "money"),
        Column("sales_share", Text("Sales %", "销售额占比"), "percent", bar=True),
    )
    rows = []
    for tag in scheme.tags:
        customers, sales = found.get(tag.id, nobody)
        cells = (
            tag.name,
            in_words(tag.when, names),
            customers,
            share(customers, totals.customers),
            sales,
            share(sales, totals.sales),
        )
        rows.append(Row(cells))
    return Table(
        f"tags_{scheme.id}",
        Text("Tags of {scheme}", "{scheme}的标签").filled(scheme=scheme.name),
        columns,
        tuple(rows),
        note=Text(
            "A customer may have several tags, or none: the rows do not add up.",
            "一位客户可有多个标签，也可没有：各行不相加。",
        ),
        particulars=people.particulars,
        draws_on=scheme_sources(people.run.standard, scheme) | {"orders.amount"},
    )
