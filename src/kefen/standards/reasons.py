"""Reason codes that every standard has: why a customer has no grade."""

from __future__ import annotations

from kefen.domain.text import Text

NOT_KNOWN = "value_unknown"
REASONS: dict[str, Text] = {
    NOT_KNOWN: Text(
        "what the grade is decided by is not known for this customer",
        "缺少该客户定级所需的数据",
    ),
}
