"""Run the main job as whole processes: Kefen, DuckDB SQL by hand, pandas by an expert and plain.

Each measurement is one process from start to exit, results written; the contenders take turns, so
that a busy machine is equally busy for all. Grades and metrics are compared on every size before
anything is reported: a difference stops the run. Times are medians; ratios are of the medians of
one run. CPU seconds stand beside the clock, because other programs do not move them as much. A
process that takes longer or more memory than the limits given is stopped, and the results say so.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from itertools import pairwise, zip_longest
from pathlib import Path

import duckdb
import pandas as pd

from compare import differences
from generate import AS_OF, LINES_PER_CUSTOMER, generate

_HERE = Path(__file__).parent
_MEGABYTE = 1024
CONTENDERS = ("kefen", "by_hand", "by_pandas", "by_plain_pandas")
_PANDAS = {"by_pandas": "pandas by an expert", "by_plain_pandas": "plain pandas"}
BARS = {"by_hand": 2.0, "extra_seconds": 3.0, "pandas": 20.0, "gigabytes": 3.0}
"""At most so many times the SQL by hand and these seconds; so many times pandas; under so much."""


@dataclass(frozen=True)
class Measured:
    """One process: clock and CPU seconds, the most memory it held, and why it was stopped, if so.

    A stopped process had not finished: its figures are the least it would have needed.
    """

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    stopped: str = ""


@dataclass(frozen=True)
class Limits:
    """What a process may take before it is stopped. Memory is watched where there is /proc."""

    minutes: float
    gigabytes: float


def _command(contender: str, data: Path, out: Path) -> list[str]:
    customers, orders = str(data / "customers.parquet"), str(data / "orders.parquet")
    if contender == "kefen":
        program = str(Path(sys.executable).with_name("kefen"))
        given = ["--customers", customers, "--orders", orders, "--as-of", AS_OF]
        return [program, "grade", *given, "--out", str(out), "--no-report"]
    return [sys.executable, str(_HERE / f"{contender}.py"), customers, orders, AS_OF, str(out)]


def measure(contender: str, data: Path, out: Path, limits: Limits) -> Measured:
    """Run one contender as a process of its own.

    Raises:
        RuntimeError: It failed.
    """
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen(_command(contender, data, out), stdout=subprocess.DEVNULL)
    ended, reasons = threading.Event(), list[str]()
    watch = threading.Thread(target=_stop_beyond, args=(process.pid, limits, ended, reasons))
    watch.start()
    # Its id is given back only after the watch has ended, so that no other process is stopped.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    seconds = time.perf_counter() - start
    ended.set()
    watch.join()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not reasons:
        raise RuntimeError(f"{contender} failed with exit code {process.returncode}")
    cpu_seconds = used.ru_utime + used.ru_stime
    stopped = "".join(reasons) if process.returncode else ""
    return Measured(seconds, cpu_seconds, used.ru_maxrss / _MEGABYTE, stopped)


def _stop_beyond(pid: int, limits: Limits, ended: threading.Event, reasons: list[str]) -> None:
    """Kill a process beyond the limits, and add the reason; return when it has ended."""
    start, memory = time.monotonic(), Path(f"/proc/{pid}/statm")
    while not ended.wait(1):
        gigabytes = 0.0
        if memory.exists():
            pages = memory.read_text().split()[1:2]
            gigabytes = sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE") / 2**30
        if gigabytes > limits.gigabytes:
            reasons.append(f"stopped at {limits.gigabytes:g} GB")
        elif time.monotonic() - start > 60 * limits.minutes:
            reasons.append(f"stopped at {limits.minutes:g} minutes")
        if reasons:
            os.kill(pid, signal.SIGKILL)
            return


def measure_size(
    customers: int, work: Path, repeats: int, contenders: list[str], limits: Limits
) -> dict[str, list[Measured]]:
    """Measure every contender at one size, by turns, and compare their results.

    Raises:
        RuntimeError: A contender failed, or results differ.
    """
    data = work / f"data-{customers}"
    if not (data / "orders.parquet").exists():
        generate(customers, data)
    found: dict[str, list[Measured]] = {contender: [] for contender in contenders}
    for _ in range(repeats):
        for contender in contenders:
            run = measure(contender, data, work / contender, limits)
            found[contender].append(run)
            print(f"{customers:>9,} {contender:15} {run.seconds:8.1f} s {run.stopped}", flush=True)
    for contender in contenders[1:]:
        if found[contender][-1].stopped:
            continue
        different = differences(work / contenders[0], work / contender)
        if different:
            raise RuntimeError(f"{contenders[0]} and {contender} differ:\n" + "\n".join(different))
    return found


def machine() -> dict[str, object]:
    """Return what a reader must know of the machine and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory_gigabytes": round(memory / 2**30, 1),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "pandas": pd.__version__,
    }


def table(results: dict[int, dict[str, list[Measured]]]) -> str:
    """Return the medians, the ratios and the growth as a Markdown table."""
    lines = [
        "| customers | order lines | contender | seconds | CPU seconds | peak memory, MB "
        "| its seconds / Kefen's | its CPU / Kefen's |",
        "|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    for customers, found in results.items():
        kefen = _medians(found["kefen"])
        for contender, runs in found.items():
            own = _medians(runs)
            stopped = f", {own.stopped}" if own.stopped else ""
            lines.append(
                f"| {customers:,} | {customers * LINES_PER_CUSTOMER:,} | {contender}{stopped} "
                f"| {own.seconds:.1f} | {own.cpu_seconds:.1f} | {own.peak_megabytes:.0f} "
                f"| {own.seconds / kefen.seconds:.2f} | {own.cpu_seconds / kefen.cpu_seconds:.2f} |"
            )
    sizes = sorted(results)
    pairs = list(pairwise(sizes))
    if len(pairs) > 1:
        pairs.append((sizes[0], sizes[-1]))
    for small, large in pairs:
        lines += ["", _growth(small, large, results)]
    return "\n".join(lines)


def _growth(small: int, large: int, results: dict[int, dict[str, list[Measured]]]) -> str:
    """Return how Kefen's times grow between two sizes: 1 is in proportion, less is better."""
    one, other = _medians(results[small]["kefen"]), _medians(results[large]["kefen"])
    seconds = math.log(other.seconds / one.seconds) / math.log(large / small)
    cpu = math.log(other.cpu_seconds / one.cpu_seconds) / math.log(large / small)
    return (
        f"Growth from {small:,} to {large:,} customers: seconds ~ n^{seconds:.2f}, "
        f"CPU seconds ~ n^{cpu:.2f}."
    )


def _medians(runs: list[Measured]) -> Measured:
    return Measured(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu_seconds for run in runs),
        max(run.peak_megabytes for run in runs),
        next((run.stopped for run in runs if run.stopped), ""),
    )


def verdicts(found: dict[str, list[Measured]]) -> list[str]:
    """Return, for each bar, whether it is met, in words."""
    medians = {contender: _medians(runs) for contender, runs in found.items()}
    kefen = medians["kefen"]
    lines = []
    if "by_hand" in medians:
        allowed = BARS["by_hand"] * medians["by_hand"].seconds + BARS["extra_seconds"]
        lines.append(
            f"{_met(kefen.seconds <= allowed)}: {kefen.seconds:.1f} s, at most {allowed:.1f} s "
            "(2x + 3 s of the SQL by hand)"
        )
    for contender, name in _PANDAS.items():
        if contender in medians:
            pandas = medians[contender]
            ratio = pandas.seconds / kefen.seconds
            at_least = "more than " if pandas.stopped else ""
            is_met = _met(ratio >= BARS["pandas"])
            if pandas.stopped and ratio < BARS["pandas"]:
                is_met = "not known"
            lines.append(f"{is_met}: {at_least}{ratio:.1f} times faster than {name}, at least 20")
            if "by_hand" in medians:
                engine = pandas.seconds / medians["by_hand"].seconds
                lines.append(
                    f"for comparison: the SQL by hand is {at_least}{engine:.1f} times faster than "
                    f"{name}"
                )
    gigabytes = kefen.peak_megabytes / 1024
    lines.append(f"{_met(gigabytes < BARS['gigabytes'])}: {gigabytes:.2f} GB, under 3 GB")
    return lines


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def main() -> None:
    """Measure the sizes that the command line asks for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--repeats", type=int, nargs="+", default=[3, 3, 1], help="of each size; the last for more"
    )
    parser.add_argument("--work", type=Path, default=Path(".benchmarks"))
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out")
    parser.add_argument("--minutes", type=float, default=40, help="stop a process after these")
    parser.add_argument("--gigabytes", type=float, default=18, help="stop a process above these")
    parser.add_argument("--name", default="latest", help="the name of the results")
    arguments = parser.parse_args()
    contenders = [c for c in CONTENDERS if c not in arguments.without]
    limits = Limits(arguments.minutes, arguments.gigabytes)
    arguments.work.mkdir(parents=True, exist_ok=True)
    about = machine()
    results = {
        size: measure_size(size, arguments.work, repeats, contenders, limits)
        for size, repeats in zip_longest(
            arguments.sizes,
            arguments.repeats[: len(arguments.sizes)],
            fillvalue=arguments.repeats[-1],
        )
    }
    lines = verdicts(results[max(results)])
    content = {
        "machine": about,
        "sizes": {
            str(size): {
                contender: [asdict(run) for run in runs] for contender, runs in found.items()
            }
            for size, found in results.items()
        },
        "bars": lines,
    }
    directory = _HERE / "results"
    directory.mkdir(exist_ok=True)
    (directory / f"{arguments.name}.json").write_text(json.dumps(content, indent=2) + "\n")
    about_line = ", ".join(f"{name} {value}" for name, value in about.items())
    text = f"{about_line}\n\n{table(results)}\n\nBars at the largest size:\n\n- " + "\n- ".join(
        lines
    )
    (directory / f"{arguments.name}.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
