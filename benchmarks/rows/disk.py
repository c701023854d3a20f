"""The disk of temporary files fills up in the middle of a run: what is said, and what is left."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from contenders import grade_command
from measuring import ProcessFailedError, measure
from rows.protocol import Outcome, Row, Verdict
from workbench import tell

if TYPE_CHECKING:
    from pathlib import Path

    from workbench import Workbench

_CUSTOMERS = 60_000
_MEGABYTES = 4
_MEMORY = "80MB"
_BAR = "a full disk gives an error that says so and exit code 1, earlier results untouched"
# The disk is there for this process alone, and gone with it.
_WITH_SMALL_DISK = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'


def _judge(bench: Workbench) -> Outcome:
    program = shutil.which("unshare")
    if program is None:
        return Outcome((Verdict(_BAR, "not measured: there is no `unshare`", None),))
    data, folder = bench.data(_CUSTOMERS), bench.asked.work / "results-full-disk"
    shutil.rmtree(folder, ignore_errors=True)
    out, scratch = folder / "kefen", folder / "scratch"
    scratch.mkdir(parents=True)
    tell("Grading, then again with a disk that fills up")
    limits = bench.asked.limits
    measure(grade_command(data, out), limits)
    before = _contents(folder)
    again = grade_command(data, out, "--overwrite", "--memory", _MEMORY)
    mounting = [program, "--map-root-user", "--mount", "--", "sh", "-c", _WITH_SMALL_DISK, "sh"]
    try:
        measure(
            [*mounting, f"{_MEGABYTES}m", str(scratch), *again],
            limits,
            environment=os.environ | {"TMPDIR": str(scratch), "LANG": "C.UTF-8"},
        )
    except ProcessFailedError as error:
        said, exit_code = error.last_words, error.exit_code
    else:
        return Outcome((Verdict(_BAR, "not known: the disk did not fill up", None),))
    if "unshare:" in said or "mount:" in said:
        return Outcome((Verdict(_BAR, f"not measured: {said}", None),))
    is_kept = _contents(folder) == before
    is_clear = "disk" in said and "Traceback" not in said
    return Outcome(
        (
            Verdict(
                _BAR,
                f"exit code {exit_code}, {'untouched' if is_kept else 'CHANGED'}: {said}",
                exit_code == 1 and is_kept and is_clear,
            ),
        ),
        figures={"exit_code": exit_code, "said": said, "is_kept": is_kept},
    )


def _contents(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder; of a folder, nothing."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        )
        for path in sorted(folder.rglob("*"))
    }


ROW = Row(10, "disk", "A full disk", _judge)
