"""A company whose rows are awkward, in every library; and helpers beside the tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "grading")]
