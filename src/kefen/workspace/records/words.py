"""What edits are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.workspace.records.models import EditKind

if TYPE_CHECKING:
    from collections.abc import Mapping

EDITS: Mapping[str, Text] = {
    EditKind.CREATED: Text("added", "新建"),
    EditKind.CHANGED: Text("changed", "修改"),
    EditKind.ASSIGNED: Text("assigned", "分配"),
    EditKind.CLAIMED: Text("claimed", "领取"),
    EditKind.RETURNED: Text("returned to the pool", "退回公海"),
    EditKind.RECALLED: Text("returned by rule", "按规则收回"),
    EditKind.HANDED_OVER: Text("handed over", "交接"),
    EditKind.MERGED: Text("merged", "合并"),
    EditKind.UNDONE: Text("taken back", "撤销修改"),
}

INTERACTIONS: Mapping[str, Text] = {
    "visit": Text("visit", "拜访"),
    "call": Text("call", "电话"),
    "email": Text("email", "邮件"),
    "message": Text("message", "短信"),
    "wecom": Text("WeCom", "企业微信"),
    "meeting": Text("meeting", "会议"),
}
