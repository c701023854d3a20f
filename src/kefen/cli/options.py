"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kefen.cli.standards import complete_names
from kefen.cli.tree import OPTIONS, Option, ParamType
from kefen.domain.calendar import month_end
from kefen.domain.checked import checked_memory, checked_time_zone
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

DATA_FILES = Text(
    "Data (CSV, FILE.xlsx#SHEET, Parquet, JSON lines, URL#TABLE; repeatable)",
    "数据（CSV、文件.xlsx#工作表、Parquet、JSON lines、地址#数据表；可重复）",
)
READING = Text("How files are read", "读取方式")
FILE = Text("FILE", "文件")
FOLDER = Text("DIR", "目录")
DATE = Text("DATE", "日期")
_EARLIEST, _LATEST = 1900, 2200
DEFAULT_MEMORY = "2GB"


class Checked(ParamType):
    """A type whose values a function makes from text.

    Args:
        name: Its name.
        make: Returns the value; raises `CallError` with what is wrong and the mend.
    """

    def __init__(self, name: str, make: Callable[[str, str], Any]) -> None:
        self.name = name
        self._make = make

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Return the value.

        Raises:
            CallError: The text is no such value.
        """
        if not isinstance(value, str):
            return value
        return self._make(value, param.opts[0] if param else "")


def _date(text: str, where: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is not None and _EARLIEST <= day.year <= _LATEST:
            return day
    raise CallError(
        Text("“{v}” is not a date.", "“{v}”不是日期。").filled(v=text),
        where=where,
        mend=Text(
            "Write a date that exists as year-month-day: 2026-10-31.",
            "请按 年-月-日 写一个存在的日期，例如 2026-10-31。",
        ),
    )


def _month(text: str, where: str) -> date:
    """Return the last day of a month written as year-month, or the day written in full."""
    if re.fullmatch(r"\d{4}-\d{2}", text) and "01" <= text[5:] <= "12":
        return month_end(_date(f"{text}-01", where))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _date(text, where)
    raise CallError(
        Text("“{v}” is not a month.", "“{v}”不是月份。").filled(v=text),
        where=where,
        mend=Text(
            "Write year-month, as 2026-10, or a day, as 2026-10-31.",
            "请按 年-月 书写，例如 2026-10；或写日期，例如 2026-10-31。",
        ),
    )


def _share(text: str, where: str) -> Decimal:
    bare = text.strip().removesuffix("%").strip()
    try:
        number = Decimal(bare)
    except InvalidOperation:
        number = Decimal(-1)
    share = number / 100 if text.strip().endswith("%") else number
    if number.is_finite() and 0 <= share <= 1:
        return share
    raise CallError(
        Text("“{v}” is not a share.", "“{v}”不是占比。").filled(v=text),
        where=where,
        mend=Text("Write it as 1% or 0.01.", "请写成 1% 或 0.01。"),
    )


def _currency(text: str, where: str) -> str:
    if re.fullmatch(r"[A-Za-z]{3}", text):
        return text.upper()
    raise CallError(
        Text("“{v}” is not a currency.", "“{v}”不是币种。").filled(v=text),
        where=where,
        mend=Text("Write its three letters: CNY, EUR, USD.", "请写三个字母：CNY、EUR、USD。"),
    )


def _number(text: str, where: str) -> int:
    if re.fullmatch(r"\d{1,9}", text):
        return int(text)
    raise CallError(
        Text("“{v}” is not a number.", "“{v}”不是编号。").filled(v=text),
        where=where,
        mend=Text("Take one from `kefen batches`.", "请从 `kefen batches` 的列表中选取。"),
    )


def _sheet(text: str, where: str) -> tuple[str, str]:
    table, sign, sheet = text.partition("=")
    if sign and sheet and table in TABLES:
        return table, sheet
    raise CallError(
        Text("“{v}” names no sheet of a table.", "“{v}”没有指明数据表的工作表。").filled(v=text),
        where=where,
        mend=Text("Write it as orders=Sheet1.", "请写成 orders=工作表名。"),
    )


DATE_TYPE = Checked("date", _date)
MONTH_TYPE = Checked("month", _month)
SHARE_TYPE = Checked("share", _share)
MEMORY_TYPE = Checked("memory", checked_memory)
CURRENCY_TYPE = Checked("currency", _currency)
TIMEZONE_TYPE = Checked("timezone", checked_time_zone)
NUMBER_TYPE = Checked("number", _number)
SHEET_TYPE = Checked("sheet", _sheet)
PATH_TYPE = click.Path(path_type=Path)


class _Input(ParamType):
    """The type of what is read: a path, or the URL of a database as text."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or the URL."""
        is_url = isinstance(value, str) and "://" in value
        return value if is_url else PATH_TYPE.convert(value, param, ctx)


INPUT_TYPE = _Input()


def table_options() -> list[Option]:
    """Return one option for the files of every table of the data contract."""
    return [
        Option(
            *dict.fromkeys((f"--{name.replace('_', '-')}", f"--{name}")),
            name,
            text=table.label,
            metavar=FILE,
            section=DATA_FILES,
            multiple=True,
            type=INPUT_TYPE,
        )
        for name, table in TABLES.items()
    ]


def reading_options(*wanted: str) -> list[Option]:
    """Return the options that say how files are read; only those `wanted` where any is named."""
    every = [
        path_option(
            "--mapping",
            Text(
                "Mapping file: which column is which. Made by `kefen mapping`.",
                "映射文件：说明各列的含义，可用 `kefen mapping` 生成。",
            ),
            section=READING,
        ),
        Option(
            "--sheet",
            text=Text(
                "The sheet of a table's Excel file: orders=Sheet1. Repeat for several.",
                "某个数据表所在的工作表：orders=工作表名。可重复。",
            ),
            metavar=Text("TABLE=NAME", "表=名称"),
            section=READING,
            multiple=True,
            type=SHEET_TYPE,
        ),
        Option(
            "--timezone",
            text=Text(
                "Zone that times with a zone are converted to.", "带时区的时间换算到的时区。"
            ),
            metavar=Text("ZONE", "时区"),
            default_text=Text.same("UTC"),
            section=READING,
            type=TIMEZONE_TYPE,
        ),
        Option(
            "--currency",
            text=Text("The currency that an empty one means.", "未写明币种的金额所属的币种。"),
            metavar=Text("CODE", "币种"),
            default_text=Text("the single one of the data", "数据中唯一的币种"),
            section=READING,
            type=CURRENCY_TYPE,
        ),
        path_option(
            "--rates",
            Text(
                "Exchange rates into that currency (currency, from date, rate); those of the book "
                "where it keeps some.",
                "折算为该币种的汇率表（币种、生效日期、汇率）；未给出时用账套保存的汇率表。",
            ),
            section=READING,
        ),
        Option(
            "--max-rejected",
            text=Text(
                "Share of a file's rows that may be rejected before all stops.",
                "一个文件中允许被拒绝的行所占比例，超过即停止。",
            ),
            metavar=Text("SHARE", "比例"),
            default_text=Text.same("1%"),
            section=READING,
            type=SHARE_TYPE,
        ),
        path_option(
            "--rejected",
            Text(
                "Write every rejected value to this CSV file, also when they stop the run.",
                "把所有被拒绝的值写入此 CSV 文件，即使因此停止也照样写出。",
            ),
            section=READING,
        ),
    ]
    return [option for option in every if not wanted or option.name in wanted]


def path_option(
    name: str, text: Text, *, metavar: Text = FILE, section: Text = OPTIONS, **further: Any
) -> Option:
    """Return an option that takes a path."""
    return Option(name, text=text, metavar=metavar, section=section, type=PATH_TYPE, **further)


def book_option() -> Option:
    """Return `--book`."""
    return path_option(
        "--book",
        Text("The book to work on.", "要使用的账套。"),
        metavar=FOLDER,
        default_text=Text("the current directory", "当前目录"),
    )


def previous_option() -> Option:
    """Return `--previous`."""
    return path_option(
        "--previous",
        Text(
            "Results of an earlier run; the report shows its counts and the change.",
            "更早一次评级的结果目录，报告列出其客户数与增减。",
        ),
        metavar=FOLDER,
        default_text=Text("in a book, the run before", "账套为上一次评级"),
    )


def as_of_option() -> Option:
    """Return `--as-of`."""
    return Option(
        "--as-of",
        text=Text(
            "Grade by what had happened by the end of this day.", "按截至该日结束时的情况评级。"
        ),
        metavar=DATE,
        default_text=Text(
            "the end of the last complete month with orders", "最后一个完整的有订单月份的月末"
        ),
        type=DATE_TYPE,
    )


def standard_option() -> Option:
    """Return `--standard`."""
    return Option(
        "--standard",
        text=Text(
            "The standard: a file, one of the book by its code (the edition in force is taken), or "
            "one of the library.",
            "分类标准：文件、账套中标准的代码（取生效的版本），或标准库中的名称。",
        ),
        metavar=Text("STANDARD", "标准"),
        default_text=Text("the default standard", "默认标准"),
        shell_complete=complete_names,
    )


def customer_option() -> Option:
    """Return `--customer`."""
    return Option(
        "--customer",
        text=Text("Add the card of this customer to the report.", "在报告中附上该客户的资料卡。"),
        metavar=Text("ID", "编号"),
    )


def memory_option() -> Option:
    """Return `--memory`."""
    return Option(
        "--memory",
        text=Text("Memory to work in; more goes to the disk.", "可用内存；超出部分使用磁盘。"),
        metavar=Text("SIZE", "大小"),
        default_text=Text.same(DEFAULT_MEMORY),
        type=MEMORY_TYPE,
    )


def json_option() -> Option:
    """Return `--json`."""
    return Option(
        "--json",
        "as_json",
        text=Text("Print JSON for machines.", "输出供程序读取的 JSON。"),
        is_flag=True,
    )


def quiet_option() -> Option:
    """Return `--quiet`."""
    return Option(
        "--quiet",
        "-q",
        text=Text("Say nothing unless something is wrong.", "除出错外不输出任何内容。"),
        is_flag=True,
    )
