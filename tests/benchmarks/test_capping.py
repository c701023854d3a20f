"""A cap on memory: set by the system where it can be, and gone afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from capping import capped

_HOLD = "held = bytearray(200 << 20); print(len(held))"


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_what_stays_below_the_cap_runs_as_it_would_without() -> None:
    with capped(_python(_HOLD), 1 << 30) as (command, _):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(200 << 20)


def test_what_holds_more_is_ended_and_leaves_no_group() -> None:
    with capped(_python(_HOLD), 64 << 20) as (command, by_system):
        if not by_system:
            pytest.skip("no control group can be made here")
        group = Path(command[4])
        assert group.is_dir()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert not group.exists()
