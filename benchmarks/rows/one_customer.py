"""One customer at once: graded and explained on a stored calibration, equal to the batch."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from contenders import kefen
from rows.protocol import Outcome, Row, Verdict
from rows.scripts import figures_of
from workbench import tell

if TYPE_CHECKING:
    from workbench import Workbench

_CUSTOMERS = 2_000


def _judge(bench: Workbench) -> Outcome:
    book = bench.asked.work / "demo"
    if not book.exists():
        tell("Making the demo")
        making = [*kefen(), "demo", str(book), "--lang", "en"]
        subprocess.run(making, stdout=subprocess.DEVNULL, check=True)
    tell("Grading and explaining one customer after the other")
    return judged(figures_of("one_customer.py", book, "--customers", _CUSTOMERS, "--json"))


def judged(found: dict[str, Any]) -> Outcome:
    """Return what the figures of `one_customer.py` come to."""
    bar, calls, different = found["bar_ms"], found["calls"], found["different"]
    slowest = max(calls, key=lambda call: calls[call]["clock_ms"]["p99"])
    clock, processor = (calls[slowest][kind]["p99"] for kind in ("clock_ms", "processor_ms"))
    lines = [
        "| call | p50, ms | p95, ms | p99, ms | p99, CPU ms |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {call} | {of['clock_ms']['p50']:.2f} | {of['clock_ms']['p95']:.2f} "
            f"| {of['clock_ms']['p99']:.2f} | {of['processor_ms']['p99']:.2f} |"
            for call, of in calls.items()
        ),
    ]
    return Outcome(
        (
            Verdict(
                f"99 % of calls under {bar:g} ms",
                f"{clock:.2f} ms, {processor:.2f} CPU ms, the slowest kind of call: {slowest}",
                clock < bar,
            ),
            Verdict(
                "grades equal those of the run",
                f"{len(different)} of {found['customers']} customers differ"
                + (f", such as {different[:3]}" if different else ""),
                not different,
            ),
        ),
        ("\n".join(lines), f"{found['customers']:,} customers, {found['schemes']} schemes."),
        found,
    )


ROW = Row(4, "one", "One customer at once", _judge)
