"""The harness of the ready standards, the small companies and the generator, importable here."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[2]
for folder in (_TESTS / "library", _TESTS / "grading", Path(__file__).parent):
    sys.path.insert(0, str(folder))
