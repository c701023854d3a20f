"""The notebook runs, and gives what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook" / "grade_in_python.ipynb"


def shown(notebook: Any) -> list[str]:
    return [
        output.get("text") or output["data"]["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]


@pytest.mark.slow
def test_the_notebook_gives_what_it_shows() -> None:
    stored = nbformat.read(NOTEBOOK, as_version=4)
    expected = shown(stored)
    assert len(expected) >= 5
    NotebookClient(stored, timeout=300).execute()
    assert shown(stored) == expected
