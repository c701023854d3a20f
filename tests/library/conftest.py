"""Tests of the ready standards; the harness beside them and the small companies importable."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parent.parent / "grading"):
    sys.path.insert(0, str(folder))
