"""Run the main job as whole processes: Kefen, DuckDB SQL by hand, and pandas.

Each measurement is one process from start to exit, results written; the contenders take turns, so
that a busy machine is equally busy for all. Grades and metrics are compared on every size before
anything is reported: a difference stops the run. Times are medians; ratios are of the medians of
one run. CPU seconds stand beside the clock, because other programs do not move them as much.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
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
BARS = {"by_hand": 2.0, "extra_seconds": 3.0, "pandas": 20.0, "gigabytes": 3.0}
"""At most so many times the SQL by hand and these seconds; so many times pandas; under so much."""


@dataclass(frozen=True)
class Measured:
    """One process: clock and CPU seconds, and the most memory it held."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float


def _command(contender: str, data: Path, out: Path) -> list[str]:
    customers, orders = str(data / "customers.parquet"), str(data / "orders.parquet")
    if contender == "kefen":
        program = str(Path(sys.executable).with_name("kefen"))
        given = ["--customers", customers, "--orders", orders, "--as-of", AS_OF]
        return [program, "grade", *given, "--out", str(out), "--no-report"]
    return [sys.executable, str(_HERE / f"{contender}.py"), customers, orders, AS_OF, str(out)]


def measure(contender: str, data: Path, out: Path) -> Measured:
    """Run one contender as a process of its own.

    Raises:
        RuntimeError: It failed.
    """
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen(_command(contender, data, out), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{contender} failed with exit code {process.returncode}")
    return Measured(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / _MEGABYTE)


def measure_size(
    customers: int, work: Path, repeats: int, contenders: list[str]
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
            found[contender].append(measure(contender, data, work / contender))
            print(
                f"{customers:>9,} {contender:8} {found[contender][-1].seconds:8.1f} s", flush=True
            )
    for contender in contenders[1:]:
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
            lines.append(
                f"| {customers:,} | {customers * LINES_PER_CUSTOMER:,} | {contender} "
                f"| {own.seconds:.1f} | {own.cpu_seconds:.1f} | {own.peak_megabytes:.0f} "
                f"| {own.seconds / kefen.seconds:.2f} | {own.cpu_seconds / kefen.cpu_seconds:.2f} |"
            )
    sizes = sorted(results)
    for small, large in pairwise(sizes):
        one, other = _medians(results[small]["kefen"]), _medians(results[large]["kefen"])
        growth = math.log(other.seconds / one.seconds) / math.log(large / small)
        cpu = math.log(other.cpu_seconds / one.cpu_seconds) / math.log(large / small)
        lines += [
            "",
            f"Growth from {small:,} to {large:,} customers: seconds ~ n^{growth:.2f}, "
            f"CPU seconds ~ n^{cpu:.2f}.",
        ]
    return "\n".join(lines)


def _medians(runs: list[Measured]) -> Measured:
    return Measured(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu_seconds for run in runs),
        max(run.peak_megabytes for run in runs),
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
    if "by_pandas" in medians:
        ratio = medians["by_pandas"].seconds / kefen.seconds
        lines.append(
            f"{_met(ratio >= BARS['pandas'])}: {ratio:.1f} times faster than pandas, at least 20"
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
    parser.add_argument("--name", default="latest", help="the name of the results")
    arguments = parser.parse_args()
    contenders = [c for c in ("kefen", "by_hand", "by_pandas") if c not in arguments.without]
    arguments.work.mkdir(parents=True, exist_ok=True)
    about = machine()
    results = {
        size: measure_size(size, arguments.work, repeats, contenders)
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
