"""What a process takes from start to exit: clock, CPU and memory, its children included.

CPU seconds stand beside the clock because other programs do not move them as much, and what those
other programs took meanwhile is measured too. A process beyond its limits is stopped, and so is
everything it started.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SAMPLE_SECONDS = 0.2
_LAST_WORDS = 2_000


@dataclass(frozen=True)
class Measured:
    """One process with all it started.

    Attributes:
        seconds: From start to exit.
        cpu_seconds: What it and its children took.
        peak_megabytes: The most memory they were seen to hold at one time, pages that they share
            counted for each; or the most of the largest, where there is no /proc.
        elsewhere: CPU seconds that other programs took in each second of it.
        stopped: Why it was stopped, if so: it had not finished, and its figures are the least it
            would have needed.
    """

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    elsewhere: float = 0.0
    stopped: str = ""


@dataclass(frozen=True)
class Limits:
    """What a process may take before it is stopped; memory is watched where there is /proc."""

    minutes: float
    gigabytes: float


class ProcessFailedError(RuntimeError):
    """A measured process ended with an exit code other than 0.

    Attributes:
        exit_code: Its exit code.
        last_words: The end of what it wrote to standard error.
    """

    def __init__(self, command: Sequence[str], exit_code: int, last_words: str) -> None:
        super().__init__(f"{' '.join(command)} failed with exit code {exit_code}:\n{last_words}")
        self.exit_code = exit_code
        self.last_words = last_words


@dataclass
class ProcessTree:
    """A process, what it started, and what that started, as long as they live.

    Processes that left their parent are found by the session that the first one began.

    Attributes:
        root: The id of the first process, which leads a session of its own.
        peak_bytes: The most memory they were seen to hold together.
    """

    root: int
    peak_bytes: int = 0
    _ticks: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        """Return the CPU seconds of every process that was seen, until it was last seen."""
        return sum(self._ticks.values()) / _TICKS

    def sample(self) -> int:
        """Look at the processes; return the bytes of memory they hold together."""
        held = 0
        for pid, status in self._living().items():
            ticks = int(status[11]) + int(status[12])
            self._ticks[pid, int(status[19])] = ticks
            held += int(status[21]) * _PAGE
            # What one process held since it began its program, between two looks too.
            self.peak_bytes = max(self.peak_bytes, _most_held(pid))
        self.peak_bytes = max(self.peak_bytes, held)
        return held

    def kill(self) -> None:
        """Stop every process of the tree."""
        for pid in self._living():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def _living(self) -> dict[int, list[str]]:
        """Return the fields of /proc/PID/stat after the name, for each process of the tree."""
        every = dict(_statuses())
        found = {
            pid: status
            for pid, status in every.items()
            if pid == self.root or int(status[3]) == self.root
        }
        while more := {
            pid: status
            for pid, status in every.items()
            if pid not in found and int(status[1]) in found
        }:
            found |= more
        return found


def _most_held(pid: int) -> int:
    """Return the most memory that a process has held, in bytes; 0 when it has ended."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0
    found = (int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return next(found, 0)


def _statuses() -> list[tuple[int, list[str]]]:
    if not _PROC.exists():
        return []
    found = []
    for directory in _PROC.iterdir():
        if directory.name.isdecimal():
            try:
                text = (directory / "stat").read_text()
            except OSError:  # it has ended
                continue
            found.append((int(directory.name), text.rpartition(")")[2].split()))
    return found


def measure(
    command: Sequence[str],
    limits: Limits,
    *,
    environment: Mapping[str, str] | None = None,
    sample_seconds: float = _SAMPLE_SECONDS,
    on_sample: Callable[[], Any] | None = None,
) -> Measured:
    """Run a command as a process of its own and measure it.

    Args:
        command: The program and its arguments.
        limits: When it is stopped.
        environment: What it gets for an environment; None for the one of this process.
        sample_seconds: How often its memory is looked at.
        on_sample: Called each time it is.

    Raises:
        ProcessFailedError: It ended with another exit code than 0, and was not stopped.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        start, busy = time.perf_counter(), _busy_ticks()
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
        tree = ProcessTree(process.pid)
        ended, reasons = threading.Event(), list[str]()
        watch = threading.Thread(
            target=_watch, args=(tree, limits, ended, reasons, sample_seconds, on_sample)
        )
        watch.start()
        try:
            # Its id is given back only after the watch has ended: no other process is stopped.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            seconds, busy = time.perf_counter() - start, _busy_ticks() - busy
        except BaseException:
            tree.kill()
            raise
        finally:
            ended.set()
            watch.join()
            tree.kill()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode and not reasons:
            raise ProcessFailedError(
                command, process.returncode, errors.read()[-_LAST_WORDS:].strip()
            )
    cpu_seconds = max(used.ru_utime + used.ru_stime, tree.cpu_seconds)
    # What the system tells at the end counts the memory of whoever started the process too.
    peak_bytes = tree.peak_bytes or used.ru_maxrss * 1024
    return Measured(
        seconds,
        cpu_seconds,
        peak_bytes / 2**20,
        max(0.0, busy / _TICKS - cpu_seconds) / seconds,
        "".join(reasons) if process.returncode else "",
    )


def _watch(
    tree: ProcessTree,
    limits: Limits,
    ended: threading.Event,
    reasons: list[str],
    sample_seconds: float,
    on_sample: Callable[[], Any] | None,
) -> None:
    """Look at a process until it has ended; stop it beyond its limits, and add the reason."""
    start = time.monotonic()
    while True:
        if on_sample is not None:
            on_sample()
        if tree.sample() > limits.gigabytes * 2**30:
            reasons.append(f"stopped at {limits.gigabytes:g} GB")
        elif time.monotonic() - start > 60 * limits.minutes:
            reasons.append(f"stopped at {limits.minutes:g} minutes")
        if reasons:
            tree.kill()
        if reasons or ended.wait(sample_seconds):
            return


def _busy_ticks() -> int:
    """Return what all programs of the machine have taken, in ticks; 0 where it is not told."""
    try:
        total = (_PROC / "stat").read_text().splitlines()[0].split()[1:9]
    except OSError:
        return 0
    user, nice, system, _, _, *interrupts = map(int, total)
    return user + nice + system + sum(interrupts[:2])


def median(runs: Sequence[Measured]) -> Measured:
    """Return the medians of several runs, the most memory of any, and why one was stopped."""
    return Measured(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu_seconds for run in runs),
        max(run.peak_megabytes for run in runs),
        statistics.median(run.elsewhere for run in runs),
        next((run.stopped for run in runs if run.stopped), ""),
    )
