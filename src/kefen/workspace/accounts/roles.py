"""The eight roles: what each may do, and what of customers each may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Ability(Enum):
    """Something that a page lets people do."""

    SEE_CUSTOMERS = "see customers"
    SEE_WHY = "see why a customer has its grade, and try changes"
    EXPORT = "take lists out of the workspace"
    SHARE_VIEWS = "share a view with everybody"
    TAG = "put tags on customers"
    WORK = "make, take and finish tasks"
    SEE_RUNS = "see runs and their coverage"
    GRADE = "start a run"
    IMPORT = "import files and undo imports"
    MANAGE_PEOPLE = "add people, change their roles, unlock and switch off"
    SEE_AUDIT = "see who did what"
    EDIT = "add, change and archive customers and their contacts"
    NOTE = "write notes and interactions, and keep files"
    MERGE = "merge two records of one customer"
    MANAGE_FIELDS = "define custom attributes"
    CLAIM = "claim customers from the pool, and return own ones"
    ASSIGN = "give customers to people, and hand them over"


class Scope(Enum):
    """Which customers a role sees."""

    ALL = "all"
    TEAM = "those of the own team, and the own ones"


class Kind(Enum):
    """A kind of column, where not every role sees all of them."""

    PLAIN = "plain"
    MONEY = "money"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Role:
    """A role.

    Attributes:
        code: Its code, as stored.
        name: Its name for people.
        purpose: Who it is for.
        abilities: What it may do.
        scope: Which customers it sees.
        hidden: The kinds of columns that it does not see, anywhere.
        owns: Whether people in it have customers of their own.
    """

    code: str
    name: Text
    purpose: Text
    abilities: frozenset[Ability]
    scope: Scope = Scope.ALL
    hidden: frozenset[Kind] = frozenset()
    owns: bool = False


_READS = {Ability.SEE_CUSTOMERS, Ability.SEE_WHY}
_WORKS = _READS | {Ability.TAG, Ability.WORK, Ability.EDIT, Ability.NOTE}

ROLES: Mapping[str, Role] = {
    role.code: role
    for role in (
        Role(
            "administrator",
            Text("Administrator", "管理员"),
            Text("Adds people and looks after the workspace", "管理人员与系统"),
            frozenset(Ability),
        ),
        Role(
            "analyst",
            Text("Analyst", "分析员"),
            Text("Imports data, runs the month", "导入数据，执行每月评级"),
            frozenset(
                _READS
                | {
                    Ability.TAG,
                    Ability.WORK,
                    Ability.EXPORT,
                    Ability.SHARE_VIEWS,
                    Ability.SEE_RUNS,
                    Ability.GRADE,
                    Ability.IMPORT,
                    Ability.EDIT,
                    Ability.MERGE,
                    Ability.MANAGE_FIELDS,
                }
            ),
            hidden=frozenset({Kind.CONTACT}),
        ),
        Role(
            "account_manager",
            Text("Account manager", "客户经理"),
            Text("Works with the customers of the own team", "负责本团队客户"),
            frozenset(_WORKS | {Ability.EXPORT, Ability.CLAIM}),
            scope=Scope.TEAM,
            owns=True,
        ),
        Role(
            "credit_controller",
            Text("Credit controller", "信用管理员"),
            Text("Rates credit, follows arrears", "信用评级与账款跟踪"),
            frozenset(_WORKS | {Ability.EXPORT, Ability.SEE_RUNS}),
        ),
        Role(
            "compliance_officer",
            Text("Compliance officer", "合规专员"),
            Text("Rates risk, answers data subjects", "风险评级与个人信息事务"),
            frozenset(_WORKS | {Ability.EXPORT, Ability.SEE_RUNS, Ability.SEE_AUDIT}),
        ),
        Role(
            "service_agent",
            Text("Service agent", "客服人员"),
            Text("Serves by grade; sees no amounts", "按等级服务；不可见金额"),
            frozenset({Ability.SEE_CUSTOMERS, Ability.TAG, Ability.WORK}),
            hidden=frozenset({Kind.MONEY}),
        ),
        Role(
            "manager",
            Text("Manager", "经理"),
            Text("Sees all, and whether grading pays", "纵览全局，评估分级成效"),
            frozenset(
                _WORKS
                | {
                    Ability.EXPORT,
                    Ability.SHARE_VIEWS,
                    Ability.SEE_RUNS,
                    Ability.MERGE,
                    Ability.CLAIM,
                    Ability.ASSIGN,
                }
            ),
            owns=True,
        ),
        Role(
            "auditor",
            Text("Auditor", "审计员"),
            Text("Reads everything but contacts, changes nothing", "只读；不可见联系方式"),
            frozenset(_READS | {Ability.SEE_RUNS, Ability.SEE_AUDIT}),
            hidden=frozenset({Kind.CONTACT}),
        ),
    )
}
