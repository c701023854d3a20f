"""What callers write is taken or refused in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kefen.domain.checked import checked_memory, checked_time_zone
from kefen.domain.errors import CallError


@pytest.mark.parametrize("given", ["2GB", "512MB", "1.5 GiB", "2gb"])
def test_amounts_of_memory_are_taken_as_they_are(given: str) -> None:
    assert checked_memory(given, "--memory") == given


@pytest.mark.parametrize("given", ["UTC", "Asia/Shanghai"])
def test_time_zones_that_there_are_are_taken(given: str) -> None:
    assert checked_time_zone(given, "--timezone") == given


@pytest.mark.parametrize(
    ("check", "given", "said"),
    [
        (checked_memory, "lots", "not an amount of memory"),
        (checked_memory, "2", "not an amount of memory"),
        (checked_memory, "-1GB", "not an amount of memory"),
        (checked_time_zone, "Mars/Base", "not a time zone"),
        (checked_time_zone, "../etc/passwd", "not a time zone"),
        (checked_time_zone, "", "not a time zone"),
    ],
)
def test_others_are_refused_with_what_gave_them(
    check: Callable[[str, str], str], given: str, said: str
) -> None:
    with pytest.raises(CallError, match=said) as refused:
        check(given, "the option")
    assert refused.value.where == "the option"
    assert refused.value.mend is not None
