"""Far more customers than memory holds, the memory of the whole process capped.

The cap is the system's where it lets us set one (a control group, the cache of files included) and
always a watch's (all that the process and its children hold, looked at ten times a second): beyond
either it ends. What comes of it is checked to be whole, and against the SQL by hand.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capping import capped
from compare import differences, gaps
from contenders import BY_HAND, grade_command
from generate import AS_OF, LINES_PER_CUSTOMER
from measuring import Limits, Measured, ProcessFailedError, measure
from rows.protocol import Outcome, Row, Verdict
from workbench import tell

if TYPE_CHECKING:
    from workbench import Asked, Workbench

_PARTS = 4
_GIGABYTE = 2**30
_LOOK_SECONDS = 0.1
_BY_HAND = Path(__file__).parents[1] / "by_hand.py"


@dataclass
class Watched:
    """The most that a directory takes on the disk.

    Attributes:
        directory: The directory.
        peak_bytes: The most it was seen to take.
    """

    directory: Path
    peak_bytes: int = 0
    _next: float = 0.0

    def look(self) -> None:
        """Look at it, once in a second at most."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 1
            self.peak_bytes = max(self.peak_bytes, taken(self.directory))


def taken(directory: Path) -> int:
    """Return the bytes that the files below a directory take on the disk."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += (Path(folder) / name).stat().st_blocks * 512
            except FileNotFoundError:  # it was removed meanwhile
                continue
    return total


def _judge(bench: Workbench) -> Outcome:
    asked = bench.asked
    bar = f"{asked.many:,} customers graded with memory capped at {asked.cap:g} GB"
    data = bench.data(asked.many, _PARTS)
    folder = asked.work / f"results-{asked.many}-capped"
    shutil.rmtree(folder, ignore_errors=True)
    out, scratch = folder / "kefen", folder / "scratch"
    scratch.mkdir(parents=True)
    watched = Watched(scratch)
    tell(f"Grading {asked.many:,} customers in {asked.memory} under a cap of {asked.cap:g} GB")
    plain = grade_command(data, out, "--memory", asked.memory)
    try:
        with capped(plain, int(asked.cap * _GIGABYTE)) as (command, by_system):
            run = measure(
                command,
                Limits(asked.limits.minutes, asked.cap),
                environment=os.environ | {"TMPDIR": str(scratch)},
                sample_seconds=_LOOK_SECONDS,
                on_sample=watched.look,
            )
    except ProcessFailedError as error:
        said = error.last_words or f"ended with exit code {error.exit_code}"
        return Outcome((Verdict(bar, said, is_met=False),))
    figures = _figures(asked, run, watched) | {"cap_by_system": by_system}
    if run.stopped:
        return Outcome((Verdict(bar, run.stopped, is_met=False),), figures=figures)
    sizes = {"data": taken(data), "results": taken(out)}
    stages = json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"]
    figures |= {"bytes": sizes, "seconds_by_stage": stages}
    tell("Checking that the result is whole")
    missing, left = gaps(data, out, AS_OF), sorted(path.name for path in scratch.iterdir())
    verdicts = [
        Verdict(bar, _in_words(run, watched), run.peak_megabytes < 1024 * asked.cap),
        Verdict("nothing left of temporary files", ", ".join(left) or "nothing", not left),
        Verdict(
            "every customer has one grade or one reason under every scheme that ran, "
            "every row is accounted for",
            "; ".join(missing) or "nothing missing, nothing twice",
            not missing,
        ),
    ]
    if asked.takes_part(BY_HAND):
        verdict, figures["by_hand"] = _by_hand(asked, data, out, folder / "by_hand")
        verdicts.append(verdict)
    told = [f"| {stage} | {seconds:.1f} |" for stage, seconds in stages.items()]
    return Outcome(
        tuple(verdicts),
        (
            "The cap was set by the system, the cache of files included, and watched."
            if by_system
            else "The cap was watched; the system lets us set none.",
            f"The files take {sizes['data'] / _GIGABYTE:.1f} GB ({_PARTS} of orders), the results "
            f"{sizes['results'] / _GIGABYTE:.1f} GB.",
            "\n".join(["| stage of grading | seconds |", "|---|---:|", *told]),
        ),
        figures,
    )


def _figures(asked: Asked, run: Measured, watched: Watched) -> dict[str, Any]:
    return {
        "customers": asked.many,
        "order_lines": asked.many * LINES_PER_CUSTOMER,
        "memory": asked.memory,
        "cap_gigabytes": asked.cap,
        "kefen": asdict(run) | {"scratch_bytes": watched.peak_bytes},
    }


def _in_words(run: Measured, watched: Watched) -> str:
    return (
        f"{run.seconds:.0f} s, {run.cpu_seconds:.0f} CPU s, {run.peak_megabytes / 1024:.2f} GB of "
        f"memory, {watched.peak_bytes / _GIGABYTE:.1f} GB of temporary disk at most"
    )


def _by_hand(asked: Asked, data: Path, out: Path, own: Path) -> tuple[Verdict, dict[str, Any]]:
    """Let the SQL by hand do the same in the same memory, and compare."""
    bar = "grades and metrics equal those of the SQL by hand, to the last digit"
    files = [str(data / "customers.parquet"), str(data / "orders*.parquet"), AS_OF, str(own)]
    watched = Watched(own)
    tell("The same by hand")
    try:
        run = measure(
            [sys.executable, str(_BY_HAND), *files, "--memory", asked.memory],
            asked.limits,
            on_sample=watched.look,
        )
    except ProcessFailedError as error:
        return Verdict(bar, f"by hand it failed: {error.last_words}", None), {}
    figures = asdict(run) | {"scratch_bytes": watched.peak_bytes}
    if run.stopped:
        return Verdict(bar, f"by hand it was {run.stopped}", None), figures
    tell("Comparing")
    found = differences(out, own)
    measured = "; ".join(found) or f"no difference; by hand: {_in_words(run, watched)}"
    return Verdict(bar, measured, not found), figures


ROW = Row(9, "memory", "Larger than memory", _judge, is_usual=False)
