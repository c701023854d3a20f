"""What keeps a method from giving figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefen.domain.text import Text


class NotEstimableError(ValueError):
    """The data cannot tell the parameters of a model.

    Attributes:
        reason: Why, in words for people.
    """

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason
