"""A guard against becoming slow: ratios of CPU seconds on small sizes, with room for noise.

Other programs hardly move the CPU seconds of a process, and move those of two that take turns
alike. A bound that is missed is measured again: what counts are the medians of all runs. The
bounds are about twice what was measured (benchmarks/README.md says what), so that a cost that has
doubled is found, and one that has grown a little is not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contenders import BY_HAND, KEFEN, kefen
from measuring import Limits
from rows.growth import exponents
from rows.help import start_by_turns
from workbench import Asked, Job, Workbench

_ROUNDS = 4
_SMALL, _LARGE = 10_000, 40_000
_TIMES_THE_SQL_BY_HAND = 3.7
_EXPONENT = 0.85
_TIMES_BARE_PYTHON = 20


def _within(bound: float, measured: Callable[[], float], again: Callable[[], object]) -> None:
    """Fail if a measurement stays above a bound however often it is made again."""
    found = [measured()]
    while found[-1] > bound and len(found) < _ROUNDS:
        again()
        found.append(measured())
    assert found[-1] <= bound, f"above {bound} each time: {found}"


def _times_by_hand(bench: Workbench) -> float:
    ours, by_hand = (bench.median(Job(who, _LARGE)) for who in (KEFEN, BY_HAND))
    assert ours is not None
    assert by_hand is not None
    return ours.cpu_seconds / by_hand.cpu_seconds


def _exponent(bench: Workbench) -> float:
    small, large = (bench.median(Job(KEFEN, size)) for size in (_SMALL, _LARGE))
    assert small is not None
    assert large is not None
    return exponents(_SMALL, small, _LARGE, large)[1]


@pytest.mark.slow
def test_the_main_job_stays_near_the_sql_by_hand_and_grows_less_than_the_lines(
    tmp_path: Path,
) -> None:
    # One test, because both bounds are about the same runs.
    bench = Workbench(Asked(tmp_path, repeats=1, limits=Limits(minutes=20, gigabytes=8)))
    jobs = [Job(KEFEN, _SMALL), Job(KEFEN, _LARGE), Job(BY_HAND, _LARGE)]
    bench.run(jobs)
    _within(_TIMES_THE_SQL_BY_HAND, lambda: _times_by_hand(bench), lambda: bench.run(jobs[1:]))
    _within(_EXPONENT, lambda: _exponent(bench), lambda: bench.run(jobs[:2]))


def test_help_takes_a_few_times_the_cpu_of_bare_python() -> None:
    commands = [[*kefen(), "--help"], [sys.executable, "-c", "pass"]]
    found = start_by_turns(commands, 3)

    def measure_again() -> None:
        found[:] = start_by_turns(commands, 9)

    _within(_TIMES_BARE_PYTHON, lambda: found[0].cpu / found[1].cpu, measure_again)


def test_a_bound_that_is_missed_once_is_measured_again_and_one_missed_always_fails() -> None:
    values = iter([9.0, 8.0, 1.0])
    _within(2, lambda: next(values), lambda: None)
    with pytest.raises(AssertionError, match="above 2 each time"):
        _within(2, lambda: 3.0, lambda: None)
