"""States of uploads and batches in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.lake.book.file_import import NUMBER
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
MATCHES: Mapping[str, Text] = {
    NUMBER: Text("their number", "客户编号"),
    "tax_id": Text("tax id", "统一社会信用代码"),
    "phone": Text("telephone", "电话"),
    "email": Text("e-mail", "邮箱"),
    "name": Text("name, exactly as in the book", "客户名称（须与账套完全一致）"),
}
ROWS: Mapping[str, Text] = {
    "all": Text("New and known rows: create and update", "新行与已有行：新建并更新"),
    "new": Text("Only new rows: create, change nothing", "仅新行：只新建，不改动已有数据"),
    "known": Text("Only known rows: update, create nothing", "仅已有行：只更新，不新建"),
}
UPLOAD_STATES: Mapping[str, Text] = {
    UploadState.LOOKING: Text("being read", "读取中"),
    UploadState.UPLOADED: Text("choose columns", "待选择列"),
    UploadState.TRYING: Text("being tried", "试运行中"),
    UploadState.TRIED: Text("tried, not imported", "已试运行，未导入"),
    UploadState.COMMITTING: Text("being imported", "导入中"),
    UploadState.DONE: Text("imported", "已导入"),
    UploadState.DROPPED: Text("dropped", "已放弃"),
}
