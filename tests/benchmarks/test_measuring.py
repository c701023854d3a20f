"""A process is measured with all it starts, and stopped when it takes too much."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from measuring import Limits, Measured, ProcessFailedError, ProcessTree, measure, median

_ENOUGH = Limits(minutes=5, gigabytes=8)
_SPIN = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\n"
_HOLD = "held = bytearray(100 << 20)\nimport time\ntime.sleep(1)\n"


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _ends_soon(process: int) -> bool:
    """Return whether a process ends: being killed, it needs a moment to give its memory back."""
    program, end = Path("/proc") / str(process) / "exe", time.monotonic() + 10
    while program.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not program.exists()


def test_clock_cpu_and_memory_of_a_process() -> None:
    found = measure(_python(_SPIN + _HOLD), _ENOUGH)
    assert found.stopped == ""
    assert found.seconds > 1.5
    assert 0.5 < found.cpu_seconds < found.seconds
    assert 100 < found.peak_megabytes < 200


def test_children_are_counted_too(tmp_path: Path) -> None:
    # Each says when it holds its memory, and holds it until its input ends.
    child = "held = bytearray(100 << 20); print(flush=True); input()"
    code = f"""
import subprocess, sys, time
started = [
    subprocess.Popen([sys.executable, "-c", {child!r}], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for _ in range(3)
]
for child in started:
    child.stdout.read(1)
time.sleep(2)
"""
    assert measure(_python(code), _ENOUGH).peak_megabytes > 300


def test_children_that_nobody_waits_for_are_counted_too(tmp_path: Path) -> None:
    child = f"{_SPIN}open({str(tmp_path / 'spun')!r}, 'w').close(); time.sleep(60)"
    code = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {child!r}])
while not os.path.exists({str(tmp_path / "spun")!r}):
    time.sleep(0.1)
time.sleep(1)
"""
    # Of a process that is not waited for the system tells whole ticks, rounded down; without the
    # child it would be a tenth of this.
    assert measure(_python(code), _ENOUGH).cpu_seconds > 0.4


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(minutes=0, gigabytes=8), "stopped at 0 minutes"),
        (Limits(minutes=5, gigabytes=0.05), "stopped at 0.05 GB"),
    ],
)
def test_a_process_beyond_a_limit_is_stopped_and_so_are_its_children(
    tmp_path: Path, limits: Limits, reason: str
) -> None:
    child = "input(); held = bytearray(100 << 20); import time; time.sleep(60)"
    code = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdin=subprocess.PIPE)
open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
child.communicate(b"now")
"""
    start = time.monotonic()
    found = measure(_python(code), limits)
    assert found.stopped == reason
    assert time.monotonic() - start < 30
    if reason.endswith("GB"):
        assert _ends_soon(int((tmp_path / "child").read_text()))


def test_what_a_process_leaves_behind_is_stopped(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
    )
    measure(_python(code), _ENOUGH)
    assert _ends_soon(int((tmp_path / "child").read_text()))


def test_a_process_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(ProcessFailedError, match="failed with exit code 3") as found:
        measure(_python("import sys; print('gone wrong', file=sys.stderr); sys.exit(3)"), _ENOUGH)
    assert found.value.exit_code == 3
    assert found.value.last_words == "gone wrong"


def test_a_tree_knows_only_its_own_processes() -> None:
    tree = ProcessTree(os.getpid())
    assert tree.sample() > 2**20
    assert ProcessTree(2**22 + 1).sample() == 0


def test_medians_keep_the_most_memory_and_the_reason() -> None:
    runs = [Measured(1, 5, 100), Measured(3, 4, 300, 0.5), Measured(2, 6, 200, 1, "stopped")]
    assert median(runs) == Measured(2, 5, 300, 0.5, "stopped")
