"""The main job against the same by hand in SQL, polars and pandas, at the largest size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contenders import BY_HAND, KEFEN, PANDAS, PLAIN_PANDAS, POLARS
from rows.protocol import Outcome, Row, Verdict
from rows.wording import table_of_jobs, times
from workbench import Job, jobs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contenders import Contender
    from measuring import Measured
    from workbench import Asked, Workbench

_CONTENDERS = (KEFEN, BY_HAND, POLARS, PANDAS, PLAIN_PANDAS)
_TIMES_BY_HAND, _EXTRA_SECONDS = 2.0, 3.0
_TIMES_PANDAS = 20.0
_GIGABYTES = 3.0


def _jobs(asked: Asked) -> Sequence[Job]:
    return jobs_of(_CONTENDERS, asked.sizes[-1:])


def _judge(bench: Workbench) -> Outcome:
    size = bench.asked.sizes[-1]
    found = {c: m for c in _CONTENDERS if (m := bench.median(Job(c, size))) is not None}
    return Outcome(
        tuple(_verdicts(found)),
        (table_of_jobs(bench, _jobs(bench.asked)),),
        {"customers": size},
    )


def _verdicts(found: dict[Contender, Measured]) -> Iterator[Verdict]:
    kefen = found[KEFEN]
    bar = f"at most {_TIMES_BY_HAND:g}x + {_EXTRA_SECONDS:g} s of the SQL by hand"
    by_hand = found.get(BY_HAND)
    if by_hand is None:
        yield Verdict(bar, "not measured", None)
    else:
        allowed = _TIMES_BY_HAND * by_hand.seconds + _EXTRA_SECONDS
        is_met = None if by_hand.stopped else kefen.seconds <= allowed
        yield Verdict(
            bar,
            f"{kefen.seconds:.1f} s where {allowed:.1f} s are allowed; "
            f"{kefen.seconds / by_hand.seconds:.2f}x in seconds, "
            f"{kefen.cpu_seconds / by_hand.cpu_seconds:.2f}x in CPU seconds",
            is_met,
        )
    for pandas in (PANDAS, PLAIN_PANDAS):
        bar = f"at least {_TIMES_PANDAS:g} times faster than {pandas.title}"
        if (other := found.get(pandas)) is None:
            yield Verdict(bar, "not measured", None)
            continue
        ratio = other.seconds / kefen.seconds
        is_met = ratio >= _TIMES_PANDAS
        # What was stopped would have taken longer, by nobody knows how much.
        yield Verdict(bar, times(other, kefen), None if other.stopped and not is_met else is_met)
    gigabytes = kefen.peak_megabytes / 1024
    yield Verdict(f"under {_GIGABYTES:g} GB", f"{gigabytes:.2f} GB", gigabytes < _GIGABYTES)


ROW = Row(1, "main", "The main job, against the same by hand", _judge, _jobs)
