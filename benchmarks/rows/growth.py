"""How the time of the main job grows with the number of customers."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from contenders import BY_HAND, KEFEN
from rows.protocol import Outcome, Row, Verdict
from rows.wording import table_of_jobs
from workbench import Job, jobs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measuring import Measured
    from workbench import Asked, Workbench

_BAR = "in proportion to the lines or better (n^1)"


def _jobs(asked: Asked) -> Sequence[Job]:
    return jobs_of((KEFEN, BY_HAND), asked.sizes)


def exponents(small: int, one: Measured, large: int, other: Measured) -> tuple[float, float]:
    """Return how seconds and CPU seconds grow between two sizes: 1 is in proportion."""
    factor = math.log(large / small)
    return (
        math.log(other.seconds / one.seconds) / factor,
        math.log(other.cpu_seconds / one.cpu_seconds) / factor,
    )


def _judge(bench: Workbench) -> Outcome:
    sizes = bench.asked.sizes
    found = {size: m for size in sizes if (m := bench.median(Job(KEFEN, size))) is not None}
    if len(found) < 2:
        return Outcome((Verdict(_BAR, "not measured: it needs two sizes", None),))
    pairs = list(pairwise(found))
    if len(pairs) > 1:
        pairs.append((sizes[0], sizes[-1]))
    grown = {pair: exponents(pair[0], found[pair[0]], pair[1], found[pair[1]]) for pair in pairs}
    seconds, cpu = grown[sizes[0], sizes[-1]]
    lines = [
        f"- from {small:,} to {large:,} customers: seconds n^{s:.2f}, CPU seconds n^{c:.2f}"
        for (small, large), (s, c) in grown.items()
    ]
    span = f"from {sizes[0]:,} to {sizes[-1]:,} customers"
    return Outcome(
        (
            Verdict(f"CPU seconds {_BAR}", f"n^{cpu:.2f} {span}", cpu <= 1),
            Verdict(f"seconds {_BAR}", f"n^{seconds:.2f} {span}", seconds <= 1),
        ),
        (table_of_jobs(bench, _jobs(bench.asked)), "\n".join(lines)),
        {
            f"{small}-{large}": {"seconds": s, "cpu_seconds": c}
            for (small, large), (s, c) in grown.items()
        },
    )


ROW = Row(2, "growth", "Growth with the number of lines", _judge, _jobs)
