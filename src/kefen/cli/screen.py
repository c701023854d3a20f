"""`kefen screen`: customers compared with lists of names and of countries."""

from __future__ import annotations

from kefen.cli import options
from kefen.cli.screening import countries, judged, measure, names
from kefen.cli.tree import Command, Example, Group, Option
from kefen.domain.text import Text


def _customer_files() -> list[Option]:
    return [option for option in options.table_options() if option.name == "customers"]


def _list_option(text: Text) -> Option:
    return Option(
        "--list",
        "watchlist",
        text=text,
        metavar=options.FILE,
        type=options.PATH_TYPE,
        required=True,
    )


def _list_facts() -> list[Option]:
    return [
        Option(
            "--dated",
            text=Text("The day the list was published.", "名单的发布日期。"),
            metavar=options.DATE,
            default_text=Text("the one that the list names", "名单中所写的日期"),
            type=options.DATE_TYPE,
        ),
        Option(
            "--source",
            text=Text("Who published it.", "名单的发布者。"),
            metavar=Text("TEXT", "文字"),
            default_text=Text("as the list says, or its file's name", "名单所写，或文件名"),
        ),
    ]


def _threshold() -> Option:
    return Option(
        "--threshold",
        text=Text("The lowest score of a candidate, 70 to 100.", "候选的最低得分，70 到 100。"),
        metavar=Text("NUMBER", "数"),
        default_text=Text.same("85"),
        type=options.NUMBER_TYPE,
    )


def _out(text: Text, metavar: Text = options.FILE) -> Option:
    return options.path_option("--out", text, metavar=metavar, required=True)


_NAMES = Command(
    "names",
    text=Text(
        "Compare customers with a list of names: sanctions, watch lists, own lists.\n\n"
        "Reads OFAC's files (sdn.csv with alt.csv and add.csv beside it) and tables with headings "
        "(name, aliases, kind, birth_date, country) as CSV, Excel or Parquet. Names are "
        "compared in any order, misspelt, and transliterated. What it finds are candidates "
        "for a person to judge, never grades.",
        "将客户与名单比对：制裁名单、监控名单或自有名单。\n\n"
        "可读 OFAC 文件（sdn.csv 及同目录的 alt.csv、add.csv）和带表头的表格"
        "（名称、别名、类型、出生日期、国家；CSV、Excel 或 Parquet）。"
        "姓名不分先后，容许拼写差异和不同文字的转写。"
        "结果只是供人判定的候选，绝不直接成为等级。",
    ),
    callback=names,
    parameters=[
        *_customer_files(),
        *options.reading_options("mapping", "sheet", "max_rejected"),
        options.book_option(),
        _list_option(Text("The list.", "名单。")),
        *_list_facts(),
        Option(
            "--names",
            "further",
            text=Text(
                "A further column of customers with names. Repeat for several.",
                "客户表中另一含有名称的列。可重复。",
            ),
            metavar=Text("COLUMN", "列"),
            default_text=Text("aliases, native_name and the like", "别名、曾用名、法定代表人等列"),
            multiple=True,
        ),
        _threshold(),
        Option(
            "--on",
            text=Text("The day of the screening.", "筛查日期。"),
            metavar=options.DATE,
            default_text=Text("today", "今天"),
            type=options.DATE_TYPE,
        ),
        Option(
            "--max-age",
            text=Text(
                "Days that the list may be old; then it warns.", "名单允许的天数，超过则警告。"
            ),
            metavar=Text("DAYS", "天数"),
            default_text=Text.same("30"),
            type=options.NUMBER_TYPE,
        ),
        _out(Text("Folder for the candidates.", "存放候选的目录。"), options.FOLDER),
        Option(
            "--overwrite",
            text=Text("Replace an earlier screening there.", "覆盖其中已有的筛查结果。"),
            is_flag=True,
        ),
        options.memory_option(),
        options.json_option(),
    ],
    examples=(
        Example(
            "kefen screen names --customers customers.csv --list list.csv --out screening",
            Text("Candidates of one list", "一份名单的候选"),
        ),
    ),
)

_JUDGED = Command(
    "judged",
    text=Text(
        "Turn candidates that a person has judged into assessments to import.",
        "把人工判定过的候选转为可导入的评定。",
    ),
    callback=judged,
    parameters=[
        Option(
            "--file",
            text=Text("The judged matches.csv.", "已判定的 matches.csv。"),
            metavar=options.FILE,
            type=options.PATH_TYPE,
            required=True,
        ),
        _out(Text("CSV file for the assessments.", "存放评定的 CSV 文件。")),
        options.json_option(),
    ],
    examples=(
        Example(
            "kefen screen judged --file screening/matches.csv --out judged.csv",
            Text("After judging", "判定之后"),
        ),
    ),
)

_COUNTRIES = Command(
    "countries",
    text=Text(
        "Write how risky each customer's country is, by a list of countries such as the FATF's.\n\n"
        "A table with `jurisdiction` or `iso2`, and `fatf_category` or `level`.",
        "按国家名单（如 FATF）写出每位客户所在国家的风险。\n\n"
        "表格含 `jurisdiction` 或 `iso2`，以及 `fatf_category` 或 `level`。",
    ),
    callback=countries,
    parameters=[
        *_customer_files(),
        *options.reading_options("mapping", "sheet"),
        options.book_option(),
        _list_option(Text("The list of countries.", "国家名单。")),
        *_list_facts(),
        _out(Text("CSV file for the assessments.", "存放评定的 CSV 文件。")),
        options.memory_option(),
        options.json_option(),
    ],
    examples=(
        Example(
            "kefen screen countries --customers customers.csv --list countries.csv --out risk.csv",
            Text("By a list of countries", "按国家名单"),
        ),
    ),
)

_MEASURE = Command(
    "measure",
    text=Text(
        "Measure the comparison on customers whose matches are known: recall and precision.",
        "在已知答案的数据上衡量比对：召回率与准确率。",
    ),
    callback=measure,
    parameters=[
        Option(
            "--customers",
            text=Text("CSV with `customer_id` and `name`.", "含 `customer_id` 与 `name` 的 CSV。"),
            metavar=options.FILE,
            type=options.PATH_TYPE,
            required=True,
        ),
        _list_option(Text("The list.", "名单。")),
        Option(
            "--truth",
            text=Text(
                "CSV of what matches: `customer_id`, `entry_id`.",
                "已知相同者的 CSV：`customer_id`、`entry_id`。",
            ),
            metavar=options.FILE,
            type=options.PATH_TYPE,
            required=True,
        ),
        *options.reading_options("max_rejected"),
        _threshold(),
        options.json_option(),
    ],
    examples=(
        Example(
            "kefen screen measure --customers customers.csv --list list.csv --truth truth.csv",
            Text("Recall and precision", "召回率与准确率"),
        ),
    ),
)

COMMANDS = {
    "screen": Group(
        "screen",
        text=Text(
            "Compare customers with lists of names and of countries.",
            "将客户与人名名单、国家名单比对。",
        ),
        sections=(
            (
                Text("Lists", "名单"),
                dict.fromkeys(
                    ("names", "countries", "judged", "measure"), "kefen.cli.screen:PARTS"
                ),
            ),
        ),
    )
}
PARTS = {"names": _NAMES, "countries": _COUNTRIES, "judged": _JUDGED, "measure": _MEASURE}
