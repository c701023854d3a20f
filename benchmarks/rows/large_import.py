"""A file of a million rows through the import wizard, while others ask for pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows.protocol import Outcome, Row, Verdict
from workbench import tell

if TYPE_CHECKING:
    from workbench import Workbench

_SCRIPT = Path(__file__).parents[1] / "large_import.py"
_MOST = 1_000_000


def _judge(bench: Workbench) -> Outcome:
    rows = min(_MOST, max(bench.asked.sizes))
    tell(f"Importing {rows:,} rows through the workspace")
    asked = [sys.executable, str(_SCRIPT), "--rows", str(rows)]
    done = subprocess.run(asked, stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(asked)} failed with exit code {done.returncode}")
    return judged(json.loads(done.stdout))


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
