"""States of uploads and batches in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.workspace.imports.models import UploadState

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH_STATES: Mapping[str, Text] = {
    "imported": Text("imported", "已导入"),
    "nothing new": Text("nothing new", "无新数据"),
    "partly undone": Text("partly undone", "部分撤销"),
    "undone": Text("undone", "已撤销"),
    "undo": Text("undoing", "撤销操作"),
}
UPLOAD_STATES: Mapping[str, Text] = {
    UploadState.UPLOADED: Text("choose columns", "待选择列"),
    UploadState.TRYING: Text("being tried", "试运行中"),
    UploadState.TRIED: Text("tried, not imported", "已试运行，未导入"),
    UploadState.COMMITTING: Text("being imported", "导入中"),
    UploadState.DONE: Text("imported", "已导入"),
    UploadState.DROPPED: Text("dropped", "已放弃"),
}
