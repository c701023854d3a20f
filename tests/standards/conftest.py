"""A helper module that the tests of this folder import by its name, however pytest was started."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "scheme_documents", Path(__file__).with_name("scheme_documents.py")
)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules["scheme_documents"] = _module
_spec.loader.exec_module(_module)
