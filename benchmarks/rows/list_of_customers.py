"""The list of the workspace over a million customers: every kind of page, on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rows.protocol import Outcome, Row, Verdict
from rows.scripts import figures_of
from workbench import tell

if TYPE_CHECKING:
    from workbench import Workbench

_MOST = 1_000_000


def _judge(bench: Workbench) -> Outcome:
    customers = min(_MOST, max(bench.asked.sizes))
    tell(f"Seeding the list with {customers:,} customers and asking for pages")
    return judged(figures_of("list_of_customers.py", "--customers", customers))


def judged(found: dict[str, Any]) -> Outcome:
    """Return what the figures of `list_of_customers.py` come to."""
    verdicts = [
        _verdict(found, "pages", "the list", "bar_ms"),
        _verdict(found, "beside", "the other pages", "beside_bar_ms"),
    ]
    lines = [
        "| page | p50, ms | p95, ms | most, ms | p50, CPU ms | p95, CPU ms |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {kind} | {of['p50']:.0f} | {of['p95']:.0f} | {of['most']:.0f} "
            f"| {of['cpu_p50']:.0f} | {of['cpu_p95']:.0f} |"
            for kind, of in {**found["pages"], **found["beside"]}.items()
        ),
    ]
    return Outcome(tuple(verdicts), ("\n".join(lines),), found)


def _verdict(found: dict[str, Any], which: str, named: str, bar: str) -> Verdict:
    pages = found[which]
    slowest = max(pages, key=lambda kind: pages[kind]["p95"])
    return Verdict(
        f"{found['customers']:,} customers: 95 % of every kind of page of {named} "
        f"under {found[bar]:g} ms",
        f"{pages[slowest]['p95']:.0f} ms, {pages[slowest]['cpu_p95']:.0f} of the processor, "
        f"the slowest kind: {slowest}",
        pages[slowest]["p95"] < found[bar],
    )


ROW = Row(11, "list", "the list of the workspace", _judge)
