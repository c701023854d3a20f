"""The page's own words: headings of its frame, labels of its controls."""

from __future__ import annotations

from kefen.domain.text import Text

BRAND = Text("Kefen", "客分")
CONTENTS = Text("Contents", "目录")
SKIP = Text("Skip to the content", "跳到主要内容")
AS_OF = Text("As of {day}", "截至 {day}")
AS_TABLE = Text("As a table", "以表格查看")
PERIOD = Text("Period", "统计期间")
UNIT = Text("Unit", "单位")
WHOLE_UNITS = Text("{unit}, rounded to whole units here", "{unit}（本页取整显示）")
PREPARED_BY = Text("Prepared by", "制表")
CHECKED_BY = Text("Checked by", "审核")
DATE = Text("Date", "日期")
KEEPER = Text("Keeper", "保管")
UPDATE_DUE = Text("Update due", "更新期限")
CLASS = Text("Class", "类别")
CUSTOMERS = Text("Customers", "客户数")
FILTER = Text("Filter rows", "筛选行")
SORT = Text("Sort by this column", "按此列排序")
SHOWN = Text(
    "The first {shown} of {all} rows; the workbook holds more.",
    "显示前 {shown} 行，共 {all} 行；更多见工作簿。",
)
NOT_RECORDED = Text("not recorded", "未记录")
FINGERPRINT = Text("Standard {f}", "标准指纹 {f}")
PROFILE = Text("Where they stand against the others", "与其他客户相比的位置")
LESS = Text("less", "较低")
MORE = Text("more", "较高")
OWN = Text("Theirs", "本类")
OTHERS = Text("Others", "其他")
