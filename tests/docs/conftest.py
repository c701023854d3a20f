"""Helpers beside the tests: the tests are no package, so their folder joins the path."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "library"), str(_HERE.parent / "grading")]
