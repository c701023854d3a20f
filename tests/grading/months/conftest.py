"""A small book with eight months of orders, and the helpers beside the tests made importable."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from months_of_a_company import company_in_a_book

from kefen.lake.book import Book


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a book that no test changes."""
    return company_in_a_book(tmp_path_factory.mktemp("company")).directory


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Book:
    """The test's own copy of the book."""
    return Book.open(shutil.copytree(original, tmp_path / "book"))
