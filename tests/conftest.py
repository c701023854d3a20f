"""What all tests share: Hypothesis profiles, and where reference data is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
# Explaining a failure runs it many times more, each a whole grading.
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
settings.register_profile(
    "default",
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=_PHASES,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile(
    "thorough",
    max_examples=1_000,
    deadline=None,
    phases=_PHASES,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests: one that begins last leaves all other processors idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference data; tests that ask for it are skipped where it is absent."""
    folder = os.environ.get("KEFEN_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KEFEN_DATA names no folder of reference data")
    return Path(folder)
