"""Facts of 1 % of the customers changed: only those graded anew, next to grading all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows.protocol import Outcome, Row, Verdict
from workbench import tell

if TYPE_CHECKING:
    from workbench import Workbench

_SCRIPT = Path(__file__).parents[1] / "by_steps.py"
_MOST_CUSTOMERS = 1_000_000
_BAR = 0.1


def _judge(bench: Workbench) -> Outcome:
    size = min(bench.asked.sizes[-1], _MOST_CUSTOMERS)
    book = bench.asked.work / "book-by-steps"
    shutil.rmtree(book, ignore_errors=True)
    tell(f"Grading 1 % of {size:,} customers anew")
    asked = [sys.executable, str(_SCRIPT), str(bench.data(size)), str(book), "--json"]
    done = subprocess.run(asked, stdout=subprocess.PIPE, check=True, text=True)
    shutil.rmtree(book, ignore_errors=True)
    return judged(json.loads(done.stdout))


def judged(found: dict[str, Any]) -> Outcome:
    """Return what the figures of `by_steps.py` come to."""
    steps, full = found["steps"], found["full"]
    clock = steps["seconds"] / full["seconds"]
    processor = steps["cpu_seconds"] / full["cpu_seconds"]
    lines = [
        "| | seconds | CPU seconds | MB written |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {of['seconds']:.2f} | {of['cpu_seconds']:.2f} | {of['bytes'] / 1e6:.1f} |"
            for name, of in (("changed customers alone", steps), ("all customers", full))
        ),
    ]
    by_steps = found["changed"] is not None
    return Outcome(
        (
            Verdict(
                f"at most {_BAR:.0%} of grading all, measured inside the call",
                f"{clock:.1%} of the time, {processor:.1%} of the CPU seconds",
                by_steps and clock <= _BAR,
            ),
            Verdict(
                "equal rows, and those of the others not written again",
                f"{'equal' if found['equal'] else 'DIFFERENT'}; "
                f"{steps['bytes'] / full['bytes']:.1%} of the bytes written",
                bool(found["equal"]) and by_steps,
            ),
        ),
        ("\n".join(lines), f"{found['customers']:,} customers, {found['changed']} changed."),
        found,
    )


ROW = Row(3, "steps", "Facts of 1 % of the customers changed", _judge)
