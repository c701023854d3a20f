"""One Spark cluster for all tests: two workers, each a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[2]
for folder in (Path(__file__).parent, TESTS / "grading", TESTS / "library"):
    sys.path.insert(0, str(folder))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    from kefen.engines.spark.session import spark_session

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with spark_session("local-cluster[2,1,1200]") as session:
        session.sparkContext.setLogLevel("OFF")
        yield session


@pytest.fixture(autouse=True)
def _two_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide the small companies of these tests in two: every piece is a task of every job."""
    monkeypatch.setattr("kefen.engines.spark.jobs.FEWEST_BUCKETS", 2)
