"""The modules of the benchmark are imported as its scripts import each other: by their name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the files of 10,000 customers."""
    from generate import generate

    directory: Path = tmp_path_factory.mktemp("benchmark") / "data"
    generate(10_000, directory)
    return directory
