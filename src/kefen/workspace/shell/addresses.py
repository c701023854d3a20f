"""Numbers of customers in addresses: any text, one segment of the path, read back as it was.

A slash in a number would look like the end of a segment, and browsers resolve segments of dots
before they ask. `~1` stands for a slash and `~0` for a tilde, as in JSON Pointer (RFC 6901), and
`~2` for a dot of a number that is nothing but one or two dots.
"""

from __future__ import annotations

_DOTS = (".", "..")


class CustomerNumber:
    """The number of a customer as one segment."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the number that a segment means."""
        return value.replace("~2", ".").replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        """Return the segment that means a number."""
        written = value.replace("~", "~0").replace("/", "~1")
        return written.replace(".", "~2") if value in _DOTS else written


class GivenCustomerNumber(CustomerNumber):
    """The number of a customer as a program writes it, slashes as they are or as `~1`."""

    regex = ".+"
