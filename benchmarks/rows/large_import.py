"""A file of a million rows through the import wizard, while others ask for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rows.protocol import Outcome, Row, Verdict
from rows.scripts import figures_of
from workbench import tell

if TYPE_CHECKING:
    from workbench import Workbench

_MOST = 1_000_000


def _judge(bench: Workbench) -> Outcome:
    rows = min(_MOST, max(bench.asked.sizes))
    tell(f"Importing {rows:,} rows through the workspace")
    return judged(figures_of("large_import.py", "--rows", rows))


def judged(found: dict[str, Any]) -> Outcome:
    """Return what the figures of `large_import.py` come to."""
    waited, bar = found["waited_ms"], found["bar_ms"]
    lines = [
        "| step | seconds |",
        "|---|---:|",
        *(f"| {step} | {seconds:.1f} |" for step, seconds in found["seconds"].items()),
    ]
    return Outcome(
        (
            Verdict(
                f"{found['rows']:,} rows: 95 % of the pages that others ask for meanwhile "
                f"under {bar:g} ms",
                f"{waited['p95']:.0f} ms, {waited['most']:.0f} ms at most, "
                f"of {found['pages']} pages",
                waited["p95"] < bar,
            ),
        ),
        ("\n".join(lines),),
        found,
    )


ROW = Row(12, "import", "a large file through the import wizard", _judge)
