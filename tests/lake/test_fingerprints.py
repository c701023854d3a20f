"""Fingerprints tell the bytes of files, and are taken ahead where that is wanted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from kefen.lake.fingerprints import Fingerprints

if TYPE_CHECKING:
    from pathlib import Path

_BYTES = b"id,amount\nC1,10\n" * 200_000


def _file(folder: Path, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(_BYTES)
    return path


def test_name_size_and_digest_of_a_file(tmp_path: Path) -> None:
    expected = {
        "name": "orders.csv",
        "size": len(_BYTES),
        "sha256": hashlib.sha256(_BYTES).hexdigest(),
    }
    assert Fingerprints().of(_file(tmp_path)) == expected


def test_what_was_taken_ahead_is_not_read_again(tmp_path: Path) -> None:
    path, other = _file(tmp_path), _file(tmp_path, "other.csv")
    expected = Fingerprints().of(path)
    with Fingerprints.ahead([path]) as taken:
        assert taken.of(path) == expected
        path.unlink()
        assert taken.of(path) == expected
        assert taken.of(other) == {**expected, "name": "other.csv"}


def test_a_file_that_is_not_there_stops_only_whoever_asks_for_it(tmp_path: Path) -> None:
    path = _file(tmp_path)
    with Fingerprints.ahead([tmp_path / "gone.csv", path]) as taken:
        assert taken.of(path)["size"] == len(_BYTES)
        with pytest.raises(FileNotFoundError):
            taken.of(tmp_path / "gone.csv")


def test_the_rest_of_a_file_is_not_read_once_nobody_wants_to_know(tmp_path: Path) -> None:
    taken = Fingerprints()
    taken.give_up()
    assert taken.of(_file(tmp_path))["size"] == 0


def test_a_block_that_fails_gives_up_what_is_being_taken(tmp_path: Path) -> None:
    path = _file(tmp_path)
    with pytest.raises(KeyError), Fingerprints.ahead([path]) as taken:
        raise KeyError
    assert taken.of(_file(tmp_path, "later.csv"))["size"] == 0
