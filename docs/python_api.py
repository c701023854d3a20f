"""The reference of the Python API: signatures and docstrings as they are, and Chinese beside."""

from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import kefen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.domain.text import Language

CHINESE = {
    "grade": "为每一位客户评级；每个表可以是文件路径、各库的表、由行组成的列表，或其中几项。",
    "from_database": "返回数据库中的行，可交给 grade 或 Book.import_table 使用一次。",
    "read_standard": "读取一份标准：文件、现成标准的名称或标准文本。",
    "check_standard": "返回关于一份标准的全部问题：错误、警告与提示。",
    "open_run": "打开保存在目录中的评级结果。",
    "open_book": "打开账套。",
    "new_book": "新建账套。",
    "KefenError": "使用者可以处理的错误：说明问题、位置与处理办法（what、where、mend）。",
    "Run": "一次保存的评级：全部等级、指标与原因。",
    "Run.as_of": "评级日。",
    "Run.standard": "所用的标准。",
    "Run.schemes": "已运行的方案。",
    "Run.calibration": "各方案的标定；交给 grade 即为冻结标定。",
    "Run.record": "评级记录，即 run.json 的内容。",
    "Run.costs": "返回窗口期内获得与保留一位客户的成本。"
    "`won` 与 `kept` 含 `spent`、`customers`、`each`；`times` 为获客成本是留客的几倍。"
    "金额为精确小数，未知时为 None；未导入费用或旧版本的评级返回 None。",
    "Run.findings": "对数据的发现及其对等级的影响。",
    "Run.grades": "每位客户每个方案一行：等级，或没有等级的原因。",
    "Run.metrics": "每位客户一行，每个指标一列。",
    "Run.outcomes": "成立的标签与条款金额。",
    "Run.served": "客户持有的等级（等级随时间升降或有人工调级时）；此外没有行。",
    "Run.alerts": "标准的预警，与上一次评级比较；标准没有预警时没有行。",
    "Run.summary": "每个等级及每种原因的客户数。",
    "Run.to_pandas": "同一结果，表为 pandas（列为 Arrow 类型，小数精确）。",
    "Run.to_polars": "同一结果，表为 polars。",
    "Run.to_arrow": "同一结果，表为 Arrow。",
    "Run.to_spark": "同一结果，表为 Spark DataFrame；由 Spark 评级的结果不离开集群。",
    "Run.to_duckdb": "同一结果，表为 DuckDB 连接中的关系。",
    "Run.explain": "解释某位客户的等级，直至最后一分。",
    "Run.what_if": "改变某些指标后客户的等级。",
    "Run.what_reaches": "每个指标单独改变多少可达到某等级。",
    "Run.grader": "返回逐个客户评级的 Grader。",
    "Result": "grade 的结果：数据仍在手边，可写出、可出报告；用完请 close，或使用 with。",
    "Result.close": "释放数据。",
    "Result.quality": "数据质量报告。",
    "Result.rejected": "每个无法读取的值、其位置与原因。",
    "Result.write": "把结果写入目录，可用 open_run 打开。",
    "Result.report": "把 report.xlsx 与 report.html 写入目录。",
    "Result.keep_in": "把这次评级保存到所用数据的账套中。",
    "Book": "账套：逐批导入的数据及其评级。",
    "Book.folder": "账套所在目录。",
    "Book.batches": "全部导入与撤销。",
    "Book.runs": "全部评级的记录。",
    "Book.import_table": "导入一个表，作为一个可撤销的批次。",
    "Book.import_from_database": "导入数据库中的数据，或上次之后的新数据，作为一个批次。",
    "Book.keep_rates": "保存一份汇率表，此后按其折算。",
    "Book.undo": "撤销一次导入。",
    "Book.grade": "为账套评级，结果保存在账套中。",
    "Book.run": "返回账套保存的一次评级。",
    "Book.to_pandas": "同一账套，结果为 pandas 表。",
    "Book.to_polars": "同一账套，结果为 polars 表。",
    "Grader": "按一次评级的标定，在几毫秒内逐个为客户评级和解释；结果与整批评级相同。",
    "Grader.grade": "一位客户在各方案下的等级。",
    "Grader.metrics": "由一位客户的数据行算出全部指标。",
    "Grader.explain": "解释一位客户的等级。",
}
"""What each name is, in Chinese; the English is its docstring."""


_OTHER = runpy.run_path(str(Path(__file__).with_name("python_words.py")))
WORDS: dict[str, str] = _OTHER["WORDS"]
"""What docstrings say of arguments, results and errors, by the English sentence."""
_SECTIONS: dict[str, str] = _OTHER["SECTIONS"]


def sections(docstring: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a docstring says in its sections: section, name (or nothing) and sentence."""
    section = ""
    told: list[tuple[str, str]] = []
    for line in [*docstring.splitlines(), "End:"]:
        heading = re.fullmatch(r"(\w+):", line)
        if heading is not None:
            yield from ((section, *named) for named in told)
            section, told = heading[1], []
        elif section in _SECTIONS and line.strip():
            name, colon, words = line.strip().partition(": ")
            begins = line[4:5] != " " and section != "Returns"
            if begins and colon:
                told.append((name, words))
            elif told:
                told[-1] = (told[-1][0], f"{told[-1][1]} {line.strip()}")
            else:
                told.append(("", line.strip()))


def docstring_of(name: str) -> str:
    """Return the docstring of a public name."""
    owner, _, method = name.partition(".")
    thing = getattr(kefen, owner)
    if method:
        thing = inspect.getattr_static(thing, method)
    return inspect.getdoc(thing.fget if isinstance(thing, property) else thing) or ""


def _in_chinese(docstring: str) -> Iterator[str]:
    before = ""
    for section, name, words in sections(docstring):
        if section != before:
            yield from ("", _SECTIONS[section], "")
        before = section
        yield f"- `{name}`：{WORDS[words]}" if name else f"- {WORDS[words]}"


def public_names() -> list[str]:
    """Return what the package offers, methods with their class."""
    found: list[str] = []
    for name in sorted(kefen.__all__, key=lambda one: (one[0].isupper(), one)):
        found.append(name)
        thing = getattr(kefen, name)
        if inspect.isclass(thing) and name != "KefenError":
            own = [m for m in vars(thing) if not m.startswith("_")]
            inherited = {m for base in thing.__bases__ for m in dir(base)}
            found += [f"{name}.{method}" for method in own if method not in inherited]
    return found


def reference(language: Language) -> Iterator[str]:
    """Yield the reference, a heading a name."""
    for name in public_names():
        yield f"### `{name}`"
        yield ""
        owner, _, method = name.partition(".")
        thing = getattr(kefen, owner)
        if method:
            thing = inspect.getattr_static(thing, method)
        if not isinstance(thing, property) and not inspect.isclass(thing):
            yield "```text"
            yield f"{name}{inspect.signature(thing)}"
            yield "```"
            yield ""
        if language == "zh":
            yield CHINESE[name]
            yield from _in_chinese(docstring_of(name))
        else:
            yield "```text"
            yield docstring_of(name)
            yield "```"
        yield ""
