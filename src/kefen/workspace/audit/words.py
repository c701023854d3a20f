"""What each action of the audit log is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS: Mapping[str, Text] = {
    "person.first": Text("made the first account", "创建了第一个账号"),
    "person.added": Text("added a person", "添加了人员"),
    "person.changed": Text("changed a person", "修改了人员"),
    "person.password": Text("changed the own password", "修改了自己的密码"),
    "person.unlocked": Text("unlocked a person", "解锁了人员"),
    "team.added": Text("added a team", "添加了团队"),
    "run.asked": Text("started a run", "发起了评级"),
    "run.months": Text("asked for the months of a year", "补评了一年的各月"),
    "run.scheduled": Text("set the monthly run", "设定了每月自动评级"),
    "run.unscheduled": Text("ended the monthly run", "取消了每月自动评级"),
    "alerts.told": Text("told people of alerts", "发送了预警通知"),
    "notice.read": Text("read notices", "阅读了通知"),
    "notice.mail": Text("chose where notices are sent", "设置了邮件通知"),
    "run.published": Text("published a run", "发布了评级结果"),
    "run.prepared": Text("prepared an earlier period", "准备了历史评级期"),
    "view.saved": Text("saved a view", "保存了视图"),
    "view.deleted": Text("deleted a view", "删除了视图"),
    "view.default": Text("chose the view that the list opens with", "设定了默认视图"),
    "customers.tagged": Text("put a tag on customers", "为客户添加了标签"),
    "customers.untagged": Text("took a tag off customers", "移除了客户的标签"),
    "table.keeping": Text("named who keeps and checks a table", "指定了报表的制表人与审核人"),
    "table.checked": Text("marked a table as checked", "将报表标记为已审核"),
    "list.exported": Text("exported a list", "导出了列表"),
    "import.uploaded": Text("uploaded a file", "上传了文件"),
    "import.asked": Text("asked to import a file", "提交了导入"),
    "import.undone": Text("undid an import", "撤销了导入"),
    "mapping.saved": Text("saved a mapping", "保存了列对应"),
    "mapping.deleted": Text("deleted a mapping", "删除了列对应"),
    "import.dropped": Text("dropped an upload", "放弃了上传"),
    "prospect.moved": Text("moved a prospect", "移动了潜在客户"),
    "prospect.planned": Text("planned what follows for a prospect", "修改了潜在客户的跟进计划"),
    "prospect.converted": Text("made a customer of a prospect", "将潜在客户转为客户"),
    "prospect.lost": Text("gave a prospect up", "放弃了潜在客户"),
    "task.made": Text("made a task", "创建了任务"),
    "tasks.made": Text("made tasks for several customers", "批量创建了任务"),
    "tasks.planned": Text("made tasks by the service plan", "按服务策略生成了任务"),
    "task.changed": Text("changed a task", "修改了任务"),
    "task.done": Text("finished a task", "完成了任务"),
    "task.dropped": Text("dropped a task", "放弃了任务"),
}
