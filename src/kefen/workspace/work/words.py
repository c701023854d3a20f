"""What kinds of tasks are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Mapping[str, tuple[Text, str]] = {
    "visit": (Text("Visit", "拜访"), "users"),
    "call": (Text("Call", "电话"), "phone"),
    "meeting": (Text("Meeting", "会议"), "calendar"),
    "wecom": (Text("WeCom", "企业微信"), "headset"),
    "message": (Text("Message", "短信或消息"), "note"),
    "email": (Text("E-mail", "邮件"), "file-text"),
    "contact": (Text("Contact", "联系"), "headset"),
    "other": (Text("To do", "待办"), "checklist"),
}
"""By kind: its name, and its icon."""
CONTACTS = ("visit", "call", "meeting", "wecom", "message", "email", "contact")
"""The kinds in which somebody speaks with the customer; `contact` leaves the way open."""
WAYS = ("visit", "call", "meeting", "wecom", "message", "email")
"""The ways of speaking with a customer, as the data contract names them."""
