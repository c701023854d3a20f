"""Measurements that are scripts of their own, run as processes that print their figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_BENCHMARKS = Path(__file__).parents[1]


def figures_of(script: str, *arguments: object) -> dict[str, Any]:
    """Return the figures that a script of the benchmarks prints as JSON.

    Raises:
        RuntimeError: It ended without printing any; the exit code alone may say that a bar is
            missed.
    """
    command = [sys.executable, str(_BENCHMARKS / script), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
    if not done.stdout:
        raise RuntimeError(f"{' '.join(command)} failed with exit code {done.returncode}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
