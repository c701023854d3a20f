"""How long `kefen --help` takes, beside Python that does nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from os import wait4
from typing import TYPE_CHECKING

from contenders import kefen
from rows.protocol import Outcome, Row, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench import Workbench

_MILLISECONDS = 300.0
_RUNS = 40


@dataclass(frozen=True)
class Started:
    """Medians of a short process, in milliseconds."""

    clock: float
    cpu: float


def start_by_turns(commands: Sequence[Sequence[str]], runs: int) -> list[Started]:
    """Return what each command takes, run by turns.

    Args:
        commands: Programs with their arguments.
        runs: How often each is run; once more before, so that its files are in memory.

    Raises:
        RuntimeError: One of them failed.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in commands]
    for _ in range(runs + 1):
        for command, own in zip(commands, taken, strict=True):
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, status, used = wait4(process.pid, 0)
            clock = time.perf_counter() - start
            process.returncode = status
            if status:
                raise RuntimeError(f"{' '.join(command)} failed")
            own.append((1000 * clock, 1000 * (used.ru_utime + used.ru_stime)))
    return [
        Started(
            statistics.median(clock for clock, _ in own[1:]),
            statistics.median(cpu for _, cpu in own[1:]),
        )
        for own in taken
    ]


def _judge(_: Workbench) -> Outcome:
    helped, bare = start_by_turns([[*kefen(), "--help"], [sys.executable, "-c", "pass"]], _RUNS)
    return Outcome(
        (
            Verdict(
                f"`kefen --help` under {_MILLISECONDS:g} ms",
                f"{helped.clock:.0f} ms, median of {_RUNS}",
                helped.clock < _MILLISECONDS,
            ),
        ),
        (
            f"{helped.clock / bare.clock:.1f} times the seconds and "
            f"{helped.cpu / bare.cpu:.1f} times the CPU seconds of `python -c pass` "
            f"({bare.clock:.0f} ms, {bare.cpu:.0f} CPU ms), which takes turns with it.",
        ),
        {
            "runs": _RUNS,
            "help": {"milliseconds": helped.clock, "cpu_milliseconds": helped.cpu},
            "python": {"milliseconds": bare.clock, "cpu_milliseconds": bare.cpu},
        },
    )


ROW = Row(8, "help", "`kefen --help`", _judge)
