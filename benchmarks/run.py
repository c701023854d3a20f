"""Measure the rows of the benchmark and write what was found.

Each measurement is one process from start to exit, results written; the contenders take turns, so
that a busy machine is equally busy for all. Grades and metrics are compared on every size before
anything is reported: a difference stops the run. Times are medians; ratios are of the medians of
one run. A process that takes longer or more memory than the limits given is stopped, and the
results say so.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from contenders import CONTENDERS, compile_modules
from measuring import Limits
from rows import all_rows
from workbench import Asked, Workbench, tell
from writing import load, machine, write

_HERE = Path(__file__).parent
_BUSY = 0.5
"""A load above this share of the cores before anything is begun is worth a warning."""


def arguments_of(given: list[str] | None = None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    usual = Asked(Path(".benchmarks"))
    rows = all_rows()
    parser.add_argument(
        "--rows",
        nargs="+",
        choices=list(rows),
        default=[name for name, row in rows.items() if row.is_usual],
        help="only these rows; without it, all but those that need hours or much disk",
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=usual.sizes, help="customers")
    parser.add_argument("--repeats", type=int, default=usual.repeats, help="runs of each")
    parser.add_argument(
        "--heavy-repeats",
        type=int,
        default=usual.heavy_repeats,
        help="runs of the slow contenders with a million customers and more",
    )
    parser.add_argument("--work", type=Path, default=usual.work, help="for data and results")
    parser.add_argument(
        "--without", nargs="*", default=[], choices=[*CONTENDERS][1:], help="leave these out"
    )
    parser.add_argument(
        "--minutes", type=float, default=usual.limits.minutes, help="stop a process after these"
    )
    parser.add_argument(
        "--gigabytes", type=float, default=usual.limits.gigabytes, help="stop one above these"
    )
    parser.add_argument(
        "--many", type=int, default=usual.many, help="customers that memory does not hold"
    )
    parser.add_argument("--memory", default=usual.memory, help="what Kefen works in then")
    parser.add_argument("--cap", type=float, default=usual.cap, help="GB it may hold then")
    parser.add_argument("--out", type=Path, default=_HERE / "results", help="for what was found")
    parser.add_argument("--name", default="latest", help="the name of what was found")
    return parser.parse_args(given)


def main() -> None:
    """Measure what the command line asks for and write what was found."""
    arguments = arguments_of()
    asked = Asked(
        work=arguments.work,
        sizes=tuple(sorted(set(arguments.sizes))),
        repeats=arguments.repeats,
        heavy_repeats=arguments.heavy_repeats,
        without=frozenset(arguments.without),
        limits=Limits(arguments.minutes, arguments.gigabytes),
        many=arguments.many,
        memory=arguments.memory,
        cap=arguments.cap,
    )
    asked.work.mkdir(parents=True, exist_ok=True)
    compile_modules()
    rows = [row for name, row in all_rows().items() if name in arguments.rows]
    begun = load()
    if begun[0] > _BUSY * (os.cpu_count() or 1):
        tell(f"The machine is busy (load {begun[0]}): believe ratios of CPU seconds only.")
    bench = Workbench(asked)
    bench.run(job for row in rows for job in row.jobs(asked))
    outcomes = {row: row.judge(bench) for row in rows}
    about = machine() | {"load_at_start": begun, "load_at_end": load()}
    print(write(arguments.out, arguments.name, bench, outcomes, about))


if __name__ == "__main__":
    main()
