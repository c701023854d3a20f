"""The data contract: the tables and columns that every import is mapped onto."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(Enum):
    """The type of a column."""

    ID = "id"
    TEXT = "text"
    CODE = "code"  # text restricted to `Column.codes`
    INTEGER = "integer"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"

    @property
    def sql_type(self) -> str:
        """Return the DuckDB type of a canonical column of this kind."""
        return _SQL_TYPES[self]


_SQL_TYPES = {
    Kind.ID: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.CODE: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.MONEY: "DECIMAL(18,4)",
    Kind.NUMBER: "DECIMAL(18,4)",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.BOOLEAN: "BOOLEAN",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract table.

    Attributes:
        name: The canonical name.
        kind: Its type.
        label: Its name for people.
        required: An import without it is refused; a row without a value is rejected
            (for `customer_id` of facts: unattributed instead).
        codes: The values a CODE column may have.
    """

    name: str
    kind: Kind
    label: Text
    required: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract.

    Attributes:
        name: The canonical name.
        label: Its name for people.
        columns: Its columns, in order.
        key: Columns that identify a row; empty when the whole row and an occurrence number do.
        date: The column that places a row in time; None for tables without time.
    """

    name: str
    label: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    date: str | None = None

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises:
            KeyError: The table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the canonical names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the required columns."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def has_customer(self) -> bool:
        """Return whether rows belong to a customer."""
        return "customer_id" in self.column_names


def _c(
    name: str, kind: Kind, en: str, zh: str, *, required: bool = False, codes: str = ""
) -> Column:
    return Column(name, kind, Text(en, zh), required, tuple(codes.split()))


_CUSTOMER = _c("customer_id", Kind.ID, "Customer id", "客户编号", required=True)
_RECORDED = _c("recorded_on", Kind.DATE, "Recorded on", "录入日期")

_TABLES = (
    Table(
        "customers",
        Text("Customers", "客户"),
        (
            _CUSTOMER,
            _c("name", Kind.TEXT, "Name", "客户名称"),
            _c("kind", Kind.CODE, "Kind", "客户性质", codes="company person"),
            _c("status", Kind.CODE, "Status", "客户状态", codes="customer prospect"),
            _c("created_on", Kind.DATE, "Created on", "建档日期"),
            _c("country", Kind.TEXT, "Country", "国家"),
            _c("region", Kind.TEXT, "Region", "地区"),
            _c("city", Kind.TEXT, "City", "城市"),
            _c("address", Kind.TEXT, "Address", "地址"),
            _c("postcode", Kind.ID, "Postcode", "邮编"),
            _c("industry", Kind.TEXT, "Industry", "行业"),
            _c("ownership_type", Kind.TEXT, "Ownership", "企业性质"),
            _c("founded_on", Kind.DATE, "Founded on", "成立日期"),
            _c("registered_capital", Kind.MONEY, "Registered capital", "注册资本"),
            _c("employees", Kind.INTEGER, "Employees", "员工人数"),
            _c("annual_revenue", Kind.MONEY, "Annual revenue", "年营业额"),
            _c("annual_growth", Kind.NUMBER, "Annual growth", "年增长率"),
            _c("total_assets", Kind.MONEY, "Total assets", "总资产"),
            _c("expected_demand", Kind.MONEY, "Expected demand", "预计需求"),
            _c("credit_limit", Kind.MONEY, "Credit limit", "信用额度"),
            _c("payment_terms", Kind.TEXT, "Payment terms", "付款条件"),
            _c("owner", Kind.TEXT, "Owner", "负责人"),
            _c("team", Kind.TEXT, "Team", "团队"),
            _c("parent_id", Kind.ID, "Parent customer id", "上级客户编号"),
            _c("referred_by", Kind.TEXT, "Referred by", "介绍人"),
            _c("source", Kind.TEXT, "Source", "客户来源"),
            _c("email", Kind.TEXT, "Email", "电子邮箱"),
            _c("phone", Kind.ID, "Phone", "电话"),
            _c("tax_id", Kind.ID, "Tax id", "统一社会信用代码"),
            _c("birth_date", Kind.DATE, "Birth date", "出生日期"),
            _c("gender", Kind.TEXT, "Gender", "性别"),
            _c("marital_status", Kind.TEXT, "Marital status", "婚姻状况"),
            _c("household", Kind.TEXT, "Household", "家庭"),
            _c("occupation", Kind.TEXT, "Occupation", "职业"),
            _c("income_band", Kind.TEXT, "Income band", "收入区间"),
            _c("interests", Kind.TEXT, "Interests", "兴趣"),
        ),
        key=("customer_id",),
        date="created_on",
    ),
    Table(
        "orders",
        Text("Orders", "订单"),
        (
            _c("order_id", Kind.ID, "Order id", "订单号", required=True),
            _c("line", Kind.ID, "Line", "行号"),
            _CUSTOMER,
            _c("ordered_at", Kind.TIMESTAMP, "Ordered at", "下单日期", required=True),
            _c("product_id", Kind.ID, "Product id", "产品编号"),
            _c("category", Kind.TEXT, "Category", "产品类别"),
            _c("quantity", Kind.NUMBER, "Quantity", "数量"),
            _c("amount", Kind.MONEY, "Amount", "金额", required=True),
            _c("cost", Kind.MONEY, "Cost", "成本"),
            _c("discount", Kind.NUMBER, "Discount", "折扣"),
            _c("currency", Kind.TEXT, "Currency", "币种"),
            _c("channel", Kind.TEXT, "Channel", "渠道"),
            _c("status", Kind.CODE, "Status", "状态", codes="completed cancelled"),
            _c("cancelled_on", Kind.DATE, "Cancelled on", "取消日期"),
            _RECORDED,
        ),
        key=("order_id", "line"),
        date="ordered_at",
    ),
    Table(
        "receivables",
        Text("Receivables", "应收账款"),
        (
            _c("invoice_id", Kind.ID, "Invoice id", "发票号", required=True),
            _CUSTOMER,
            _c("issued_on", Kind.DATE, "Issued on", "开票日期", required=True),
            _c("due_on", Kind.DATE, "Due on", "到期日"),
            _c("amount", Kind.MONEY, "Amount", "金额", required=True),
            _c("settled_on", Kind.DATE, "Settled on", "结清日期"),
            _c("settled_amount", Kind.MONEY, "Settled amount", "已收金额"),
            _c("disputed", Kind.BOOLEAN, "Disputed", "是否争议"),
            _c("currency", Kind.TEXT, "Currency", "币种"),
            _RECORDED,
        ),
        key=("invoice_id",),
        date="issued_on",
    ),
    Table(
        "payments",
        Text("Payments", "收款"),
        (
            _c("payment_id", Kind.ID, "Payment id", "收款单号", required=True),
            _CUSTOMER,
            _c("paid_on", Kind.DATE, "Paid on", "收款日期", required=True),
            _c("amount", Kind.MONEY, "Amount", "金额", required=True),
            _c("invoice_id", Kind.ID, "Invoice id", "发票号"),
            _c("currency", Kind.TEXT, "Currency", "币种"),
            _RECORDED,
        ),
        key=("payment_id",),
        date="paid_on",
    ),
    Table(
        "interactions",
        Text("Interactions", "往来记录"),
        (
            _CUSTOMER,
            _c("at", Kind.TIMESTAMP, "At", "时间", required=True),
            _c("kind", Kind.CODE, "Kind", "方式", codes="visit call email message wecom meeting"),
            _c("direction", Kind.TEXT, "Direction", "方向"),
            _c("contact", Kind.TEXT, "Contact", "联系人"),
            _c("purpose", Kind.TEXT, "Purpose", "目的"),
            _c("result", Kind.TEXT, "Result", "结果"),
            _c("next_on", Kind.DATE, "Next on", "下次日期"),
            _c("planned", Kind.BOOLEAN, "Planned", "是否计划"),
            _c("employee", Kind.TEXT, "Employee", "员工"),
            _c("note", Kind.TEXT, "Note", "备注"),
            _RECORDED,
        ),
        date="at",
    ),
    Table(
        "cases",
        Text("Cases", "服务工单"),
        (
            _c("case_id", Kind.ID, "Case id", "工单号", required=True),
            _CUSTOMER,
            _c("opened_at", Kind.TIMESTAMP, "Opened at", "提出时间", required=True),
            _c("kind", Kind.CODE, "Kind", "类型", codes="fault request complaint suggestion"),
            _c("product_id", Kind.ID, "Product id", "产品编号"),
            _c("severity", Kind.TEXT, "Severity", "严重程度"),
            _c("channel", Kind.TEXT, "Channel", "渠道"),
            _c("first_response_at", Kind.TIMESTAMP, "First response at", "首次响应时间"),
            _c("closed_at", Kind.TIMESTAMP, "Closed at", "关闭时间"),
            _c("resolution", Kind.TEXT, "Resolution", "处理结果"),
            _RECORDED,
        ),
        key=("case_id",),
        date="opened_at",
    ),
    Table(
        "surveys",
        Text("Surveys", "满意度调查"),
        (
            _CUSTOMER,
            _c("answered_on", Kind.DATE, "Answered on", "答复日期", required=True),
            _c("score", Kind.NUMBER, "Score", "得分", required=True),
            _c("instrument", Kind.CODE, "Instrument", "量表", codes="csat nps ces"),
            _c("scale_max", Kind.NUMBER, "Highest score", "满分"),
            _RECORDED,
        ),
        date="answered_on",
    ),
    Table(
        "assessments",
        Text("Assessments", "人工评定"),
        (
            _CUSTOMER,
            _c("item", Kind.TEXT, "Item", "评定项目", required=True),
            _c("value", Kind.TEXT, "Value", "评定值", required=True),
            _c("assessed_on", Kind.DATE, "Assessed on", "评定日期", required=True),
            _c("assessor", Kind.TEXT, "Assessor", "评定人"),
            _c("role", Kind.TEXT, "Role", "角色"),
            _RECORDED,
        ),
        date="assessed_on",
    ),
    Table(
        "financials",
        Text("Financials", "财务报表"),
        (
            _CUSTOMER,
            _c("period_end", Kind.DATE, "Period end", "报表期末", required=True),
            _c("revenue", Kind.MONEY, "Revenue", "营业收入"),
            _c("profit", Kind.MONEY, "Profit", "净利润"),
            _c("assets", Kind.MONEY, "Assets", "资产"),
            _c("liabilities", Kind.MONEY, "Liabilities", "负债"),
            _c("current_assets", Kind.MONEY, "Current assets", "流动资产"),
            _c("current_liabilities", Kind.MONEY, "Current liabilities", "流动负债"),
            _c("inventory", Kind.MONEY, "Inventory", "存货"),
        ),
        key=("customer_id", "period_end"),
        date="period_end",
    ),
    Table(
        "credit_reports",
        Text("Credit reports", "征信报告"),
        (
            _CUSTOMER,
            _c("reported_on", Kind.DATE, "Reported on", "报告日期", required=True),
            _c("agency", Kind.TEXT, "Agency", "机构"),
            _c("rating", Kind.TEXT, "Rating", "评级"),
            _c("litigation", Kind.INTEGER, "Lawsuits", "诉讼件数"),
        ),
        date="reported_on",
    ),
    Table(
        "products",
        Text("Products", "产品"),
        (
            _c("product_id", Kind.ID, "Product id", "产品编号", required=True),
            _c("name", Kind.TEXT, "Name", "产品名称"),
            _c("category", Kind.TEXT, "Category", "产品类别"),
            _c("tier", Kind.CODE, "Tier", "档次", codes="high middle low"),
            _c("unit_cost", Kind.MONEY, "Unit cost", "单位成本"),
        ),
        key=("product_id",),
    ),
    Table(
        "costs",
        Text("Costs", "费用"),
        (
            _c("month", Kind.DATE, "Month", "月份", required=True),
            _c(
                "kind",
                Kind.CODE,
                "Kind",
                "费用类型",
                required=True,
                codes="acquisition retention service marketing",
            ),
            _c("amount", Kind.MONEY, "Amount", "金额", required=True),
            _c("customer_id", Kind.ID, "Customer id", "客户编号"),
        ),
        date="month",
    ),
    Table(
        "markets",
        Text("Markets", "市场"),
        (
            _c("period", Kind.DATE, "Period", "期间", required=True),
            _c("total", Kind.MONEY, "Market total", "市场总量", required=True),
            _c("region", Kind.TEXT, "Region", "地区"),
            _c("category", Kind.TEXT, "Category", "产品类别"),
            _c("main_competitor", Kind.TEXT, "Main competitor", "主要竞争对手"),
        ),
        date="period",
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _TABLES})
"""Every table of the contract by name, customers and orders first."""
