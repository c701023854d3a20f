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
_ASKED = 1_000


def _judge(bench: Workbench) -> Outcome:
    book = bench.asked.work / "demo"
    if not book.exists():
        tell("Making the demo")
        making = [*kefen(), "demo", str(book), "--lang", "en"]
        subprocess.run(making, stdout=subprocess.DEVNULL, check=True)
    tell("Grading and explaining one customer after the other")
    called = judged(figures_of("one_customer.py", book, "--customers", _CUSTOMERS, "--json"))
    tell("The same asked of a served workspace")
    asked = figures_of("one_customer_served.py", book, "--customers", _ASKED, "--json")
    served = judged(asked, where="over HTTP")
    return Outcome(
        called.verdicts + served.verdicts,
        called.paragraphs + served.paragraphs,
        {"called": called.figures, "served": served.figures},
    )


def judged(found: dict[str, Any], where: str = "from Python") -> Outcome:
    """Return what the figures of `one_customer.py` or `one_customer_served.py` come to."""
    bar, calls, different = found["bar_ms"], found["calls"], found["different"]
    slowest = max(calls, key=lambda call: calls[call]["clock_ms"]["p99"])
    clock = calls[slowest]["clock_ms"]["p99"]
    lines = [
        f"| {where} | p50, ms | p95, ms | p99, ms | processor, ms |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {call} | {of['clock_ms']['p50']:.2f} | {of['clock_ms']['p95']:.2f} "
            f"| {of['clock_ms']['p99']:.2f} | {_processor(of['processor_ms'])} |"
            for call, of in calls.items()
        ),
    ]
    return Outcome(
        (
            Verdict(
                f"{where}, 99 % of calls under {bar:g} ms",
                f"{clock:.2f} ms, the slowest kind of call: {slowest}",
                clock < bar,
            ),
            Verdict(
                f"{where}, grades equal those of the run",
                f"{len(different)} of {found['customers']} customers differ"
                + (f", such as {different[:3]}" if different else ""),
                not different,
            ),
        ),
        ("\n".join(lines), f"{found['customers']:,} customers, {found['schemes']} schemes."),
        found,
    )


def _processor(found: dict[str, float] | float) -> str:
    """Return what a call takes of the processor, in words."""
    if isinstance(found, dict):
        return f"{found['p99']:.2f} (p99)"
    return f"{found:.2f} (mean)"


ROW = Row(4, "one", "One customer at once", _judge)
