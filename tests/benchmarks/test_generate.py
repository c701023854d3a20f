"""The generated data is the same every time and has what real data has."""

from __future__ import annotations

from pathlib import Path

from generate import generate


def test_the_data_is_the_same_every_time(small_data: Path, tmp_path: Path) -> None:
    for path in generate(10_000, tmp_path):
        assert path.read_bytes() == (small_data / path.name).read_bytes()
