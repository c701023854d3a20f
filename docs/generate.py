"""Writes the parts of docs/reference that follow from the code, in both languages.

A page holds prose, and regions between `<!-- generated: NAME -->` and `<!-- end of NAME -->`;
only the regions are written. `python docs/generate.py` writes them, and with `--check` it says
which pages are out of date and exits with 1. The page of commands has its own generator,
`python -m kefen.cli.reference`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions import CATALOGUE
from kefen.lake.reading import REJECTION_REASONS
from kefen.standards.json_schema import schema_text
from kefen.standards.library import bundled_outlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kefen.domain.text import Language

sys.path.append(str(Path(__file__).parent))
import default_standard
from constructs import cards_of, features_of
from page_tables import heads, table_lines
from python_api import reference

REFERENCE = Path(__file__).parent / "reference"
_REGION = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end of \1 -->", re.DOTALL)
_CALLED = Text("Called by name", "以函数形式书写")
_WRITTEN = Text("Written with signs and words", "以符号或词语书写")
_INNER = Text("Used by calibrated schemes, not written by hand", "供标定后的方案使用，不手写")


def page(text: str, language: Language) -> str:
    """Return a page with its generated regions written anew."""

    def region(match: re.Match[str]) -> str:
        name = match[1]
        body = "\n".join(REGIONS[name](language)).strip("\n")
        return f"<!-- generated: {name} -->\n\n{body}\n\n<!-- end of {name} -->"

    return _REGION.sub(region, text)


def language_of(path: Path) -> Language:
    """Return the language of a page by its name."""
    return "zh" if path.name.endswith(".zh.md") else "en"


def out_of_date() -> dict[Path, str]:
    """Return the pages that the code says otherwise about, with what they should hold."""
    stale = {}
    for path in sorted(REFERENCE.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        written = page(text, language_of(path))
        if written != text:
            stale[path] = written
    schema = REFERENCE / "standard.schema.json"
    if not schema.is_file() or schema.read_text(encoding="utf-8") != schema_text():
        stale[schema] = schema_text()
    return stale


# --- operators ------------------------------------------------------------------------------


def _operators(language: Language) -> Iterator[str]:
    written, called, inner = [], [], []
    for operator in CATALOGUE.values():
        if operator.callable:
            called.append(operator)
        elif operator.usage.startswith(f"{operator.name}("):
            inner.append(operator)
        else:
            written.append(operator)
    for heading, operators in ((_WRITTEN, written), (_CALLED, called), (_INNER, inner)):
        yield f"### {heading.in_language(language)}"
        yield ""
        yield from table_lines(
            heads(
                language,
                Text("how it is written", "写法"),
                Text("what it gives", "结果"),
                Text("unknown arguments", "参数未知时"),
                Text("name in the catalogue", "目录中的名称"),
            ),
            (
                (
                    f"`{operator.usage}`",
                    operator.description.in_language(language),
                    (
                        Text("make it unknown", "结果未知")
                        if operator.strict
                        else Text("as described", "如左所述")
                    ).in_language(language),
                    f"`{operator.name}`",
                )
                for operator in operators
            ),
        )
        yield ""


# --- data contract --------------------------------------------------------------------------

_KINDS = {
    "id": Text("id (text)", "编号（文本）"),
    "text": Text("text", "文本"),
    "code": Text("code", "代码"),
    "integer": Text("whole number", "整数"),
    "money": Text("money", "金额"),
    "number": Text("number", "数值"),
    "date": Text("date", "日期"),
    "timestamp": Text("date and time", "日期时间"),
    "boolean": Text("yes or no", "是或否"),
}


def _contract(language: Language) -> Iterator[str]:
    for table in TABLES.values():
        yield f"### {table.name}"
        yield ""
        key = (
            Text("A row is identified by {k}.", "以 {k} 标识一行。").filled(
                k=", ".join(f"`{name}`" for name in table.key)
            )
            if table.key
            else Text(
                "A row has no id: the whole row and how often it occurs identify it.",
                "没有编号：以整行内容及其出现次数标识。",
            )
        )
        dated = (
            Text(" It is dated by {d}.", "日期列为 {d}。").filled(d=f"`{table.date}`")
            if table.date
            else Text("", "")
        )
        label, own_key = table.label.in_language(language), key.in_language(language)
        mark = Text(".", "。").in_language(language)
        space = Text(" ", "").in_language(language)
        yield f"{label}{mark}{space}{own_key}{dated.in_language(language)}"
        yield ""
        yield from table_lines(
            heads(
                language,
                Text("column", "列"),
                Text("name", "名称"),
                Text("type", "类型"),
                Text("stored as", "存储类型"),
                Text("required", "必填"),
                Text("allowed values", "允许的取值"),
            ),
            (
                (
                    f"`{column.name}`",
                    column.label.in_language(language),
                    _KINDS[column.kind.value].in_language(language),
                    f"`{column.kind.sql_type}`",
                    Text("yes", "是").in_language(language) if column.required else "",
                    ", ".join(f"`{code}`" for code in column.codes),
                )
                for column in table.columns
            ),
        )
        yield ""


def _rejections(language: Language) -> Iterator[str]:
    yield from table_lines(
        heads(language, Text("code", "代码"), Text("meaning", "含义")),
        ((f"`{code}`", text.in_language(language)) for code, text in REJECTION_REASONS.items()),
    )


def _library(language: Language) -> Iterator[str]:
    """Yield the ready standards: code, name, trade, the rule they are made from, its features."""
    headings = heads(
        language,
        Text("standard", "标准"),
        Text("what it is", "内容"),
        Text("trade", "行业"),
        Text("rule", "办法"),
        Text("features", "特征"),
    )
    rows = [
        (
            f"`{one.id}`",
            one.name.in_language(language),
            one.trade.in_language(language) if one.trade is not None else "",
            cards_of(one.id),
            " ".join(features_of(one.id)),
        )
        for one in bundled_outlines()
        if one.id != "default"
    ]
    yield from table_lines(headings, rows)


REGIONS: dict[str, Callable[[Language], Iterable[str]]] = {
    "operators": _operators,
    "contract": _contract,
    "rejections": _rejections,
    "identity": default_standard.identity,
    "facts": default_standard.facts,
    "metrics": default_standard.metrics,
    "models": default_standard.models,
    "schemes": default_standard.schemes,
    "reasons": default_standard.reasons,
    "library": _library,
    "python": reference,
}
"""What each generated region holds, by its name."""


def main() -> int:
    """Write the pages, or with `--check` say which are out of date."""
    stale = out_of_date()
    check = "--check" in sys.argv[1:]
    for path, text in stale.items():
        if check:
            sys.stderr.write(f"{path.name} is out of date: python docs/generate.py\n")
        else:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
